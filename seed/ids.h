/* The ids of seeded rows. An id is a function of the seed number, the kind of row, its group and
 * its ordinal, and it can be recognized as seeded without asking anybody: the target's schema
 * carries no mark of ours.
 *
 *     hhhhhhhh-hhhh-4Khh-bGGG-5eedOOOOOOOO
 *
 * h: 56 bits hashed from all four inputs, so that index pages fill in random order as with real
 * version 4 UUIDs, and the advisory lock key (the first 8 bytes) differs between conversations.
 * 4 and b: version and variant, so that every UUID parser accepts it. K: the kind. G: the group.
 * 5eed: the mark. O: the ordinal. The four inputs but the seed number stand in the id itself, so
 * two rows of one seeding never share one. */
#ifndef SEED_IDS_H
#define SEED_IDS_H

#include <stdint.h>

#include "base/rng.h"

enum id_kind {
    ID_USER = 1,         /* ordinal: index from 0 */
    ID_CONVERSATION = 2, /* group and ordinal: 0 the big group, 1 … 10 the small ones */
    ID_MESSAGE = 3,      /* group; ordinal: sequence number */
    ID_POLL = 4,         /* ordinal 0 */
    ID_OPTION = 5,       /* ordinal: position from 0 */
    ID_REACTION = 6,     /* ordinal: image × 16384 + which one of its reactions, both from 0 */
};

#define IDS_REACTIONS_A_MESSAGE UINT32_C(16384)

struct id {
    char text[RNG_UUID_BYTES];
};

struct id ids_make(uint64_t seed, enum id_kind kind, uint32_t group, uint32_t ordinal);

struct id ids_user(uint64_t seed, uint32_t index);
struct id ids_conversation(uint64_t seed, uint32_t group);
struct id ids_message(uint64_t seed, uint32_t group, uint32_t sequence);

/* A number that depends on all inputs evenly: seeds the generator of one row, so that a row does
 * not depend on how many were made before it. */
uint64_t ids_hash(uint64_t seed, enum id_kind kind, uint32_t group, uint32_t ordinal);

/* SQL patterns (for LIKE) of seeded ids of a kind, as text for string concatenation. */
#define IDS_LIKE(kind_digit)  "LIKE '________-____-4" kind_digit "__-b___-5eed________'"
#define IDS_LIKE_USER         IDS_LIKE("1")
#define IDS_LIKE_CONVERSATION IDS_LIKE("2")
#define IDS_LIKE_MESSAGE      IDS_LIKE("3")
#define IDS_LIKE_POLL         IDS_LIKE("4")
#define IDS_LIKE_REACTION     IDS_LIKE("6")

#endif

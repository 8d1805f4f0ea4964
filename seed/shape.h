/* What is seeded, in numbers. Everything the seeder writes is a function of this struct (and, for
 * encrypted texts, of the secret), so two seedings of the same shape leave the same rows. */
#ifndef SEED_SHAPE_H
#define SEED_SHAPE_H

#include <stdint.h>

#include "base/err.h"

#define SHAPE_USERS_MAX     UINT32_C(10000)   /* stress_tms_0000 … stress_tms_9999 */
#define SHAPE_MESSAGES_MAX  UINT32_C(1000000) /* each of `messages` and `encrypted` */
#define SHAPE_EXTRA_GROUPS  UINT32_C(10)      /* small groups beside the big one */
#define SHAPE_EXTRA_MEMBERS UINT32_C(10)      /* users 0–9, or all when there are fewer */
#define SHAPE_EXTRA_TEXTS   UINT32_C(10)      /* messages in each small group */
#define SHAPE_MEDIA_MAX     UINT32_C(100)     /* images, and as many files, at most */
#define SHAPE_POLL_OPTIONS  UINT32_C(4)

struct shape {
    uint64_t seed;
    uint32_t users;         /* 1 … SHAPE_USERS_MAX */
    uint32_t group_members; /* users 0 … group_members−1 are in the big group; 1 … users */
    uint32_t messages;      /* in the big group without the encrypted ones; ≥ 1 */
    uint32_t encrypted;     /* encrypted texts, newer than all others */
    uint32_t reactions;     /* on each image of the big group; ≤ group_members */
};

/* The big group by rising sequence number: 1 is the poll; then texts (only beyond 201 messages);
 * then images; then files; then the encrypted texts. With 201 messages or more there are 100
 * images and 100 files, so the newest 200 plain messages are alike at every size; with fewer the
 * images are half of what remains beside the poll, rounded down, and the files the rest. */
struct shape_part {
    uint32_t first; /* the first sequence number */
    uint32_t count; /* may be 0 */
};

struct shape_part shape_texts(const struct shape *shape);
struct shape_part shape_images(const struct shape *shape);
struct shape_part shape_files(const struct shape *shape);
struct shape_part shape_encrypted(const struct shape *shape);

/* Messages in the big group, encrypted ones included. */
uint32_t shape_group_messages(const struct shape *shape);

/* Members of each small group. */
uint32_t shape_extra_members(const struct shape *shape);

/* ERR_USAGE with the option and its range when a number is outside. */
MUST_CHECK enum err shape_check(const struct shape *shape, struct err_msg *msg);

#endif

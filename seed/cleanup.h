/* Removing what was seeded, and nothing else. Which rows are ours is read off the rows:
 *
 * - a user: tms_user_id stress_tms_NNNN, the seed's e-mail domain, and a seeded id (seed/ids.h);
 * - a conversation: a seeded id and a seeded creator; or one that seeded users opened during a run
 *   and in which nobody else is or has written;
 * - a message: written by a seeded user, wherever; or by nobody (the system) in our conversations;
 * - what hangs on one of these (memberships, statuses, reactions, polls, votes) goes with it.
 *
 * A message of anybody else is never touched, nor what it needs to stand: its conversation, that
 * conversation's creator, and a message of ours that it answers, with that one's sender. */
#ifndef SEED_CLEANUP_H
#define SEED_CLEANUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "seed/db.h"

#define CLEANUP_TABLES ((size_t)9)

struct cleanup_count {
    const char *table;
    uint64_t rows;
};

struct cleanup_report {
    struct cleanup_count removed[CLEANUP_TABLES]; /* in the order of removal */
    uint64_t kept_conversations;                  /* because of messages of others */
    uint64_t kept_messages;
    uint64_t kept_users;
    char kept_example[256]; /* the id of one such message of somebody else; may be empty */
};

/* All of these run inside the caller's transaction. */

/* Finds our users and conversations into temporary tables tmscdp_users and tmscdp_conversations
 * that last as long as the transaction. */
MUST_CHECK enum err cleanup_mark(struct db *db, struct err_msg *msg);

/* Removes all that is ours; needs cleanup_mark before it. What others' messages need is kept and
 * counted. */
MUST_CHECK enum err cleanup_remove(struct db *db, struct cleanup_report *report,
                                   struct err_msg *msg);

/* Removes from the seeded conversations what came after seeding: messages that seeded users sent,
 * with their polls; and all statuses, reactions and votes on messages of seeded users. Needs
 * cleanup_mark before it. */
MUST_CHECK enum err cleanup_reset(struct db *db, struct cleanup_report *report,
                                  struct err_msg *msg);

/* Removes the votes of the seeded poll, whoever gave them. */
MUST_CHECK enum err cleanup_votes(struct db *db, struct cleanup_report *report,
                                  struct err_msg *msg);

uint64_t cleanup_total(const struct cleanup_report *report);

/* SQL: whether message `m` stands as it was seeded: a seeded id whose ordinal is its place. */
#define CLEANUP_SEEDED_MESSAGE(m)                                                                  \
    m ".id " IDS_LIKE_MESSAGE " AND right(" m ".id, 8) = lpad(to_hex(" m                           \
      ".sequence_number), 8, '0')"

#endif

/* The seeded rows: pure functions of the shape and an index, without a database or a clock. A row
 * does not depend on rows made before it, so any of them can be made again alone. */
#ifndef SEED_ROWS_H
#define SEED_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "seed/ids.h"
#include "seed/shape.h"

/* Times are microseconds since 1970, UTC. All are fixed: the last message of each conversation is
 * from the same Friday afternoon, whenever one seeds; only users.last_synced_at is the present. */
#define ROWS_NEWEST_US  INT64_C(1771606800000000) /* 2026-02-20 17:00:00 */
#define ROWS_SPAN_US    INT64_C(2592000000000)    /* messages spread over 30 days before */
#define ROWS_CREATED_US (ROWS_NEWEST_US - 2 * ROWS_SPAN_US) /* users and conversations */

/* The domain by which a seeded user is known, with the @. Not .local or .test: the chat answers
 * 500 to these. */
#define ROWS_EMAIL_DOMAIN "@stress.example.com"

struct row_user {
    struct id id;
    char tms_user_id[16]; /* "stress_tms_0042" */
    char email[40];       /* the same with ROWS_EMAIL_DOMAIN */
    char username[32];    /* "ada.0042" */
    const char *first_name;
    const char *last_name;
};

/* `index` < shape->users. */
void rows_user(const struct shape *shape, uint32_t index, struct row_user *out);

/* Conversations: group 0 is the big one, 1 … SHAPE_EXTRA_GROUPS the small ones. */
uint32_t rows_member_count(const struct shape *shape, uint32_t group);
uint32_t rows_message_count(const struct shape *shape, uint32_t group);

enum row_type {
    ROW_TEXT,
    ROW_IMAGE,
    ROW_FILE,
    ROW_POLL,
};

const char *rows_type_name(enum row_type type); /* as in messages.type */

struct row_message {
    struct id id;
    struct id conversation_id;
    struct id sender_id;
    uint32_t group;
    uint32_t sequence; /* from 1 */
    enum row_type type;
    bool encrypted;         /* content is still the plain text: seed/seal.h closes it */
    struct strbuf content;  /* owned; reused from row to row */
    struct strbuf metadata; /* owned; a JSON object with camelCase keys */
    int64_t created_us;     /* rises with the sequence number */
};

void rows_message_release(struct row_message *row);

/* `sequence` in 1 … rows_message_count(). `out` is zero-initialised or from an earlier call. */
void rows_message(const struct shape *shape, uint32_t group, uint32_t sequence,
                  struct row_message *out);

/* When that message was created, without making the whole row. */
int64_t rows_message_created_us(const struct shape *shape, uint32_t group, uint32_t sequence);

struct row_reaction {
    struct id id;
    struct id message_id;
    struct id user_id;
    const char *emoji;
    int64_t created_us;
};

/* Reaction `which` (< shape->reactions) on image `image` (from 0); those of one image come from
 * distinct members. */
void rows_reaction(const struct shape *shape, uint32_t image, uint32_t which,
                   struct row_reaction *out);

struct id rows_poll_id(const struct shape *shape);
struct id rows_option_id(const struct shape *shape, uint32_t position);

#endif

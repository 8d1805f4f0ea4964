/* What a measurement says about one known cause: named extractors, each a pure function of what was
 * measured in one subject (the load of one workload, or one variant of the client in the browser).
 *
 * A piece of evidence has a number and a sentence that carries it; or no number, and a sentence
 * that says why it could not be had. Limits are not here: the rules (metrics/data/diagnosis.json)
 * say from which number on something counts.
 *
 * Statements are known by what they do (metrics/sql_shape.h), requests by the path of the API's
 * contract; nothing here knows how the target is built or configured. */
#ifndef METRICS_EVIDENCE_H
#define METRICS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/sql_shape.h"

enum evidence_scope {
    EVIDENCE_WORKLOAD,
    EVIDENCE_VARIANT
};

struct statement {
    struct sql_shape shape;
    const char *text; /* borrowed from the result */
    double calls;
    double rows;
    double total_ms;
};

/* How often the load asked for what, and was served or gave up waiting. */
struct requests {
    double pages; /* of messages */
    double lists; /* of conversations */
    double sends;
    double all;
    double time_s; /* their service times together; a time-out counts with its length */
};

struct subject {
    enum evidence_scope scope;
    const cJSON *node; /* of stress.workloads or measure.variants; borrowed */
    const char *name;
    struct requests requests;
    struct statement *statements;
    size_t statement_count;
    const char *no_statements; /* why there are none; NULL when there are */
};

/* Reads what all extractors need; `node` is borrowed until release. */
void subject_init(enum evidence_scope scope, const cJSON *node, struct subject *out);
void subject_release(struct subject *subject);

#define EVIDENCE_TEXT_BYTES ((size_t)480)
struct evidence {
    bool has_value;
    bool unasked; /* without a value: the subject was not about it, so there is nothing to miss */
    double value;
    char text[EVIDENCE_TEXT_BYTES]; /* what was seen; without a value: why it is not known */
};

struct evidence_def {
    const char *name;
    enum evidence_scope scope;
    const char *unit; /* "" for a plain number */
    void (*extract)(const struct subject *subject, struct evidence *out);
};

/* NULL when there is none of that name. */
const struct evidence_def *evidence_find(const char *name);

/* For extractors: set one of the three. */
void evidence_set(struct evidence *out, double value, const char *format, ...) PRINTF_LIKE(3, 4);
void evidence_missing(struct evidence *out, const char *format, ...) PRINTF_LIKE(2, 3);
void evidence_unasked(struct evidence *out, const char *text);

/* The extractors, by what they read. */
void evidence_unbounded_reads(const struct subject *subject, struct evidence *out);
void evidence_unbounded_rows(const struct subject *subject, struct evidence *out);
void evidence_unbounded_time(const struct subject *subject, struct evidence *out);
void evidence_reaction_reads(const struct subject *subject, struct evidence *out);
void evidence_reaction_rows(const struct subject *subject, struct evidence *out);
void evidence_list_conversations(const struct subject *subject, struct evidence *out);
void evidence_list_repeats(const struct subject *subject, struct evidence *out);
void evidence_list_statements(const struct subject *subject, struct evidence *out);
void evidence_membership_reads(const struct subject *subject, struct evidence *out);
void evidence_connects_per_user(const struct subject *subject, struct evidence *out);
void evidence_page_statements(const struct subject *subject, struct evidence *out);

void evidence_row_waiters(const struct subject *subject, struct evidence *out);
void evidence_row_wait_share(const struct subject *subject, struct evidence *out);
void evidence_row_statement(const struct subject *subject, struct evidence *out);
void evidence_advisory_waiters(const struct subject *subject, struct evidence *out);
void evidence_advisory_wait_share(const struct subject *subject, struct evidence *out);
void evidence_lock_wait_share(const struct subject *subject, struct evidence *out);
void evidence_pool_at_limit(const struct subject *subject, struct evidence *out);

void evidence_generator_doubts(const struct subject *subject, struct evidence *out);
void evidence_generator_late(const struct subject *subject, struct evidence *out);
void evidence_host_busy(const struct subject *subject, struct evidence *out);
void evidence_pool_refusals(const struct subject *subject, struct evidence *out);
void evidence_knee(const struct subject *subject, struct evidence *out);
void evidence_group_speedup(const struct subject *subject, struct evidence *out);
void evidence_file_time(const struct subject *subject, struct evidence *out);
void evidence_reaction_bytes(const struct subject *subject, struct evidence *out);
void evidence_connect_growth(const struct subject *subject, struct evidence *out);

void evidence_list_slope(const struct subject *subject, struct evidence *out);
void evidence_rendered_share(const struct subject *subject, struct evidence *out);
void evidence_decrypt_count(const struct subject *subject, struct evidence *out);
void evidence_decrypt_overlap(const struct subject *subject, struct evidence *out);
void evidence_decrypt_time(const struct subject *subject, struct evidence *out);

#endif

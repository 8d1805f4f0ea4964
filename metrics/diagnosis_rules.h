/* The rules as read from their file; for metrics/diagnosis.c and its reader only. */
#ifndef METRICS_DIAGNOSIS_RULES_H
#define METRICS_DIAGNOSIS_RULES_H

#include "metrics/diagnosis.h"
#include "metrics/evidence.h"

#define RULES_MAX        ((size_t)32)
#define ALTERNATIVES_MAX ((size_t)4)
#define CONDITIONS_MAX   ((size_t)6)

enum condition_op {
    CONDITION_AT_LEAST,
    CONDITION_AT_MOST,
    CONDITION_ABOVE,
    CONDITION_BELOW,
    CONDITION_OPS
};

struct condition {
    const struct evidence_def *evidence;
    enum condition_op op;
    double limit;
};

struct alternative {
    struct condition condition[CONDITIONS_MAX];
    size_t count; /* ≥ 1 */
};

struct rule {
    const char *id; /* texts belong to the rules' tree */
    const char *title;
    const char *cause;
    const char *fix;
    const char *certainty;
    double number;
    bool gate;
    enum evidence_scope scope; /* of all its evidence */
    struct alternative when[ALTERNATIVES_MAX];
    size_t when_count; /* ≥ 1 */
    const struct evidence_def *also[CONDITIONS_MAX];
    size_t also_count;
    const struct evidence_def *explains; /* NULL: not known; its value is a share, 0 to 1 */
};

struct diagnosis_rules {
    cJSON *tree;
    struct rule rule[RULES_MAX];
    size_t count;
};

#endif

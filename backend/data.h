/* What virtual users pick from: tokens and ids out of the seeder's files, and lists written in a
 * workload. A set is named by the API's description or by the workload; only sets that are wanted
 * are loaded. */
#ifndef BACKEND_DATA_H
#define BACKEND_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/config.h"
#include "base/err.h"

#define DATA_SETS_MAX   ((size_t)64)
#define DATA_ITEM_BYTES ((size_t)16384) /* a token or an id */

struct data_set {
    const char *name; /* borrowed from the description */
    const char *file; /* borrowed; .txt: one text, else JSON */
    const char *at;   /* where in the JSON file, with dots; NULL: the whole */
    const char *env;  /* a variable that holds the one value instead; NULL for none */
    bool secret;      /* tokens: registered with base/redact.h, and given an auth line */
    bool wanted;
    char **item; /* owned, as all below; NULL until loaded */
    size_t *bytes;
    char **auth_line; /* "Authorization: Bearer …", for a secret set */
    size_t count;
};

struct data {
    struct data_set set[DATA_SETS_MAX];
    size_t count;
};

/* Adds the sets described by an object {"name": {"file", "at", "env", "secret"}}; complains. */
void data_describe(struct data *data, struct config *config, const cJSON *sets);

/* Adds a set without a name that holds the texts of an array; complains. Returns its number, or −1.
 */
int data_add_list(struct data *data, struct config *config, const cJSON *list);

/* The number of the set, or −1. */
int data_find(const struct data *data, const char *name);

/* Loads what is wanted and not loaded yet from `dir`. ERR_USAGE names the file and what to do. */
MUST_CHECK enum err data_load(struct data *data, const char *dir, struct err_msg *msg);

void data_release(struct data *data);

#endif

/* Tag sets of a record, interned: each distinct one is made once and says which of the thresholds'
 * selectors it matches. For backend/record.c. */
#ifndef BACKEND_RECORD_TAGS_H
#define BACKEND_RECORD_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/record.h"
#include "base/strbuf.h"

#define TAGS_NO_SCENARIO UINT8_MAX
#define TAGS_NO_REQUEST  UINT16_MAX
#define TAGS_NO_CHECK    UINT8_MAX

struct tags_key {
    uint8_t scenario; /* TAGS_NO_SCENARIO: of the whole run */
    uint8_t stage;
    uint8_t band;
    uint8_t outcome;
    uint16_t request; /* its number; TAGS_NO_REQUEST: only scenario and stage hold */
    uint16_t status;
    uint8_t check; /* its number; TAGS_NO_CHECK for none */
};

struct record_tags {
    struct tags_key key;
    uint64_t packed; /* the key as a number */
    const struct request *request;
    struct record_status *status; /* by what its requests are counted; NULL without one */
    uint64_t submetrics;          /* bits: series metric_count + bit takes part */
    struct strbuf json;           /* {"scenario":"vote",…} */
};

/* Finds or makes the set. Borrowed from the record. */
struct record_tags *record_tags_find(struct record *record, const struct tags_key *key,
                                     const struct request *request);
/* Finds or makes the entry. Borrowed from the record. */
struct record_status *record_status_find(struct record *record, const struct request *request,
                                         int status, enum outcome outcome);
void record_tags_free(struct record_tags *tags);

#endif

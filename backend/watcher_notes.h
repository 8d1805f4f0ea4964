/* What the watcher could not see, in sentences: who reads its figures must know. Pure. */
#ifndef BACKEND_WATCHER_NOTES_H
#define BACKEND_WATCHER_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/watcher_json.h"
#include "backend/watcher_reading.h"

#define WATCHER_LOSSES_TOLD 5

/* A time without a connection. */
struct watcher_loss {
    double from_s;
    double to_s; /* negative: it was not over */
    char *why;
};

/* What went wrong while sampling; all zero at first, the texts are owned. */
struct watcher_troubles {
    struct watcher_loss loss[WATCHER_LOSSES_TOLD];
    uint64_t losses;
    bool absent_at_first; /* the first loss is that the connection was not there */
    uint64_t failed;      /* samples that the server refused */
    char *failed_why;     /* the last one */
    char *lookup_failed;  /* why something that is waited for has no name; NULL */
};

void watcher_troubles_release(struct watcher_troubles *troubles);

/* Sets found->state and adds the notes on the samples. `cost_ms` is what one costs. */
void watcher_notes_samples(struct watched *found, const struct watcher_troubles *troubles,
                           const struct server_facts *facts, double cost_ms);
/* Adds the notes on the statistics of before and after. */
void watcher_notes_counts(struct watched *found, const struct reading *before,
                          const struct reading *after, const struct server_facts *facts);

/* Adds one. */
void watcher_note(struct watched *found, const char *format, ...) PRINTF_LIKE(2, 3);

#endif

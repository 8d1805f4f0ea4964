/* The live line on the terminal: what runs, how far it is, VUs, rate, slowness, errors. */
#ifndef BACKEND_PROGRESS_H
#define BACKEND_PROGRESS_H

#include <stdbool.h>

#include "backend/engine.h"
#include "backend/record.h"
#include "base/strbuf.h"

struct progress {
    bool shown;        /* stderr is a terminal that redraws, and it was not switched off */
    const char *label; /* "poll-vote baseline" */
    double total_s;    /* planned length; 0: not known */
    bool drawn;
};

/* Draws over the last line. */
void progress_draw(struct progress *progress, const struct engine_status *status,
                   const struct record *record);
/* Takes the line away. */
void progress_clear(struct progress *progress);

/* The line itself, at most `columns` wide. */
void progress_line(const struct progress *progress, const struct engine_status *status,
                   const struct record *record, unsigned columns, struct strbuf *out);

#endif

/* What a person sees of a full run while it goes on: what is done, running and left, and the time
 * that is left. On a terminal it is redrawn in place; elsewhere each part is told once, when it
 * begins and when it ends. */
#ifndef CLI_RUN_OVERVIEW_H
#define CLI_RUN_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "cli/run_state.h"

struct run_overview {
    const struct run_state *state;
    bool quick;
    bool quiet; /* nothing at all */
    bool live;  /* a terminal that can redraw */
    uint64_t part_since_ns;
    unsigned drawn_lines; /* 0: nothing is on the screen */
};

/* Seconds that the parts still take, by the table's estimates; `running_s` is how long the one that
 * runs has been at it. */
unsigned run_overview_left_s(const struct run_state *state, bool quick, double running_s);

/* The lines of the live picture, at most `columns` wide; returns how many. Pure. */
unsigned run_overview_lines(const struct run_state *state, bool quick, double running_s,
                            unsigned columns, struct strbuf *out);

/* Draws it anew; a no-op when it is not live. */
void run_overview_draw(struct run_overview *overview);
/* Takes it off the screen, for other output. */
void run_overview_clear(struct run_overview *overview);

/* The part begins or has ended: told on stderr when the picture is not live. */
void run_overview_begin(struct run_overview *overview, size_t part);
void run_overview_end(struct run_overview *overview, size_t part);

/* "Slows Down", "passed", "not run: no database is named": what became of a part, in words. */
void run_overview_outcome(const struct run_part_record *record, struct strbuf *out);

/* The table at the end, for stdout. */
void run_overview_table(const struct run_state *state, struct strbuf *out);

#endif

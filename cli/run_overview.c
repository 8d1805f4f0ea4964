#include "cli/run_overview.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command.h"

#define BAR_CELLS 20U

static unsigned estimate(size_t part, bool quick)
{
    return quick ? run_parts[part].quick_seconds : run_parts[part].seconds;
}

unsigned run_overview_left_s(const struct run_state *state, bool quick, double running_s)
{
    double left = 0;
    for (size_t i = 0; i < run_part_count; i++) {
        double whole = estimate(i, quick);
        if (state->part[i].state == RUN_WAITING && run_part_is_there(&run_parts[i])) {
            left += whole;
        } else if (state->part[i].state == RUN_RUNNING && running_s < whole) {
            left += whole - running_s;
        }
    }
    return (unsigned)(left + 0.5);
}

static const char *meaning(int exit_code)
{
    switch (exit_code) {
    case EXIT_PASS:
        return "passed";
    case EXIT_VERDICT:
        return "a verdict or threshold failed";
    case EXIT_SEED:
        return "seeding failed";
    case EXIT_CLEANUP:
        return "cleaning up failed";
    case EXIT_USAGE:
        return "its options or files are wrong";
    case EXIT_INTERRUPTED:
        return "interrupted";
    case EXIT_NO_DATA:
        return "no data, or inconclusive";
    case EXIT_REFUSED:
        return "refused by the safety guard";
    default:
        return "could not be driven";
    }
}

void run_overview_outcome(const struct run_part_record *record, struct strbuf *out)
{
    if (record->state != RUN_DONE) {
        strbuf_add_str(out, run_part_state_name(record->state));
    } else if (record->has_verdict) {
        strbuf_add_str(out, verdict_title(record->verdict));
        bool says_it = record->exit_code == EXIT_PASS || record->exit_code == EXIT_VERDICT ||
                       (record->exit_code == EXIT_NO_DATA && record->verdict == VERDICT_NO_DATA);
        if (!says_it) {
            strbuf_addf(out, ", %s", meaning(record->exit_code));
        } else if (record->exit_code == EXIT_VERDICT && record->verdict == VERDICT_FINE) {
            strbuf_add_str(out, ", a threshold failed");
        }
    } else {
        strbuf_add_str(out, meaning(record->exit_code));
    }
    if (record->why != NULL) {
        strbuf_addf(out, ": %s", record->why);
    }
}

/* Cuts a line to the terminal's width; our texts are ASCII but for sentences of others. */
static void add_line(struct strbuf *out, const char *text, unsigned columns)
{
    size_t length = strlen(text);
    while (length > columns || (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)) {
        length--;
    }
    strbuf_add(out, text, length);
    strbuf_add_char(out, '\n');
}

static void add_clock(struct strbuf *out, double seconds)
{
    unsigned whole = seconds > 0 ? (unsigned)seconds : 0;
    strbuf_addf(out, "%u:%02u", whole / 60, whole % 60);
}

static void add_running(struct strbuf *line, size_t part, bool quick, double running_s)
{
    double whole = estimate(part, quick);
    double share = whole > 0 && running_s < whole ? running_s / whole : 1.0;
    unsigned full = (unsigned)(share * BAR_CELLS);
    strbuf_add_char(line, '[');
    for (unsigned i = 0; i < BAR_CELLS; i++) {
        strbuf_add_char(line, i < full ? '#' : '.');
    }
    strbuf_add_str(line, "] ");
    add_clock(line, running_s);
    strbuf_add_str(line, " of about ");
    add_clock(line, whole);
}

static void add_part(struct strbuf *out, const struct run_state *state, size_t part, bool quick,
                     double running_s, unsigned columns)
{
    const struct run_part_record *record = &state->part[part];
    struct strbuf line = STRBUF_INIT;
    strbuf_addf(&line, "  %-13s ", run_parts[part].name);
    if (record->state == RUN_RUNNING) {
        add_running(&line, part, quick, running_s);
    } else if (record->state == RUN_WAITING) {
        strbuf_add_str(&line, "waiting, about ");
        add_clock(&line, estimate(part, quick));
    } else {
        add_clock(&line, record->seconds);
        strbuf_add_str(&line, "  ");
        run_overview_outcome(record, &line);
    }
    add_line(out, strbuf_text(&line), columns);
    strbuf_release(&line);
}

unsigned run_overview_lines(const struct run_state *state, bool quick, double running_s,
                            unsigned columns, struct strbuf *out)
{
    unsigned done = 0;
    unsigned shown = 0;
    for (size_t i = 0; i < run_part_count; i++) {
        enum run_part_state now = state->part[i].state;
        shown += now != RUN_LEFT_OUT ? 1 : 0;
        done += now == RUN_DONE || now == RUN_NOT_RUN || now == RUN_INTERRUPTED ? 1 : 0;
    }
    struct strbuf head = STRBUF_INIT;
    strbuf_addf(&head, "%u of %u parts done, about ", done, shown);
    add_clock(&head, run_overview_left_s(state, quick, running_s));
    strbuf_add_str(&head, " left");
    add_line(out, strbuf_text(&head), columns);
    strbuf_release(&head);
    for (size_t i = 0; i < run_part_count; i++) {
        if (state->part[i].state != RUN_LEFT_OUT) {
            add_part(out, state, i, quick, running_s, columns);
        }
    }
    return shown + 1;
}

void run_overview_clear(struct run_overview *overview)
{
    if (overview->drawn_lines > 0) {
        (void)fprintf(stderr, "\033[%uA\r\033[J", overview->drawn_lines);
        overview->drawn_lines = 0;
    }
}

void run_overview_draw(struct run_overview *overview)
{
    struct strbuf picture = STRBUF_INIT;
    if (!overview->live || overview->quiet) {
        return;
    }
    double running_s = (double)(clock_now_ns() - overview->part_since_ns) / (double)NS_PER_S;
    unsigned lines = run_overview_lines(overview->state, overview->quick, running_s,
                                        terminal_columns() - 1, &picture);
    run_overview_clear(overview);
    (void)fputs(strbuf_text(&picture), stderr);
    overview->drawn_lines = lines;
    strbuf_release(&picture);
}

void run_overview_begin(struct run_overview *overview, size_t part)
{
    overview->part_since_ns = clock_now_ns();
    if (overview->live) {
        run_overview_draw(overview);
    } else if (!overview->quiet) {
        struct strbuf time = STRBUF_INIT;
        run_parts_add_time(&time, estimate(part, overview->quick));
        log_info("%s: begins, takes about %s", run_parts[part].name, strbuf_text(&time));
        strbuf_release(&time);
    }
}

void run_overview_end(struct run_overview *overview, size_t part)
{
    if (overview->live) {
        run_overview_draw(overview);
    } else if (!overview->quiet) {
        const struct run_part_record *record = &overview->state->part[part];
        struct strbuf text = STRBUF_INIT;
        run_overview_outcome(record, &text);
        log_info("%s: %s (%.0f s)", run_parts[part].name, strbuf_text(&text), record->seconds);
        strbuf_release(&text);
    }
}

void run_overview_table(const struct run_state *state, struct strbuf *out)
{
    strbuf_addf(out, "%-13s %8s %5s  %s\n", "part", "time", "exit", "outcome");
    for (size_t i = 0; i < run_part_count; i++) {
        const struct run_part_record *record = &state->part[i];
        struct strbuf outcome = STRBUF_INIT;
        struct strbuf time = STRBUF_INIT;
        run_overview_outcome(record, &outcome);
        add_clock(&time, record->seconds);
        if (record->state == RUN_DONE) {
            strbuf_addf(out, "%-13s %8s %5d  %s\n", run_parts[i].name, strbuf_text(&time),
                        record->exit_code, strbuf_text(&outcome));
        } else {
            strbuf_addf(out, "%-13s %8s %5s  %s\n", run_parts[i].name, "-", "-",
                        strbuf_text(&outcome));
        }
        strbuf_release(&outcome);
        strbuf_release(&time);
    }
}

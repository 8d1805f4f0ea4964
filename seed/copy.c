#include "seed/copy.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/terminal.h"

#define PIECE_BYTES (128 * KIB)

struct progress {
    const char *table;
    uint64_t total;
    uint64_t start_ns;
    uint64_t shown_ns; /* 0: never shown */
    bool draws;
};

static double seconds_since(uint64_t start_ns)
{
    return (double)(clock_now_ns() - start_ns) / (double)NS_PER_S;
}

static void show_progress(struct progress *progress, uint64_t done)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t since_ns = progress->shown_ns != 0 ? progress->shown_ns : progress->start_ns;
    if (!progress->draws || now_ns - since_ns < NS_PER_S / 4) {
        return;
    }
    progress->shown_ns = now_ns;
    (void)fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " rows, %.0f a second   ",
                  progress->table, done, progress->total,
                  (double)done / seconds_since(progress->start_ns));
}

static void end_progress(const struct progress *progress)
{
    if (progress->shown_ns != 0) {
        (void)fputc('\n', stderr);
    }
}

static enum err send_lines(struct db *db, const struct table *table, struct table_maker *maker,
                           struct progress *progress, struct err_msg *msg)
{
    struct strbuf lines = STRBUF_INIT;
    enum err code = ERR_OK;
    for (uint64_t i = 0; code == ERR_OK && i < progress->total; i++) {
        table->line(maker, i, &lines);
        if (lines.len >= PIECE_BYTES || i + 1 == progress->total) {
            code = db_copy_put(db, &lines, msg);
            strbuf_clear(&lines);
            show_progress(progress, i + 1);
        }
    }
    strbuf_release(&lines);
    return code;
}

enum err copy_table(struct db *db, const struct table *table, struct table_maker *maker,
                    double *seconds, struct err_msg *msg)
{
    struct progress progress = {
        .table = table->name,
        .total = table->count(maker->shape),
        .start_ns = clock_now_ns(),
        .draws = terminal_redraws(),
    };
    char *sql = mem_format("COPY %s (%s) FROM STDIN", table->name, table->columns);
    char *what = mem_format("filling %s", table->name);
    uint64_t taken = 0;

    enum err code = db_copy_begin(db, what, sql, msg);
    if (code == ERR_OK) {
        code = send_lines(db, table, maker, &progress, msg);
    }
    if (code == ERR_OK) {
        code = db_copy_end(db, what, &taken, msg);
    }
    if (code == ERR_OK && taken != progress.total) {
        code = err_set(msg, db->failure,
                       "filling %s: %" PRIu64 " rows were sent and %" PRIu64 " taken", table->name,
                       progress.total, taken);
    }
    end_progress(&progress);
    *seconds = seconds_since(progress.start_ns);
    free(sql);
    free(what);
    return code;
}

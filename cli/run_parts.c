#include "cli/run_parts.h"

#include <string.h>

#include "backend/workload.h"
#include "base/mem.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char *const none[] = { NULL };

/* The quick shapes keep each workload's flows and lose its length: fewer users for some seconds,
 * just enough for a 95th percentile. The higher bands of virtual users stay without data, and the
 * workloads' thresholds, which speak of their own shapes, are not judged. */
const struct run_part run_parts[] = {
    { "health", RUN_HEALTH, "client, server, login, limiter, clock, database, browser, noise", 5, 5,
      none, none },
    { "seed", RUN_SEED, "the known chat, when it is not there or its tokens are refused", 4, 4,
      WORDS("seed"), none },
    { "websocket", RUN_STRESS, "sockets connect, hold and leave; nothing is changed", 50, 25,
      WORDS("stress", "websocket"),
      WORDS("--stage", "2s:100", "--stage", "10s:100", "--no-thresholds") },
    { "message-send", RUN_STRESS, "everybody writes into one group, then into ten", 160, 50,
      WORDS("stress", "message-send"),
      WORDS("--vus", "10", "--duration", "12s", "--no-thresholds") },
    { "poll-vote", RUN_STRESS, "a growing crowd votes in one poll", 125, 27,
      WORDS("stress", "poll-vote"),
      WORDS("--stage", "4s:15", "--stage", "7s:35", "--stage", "5s:50", "--no-thresholds") },
    { "reset-votes", RUN_RESET, "the votes are taken away again", 1, 1,
      WORDS("seed", "--reset-votes"), none },
    { "reactions", RUN_STRESS, "reactions on images are written, then pages are read", 245, 42,
      WORDS("stress", "reactions"), WORDS("--vus", "15", "--duration", "6s", "--no-thresholds") },
    { "media", RUN_STRESS, "conversations full of media are opened, then paged through", 205, 62,
      WORDS("stress", "media"), WORDS("--vus", "25", "--duration", "6s", "--no-thresholds") },
    { "files", RUN_STRESS, "pages full of files are listed", 200, 24, WORDS("stress", "files"),
      WORDS("--vus", "30", "--duration", "6s", "--no-thresholds") },
    { "reset", RUN_RESET, "what the loads left is removed: the browser shall see the seeded chat",
      2, 2, WORDS("seed", "--reset"), none },
    { "browser", RUN_MEASURE, "the web client at each number of loaded messages", 75, 18,
      WORDS("measure"), WORDS("--quick") },
    { "report", RUN_REPORT, "one page on all of them", 2, 2, WORDS("report", "--quiet"), none },
};
const size_t run_part_count = sizeof run_parts / sizeof run_parts[0];

_Static_assert(sizeof run_parts / sizeof run_parts[0] <= RUN_PARTS_MAX,
               "make RUN_PARTS_MAX larger");

static bool is_frame(const struct run_part *part)
{
    return part->kind == RUN_HEALTH || part->kind == RUN_SEED || part->kind == RUN_REPORT;
}

static enum err find(const char *option, const char *word, size_t *index, struct err_msg *msg)
{
    const char *names[RUN_PARTS_MAX];
    for (size_t i = 0; i < run_part_count; i++) {
        names[i] = run_parts[i].name;
        if (strcmp(names[i], word) == 0) {
            *index = i;
            return ERR_OK;
        }
    }
    const char *nearest = options_nearest(word, names, run_part_count);
    return err_set(msg, ERR_USAGE, "--%s %s: there is no such part%s%s%s; --plan lists them",
                   option, word, nearest != NULL ? "; did you mean \"" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

/* Marks every part that the option names. */
static enum err mark(const char *option, const struct option_list *list, bool marked[RUN_PARTS_MAX],
                     struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < list->count && err == ERR_OK; i++) {
        const char *rest = list->item[i];
        while (rest != NULL && err == ERR_OK) {
            size_t length = strcspn(rest, ",");
            char *word = mem_dup_bytes(rest, length);
            size_t index = 0;
            err = find(option, word, &index, msg);
            if (err == ERR_OK) {
                marked[index] = true;
            }
            free(word);
            rest = rest[length] == ',' ? rest + length + 1 : NULL;
        }
    }
    return err;
}

enum err run_parts_choose(const struct option_list *only, const struct option_list *skip,
                          bool wanted[RUN_PARTS_MAX], struct err_msg *msg)
{
    bool named[RUN_PARTS_MAX] = { false };
    bool skipped[RUN_PARTS_MAX] = { false };
    enum err err = mark("only", only, named, msg);
    if (err == ERR_OK) {
        err = mark("skip", skip, skipped, msg);
    }
    for (size_t i = 0; i < run_part_count; i++) {
        bool chosen = only->count == 0 || named[i] || is_frame(&run_parts[i]);
        wanted[i] = chosen && !skipped[i];
    }
    return err;
}

bool run_parts_want(const bool wanted[RUN_PARTS_MAX], enum run_part_kind kind)
{
    for (size_t i = 0; i < run_part_count; i++) {
        if (wanted[i] && run_parts[i].kind == kind) {
            return true;
        }
    }
    return false;
}

bool run_parts_need(const bool wanted[RUN_PARTS_MAX], const char *check)
{
    if (strcmp(check, "client") == 0 || strcmp(check, "browser") == 0) {
        return run_parts_want(wanted, RUN_MEASURE);
    }
    return strcmp(check, "login") != 0 || !run_parts_want(wanted, RUN_SEED);
}

bool run_part_is_there(const struct run_part *part)
{
    if (part->kind != RUN_STRESS) {
        return true;
    }
    const char *const *names = workload_names();
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], part->words[1]) == 0) {
            return true;
        }
    }
    return false;
}

void run_part_shortening(const struct run_part *part, struct strbuf *out)
{
    for (size_t i = 0; part->quick_words[i] != NULL; i++) {
        strbuf_addf(out, "%s%s", i > 0 ? " " : "", part->quick_words[i]);
    }
}

void run_parts_add_time(struct strbuf *out, unsigned seconds)
{
    if (seconds >= 60) {
        strbuf_addf(out, "%u min ", seconds / 60);
    }
    strbuf_addf(out, "%u s", seconds % 60);
}

static void add_row(const struct run_part *part, bool quick, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    if (!run_part_is_there(part)) {
        strbuf_addf(out, "%-13s %12s  %s (not in this program)\n", part->name, "-", part->about);
        return;
    }
    run_parts_add_time(&text, quick ? part->quick_seconds : part->seconds);
    strbuf_addf(out, "%-13s %12s  %s\n", part->name, strbuf_text(&text), part->about);
    if (quick) {
        strbuf_clear(&text);
        run_part_shortening(part, &text);
        if (text.len > 0) {
            strbuf_addf(out, "%-13s %12s  shortened to %s\n", "", "", strbuf_text(&text));
        }
    }
    strbuf_release(&text);
}

void run_parts_plan(const bool wanted[RUN_PARTS_MAX], bool quick, struct strbuf *out)
{
    struct strbuf time = STRBUF_INIT;
    unsigned total = 0;
    strbuf_addf(out, "%-13s %12s  %s\n", "part", "takes about", "what it does");
    for (size_t i = 0; i < run_part_count; i++) {
        if (wanted[i]) {
            add_row(&run_parts[i], quick, out);
            bool counts = run_part_is_there(&run_parts[i]);
            total += !counts ? 0 : quick ? run_parts[i].quick_seconds : run_parts[i].seconds;
        }
    }
    run_parts_add_time(&time, total);
    strbuf_addf(out, "%-13s %12s\n", "in all", strbuf_text(&time));
    strbuf_release(&time);
}

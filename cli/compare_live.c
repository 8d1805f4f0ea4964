#include "cli/compare_live.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/child.h"
#include "cli/command.h"
#include "metrics/result.h"

#define GOODBYE_MS 20000U
#define COMPLAINT  "tmscdp: "
#define WARNING    "tmscdp: warning: "
#define LOG_FILE   "measure.log"

/* An error of the child's, and more than where its help is. */
static bool is_complaint(const char *line)
{
    return strncmp(line, COMPLAINT, strlen(COMPLAINT)) == 0 &&
           strncmp(line, WARNING, strlen(WARNING)) != 0 && strstr(line, "--help`") == NULL;
}

/* The last thing that the measurement complained of. */
static void last_complaint(const char *log, char *out, size_t out_bytes)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg unread = { "" };
    out[0] = '\0';
    if (file_read(log, LIMIT_DATA_FILE_BYTES, &text, &unread) == ERR_OK && text.len > 0) {
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            if (is_complaint(line)) {
                (void)snprintf(out, out_bytes, "%s", line + strlen(COMPLAINT));
            }
        }
    }
    strbuf_release(&text);
}

/* A measurement that ended with a result is one, whatever its own verdicts are. */
static enum err read_end(int code, const char *log, struct err_msg *msg)
{
    char complaint[512];
    if (code == EXIT_PASS || code == EXIT_VERDICT || code == EXIT_NO_DATA) {
        return ERR_OK;
    }
    last_complaint(log, complaint, sizeof complaint);
    enum err err = code == EXIT_USAGE         ? ERR_USAGE
                   : code == EXIT_REFUSED     ? ERR_REFUSED
                   : code == EXIT_INTERRUPTED ? ERR_INTERRUPTED
                                              : ERR_UNREACHABLE;
    return complaint[0] != '\0'
               ? err_set(msg, err, "%s", complaint)
               : err_set(msg, err, "the measurement ended with %d: see %s", code, log);
}

static void add_words(const struct compare_live *live, const char *dir, uint64_t runs,
                      uint64_t block, struct child_words *words)
{
    child_words_add(words, "measure");
    child_words_addf(words, "--variant=%s=%s", COMPARE_LIVE_BASE, live->base_url);
    child_words_addf(words, "--variant=%s=%s", COMPARE_LIVE_HEAD, live->head_url);
    for (size_t i = 0; i < live->word_count; i++) {
        child_words_add(words, live->words[i]);
    }
    child_words_addf(words, "--runs=%" PRIu64, runs);
    child_words_addf(words, "--seed=%" PRIu64, live->seed + block);
    child_words_addf(words, "--runs-dir=%s", dir);
}

static enum err measure_block(struct loop *loop, const struct compare_live *live, const char *dir,
                              uint64_t runs, uint64_t block, struct err_msg *msg)
{
    struct child_words words = { NULL, 0, 0 };
    struct process process;
    char *log = file_join(live->dir, LOG_FILE);
    add_words(live, dir, runs, block, &words);
    enum err err = child_start(&process, &words, log, msg);
    if (err == ERR_OK) {
        err = child_wait(loop, &process, NULL, UINT64_MAX, msg);
        process_stop(&process, GOODBYE_MS);
        if (err == ERR_OK) {
            err = read_end(child_exit_code(&process), log, msg);
        }
    }
    child_words_release(&words);
    free(log);
    return err;
}

static void add_path(struct compare_named *base, struct compare_named *head, const char *path)
{
    base->path[base->count++] = path;
    head->path[head->count++] = path;
}

/* Whether another block could change anything. */
static enum err is_decided(const struct compare_live *live, const struct compare_named *base,
                           const struct compare_named *head, bool *decided, struct err_msg *msg)
{
    struct compare_side sides[2];
    struct comparison comparison;
    const struct compare_named *named[] = { base, head };
    enum err err = ERR_OK;
    for (size_t i = 0; i < 2; i++) {
        compare_side_init(&sides[i]);
        if (err == ERR_OK) {
            err = compare_inputs_read(named[i], &sides[i], msg);
        }
    }
    if (err == ERR_OK) {
        err = compare_sides(&sides[0], &sides[1], &live->rules, &comparison, msg);
    }
    if (err == ERR_OK) {
        *decided = comparison.verdict == COMPARE_FAILS || !comparison_wants_more(&comparison);
        log_info("%s", comparison.reason);
        comparison_release(&comparison);
    }
    compare_side_release(&sides[0]);
    compare_side_release(&sides[1]);
    return err;
}

static enum err next_block(struct loop *loop, const struct compare_live *live, uint64_t runs,
                           struct compare_named *base, struct compare_named *head,
                           struct err_msg *msg)
{
    char *name = mem_format("block-%zu", base->count + 1);
    char *dir = file_join(live->dir, name);
    char *run = NULL;
    log_info("%s: %" PRIu64 " repetitions of each side", name, runs);
    enum err err = measure_block(loop, live, dir, runs, base->count, msg);
    if (err == ERR_OK) {
        err = result_newest(dir, &run, msg);
    }
    if (err == ERR_OK) {
        add_path(base, head, run);
    }
    free(name);
    free(dir);
    return err;
}

double compare_live_alpha(uint64_t first_runs, uint64_t more_runs, uint64_t max_runs)
{
    uint64_t rest = max_runs > first_runs ? max_runs - first_runs : 0;
    uint64_t looks = 1 + (rest + more_runs - 1) / more_runs;
    return COMPARE_ALPHA / (double)looks;
}

enum err compare_live_run(struct loop *loop, const struct compare_live *live,
                          struct compare_named *base, struct compare_named *head,
                          struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + live->max_time_ms * NS_PER_MS;
    uint64_t done = 0;
    bool decided = false;
    enum err err = ERR_OK;
    *base = (struct compare_named){ .variant = COMPARE_LIVE_BASE };
    *head = (struct compare_named){ .variant = COMPARE_LIVE_HEAD };
    while (err == ERR_OK && !decided && done < live->max_runs && base->count < OPTION_LIST_MAX) {
        uint64_t wanted = done == 0 ? live->first_runs : live->more_runs;
        uint64_t runs = wanted < live->max_runs - done ? wanted : live->max_runs - done;
        if (done > 0 && clock_now_ns() >= deadline_ns) {
            log_info("the time is over after %" PRIu64 " repetitions", done);
            break;
        }
        err = next_block(loop, live, runs, base, head, msg);
        done += runs;
        if (err == ERR_OK) {
            err = is_decided(live, base, head, &decided, msg);
        }
    }
    return err;
}

void compare_live_release(struct compare_named *base, struct compare_named *head)
{
    for (size_t i = 0; i < base->count; i++) {
        free((void *)(uintptr_t)base->path[i]);
    }
    base->count = 0;
    head->count = 0;
}

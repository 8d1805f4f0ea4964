#include "cli/child.h"

#include <stdarg.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "cli/command.h"

#define TICK_NS (250 * NS_PER_MS)

static void add_owned(struct child_words *words, char *text)
{
    void *array = words->word;
    mem_reserve(&array, &words->cap, words->count + 2, sizeof *words->word);
    words->word = array;
    words->word[words->count++] = text;
    words->word[words->count] = NULL;
}

void child_words_add(struct child_words *words, const char *text)
{
    add_owned(words, mem_dup_str(text));
}

void child_words_addf(struct child_words *words, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    add_owned(words, strbuf_detach(&text));
}

void child_words_release(struct child_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->word[i]);
    }
    free(words->word);
    *words = (struct child_words){ NULL, 0, 0 };
}

enum err child_start(struct process *process, const struct child_words *words, const char *log_path,
                     struct err_msg *msg)
{
    const char **argv = mem_new_array(words->count + 2, sizeof *argv);
    /* Of the process that is to become it, which is a fork of ours: the same program, whatever has
     * become of its file meanwhile. */
    argv[0] = "/proc/self/exe";
    for (size_t i = 0; i < words->count; i++) {
        argv[i + 1] = words->word[i];
    }
    const struct process_spec spec = { .argv = argv, .log_path = log_path };
    enum err err = process_start(process, &spec, msg);
    free(argv);
    return err;
}

struct waiting {
    struct process *process;
    const struct child_watch *watch;
    struct loop_timer *timer;
};

static void on_tick(void *arg)
{
    const struct waiting *waiting = arg;
    if (waiting->watch != NULL && waiting->watch->tick != NULL) {
        waiting->watch->tick(waiting->watch->arg);
    }
    loop_timer_start(waiting->timer, TICK_NS);
}

static bool is_over(void *arg)
{
    const struct waiting *waiting = arg;
    const struct child_watch *watch = waiting->watch;
    return process_ended(waiting->process) ||
           (watch != NULL && watch->enough != NULL && watch->enough(watch->arg));
}

enum err child_wait(struct loop *loop, struct process *process, const struct child_watch *watch,
                    uint64_t deadline_ns, struct err_msg *msg)
{
    struct waiting waiting = { .process = process, .watch = watch };
    waiting.timer = loop_timer_new(loop, on_tick, &waiting);
    on_tick(&waiting);
    enum err err = loop_wait(loop, is_over, &waiting, deadline_ns, msg);
    loop_timer_free(waiting.timer);
    return err;
}

int child_exit_code(const struct process *process)
{
    return WIFEXITED(process->status) ? WEXITSTATUS(process->status) : EXIT_DRIVE;
}

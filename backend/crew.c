#include "backend/crew.h"

#include <pthread.h>

#include "base/mem.h"

struct worker {
    pthread_t thread;
    struct engine_plan plan;
    struct ledger ledger;
    struct record *record;
    struct engine_end end;
    enum err err;
    struct err_msg msg;
    bool started;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct loop *loop = NULL;
    worker->err = loop_new_quiet(&loop, &worker->msg);
    if (worker->err == ERR_OK) {
        worker->err = engine_run(loop, &worker->plan, worker->record, &worker->end, &worker->msg);
        loop_free(loop);
    }
    return NULL;
}

static void prepare(struct worker *worker, const struct engine_plan *plan, uint32_t part,
                    const struct record *like)
{
    worker->plan = *plan;
    worker->plan.part = part;
    worker->plan.each_second = NULL;
    worker->plan.ledger = plan->ledger != NULL ? &worker->ledger : NULL;
    worker->record = record_new(like->workload, like->extra, like->extra_count);
    worker->err = ERR_OK;
}

static void take_in(struct worker *worker, const struct engine_plan *plan, struct record *record,
                    struct engine_end *out)
{
    record_merge(record, worker->record);
    if (plan->ledger != NULL) {
        ledger_merge(plan->ledger, &worker->ledger);
    }
    out->server_went_away = out->server_went_away || worker->end.server_went_away;
    out->seconds = worker->end.seconds > out->seconds ? worker->end.seconds : out->seconds;
    if (worker->end.next_serial > out->next_serial) {
        out->next_serial = worker->end.next_serial;
    }
}

static enum err start_all(struct worker *workers, uint32_t count, struct err_msg *msg)
{
    for (uint32_t i = 0; i < count; i++) {
        int failure = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        if (failure != 0) {
            return err_set(msg, ERR_IO, "cannot start a thread: %s", strerror(failure));
        }
        workers[i].started = true;
    }
    return ERR_OK;
}

enum err crew_run(struct loop *loop, const struct engine_plan *plan, uint32_t threads,
                  struct record *record, struct engine_end *out, struct err_msg *msg)
{
    atomic_int stop = ENGINE_GO_ON;
    struct engine_plan first = *plan;
    first.part = 0;
    first.parts = threads;
    first.stop = &stop;
    *out = (struct engine_end){ .next_serial = plan->first_serial };
    struct worker *workers = mem_new_array(threads, sizeof workers[0]);
    for (uint32_t i = 1; i < threads; i++) {
        prepare(&workers[i - 1], &first, i, record);
    }
    enum err err = start_all(workers, threads - 1, msg);
    if (err == ERR_OK) {
        err = engine_run(loop, &first, record, out, msg);
    }
    if (err != ERR_OK) {
        atomic_store(&stop, ENGINE_CUT_OFF);
    }
    for (uint32_t i = 0; i + 1 < threads; i++) {
        struct worker *worker = &workers[i];
        if (worker->started) {
            (void)pthread_join(worker->thread, NULL);
        }
        if (worker->err != ERR_OK && err == ERR_OK) {
            err = worker->err;
            *msg = worker->msg;
        }
        take_in(worker, plan, record, out);
        record_free(worker->record);
        ledger_release(&worker->ledger);
    }
    free(workers);
    return err;
}

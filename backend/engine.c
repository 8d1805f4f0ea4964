#include "backend/engine.h"

#include <assert.h>

#include "backend/socket_crowd.h"
#include "backend/socket_vu.h"
#include "base/clock.h"
#include "base/mem.h"

struct engine {
    const struct engine_plan *plan;
    struct vu_world world;
    struct driver **driver;
    uint64_t *scenario_vus;     /* by scenario of the workload */
    struct socket_crowd *crowd; /* NULL: no driver's VUs are sockets */
    struct loop_timer *second;
    uint64_t start_ns;
    uint64_t ticked_ns;
    uint64_t next_tick_ns;
    uint64_t goodbye_ns; /* since when nothing is started any more; 0 */
    bool aborted;
};

/* Begins those whose turn has come. */
static void begin_drivers(void *arg)
{
    const struct engine *engine = arg;
    uint64_t now_ns = clock_now_ns();
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        int after = engine->plan->drivers[i].after;
        if (!driver_has_begun(engine->driver[i]) && !driver_is_over(engine->driver[i]) &&
            (after < 0 || driver_is_over(engine->driver[after]))) {
            driver_begin(engine->driver[i], now_ns);
        }
    }
}

static bool drivers_are_over(const struct engine *engine, bool only_sockets)
{
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        bool counts = !only_sockets || engine->plan->drivers[i].flow->is_socket;
        if (counts && !driver_is_over(engine->driver[i])) {
            return false;
        }
    }
    return true;
}

/* Sockets are cleaned up after as soon as they have left, whoever else is still at work. */
static bool is_over(void *arg)
{
    const struct engine *engine = arg;
    bool all = drivers_are_over(engine, false);
    if (engine->crowd == NULL) {
        return all;
    }
    if (all || drivers_are_over(engine, true)) {
        socket_crowd_clean_up(engine->crowd);
    }
    if (all) {
        socket_crowd_finish(engine->crowd);
    }
    return all && socket_crowd_is_over(engine->crowd);
}

static void interrupt_all(const struct engine *engine)
{
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        driver_interrupt(engine->driver[i]);
    }
}

static uint64_t made_vus(const struct engine *engine)
{
    uint64_t made = 0;
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        made += driver_made(engine->driver[i]);
    }
    return made;
}

static void take_tick(struct engine *engine, uint64_t now_ns)
{
    const struct engine_plan *plan = engine->plan;
    for (size_t i = 0; i < plan->driver_count; i++) {
        engine->scenario_vus[plan->drivers[i].scenario] = driver_vus(engine->driver[i]);
    }
    const struct record_tick tick = {
        .at_s = (double)(now_ns - engine->start_ns) / (double)NS_PER_S,
        .seconds = (double)(now_ns - engine->ticked_ns) / (double)NS_PER_S,
        .vus = engine->world.vus,
        .vus_made = made_vus(engine),
        .scenario_vus = engine->scenario_vus,
        .parts = plan->parts,
    };
    record_tick(engine->world.record, &tick);
    engine->ticked_ns = now_ns;
}

static void take_peaks(const struct engine *engine)
{
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        struct record *record = engine->world.record;
        record->scenario[engine->plan->drivers[i].scenario].vus_max =
            driver_peak(engine->driver[i]);
    }
}

static void stop_all(struct engine *engine)
{
    for (size_t i = 0; i < engine->plan->driver_count; i++) {
        driver_stop(engine->driver[i]);
    }
}

static void tell_others(const struct engine *engine, enum engine_stop what)
{
    if (engine->plan->stop != NULL) {
        atomic_store(engine->plan->stop, (int)what);
    }
}

/* What another thread has told us. */
static void listen_to_others(struct engine *engine, uint64_t now_ns)
{
    int told = engine->plan->stop != NULL ? atomic_load(engine->plan->stop) : ENGINE_GO_ON;
    if (told == ENGINE_GO_ON) {
        return;
    }
    if (engine->goodbye_ns == 0) {
        engine->goodbye_ns = now_ns;
        stop_all(engine);
    }
    if (told == ENGINE_CUT_OFF || now_ns - engine->goodbye_ns >= ENGINE_GOODBYE_NS) {
        interrupt_all(engine);
    }
}

static void on_second(void *arg)
{
    struct engine *engine = arg;
    uint64_t now_ns = clock_now_ns();
    take_tick(engine, now_ns);
    engine->next_tick_ns += NS_PER_S;
    loop_timer_start(engine->second,
                     engine->next_tick_ns > now_ns ? engine->next_tick_ns - now_ns : 0);
    const struct engine_status status = {
        .elapsed_s = (double)(now_ns - engine->start_ns) / (double)NS_PER_S,
        .vus = engine->world.vus,
        .made = made_vus(engine),
    };
    if (engine->plan->each_second != NULL &&
        engine->plan->each_second(engine->plan->arg, &status)) {
        engine->aborted = true;
        tell_others(engine, ENGINE_CUT_OFF);
        interrupt_all(engine);
    }
    listen_to_others(engine, now_ns);
}

/* VUs at once, of those drivers whose VUs are sockets, or are not. */
static uint32_t most_vus(const struct engine_plan *plan, bool sockets)
{
    uint32_t most = 0;
    for (size_t i = 0; i < plan->driver_count; i++) {
        if (plan->drivers[i].flow->is_socket == sockets) {
            most += schedule_most_vus(plan->drivers[i].schedule);
        }
    }
    return most;
}

static enum err gather_crowd(struct engine *engine, struct loop *loop, struct http_client *http,
                             struct record *record, struct err_msg *msg)
{
    const struct engine_plan *plan = engine->plan;
    const struct schedule *schedules[WORKLOAD_SCENARIOS_MAX];
    struct socket_crowd_plan crowd = {
        .workload = plan->workload,
        .base = plan->base,
        .run = plan->run,
        .http = http,
        .record = record,
        .schedule = schedules,
        .most = most_vus(plan, true),
        .others = most_vus(plan, false) + 1,
        .brief = plan->brief,
        .events = socket_vu_events,
    };
    if (crowd.most == 0) {
        return ERR_OK;
    }
    if (plan->parts > 1) {
        return err_set(msg, ERR_USAGE, "%s: sockets are held by one thread: leave --threads out",
                       plan->workload->name);
    }
    for (size_t i = 0; i < plan->driver_count; i++) {
        if (plan->drivers[i].flow->is_socket && plan->drivers[i].after < 0) {
            schedules[crowd.schedule_count++] = plan->drivers[i].schedule;
        }
    }
    return socket_crowd_new(loop, &crowd, &engine->crowd, msg);
}

static enum err start(struct engine *engine, struct loop *loop, struct record *record,
                      struct err_msg *msg)
{
    const struct engine_plan *plan = engine->plan;
    struct http_client *http = NULL;
    enum err err = http_client_new(loop, most_vus(plan, false) + 1, &http, msg);
    if (err == ERR_OK) {
        err = gather_crowd(engine, loop, http, record, msg);
    }
    if (err != ERR_OK) {
        http_client_free(http);
        return err;
    }
    engine->world = (struct vu_world){
        .loop = loop,
        .http = http,
        .workload = plan->workload,
        .base = plan->base,
        .files = plan->files,
        .record = record,
        .crowd = engine->crowd,
        .ledger = plan->ledger,
        .run = plan->run,
        .brief = plan->brief,
        .pause = plan->pause,
        .seed = plan->seed,
        .next_serial = plan->first_serial + plan->part,
        .parts = plan->parts,
    };
    engine->driver = mem_new_array(plan->driver_count, sizeof(struct driver *));
    engine->scenario_vus = mem_new_array(plan->workload->scenario_count, sizeof(uint64_t));
    for (size_t i = 0; i < plan->driver_count; i++) {
        struct driver_plan driver = plan->drivers[i];
        assert(driver.after < (int)i); /* or it would wait for itself */
        driver.part = plan->part;
        driver.parts = plan->parts;
        driver.over = begin_drivers;
        driver.arg = engine;
        engine->driver[i] = driver_new(&engine->world, &driver);
    }
    engine->second = loop_timer_new(loop, on_second, engine);
    engine->start_ns = clock_now_ns();
    engine->ticked_ns = engine->start_ns;
    engine->next_tick_ns = engine->start_ns + NS_PER_S;
    loop_timer_start(engine->second, NS_PER_S);
    if (engine->crowd != NULL) {
        socket_crowd_begin(engine->crowd, engine->start_ns);
    }
    begin_drivers(engine);
    return ERR_OK;
}

static void end(struct engine *engine)
{
    for (size_t i = 0; engine->driver != NULL && i < engine->plan->driver_count; i++) {
        driver_free(engine->driver[i]);
    }
    loop_timer_free(engine->second);
    socket_crowd_free(engine->crowd);
    http_client_free(engine->world.http);
    free(engine->driver);
    free(engine->scenario_vus);
}

/* After a signal: nothing new, a little time for what runs, then the rest is cut off. */
static enum err say_goodbye(struct engine *engine, struct loop *loop, struct err_msg *msg)
{
    loop_rearm(loop);
    tell_others(engine, ENGINE_GOODBYE);
    engine->goodbye_ns = clock_now_ns();
    stop_all(engine);
    enum err err = loop_wait(loop, is_over, engine, clock_now_ns() + ENGINE_GOODBYE_NS, msg);
    if (err == ERR_TIMEOUT) {
        interrupt_all(engine);
        (void)is_over(engine); /* what the sockets have counted is told; nothing is waited for */
        err = ERR_OK;
    }
    return err;
}

enum err engine_run(struct loop *loop, const struct engine_plan *plan, struct record *record,
                    struct engine_end *out, struct err_msg *msg)
{
    struct engine engine = { .plan = plan };
    *out = (struct engine_end){ .next_serial = plan->first_serial };
    enum err err = start(&engine, loop, record, msg);
    if (err == ERR_OK) {
        err = loop_wait(loop, is_over, &engine, UINT64_MAX, msg);
        if (err == ERR_INTERRUPTED) {
            out->interrupted = true;
            err = say_goodbye(&engine, loop, msg);
        }
        uint64_t now_ns = clock_now_ns();
        take_tick(&engine, now_ns);
        take_peaks(&engine);
        out->seconds = (double)(now_ns - engine.start_ns) / (double)NS_PER_S;
        out->aborted = engine.aborted;
        out->next_serial = engine.world.next_serial - plan->part;
        out->server_went_away = engine.world.was_refused;
    }
    end(&engine);
    return err;
}

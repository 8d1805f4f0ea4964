#include "backend/driver.h"

#include "base/clock.h"
#include "base/mem.h"

struct driver {
    struct vu_world *world;
    struct driver_plan plan;
    const struct schedule *schedule;
    struct loop_timer *timer;
    uint64_t start_ns;
    struct schedule_point point;
    struct vu **vu; /* owned, `made` of them; room for `most` */
    uint32_t made;
    uint32_t most;
    uint32_t active;  /* closed: our VUs that were active at the last look */
    uint32_t allowed; /* our VUs that were not cut off at the last look */
    uint32_t *idle;   /* open: a ring of free VUs, the longest free first */
    uint32_t idle_from;
    uint32_t idle_count;
    uint64_t started; /* iterations begun (closed), starts that came due (open) */
    uint64_t working;
    uint64_t peak;
    unsigned stage;
    bool begun;
    bool ended; /* the schedule's regular end has passed */
    bool stopped;
    bool over;
};

static uint64_t share(const struct driver *driver, uint64_t count)
{
    return schedule_share(count, driver->plan.part, driver->plan.parts);
}

static uint64_t global(const struct driver *driver, uint64_t number)
{
    return number * driver->plan.parts + driver->plan.part;
}

static void set_working(struct driver *driver, int change)
{
    driver->working += (uint64_t)(int64_t)change;
    driver->peak = driver->working > driver->peak ? driver->working : driver->peak;
    driver->world->vus += (uint64_t)(int64_t)change;
}

static void on_iteration(void *arg, struct vu *vu);

static struct vu *make_vu(struct driver *driver)
{
    const struct vu_role role = {
        .scenario = driver->plan.scenario,
        .flow = driver->plan.flow,
        .number = (uint32_t)global(driver, driver->made),
        .stage = &driver->stage,
        .start_ns = &driver->start_ns,
        .done = on_iteration,
        .arg = driver,
    };
    struct vu *vu = vu_new(driver->world, &role);
    driver->vu[driver->made++] = vu;
    return vu;
}

static void set_idle(struct driver *driver, uint32_t vu)
{
    driver->idle[(driver->idle_from + driver->idle_count++) % driver->most] = vu;
}

static uint32_t take_idle(struct driver *driver)
{
    uint32_t vu = driver->idle[driver->idle_from];
    driver->idle_from = (driver->idle_from + 1) % driver->most;
    driver->idle_count--;
    return vu;
}

static void on_timer(void *arg);

struct driver *driver_new(struct vu_world *world, const struct driver_plan *plan)
{
    struct driver *driver = mem_new(sizeof *driver);
    driver->world = world;
    driver->plan = *plan;
    driver->schedule = plan->schedule;
    driver->timer = loop_timer_new(world->loop, on_timer, driver);
    driver->most = (uint32_t)share(driver, schedule_most_vus(plan->schedule));
    driver->vu = mem_new_array(driver->most, sizeof(struct vu *));
    driver->idle = mem_new_array(driver->most, sizeof driver->idle[0]);
    uint32_t first = (uint32_t)share(driver, schedule_first_vus(plan->schedule));
    for (uint32_t i = 0; i < first; i++) {
        (void)make_vu(driver);
        set_idle(driver, i);
    }
    driver->allowed = driver->most;
    return driver;
}

void driver_free(struct driver *driver)
{
    if (driver == NULL) {
        return;
    }
    for (uint32_t i = 0; i < driver->made; i++) {
        vu_free(driver->vu[i]);
    }
    loop_timer_free(driver->timer);
    free(driver->vu);
    free(driver->idle);
    free(driver);
}

static unsigned stage_at(const struct schedule *schedule, uint64_t elapsed_ns)
{
    uint64_t end_ns = schedule->start_ns;
    unsigned stage = 0;
    while (stage < schedule->stage_count) {
        end_ns += schedule->stages[stage++].duration_ns;
        if (elapsed_ns < end_ns) {
            break;
        }
    }
    return stage; /* from 1; RECORD_NO_STAGE when there are none */
}

static void look(struct driver *driver, uint64_t now_ns)
{
    uint64_t elapsed_ns = now_ns - driver->start_ns;
    schedule_at(driver->schedule, elapsed_ns, &driver->point);
    driver->ended = elapsed_ns >= schedule_end_ns(driver->schedule);
    driver->stage = stage_at(driver->schedule, elapsed_ns);
}

/* `others`: iterations that are about to begin and are not yet counted. */
static bool may_start(const struct driver *driver, const struct vu *vu, uint64_t others)
{
    return !driver->stopped && driver->point.starting &&
           schedule_may_start(driver->schedule, &driver->point, vu_number(vu), vu_started(vu),
                              global(driver, driver->started + others));
}

static void start_closed(struct driver *driver, struct vu *vu, uint64_t due_ns, uint64_t now_ns)
{
    driver->started++;
    vu_start(vu, due_ns, now_ns);
}

/* VUs that have become active start now, or after their jitter when it is their first time. One
 * that is still busy with an iteration from before goes on by itself. They all count as at work
 * before the first of them sends: what they meet is each other. */
static void activate(struct driver *driver, uint64_t now_ns)
{
    uint32_t active = (uint32_t)share(driver, driver->point.active_vus);
    uint32_t ready = 0;
    for (uint32_t i = driver->active; i < active; i++) {
        ready += !vu_is_busy(driver->vu[i]) && may_start(driver, driver->vu[i], ready) ? 1 : 0;
    }
    set_working(driver, (int)ready);
    for (uint32_t i = driver->active; i < active; i++) {
        struct vu *vu = driver->vu[i];
        if (!vu_is_busy(vu) && may_start(driver, vu, 0)) {
            uint64_t jitter_ns =
                vu_started(vu) == 0 ? schedule_jitter_ns(driver->schedule, vu_number(vu)) : 0;
            start_closed(driver, vu, now_ns + jitter_ns, now_ns);
        }
    }
    driver->active = active;
}

static void cut_off(struct driver *driver, uint32_t from)
{
    for (uint32_t i = from; i < driver->made; i++) {
        if (vu_is_busy(driver->vu[i])) {
            vu_interrupt(driver->vu[i]);
            set_working(driver, -1);
        }
    }
}

static void begin_due(struct driver *driver, uint64_t now_ns)
{
    uint64_t due = share(driver, driver->point.due);
    while (driver->started < due) {
        uint64_t number = global(driver, driver->started++);
        uint64_t due_ns = driver->start_ns + schedule_start_ns(driver->schedule, number);
        struct schedule_arrival arrival = schedule_arrival(driver->schedule, driver->idle_count,
                                                           driver->made * driver->plan.parts);
        if (arrival.run) {
            record_lateness(driver->world->record, now_ns > due_ns ? now_ns - due_ns : 0);
            set_working(driver, 1);
            vu_start(driver->vu[take_idle(driver)], due_ns < now_ns ? due_ns : now_ns, now_ns);
        }
        if (arrival.drop) {
            record_dropped(driver->world->record, driver->plan.scenario, 1);
        }
        if (arrival.add_vu && driver->made < driver->most) {
            uint32_t added = driver->made;
            (void)make_vu(driver);
            set_idle(driver, added);
        }
    }
}

/* Iterations fixed in number may be over long before the time is. */
static bool is_exhausted(const struct driver *driver)
{
    return driver->schedule->executor->may_start != NULL && driver->point.active_vus > 0;
}

static void settle(struct driver *driver)
{
    bool none_to_come = driver->stopped || driver->ended || is_exhausted(driver);
    if (driver->working == 0 && none_to_come && !driver->over) {
        driver->over = true;
        loop_timer_stop(driver->timer);
        if (driver->plan.over != NULL) {
            driver->plan.over(driver->plan.arg);
        }
    }
}

static void tick(struct driver *driver, uint64_t now_ns)
{
    look(driver, now_ns);
    uint32_t allowed = (uint32_t)share(driver, driver->point.allowed_vus);
    if (allowed < driver->allowed || driver->point.over) {
        cut_off(driver, driver->point.over ? 0 : allowed);
    }
    driver->allowed = allowed;
    if (!driver->stopped && driver->point.starting) {
        if (driver->schedule->executor->is_open) {
            begin_due(driver, now_ns);
        } else {
            activate(driver, now_ns);
        }
    }
    if (driver->point.next_ns != SCHEDULE_NEVER) {
        uint64_t next_ns = driver->start_ns + driver->point.next_ns;
        loop_timer_start(driver->timer, next_ns > now_ns ? next_ns - now_ns : 0);
    }
    settle(driver);
}

static void on_timer(void *arg)
{
    tick(arg, clock_now_ns());
}

static void on_iteration(void *arg, struct vu *vu)
{
    struct driver *driver = arg;
    uint64_t now_ns = clock_now_ns();
    if (driver->schedule->executor->is_open) {
        set_working(driver, -1);
        set_idle(driver, (vu_number(vu) - driver->plan.part) / driver->plan.parts);
        settle(driver);
        return;
    }
    if (now_ns - driver->start_ns >= driver->point.next_ns) {
        look(driver, now_ns);
    }
    if (may_start(driver, vu, 0)) {
        start_closed(driver, vu, now_ns, now_ns);
        return;
    }
    set_working(driver, -1);
    settle(driver);
}

bool driver_has_begun(const struct driver *driver)
{
    return driver->begun;
}

void driver_begin(struct driver *driver, uint64_t start_ns)
{
    driver->begun = true;
    driver->start_ns = start_ns;
    tick(driver, clock_now_ns());
}

void driver_stop(struct driver *driver)
{
    driver->stopped = true;
    settle(driver);
}

void driver_interrupt(struct driver *driver)
{
    driver->stopped = true;
    cut_off(driver, 0);
    settle(driver);
}

bool driver_is_over(const struct driver *driver)
{
    return driver->over;
}

uint64_t driver_vus(const struct driver *driver)
{
    return driver->working;
}

uint64_t driver_peak(const struct driver *driver)
{
    return driver->peak;
}

uint64_t driver_made(const struct driver *driver)
{
    return driver->made;
}

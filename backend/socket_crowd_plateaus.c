/* The stretches of time in which a crowd's number stays the same, and what is seen near their end.
 */
#include "backend/socket_crowd_parts.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#define SNAPSHOT_NS  (500 * NS_PER_MS) /* before a plateau's end, or half of a shorter one */
#define SLOW_PERCENT 95.0

static void add_plateau(struct socket_crowd *crowd, uint64_t from_ns, uint64_t until_ns,
                        uint32_t target)
{
    if (crowd->plateau_count < SOCKET_PLATEAUS_MAX && target > 0 && until_ns > from_ns) {
        crowd->plateau[crowd->plateau_count++] = (struct plateau){ from_ns, until_ns, target };
    }
}

static void find_in(struct socket_crowd *crowd, const struct schedule *schedule)
{
    uint64_t at_ns = schedule->start_ns;
    uint32_t target = schedule->start_vus;
    if (schedule->executor == &executor_constant_vus) {
        add_plateau(crowd, at_ns, schedule_end_ns(schedule), schedule->vus);
        return;
    }
    for (size_t i = 0; i < schedule->stage_count; i++) {
        const struct schedule_stage *stage = &schedule->stages[i];
        if (stage->target == target) {
            add_plateau(crowd, at_ns, at_ns + stage->duration_ns, target);
        }
        at_ns += stage->duration_ns;
        target = stage->target;
    }
}

static int compare_plateaus(const void *a, const void *b)
{
    const struct plateau *left = a;
    const struct plateau *right = b;
    return left->from_ns < right->from_ns ? -1 : left->from_ns > right->from_ns;
}

void socket_crowd_find_plateaus(struct socket_crowd *crowd)
{
    for (size_t i = 0; i < crowd->plan.schedule_count && !crowd->plan.brief; i++) {
        find_in(crowd, crowd->plan.schedule[i]);
    }
    qsort(crowd->plateau, crowd->plateau_count, sizeof crowd->plateau[0], compare_plateaus);
}

static void on_plateau_count(void *arg, int64_t count, const char *why)
{
    struct socket_plateau *plateau = arg;
    (void)why;
    plateau->server_count = count;
}

/* The resident set now, the second number of statm(5); 0 when it cannot be read. */
static uint64_t own_rss(void)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg = { "" };
    unsigned long long pages = 0;
    char *rest = NULL;
    if (file_read("/proc/self/statm", KIB, &text, &msg) == ERR_OK) {
        (void)strtoull(strbuf_text(&text), &rest, 10);
        pages = strtoull(rest, NULL, 10);
    }
    strbuf_release(&text);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void take_snapshot(struct socket_crowd *crowd)
{
    const struct plateau *now = &crowd->plateau[crowd->plateau_at];
    struct socket_plateau *out = &crowd->record->plateau[crowd->record->plateau_count++];
    struct host_reading host;
    struct host_noise noise;
    host_read(&host);
    host_noise_between(&crowd->host_before, &host, &noise);
    uint64_t connects = histogram_samples(&crowd->recent_ns);
    double ramp_ms =
        (double)(crowd->host_before.self_cpu_ns - crowd->cpu_before_ns) / (double)NS_PER_MS;
    bool enough = connects >= histogram_samples_needed(SLOW_PERCENT);
    *out = (struct socket_plateau){
        .target = now->target,
        .connected = crowd->ready,
        .server_count = -1,
        .at_s = (double)now->from_ns / (double)NS_PER_S,
        .hold_s = (double)(now->until_ns - now->from_ns) / (double)NS_PER_S,
        .dropped = crowd->record->dropped - crowd->dropped_before,
        .connects = connects,
        .connect_cpu_ms = connects > 0 ? ramp_ms / (double)connects : -1,
        .connect_p95_ms =
            enough ? histogram_percentile(&crowd->recent_ns, SLOW_PERCENT).value / NS_PER_MS : -1,
        .rss_bytes = own_rss(),
        .cpu_share = noise.self_share,
    };
    crowd->cpu_before_ns = host.self_cpu_ns;
    histogram_clear(&crowd->recent_ns);
    if (crowd->server != NULL) {
        socket_count_ask(crowd->server, on_plateau_count, out);
    }
}

void socket_crowd_step_plateau(struct socket_crowd *crowd)
{
    const struct plateau *now = &crowd->plateau[crowd->plateau_at];
    uint64_t length_ns = now->until_ns - now->from_ns;
    if (!crowd->in_plateau) {
        crowd->in_plateau = true;
        crowd->dropped_before = crowd->record->dropped;
        host_read(&crowd->host_before);
        socket_crowd_step_at(
            crowd, now->until_ns - (length_ns / 2 < SNAPSHOT_NS ? length_ns / 2 : SNAPSHOT_NS));
        return;
    }
    take_snapshot(crowd);
    crowd->in_plateau = false;
    if (++crowd->plateau_at < crowd->plateau_count) {
        socket_crowd_step_at(crowd, crowd->plateau[crowd->plateau_at].from_ns);
    }
}

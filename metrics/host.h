/* The machine a figure was measured on, and how noisy it was meanwhile. Read from /proc. */
#ifndef METRICS_HOST_H
#define METRICS_HOST_H

#include <stdint.h>

#include "base/json.h"

/* Adds to `parent` what does not change: "kernel", "machine", "os", "cpu", "cores", "memory_bytes",
 * "container". A text that the system does not offer is null. */
void host_facts_to_json(cJSON *parent);

/* One reading of /proc/stat, /proc/loadavg and our own rusage; 0 where one cannot be read. */
struct host_reading {
    uint64_t at_ns;
    uint64_t busy_ticks; /* all but idle and iowait */
    uint64_t steal_ticks;
    uint64_t total_ticks;
    double load_1m;
    uint64_t self_cpu_ns; /* user + system of this process */
};

void host_read(struct host_reading *out);

struct host_noise {
    double seconds;
    double busy_share;  /* of all cores, 0…1, everything on the machine */
    double steal_share; /* taken by the hypervisor, 0…1 */
    double load_1m;     /* at the end */
    double self_share;  /* our own CPU ÷ elapsed: 1 is one full core */
};

void host_noise_between(const struct host_reading *from, const struct host_reading *to,
                        struct host_noise *out);
/* {"seconds","busy_share","steal_share","load_1m","self_share"} under `key`. */
void host_noise_to_json(const struct host_noise *noise, cJSON *parent, const char *key);

/* Highest resident set of this process so far, in bytes (VmHWM). */
uint64_t host_self_peak_rss(void);

/* A host-speed index: million iterations a second of a fixed integer loop, best of five 2 ms runs.
 * For telling machines apart, not for normalising. */
double host_speed_index(void);

#endif

#include "metrics/host.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"

/* The text behind "key" and its separator at the start of a line, copied without quotes and line
 * end; false when there is none. */
static bool find_line(const char *text, const char *key, char *out, size_t out_bytes)
{
    size_t key_bytes = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, key_bytes) == 0) {
            const char *from = line + key_bytes;
            from += strspn(from, " \t:=\"");
            size_t bytes = strcspn(from, "\"\n");
            bytes = bytes < out_bytes ? bytes : out_bytes - 1;
            memcpy(out, from, bytes);
            out[bytes] = '\0';
            return true;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return false;
}

/* A small file of /proc or /etc; false, with an empty text, where it cannot be read. */
static bool read_text(const char *path, struct strbuf *out)
{
    struct err_msg unread = { "" };
    strbuf_clear(out);
    return file_read(path, MIB, out, &unread) == ERR_OK;
}

static void add_line(cJSON *parent, const char *name, const char *path, const char *key)
{
    char value[200];
    struct strbuf text = STRBUF_INIT;
    bool found = read_text(path, &text) && find_line(strbuf_text(&text), key, value, sizeof value);
    json_add_text(parent, name, found ? value : NULL);
    strbuf_release(&text);
}

static bool in_container(void)
{
    if (file_exists("/.dockerenv") || file_exists("/run/.containerenv")) {
        return true;
    }
    struct strbuf text = STRBUF_INIT;
    bool found = read_text("/proc/1/environ", &text);
    /* NUL-separated: any entry may be the one. */
    for (size_t at = 0; found && at < text.len; at += strlen(text.data + at) + 1) {
        if (strncmp(text.data + at, "container=", 10) == 0) {
            strbuf_release(&text);
            return true;
        }
    }
    found =
        read_text("/proc/1/cgroup", &text) && (strstr(strbuf_text(&text), "docker") != NULL ||
                                               strstr(strbuf_text(&text), "kubepods") != NULL ||
                                               strstr(strbuf_text(&text), "containerd") != NULL);
    strbuf_release(&text);
    return found;
}

void host_facts_to_json(cJSON *parent)
{
    struct utsname system_name;
    bool named = uname(&system_name) == 0;
    json_add_text(parent, "kernel", named ? system_name.release : NULL);
    json_add_text(parent, "machine", named ? system_name.machine : NULL);
    add_line(parent, "os", "/etc/os-release", "PRETTY_NAME");
    add_line(parent, "cpu", "/proc/cpuinfo", "model name");
    json_add_number(parent, "cores", (double)sysconf(_SC_NPROCESSORS_ONLN));
    json_add_number(parent, "memory_bytes",
                    (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
    json_add_bool(parent, "container", in_container());
}

/* The "cpu" line of /proc/stat: user nice system idle iowait irq softirq steal, in ticks. */
static void read_ticks(struct host_reading *out)
{
    struct strbuf text = STRBUF_INIT;
    uint64_t field[8] = { 0 };
    if (read_text("/proc/stat", &text) && strncmp(text.data, "cpu ", 4) == 0) {
        char *from = text.data + 4;
        for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
            field[i] = strtoull(from, &from, 10);
            out->total_ticks += field[i];
        }
        out->busy_ticks = out->total_ticks - field[3] - field[4];
        out->steal_ticks = field[7];
    }
    strbuf_release(&text);
}

static double read_load(void)
{
    double load = 0.0;
    struct strbuf text = STRBUF_INIT;
    if (read_text("/proc/loadavg", &text)) {
        text.data[strcspn(text.data, " ")] = '\0';
        if (!num_parse_double(text.data, &load)) {
            load = 0.0;
        }
    }
    strbuf_release(&text);
    return load;
}

static uint64_t timeval_ns(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * 1000;
}

void host_read(struct host_reading *out)
{
    *out = (struct host_reading){ .at_ns = clock_now_ns(), .load_1m = read_load() };
    read_ticks(out);
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        out->self_cpu_ns = timeval_ns(&usage.ru_utime) + timeval_ns(&usage.ru_stime);
    }
}

/* Counters of /proc/stat can step back by a tick: then nothing was counted. */
static double share(uint64_t from, uint64_t to, double whole)
{
    return to > from && whole > 0.0 ? (double)(to - from) / whole : 0.0;
}

void host_noise_between(const struct host_reading *from, const struct host_reading *to,
                        struct host_noise *out)
{
    double elapsed_ns = to->at_ns > from->at_ns ? (double)(to->at_ns - from->at_ns) : 0.0;
    double ticks =
        to->total_ticks > from->total_ticks ? (double)(to->total_ticks - from->total_ticks) : 0.0;
    *out = (struct host_noise){
        .seconds = elapsed_ns / (double)NS_PER_S,
        .busy_share = share(from->busy_ticks, to->busy_ticks, ticks),
        .steal_share = share(from->steal_ticks, to->steal_ticks, ticks),
        .load_1m = to->load_1m,
        .self_share = share(from->self_cpu_ns, to->self_cpu_ns, elapsed_ns),
    };
}

void host_noise_to_json(const struct host_noise *noise, cJSON *parent, const char *key)
{
    cJSON *node = json_add_object(parent, key);
    json_add_number(node, "seconds", noise->seconds);
    json_add_number(node, "busy_share", noise->busy_share);
    json_add_number(node, "steal_share", noise->steal_share);
    json_add_number(node, "load_1m", noise->load_1m);
    json_add_number(node, "self_share", noise->self_share);
}

uint64_t host_self_peak_rss(void)
{
    char value[64];
    uint64_t kib = 0;
    struct strbuf text = STRBUF_INIT;
    if (read_text("/proc/self/status", &text) &&
        find_line(strbuf_text(&text), "VmHWM", value, sizeof value)) {
        kib = strtoull(value, NULL, 10);
    }
    strbuf_release(&text);
    return kib * 1024;
}

double host_speed_index(void)
{
    const uint64_t window_ns = 2 * NS_PER_MS;
    double best = 0.0;
    volatile uint64_t sink = 0;
    for (int run = 0; run < 5; run++) {
        uint64_t state = 88172645463325252U + (uint64_t)run;
        uint64_t turns = 0;
        uint64_t start = clock_now_ns();
        uint64_t now = start;
        while (now - start < window_ns) {
            for (int i = 0; i < 4096; i++) { /* xorshift64: one long dependency chain */
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
            }
            turns += 4096;
            now = clock_now_ns();
        }
        sink += state;
        double speed = (double)turns * 1e3 / (double)(now - start);
        best = speed > best ? speed : best;
    }
    (void)sink;
    return best;
}

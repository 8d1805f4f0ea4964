/* The checks of this machine: browser, shared memory, descriptors, ports, noise. */
#include <inttypes.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "base/limits.h"
#include "cdp/browser.h"
#include "cli/doctor.h"
#include "metrics/host.h"

#define BROWSER_START_MS   15000
#define SHM_WANTED_BYTES   (512 * MIB)
#define DESCRIPTORS_WANTED 20000
#define PORTS_WANTED       20000
#define NOISE_WINDOW_MS    500
#define NOISE_BUSY_SHARE   0.25
#define NOISE_STEAL_SHARE  0.02

/* Started for real: a browser that is found but cannot run is the commonest fault of containers. */
void doctor_check_browser(struct doctor *doctor)
{
    const struct chrome_options options = { .path = doctor->chrome, .width = 800, .height = 600 };
    struct browser browser = { 0 };
    struct err_msg msg = { "" };

    if (browser_start(doctor->loop, &options, BROWSER_START_MS, &browser, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "browser",
                   "apt-get install chromium-headless-shell, or name one with --chrome", "%s",
                   msg.text);
        return;
    }
    doctor_add(doctor, FINDING_OK, "browser", NULL, "%s, %s, %s sandbox",
               json_text(browser.facts, "product"), browser.chrome.engine,
               browser.chrome.sandbox ? "with its" : "as root without its");
    browser_stop(&browser);
}

void doctor_check_shared_memory(struct doctor *doctor)
{
    struct statvfs shm;
    if (statvfs("/dev/shm", &shm) != 0) {
        doctor_add(doctor, FINDING_OK, "/dev/shm", NULL,
                   "missing; the browser is told to do without");
        return;
    }
    uint64_t bytes = (uint64_t)shm.f_bavail * shm.f_frsize;
    if (bytes < SHM_WANTED_BYTES) {
        doctor_add(doctor, FINDING_WARN, "/dev/shm",
                   "in a container: --shm-size=1g; we pass --disable-dev-shm-usage meanwhile",
                   "only %" PRIu64 " MB free", bytes / MIB);
    } else {
        doctor_add(doctor, FINDING_OK, "/dev/shm", NULL, "%" PRIu64 " MB free", bytes / MIB);
    }
}

void doctor_check_descriptors(struct doctor *doctor)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        doctor_add(doctor, FINDING_SKIPPED, "descriptors", NULL, "the limit cannot be read");
    } else if (limit.rlim_cur < DESCRIPTORS_WANTED) {
        doctor_add(doctor, FINDING_WARN, "descriptors", "ulimit -n 20000",
                   "%" PRIu64 " files at once; storms of 10,000 connections need more",
                   (uint64_t)limit.rlim_cur);
    } else {
        doctor_add(doctor, FINDING_OK, "descriptors", NULL, "%" PRIu64 " files at once",
                   (uint64_t)limit.rlim_cur);
    }
}

void doctor_check_ports(struct doctor *doctor)
{
    static const char path[] = "/proc/sys/net/ipv4/ip_local_port_range";
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg = { "" };
    long low;
    long high;
    char *end;

    if (file_read(path, KIB, &text, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_SKIPPED, "ports", NULL, "%s", msg.text);
        strbuf_release(&text);
        return;
    }
    low = strtol(strbuf_text(&text), &end, 10);
    high = strtol(end, NULL, 10);
    long count = high - low + 1;
    if (count < PORTS_WANTED) {
        doctor_add(doctor, FINDING_WARN, "ports",
                   "sysctl net.ipv4.ip_local_port_range=\"32768 60999\"",
                   "%ld ports for outgoing connections", count);
    } else {
        doctor_add(doctor, FINDING_OK, "ports", NULL, "%ld for outgoing connections", count);
    }
    strbuf_release(&text);
}

void doctor_check_noise(struct doctor *doctor)
{
    struct host_reading from;
    struct host_reading to;
    struct host_noise noise;

    host_read(&from);
    /* The one wait that is for time to pass: noise is looked at over a window. */
    (void)poll(NULL, 0, NOISE_WINDOW_MS);
    host_read(&to);
    host_noise_between(&from, &to, &noise);
    if (noise.busy_share > NOISE_BUSY_SHARE || noise.steal_share > NOISE_STEAL_SHARE) {
        doctor_add(doctor, FINDING_WARN, "noise",
                   "counts and heap stand it; repeat times, or measure on a quieter machine",
                   "%.0f %% of the cores busy, %.1f %% stolen, load %.1f", noise.busy_share * 100,
                   noise.steal_share * 100, noise.load_1m);
    } else {
        doctor_add(doctor, FINDING_OK, "noise", NULL, "%.0f %% of the cores busy, load %.1f",
                   noise.busy_share * 100, noise.load_1m);
    }
}

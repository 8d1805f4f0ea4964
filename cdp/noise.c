#include "cdp/noise.h"

#include <math.h>

#include "cdp/collect/collect.h"

bool noise_read(const cJSON *window, struct noise_window *out)
{
    double cores = json_number(window, "cores", 0.0);
    const cJSON *browser = json_at(window, "browser_cores");
    if (!(cores > 0.0) || !cJSON_IsNumber(browser)) {
        return false;
    }
    double busy_share = json_number(window, "noise.busy_share", 0.0);
    double own = browser->valuedouble + json_number(window, "noise.self_share", 0.0);
    *out = (struct noise_window){
        .others_cores = fmax(0.0, busy_share * cores - own),
        .cores = cores,
        .idle_share = 1.0 - busy_share,
        .steal_share = json_number(window, "noise.steal_share", 0.0),
    };
    return true;
}

bool noise_is_high(const struct noise_window *window)
{
    return window->steal_share >= NOISE_STEAL_SHARE ||
           (window->others_cores >= NOISE_OTHERS_CORES && window->idle_share < NOISE_IDLE_SHARE);
}

/* What the windows of one name amount to, over the repetitions. */
struct tally {
    size_t windows;
    size_t noisy;
    double others_max;
    double steal_max;
    double cores;
};

static void add_window(struct tally *tally, const cJSON *node)
{
    struct noise_window window;
    if (!noise_read(node, &window)) {
        return;
    }
    tally->windows++;
    tally->noisy += noise_is_high(&window) ? 1 : 0;
    tally->others_max = fmax(tally->others_max, window.others_cores);
    tally->steal_max = fmax(tally->steal_max, window.steal_share);
    tally->cores = window.cores;
}

/* All windows of the file, or (name not NULL) those of that name. */
static void add_windows(struct tally *tally, const cJSON *file, const char *name)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(file, "windows")) {
        const char *collector = json_text(node, "collector");
        if (name == NULL || (collector != NULL && strcmp(collector, name) == 0)) {
            add_window(tally, node);
        }
    }
}

static void describe(const struct tally *tally, char *out, size_t out_bytes)
{
    if (tally->steal_max >= NOISE_STEAL_SHARE) {
        (void)snprintf(out, out_bytes,
                       "the hypervisor took up to %.0f %% of the time; %zu of %zu windows were too "
                       "noisy",
                       tally->steal_max * 100.0, tally->noisy, tally->windows);
    } else {
        (void)snprintf(out, out_bytes,
                       "others used up to %.1f of %.0f cores; %zu of %zu windows were too noisy",
                       tally->others_max, tally->cores, tally->noisy, tally->windows);
    }
}

static const char *window_of(const struct collector *collector)
{
    if (collector->when == COLLECT_LOAD) {
        return COLLECT_LOAD_WINDOW;
    }
    return collector->in_window ? collector->name : NULL;
}

size_t noise_doubts(const cJSON *const *files, size_t file_count, struct verdict_doubt *doubts,
                    size_t count, size_t room)
{
    for (size_t i = 0; collectors[i] != NULL; i++) {
        const char *name = window_of(collectors[i]);
        struct tally tally = { 0 };
        for (size_t k = 0; k < file_count && name != NULL; k++) {
            add_windows(&tally, files[k], name);
        }
        if (tally.noisy == 0 || tally.noisy * 2 < tally.windows) {
            continue;
        }
        for (size_t k = 0; collectors[i]->metrics[k] != NULL && count < room; k++) {
            doubts[count].metric = metric_find(collectors[i]->metrics[k]);
            describe(&tally, doubts[count].why, sizeof doubts[count].why);
            count++;
        }
    }
    return count;
}

void noise_to_json(const cJSON *raw, cJSON *parent, const char *key)
{
    struct tally tally = { 0 };
    const cJSON *file = NULL;
    cJSON_ArrayForEach (file, raw) {
        add_windows(&tally, file, NULL);
    }
    cJSON *node = json_add_object(parent, key);
    json_add_number(node, "windows", (double)tally.windows);
    json_add_number(node, "noisy", (double)tally.noisy);
    json_add_number(node, "others_cores_max", tally.others_max);
    json_add_number(node, "steal_share_max", tally.steal_max);
    json_add_number(node, "cores", tally.cores);
}

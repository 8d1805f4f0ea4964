/* How long opening encrypted messages took in the first load, where the app tells: by User Timing
 * measures or an object of its own (profile: decryption). A page that is fetched again is decrypted
 * again; of each message the first time counts. */
#include <math.h>

#include "base/mem.h"
#include "cdp/collect/collect.h"

#define ENTRIES_MAX 5000
#define TARGET      50 /* messages of the target */

static const char *const metrics[] = { "decrypt_ms_50",   "decrypt_count",   "decrypt_ms",
                                       "decrypt_each_ms", "decrypt_overlap", NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    const struct profile *profile = context->journey->profile;
    cJSON *args = json_new_object();
    json_add_text(args, "measures", profile->decryption_measures);
    json_add_text(args, "metrics", profile->decryption_metrics);
    json_add_number(args, "max", ENTRIES_MAX);
    cJSON *value = NULL;
    enum err err = page_run(context->journey->page, "cdp/js/decryption.js", args, &value, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "decryption", value);
    }
    return err;
}

struct decryption {
    const char *id; /* NULL when the app gives none */
    double start_ms;
    double end_ms;
};

static int compare_starts(const void *a, const void *b)
{
    const struct decryption *x = a;
    const struct decryption *y = b;
    return (x->start_ms > y->start_ms) - (x->start_ms < y->start_ms);
}

static int compare_ends(const void *a, const void *b)
{
    const struct decryption *x = a;
    const struct decryption *y = b;
    return (x->end_ms > y->end_ms) - (x->end_ms < y->end_ms);
}

static int compare_ids(const void *a, const void *b)
{
    const struct decryption *x = a;
    const struct decryption *y = b;
    int by_id = strcmp(x->id, y->id);
    return by_id != 0 ? by_id : compare_starts(a, b);
}

static size_t read_entries(const cJSON *entries, struct decryption *out)
{
    size_t n = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        const cJSON *id = cJSON_GetArrayItem(entry, 0);
        const cJSON *start = cJSON_GetArrayItem(entry, 1);
        const cJSON *duration = cJSON_GetArrayItem(entry, 2);
        if (cJSON_IsNumber(start) && cJSON_IsNumber(duration) && duration->valuedouble >= 0.0) {
            out[n++] = (struct decryption){ cJSON_IsString(id) ? id->valuestring : NULL,
                                            start->valuedouble,
                                            start->valuedouble + duration->valuedouble };
        }
    }
    return n;
}

/* Drops what repeats an id, keeping the earliest. Returns how many are left. */
static size_t first_times(struct decryption *list, size_t n)
{
    size_t named = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i].id != NULL) {
            struct decryption swapped = list[named];
            list[named++] = list[i];
            list[i] = swapped;
        }
    }
    if (named > 0) {
        qsort(list, named, sizeof *list, compare_ids);
    }
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && i < named && strcmp(list[i].id, list[left - 1].id) == 0;
        if (!again) {
            list[left++] = list[i];
        }
    }
    return left;
}

/* The time in which at least one was under way; the list is sorted by starts. */
static double busy_ms(const struct decryption *list, size_t n)
{
    double sum_ms = 0.0;
    double until_ms = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum_ms += fmax(0.0, list[i].end_ms - fmax(list[i].start_ms, until_ms));
        until_ms = fmax(until_ms, list[i].end_ms);
    }
    return sum_ms;
}

static double added_ms(const struct decryption *list, size_t n)
{
    double sum_ms = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum_ms += list[i].end_ms - list[i].start_ms;
    }
    return sum_ms;
}

static void score_list(struct decryption *list, size_t n, struct samples *out)
{
    qsort(list, n, sizeof *list, compare_starts);
    double first_ms = list[0].start_ms;
    double busy = busy_ms(list, n);
    double added = added_ms(list, n);
    samples_add(out, "decrypt_count", (double)n);
    samples_add(out, "decrypt_ms", busy);
    samples_add(out, "decrypt_each_ms", busy / (double)n);
    samples_add(out, "decrypt_overlap", added > 0.0 ? 100.0 * (1.0 - busy / added) : 0.0);
    if (n >= TARGET) {
        qsort(list, n, sizeof *list, compare_ends);
        samples_add(out, "decrypt_ms_50", list[TARGET - 1].end_ms - first_ms);
        return;
    }
    char *reason = mem_format("only %zu messages were decrypted", n);
    samples_none(out, "decrypt_ms_50", reason);
    free(reason);
}

static const char *why_nothing(const cJSON *raw)
{
    if (json_at(raw, "decryption") == NULL) {
        return "it was not read";
    }
    return cJSON_IsNumber(json_at(raw, "decryption.object"))
               ? "the app marks no decryption, and its object holds no times"
               : "the app marks no decryption";
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *entries = json_at(raw, "decryption.entries");
    struct decryption *list = mem_new_array((size_t)cJSON_GetArraySize(entries), sizeof *list);
    size_t n = read_entries(entries, list);
    n = first_times(list, n);
    if (n > 0) {
        score_list(list, n, out);
    } else {
        for (size_t i = 0; metrics[i] != NULL; i++) {
            samples_none(out, metrics[i], why_nothing(raw));
        }
    }
    free(list);
}

const struct collector collector_decryption = {
    .name = "decryption",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};

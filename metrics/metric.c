#include "metrics/metric.h"

#include <assert.h>
#include <math.h>

#include "metrics/stats.h"

const struct metric_def *metric_find(const char *name)
{
    size_t count = 0;
    const struct metric_def *table = metric_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const char *metric_use_name(enum metric_use use)
{
    switch (use) {
    case METRIC_GATE:
        return "gate";
    case METRIC_PAIRED:
        return "paired";
    case METRIC_REPORT:
        break;
    }
    return "report";
}

void metric_summarise(const struct metric_def *def, const double *samples, size_t n,
                      struct metric_value *out)
{
    assert(n >= 1);
    *out = (struct metric_value){
        .def = def,
        .has_data = true,
        .n = n,
        .median = stats_median(samples, n),
        .min = stats_quantile(samples, n, 0.0),
        .max = stats_quantile(samples, n, 1.0),
        .cv = stats_cv(samples, n),
    };
}

void metric_no_data(const struct metric_def *def, const char *reason, struct metric_value *out)
{
    *out = (struct metric_value){ .def = def, .cv = (double)NAN };
    size_t bytes = strlen(reason);
    if (bytes >= sizeof out->reason) {
        bytes = sizeof out->reason - 1;
        while (bytes > 0 && ((unsigned char)reason[bytes] & 0xC0) == 0x80) {
            bytes--;
        }
    }
    memcpy(out->reason, reason, bytes);
}

void metric_to_json(const struct metric_value *value, cJSON *parent)
{
    cJSON *node = json_add_object(parent, value->def->name);
    if (!value->has_data) {
        json_add_text(node, "no_data", value->reason);
        return;
    }
    json_add_number(node, "n", (double)value->n);
    json_add_number(node, "median", value->median);
    json_add_number(node, "min", value->min);
    json_add_number(node, "max", value->max);
    json_add_number(node, "cv", value->cv);
    json_add_text(node, "unit", value->def->unit);
    json_add_text(node, "use", metric_use_name(value->def->use));
}

enum err metric_from_json(const cJSON *node, const char *name, struct metric_value *out,
                          struct err_msg *msg)
{
    const struct metric_def *def = metric_find(name);
    if (def == NULL) {
        return err_set(msg, ERR_FORMAT, "\"%.60s\" is no metric of this program", name);
    }
    const char *reason = json_text(node, "no_data");
    if (reason != NULL) {
        metric_no_data(def, reason, out);
        return ERR_OK;
    }
    double n = json_number(node, "n", -1.0);
    if (!(n >= 1.0 && n <= 1e9)) {
        return err_set(msg, ERR_FORMAT, "the metric \"%s\" needs an \"n\" of at least 1", name);
    }
    *out = (struct metric_value){
        .def = def,
        .has_data = true,
        .n = (size_t)n,
        .median = json_number(node, "median", (double)NAN),
        .min = json_number(node, "min", (double)NAN),
        .max = json_number(node, "max", (double)NAN),
        .cv = json_number(node, "cv", (double)NAN),
    };
    if (!isfinite(out->min) || !isfinite(out->max) ||
        !(out->min <= out->median && out->median <= out->max)) {
        return err_set(msg, ERR_FORMAT,
                       "the metric \"%s\" needs finite numbers min ≤ median ≤ max, or \"no_data\"",
                       name);
    }
    return ERR_OK;
}

/* A number with commas between thousands; the digits come from snprintf, rounding included. */
static void format_grouped(double number, unsigned decimals, char *out, size_t out_bytes)
{
    char plain[64];
    if (!isfinite(number) || fabs(number) > 1e15) {
        (void)snprintf(out, out_bytes, "%g", number);
        return;
    }
    (void)snprintf(plain, sizeof plain, "%.*f", (int)decimals, fabs(number));
    size_t whole = strcspn(plain, ".");
    size_t used = 0;
    /* A negative number that rounds to zero is zero. */
    if (number < 0.0 && strspn(plain, "0.") != strlen(plain) && out_bytes > 1) {
        out[used++] = '-';
    }
    for (size_t i = 0; plain[i] != '\0' && used + 2 < out_bytes; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            out[used++] = ',';
        }
        out[used++] = plain[i];
    }
    if (out_bytes > 0) {
        out[used] = '\0';
    }
}

static void format_bytes(double number, char *out, size_t out_bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    double size = fabs(number);
    size_t unit = 0;
    /* 999.95 would be written 1000.0: it belongs to the next unit. */
    while (size >= 999.95 && unit + 1 < sizeof units / sizeof units[0]) {
        size /= 1000.0;
        number /= 1000.0;
        unit++;
    }
    char digits[METRIC_TEXT_BYTES];
    format_grouped(number, unit == 0 ? 0 : 1, digits, sizeof digits);
    (void)snprintf(out, out_bytes, "%s %s", digits, units[unit]);
}

void metric_format(const struct metric_def *def, double number, char *out, size_t out_bytes)
{
    if (strcmp(def->unit, "bytes") == 0) {
        format_bytes(number, out, out_bytes);
        return;
    }
    char digits[METRIC_TEXT_BYTES];
    format_grouped(number, def->decimals, digits, sizeof digits);
    bool with_unit = strcmp(def->unit, "ms") == 0 || strcmp(def->unit, "px") == 0;
    (void)snprintf(out, out_bytes, "%s%s%s", digits, with_unit ? " " : "",
                   with_unit ? def->unit : "");
}

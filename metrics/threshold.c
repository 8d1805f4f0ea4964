#include "metrics/threshold.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define NUMBER_BYTES ((size_t)40)

static const char *const kind_names[] = {
    [SERIES_COUNTER] = "counter",
    [SERIES_GAUGE] = "gauge",
    [SERIES_RATE] = "rate",
    [SERIES_TREND] = "trend",
};

static const char *const aggregation_names[] = {
    [THRESHOLD_COUNT] = "count", [THRESHOLD_RATE] = "rate",       [THRESHOLD_VALUE] = "value",
    [THRESHOLD_AVG] = "avg",     [THRESHOLD_MIN] = "min",         [THRESHOLD_MED] = "med",
    [THRESHOLD_MAX] = "max",     [THRESHOLD_PERCENTILE] = "p(N)",
};

/* The longer spelling first, so that "<=" is not read as "<". */
static const struct {
    const char *text;
    enum threshold_op op;
} ops[] = {
    { "<=", THRESHOLD_LESS_EQUAL }, { ">=", THRESHOLD_GREATER_EQUAL }, { "==", THRESHOLD_EQUAL },
    { "!=", THRESHOLD_NOT_EQUAL },  { "<", THRESHOLD_LESS },           { ">", THRESHOLD_GREATER },
};

#define COUNT_OF_TABLE(table) (sizeof(table) / sizeof(table)[0])

const char *series_kind_name(enum series_kind kind)
{
    return kind_names[kind];
}

const char *threshold_outcome_name(enum threshold_outcome outcome)
{
    switch (outcome) {
    case THRESHOLD_PASSES:
        return "pass";
    case THRESHOLD_FAILS:
        return "fail";
    default:
        return "no_data";
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at)) {
        at++;
    }
    return at;
}

/* The end of text … end without the blanks before it. */
static const char *trim_end(const char *start, const char *end)
{
    while (end > start && is_blank(end[-1])) {
        end--;
    }
    return end;
}

static enum err wrong(const char *what, const char *text, const char *at, const char *want,
                      struct err_msg *msg)
{
    return err_set(msg, ERR_USAGE, "%s \"%.100s\": at character %zu %s", what, text,
                   (size_t)(at - text) + 1, want);
}

static bool is_name_char(char c, bool first)
{
    return c == '_' || isalpha((unsigned char)c) || (!first && isdigit((unsigned char)c));
}

/* Copies start … end, NUL-ended, when it fits. */
static bool copy_text(const char *start, const char *end, char *out, size_t out_bytes)
{
    size_t length = (size_t)(end - start);
    if (length >= out_bytes) {
        return false;
    }
    memcpy(out, start, length);
    out[length] = '\0';
    return true;
}

/* One "tag:value" from `*cursor` to the comma or brace behind it. */
static enum err take_tag(const char *text, const char **cursor, struct selector *out,
                         struct err_msg *msg)
{
    const char *start = skip_blanks(*cursor);
    const char *colon = start + strcspn(start, ":,}");
    if (*colon != ':' || trim_end(start, colon) == start) {
        return wrong("metric", text, start, "a tag and its value must stand, as in {band:31+}",
                     msg);
    }
    if (out->tag_count == SELECTOR_TAGS_MAX) {
        return wrong("metric", text, start, "there are more than 8 tags", msg);
    }
    const char *value = skip_blanks(colon + 1);
    const char *end = NULL;
    char quote = *value;
    if (quote == '"' || quote == '\'' || quote == '`') {
        value++;
        end = strchr(value, quote);
        if (end == NULL) {
            return wrong("metric", text, value, "a quote is opened and not closed", msg);
        }
        *cursor = skip_blanks(end + 1);
    } else {
        *cursor = value + strcspn(value, ",}");
        end = trim_end(value, *cursor);
    }
    struct selector_tag *tag = &out->tag[out->tag_count];
    if (!copy_text(start, trim_end(start, colon), tag->name, sizeof tag->name) ||
        !copy_text(value, end, tag->value, sizeof tag->value)) {
        return wrong("metric", text, start, "a tag's name or value has more than 63 bytes", msg);
    }
    for (size_t i = 0; i < out->tag_count; i++) {
        if (strcmp(out->tag[i].name, tag->name) == 0) {
            return wrong("metric", text, start, "a tag is named for the second time", msg);
        }
    }
    out->tag_count++;
    return ERR_OK;
}

enum err selector_parse(const char *text, struct selector *out, struct err_msg *msg)
{
    memset(out, 0, sizeof *out);
    const char *start = skip_blanks(text);
    const char *at = start;
    while (is_name_char(*at, at == start)) {
        at++;
    }
    if (at == start) {
        return wrong("metric", text, at, "a name of letters, digits and _ must stand", msg);
    }
    if (!copy_text(start, at, out->metric, sizeof out->metric)) {
        return wrong("metric", text, start, "the name has more than 127 bytes", msg);
    }
    at = skip_blanks(at);
    if (*at == '{') {
        do {
            at++;
            enum err err = take_tag(text, &at, out, msg);
            if (err != ERR_OK) {
                return err;
            }
        } while (*at == ',');
        if (*at != '}') {
            return wrong("metric", text, at, "a comma or } must stand", msg);
        }
        at = skip_blanks(at + 1);
    }
    if (*at != '\0') {
        return wrong("metric", text, at, "the end or {tag:value} must stand", msg);
    }
    return ERR_OK;
}

bool selector_matches(const struct selector *selector,
                      const char *(*value_of)(void *arg, const char *name), void *arg)
{
    for (size_t i = 0; i < selector->tag_count; i++) {
        const char *value = value_of(arg, selector->tag[i].name);
        if (value == NULL || strcmp(value, selector->tag[i].value) != 0) {
            return false;
        }
    }
    return true;
}

/* A number of digits between start and end, of the caller's text. */
static bool take_number(const char *start, const char *end, double *out)
{
    char digits[NUMBER_BYTES];
    return copy_text(start, end, digits, sizeof digits) && num_parse_double(digits, out);
}

static enum err take_percentile(const char *text, const char **cursor, struct threshold *out,
                                struct err_msg *msg)
{
    const char *start = skip_blanks(*cursor + 2);
    const char *close = start + strcspn(start, ")");
    if (*close != ')' || !take_number(start, trim_end(start, close), &out->percent) ||
        out->percent < 0 || out->percent > 100) {
        return wrong("threshold", text, start, "a number from 0 to 100 and ) must stand", msg);
    }
    out->aggregation = THRESHOLD_PERCENTILE;
    *cursor = close + 1;
    return ERR_OK;
}

static enum err take_aggregation(const char *text, const char **cursor, struct threshold *out,
                                 struct err_msg *msg)
{
    if ((*cursor)[0] == 'p' && (*cursor)[1] == '(') {
        return take_percentile(text, cursor, out, msg);
    }
    size_t length = strspn(*cursor, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < THRESHOLD_PERCENTILE; i++) {
        if (strlen(aggregation_names[i]) == length &&
            strncmp(*cursor, aggregation_names[i], length) == 0) {
            out->aggregation = (enum threshold_aggregation)i;
            *cursor += length;
            return ERR_OK;
        }
    }
    return wrong("threshold", text, *cursor,
                 "one of count, rate, value, avg, min, med, max, p(N) must stand", msg);
}

static enum err take_op(const char *text, const char **cursor, struct threshold *out,
                        struct err_msg *msg)
{
    for (size_t i = 0; i < COUNT_OF_TABLE(ops); i++) {
        size_t length = strlen(ops[i].text);
        if (strncmp(*cursor, ops[i].text, length) == 0) {
            out->op = ops[i].op;
            *cursor += length;
            return ERR_OK;
        }
    }
    return wrong("threshold", text, *cursor, "one of <, <=, >, >=, ==, != must stand", msg);
}

enum err threshold_parse(const char *text, struct threshold *out, struct err_msg *msg)
{
    memset(out, 0, sizeof *out);
    const char *start = skip_blanks(text);
    const char *end = trim_end(start, start + strlen(start));
    const char *at = start;
    if (!copy_text(start, end, out->source, sizeof out->source)) {
        return wrong("threshold", text, start, "is a threshold of more than 63 bytes", msg);
    }
    enum err err = take_aggregation(text, &at, out, msg);
    if (err != ERR_OK) {
        return err;
    }
    at = skip_blanks(at);
    err = take_op(text, &at, out, msg);
    if (err != ERR_OK) {
        return err;
    }
    at = skip_blanks(at);
    if (!take_number(at, end, &out->limit)) {
        return wrong("threshold", text, at, "a number and nothing else must stand", msg);
    }
    return ERR_OK;
}

static enum err take_field(const cJSON *field, struct threshold *out, struct err_msg *msg)
{
    if (strcmp(field->string, "threshold") == 0) {
        return ERR_OK;
    }
    if (strcmp(field->string, "abortOnFail") == 0) {
        if (!cJSON_IsBool(field)) {
            return err_set(msg, ERR_USAGE, "threshold: \"abortOnFail\" must be true or false");
        }
        out->abort_on_fail = cJSON_IsTrue(field);
        return ERR_OK;
    }
    if (strcmp(field->string, "delayAbortEval") == 0) {
        if (!cJSON_IsString(field) ||
            !num_parse_duration_ms(field->valuestring, &out->delay_abort_ms)) {
            return err_set(msg, ERR_USAGE,
                           "threshold: \"delayAbortEval\" must be a duration such as \"10s\"");
        }
        return ERR_OK;
    }
    return err_set(msg, ERR_USAGE,
                   "threshold: there is no field \"%.60s\", only threshold, abortOnFail and "
                   "delayAbortEval",
                   field->string);
}

enum err threshold_from_json(const cJSON *node, struct threshold *out, struct err_msg *msg)
{
    if (cJSON_IsString(node)) {
        return threshold_parse(node->valuestring, out, msg);
    }
    const char *text = cJSON_IsObject(node) ? json_text(node, "threshold") : NULL;
    if (text == NULL) {
        return err_set(msg, ERR_USAGE,
                       "a threshold must be a text such as \"p(95)<500\" or an object with "
                       "\"threshold\"");
    }
    enum err err = threshold_parse(text, out, msg);
    const cJSON *field = NULL;
    cJSON_ArrayForEach (field, node) {
        if (err == ERR_OK) {
            err = take_field(field, out, msg);
        }
    }
    return err;
}

static bool has_aggregation(enum series_kind kind, enum threshold_aggregation aggregation)
{
    switch (kind) {
    case SERIES_COUNTER:
        return aggregation == THRESHOLD_COUNT || aggregation == THRESHOLD_RATE;
    case SERIES_GAUGE:
        return aggregation == THRESHOLD_VALUE;
    case SERIES_RATE:
        return aggregation == THRESHOLD_RATE;
    default:
        return aggregation >= THRESHOLD_AVG;
    }
}

enum err threshold_check_kind(const struct threshold *threshold, enum series_kind kind,
                              struct err_msg *msg)
{
    static const char *const has[] = {
        [SERIES_COUNTER] = "count and rate",
        [SERIES_GAUGE] = "value",
        [SERIES_RATE] = "rate",
        [SERIES_TREND] = "avg, min, med, max and p(N)",
    };
    if (has_aggregation(kind, threshold->aggregation)) {
        return ERR_OK;
    }
    return err_set(msg, ERR_USAGE, "threshold \"%s\": a %s has %s, not %s", threshold->source,
                   kind_names[kind], has[kind], aggregation_names[threshold->aggregation]);
}

static bool compare(enum threshold_op op, double value, double limit)
{
    switch (op) {
    case THRESHOLD_LESS:
        return value < limit;
    case THRESHOLD_LESS_EQUAL:
        return value <= limit;
    case THRESHOLD_GREATER:
        return value > limit;
    case THRESHOLD_GREATER_EQUAL:
        return value >= limit;
    case THRESHOLD_EQUAL:
        return value == limit;
    default:
        return value != limit;
    }
}

/* Whether every value from `bound` upwards gives the same answer as `bound` itself. */
static bool is_settled(enum threshold_op op, double bound, double limit)
{
    switch (op) {
    case THRESHOLD_LESS:
    case THRESHOLD_GREATER_EQUAL:
        return bound >= limit;
    default:
        return bound > limit;
    }
}

static double percent_of(const struct threshold *threshold)
{
    return threshold->aggregation == THRESHOLD_MED ? 50 : threshold->percent;
}

static void take_trend(const struct threshold *threshold, const struct threshold_values *values,
                       struct threshold_result *out)
{
    struct histogram_figure figure = { 0, false };
    out->n = values->trend == NULL ? 0 : histogram_samples(values->trend);
    if (out->n == 0) {
        return;
    }
    switch (threshold->aggregation) {
    case THRESHOLD_AVG:
        figure = histogram_mean(values->trend);
        break;
    case THRESHOLD_MIN:
        figure = histogram_min(values->trend);
        break;
    case THRESHOLD_MAX:
        figure = histogram_max(values->trend);
        break;
    default:
        if (out->n < histogram_samples_needed(percent_of(threshold))) {
            (void)snprintf(out->reason, sizeof out->reason,
                           "%llu samples, and the %gth percentile needs %llu",
                           (unsigned long long)out->n, percent_of(threshold),
                           (unsigned long long)histogram_samples_needed(percent_of(threshold)));
            return;
        }
        figure = histogram_percentile(values->trend, percent_of(threshold));
        break;
    }
    out->has_value = true;
    out->value = figure.value / values->trend_unit;
    out->at_least = figure.at_least;
}

static void take_plain(const struct threshold *threshold, const struct threshold_values *values,
                       struct threshold_result *out)
{
    out->n = values->samples;
    out->has_value = out->n > 0;
    if (!out->has_value) {
        return;
    }
    if (values->kind == SERIES_RATE) {
        out->value = (double)values->truths / (double)values->samples;
    } else if (threshold->aggregation == THRESHOLD_RATE) {
        out->value = values->total / values->seconds;
    } else {
        out->value = values->total;
    }
}

void threshold_evaluate(const struct threshold *threshold, const struct threshold_values *values,
                        struct threshold_result *out)
{
    assert(has_aggregation(values->kind, threshold->aggregation));
    memset(out, 0, sizeof *out);
    out->outcome = THRESHOLD_NO_DATA;
    if (values->kind == SERIES_TREND) {
        take_trend(threshold, values, out);
    } else {
        take_plain(threshold, values, out);
    }
    if (!out->has_value) {
        if (out->n == 0) {
            (void)snprintf(out->reason, sizeof out->reason, "no sample");
        }
        return;
    }
    if (out->at_least && !is_settled(threshold->op, out->value, threshold->limit)) {
        (void)snprintf(out->reason, sizeof out->reason,
                       "the value is %g or more (time-outs), which leaves it open", out->value);
        return;
    }
    out->outcome =
        compare(threshold->op, out->value, threshold->limit) ? THRESHOLD_PASSES : THRESHOLD_FAILS;
}

bool threshold_aborts(const struct threshold *threshold, const struct threshold_result *result,
                      uint64_t elapsed_ms)
{
    return threshold->abort_on_fail && result->outcome == THRESHOLD_FAILS &&
           elapsed_ms >= threshold->delay_abort_ms;
}

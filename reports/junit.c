/* JUnit XML. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/lines.h"
#include "reports/outputs.h"

struct suite {
    char *name;
    size_t count[LINE_ERROR + 1];
    struct strbuf cases;
};

struct suites {
    struct suite *item;
    size_t count;
    size_t cap;
};

static struct suite *suite_of(struct suites *suites, const char *subject)
{
    for (size_t i = 0; i < suites->count; i++) {
        if (strcmp(suites->item[i].name, subject) == 0) {
            return &suites->item[i];
        }
    }
    void *item = suites->item;
    mem_reserve(&item, &suites->cap, suites->count + 1, sizeof *suites->item);
    suites->item = item;
    suites->item[suites->count] = (struct suite){ .name = mem_dup_str(subject) };
    return &suites->item[suites->count++];
}

static void add_attribute(struct strbuf *out, const char *name, const char *value)
{
    strbuf_addf(out, " %s=\"", name);
    clean_add_html(out, value);
    strbuf_add_char(out, '"');
}

static void add_case(void *arg, const struct line_judged *line)
{
    static const char *const elements[] = {
        [LINE_PASSED] = NULL,
        [LINE_FAILED] = "failure",
        [LINE_NO_DATA] = "skipped",
        [LINE_ERROR] = "error",
    };
    struct suite *suite = suite_of(arg, line->subject);
    struct strbuf *out = &suite->cases;
    const char *element = elements[line->state];
    suite->count[line->state]++;
    strbuf_add_str(out, "    <testcase classname=\"tmscdp.");
    clean_add_html(out, line->subject);
    strbuf_add_char(out, '"');
    add_attribute(out, "name", line->name);
    if (element == NULL) {
        strbuf_add_str(out, "/>\n");
        return;
    }
    strbuf_addf(out, ">\n      <%s", element);
    add_attribute(out, "message", line->text);
    if (line->state == LINE_NO_DATA) {
        strbuf_add_str(out, "/>\n    </testcase>\n");
        return;
    }
    add_attribute(out, "type", line->state == LINE_ERROR ? "run" : "target");
    strbuf_add_char(out, '>');
    clean_add_html(out, line->text);
    strbuf_addf(out, "</%s>\n    </testcase>\n", element);
}

static size_t total(const struct suite *suite)
{
    size_t sum = 0;
    for (size_t i = 0; i <= LINE_ERROR; i++) {
        sum += suite->count[i];
    }
    return sum;
}

static void add_counts(struct strbuf *out, size_t tests, const size_t count[LINE_ERROR + 1])
{
    strbuf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", tests,
                count[LINE_FAILED], count[LINE_ERROR], count[LINE_NO_DATA]);
}

/* "2026-02-24T13:37:10", as the schema has it: without fraction and zone. */
static void add_timestamp(struct strbuf *out, const char *started_at)
{
    char text[20];
    (void)snprintf(text, sizeof text, "%.19s", started_at);
    if (strlen(text) == 19 && text[10] == 'T') {
        add_attribute(out, "timestamp", text);
    }
}

void output_junit(const struct report *report, struct strbuf *out)
{
    struct suites suites = { .count = 0 };
    size_t sums[LINE_ERROR + 1] = { 0 };
    size_t tests = 0;
    double seconds = 0.0;
    lines_judged(report, add_case, &suites);
    for (size_t i = 0; i < suites.count; i++) {
        tests += total(&suites.item[i]);
        for (size_t k = 0; k <= LINE_ERROR; k++) {
            sums[k] += suites.item[i].count[k];
        }
    }
    for (size_t i = 0; i < report->run_count; i++) {
        seconds += isfinite(report->run[i].duration_s) ? report->run[i].duration_s : 0.0;
    }
    strbuf_add_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tmscdp\"");
    add_counts(out, tests, sums);
    strbuf_addf(out, " time=\"%.3f\">\n", seconds);
    for (size_t i = 0; i < suites.count; i++) {
        struct suite *suite = &suites.item[i];
        strbuf_add_str(out, "  <testsuite");
        add_attribute(out, "name", suite->name);
        add_counts(out, total(suite), suite->count);
        add_timestamp(out, report->run[0].started_at);
        strbuf_add_str(out, ">\n");
        strbuf_add(out, strbuf_text(&suite->cases), suite->cases.len);
        strbuf_add_str(out, "  </testsuite>\n");
        strbuf_release(&suite->cases);
        free(suite->name);
    }
    strbuf_add_str(out, "</testsuites>\n");
    free(suites.item);
}

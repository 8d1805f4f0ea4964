/* The result of `tmscdp pair`, read into the model: the browser without and with a load. */
#include <math.h>

#include "base/mem.h"
#include "reports/load_build.h"

static void read_line(struct report *report, const cJSON *node, struct report_pair_line *out)
{
    const char *better = json_text(node, "better");
    *out = (struct report_pair_line){
        .title = load_text(report, node, "title", 80),
        .unit = load_text(report, node, "unit", 20),
        .higher_is_better = better != NULL && strcmp(better, "higher") == 0,
        .pairs = load_number(node, "pairs"),
        .idle = load_number(node, "idle"),
        .loaded = load_number(node, "loaded"),
        .change = load_number(node, "change"),
        .low = load_number(node, "low"),
        .high = load_number(node, "high"),
        .reason = load_text(report, node, "reason", 200),
    };
}

static const char *join(struct report *report, const cJSON *list)
{
    const cJSON *entry;
    struct strbuf text = STRBUF_INIT;
    cJSON_ArrayForEach (entry, list) {
        if (cJSON_IsString(entry)) {
            strbuf_addf(&text, "%s%s", text.len > 0 ? ", " : "", entry->valuestring);
        }
    }
    const char *clean = report_keep_text(report, strbuf_text(&text), 300);
    strbuf_release(&text);
    return clean;
}

void build_pair(struct report *report, const struct report_run *run, const cJSON *node,
                struct report_pair *out)
{
    const cJSON *entry;
    const cJSON *lines = json_at(node, "metrics");
    const cJSON *doubts = json_at(node, "inconclusive");
    size_t count = load_count(report, lines, "figures of a pair");
    size_t doubt_count = load_count(report, doubts, "doubts");
    *out = (struct report_pair){
        .run = run,
        .order = load_text(report, node, "order", 80),
        .with = join(report, json_at(node, "with")),
        .crash = json_text(node, "crash") != NULL ? load_text(report, node, "crash", 300) : NULL,
        .messages = load_number(node, "messages"),
        .vus = load_number(node, "vus"),
        .blocks = load_number(node, "blocks"),
        .line = report_keep_array(report, count, sizeof *out->line),
        .doubt = report_keep_array(report, doubt_count, sizeof *out->doubt),
    };
    cJSON_ArrayForEach (entry, lines) {
        if (out->line_count < count) {
            read_line(report, entry, &out->line[out->line_count++]);
        }
    }
    cJSON_ArrayForEach (entry, doubts) {
        if (cJSON_IsString(entry) && out->doubt_count < doubt_count) {
            out->doubt[out->doubt_count++] = report_keep_text(report, entry->valuestring, 300);
        }
    }
}

/* The head of a result file: what was run, with what, where, and how noisy it was. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/model_build.h"

#define FACT_CHARS    ((size_t)160)
#define COMMAND_CHARS ((size_t)2000)
#define FACTS_MAX     ((size_t)60)
#define FLAGS_MAX     ((size_t)120)

enum fact_form {
    FORM_PLAIN,
    FORM_SHARE,
    FORM_BYTES,
    FORM_SECONDS
};

/* How known fields of the result read in a report; others keep their own name. */
static const struct {
    const char *field;
    const char *title;
    enum fact_form form;
} known[] = {
    { "product", "Browser", FORM_PLAIN },
    { "engine", "Engine", FORM_PLAIN },
    { "revision", "Revision", FORM_PLAIN },
    { "sandbox", "Sandbox", FORM_PLAIN },
    { "headed", "Headed", FORM_PLAIN },
    { "width", "Viewport width", FORM_PLAIN },
    { "height", "Viewport height", FORM_PLAIN },
    { "scale", "Device scale factor", FORM_PLAIN },
    { "kernel", "Kernel", FORM_PLAIN },
    { "machine", "Architecture", FORM_PLAIN },
    { "os", "System", FORM_PLAIN },
    { "cpu", "Processor", FORM_PLAIN },
    { "cores", "Cores", FORM_PLAIN },
    { "memory_bytes", "Memory", FORM_BYTES },
    { "container", "In a container", FORM_PLAIN },
    { "speed_index", "Speed index (million loop turns a second)", FORM_PLAIN },
    { "seconds", "Observed for", FORM_SECONDS },
    { "busy_share", "Machine busy", FORM_SHARE },
    { "steal_share", "Taken by the hypervisor", FORM_SHARE },
    { "load_1m", "Load average (1 min)", FORM_PLAIN },
    { "self_share", "tmscdp's own share of a core", FORM_SHARE },
    { "cpu_share", "tmscdp's own share of a core in the windows", FORM_SHARE },
    { "peak_rss_bytes", "tmscdp's own memory, at most", FORM_BYTES },
};

static const char *title_of(struct report *report, const char *field, enum fact_form *form)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].field, field) == 0) {
            *form = known[i].form;
            return known[i].title;
        }
    }
    *form = FORM_PLAIN;
    return report_keep_text(report, field, 60);
}

static const char *number_text(struct report *report, double number, enum fact_form form)
{
    char text[METRIC_TEXT_BYTES];
    switch (form) {
    case FORM_SHARE:
        return report_keep_format(report, "%.1f %%", number * 100.0);
    case FORM_BYTES:
        metric_format(metric_find("js_heap"), number, text, sizeof text);
        return report_keep_format(report, "%s", text);
    case FORM_SECONDS:
        return report_keep_format(report, "%.1f s", number);
    case FORM_PLAIN:
        break;
    }
    return report_keep_format(report, "%.6g", number);
}

static void add_fact(struct report *report, struct report_facts *facts, const char *name,
                     const char *value)
{
    if (facts->item == NULL) {
        facts->item = report_keep_array(report, FACTS_MAX, sizeof *facts->item);
    }
    if (facts->count < FACTS_MAX) {
        facts->item[facts->count++] = (struct report_fact){ name, value };
    }
}

static void add_scalar(struct report *report, struct report_facts *facts, const char *within,
                       const cJSON *node)
{
    enum fact_form form = FORM_PLAIN;
    if (cJSON_IsObject(node) || cJSON_IsArray(node)) {
        return;
    }
    const char *title = title_of(report, node->string, &form);
    if (within[0] != '\0') {
        title = report_keep_format(report, "%s: %s", within, title);
    }
    if (cJSON_IsNumber(node)) {
        add_fact(report, facts, title, number_text(report, node->valuedouble, form));
    } else if (cJSON_IsBool(node)) {
        add_fact(report, facts, title, cJSON_IsTrue(node) ? "yes" : "no");
    } else if (cJSON_IsString(node)) {
        add_fact(report, facts, title, report_keep_text(report, node->valuestring, FACT_CHARS));
    } else {
        add_fact(report, facts, title, "NO DATA");
    }
}

/* All members of `node`, and of the objects in it, but lists and what lies deeper. */
static void add_facts(struct report *report, struct report_facts *facts, const cJSON *node)
{
    const cJSON *member;
    const cJSON *inner;
    if (!cJSON_IsObject(node)) {
        return;
    }
    cJSON_ArrayForEach (member, node) {
        if (cJSON_IsObject(member)) {
            const char *within = report_keep_text(report, member->string, 60);
            cJSON_ArrayForEach (inner, member) {
                add_scalar(report, facts, within, inner);
            }
        } else {
            add_scalar(report, facts, "", member);
        }
    }
}

static void read_flags(struct report *report, const cJSON *flags, struct report_run *run)
{
    const cJSON *flag;
    run->flags = report_keep_array(report, FLAGS_MAX, sizeof *run->flags);
    cJSON_ArrayForEach (flag, flags) {
        if (cJSON_IsString(flag) && run->flag_count < FLAGS_MAX) {
            run->flags[run->flag_count++] = report_keep_text(report, flag->valuestring, FACT_CHARS);
        }
    }
}

static void add_word(struct strbuf *line, const char *option, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        char *clean = clean_text(value, FACT_CHARS);
        strbuf_addf(line, " --%s ", option);
        clean_add_shell_word(line, clean);
        free(clean);
    }
}

static void add_number(struct strbuf *line, const char *option, const cJSON *number)
{
    if (cJSON_IsNumber(number)) {
        strbuf_addf(line, " --%s %.15g", option, number->valuedouble);
    }
}

static void add_counts(struct strbuf *line, const cJSON *counts)
{
    const cJSON *count;
    const char *before = " --messages ";
    cJSON_ArrayForEach (count, counts) {
        if (cJSON_IsNumber(count)) {
            strbuf_addf(line, "%s%.15g", before, count->valuedouble);
            before = ",";
        }
    }
}

/* One variant of the name that stands for none was given by --client-url. */
static void add_variants(struct strbuf *line, const cJSON *variants)
{
    const cJSON *variant;
    cJSON_ArrayForEach (variant, variants) {
        const char *name = json_text(variant, "name");
        const char *url = json_text(variant, "url");
        if (name == NULL || url == NULL) {
            continue;
        }
        if (cJSON_GetArraySize(variants) == 1 && strcmp(name, "default") == 0) {
            add_word(line, "client-url", url);
            continue;
        }
        char *both = mem_format("%.60s=%s", name, url);
        add_word(line, "variant", both);
        free(both);
    }
}

static void add_measure(struct strbuf *line, const cJSON *options)
{
    add_counts(line, json_at(options, "messages"));
    add_number(line, "runs", json_at(options, "runs"));
    add_variants(line, json_at(options, "variants"));
    add_word(line, "api-url", json_text(options, "api_url"));
    add_word(line, "conversation", json_text(options, "conversation"));
    add_word(line, "profile", json_text(options, "profile"));
    if (json_at(options, "viewport") != NULL) {
        strbuf_addf(line, " --viewport %.0fx%.0f", json_number(options, "viewport.width", 0.0),
                    json_number(options, "viewport.height", 0.0));
    }
    if (json_at(options, "timeout_ms") != NULL) {
        strbuf_addf(line, " --timeout %.0fms", json_number(options, "timeout_ms", 0.0));
    }
    add_word(line, "chrome-flags", json_text(options, "chrome_flags"));
    if (json_bool(options, "headed", false)) {
        strbuf_add_str(line, " --headed");
    }
}

/* Each text of a list as an operand (option NULL) or under its option. */
static void add_list(struct strbuf *line, const char *option, const cJSON *list)
{
    const cJSON *entry;
    cJSON_ArrayForEach (entry, list) {
        if (cJSON_IsString(entry) && option != NULL) {
            add_word(line, option, entry->valuestring);
        } else if (cJSON_IsString(entry)) {
            char *clean = clean_text(entry->valuestring, FACT_CHARS);
            strbuf_add_char(line, ' ');
            clean_add_shell_word(line, clean);
            free(clean);
        }
    }
}

static void add_stress(struct strbuf *line, const cJSON *options)
{
    static const struct {
        const char *field;
        bool when;
        const char *option;
    } flags[] = {
        { "reset", true, " --reset" },
        { "baseline", false, " --no-baseline" },
        { "thresholds", false, " --no-thresholds" },
    };
    add_list(line, NULL, json_at(options, "scenarios"));
    add_word(line, "api-url", json_text(options, "api_url"));
    add_number(line, "vus", json_at(options, "vus"));
    if (json_at(options, "duration_ms") != NULL) {
        strbuf_addf(line, " --duration %.0fms", json_number(options, "duration_ms", 0.0));
    }
    add_number(line, "iterations", json_at(options, "iterations"));
    add_list(line, "stage", json_at(options, "stages"));
    add_word(line, "timeout", json_text(options, "timeout"));
    if (json_number(options, "threads", 1.0) > 1.0) {
        add_number(line, "threads", json_at(options, "threads"));
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (json_bool(options, flags[i].field, !flags[i].when) == flags[i].when) {
            strbuf_add_str(line, flags[i].option);
        }
    }
    if (json_number(options, "tolerate_5xx", 0.0) > 0.0) {
        add_number(line, "tolerate-5xx", json_at(options, "tolerate_5xx"));
    }
    add_number(line, "seed", json_at(options, "seed"));
}

static void add_pair(struct strbuf *line, const cJSON *options)
{
    add_number(line, "messages", json_at(options, "messages"));
    add_list(line, "with", json_at(options, "with"));
    add_number(line, "vus", json_at(options, "vus"));
    add_number(line, "blocks", json_at(options, "blocks"));
    add_word(line, "client-url", json_text(options, "client_url"));
    add_word(line, "api-url", json_text(options, "api_url"));
    add_word(line, "conversation", json_text(options, "conversation"));
    if (json_bool(options, "reset", false)) {
        strbuf_add_str(line, " --reset");
    }
}

/* The command as typed in a shell, from what it stores of its options; nothing else of them goes
 * in: the line will be pasted. */
static const char *command_line(struct report *report, const cJSON *root)
{
    struct strbuf line = STRBUF_INIT;
    const cJSON *options = json_at(root, "options");
    const char *command = json_text(root, "command");
    bool load = command != NULL && strcmp(command, "stress") == 0;
    bool pair = command != NULL && strcmp(command, "pair") == 0;
    strbuf_add_str(&line, load ? "tmscdp stress" : (pair ? "tmscdp pair" : "tmscdp measure"));
    if (load) {
        add_stress(&line, options);
    } else if (pair) {
        add_pair(&line, options);
    } else {
        add_measure(&line, options);
    }
    const char *text = report_keep_text(report, strbuf_text(&line), COMMAND_CHARS);
    strbuf_release(&line);
    return text;
}

static const char *tool_name(struct report *report, const cJSON *root)
{
    char *name = clean_text(json_text(root, "tool.name"), 40);
    char *version = clean_text(json_text(root, "tool.version"), 40);
    char *commit = clean_text(json_text(root, "tool.commit"), 40);
    const char *text = report_keep_format(report, "%s %s (%s)", name[0] != '\0' ? name : "tmscdp",
                                          version, commit[0] != '\0' ? commit : "no commit");
    free(name);
    free(version);
    free(commit);
    return text;
}

void build_run(struct report *report, const char *dir, const cJSON *root, struct report_run *run)
{
    const char *product = json_text(root, "browser.product");
    *run = (struct report_run){
        .dir = report_keep(report, mem_dup_str(dir)),
        .id = report_keep_text(report, json_text(root, "id"), 80),
        .command = report_keep_text(report, json_text(root, "command"), 20),
        .state = report_keep_text(report, json_text(root, "state"), 20),
        .reason = report_keep_text(report, json_text(root, "reason"), 300),
        .started_at = report_keep_text(report, json_text(root, "started_at"), 40),
        .duration_s = json_number(root, "duration_s", (double)NAN),
        .tool = tool_name(report, root),
        .target = report_keep_text(report, json_text(root, "stress.target"), 200),
        .profile = report_keep_text(report, json_text(root, "measure.profile"), 60),
        .conversation = report_keep_text(report, json_text(root, "measure.conversation"), 80),
        .browser = report_keep_text(report, product != NULL ? product : "unknown", 80),
        .command_line = command_line(report, root),
    };
    add_facts(report, &run->browser_facts, json_at(root, "browser"));
    add_facts(report, &run->browser_facts, json_at(root, "measure.viewport"));
    add_facts(report, &run->host, json_at(root, "host"));
    add_facts(report, &run->noise, json_at(root, "noise"));
    add_facts(report, &run->noise, json_at(root, "self"));
    read_flags(report, json_at(root, "browser.flags"), run);
}

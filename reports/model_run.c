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

static void add_option(struct strbuf *line, const char *name, const cJSON *value)
{
    if (cJSON_IsTrue(value)) {
        strbuf_addf(line, " --%s", name);
        return;
    }
    if (cJSON_IsNumber(value)) {
        strbuf_addf(line, " --%s %.15g", name, value->valuedouble);
        return;
    }
    if (cJSON_IsString(value) && value->valuestring[0] != '\0') {
        strbuf_addf(line, " --%s ", name);
        char *word = clean_text(value->valuestring, FACT_CHARS);
        clean_add_shell_word(line, word);
        free(word);
    }
}

/* A list of numbers is one value with commas; of texts, the option given again and again. */
static void add_list_option(struct strbuf *line, const char *name, const cJSON *list)
{
    const cJSON *item;
    bool first = true;
    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsNumber(item)) {
            if (first) {
                strbuf_addf(line, " --%s ", name);
            } else {
                strbuf_add_char(line, ',');
            }
            strbuf_addf(line, "%.15g", item->valuedouble);
            first = false;
        } else {
            add_option(line, name, item);
        }
    }
}

/* The option's name as typed; false for what cannot be one: the line will be pasted into a shell.
 */
static bool option_name(const char *field, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (; field != NULL && *field != '\0' && used + 1 < out_bytes; field++) {
        bool letter = (*field >= 'a' && *field <= 'z') || (*field >= '0' && *field <= '9');
        if (!letter && *field != '_' && *field != '-') {
            return false;
        }
        char c = '-';
        if (letter) {
            c = *field;
        }
        out[used++] = c;
    }
    out[used] = '\0';
    return used > 0 && *field == '\0';
}

static const char *command_line(struct report *report, const cJSON *root)
{
    const cJSON *option;
    struct strbuf line = STRBUF_INIT;
    strbuf_add_str(&line, "tmscdp measure");
    cJSON_ArrayForEach (option, json_at(root, "options")) {
        char name[40];
        if (!option_name(option->string, name, sizeof name)) {
            continue;
        }
        if (cJSON_IsArray(option)) {
            add_list_option(&line, name, option);
        } else {
            add_option(&line, name, option);
        }
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
        .state = report_keep_text(report, json_text(root, "state"), 20),
        .reason = report_keep_text(report, json_text(root, "reason"), 300),
        .started_at = report_keep_text(report, json_text(root, "started_at"), 40),
        .duration_s = json_number(root, "duration_s", (double)NAN),
        .tool = tool_name(report, root),
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

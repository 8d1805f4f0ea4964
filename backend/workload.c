#include "backend/workload.h"

#include "backend/workload_read.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/options.h"

#define SCENARIOS_FOLDER "backend/scenarios/"
#define APIS_FOLDER      "backend/apis/"
#define SCHEMA_NAME      "schema"
#define JSON_END         ".json"
#define NAME_CHARS       64
#define NAMES_MAX        ((size_t)64)

/* The middle of "backend/scenarios/<name>.json", or NULL when the path is another one. */
static char *name_in(const char *path, const char *folder)
{
    size_t length = strlen(path);
    size_t front = strlen(folder);
    size_t back = strlen(JSON_END);
    if (strncmp(path, folder, front) != 0 || length < front + back ||
        strcmp(path + length - back, JSON_END) != 0) {
        return NULL;
    }
    return mem_dup_bytes(path + front, length - front - back);
}

const char *const *workload_names(void)
{
    static const char *names[NAMES_MAX + 1];
    if (names[0] != NULL) {
        return names;
    }
    size_t count = 0;
    for (const struct embedded *file = embedded_files; file->path != NULL; file++) {
        char *name = name_in(file->path, SCENARIOS_FOLDER);
        if (name != NULL && strcmp(name, SCHEMA_NAME) != 0 && count < NAMES_MAX) {
            names[count++] = name; /* kept to the program's end */
        } else {
            free(name);
        }
    }
    return names;
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);
    size_t back = strlen(JSON_END);
    return strchr(name, '/') != NULL ||
           (length > back && strcmp(name + length - back, JSON_END) == 0);
}

static enum err open_embedded(const char *folder, const char *name, struct config *out,
                              struct err_msg *msg)
{
    char *path = mem_format("%s%s%s", folder, name, JSON_END);
    const struct embedded *file = embedded_find(path);
    enum err err = ERR_OK;
    if (file != NULL) {
        err = config_open_text(path, file->text, file->bytes, out, msg);
    } else {
        err = err_set(msg, ERR_USAGE, "there is no %s in this program", path);
    }
    free(path);
    return err;
}

static enum err open_workload(const char *name, struct config *out, struct err_msg *msg)
{
    const char *const *names = workload_names();
    size_t count = 0;
    if (is_path(name)) {
        return config_open(name, out, msg);
    }
    for (; names[count] != NULL; count++) {
        if (strcmp(names[count], name) == 0) {
            return open_embedded(SCENARIOS_FOLDER, name, out, msg);
        }
    }
    const char *nearest = options_nearest(name, names, count);
    return err_set(msg, ERR_USAGE,
                   "there is no scenario \"%s\"%s%s%s; `tmscdp stress --list` shows them, a file's "
                   "name ends in .json",
                   name, nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "\"?" : "");
}

static void read_pool(struct workload *workload, const cJSON *list)
{
    static const char *const fields[] = { "status", "json", "equals", NULL };
    struct config *config = &workload->api_config;
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        if (workload->api.pool_count == WORKLOAD_LIST_MAX) {
            config_complain(config, node, "at most %zu patterns", WORKLOAD_LIST_MAX);
            return;
        }
        struct pool_pattern *pattern = &workload->api.pool[workload->api.pool_count++];
        config_known(config, node, fields);
        pattern->status = (int)config_count(config, node, "status", 100, 599, 500);
        pattern->json = config_text(config, node, "json", CONFIG_OPTIONAL);
        pattern->equals = config_text(config, node, "equals",
                                      pattern->json != NULL ? CONFIG_REQUIRED : CONFIG_OPTIONAL);
    }
}

/* The API's description is carried in the program; "api" names another one, "prefix" replaces the
 * path that all requests begin with. */
static enum err read_api(struct workload *workload, struct err_msg *msg)
{
    static const char *const fields[] = { "name", "prefix", "alive", "pool_exhausted",
                                          "data", "socket", NULL };
    struct config *config = &workload->api_config;
    const char *name =
        config_text(&workload->config, workload->config.root, "api", CONFIG_OPTIONAL);
    enum err err = open_embedded(APIS_FOLDER, name != NULL ? name : "tms", config, msg);
    if (err != ERR_OK) {
        return err;
    }
    struct api *api = &workload->api;
    config_known(config, config->root, fields);
    api->name = config_text(config, config->root, "name", CONFIG_REQUIRED);
    api->prefix = json_text(config->root, "prefix");
    api->alive = config_text(config, config->root, "alive", CONFIG_REQUIRED);
    read_pool(workload, config_array(config, config->root, "pool_exhausted", CONFIG_OPTIONAL));
    workload_read_socket_api(config, config_object(config, config->root, "socket", CONFIG_OPTIONAL),
                             &api->socket);
    data_describe(&workload->data, config,
                  config_object(config, config->root, "data", CONFIG_REQUIRED));
    const char *prefix = json_text(workload->config.root, "prefix");
    if (prefix != NULL) {
        api->prefix = prefix;
    }
    if (api->prefix == NULL) {
        api->prefix = "";
    }
    return ERR_OK;
}

static void read_integrity(struct workload *workload, const cJSON *list)
{
    static const char *const names[] = { "votes", "messages", "reactions" };
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        size_t index = config_choice(&workload->config, node, names, 3);
        workload->integrity |= index < 3 ? 1U << index : 0;
    }
}

/* It becomes part of file names. */
static void check_name(struct workload *workload)
{
    const char *name = workload->name;
    if (name != NULL && (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_")] != '\0' ||
                         strlen(name) > NAME_CHARS)) {
        config_complain(&workload->config,
                        cJSON_GetObjectItemCaseSensitive(workload->config.root, "name"),
                        "must be letters, digits, \"-\" and \"_\", at most %d", NAME_CHARS);
    }
}

static void read_all(struct workload *workload)
{
    static const char *const fields[] = { "$schema",  "name",       "summary", "api",
                                          "prefix",   "metrics",    "flows",   "scenarios",
                                          "baseline", "thresholds", "fanout",  "integrity",
                                          NULL };
    struct config *config = &workload->config;
    const cJSON *root = config->root;
    config_known(config, root, fields);
    workload->name = config_text(config, root, "name", CONFIG_REQUIRED);
    check_name(workload);
    workload->summary = config_text(config, root, "summary", CONFIG_REQUIRED);
    workload_read_metrics(workload, config_object(config, root, "metrics", CONFIG_OPTIONAL));
    workload_read_flows(workload, config_object(config, root, "flows", CONFIG_REQUIRED));
    workload_read_baseline(workload, cJSON_GetObjectItemCaseSensitive(root, "baseline"));
    workload_read_scenarios(workload, config_object(config, root, "scenarios", CONFIG_REQUIRED));
    workload_read_thresholds(workload, config_object(config, root, "thresholds", CONFIG_OPTIONAL));
    workload_read_fanout(workload, cJSON_GetObjectItemCaseSensitive(root, "fanout"));
    read_integrity(workload, config_array(config, root, "integrity", CONFIG_OPTIONAL));
}

/* Reads what has been opened, or passes its failure on. */
static enum err finish(struct workload *workload, enum err opened, struct workload **out,
                       struct strbuf *mistakes, struct err_msg *msg)
{
    enum err err = opened == ERR_OK ? read_api(workload, msg) : opened;
    if (err == ERR_OK) {
        read_all(workload);
        err = config_check(&workload->api_config, msg);
    }
    if (err == ERR_OK) {
        err = config_check(&workload->config, msg);
    }
    strbuf_add_str(mistakes, strbuf_text(&workload->api_config.mistakes));
    strbuf_add_str(mistakes, strbuf_text(&workload->config.mistakes));
    if (err != ERR_OK) {
        workload_free(workload);
        return err;
    }
    *out = workload;
    return ERR_OK;
}

enum err workload_load(const char *name, struct workload **out, struct strbuf *mistakes,
                       struct err_msg *msg)
{
    struct workload *workload = mem_new(sizeof *workload);
    return finish(workload, open_workload(name, &workload->config, msg), out, mistakes, msg);
}

enum err workload_from_text(const char *name, const char *text, size_t bytes, struct workload **out,
                            struct strbuf *mistakes, struct err_msg *msg)
{
    struct workload *workload = mem_new(sizeof *workload);
    return finish(workload, config_open_text(name, text, bytes, &workload->config, msg), out,
                  mistakes, msg);
}

void workload_free(struct workload *workload)
{
    if (workload == NULL) {
        return;
    }
    for (size_t i = 0; i < workload->flow_count; i++) {
        struct flow *flow = &workload->flow[i];
        for (size_t k = 0; k < flow->step_count; k++) {
            request_free(flow->step[k].request);
        }
    }
    free(workload->flow);
    data_release(&workload->data);
    config_release(&workload->config);
    config_release(&workload->api_config);
    free(workload);
}

uint64_t workload_end_ns(const struct workload *workload, size_t scenario)
{
    uint64_t end_ns = 0;
    for (int at = (int)scenario; at >= 0; at = workload->scenario[at].after) {
        end_ns += schedule_end_ns(&workload->scenario[at].schedule);
    }
    return end_ns;
}

int workload_variable(struct workload *workload, const char *name)
{
    for (size_t i = 0; i < workload->variable_count; i++) {
        if (strcmp(workload->variable[i].name, name) == 0) {
            return (int)i;
        }
    }
    int set = data_find(&workload->data, name);
    if (set < 0 || workload->variable_count == WORKLOAD_VARIABLES_MAX) {
        return -1;
    }
    workload->data.set[set].wanted = true;
    workload->variable[workload->variable_count] =
        (struct variable){ .name = workload->data.set[set].name, .kind = VARIABLE_SET, .set = set };
    return (int)workload->variable_count++;
}

int workload_add_variable(struct workload *workload, const cJSON *node, const char *name,
                          enum variable_kind kind, int set)
{
    for (size_t i = 0; i < workload->variable_count; i++) {
        const struct variable *known = &workload->variable[i];
        if (strcmp(known->name, name) == 0) {
            if (known->kind != kind) {
                config_complain(&workload->config, node,
                                "the name \"%s\" already stands for something else", name);
                return -1;
            }
            return (int)i;
        }
    }
    if (workload->variable_count == WORKLOAD_VARIABLES_MAX) {
        config_complain(&workload->config, node, "at most %zu variables", WORKLOAD_VARIABLES_MAX);
        return -1;
    }
    bool has_slot = kind == VARIABLE_PICK || kind == VARIABLE_CAPTURE;
    workload->variable[workload->variable_count] = (struct variable){
        .name = name, .kind = kind, .set = set, .slot = has_slot ? workload->slot_count++ : 0
    };
    return (int)workload->variable_count++;
}

int workload_want_set(struct workload *workload, const cJSON *node, const char *name)
{
    int set = data_find(&workload->data, name);
    if (set >= 0) {
        workload->data.set[set].wanted = true;
        return set;
    }
    const char *names[DATA_SETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < workload->data.count; i++) {
        if (workload->data.set[i].name[0] != '\0') {
            names[count++] = workload->data.set[i].name;
        }
    }
    (void)config_choice(&workload->config, node, names, count);
    return -1;
}

static int find_variable(void *arg, const char *name)
{
    return workload_variable(arg, name);
}

void workload_template(struct workload *workload, const cJSON *node, const char *text,
                       enum template_escape escape, struct template *out)
{
    struct err_msg msg = { "" };
    if (template_compile(text, escape, find_variable, workload, out, &msg) != ERR_OK) {
        config_complain(&workload->config, node, "%s", msg.text);
    }
}

/* Steps: pick, think, loop; requests are in workload_request.c. */
#include "backend/workload_read.h"
#include "base/mem.h"

#define LOOP_TIMES_MAX 100000

void workload_read_pause(struct workload *workload, const cJSON *node, struct pause *out)
{
    struct config *config = &workload->config;
    if (cJSON_IsString(node)) {
        (void)config_duration_of(config, node, &out->min_ns);
        out->max_ns = out->min_ns;
        return;
    }
    if (!cJSON_IsObject(node)) {
        config_complain(config, node, "must be a duration, or {\"min\", \"max\"}");
        return;
    }
    bool both = config_duration_ns(config, node, "min", &out->min_ns);
    both = config_duration_ns(config, node, "max", &out->max_ns) && both;
    if (!both) {
        config_complain(config, node, "needs \"min\" and \"max\"");
    } else if (out->min_ns > out->max_ns) {
        config_complain(config, node, "\"min\" is more than \"max\"");
    }
}

unsigned workload_read_outcomes(struct workload *workload, const cJSON *list)
{
    unsigned bits = 0;
    const cJSON *node = NULL;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0) {
        config_complain(&workload->config, list, "must be a list of outcomes");
        return 0;
    }
    cJSON_ArrayForEach (node, list) {
        size_t outcome = config_choice(&workload->config, node, outcome_names, OUTCOME_COUNT);
        bits |= outcome < OUTCOME_COUNT ? 1U << outcome : 0;
    }
    return bits;
}

static void read_think(struct workload *workload, const cJSON *node, struct think *out)
{
    static const char *const fields[] = { "min", "max", "after", NULL };
    static const char *const after_fields[] = { "outcomes", "min", "max", NULL };
    struct config *config = &workload->config;
    workload_read_pause(workload, node, &out->pause);
    if (!cJSON_IsObject(node)) {
        return;
    }
    config_known(config, node, fields);
    const cJSON *after = config_object(config, node, "after", CONFIG_OPTIONAL);
    if (after != NULL) {
        config_known(config, after, after_fields);
        workload_read_pause(workload, after, &out->after);
        const cJSON *outcomes = config_array(config, after, "outcomes", CONFIG_REQUIRED);
        if (outcomes != NULL) {
            out->after_outcomes = workload_read_outcomes(workload, outcomes);
        }
    }
}

static int pick_set(struct workload *workload, const cJSON *node)
{
    struct config *config = &workload->config;
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(node, "from");
    const cJSON *of = config_array(config, node, "of", CONFIG_OPTIONAL);
    if ((from == NULL) == (of == NULL)) {
        config_complain(config, node,
                        "needs \"from\" (a set of data) or \"of\" (a list), not both");
        return -1;
    }
    if (of != NULL) {
        return data_add_list(&workload->data, config, of);
    }
    if (!cJSON_IsString(from)) {
        config_complain(config, from, "must be the name of a set of data");
        return -1;
    }
    return workload_want_set(workload, from, from->valuestring);
}

static void read_pick(struct workload *workload, const cJSON *node, struct pick *out)
{
    static const char *const fields[] = { "from", "of", "by", "first", NULL };
    static const char *const orders[] = { "random", "vu", "iteration" };
    struct config *config = &workload->config;
    out->variable = -1;
    if (!cJSON_IsObject(node)) {
        config_complain(config, node, "must be {\"from\" or \"of\", \"by\"}");
        return;
    }
    config_known(config, node, fields);
    out->set = pick_set(workload, node);
    out->first = (uint32_t)config_count(config, node, "first", 1, UINT32_MAX, 0);
    const cJSON *by = cJSON_GetObjectItemCaseSensitive(node, "by");
    if (by != NULL) {
        size_t order = config_choice(config, by, orders, 3);
        out->by = order < 3 ? (enum pick_by)order : PICK_RANDOM;
    }
    out->variable = workload_variable(workload, node->string);
    if (out->variable >= 0 && out->set >= 0) {
        int other = workload->variable[out->variable].set;
        bool secret = workload->data.set[out->set].secret;
        if ((other >= 0 && workload->data.set[other].secret) != secret) {
            config_complain(config, node,
                            "the name is given to tokens here and to others elsewhere");
        }
    }
}

struct step *workload_add_step(struct workload *workload, struct flow *flow, const cJSON *node,
                               enum step_kind kind)
{
    if (flow->step_count == WORKLOAD_STEPS_MAX) {
        config_complain(&workload->config, node, "a flow has at most %zu steps",
                        WORKLOAD_STEPS_MAX);
        return NULL;
    }
    struct step *step = &flow->step[flow->step_count++];
    *step = (struct step){ .kind = kind, .loop = { .while_variable = -1 } };
    return step;
}

static void read_steps(struct workload *workload, struct flow *flow, const cJSON *steps,
                       size_t depth);

static void read_loop(struct workload *workload, struct flow *flow, const cJSON *node, size_t depth)
{
    static const char *const fields[] = { "times", "while", "steps", NULL };
    struct config *config = &workload->config;
    if (!cJSON_IsObject(node) || depth == WORKLOAD_LOOPS_MAX) {
        config_complain(config, node, "must be {\"times\", \"steps\"}, at most %zu in one another",
                        WORKLOAD_LOOPS_MAX);
        return;
    }
    config_known(config, node, fields);
    struct step *begin = workload_add_step(workload, flow, node, STEP_LOOP);
    if (begin == NULL) {
        return;
    }
    size_t begin_at = flow->step_count - 1;
    begin->loop.times = (uint32_t)config_count(config, node, "times", 1, LOOP_TIMES_MAX, 0);
    if (begin->loop.times == 0) {
        config_complain(config, node, "\"times\" is missing: 1 to %d", LOOP_TIMES_MAX);
    }
    const char *name = config_text(config, node, "while", CONFIG_OPTIONAL);
    if (name != NULL) {
        begin->loop.while_variable = workload_variable(workload, name);
        if (begin->loop.while_variable < 0) {
            config_complain(config, node, "\"while\": there is no variable \"%s\"", name);
        }
    }
    const cJSON *steps = config_array(config, node, "steps", CONFIG_REQUIRED);
    if (steps != NULL) {
        read_steps(workload, flow, steps, depth + 1);
    }
    struct step *end = workload_add_step(workload, flow, node, STEP_LOOP_END);
    if (end != NULL) {
        end->loop = flow->step[begin_at].loop;
        end->other_end = begin_at;
        flow->step[begin_at].other_end = flow->step_count - 1;
    }
}

static void read_picks(struct workload *workload, struct flow *flow, const cJSON *node)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, node) {
        struct step *step = workload_add_step(workload, flow, member, STEP_PICK);
        if (step == NULL) {
            return;
        }
        read_pick(workload, member, &step->pick);
    }
}

static void read_step(struct workload *workload, struct flow *flow, const cJSON *node, size_t depth)
{
    static const char *const kinds[] = { "pick", "request", "think", "loop",       "connect",
                                         "emit", "wait",    "hold",  "disconnect", NULL };
    struct config *config = &workload->config;
    if (!cJSON_IsObject(node) || cJSON_GetArraySize(node) != 1) {
        config_complain(config, node,
                        "a step is an object with one of pick, request, think, loop, or of a "
                        "socket's connect, emit, wait, hold, disconnect");
        return;
    }
    const cJSON *inner = node->child;
    config_known(config, node, kinds);
    if (workload_read_socket_step(workload, flow, inner)) {
        return;
    }
    if (strcmp(inner->string, "pick") == 0) {
        read_picks(workload, flow, inner);
    } else if (strcmp(inner->string, "think") == 0) {
        struct step *step = workload_add_step(workload, flow, inner, STEP_THINK);
        if (step != NULL) {
            read_think(workload, inner, &step->think);
        }
    } else if (strcmp(inner->string, "loop") == 0) {
        read_loop(workload, flow, inner, depth);
    } else if (strcmp(inner->string, "request") == 0) {
        struct step *step = workload_add_step(workload, flow, inner, STEP_REQUEST);
        if (step != NULL) {
            step->request = workload_read_request(workload, inner);
            flow->request_count++;
        }
    }
}

static void read_steps(struct workload *workload, struct flow *flow, const cJSON *steps,
                       size_t depth)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, steps) {
        read_step(workload, flow, node, depth);
    }
}

static void collect_picks(struct workload *workload, const cJSON *picks)
{
    const cJSON *pick = NULL;
    cJSON_ArrayForEach (pick, picks) {
        const char *from = json_text(pick, "from");
        int set = from != NULL ? data_find(&workload->data, from) : -1;
        (void)workload_add_variable(workload, pick, pick->string, VARIABLE_PICK, set);
    }
}

static void collect_captures(struct workload *workload, const cJSON *captures)
{
    const cJSON *capture = NULL;
    cJSON_ArrayForEach (capture, captures) {
        (void)workload_add_variable(workload, capture, capture->string, VARIABLE_CAPTURE, -1);
    }
}

/* The first pass: names that picks and captures give, wherever they stand. */
static void collect_variables(struct workload *workload, const cJSON *steps)
{
    const cJSON *step = NULL;
    cJSON_ArrayForEach (step, steps) {
        const cJSON *inner = step->child;
        if (inner == NULL || inner->string == NULL) {
            continue;
        }
        if (strcmp(inner->string, "pick") == 0) {
            collect_picks(workload, inner);
        } else if (strcmp(inner->string, "request") == 0) {
            collect_captures(workload, json_at(inner, "capture"));
        } else if (strcmp(inner->string, "loop") == 0) {
            collect_variables(workload, json_at(inner, "steps"));
        }
    }
}

void workload_read_flows(struct workload *workload, const cJSON *flows)
{
    static const char *const builtins[] = { "vu", "iteration", "serial", "run" };
    const cJSON *node = NULL;
    if (flows == NULL) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        (void)workload_add_variable(workload, flows, builtins[i], (enum variable_kind)i, -1);
    }
    cJSON_ArrayForEach (node, flows) {
        collect_variables(workload, node);
    }
    workload->flow = mem_new_array((size_t)cJSON_GetArraySize(flows), sizeof workload->flow[0]);
    cJSON_ArrayForEach (node, flows) {
        struct flow *flow = &workload->flow[workload->flow_count++];
        flow->name = node->string;
        if (!cJSON_IsArray(node)) {
            config_complain(&workload->config, node, "a flow is a list of steps");
            continue;
        }
        read_steps(workload, flow, node, 0);
        workload_check_socket_flow(workload, node, flow);
    }
}

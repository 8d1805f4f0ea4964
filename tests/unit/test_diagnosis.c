/* The diagnosis over results made by hand: each cause with and without its signs, and what is said
 * when the signs were not measured. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "metrics/diagnosis.h"

/* Pieces of a workload. */
#define PAGES(n)                                                                                   \
    "{'name':'open','method':'GET','path':'/messages/conversations/${group}/messages',"            \
    "'status':200,'outcome':'ok','count':" #n ",'service_ms':{'n':" #n ",'med':12}}"
#define LISTS(n)                                                                                   \
    "{'name':'list','method':'GET','path':'/conversations/','status':200,'outcome':'ok',"          \
    "'count':" #n "}"
#define VOTES                                                                                      \
    "{'name':'vote','method':'POST','path':'/polls/${poll}/vote','status':200,'outcome':'ok',"     \
    "'count':500}"
#define SENDS                                                                                      \
    "{'name':'send','method':'POST','path':'/messages/','status':201,'outcome':'ok','count':500}"
#define STATEMENT(query, calls, rows)                                                              \
    "{'query':'" query "','calls':" #calls ",'rows':" #rows ",'total_ms':10,'mean_ms':1,'max_ms':2}"
#define PAGE_READ(calls)                                                                           \
    STATEMENT("SELECT messages.id FROM messages WHERE messages.conversation_id = $1 ORDER BY "     \
              "messages.sequence_number DESC LIMIT $2",                                            \
              calls, 5100)
#define WHOLE_READ(calls, rows)                                                                    \
    STATEMENT("SELECT messages.id FROM messages WHERE messages.conversation_id = $1", calls, rows)
#define REACTION_READ(calls, rows)                                                                 \
    STATEMENT("SELECT id FROM message_reactions WHERE message_id = ANY ($1)", calls, rows)
#define FEW_REACTIONS                                                                              \
    STATEMENT("SELECT r.id FROM unnest($1) AS p(m) CROSS JOIN LATERAL (SELECT * FROM "             \
              "message_reactions WHERE message_id = p.m LIMIT $2) AS r",                           \
              100, 9000)
#define DATABASE(statements)                                                                       \
    "'database':{'state':'watched','notes':[],'samples':100,'statements':[" statements "],"        \
    "'connections':{'max':12,'at_limit_share':0},'waits':{'waited_s':0,'targets':[]}}"
#define WAITS(waited, targets)                                                                     \
    "'database':{'state':'watched','notes':[],'samples':100,'statements':[],"                      \
    "'server':{'pool_limit':30},'connections':{'max':30,'at_limit_share':0.5},"                    \
    "'waits':{'waited_s':" #waited ",'targets':[" targets "]}}"
#define GENERATOR "'generator':{'inconclusive':[],'host_busy_share':0.6,'lateness_ms':{'p95':2}}"
#define SCENARIOS(vus)                                                                             \
    "'scenarios':[{'name':'s','vus_max':" #vus ",'outcomes':{'ok':500},"                           \
    "'service_ms':{'n':500,'avg':200}}]"
#define WORKLOAD(name, statuses, database)                                                         \
    "{'name':'" name "','statuses':[" statuses "]," GENERATOR "," SCENARIOS(20) "," database "}"
#define STRESS(workloads) "{'stress':{'workloads':[" workloads "]}}"
#define VARIANT(slope, share, decryption)                                                          \
    "{'measure':{'variants':[{'name':'plain','load':{'metrics':{" decryption "}},"                 \
    "'slopes':{'dom_elements_list':" slope "},'stages':[{'messages':200,'metrics':"                \
    "{'rendered_share':{'median':" #share "}}}]}]}}"
#define DECRYPTED(count, overlap)                                                                  \
    "'decrypt_count':{'median':" #count "},'decrypt_overlap':{'median':" #overlap                  \
    "},'decrypt_ms':{'median':30},'decrypt_each_ms':{'median':0.6}"

/* Single quotes stand for double ones, for the eye. */
static cJSON *tree_of(const char *text)
{
    struct strbuf json = STRBUF_INIT;
    cJSON *tree = NULL;
    struct err_msg msg = { "" };
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            strbuf_add_char(&json, '"');
        } else {
            strbuf_add_char(&json, *text);
        }
    }
    enum err err = json_parse(strbuf_text(&json), json.len, "test", &tree, &msg);
    if (err != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    strbuf_release(&json);
    return tree;
}

static cJSON *diagnosed(const char *text)
{
    struct err_msg msg = { "" };
    cJSON *result = tree_of(text);
    assert_int_equal(diagnosis_add(result, &msg), ERR_OK);
    cJSON *section = cJSON_DetachItemFromObjectCaseSensitive(result, "diagnosis");
    cJSON_Delete(result);
    return section;
}

static const cJSON *rule_of(const cJSON *section, const char *id)
{
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_at(section, "rules")) {
        if (strcmp(json_text(rule, "id"), id) == 0) {
            return rule;
        }
    }
    fail_msg("no rule %s", id);
    return NULL;
}

struct row {
    const char *result;
    const char *rule;
    const char *state;
    const char *says; /* part of its evidence's first text, or of why; NULL: anything */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cJSON *section = diagnosed(rows[i].result);
        const cJSON *rule = rule_of(section, rows[i].rule);
        const char *state = json_text(rule, "state");
        const char *why = json_text(rule, "why");
        const char *text = json_text(cJSON_GetArrayItem(json_at(rule, "evidence"), 0), "text");
        const char *said = why != NULL ? why : text != NULL ? text : "";
        if (strcmp(state, rows[i].state) != 0 ||
            (rows[i].says != NULL && strstr(said, rows[i].says) == NULL)) {
            fail_msg("row %zu, %s: %s, \"%s\"; wanted %s, \"%s\"", i, rows[i].rule, state, said,
                     rows[i].state, rows[i].says != NULL ? rows[i].says : "");
        }
        cJSON_Delete(section);
    }
}

static void an_unbounded_read_per_page_is_found_and_others_are_none(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { STRESS(
              WORKLOAD("media", PAGES(100), DATABASE(PAGE_READ(100) "," WHOLE_READ(100, 20100)))),
          "unbounded-debug-query", "found", "each returned 201 rows" },
        { STRESS(WORKLOAD("media", PAGES(100), DATABASE(PAGE_READ(100)))), "unbounded-debug-query",
          "not found", "no statement" },
        /* Now and then, not with each page: an export, say. */
        { STRESS(WORKLOAD("media", PAGES(100), DATABASE(PAGE_READ(100) "," WHOLE_READ(3, 603)))),
          "unbounded-debug-query", "not found", NULL },
        { STRESS(WORKLOAD("media", PAGES(100), "'database':{'state':'not watched'}")),
          "unbounded-debug-query", "cannot tell", "not watched" },
        { STRESS(WORKLOAD("media", PAGES(100),
                          "'database':{'state':'partly','notes':['no pg_stat_statements here']}")),
          "unbounded-debug-query", "cannot tell", "no pg_stat_statements here" },
        { STRESS(WORKLOAD("poll-vote", VOTES, DATABASE(""))), "unbounded-debug-query",
          "cannot tell", "no page" },
        { VARIANT("{'per_message':30,'n':2}", 1, ""), "unbounded-debug-query", "cannot tell",
          "no load" },
    };
    check(rows, COUNT_OF(rows));
}

static void reactions_of_the_debug_query_are_not_those_of_the_page(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { STRESS(
              WORKLOAD("r", PAGES(100), DATABASE(PAGE_READ(100) "," REACTION_READ(100, 500000)))),
          "reaction-rows", "found", "1.00 statements" },
        { STRESS(WORKLOAD("r", PAGES(100), DATABASE(PAGE_READ(100) "," FEW_REACTIONS))),
          "reaction-rows", "not found", "0.00" },
        /* The debug query alone drags them along. */
        { STRESS(WORKLOAD(
              "r", PAGES(100),
              DATABASE(WHOLE_READ(100, 20100) "," REACTION_READ(100, 500000) "," FEW_REACTIONS))),
          "reaction-rows", "not found", "0.00" },
        { STRESS(WORKLOAD("r", PAGES(100),
                          DATABASE(WHOLE_READ(100, 20100) "," REACTION_READ(200, 900000)))),
          "reaction-rows", "found", "1.00" },
        { STRESS(WORKLOAD("r", PAGES(100), DATABASE(PAGE_READ(100) "," REACTION_READ(100, 0)))),
          "reaction-rows", "cannot tell", "carried no reactions" },
        { STRESS(WORKLOAD("r", PAGES(100) "," SENDS, DATABASE(REACTION_READ(100, 9000)))),
          "reaction-rows", "cannot tell", "sends" },
    };
    check(rows, COUNT_OF(rows));
}

#define CONVERSATIONS(rows)                                                                        \
    STATEMENT("SELECT id FROM conversations WHERE id IN (SELECT conversation_id FROM "             \
              "conversation_members WHERE user_id = $1) LIMIT $2",                                 \
              10, rows)
#define MEMBERS(calls)                                                                             \
    STATEMENT("SELECT user_id FROM conversation_members WHERE conversation_id = $1", calls, 300)

static void a_statement_per_conversation_is_found_where_there_are_several(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { STRESS(WORKLOAD("l", LISTS(10), DATABASE(CONVERSATIONS(110) "," MEMBERS(110)))),
          "conversation-list-n-plus-1", "found", "11.0 times" },
        { STRESS(WORKLOAD("l", LISTS(10), DATABASE(CONVERSATIONS(110) "," MEMBERS(10)))),
          "conversation-list-n-plus-1", "not found", NULL },
        { STRESS(WORKLOAD("l", LISTS(10), DATABASE(CONVERSATIONS(10) "," MEMBERS(10)))),
          "conversation-list-n-plus-1", "cannot tell", "too few to see growth" },
        { STRESS(WORKLOAD("l", LISTS(10) "," PAGES(100),
                          DATABASE(CONVERSATIONS(110) "," MEMBERS(110)))),
          "conversation-list-n-plus-1", "found", NULL },
        { STRESS(WORKLOAD("l", LISTS(10) "," PAGES(100),
                          DATABASE(CONVERSATIONS(110) "," MEMBERS(10) "," PAGE_READ(100)))),
          "conversation-list-n-plus-1", "not found", NULL },
    };
    check(rows, COUNT_OF(rows));
}

#define ROW_WAIT(relation, waited)                                                                 \
    "{'kind':'row','relation':" relation ",'row':'c0ffee','waiters_max':17,'waited_s':" #waited    \
    ",'statement':'SELECT id FROM polls WHERE id = $1 FOR UPDATE'}"
#define ADVISORY_WAIT                                                                              \
    "{'kind':'advisory','key':'77','conversation':'beef','waiters_max':9,'waited_s':60}"

static void waiting_for_a_row_of_polls_and_for_an_advisory_lock_are_told_apart(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("'polls'", 50)))), "poll-row-lock",
          "found", "up to 17 sessions" },
        { STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("null", 50)))), "poll-row-lock", "found",
          "c0ffee" },
        { STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("'users'", 50)))), "poll-row-lock",
          "not found", NULL },
        { STRESS(WORKLOAD("v", VOTES, WAITS(0, ""))), "poll-row-lock", "not found",
          "no session waited" },
        /* Two met once: no bottleneck. */
        { STRESS(WORKLOAD("v", VOTES, WAITS(0, ROW_WAIT("'polls'", 0.2)))), "poll-row-lock",
          "not found", NULL },
        { STRESS(WORKLOAD("v", VOTES, "'database':{'state':'not watched'}")), "poll-row-lock",
          "cannot tell", "not watched" },
        { STRESS("{'name':'v','statuses':[" VOTES "]," GENERATOR
                 "," SCENARIOS(1) "," WAITS(0, "") "}"),
          "poll-row-lock", "cannot tell", "too few" },
        { STRESS(WORKLOAD("s", SENDS, WAITS(60, ADVISORY_WAIT))), "conversation-advisory-lock",
          "found", "of conversation beef" },
        { STRESS(WORKLOAD("s", SENDS, WAITS(60, ADVISORY_WAIT))), "poll-row-lock", "cannot tell",
          "nobody voted" },
        { STRESS(WORKLOAD("s", SENDS, WAITS(0, ""))), "conversation-advisory-lock", "not found",
          NULL },
    };
    check(rows, COUNT_OF(rows));
}

static void the_explained_part_of_the_time_is_told(void **state)
{
    (void)state;
    cJSON *section = diagnosed(STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("'polls'", 50)))));
    const cJSON *rule = rule_of(section, "poll-row-lock");
    /* 500 answers of 200 ms are 100 s. */
    assert_true(json_number(rule, "explains", 0) == 0.5);
    assert_string_equal(json_text(rule, "subject"), "v");
    assert_true(json_bool(rule, "relevant", false));
    assert_false(json_bool(rule_of(section, "no-virtualization"), "relevant", true));
    cJSON_Delete(section);
}

#define REFUSED(waited)                                                                            \
    STRESS(                                                                                        \
        "{'name':'v','statuses':[" VOTES "]," GENERATOR ",'scenarios':[{'name':'s','vus_max':"     \
        "50,'outcomes':{'ok':500,'pool_exhausted':12},'service_ms':{'n':500,'avg':200}}]," WAITS(  \
            waited, "") "}")

static void a_used_up_pool_is_a_cause_of_its_own_only_without_a_lock(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { REFUSED(1), "pool-exhausted", "found", "12 requests" },
        { REFUSED(60), "pool-exhausted", "not found", NULL },
        { STRESS(WORKLOAD("v", VOTES, WAITS(0, ""))), "pool-exhausted", "not found", NULL },
    };
    check(rows, COUNT_OF(rows));
}

static void sockets_are_judged_when_users_connect_more_than_once(void **state)
{
    (void)state;
#define MEMBERSHIP_READ(calls)                                                                          \
    STATEMENT(                                                                                          \
        "SELECT conversation_id FROM conversation_members WHERE user_id = $1 ORDER BY conversation_id", \
        calls, 300)
#define SOCKETS(connections, users, reads)                                                         \
    STRESS("{'name':'w','statuses':[]," GENERATOR                                                  \
           ",'sockets':{'connections':{'connected':" #connections ",'identities':" #users          \
           "}}," DATABASE(MEMBERSHIP_READ(reads)) "}")
    static const struct row rows[] = {
        { SOCKETS(300, 100, 300), "membership-query-per-connect", "found", NULL },
        { SOCKETS(300, 100, 100), "membership-query-per-connect", "not found", NULL },
        { SOCKETS(100, 100, 100), "membership-query-per-connect", "cannot tell", "a cache would" },
        /* The users of the database are at least those that connected. */
        { STRESS("{'name':'w','statuses':[]," GENERATOR
                 ",'sockets':{'connections':{'connected':95,'given_up':155,'identities':0}},"
                 "'database':{'state':'watched','statements':[" MEMBERSHIP_READ(
                     250) "],'tables':[{'table':'users','rows_estimate':100}]}}"),
          "membership-query-per-connect", "found", "250 connections of 100 users" },
        { STRESS(WORKLOAD("v", VOTES, DATABASE(""))), "membership-query-per-connect", "cannot tell",
          "no socket" },
    };
    check(rows, COUNT_OF(rows));
}

static void files_that_cost_time_of_their_own_are_weak_evidence(void **state)
{
    (void)state;
#define COSTS(files, images)                                                                       \
    STRESS(WORKLOAD(                                                                               \
        "page-cost",                                                                               \
        "{'name':'100 files','method':'GET','path':'/messages/conversations/${group}/messages',"   \
        "'outcome':'ok','count':60,'service_ms':{'n':60,'min':" #files ",'med':" #files            \
        "}},{'name':'100 images','method':'GET','path':'/messages/conversations/${group}/"         \
        "messages','outcome':'ok','count':60,'service_ms':{'n':60,'min':" #images                  \
        ",'med':" #images "}}",                                                                    \
        DATABASE(PAGE_READ(120))))
    static const struct row rows[] = {
        { COSTS(14, 11), "hmac-per-file", "found", "30 µs a file" },
        { COSTS(11.2, 11), "hmac-per-file", "not found", NULL },
        /* A busy machine: everything is slower, and so is the difference. */
        { COSTS(75.96, 71.37), "hmac-per-file", "not found", "6 % more" },
        { COSTS(22.86, 19.45), "hmac-per-file", "found", "34 µs a file" },
        { STRESS(WORKLOAD("media", PAGES(100), DATABASE(PAGE_READ(100)))), "hmac-per-file",
          "cannot tell", "in turns" },
    };
    check(rows, COUNT_OF(rows));
}

static void the_client_is_judged_by_its_slope_or_by_what_it_renders(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { VARIANT("{'per_message':34,'low':33,'high':35,'n':3}", 1, ""), "no-virtualization",
          "found", "34.0 elements" },
        { VARIANT("{'per_message':0.2,'low':-1,'high':1.4,'n':3}", 0.1, ""), "no-virtualization",
          "not found", NULL },
        { VARIANT("{'no_data':'one count'}", 1, ""), "no-virtualization", "found", "100 %" },
        { VARIANT("{'no_data':'one count'}", 0.4, ""), "no-virtualization", "not found", NULL },
        { VARIANT("{'per_message':34,'n':2}", 1, DECRYPTED(50, 0)), "sequential-decryption",
          "found", "50 messages" },
        { VARIANT("{'per_message':34,'n':2}", 1, DECRYPTED(50, 95)), "sequential-decryption",
          "not found", NULL },
        { VARIANT("{'per_message':34,'n':2}", 1, "'decrypt_count':{'no_data':'no measures'}"),
          "sequential-decryption", "cannot tell", "no measures" },
        { STRESS(WORKLOAD("v", VOTES, WAITS(0, ""))), "no-virtualization", "cannot tell",
          "nothing was measured in a browser" },
    };
    check(rows, COUNT_OF(rows));
}

static void a_saturated_generator_leaves_no_diagnosis_of_its_target(void **state)
{
    (void)state;
#define SATURATED(generator)                                                                       \
    STRESS("{'name':'v','statuses':[" VOTES "],'generator':{" generator                            \
           "},'metrics':{'http_req_duration':{'values':{'med':100}}}," SCENARIOS(20) "," WAITS(    \
               50, ROW_WAIT("'polls'", 50)) "}")
    static const struct row rows[] = {
        { SATURATED("'inconclusive':['the generator used 97 % of its core']"),
          "saturated-generator", "found", "97 %" },
        { SATURATED("'inconclusive':['the generator used 97 % of its core']"), "poll-row-lock",
          "cannot tell", "bottleneck of v" },
        { SATURATED("'inconclusive':[],'host_busy_share':0.99,'lateness_ms':{'p95':40}"),
          "saturated-generator", "found", "99 %" },
        /* Late, but little beside the answers' 100 ms. */
        { SATURATED("'inconclusive':[],'host_busy_share':0.99,'lateness_ms':{'p95':12}"),
          "saturated-generator", "not found", NULL },
        { SATURATED("'inconclusive':[],'host_busy_share':0.99,'lateness_ms':{'p95':1}"),
          "poll-row-lock", "found", NULL },
    };
    check(rows, COUNT_OF(rows));
}

static void several_results_are_judged_together(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct diagnosis_rules *rules = NULL;
    cJSON *load = tree_of(STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("'polls'", 50)))));
    cJSON *browser = tree_of(VARIANT("{'per_message':34,'low':33,'high':35,'n':3}", 1, ""));
    const cJSON *both[] = { load, browser };
    assert_int_equal(diagnosis_rules_builtin(&rules, &msg), ERR_OK);
    cJSON *section = diagnosis_find(rules, both, 2);
    assert_string_equal(json_text(rule_of(section, "poll-row-lock"), "state"), "found");
    assert_string_equal(json_text(rule_of(section, "no-virtualization"), "state"), "found");

    struct strbuf text = STRBUF_INIT;
    diagnosis_write(section, &text);
    assert_non_null(strstr(strbuf_text(&text), "2 found"));
    assert_non_null(strstr(strbuf_text(&text), "found: Row lock of the poll, in v\n"));
    assert_non_null(strstr(strbuf_text(&text), "fix: "));
    assert_null(strstr(strbuf_text(&text), "(null)"));
    strbuf_release(&text);
    cJSON_Delete(section);
    cJSON_Delete(load);
    cJSON_Delete(browser);
    diagnosis_rules_free(rules);
}

/* Beside what decides, a rule that is found shows what else is known of it. */
static void what_else_is_known_of_a_finding_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *result;
        const char *rule;
        const char *name;
        double value;
    } rows[] = {
        { STRESS("{'name':'page-cost','statuses':[" PAGES(
              100) "]," GENERATOR ","
                   "'metrics':{'images_page_bytes':{'values':{'med':400000}},"
                   "'files_page_bytes':{'values':{'med':100000}}}," DATABASE(
                       REACTION_READ(100, 500000)) "}"),
          "reaction-rows", "reaction_bytes", 4 },
        { STRESS(
              "{'name':'w','statuses':[]," GENERATOR
              ",'sockets':{'connections':{'connected':300,'identities':100},'plateaus':["
              "{'target':100,'connect_p95_ms':20},{'target':300,'connect_p95_ms':50}]}," DATABASE(
                  MEMBERSHIP_READ(300)) "}"),
          "membership-query-per-connect", "connect_growth", 2.5 },
        { STRESS(
              "{'name':'s','statuses':[" SENDS "]," GENERATOR ",'scenarios':["
              "{'name':'single','vus_max':20,'start_s':0,'end_s':10,'outcomes':{'ok':20},"
              "'service_ms':{'n':20,'avg':5000}},{'name':'distributed','vus_max':20,'start_s':10,"
              "'end_s':20,'outcomes':{'ok':60},'service_ms':{'n':60,'avg':100}}]," WAITS(
                  60, ADVISORY_WAIT) "}"),
          "conversation-advisory-lock", "group_speedup", 3 },
        { STRESS(
              "{'name':'v','statuses':[" VOTES "]," GENERATOR ",'scenarios':[{'name':'vote',"
              "'vus_max':20,'service_ms':{'n':500,'avg':200},'knee':{'vus':14,'per_vu_ms':25}}]," WAITS(
                  50, ROW_WAIT("'polls'", 50)) "}"),
          "poll-row-lock", "knee", 14 },
        { STRESS(WORKLOAD("v", VOTES, WAITS(50, ROW_WAIT("'polls'", 50)))), "poll-row-lock",
          "pool_at_limit", 0.5 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        cJSON *section = diagnosed(rows[i].result);
        const cJSON *rule = rule_of(section, rows[i].rule);
        const cJSON *evidence = NULL;
        double value = -1;
        cJSON_ArrayForEach (evidence, json_at(rule, "evidence")) {
            if (strcmp(json_text(evidence, "name"), rows[i].name) == 0) {
                value = json_number(evidence, "value", -1);
            }
        }
        if (value < rows[i].value - 1e-9 || value > rows[i].value + 1e-9) {
            fail_msg("row %zu, %s: %g, wanted %g", i, rows[i].name, value, rows[i].value);
        }
        cJSON_Delete(section);
    }
}

static void where_nothing_was_measured_nothing_is_said(void **state)
{
    (void)state;
    static const char *const results[] = {
        "{}",
        "{'stress':null}",
        "{'stress':{'workloads':[]}}",
        "{'measure':{'variants':7}}",
        "{'stress':{'workloads':[5,'x']}}",
    };
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        struct strbuf text = STRBUF_INIT;
        cJSON *section = diagnosed(results[i]);
        diagnosis_write(section, &text);
        assert_null(section);
        assert_int_equal(text.len, 0);
        strbuf_release(&text);
    }
}

static void results_with_foreign_values_give_no_finding(void **state)
{
    (void)state;
    static const char *const results[] = {
        STRESS("{}"),
        STRESS("{'name':7,'statuses':[7,{}],'database':[],'generator':3,'scenarios':'x'}"),
        STRESS("{'name':'x','statuses':[{'method':5,'path':6,'count':'7','outcome':8}],'database':"
               "{'state':1,'statements':[1,{'query':2},{'query':'SELECT'}],'waits':{'targets':"
               "[4,{'kind':5}]},'samples':'3'}}"),
        "{'measure':{'variants':[{'name':'x','slopes':7,'stages':[],'load':[]}]}}",
    };
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        cJSON *section = diagnosed(results[i]);
        const cJSON *rule = NULL;
        assert_non_null(section);
        cJSON_ArrayForEach (rule, json_at(section, "rules")) {
            assert_string_not_equal(json_text(rule, "state"), "found");
        }
        cJSON_Delete(section);
    }
}

#define TEXTS "'id':'x','title':'t','cause':'c','fix':'f','certainty':'weak'"

static void wrong_rules_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        { "[]", "object" },
        { "{'rules':[]}", "one to 32 rules" },
        { "{'rules':[{'id':'x'}]}", "\"title\" must be a text" },
        { "{'rules':[{" TEXTS "}]}", "\"when\" must list" },
        { "{'rules':[{" TEXTS ",'when':[[]]}]}", "one to 6 conditions" },
        { "{'rules':[{" TEXTS ",'wehn':[]}]}", "unknown field \"wehn\"" },
        { "{'rules':[{" TEXTS ",'when':[[{'evidence':'kneee','above':1}]]}]}",
          "no evidence \"kneee\"" },
        { "{'rules':[{" TEXTS ",'when':[[{'evidence':'knee'}]]}]}", "must give a number" },
        { "{'rules':[{" TEXTS ",'when':[[{'evidence':'knee','above':1,'below':2}]]}]}",
          "must give a number" },
        { "{'rules':[{" TEXTS ",'when':[[{'evidence':'knee','above':'1'}]]}]}",
          "must give a number" },
        { "{'rules':[{" TEXTS
          ",'when':[[{'evidence':'knee','above':1},{'evidence':'list_slope','above':1}]]}]}",
          "another kind" },
        { "{'rules':[{'id':'x','title':'t','cause':'c','fix':'f','certainty':'sure',"
          "'when':[[{'evidence':'knee','above':1}]]}]}",
          "strong, fair or weak" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err_msg msg = { "" };
        struct diagnosis_rules *rules = NULL;
        struct strbuf json = STRBUF_INIT;
        cJSON *tree = tree_of(rows[i].text);
        json_write(tree, false, &json);
        enum err err = diagnosis_rules_read(strbuf_text(&json), json.len, "r.json", &rules, &msg);
        if (err != ERR_USAGE || strstr(msg.text, rows[i].says) == NULL) {
            fail_msg("row %zu: %s", i, msg.text);
        }
        assert_null(rules);
        cJSON_Delete(tree);
        strbuf_release(&json);
    }
}

static void every_rule_has_a_number_of_the_test_plan_once(void **state)
{
    (void)state;
    cJSON *section = diagnosed(STRESS(WORKLOAD("v", VOTES, DATABASE(""))));
    bool seen[12] = { false };
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_at(section, "rules")) {
        int number = (int)json_number(rule, "number", 0);
        assert_in_range(number, 1, 11);
        assert_false(seen[number]);
        seen[number] = true;
    }
    assert_int_equal(cJSON_GetArraySize(json_at(section, "rules")), 11);
    cJSON_Delete(section);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unbounded_read_per_page_is_found_and_others_are_none),
        cmocka_unit_test(reactions_of_the_debug_query_are_not_those_of_the_page),
        cmocka_unit_test(a_statement_per_conversation_is_found_where_there_are_several),
        cmocka_unit_test(waiting_for_a_row_of_polls_and_for_an_advisory_lock_are_told_apart),
        cmocka_unit_test(the_explained_part_of_the_time_is_told),
        cmocka_unit_test(a_used_up_pool_is_a_cause_of_its_own_only_without_a_lock),
        cmocka_unit_test(sockets_are_judged_when_users_connect_more_than_once),
        cmocka_unit_test(files_that_cost_time_of_their_own_are_weak_evidence),
        cmocka_unit_test(the_client_is_judged_by_its_slope_or_by_what_it_renders),
        cmocka_unit_test(a_saturated_generator_leaves_no_diagnosis_of_its_target),
        cmocka_unit_test(several_results_are_judged_together),
        cmocka_unit_test(what_else_is_known_of_a_finding_is_shown),
        cmocka_unit_test(where_nothing_was_measured_nothing_is_said),
        cmocka_unit_test(results_with_foreign_values_give_no_finding),
        cmocka_unit_test(wrong_rules_are_refused_with_their_place),
        cmocka_unit_test(every_rule_has_a_number_of_the_test_plan_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

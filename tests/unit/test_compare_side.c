/* Sides from results and baseline files: what is taken, what is refused, what is foreign. */
#include "tests/unit/test.h"

#include "tests/unit/compare_fixture.h"

static const char two_variants[] =
    "{'schema':'tmscdp.run','schema_version':1,'id':'r1','command':'measure','state':'complete',"
    "'started_at':'t','options':{'messages':[50,200],'runs':2,'quick':false,'viewport':{'width':9},"
    "'cpu_throttle':1,'variants':[{'name':'plain'},{'name':'virtual'}]},"
    "'host':{'cpu':'c','cores':2},'browser':{'product':'P/1','engine':'headless-shell','flags':["
    "'--a','--remote-debugging-port=0','--host-resolver-rules=MAP x y','--b']},"
    "'noise':{'busy_share':0.5,'steal_share':0,'load_1m':1},"
    "'measure':{'variants':[{'name':'plain','load':{'metrics':{'thread_ms':{'n':2,'median':11,"
    "'min':10,'max':12,'values':[10,12]}}},'stages':["
    "{'messages':50,'loaded':50,'reached':true,'crash':null,'metrics':{"
    "'dom_elements_list':{'values':[100,110]},'storm_fps':{'no_data':'it broke'},"
    "'unheard_of':{'values':[1]}}},"
    "{'messages':200,'loaded':200,'reached':true,'crash':'the page crashed','metrics':{"
    "'dom_elements_list':{'values':[400,410]},'js_heap':{'n':2,'median':7,'min':7,'max':7}}}]},"
    "{'name':'virtual','load':{'metrics':{}},'stages':[]}]}}";

static const char load_run[] =
    "{'schema':'tmscdp.run','schema_version':1,'id':'s1','command':'stress','state':'complete',"
    "'options':{'vus':3},'host':{'cpu':'c','cores':2},'stress':{'workloads':[{'name':'poll-vote',"
    "'generator':{'host_busy_share':0.6},'scenarios':[{'name':'vote','executor':'constant-vus',"
    "'start_s':0,'end_s':10,'vus_max':5,'requests':200,'errors':10,'outcomes':{'ok':190,"
    "'server_error':6,'pool_exhausted':2,'timeout':2},'service_ms':{'n':200,'med':20,'p95':80,"
    "'at_least':['p95']}}],'metrics':{'http_reqs':{'values':{'count':200}},"
    "'data_received':{'values':{'count':40000}}},"
    "'integrity':{'checks':[{'name':'votes','violations':2},{'name':'x','violations':1}]},"
    "'database':{'state':'watched','deadlocks':1,'statements':[{'calls':2000},{'calls':400}]},"
    "'sockets':{'connections':{'wanted':9,'connected':8,'failed':1,'dropped':2},"
    "'connect_ms':{'total':{'n':60,'p95':33}},"
    "'fanout':{'lost':4,'duplicates':5,'order_violations':6,'p99_ms':{'med':7}}}}]}}";

static double value_of(const struct compare_side *side, const char *metric, const char *place,
                       size_t index)
{
    const struct compare_series *series =
        compare_side_find(side, compare_figure_find(metric), place);
    if (series == NULL || index >= series->count) {
        fail_msg("no value %zu of %s at %s", index, metric, place);
        abort();
    }
    return series->values[index];
}

static void assert_value(const struct compare_side *side, const char *metric, const char *place,
                         size_t index, double want)
{
    double got = value_of(side, metric, place, index);
    if (fabs(got - want) > 1e-9) {
        fail_msg("%s at %s: %g, wanted %g", metric, place, got, want);
    }
}

static void a_variant_of_a_browser_run_gives_its_single_values(void **state)
{
    (void)state;
    struct compare_side side;
    struct err_msg msg = { "" };
    cJSON *root = fixture_parse(two_variants);
    compare_side_init(&side);
    assert_int_equal(compare_side_add_run(&side, root, "run", "plain", &msg), ERR_OK);
    compare_side_add_slopes(&side);
    assert_value(&side, "thread_ms", "load", 1, 12);
    assert_value(&side, "dom_elements_list", "50", 1, 110);
    assert_value(&side, "js_heap", "200", 0, 7); /* an older result: the median alone */
    assert_value(&side, "page_crashes", "50", 0, 0);
    assert_value(&side, "page_crashes", "200", 0, 1);
    assert_value(&side, "dom_elements_list_per_message", "per message", 0, 2);
    assert_value(&side, "dom_elements_list_per_message", "per message", 1, 2);
    const struct compare_series *fps =
        compare_side_find(&side, compare_figure_find("storm_fps"), "50");
    assert_true(fps->missing && fps->count == 0);
    assert_string_equal(fps->reason, "it broke");
    /* What differs from start to start is no condition. */
    assert_string_equal(json_text(side.conditions, "browser flags"), "--a --b");
    assert_non_null(json_text(side.conditions, "option viewport"));
    assert_null(json_text(side.conditions, "option quick"));
    assert_null(json_text(side.conditions, "option cpu_throttle"));
    cJSON_Delete(root);
    compare_side_release(&side);
}

static void several_variants_need_a_name_that_exists(void **state)
{
    (void)state;
    static const char *const names[] = { NULL, "virtul" };
    cJSON *root = fixture_parse(two_variants);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct compare_side side;
        struct err_msg msg = { "" };
        compare_side_init(&side);
        assert_int_equal(compare_side_add_run(&side, root, "run", names[i], &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, "plain, virtual"));
        compare_side_release(&side);
    }
    cJSON_Delete(root);
}

static void a_load_run_gives_its_counts_and_quantiles(void **state)
{
    (void)state;
    struct compare_side side;
    struct err_msg msg = { "" };
    cJSON *root = fixture_parse(load_run);
    compare_side_init(&side);
    assert_int_equal(compare_side_add_run(&side, root, "run", NULL, &msg), ERR_OK);
    assert_value(&side, "error_share", "poll-vote: vote", 0, 5);
    assert_value(&side, "server_error_share", "poll-vote: vote", 0, 4);
    assert_value(&side, "service_med_ms", "poll-vote: vote", 0, 20);
    assert_value(&side, "bytes_per_request", "poll-vote", 0, 200);
    assert_value(&side, "violations", "poll-vote", 0, 3);
    assert_value(&side, "queries_per_request", "poll-vote", 0, 12);
    assert_value(&side, "deadlocks", "poll-vote", 0, 1);
    assert_value(&side, "socket_failures", "poll-vote", 0, 1);
    assert_value(&side, "socket_drops", "poll-vote", 0, 2);
    assert_value(&side, "connect_p95_ms", "poll-vote", 0, 33);
    assert_value(&side, "fanout_lost", "poll-vote", 0, 4);
    assert_value(&side, "fanout_duplicates", "poll-vote", 0, 5);
    assert_value(&side, "fanout_disorder", "poll-vote", 0, 6);
    assert_value(&side, "fanout_p99_ms", "poll-vote", 0, 7);
    /* A p95 that time-outs made a lower bound is no figure. */
    const struct compare_series *p95 =
        compare_side_find(&side, compare_figure_find("service_p95_ms"), "poll-vote: vote");
    assert_true(p95->count == 0);
    assert_non_null(strstr(p95->reason, "lower bound"));
    cJSON_Delete(root);
    compare_side_release(&side);
}

static void runs_of_one_side_must_belong_together(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        const char *words;
    } cases[] = {
        { "P/1", "P/2", "browser product" },
        { "headless-shell", "new-headless", "browser engine" },
        { "'--b'", "'--c'", "browser flags" },
        { "'width':9", "'width':8", "option viewport" },
        { "'quick':false,'viewport'", "'quick':true,'viewport'",
          "option quick is \"true\" and was \"not set\"" },
        { "'id':'r1'", "'id':'r2'", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct err_msg msg = { "" };
        struct strbuf text = STRBUF_INIT;
        const char *at = strstr(two_variants, cases[i].from);
        assert_non_null(at);
        strbuf_add(&text, two_variants, (size_t)(at - two_variants));
        strbuf_add_str(&text, cases[i].to);
        strbuf_add_str(&text, at + strlen(cases[i].from));
        cJSON *first = fixture_parse(two_variants);
        cJSON *second = fixture_parse(strbuf_text(&text));
        compare_side_init(&side);
        assert_int_equal(compare_side_add_run(&side, first, "one", "plain", &msg), ERR_OK);
        enum err err = compare_side_add_run(&side, second, "two", "plain", &msg);
        assert_int_equal(err, cases[i].words != NULL ? ERR_NO_DATA : ERR_OK);
        if (cases[i].words != NULL) {
            assert_non_null(strstr(msg.text, cases[i].words));
            assert_non_null(strstr(msg.text, "two"));
        } else {
            assert_value(&side, "thread_ms", "load", 3, 12);
        }
        cJSON_Delete(first);
        cJSON_Delete(second);
        strbuf_release(&text);
        compare_side_release(&side);
    }
}

static void foreign_results_get_a_sentence_each(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        const char *words;
    } cases[] = {
        { "{'id':'r','command':'seed'}", ERR_FORMAT, "only runs of `measure` and `stress`" },
        { "{'id':'r','command':'measure'}", ERR_FORMAT, "measure.variants" },
        { "{'id':'r','command':'measure','measure':{'variants':{}}}", ERR_FORMAT, "variants" },
        { "{'id':'r','command':'measure','measure':{'variants':[7]}}", ERR_USAGE, "variant" },
        { "{'id':'r','command':'stress'}", ERR_FORMAT, "stress.workloads" },
        { "{'id':'r','command':'stress','stress':{'workloads':[{}]}}", ERR_FORMAT, "name" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct err_msg msg = { "" };
        cJSON *root = fixture_parse(cases[i].text);
        compare_side_init(&side);
        assert_int_equal(compare_side_add_run(&side, root, "run", NULL, &msg), cases[i].err);
        assert_non_null(strstr(msg.text, cases[i].words));
        cJSON_Delete(root);
        compare_side_release(&side);
    }
}

static void odd_parts_of_a_result_do_no_harm(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'id':'r','command':'measure','options':[1],'measure':{'variants':[{'name':'a','load':"
        "{'metrics':[{'values':[1]}]},'stages':{'x':7}}]}}",
        "{'id':'r','command':'measure','browser':7,'measure':{'variants':[{'name':'a','stages':["
        "{'messages':'many','metrics':{'js_heap':7,'dom_nodes':{'values':['x',null,1e999]}}}]}]}}",
        "{'id':'r','command':'stress','stress':{'workloads':[{'name':'w','scenarios':[7,{'outcomes':"
        "[1],'requests':1}],'metrics':[],'integrity':7,'database':{'statements':[7]},"
        "'sockets':{'fanout':{}}}]}}",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct err_msg msg = { "" };
        cJSON *root = fixture_parse(cases[i]);
        compare_side_init(&side);
        assert_int_equal(compare_side_add_run(&side, root, "run", NULL, &msg), ERR_OK);
        compare_side_add_slopes(&side);
        for (size_t k = 0; k < side.count; k++) {
            for (size_t n = 0; n < side.series[k].count; n++) {
                assert_true(isfinite(side.series[k].values[n]));
            }
        }
        cJSON_Delete(root);
        compare_side_release(&side);
    }
}

static void a_baseline_brings_the_same_side_back(void **state)
{
    (void)state;
    struct compare_side side;
    struct compare_side back;
    struct err_msg msg = { "" };
    struct comparison comparison;
    const struct compare_rules rules = { .seed = 1 };
    cJSON *root = fixture_parse(two_variants);
    compare_side_init(&side);
    compare_side_init(&back);
    assert_int_equal(compare_side_add_run(&side, root, "run", "plain", &msg), ERR_OK);
    compare_side_add_slopes(&side);
    cJSON *baseline = compare_side_to_baseline(&side);
    assert_int_equal(compare_side_from_baseline(&back, baseline, "b.json", &msg), ERR_OK);
    compare_side_add_slopes(&back);
    assert_value(&back, "dom_elements_list", "200", 1, 410);
    assert_value(&back, "dom_elements_list_per_message", "per message", 1, 2);
    assert_int_equal(compare_sides(&back, &side, &rules, &comparison, &msg), ERR_OK);
    assert_int_equal(comparison.states[COMPARE_WORSE] + comparison.states[COMPARE_BETTER], 0);
    assert_true(comparison.together);
    comparison_release(&comparison);
    cJSON_Delete(baseline);
    cJSON_Delete(root);
    compare_side_release(&side);
    compare_side_release(&back);
}

/* Eight repetitions of two counts; at 200, five got there. */
static const char part_reached[] =
    "{'id':'r1','command':'measure','state':'complete','measure':{'variants':[{'name':'a',"
    "'stages':[{'messages':50,'loaded':50,'reached':true,'metrics':{"
    "'dom_nodes':{'values':[5,5,5,5,5,5,5,5]},'scroll_ms':{'values':[5,5,5,5,5,5,5,5]}}},"
    "{'messages':200,'loaded':200,'reached':false,'reason':'run 2 of 8: the list is stuck',"
    "'metrics':{'dom_nodes':{'values':[9,9,9,9,9]},'scroll_ms':{'values':[7,7,7,7,7]},"
    "'page_ms':{'no_data':'its own reason'}}}]}]}}";

static void assert_missing(const struct compare_side *side, const char *metric, const char *place,
                           const char *reason)
{
    const struct compare_series *series =
        compare_side_find(side, compare_figure_find(metric), place);
    assert_non_null(series);
    assert_int_equal(series->missing, reason != NULL);
    assert_string_equal(series->reason, reason != NULL ? reason : "");
}

static void a_stage_that_not_all_repetitions_reached_is_missing_in_part(void **state)
{
    (void)state;
    static const char *const stuck = "run 2 of 8: the list is stuck";
    struct compare_side side;
    struct compare_side back;
    struct err_msg msg = { "" };
    cJSON *root = fixture_parse(part_reached);
    compare_side_init(&side);
    compare_side_init(&back);
    assert_int_equal(compare_side_add_run(&side, root, "run", NULL, &msg), ERR_OK);
    cJSON *baseline = compare_side_to_baseline(&side);
    assert_int_equal(compare_side_from_baseline(&back, baseline, "b.json", &msg), ERR_OK);
    struct compare_side *const sides[] = { &side, &back };
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        compare_side_add_slopes(sides[i]);
        assert_value(sides[i], "dom_nodes", "200", 4, 9);
        assert_missing(sides[i], "dom_nodes", "200", stuck);
        assert_missing(sides[i], "scroll_ms", "200", stuck);
        assert_missing(sides[i], "dom_nodes", "50", NULL);
        assert_missing(sides[i], "page_crashes", "200", NULL);
        assert_missing(sides[i], "page_ms", "200", "its own reason");
        /* What is made of it as well. */
        assert_missing(sides[i], "dom_nodes_per_message", "per message", stuck);
    }
    cJSON_Delete(baseline);
    cJSON_Delete(root);
    compare_side_release(&side);
    compare_side_release(&back);
}

static void a_baseline_of_several_machines_stays_one(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    for (int differ = 0; differ < 2; differ++) {
        struct compare_side side;
        struct compare_side back;
        fixture_side(&side, "a");
        compare_side_init(&back);
        side.hosts_differ = differ;
        cJSON *baseline = compare_side_to_baseline(&side);
        assert_int_equal(compare_side_from_baseline(&back, baseline, "b.json", &msg), ERR_OK);
        assert_int_equal(back.hosts_differ, differ);
        cJSON_Delete(baseline);
        compare_side_release(&side);
        compare_side_release(&back);
    }
}

static void files_that_are_no_baseline_get_a_sentence_each(void **state)
{
    (void)state;
#define HEAD "'schema':'tmscdp.baseline','schema_version':1,'runs':[],'conditions':{},'host':{},"
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        { "{}", "is no baseline" },
        { "[]", "is no baseline" },
        { "{'schema':'tmscdp.run','schema_version':1}", "is no baseline" },
        { "{'schema':'tmscdp.baseline','schema_version':2}", "format 2" },
        { "{'schema':'tmscdp.baseline'}", "format 0" },
        { "{'schema':'tmscdp.baseline','schema_version':1}", "must be lists" },
        { "{" HEAD "'figures':[7]}", "figure 1" },
        { "{" HEAD "'figures':[{'metric':'fps','at':'50','values':[]}]}", "\"fps\"" },
        { "{" HEAD "'figures':[{'metric':'js_heap','values':[]}]}", "figure 1: \"at\"" },
        { "{" HEAD "'figures':[{'metric':'js_heap','at':'50','values':7}]}", "\"values\"" },
        { "{" HEAD "'figures':[{'metric':'js_heap','at':'50','values':['7']}]}", "numbers" },
        { "{" HEAD "'figures':[{'metric':'js_heap','at':'50','values':[7]},"
          "{'metric':'js_heap','at':'50','values':[7]}]}",
          "figure 2: js_heap at \"50\" is given twice" },
        { "{'schema':'tmscdp.baseline','schema_version':1,'runs':[],'conditions':{'x':7},'host':{},"
          "'figures':[]}",
          "conditions.x" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct err_msg msg = { "" };
        cJSON *root = fixture_parse(cases[i].text);
        compare_side_init(&side);
        assert_int_equal(compare_side_from_baseline(&side, root, "b.json", &msg), ERR_FORMAT);
        if (strstr(msg.text, cases[i].words) == NULL || strstr(msg.text, "b.json") == NULL) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
        cJSON_Delete(root);
        compare_side_release(&side);
    }
}

static void a_run_that_was_interrupted_is_noted(void **state)
{
    (void)state;
    struct compare_side side;
    struct err_msg msg = { "" };
    cJSON *root = fixture_parse(two_variants);
    cJSON_DeleteItemFromObjectCaseSensitive(root, "state");
    json_add_text(root, "state", "interrupted");
    json_add_text(root, "reason", "a signal came");
    compare_side_init(&side);
    assert_int_equal(compare_side_add_run(&side, root, "run", "plain", &msg), ERR_OK);
    assert_non_null(strstr(side.incomplete, "r1 is interrupted: a signal came"));
    cJSON_Delete(root);
    compare_side_release(&side);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variant_of_a_browser_run_gives_its_single_values),
        cmocka_unit_test(several_variants_need_a_name_that_exists),
        cmocka_unit_test(a_load_run_gives_its_counts_and_quantiles),
        cmocka_unit_test(runs_of_one_side_must_belong_together),
        cmocka_unit_test(foreign_results_get_a_sentence_each),
        cmocka_unit_test(odd_parts_of_a_result_do_no_harm),
        cmocka_unit_test(a_baseline_brings_the_same_side_back),
        cmocka_unit_test(a_stage_that_not_all_repetitions_reached_is_missing_in_part),
        cmocka_unit_test(a_baseline_of_several_machines_stays_one),
        cmocka_unit_test(files_that_are_no_baseline_get_a_sentence_each),
        cmocka_unit_test(a_run_that_was_interrupted_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

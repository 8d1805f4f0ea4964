/* The collectors that put something into the page: the update storm and typing. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

#define CPU(seconds) "'before':{'ThreadTime':1},'after':{'ThreadTime':" seconds "}"

static void the_storms_rate_and_the_cost_of_an_update_are_scored(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_storm,
        "{'storm':{'by':'socket','times':[100,120,140,160,200],'mutations':8}," CPU("1.1") "}",
        50.0);
    expect(&samples, "storm_fps", 40.0);
    expect(&samples, "update_ms", 25.0);
    samples_release(&samples);
}

static void a_storm_without_frames_has_no_rate(void **state)
{
    (void)state;
    static const char *const readings[] = {
        "{'storm':{'by':'socket','times':[]}," CPU("1.1") "}",
        "{'storm':{'by':'socket','times':[5]}," CPU("1.1") "}",
    };
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct samples samples = score(&collector_storm, readings[i], 50.0);
        expect_none(&samples, "storm_fps", "no animation frames");
        expect_none(&samples, "update_ms", "no animation frames");
        samples_release(&samples);
    }
}

#define TYPED(text, entries) "{'end':{'text':'" text "','entries':[" entries "]}," CPU("1.125") "}"

static void the_slowest_key_is_the_interaction_to_next_paint(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_typing,
        TYPED("harness types twenty",
              "{'name':'keydown','id':7,'duration':16},{'name':'keydown','id':14,'duration':48},"
              "{'name':'keyup','id':14,'duration':24}"),
        50.0);
    expect(&samples, "typing_ms", 125.0);
    expect(&samples, "inp", 48.0);
    samples_release(&samples);
    samples = score(&collector_typing, TYPED("harness types twenty", ""), 50.0);
    expect(&samples, "inp", 8.0);
    samples_release(&samples);
}

static void keys_that_did_not_arrive_give_no_figures(void **state)
{
    (void)state;
    struct samples samples = score(&collector_typing, TYPED("harness typ", ""), 50.0);
    expect_none(&samples, "typing_ms", "the composer held \"harness typ\"");
    expect_none(&samples, "inp", "the composer held");
    samples_release(&samples);
}

static void a_change_or_two_of_the_page_are_no_reaction_to_a_storm(void **state)
{
    (void)state;
    static const struct {
        const char *storm;
        bool want;
    } cases[] = {
        { "'by':'socket','turn':2,'mutations':2,", true },
        { "'by':'socket','turn':2,'mutations':1,", false },
        { "'by':'socket','turn':3,'mutations':2,", false },
        { "'by':'socket','mutations':0,", false },
        { "'by':'socket',", true }, /* readings that do not say */
        { "'by':'composer','turn':2,'mutations':1,", true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *readings = mem_format("{'storm':{%s'times':[100,120,140,160,200]}," CPU("1.1") "}",
                                    cases[i].storm);
        struct samples samples = score(&collector_storm, readings, 50.0);
        if (cases[i].want) {
            expect(&samples, "storm_fps", 40.0);
        } else {
            expect_none(&samples, "storm_fps", "did not react");
            expect_none(&samples, "update_ms", "did not react");
        }
        samples_release(&samples);
        free(readings);
    }
}

static void in_many_frames_a_tenth_must_change_the_page(void **state)
{
    (void)state;
    static const struct {
        const char *mutations;
        bool want;
    } cases[] = { { "3", false }, { "4", true } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf readings = STRBUF_INIT;
        strbuf_add_str(&readings, "{'storm':{'by':'socket','turn':2,'times':[0");
        for (int frame = 1; frame < 37; frame++) {
            strbuf_addf(&readings, ",%d", frame * 20);
        }
        strbuf_addf(&readings, "],'mutations':%s}," CPU("1.1") "}", cases[i].mutations);
        struct samples samples = score(&collector_storm, strbuf_text(&readings), 50.0);
        if (cases[i].want) {
            expect(&samples, "storm_fps", 50.0);
        } else {
            expect_none(&samples, "storm_fps", "did not react");
        }
        samples_release(&samples);
        strbuf_release(&readings);
    }
}

/* Gathers once against a page that answers as the rules say. */
static enum err gather(const struct collector *collector, const char *rules, struct err_msg *msg,
                       cJSON **how)
{
    struct fake_chat chat;
    chat_open(&chat, rules);
    struct collect_context context = { .journey = &chat.journey };
    cJSON *raw = json_new_object();
    enum err err = collector->gather(&context, raw, msg);
    *how = cJSON_Duplicate(chat.how, true);
    cJSON_Delete(raw);
    chat_close(&chat);
    return err;
}

#define SOCKETS                                                                                    \
    "{'when':'WebSocket.prototype','result':{'result':{'objectId':'o1'}}},"                        \
    "{'when':'Runtime.queryObjects','result':{'objects':{'objectId':'o2'}}},"
#define STORM(value) SOCKETS CHAT_SCRIPT("// An update storm", value)

static void a_storm_is_refused_where_nothing_reacts_to_it(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words; /* NULL: it goes well */
    } cases[] = {
        { STORM("{'by':'socket','sockets':1,'times':[0,16]}"), NULL },
        { STORM("{'by':'composer','sockets':0,'left':'','times':[0,16]}"), NULL },
        { STORM("{'by':'composer','sockets':0,'left':'storm','times':[0,16]}"), "emptied" },
        { STORM("{'by':null,'sockets':1,'filled':true}"), "holds a draft" },
        { STORM("{'by':null,'sockets':1,'filled':false}"), "no composer in sight" },
        { STORM("{'by':null,'sockets':0,'filled':false}"), "neither an open socket" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        cJSON *how = NULL;
        enum err err = gather(&collector_storm, cases[i].rules, &msg, &how);
        assert_int_equal(err, cases[i].words == NULL ? ERR_OK : ERR_NO_DATA);
        if (cases[i].words != NULL && strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("%s", msg.text);
        }
        /* The weaker storm is said. */
        assert_int_equal(cJSON_GetArraySize(how), i == 1 ? 1 : 0);
        cJSON_Delete(how);
    }
}

static void typing_is_refused_without_an_empty_composer(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *words;
    } cases[] = {
        { "{'found':false}", "no composer in sight" },
        { "{'found':true,'filled':true}", "holds a draft" },
        { "{'found':true,'filled':false,'focused':false}", "does not take the cursor" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        cJSON *how = NULL;
        char *rules = mem_format("{'when':'// Puts the cursor','result':{'result':{'value':%s}}},"
                                 "{'when':'dispatchKeyEvent','close':true}",
                                 cases[i].value);
        assert_int_equal(gather(&collector_typing, rules, &msg, &how), ERR_NO_DATA);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("%s", msg.text);
        }
        free(rules);
        cJSON_Delete(how);
    }
}

#define CURSOR CHAT_SCRIPT("// Puts the cursor", "{'found':true,'filled':false,'focused':true}")

static void a_composer_that_keeps_the_text_is_said(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    cJSON *how = NULL;
    assert_int_equal(gather(&collector_typing,
                            CURSOR "," CHAT_SCRIPT("// Leaves the composer", "{'text':'harness'}"),
                            &msg, &how),
                     ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "could not be emptied"));
    cJSON_Delete(how);
}

static void a_key_that_is_refused_still_empties_the_composer(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    cJSON *how = NULL;
    /* Only the answer to keyUp is waited for. The rule for leaving closes the connection: that it
     * was sent shows in the error of the first. */
    assert_int_equal(gather(&collector_typing,
                            CURSOR ",{'when':'keyUp','error':'no such page'},"
                                   "{'when':'selectAll','close':true}",
                            &msg, &how),
                     ERR_PROTOCOL);
    assert_non_null(strstr(msg.text, "no such page"));
    cJSON_Delete(how);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_storms_rate_and_the_cost_of_an_update_are_scored),
        cmocka_unit_test(a_change_or_two_of_the_page_are_no_reaction_to_a_storm),
        cmocka_unit_test(in_many_frames_a_tenth_must_change_the_page),
        cmocka_unit_test(a_storm_without_frames_has_no_rate),
        cmocka_unit_test(the_slowest_key_is_the_interaction_to_next_paint),
        cmocka_unit_test(keys_that_did_not_arrive_give_no_figures),
        cmocka_unit_test(a_storm_is_refused_where_nothing_reacts_to_it),
        cmocka_unit_test(typing_is_refused_without_an_empty_composer),
        cmocka_unit_test(a_composer_that_keeps_the_text_is_said),
        cmocka_unit_test(a_key_that_is_refused_still_empties_the_composer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

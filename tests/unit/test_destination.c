#include "tests/unit/test.h"

#include "base/mem.h"
#include "cdp/destination.h"

static enum err find(const char *client, const char *api, const char *allowed,
                     struct destination *out, struct err_msg *msg)
{
    struct profile profile;
    struct option_list hosts = { .count = 0 };
    assert_int_equal(profile_load("tms", &profile, msg), ERR_OK);
    if (allowed != NULL) {
        hosts.item[hosts.count++] = allowed;
    }
    struct destination_wish wish = { client, api, "c-1", &hosts };
    enum err err = destination_find(&profile, &wish, out, msg);
    profile_release(&profile);
    return err;
}

static void a_chat_on_other_loopback_ports_is_opened_under_its_own_origin(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        const char *api;
        const char *url;
        const char *rules;
    } cases[] = {
        { "http://127.0.0.1:41000", "http://127.0.0.1:41001", "http://localhost:3000/chats/c-1",
          "MAP localhost:3000 127.0.0.1:41000,MAP localhost:8000 127.0.0.1:41001,"
          "MAP * ~NOTFOUND" },
        { "http://127.0.0.1:41000/?list=virtual&x=1", "http://localhost:9/api/v1",
          "http://localhost:3000/chats/c-1?list=virtual&x=1",
          "MAP localhost:3000 127.0.0.1:41000,MAP localhost:8000 localhost:9,MAP * ~NOTFOUND" },
        { "http://[::1]:5", "http://[::1]:6", "http://localhost:3000/chats/c-1",
          "MAP localhost:3000 [::1]:5,MAP localhost:8000 [::1]:6,MAP * ~NOTFOUND" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct destination found;
        struct err_msg msg = { "" };
        assert_int_equal(find(cases[i].client, cases[i].api, NULL, &found, &msg), ERR_OK);
        assert_string_equal(found.url, cases[i].url);
        assert_string_equal(found.host_rules, cases[i].rules);
        assert_string_equal(found.api_origin, "http://localhost:8000");
        destination_release(&found);
    }
}

static void an_allowed_host_is_opened_straight(void **state)
{
    (void)state;
    struct destination found;
    struct err_msg msg = { "" };
    assert_int_equal(find("https://chat.example.com/?a=b", "https://chat.example.com/api/v1",
                          "chat.example.com", &found, &msg),
                     ERR_OK);
    assert_string_equal(found.url, "https://chat.example.com/chats/c-1?a=b");
    assert_string_equal(found.api_origin, "https://chat.example.com");
    assert_null(found.host_rules);
    destination_release(&found);
}

static void an_allowed_host_beside_a_local_chat_stays_reachable(void **state)
{
    (void)state;
    struct destination found;
    struct err_msg msg = { "" };
    assert_int_equal(
        find("http://127.0.0.1:1", "http://127.0.0.1:2", "files.example.com", &found, &msg),
        ERR_OK);
    assert_string_equal(found.host_rules,
                        "MAP localhost:3000 127.0.0.1:1,MAP localhost:8000 127.0.0.1:2,"
                        "MAP files.example.com files.example.com,MAP * ~NOTFOUND");
    destination_release(&found);
}

static void what_may_not_or_cannot_be_opened_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        const char *api;
        enum err want;
        const char *words;
    } cases[] = {
        { "http://chat.example.com", "http://127.0.0.1:2", ERR_REFUSED, "chat.example.com" },
        { "http://127.0.0.1:1", "http://api.example.com", ERR_REFUSED, "api.example.com" },
        { "127.0.0.1:1", "http://127.0.0.1:2", ERR_USAGE, "--client-url" },
        { "http://127.0.0.1:1", "ftp://127.0.0.1:2", ERR_USAGE, "--api-url" },
        { "http://127.0.0.1:1/chats/5", "http://127.0.0.1:2", ERR_USAGE, "path of the" },
        { "https://127.0.0.1:1", "http://127.0.0.1:2", ERR_USAGE, "from http to https" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct destination found;
        struct err_msg msg = { "" };
        assert_int_equal(find(cases[i].client, cases[i].api, NULL, &found, &msg), cases[i].want);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", msg.text, cases[i].words);
        }
        assert_null(found.url);
        assert_null(found.host_rules);
        assert_null(found.api_origin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chat_on_other_loopback_ports_is_opened_under_its_own_origin),
        cmocka_unit_test(an_allowed_host_is_opened_straight),
        cmocka_unit_test(an_allowed_host_beside_a_local_chat_stays_reachable),
        cmocka_unit_test(what_may_not_or_cannot_be_opened_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

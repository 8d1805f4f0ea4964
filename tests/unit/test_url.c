#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

static void good_urls_come_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *scheme;
        const char *host;
        unsigned port;
        const char *path;
        const char *query;
        const char *origin;
    } cases[] = {
        { "http://localhost:8000", "http", "localhost", 8000, "/", "", "http://localhost:8000" },
        { "HTTP://LocalHost/", "http", "localhost", 80, "/", "", "http://localhost" },
        { "https://chat.example.com/a/b?c=d&e#f", "https", "chat.example.com", 443, "/a/b", "c=d&e",
          "https://chat.example.com" },
        { "https://h:443", "https", "h", 443, "/", "", "https://h" },
        { "http://h:443/", "http", "h", 443, "/", "", "http://h:443" },
        { "http://h:/x", "http", "h", 80, "/x", "", "http://h" },
        { "http://h?q", "http", "h", 80, "/", "q", "http://h" },
        { "http://h#f?q", "http", "h", 80, "/", "", "http://h" },
        { "http://h/a?b?c", "http", "h", 80, "/a", "b?c", "http://h" },
        { "http://[::1]:3000/x", "http", "::1", 3000, "/x", "", "http://[::1]:3000" },
        { "http://[0:0:0:0:0:0:0:1]", "http", "::1", 80, "/", "", "http://[::1]" },
        { "http://[FE80::A]/", "http", "fe80::a", 80, "/", "", "http://[fe80::a]" },
        { "http://localhost./", "http", "localhost", 80, "/", "", "http://localhost" },
        { "http://127.0.0.1:1/", "http", "127.0.0.1", 1, "/", "", "http://127.0.0.1:1" },
        { "http://my_host-1.a2:65535", "http", "my_host-1.a2", 65535, "/", "",
          "http://my_host-1.a2:65535" },
        { "http://h/@x", "http", "h", 80, "/@x", "", "http://h" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct url url;
        struct err_msg msg;
        if (url_parse(cases[i].text, "--client-url", &url, &msg) != ERR_OK) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
        assert_string_equal(url.scheme, cases[i].scheme);
        assert_string_equal(url.host, cases[i].host);
        assert_int_equal(url.port, cases[i].port);
        assert_string_equal(url.path, cases[i].path);
        assert_string_equal(url.query, cases[i].query);
        char *origin = url_origin(&url);
        assert_string_equal(origin, cases[i].origin);
        free(origin);
    }
}

static void an_origin_ends_where_the_port_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        { "http://h:80", true },     { "http://h:80/", true },     { "http://h:80/x?y", true },
        { "http://h:80?y", true },   { "http://h:80#f", true },    { "http://h:8000/", false },
        { "https://h:80/", false },  { "http://h", false },        { "", false },
        { "http://h:80.x/", false }, { "data:text/html,", false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(url_has_origin(cases[i].text, "http://h:80"), cases[i].want);
    }
}

static void bad_urls_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        { "", "starts with http" },
        { "localhost:3000", "starts with http" },
        { "//localhost", "starts with http" },
        { "ws://localhost", "starts with http" },
        { "file:///etc/passwd", "starts with http" },
        { "http:/localhost", "starts with http" },
        { " http://localhost", "starts with http" },
        { "http://", "host is missing" },
        { "http:///x", "host is missing" },
        { "http://:80", "host is missing" },
        { "http://.", "malformed" },
        { "http://a..b", "malformed" },
        { "http://.a", "malformed" },
        { "http://h b", "malformed" },
        { "http://h%41", "malformed" },
        { "http://h\xc3\xa9", "malformed" },
        { "http://127.1", "four numbers" },
        { "http://2130706433", "four numbers" },
        { "http://0x7f.1", "four numbers" },
        { "http://0x7f000001", "four numbers" },
        { "http://127.0.0.01", "four numbers" },
        { "http://127.0.0.256", "four numbers" },
        { "http://localhost.1", "four numbers" },
        { "http://user:geheim@h", "user and password" },
        { "http://user@h", "user and password" },
        { "http://localhost\\@evil.example", "user and password" },
        { "http://localhost/a\\b", "%XX" },
        { "http://localhost/a b", "%XX" },
        { "http://localhost/\n", "%XX" },
        { "http://localhost/\xc3\xa9", "%XX" },
        { "http://h:0", "port" },
        { "http://h:65536", "port" },
        { "http://h:99999999999", "port" },
        { "http://h:8o", "port" },
        { "http://h:-1", "port" },
        { "http://h:80:90", "port" },
        { "http://[::1", "IPv6" },
        { "http://[]", "IPv6" },
        { "http://[::g]", "IPv6" },
        { "http://[127.0.0.1]", "IPv6" },
        { "http://[fe80::1%25eth0]", "IPv6" },
        { "http://[::1]x", "only a port" },
        { "http://::1", "host is missing" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct url url;
        struct err_msg msg = { "" };
        enum err err = url_parse(cases[i].text, "--client-url", &url, &msg);
        bool said = strstr(msg.text, cases[i].why) != NULL;
        if (err != ERR_USAGE || !said || strncmp(msg.text, "--client-url", 12) != 0) {
            fail_msg("%s: %s \"%s\", want %s", cases[i].text, err_name(err), msg.text,
                     cases[i].why);
        }
        assert_null(strstr(msg.text, "geheim"));
    }
}

static void long_parts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t count;
        enum err want;
    } cases[] = {
        { "http://h/", 1022, ERR_OK },  { "http://h/", 1023, ERR_USAGE },
        { "http://h/?", 1023, ERR_OK }, { "http://h/?", 1024, ERR_USAGE },
        { "http://", 63, ERR_OK },      { "http://", 64, ERR_USAGE },
        { "http://", 300, ERR_USAGE },  { "http://h/", 100000, ERR_USAGE },
        { "http://[", 100, ERR_USAGE }, { "http://h:", 100, ERR_USAGE },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct url url;
        struct err_msg msg;
        size_t before = strlen(cases[i].before);
        char *text = mem_new(before + cases[i].count + 1);
        memcpy(text, cases[i].before, before);
        memset(text + before, 'a', cases[i].count);
        enum err err = url_parse(text, "--client-url", &url, &msg);
        if (err != cases[i].want) {
            fail_msg("%s + %zu: %s", cases[i].before, cases[i].count, err_name(err));
        }
        free(text);
    }
}

static void only_this_machine_and_allowed_hosts_may_be_talked_to(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loopback;
        bool allowed;
    } cases[] = {
        { "http://localhost", true, true },
        { "http://a.LOCALHOST", true, true },
        { "http://127.0.0.1", true, true },
        { "http://127.255.0.3:8000", true, true },
        { "http://[::1]", true, true },
        { "http://Staging.Example.com", false, true },
        { "http://[2001:db8::7]", false, true },
        { "http://staging.example.com.evil.example", false, false },
        { "http://x.staging.example.com", false, false },
        { "http://notlocalhost", false, false },
        { "http://localhost.example.com", false, false },
        { "http://128.0.0.1", false, false },
        { "http://0.0.0.0", false, false },
        { "http://[::ffff:127.0.0.1]", false, false },
        { "http://[::]", false, false },
        { "http://10.0.0.1", false, false },
    };
    const struct option_list hosts = { { "other", "STAGING.example.com", "[2001:db8::7]" }, 3 };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct url url;
        struct err_msg msg = { "" };
        assert_int_equal(url_parse(cases[i].text, "--client-url", &url, &msg), ERR_OK);
        enum err with = url_allow(&url, &hosts, &msg);
        enum err without = url_allow(&url, NULL, &msg);
        if (url_is_loopback(&url) != cases[i].loopback ||
            with != (cases[i].allowed ? ERR_OK : ERR_REFUSED) ||
            without != (cases[i].loopback ? ERR_OK : ERR_REFUSED)) {
            fail_msg("%s: with list %s, without %s", cases[i].text, err_name(with),
                     err_name(without));
        }
        if (without != ERR_OK) {
            assert_non_null(strstr(msg.text, url.host));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls_come_apart),
        cmocka_unit_test(an_origin_ends_where_the_port_does),
        cmocka_unit_test(bad_urls_are_refused_with_a_reason),
        cmocka_unit_test(long_parts_are_refused),
        cmocka_unit_test(only_this_machine_and_allowed_hosts_may_be_talked_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

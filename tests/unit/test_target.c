#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "seed/target.h"

static const char *const variables[] = { "PGHOST",    "PGHOSTADDR",    "PGPORT",     "PGDATABASE",
                                         "PGSERVICE", "PGSERVICEFILE", "PGPASSWORD", "PGUSER" };

static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        if (unsetenv(variables[i]) != 0) {
            return -1;
        }
    }
    redact_reset();
    return 0;
}

static enum err check(const char *url, bool from_argv, const struct option_list *allowed,
                      struct strbuf *conninfo, struct err_msg *msg)
{
    const struct target target = { .url = url, .from_argv = from_argv, .allowed_hosts = allowed };
    msg->text[0] = '\0';
    strbuf_clear(conninfo);
    return target_check(&target, conninfo, msg);
}

static void only_this_machine_is_let_through(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum err want;
    } cases[] = {
        { "postgresql://u@127.0.0.1:5432/tms", ERR_OK },
        { "postgres://u@LOCALHOST/tms", ERR_OK },
        { "postgresql://u@[::1]:5433/tms", ERR_OK },
        { "postgresql:///tms", ERR_OK },
        { "postgresql:///tms?host=/run/postgresql", ERR_OK },
        { "host=@abstract dbname=tms", ERR_OK },
        { "host=127.0.0.1,localhost dbname=tms", ERR_OK },
        { "postgresql://u@db.example.com/tms", ERR_REFUSED },
        { "postgresql://u@10.1.2.3/tms", ERR_REFUSED },
        { "postgresql://u@[2001:db8::1]/tms", ERR_REFUSED },
        { "host=127.0.0.1.example.com dbname=tms", ERR_REFUSED },
        { "postgresql://u@127.0.0.1,db.example.com/tms", ERR_REFUSED },
        { "postgresql://u@127.0.0.1/tms?host=db.example.com", ERR_REFUSED },
        { "host=localhost hostaddr=10.1.2.3 dbname=tms", ERR_REFUSED },
        { "host=db.example.com hostaddr=127.0.0.1 dbname=tms", ERR_OK },
        { "service=production", ERR_USAGE },
        { "tms", ERR_USAGE },
        { "http://127.0.0.1/tms", ERR_USAGE },
        { "postgresql://u@127.0.0.1/tms?nonsense=1", ERR_USAGE },
    };
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum err code = check(cases[i].url, false, NULL, &conninfo, &msg);
        if (code != cases[i].want) {
            fail_msg("%s: %s \"%s\", want %s", cases[i].url, err_name(code), msg.text,
                     err_name(cases[i].want));
        }
        assert_int_equal(msg.text[0] != '\0', code != ERR_OK);
    }
    strbuf_release(&conninfo);
}

static void an_allowed_host_passes_in_any_case(void **state)
{
    (void)state;
    const struct option_list allowed = { .item = { "other.example.com", "DB.example.com" },
                                         .count = 2 };
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg;
    assert_int_equal(check("postgresql://u@db.Example.com/tms", false, &allowed, &conninfo, &msg),
                     ERR_OK);
    assert_int_equal(check("postgresql://u@db2.example.com/tms", false, &allowed, &conninfo, &msg),
                     ERR_REFUSED);
    assert_non_null(strstr(msg.text, "--allow-host db2.example.com"));
    strbuf_release(&conninfo);
}

static void the_environment_is_checked_as_well(void **state)
{
    (void)state;
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg;
    assert_int_equal(check(NULL, false, NULL, &conninfo, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "no database is named"));
    assert_int_equal(setenv("PGHOST", "", 1), 0);
    assert_int_equal(check("", false, NULL, &conninfo, &msg), ERR_USAGE);

    assert_int_equal(setenv("PGDATABASE", "tms", 1), 0);
    assert_int_equal(check(NULL, false, NULL, &conninfo, &msg), ERR_OK);
    assert_string_equal(strbuf_text(&conninfo), "");

    assert_int_equal(setenv("PGHOST", "db.example.com", 1), 0);
    assert_int_equal(check(NULL, false, NULL, &conninfo, &msg), ERR_REFUSED);
    assert_int_equal(check("postgresql:///tms", false, NULL, &conninfo, &msg), ERR_REFUSED);
    assert_int_equal(check("postgresql://127.0.0.1/tms", false, NULL, &conninfo, &msg), ERR_OK);

    /* hostaddr wins over the host, even over one that the URL names. */
    assert_int_equal(setenv("PGHOSTADDR", "10.1.2.3", 1), 0);
    assert_int_equal(check("postgresql://127.0.0.1/tms", false, NULL, &conninfo, &msg),
                     ERR_REFUSED);
    strbuf_release(&conninfo);
}

static void a_driver_in_the_scheme_is_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *want;
    } cases[] = {
        { "postgresql+asyncpg://u@127.0.0.1:5432/tms", "postgresql://u@127.0.0.1:5432/tms" },
        { "postgresql://u+v@127.0.0.1/tms", "postgresql://u+v@127.0.0.1/tms" },
        { "host=127.0.0.1 dbname=a+b", "host=127.0.0.1 dbname=a+b" },
    };
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(check(cases[i].url, false, NULL, &conninfo, &msg), ERR_OK);
        assert_string_equal(strbuf_text(&conninfo), cases[i].want);
    }
    strbuf_release(&conninfo);
}

static void a_password_stays_out_of_argv_and_out_of_sentences(void **state)
{
    (void)state;
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg;
    static const char url[] = "postgresql://u:hunter2hunter2@127.0.0.1/tms";
    assert_int_equal(check(url, true, NULL, &conninfo, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "DATABASE_URL"));
    assert_null(strstr(msg.text, "hunter2"));
    assert_int_equal(check(url, false, NULL, &conninfo, &msg), ERR_OK);
    assert_true(redact_finds("hunter2hunter2", 14));

    /* Malformed texts hold passwords too. */
    assert_int_equal(
        check("postgresql://u:hunter3hunter3@127.0.0.1:port/t m%", false, NULL, &conninfo, &msg),
        ERR_USAGE);
    assert_null(strstr(msg.text, "hunter3"));
    strbuf_release(&conninfo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_this_machine_is_let_through, clear_environment),
        cmocka_unit_test_setup(an_allowed_host_passes_in_any_case, clear_environment),
        cmocka_unit_test_setup(the_environment_is_checked_as_well, clear_environment),
        cmocka_unit_test_setup(a_driver_in_the_scheme_is_dropped, clear_environment),
        cmocka_unit_test_setup(a_password_stays_out_of_argv_and_out_of_sentences,
                               clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, clear_environment);
}

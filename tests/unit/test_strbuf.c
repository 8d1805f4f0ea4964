#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/strbuf.h"

static void text_is_always_ended(void **state)
{
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    assert_string_equal(strbuf_text(&buf), "");
    strbuf_add(&buf, "abc", 2);
    strbuf_add_char(&buf, 'X');
    strbuf_add_str(&buf, "yz");
    strbuf_add(&buf, NULL, 0);
    assert_string_equal(strbuf_text(&buf), "abXyz");
    assert_int_equal(buf.len, 5);
    strbuf_clear(&buf);
    assert_string_equal(strbuf_text(&buf), "");
    strbuf_release(&buf);
    assert_null(buf.data);
}

static void formats_grow_the_buffer(void **state)
{
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    char wide[500];
    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    for (int i = 0; i < 100; i++) {
        strbuf_addf(&buf, "%03d%s;", i, wide);
    }
    assert_int_equal(buf.len, 100 * 503);
    assert_int_equal(strlen(buf.data), buf.len);
    assert_memory_equal(buf.data + (size_t)99 * 503, "099www", 6);
    strbuf_release(&buf);
}

static void bytes_may_be_nul(void **state)
{
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    strbuf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
    strbuf_release(&buf);
}

static void detaching_gives_the_text_away(void **state)
{
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    char *empty = strbuf_detach(&buf);
    assert_string_equal(empty, "");
    free(empty);
    strbuf_add_str(&buf, "mine");
    char *text = strbuf_detach(&buf);
    assert_string_equal(text, "mine");
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
    free(text);
}

static void growing_over_the_ceiling_ends_the_program(void **state)
{
    (void)state;
    static const size_t counts[] = { LIMIT_STRBUF_BYTES, SIZE_MAX, LIMIT_STRBUF_BYTES - 1 };
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            struct strbuf buf = STRBUF_INIT;
            int null = open("/dev/null", O_WRONLY);
            if (null < 0 || dup2(null, 2) < 0) {
                _exit(1);
            }
            strbuf_add_char(&buf, 'x');
            strbuf_add(&buf, "", counts[i]);
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 107);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_always_ended),
        cmocka_unit_test(formats_grow_the_buffer),
        cmocka_unit_test(bytes_may_be_nul),
        cmocka_unit_test(detaching_gives_the_text_away),
        cmocka_unit_test(growing_over_the_ceiling_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

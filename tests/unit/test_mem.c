#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void new_memory_is_zeroed(void **state)
{
    (void)state;
    unsigned char *bytes = mem_new(100);
    unsigned char zero[100] = { 0 };
    assert_memory_equal(bytes, zero, 100);
    free(bytes);
    uint32_t *numbers = mem_new_array(25, sizeof numbers[0]);
    assert_memory_equal(numbers, zero, 100);
    free(numbers);
    void *none = mem_new(0);
    assert_non_null(none);
    free(none);
}

static void reserving_doubles_and_keeps_what_was_there(void **state)
{
    (void)state;
    int *array = NULL;
    size_t cap = 0;
    for (int i = 0; i < 1000; i++) {
        void *grown = array;
        mem_reserve(&grown, &cap, (size_t)i + 1, sizeof array[0]);
        array = grown;
        array[i] = i;
    }
    assert_int_equal(cap, 1024);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(array[i], i);
    }
    free(array);
}

static void copies_are_strings(void **state)
{
    (void)state;
    char *text = mem_dup_str("chat");
    char *part = mem_dup_bytes("conversation", 4);
    char *none = mem_dup_bytes(NULL, 0);
    char *made = mem_format("%s-%d", "run", 12);
    assert_string_equal(text, "chat");
    assert_string_equal(part, "conv");
    assert_string_equal(none, "");
    assert_string_equal(made, "run-12");
    free(text);
    free(part);
    free(none);
    free(made);
}

static void ask_too_much_at_once(void)
{
    free(mem_new_array(SIZE_MAX / 4, 8));
}

static void resize_too_much(void)
{
    free(mem_resize(NULL, SIZE_MAX / 2, 4));
}

static void reserve_too_much(void)
{
    void *array = NULL;
    size_t cap = 0;
    mem_reserve(&array, &cap, SIZE_MAX / 2, 16);
    free(array);
}

static void copy_too_much(void)
{
    free(mem_dup_bytes("x", SIZE_MAX));
}

static void sizes_that_overflow_end_the_program(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*act)(void);
    } cases[] = {
        { "new array", ask_too_much_at_once },
        { "resize", resize_too_much },
        { "reserve", reserve_too_much },
        { "copy", copy_too_much },
        { "library", (void (*)(void))mem_exhausted },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            int null = open("/dev/null", O_WRONLY);
            if (null < 0 || dup2(null, 2) < 0) {
                _exit(1);
            }
            cases[i].act();
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 107) {
            fail_msg("%s: status %d, want exit 107", cases[i].name, status);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zeroed),
        cmocka_unit_test(reserving_doubles_and_keeps_what_was_there),
        cmocka_unit_test(copies_are_strings),
        cmocka_unit_test(sizes_that_overflow_end_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/test.h"

#include <string.h>

#include "base/embedded.h"

static void every_file_is_found_whole(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct embedded *file = embedded_files; file->path != NULL; file++) {
        assert_ptr_equal(embedded_find(file->path), file);
        assert_int_equal(strlen(file->text), file->bytes);
        count++;
    }
    assert_true(count > 0);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_null(embedded_find(""));
    assert_null(embedded_find("cdp/profiles"));
    assert_null(embedded_find("no/such/file.json"));
}

static void the_version_is_known(void **state)
{
    (void)state;
    assert_in_range(version_text[0], '0', '9');
    assert_non_null(strchr(version_text, '.'));
    assert_true(strlen(version_commit) >= 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_found_whole),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(the_version_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

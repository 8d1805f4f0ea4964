#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "seed/files.h"
#include "seed/ids.h"
#include "seed/rows.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static const struct shape shape = { .seed = 3, .users = 12, .group_members = 12, .messages = 21 };
static char *folder;

static int make_folder(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    return file_make_temp_dir(NULL, "tmscdp-test-files-", &folder, &msg) == ERR_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    enum err code = file_remove_tree(folder, &msg);
    free(folder);
    return code == ERR_OK ? 0 : -1;
}

static char *publish(const char *name)
{
    struct err_msg msg = { "" };
    struct files files = { .staging = NULL };
    char *dir = file_join(folder, name);
    assert_int_equal(files_stage(&files, dir, &shape, SECRET, 1771606800, &msg), ERR_OK);
    assert_int_equal(files_publish(&files, &msg), ERR_OK);
    files_discard(&files);
    return dir;
}

static cJSON *read_json(const char *dir, const char *name)
{
    struct err_msg msg = { "" };
    cJSON *tree = NULL;
    char *path = file_join(dir, name);
    if (json_read_file(path, LIMIT_DATA_FILE_BYTES, &tree, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    free(path);
    return tree;
}

static const char *text_at(const cJSON *array, int index)
{
    const cJSON *item = cJSON_GetArrayItem(array, index);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

static void the_token_files_agree(void **state)
{
    (void)state;
    char *dir = publish("tokens");
    cJSON *array = read_json(dir, "tokens_array.json");
    cJSON *list = read_json(dir, "tokens.json");
    assert_int_equal(cJSON_GetArraySize(array), 12);
    assert_int_equal(cJSON_GetArraySize(list), 12);
    for (int i = 0; i < 12; i++) {
        const cJSON *entry = cJSON_GetArrayItem(list, i);
        struct row_user user;
        rows_user(&shape, (uint32_t)i, &user);
        assert_true((int)json_number(entry, "index", -1) == i);
        assert_string_equal(json_text(entry, "tms_user_id"), user.tms_user_id);
        assert_string_equal(json_text(entry, "db_user_id"), user.id.text);
        assert_string_equal(json_text(entry, "email"), user.email);
        assert_string_equal(json_text(entry, "token"), text_at(array, i));
        assert_memory_equal(text_at(array, i), "eyJ", 3);
    }
    cJSON_Delete(array);
    cJSON_Delete(list);
    free(dir);
}

static void the_id_files_hold_the_seeded_ids(void **state)
{
    (void)state;
    char *dir = publish("ids");
    cJSON *conversations = read_json(dir, "conversation_ids.json");
    cJSON *messages = read_json(dir, "message_ids.json");
    cJSON *options = read_json(dir, "poll_option_ids.json");
    cJSON *users = read_json(dir, "user_ids.json");
    const cJSON *extra = json_at(conversations, "extra_conversation_ids");
    const cJSON *all = json_at(conversations, "all_conversation_ids");

    assert_string_equal(json_text(conversations, "group_conversation_id"),
                        ids_conversation(3, 0).text);
    assert_int_equal(cJSON_GetArraySize(extra), 10);
    assert_int_equal(cJSON_GetArraySize(all), 11);
    assert_string_equal(text_at(extra, 9), ids_conversation(3, 10).text);
    assert_string_equal(text_at(all, 0), ids_conversation(3, 0).text);
    /* Of 21: one poll, ten images, ten files. */
    assert_int_equal(cJSON_GetArraySize(json_at(messages, "image_message_ids")), 10);
    assert_int_equal(cJSON_GetArraySize(json_at(messages, "file_message_ids")), 10);
    assert_string_equal(text_at(json_at(messages, "image_message_ids"), 0),
                        ids_message(3, 0, 2).text);
    assert_string_equal(text_at(json_at(messages, "file_message_ids"), 9),
                        ids_message(3, 0, 21).text);
    assert_int_equal(cJSON_GetArraySize(options), 4);
    assert_string_equal(text_at(options, 3), rows_option_id(&shape, 3).text);
    assert_int_equal(cJSON_GetArraySize(json_at(users, "user_ids")), 12);
    assert_string_equal(text_at(json_at(users, "tms_user_ids"), 11), "stress_tms_0011");
    cJSON_Delete(conversations);
    cJSON_Delete(messages);
    cJSON_Delete(options);
    cJSON_Delete(users);
    free(dir);
}

static void the_poll_id_stands_alone(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct strbuf text = STRBUF_INIT;
    char *dir = publish("poll");
    char *path = file_join(dir, "poll_id.txt");
    assert_int_equal(file_read(path, KIB, &text, &msg), ERR_OK);
    assert_string_equal(text.data, rows_poll_id(&shape).text);
    strbuf_release(&text);
    free(path);
    free(dir);
}

static mode_t mode_of(const char *dir, const char *name)
{
    struct stat facts;
    char *path = file_join(dir, name);
    assert_int_equal(stat(path, &facts), 0);
    free(path);
    return facts.st_mode & 0777;
}

static void tokens_are_for_their_owner_alone(void **state)
{
    (void)state;
    mode_t old = umask(0);
    char *dir = publish("modes");
    (void)umask(old);
    assert_int_equal(mode_of(dir, "tokens.json"), 0600);
    assert_int_equal(mode_of(dir, "tokens_array.json"), 0600);
    assert_int_equal(mode_of(dir, "user_ids.json"), 0644);
    free(dir);
}

static void nothing_shows_before_it_is_published(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct files files = { .staging = NULL };
    char *dir = file_join(folder, "staged");
    char *tokens = file_join(dir, "tokens.json");
    char *staging = file_join(dir, ".seeding");
    char *leftover = file_join(staging, "half");
    assert_int_equal(file_make_dirs(staging, &msg), ERR_OK);
    assert_int_equal(file_write(leftover, "x", 1, 0600, &msg), ERR_OK);

    assert_int_equal(files_stage(&files, dir, &shape, SECRET, 1771606800, &msg), ERR_OK);
    assert_false(file_exists(tokens));
    assert_false(file_exists(leftover));
    files_discard(&files);
    assert_false(file_exists(staging));
    assert_false(file_exists(tokens));
    free(leftover);
    free(staging);
    free(tokens);
    free(dir);
}

static void removing_takes_the_data_files_and_nothing_else(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    uint64_t count = 0;
    char *dir = publish("removed");
    char *readme = file_join(dir, "README.md");
    char *tokens = file_join(dir, "tokens.json");
    assert_int_equal(file_write(readme, "x", 1, 0644, &msg), ERR_OK);
    assert_int_equal(files_remove(dir, &count, &msg), ERR_OK);
    assert_int_equal(count, 7);
    assert_true(file_exists(readme));
    assert_false(file_exists(tokens));
    assert_int_equal(files_remove(dir, &count, &msg), ERR_OK);
    assert_int_equal(count, 0);

    char *nowhere = file_join(dir, "no/such/folder");
    assert_int_equal(files_remove(nowhere, &count, &msg), ERR_OK);
    assert_int_equal(count, 0);
    free(nowhere);
    free(readme);
    free(tokens);
    free(dir);
}

static void a_folder_that_cannot_be_is_named(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct files files = { .staging = NULL };
    char *file = file_join(folder, "file");
    char *dir = file_join(file, "data");
    assert_int_equal(file_write(file, "x", 1, 0644, &msg), ERR_OK);
    assert_int_equal(files_stage(&files, dir, &shape, SECRET, 0, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, file));
    files_discard(&files);
    free(dir);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_files_agree),
        cmocka_unit_test(the_id_files_hold_the_seeded_ids),
        cmocka_unit_test(the_poll_id_stands_alone),
        cmocka_unit_test(tokens_are_for_their_owner_alone),
        cmocka_unit_test(nothing_shows_before_it_is_published),
        cmocka_unit_test(removing_takes_the_data_files_and_nothing_else),
        cmocka_unit_test(a_folder_that_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

#include "tests/unit/test.h"

#include <string.h>

#include "base/json.h"
#include "seed/rows.h"
#include "seed/words.h"

static const struct shape suite = {
    .seed = 1, .users = 100, .group_members = 100, .messages = 201
};
static const struct shape large = { .seed = 9,
                                    .users = 1000,
                                    .group_members = 300,
                                    .messages = 5000,
                                    .encrypted = 50,
                                    .reactions = 120 };

static void users_are_named_by_their_index(void **state)
{
    (void)state;
    struct row_user user;
    rows_user(&suite, 42, &user);
    assert_string_equal(user.tms_user_id, "stress_tms_0042");
    assert_string_equal(user.email, "stress_tms_0042@stress.example.com");
    assert_non_null(strstr(user.username, ".0042"));
    assert_true(user.first_name[0] != '\0' && user.last_name[0] != '\0');
    assert_string_equal(user.id.text, ids_user(1, 42).text);
}

static void the_suites_group_is_a_poll_then_images_then_files(void **state)
{
    (void)state;
    struct row_message row = { .sequence = 0 };
    assert_int_equal(rows_message_count(&suite, 0), 201);
    for (uint32_t sequence = 1; sequence <= 201; sequence++) {
        enum row_type want = sequence == 1 ? ROW_POLL : sequence <= 101 ? ROW_IMAGE : ROW_FILE;
        rows_message(&suite, 0, sequence, &row);
        assert_int_equal(row.type, want);
        assert_int_equal(row.sequence, sequence);
        assert_false(row.encrypted);
    }
    for (uint32_t group = 1; group <= SHAPE_EXTRA_GROUPS; group++) {
        assert_int_equal(rows_message_count(&suite, group), 10);
        assert_int_equal(rows_member_count(&suite, group), 10);
        rows_message(&suite, group, 10, &row);
        assert_int_equal(row.type, ROW_TEXT);
        assert_true(row.content.len > 0);
    }
    rows_message_release(&row);
}

static void a_row_does_not_depend_on_rows_made_before(void **state)
{
    (void)state;
    struct row_message used = { .sequence = 0 };
    for (uint32_t sequence = 1; sequence <= 5050; sequence += 7) {
        struct row_message fresh = { .sequence = 0 };
        rows_message(&large, 0, sequence, &used);
        rows_message(&large, 0, sequence, &fresh);
        assert_string_equal(used.id.text, fresh.id.text);
        assert_string_equal(used.sender_id.text, fresh.sender_id.text);
        assert_string_equal(strbuf_text(&used.content), strbuf_text(&fresh.content));
        assert_string_equal(strbuf_text(&used.metadata), strbuf_text(&fresh.metadata));
        rows_message_release(&fresh);
    }
    rows_message_release(&used);
}

/* Otherwise an encrypted text would change under its initialization vector. */
static void a_text_depends_on_the_seed_number_and_its_place_only(void **state)
{
    (void)state;
    struct shape other = large;
    struct row_message a = { .sequence = 0 };
    struct row_message b = { .sequence = 0 };
    other.group_members = 5;
    other.messages = 5040;
    other.reactions = 0;
    for (uint32_t sequence = 5041; sequence <= 5050; sequence++) {
        rows_message(&large, 0, sequence, &a);
        rows_message(&other, 0, sequence, &b);
        assert_true(a.encrypted && b.encrypted);
        assert_string_equal(strbuf_text(&a.content), strbuf_text(&b.content));
    }
    other.seed = 10;
    rows_message(&other, 0, 5050, &b);
    assert_string_not_equal(strbuf_text(&a.content), strbuf_text(&b.content));
    rows_message_release(&a);
    rows_message_release(&b);
}

static void times_rise_strictly_and_end_at_the_fixed_afternoon(void **state)
{
    (void)state;
    const struct shape *const shapes[] = { &suite, &large };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        for (uint32_t group = 0; group <= SHAPE_EXTRA_GROUPS; group++) {
            int64_t before = ROWS_NEWEST_US - ROWS_SPAN_US - 1;
            for (uint32_t n = 1; n <= rows_message_count(shapes[i], group); n++) {
                int64_t created = rows_message_created_us(shapes[i], group, n);
                assert_true(created > before);
                before = created;
            }
            assert_true(before < ROWS_NEWEST_US);
        }
    }
    const struct shape largest = { .messages = 1000000, .encrypted = 1000000 };
    assert_true(rows_message_created_us(&largest, 0, 1999999) <
                rows_message_created_us(&largest, 0, 2000000));
}

static void check_metadata(const struct row_message *row)
{
    struct err_msg msg = { "" };
    cJSON *tree = NULL;
    char key[200];
    assert_int_equal(json_parse(row->metadata.data, row->metadata.len, "metadata", &tree, &msg),
                     ERR_OK);
    if (row->type == ROW_TEXT || row->type == ROW_POLL) {
        assert_int_equal(cJSON_GetArraySize(tree), 0);
    } else {
        (void)snprintf(key, sizeof key, "chat/%s/%u-%s", row->conversation_id.text,
                       (unsigned)row->sequence, json_text(tree, "fileName"));
        assert_string_equal(json_text(tree, "ossKey"), key);
        assert_non_null(strstr(json_text(tree, "fileUrl"), key));
        assert_true(json_number(tree, "fileSize", 0) >= 1024);
        assert_non_null(strchr(json_text(tree, "mimeType"), '/'));
        bool picture = row->type == ROW_IMAGE;
        assert_int_equal(json_number(tree, "width", 0) > 0, picture);
        assert_int_equal(json_number(tree, "height", 0) > 0, picture);
        assert_int_equal(json_text(tree, "thumbnailUrl") != NULL, picture);
    }
    cJSON_Delete(tree);
}

static void metadata_is_json_with_what_the_client_shows(void **state)
{
    (void)state;
    struct row_message row = { .sequence = 0 };
    for (uint32_t sequence = 1; sequence <= 5050; sequence++) {
        rows_message(&large, 0, sequence, &row);
        check_metadata(&row);
    }
    rows_message_release(&row);
}

static void texts_differ_in_length_and_some_carry_emojis(void **state)
{
    (void)state;
    struct row_message row = { .sequence = 0 };
    size_t shortest = SIZE_MAX;
    size_t longest = 0;
    unsigned emojis = 0;
    unsigned repeated = 0;
    char before[64] = "";
    for (uint32_t sequence = 2; sequence <= 1001; sequence++) {
        rows_message(&large, 0, sequence, &row);
        assert_int_equal(row.type, ROW_TEXT);
        shortest = row.content.len < shortest ? row.content.len : shortest;
        longest = row.content.len > longest ? row.content.len : longest;
        emojis += strstr(row.content.data, "\xf0\x9f") != NULL ? 1 : 0;
        repeated += strncmp(before, row.content.data, sizeof before - 1) == 0 ? 1 : 0;
        (void)snprintf(before, sizeof before, "%s", row.content.data);
    }
    assert_true(shortest < 10);
    assert_true(longest > 300);
    assert_in_range(emojis, 150, 400);
    assert_true(repeated < 20);
    rows_message_release(&row);
}

static void senders_are_members(void **state)
{
    (void)state;
    struct shape few = large;
    struct row_message row = { .sequence = 0 };
    few.group_members = 3;
    unsigned seen[3] = { 0 };
    for (uint32_t sequence = 1; sequence <= 300; sequence++) {
        uint32_t member = 0;
        rows_message(&few, 0, sequence, &row);
        while (member < 3 && strcmp(row.sender_id.text, ids_user(few.seed, member).text) != 0) {
            member++;
        }
        assert_true(member < 3);
        seen[member]++;
    }
    assert_true(seen[0] > 50 && seen[1] > 50 && seen[2] > 50);
    rows_message_release(&row);
}

static void reactions_on_an_image_come_from_distinct_members(void **state)
{
    (void)state;
    struct shape all = large;
    all.group_members = 120; /* as many as reactions */
    for (uint32_t image = 0; image < 100; image += 33) {
        bool seen[120] = { false };
        for (uint32_t which = 0; which < all.reactions; which++) {
            struct row_reaction row;
            uint32_t member = 0;
            rows_reaction(&all, image, which, &row);
            while (member < 120 && strcmp(row.user_id.text, ids_user(all.seed, member).text) != 0) {
                member++;
            }
            assert_true(member < 120);
            assert_false(seen[member]);
            seen[member] = true;
            assert_string_equal(row.message_id.text,
                                ids_message(all.seed, 0, shape_images(&all).first + image).text);
        }
    }
}

/* The column has room for ten characters; emojis are counted by code points there. */
static void a_reaction_fits_its_column(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 1);
    for (int i = 0; i < 200; i++) {
        const char *emoji = words_reaction(&rng);
        assert_true(strlen(emoji) >= 3 && strlen(emoji) <= 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_named_by_their_index),
        cmocka_unit_test(the_suites_group_is_a_poll_then_images_then_files),
        cmocka_unit_test(a_row_does_not_depend_on_rows_made_before),
        cmocka_unit_test(a_text_depends_on_the_seed_number_and_its_place_only),
        cmocka_unit_test(times_rise_strictly_and_end_at_the_fixed_afternoon),
        cmocka_unit_test(metadata_is_json_with_what_the_client_shows),
        cmocka_unit_test(texts_differ_in_length_and_some_carry_emojis),
        cmocka_unit_test(senders_are_members),
        cmocka_unit_test(reactions_on_an_image_come_from_distinct_members),
        cmocka_unit_test(a_reaction_fits_its_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

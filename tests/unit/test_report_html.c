/* The HTML page: policy, escaping of every text, NO DATA with reasons, refusal of secrets. */
#include "tests/unit/test.h"

#include "base/embedded.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/redact.h"
#include "metrics/result.h"
#include "reports/digest.h"
#include "reports/html.h"
#include "reports/pictures.h"
#include "reports/report.h"
#include "tests/unit/report_fixture.h"

/* The page of one tree, which is freed. */
static struct strbuf page_of(cJSON *root)
{
    struct strbuf page = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct report report = fixture_report(root);
    assert_int_equal(html_write(&report, &page, &msg), ERR_OK);
    report_release(&report);
    cJSON_Delete(root);
    return page;
}

static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void digests_match_published_vectors(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    digest_add_sha256(&out, "abc", 3); /* FIPS 180-2 */
    assert_string_equal(strbuf_text(&out), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    static const char *const base64[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foobar", "Zm9vYmFy" }
    }; /* RFC 4648 */
    for (size_t i = 0; i < COUNT_OF(base64); i++) {
        strbuf_release(&out);
        digest_add_base64(&out, base64[i][0], strlen(base64[i][0]));
        assert_string_equal(strbuf_text(&out), base64[i][1]);
    }
    strbuf_release(&out);
}

static void long_base64_has_no_padding_inside(void **state)
{
    (void)state;
    static const char bytes[100001];
    struct strbuf out = STRBUF_INIT;
    digest_add_base64(&out, bytes, sizeof bytes);
    assert_int_equal(out.len, (sizeof bytes + 2) / 3 * 4);
    assert_int_equal(strspn(out.data, "A"), out.len - 1); /* 100001 = 3 · 33333 + 2 */
    assert_int_equal(out.data[out.len - 1], '=');
    strbuf_release(&out);
}

static void the_policy_allows_only_its_own_style(void **state)
{
    (void)state;
    struct strbuf page = page_of(fixture_result("text"));
    const struct embedded *style = embedded_find("reports/assets/report.css");
    struct strbuf policy = STRBUF_INIT;
    strbuf_add_str(&policy, "content=\"default-src 'none'; style-src 'sha256-");
    digest_add_sha256(&policy, style->text, style->bytes);
    strbuf_add_str(&policy, "'; img-src data:; base-uri 'none'; form-action 'none'\"");
    assert_non_null(strstr(page.data, strbuf_text(&policy)));
    assert_null(strstr(page.data, "<script"));
    assert_null(strstr(page.data, " style=\""));
    assert_null(strstr(page.data, " on"
                                  "click"));
    assert_null(strstr(style->text, "url("));
    assert_null(strstr(style->text, "@import"));
    strbuf_release(&policy);
    strbuf_release(&page);
}

static void hostile_texts_stay_texts(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)' autofocus='",
        "</style></title></textarea><!--",
        "&lt;script&gt;",
        "javascript:alert(1)",
        "abc\xE2\x80\xAEgnp.exe",
        "a\x01\x02\x1b]0;title\x07",
        "\xFF\xFE\xC0\xAF\xED\xA0\x80",
        "%s%n%99999999s",
        "]]>",
    };
    struct strbuf calm = page_of(fixture_result("text"));
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct strbuf page = page_of(fixture_result(hostile[i]));
        /* Not one element or attribute more than with a harmless text. */
        assert_int_equal(times(page.data, "<"), times(calm.data, "<"));
        assert_int_equal(times(page.data, "\""), times(calm.data, "\""));
        assert_null(strstr(page.data, "<script"));
        assert_null(strstr(page.data, "<img src=x"));
        assert_null(strstr(page.data, "\xE2\x80\xAE"));
        assert_null(strchr(page.data, '\x1b'));
        assert_null(strstr(page.data, "href=\"javascript"));
        strbuf_release(&page);
    }
    strbuf_release(&calm);
}

static void a_text_of_a_megabyte_is_cut(void **state)
{
    (void)state;
    char *line = malloc(1048577);
    assert_non_null(line);
    memset(line, 'x', 1048576);
    line[1048576] = '\0';
    struct strbuf page = page_of(fixture_result(line));
    assert_true(page.len < 200000);
    strbuf_release(&page);
    free(line);
}

static void a_nul_in_a_text_ends_it(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    cJSON *text = NULL;
    static const char json[] = "\"before\\u0000<script>\"";
    assert_int_equal(json_parse(json, sizeof json - 1, "case", &text, &msg), ERR_OK);
    struct strbuf page = page_of(fixture_result(text->valuestring));
    assert_non_null(strstr(page.data, "before"));
    assert_null(strstr(page.data, "<script>"));
    assert_int_equal(strlen(page.data), page.len);
    strbuf_release(&page);
    cJSON_Delete(text);
}

static void figures_stand_beside_targets_use_and_n(void **state)
{
    (void)state;
    struct strbuf page = page_of(fixture_result("text"));
    assert_non_null(strstr(page.data, "<th scope=\"row\">DOM elements</th><td><span class=\"use "
                                      "gate\">gate</span></td><td class=\"num\">&lt; 8,000</td>"
                                      "<td class=\"num\">3,260 <span class=\"held\" role=\"img\" "
                                      "aria-label=\"target held\">✓</span><small>n 3, 3,260 to "
                                      "3,293, CV 0.6 %</small></td>"));
    assert_non_null(strstr(page.data, "+31.40 <span class=\"miss\""));
    assert_non_null(strstr(page.data, "<title>Slows Down: TMS browser performance, text</title>"));
    strbuf_release(&page);
}

static void missing_figures_say_why(void **state)
{
    (void)state;
    struct strbuf page = page_of(fixture_result("the list did not move"));
    assert_non_null(strstr(page.data, "<td class=\"none\">NO DATA<small>the list did not move"
                                      "</small></td>"));
    assert_non_null(strstr(page.data, "NO DATA<small>not collected</small>"));
    strbuf_release(&page);
}

static void an_unreached_count_has_one_cell_over_its_rows(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    cJSON *stage = cJSON_GetArrayItem(
        cJSON_GetObjectItem(
            cJSON_GetArrayItem(
                cJSON_GetObjectItem(cJSON_GetObjectItem(root, "measure"), "variants"), 1),
            "stages"),
        2);
    cJSON_ReplaceItemInObject(stage, "reached", cJSON_CreateFalse());
    cJSON_ReplaceItemInObject(stage, "reason", cJSON_CreateString("the API has 120 messages"));
    struct strbuf page = page_of(root);
    assert_int_equal(times(page.data, "rowspan=\"3\">NO DATA<small>the API has 120 messages"), 1);
    assert_non_null(strstr(page.data, "<td class=\"missed\">no<small>the API has 120 messages"));
    strbuf_release(&page);
}

static void a_run_that_measured_nothing_still_makes_a_page(void **state)
{
    (void)state;
    cJSON *root = fixture_head("text");
    cJSON_ReplaceItemInObject(root, "state", cJSON_CreateString("unfinished"));
    struct strbuf page = page_of(root);
    assert_non_null(strstr(page.data, "did not end."));
    assert_non_null(strstr(page.data, "Nothing was measured."));
    assert_non_null(strstr(page.data, "</html>"));
    strbuf_release(&page);
}

static void a_page_that_died_under_a_load_is_told(void **state)
{
    (void)state;
    for (int crashed = 0; crashed < 2; crashed++) {
        cJSON *root = fixture_head("text");
        cJSON_ReplaceItemInObject(root, "command", cJSON_CreateString("pair"));
        cJSON *pair = json_add_object(root, "pair");
        json_add_array(pair, "metrics");
        json_add_text(pair, "crash", crashed == 1 ? "in phase 2, loaded: <gone>" : NULL);
        struct strbuf page = page_of(root);
        assert_int_equal(times(page.data, "<b>Crashes:</b> in phase 2, loaded: &lt;gone&gt;."),
                         crashed);
        assert_int_equal(times(page.data, "<b>Crashes:</b>"), crashed);
        strbuf_release(&page);
    }
}

static void the_terminal_says_the_same_figures(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    cJSON *root = fixture_result("text");
    struct report report = fixture_report(root);
    report_summary(&report, &text);
    assert_non_null(strstr(text.data, "plain                50    3,260        -    1,630"));
    assert_non_null(strstr(text.data, "NO DATA"));
    assert_non_null(strstr(text.data, report.series[0].list_words));
    strbuf_release(&text);
    report_release(&report);
    cJSON_Delete(root);
}

/* Every output of the run, into `dir`; the code of the first that is refused. */
static enum err write_all(const char *dir, struct err_msg *msg)
{
    struct report report;
    const char *paths[] = { dir };
    char *output = file_join(dir, "report.html");
    const struct report_input input = { paths, 1, false, output };
    assert_int_equal(report_open(&input, &report, msg), ERR_OK);
    enum err code = ERR_OK;
    for (size_t i = 0; i < REPORT_OUTPUT_COUNT; i++) {
        char *path = mem_format("%s/out%zu", dir, i);
        enum err own = report_write(&report, (enum report_output)i, path, msg);
        assert_int_equal(file_exists(path), own == ERR_OK);
        assert_true(i == 0 || own == code);
        code = own;
        free(path);
    }
    report_release(&report);
    free(output);
    return code;
}

static void a_token_keeps_every_output_from_being_written(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-report-", &dir, &msg), ERR_OK);
    char *result = file_join(dir, "result.json");
    struct strbuf json = STRBUF_INIT;
    cJSON *root = fixture_result("eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IngifQ.c2lnbmF0dXJl");
    json_write(root, false, &json);
    cJSON_Delete(root);
    assert_int_equal(file_write(result, json.data, json.len, 0644, &msg), ERR_OK);
    assert_int_equal(write_all(dir, &msg), ERR_FORMAT);
    assert_non_null(strstr(msg.text, "token"));
    assert_null(strstr(msg.text, "eyJ"));

    strbuf_clear(&json);
    root = fixture_result("text");
    json_write(root, false, &json);
    cJSON_Delete(root);
    assert_int_equal(file_write(result, json.data, json.len, 0644, &msg), ERR_OK);
    assert_int_equal(write_all(dir, &msg), ERR_OK);
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    assert_int_equal(file_make_dirs(dir, &msg), ERR_OK);

    /* Marks that HTML, XML, JSON and Markdown each write in another way. */
    redact_register("registered & <\"secret\"> | of_mine");
    strbuf_clear(&json);
    root = fixture_result("a registered & <\"secret\"> | of_mine in a text");
    json_write(root, false, &json);
    cJSON_Delete(root);
    assert_int_equal(file_write(result, json.data, json.len, 0644, &msg), ERR_OK);
    assert_int_equal(write_all(dir, &msg), ERR_FORMAT);
    redact_reset();
    strbuf_release(&json);
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(result);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_match_published_vectors),
        cmocka_unit_test(long_base64_has_no_padding_inside),
        cmocka_unit_test(the_policy_allows_only_its_own_style),
        cmocka_unit_test(hostile_texts_stay_texts),
        cmocka_unit_test(a_text_of_a_megabyte_is_cut),
        cmocka_unit_test(a_nul_in_a_text_ends_it),
        cmocka_unit_test(figures_stand_beside_targets_use_and_n),
        cmocka_unit_test(missing_figures_say_why),
        cmocka_unit_test(an_unreached_count_has_one_cell_over_its_rows),
        cmocka_unit_test(a_run_that_measured_nothing_still_makes_a_page),
        cmocka_unit_test(a_page_that_died_under_a_load_is_told),
        cmocka_unit_test(the_terminal_says_the_same_figures),
        cmocka_unit_test(a_token_keeps_every_output_from_being_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

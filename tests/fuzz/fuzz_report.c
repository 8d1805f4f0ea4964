/* Any JSON as a result: refused with a sentence, or a page whose markup is the report's own, and
 * the formats of others without a control character; JSON among them reads back. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "reports/html.h"
#include "reports/outputs.h"
#include "reports/report.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_page(const struct strbuf *page)
{
    for (size_t i = 0; i < page->len; i++) {
        unsigned char c = (unsigned char)page->data[i];
        if ((c < ' ' && c != '\n') || c == 0x7f) {
            abort();
        }
        if (c == '<' && strchr("abcdefghilmnopqrstu/!", page->data[i + 1]) == NULL) {
            abort();
        }
    }
    if (strstr(page->data, "<script") != NULL || strstr(page->data, "</html>\n") == NULL ||
        strstr(page->data, ">nan") != NULL) {
        abort();
    }
}

static void check_json(const struct strbuf *text)
{
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    if (json_parse(text->data, text->len, "output", &root, &msg) != ERR_OK) {
        abort();
    }
    cJSON_Delete(root);
}

static void check_calm(const struct strbuf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->data[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            abort();
        }
    }
}

static void check_outputs(const struct report *report)
{
    struct strbuf text = STRBUF_INIT;
    output_markdown(report, &text);
    check_calm(&text);
    strbuf_clear(&text);
    output_junit(report, &text);
    check_calm(&text);
    strbuf_clear(&text);
    (void)output_bench_json(report, false, &text);
    check_json(&text);
    strbuf_clear(&text);
    output_bencher(report, &text);
    check_json(&text);
    strbuf_clear(&text);
    output_chrome_trace(report, &text);
    check_json(&text);
    strbuf_release(&text);
}

static void check_report(cJSON *root)
{
    static const char *const path = "run";
    struct report report;
    struct err_msg msg = { "" };
    if (report_build(&path, &root, 1, &report, &msg) != ERR_OK) {
        if (msg.text[0] == '\0') {
            abort();
        }
        return;
    }
    struct strbuf page = STRBUF_INIT;
    struct strbuf table = STRBUF_INIT;
    if (html_write(&report, &page, &msg) != ERR_OK) {
        abort();
    }
    check_page(&page);
    check_outputs(&report);
    report_summary(&report, &table);
    strbuf_release(&table);
    strbuf_release(&page);
    report_release(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *root = NULL;
    struct err_msg msg = { "" };
    if (json_parse((const char *)data, size, "input", &root, &msg) != ERR_OK) {
        return 0;
    }
    /* result_read has seen to these two. */
    if (json_text(root, "command") != NULL && json_text(root, "id") != NULL) {
        check_report(root);
    }
    cJSON_Delete(root);
    return 0;
}

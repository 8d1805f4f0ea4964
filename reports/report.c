#include "reports/report.h"

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"
#include "reports/diff.h"
#include "reports/html.h"
#include "reports/outputs.h"
#include "reports/pictures.h"
#include "reports/raw.h"

#define DIFF_PICTURES_BYTES ((size_t)400000) /* of the pictures' share of the page */

enum err report_open(const struct report_input *input, struct report *out, struct err_msg *msg)
{
    size_t room = PICTURES_TOTAL_BYTES;
    enum err code = report_read(input->paths, input->count, input->side_by_side, out, msg);
    if (code != ERR_OK) {
        return code;
    }
    raw_load(out);
    if (input->side_by_side) {
        diff_pictures(out, DIFF_PICTURES_BYTES);
        room -= DIFF_PICTURES_BYTES;
    }
    pictures_load(out, input->output_path, room);
    return ERR_OK;
}

static enum err refuse(const char *path, struct err_msg *msg)
{
    return err_set(msg, ERR_FORMAT,
                   "%s is not written: a text of the runs holds a token or secret; take it out of "
                   "their result.json",
                   path);
}

static enum err put(const char *path, const struct strbuf *text, struct err_msg *msg)
{
    if (redact_finds(strbuf_text(text), text->len)) {
        return refuse(path, msg);
    }
    if (strcmp(path, "-") != 0) {
        return file_write(path, strbuf_text(text), text->len, 0666, msg);
    }
    if (fwrite(strbuf_text(text), 1, text->len, stdout) != text->len || fflush(stdout) != 0) {
        return err_set(msg, ERR_IO, "standard output: the report could not be written");
    }
    return ERR_OK;
}

static enum err put_markdown(const struct report *report, const char *path, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    enum err code = ERR_OK;
    if (strcmp(path, "-") != 0 && file_exists(path)) {
        code = file_read(path, LIMIT_CONFIG_FILE_BYTES, &text, msg);
    }
    if (code == ERR_OK) {
        strbuf_add_str(&text, text.len > 0 ? "\n" : "");
        output_markdown(report, &text);
        code = put(path, &text, msg);
    }
    strbuf_release(&text);
    return code;
}

/* "bench.json" to "bench-higher.json". */
static char *higher_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');
    if (dot == NULL || (slash != NULL && dot < slash)) {
        dot = path + strlen(path);
    }
    return mem_format("%.*s-higher%s", (int)(dot - path), path, dot);
}

static enum err put_bench(const struct report *report, const char *path, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    (void)output_bench_json(report, false, &text);
    enum err code = put(path, &text, msg);
    strbuf_clear(&text);
    if (code == ERR_OK && strcmp(path, "-") != 0 && output_bench_json(report, true, &text) > 0) {
        char *higher = higher_path(path);
        code = put(higher, &text, msg);
        free(higher);
    }
    strbuf_release(&text);
    return code;
}

enum err report_write(const struct report *report, enum report_output kind, const char *path,
                      struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    enum err code = ERR_OK;
    if (report->holds_secret) {
        return refuse(path, msg);
    }
    switch (kind) {
    case REPORT_MARKDOWN:
        return put_markdown(report, path, msg);
    case REPORT_BENCH_JSON:
        return put_bench(report, path, msg);
    case REPORT_HTML:
        code = html_write(report, &text, msg);
        break;
    case REPORT_JUNIT:
        output_junit(report, &text);
        break;
    case REPORT_BENCHER:
        output_bencher(report, &text);
        break;
    case REPORT_CHROME_TRACE:
    case REPORT_OUTPUT_COUNT:
        output_chrome_trace(report, &text);
        break;
    }
    if (code == ERR_OK) {
        code = put(path, &text, msg);
    }
    strbuf_release(&text);
    return code;
}

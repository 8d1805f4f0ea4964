#include "cli/compare_outputs.h"

#include <errno.h>
#include <stdio.h>

#include "base/file.h"
#include "base/redact.h"
#include "cli/command.h"

#define NEW_FILE_MODE 0644

static enum err check_secrets(const struct strbuf *text, const char *what, struct err_msg *msg)
{
    if (redact_finds(strbuf_text(text), text->len)) {
        return err_set(msg, ERR_FORMAT, "%s is not written: a token or secret would stand in it",
                       what);
    }
    return ERR_OK;
}

static enum err write_text(const struct strbuf *text, const char *path, struct err_msg *msg)
{
    enum err err = check_secrets(text, path, msg);
    if (err != ERR_OK) {
        return err;
    }
    if (strcmp(path, "-") == 0) {
        (void)fputs(strbuf_text(text), stdout);
        return ERR_OK;
    }
    return file_write(path, strbuf_text(text), text->len, NEW_FILE_MODE, msg);
}

static enum err append_summary(const struct strbuf *text, struct err_msg *msg)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    if (path == NULL || path[0] == '\0') {
        return err_set(msg, ERR_USAGE,
                       "--step-summary: GITHUB_STEP_SUMMARY is not set; it names the file");
    }
    enum err err = check_secrets(text, path, msg);
    if (err != ERR_OK) {
        return err;
    }
    FILE *file = fopen(path, "a");
    bool written = file != NULL && fputs(strbuf_text(text), file) >= 0;
    bool closed = file != NULL && fclose(file) == 0;
    if (!written || !closed) {
        return err_set(msg, ERR_IO, "cannot append to %s: %s", path, strerror(errno));
    }
    return ERR_OK;
}

static enum err write_stdout(const struct compare_outputs *outputs, const struct compare_view *view,
                             const cJSON *json, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    bool markdown_there = outputs->markdown != NULL && strcmp(outputs->markdown, "-") == 0;
    if (outputs->json) {
        json_write(json, true, &text);
        strbuf_add_char(&text, '\n');
    } else if (!markdown_there) {
        compare_text_write(view, &text);
    }
    if (outputs->annotations && !outputs->json) {
        compare_annotations_write(view, &text);
    }
    enum err err = write_text(&text, "-", msg);
    strbuf_release(&text);
    return err;
}

static enum err write_files(const struct compare_outputs *outputs, const struct compare_view *view,
                            struct err_msg *msg)
{
    struct strbuf markdown = STRBUF_INIT;
    struct strbuf junit = STRBUF_INIT;
    enum err err = ERR_OK;
    compare_markdown_write(view, &markdown);
    if (outputs->markdown != NULL) {
        err = write_text(&markdown, outputs->markdown, msg);
    }
    if (err == ERR_OK && outputs->step_summary) {
        err = append_summary(&markdown, msg);
    }
    if (err == ERR_OK && outputs->junit != NULL) {
        compare_junit_write(view, &junit);
        err = write_text(&junit, outputs->junit, msg);
    }
    strbuf_release(&markdown);
    strbuf_release(&junit);
    return err;
}

enum err compare_outputs_write(const struct compare_outputs *outputs,
                               const struct compare_view *view, const cJSON *json,
                               struct err_msg *msg)
{
    enum err err = write_stdout(outputs, view, json, msg);
    return err == ERR_OK ? write_files(outputs, view, msg) : err;
}

int compare_outputs_exit_code(const struct compare_view *view, bool soft_fail)
{
    if (soft_fail || view->verdict == COMPARE_PASSES) {
        return EXIT_PASS;
    }
    return view->verdict == COMPARE_FAILS ? EXIT_VERDICT : EXIT_NO_DATA;
}

/* What changed between two screenshots. */
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/png.h"
#include "reports/diff.h"
#include "reports/digest.h"
#include "reports/raw.h"

static enum err load(const struct report_series *series, double messages, struct png *out,
                     struct err_msg *msg)
{
    const struct report_stage *stage = report_stage_at(series, messages);
    struct strbuf bytes = STRBUF_INIT;
    if (stage == NULL || stage->screenshot == NULL) {
        return err_set(msg, ERR_NO_DATA, "%s has no screenshot there", series->label);
    }
    const char *dir = series->run->dir;
    char *folder = raw_folder(dir, file_is_dir(dir));
    char *path = file_join(folder != NULL ? folder : ".", stage->screenshot);
    enum err code = file_exists(path) ? file_read(path, LIMIT_PNG_FILE_BYTES, &bytes, msg)
                                      : err_set(msg, ERR_IO, "%s is missing", stage->screenshot);
    if (code == ERR_OK) {
        code = png_decode(bytes.data, bytes.len, stage->screenshot, out, msg);
    }
    strbuf_release(&bytes);
    free(path);
    free(folder);
    return code;
}

static enum err encode(struct report *report, const struct png *full, struct diff_picture *out,
                       struct err_msg *msg)
{
    struct png small = { 0 };
    struct strbuf bytes = STRBUF_INIT;
    struct strbuf text = STRBUF_INIT;
    png_scale(full, DIFF_PICTURE_WIDTH, &small);
    enum err code = png_encode(&small, &bytes, msg);
    if (code == ERR_OK) {
        digest_add_base64(&text, bytes.data, bytes.len);
        out->png = report_keep(report, strbuf_detach(&text));
        out->width = small.width;
        out->height = small.height;
    }
    strbuf_release(&bytes);
    png_release(&small);
    return code;
}

static void compare_one(struct report *report, struct diff_picture *picture)
{
    struct png base = { 0 };
    struct png head = { 0 };
    struct png changed = { 0 };
    struct err_msg msg = { "" };
    enum err code = load(picture->base, picture->messages, &base, &msg);
    if (code == ERR_OK) {
        code = load(picture->head, picture->messages, &head, &msg);
    }
    if (code == ERR_OK) {
        picture->share = png_diff(&base, &head, &changed);
        code = encode(report, &changed, picture, &msg);
    }
    if (code != ERR_OK) {
        picture->reason = report_keep_text(report, msg.text, 200);
    }
    png_release(&changed);
    png_release(&head);
    png_release(&base);
}

void diff_pictures(struct report *report, size_t total_bytes)
{
    size_t used = 0;
    for (size_t i = 0; report->diff != NULL && i < report->diff->picture_count; i++) {
        struct diff_picture *picture = &report->diff->picture[i];
        compare_one(report, picture);
        size_t bytes = picture->png != NULL ? strlen(picture->png) : 0;
        if (used + bytes > total_bytes) {
            picture->png = NULL;
            picture->reason = "left out: all pictures together would make the page too big";
        } else {
            used += bytes;
        }
    }
}

#include "reports/report.h"

#include "base/file.h"
#include "base/redact.h"
#include "reports/html.h"
#include "reports/pictures.h"
#include "reports/raw.h"

static enum err write_page(const struct report *report, const char *path, struct err_msg *msg)
{
    struct strbuf page = STRBUF_INIT;
    enum err code = html_write(report, &page, msg);
    if (code == ERR_OK && redact_finds(page.data, page.len)) {
        code = err_set(msg, ERR_FORMAT,
                       "%s is not written: a text of the runs holds a token or secret; take it out "
                       "of their result.json",
                       path);
    }
    if (code == ERR_OK) {
        code = file_write(path, page.data, page.len, 0666, msg);
    }
    strbuf_release(&page);
    return code;
}

enum err report_write(const char *const *paths, size_t count, const char *output_path,
                      struct report *out, struct err_msg *msg)
{
    enum err code = report_read(paths, count, out, msg);
    if (code != ERR_OK) {
        return code;
    }
    raw_load(out);
    pictures_load(out, output_path, PICTURES_TOTAL_BYTES);
    code = write_page(out, output_path, msg);
    if (code != ERR_OK) {
        report_release(out);
    }
    return code;
}

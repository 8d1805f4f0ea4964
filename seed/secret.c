#include "seed/secret.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/redact.h"
#include "seed/jwt.h"

#define SECRET_ENV       "NEXTAUTH_SECRET"
#define SECRET_BYTES_MAX (4 * KIB)

static enum err read_source(const char *path, struct strbuf *out, struct err_msg *msg)
{
    if (path == NULL) {
        const char *text = getenv(SECRET_ENV);
        if (text == NULL || text[0] == '\0') {
            return err_set(msg, ERR_USAGE,
                           "tokens need the chat's secret: set " SECRET_ENV
                           " or give --secret-file");
        }
        strbuf_add_str(out, text);
        return ERR_OK;
    }
    enum err code = file_read(path, SECRET_BYTES_MAX, out, msg);
    if (code != ERR_OK) {
        return err_prefix(msg, ERR_USAGE, "--secret-file");
    }
    while (out->len > 0 && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r')) {
        out->data[--out->len] = '\0';
    }
    return ERR_OK;
}

enum err secret_read(const char *path, struct strbuf *out, struct err_msg *msg)
{
    const char *source = path != NULL ? path : SECRET_ENV;
    enum err code = read_source(path, out, msg);
    if (code != ERR_OK) {
        return code;
    }
    if (strlen(strbuf_text(out)) != out->len) {
        return err_set(msg, ERR_USAGE, "%s: the secret holds a NUL byte", source);
    }
    if (out->len < JWT_SECRET_BYTES_MIN) {
        return err_set(msg, ERR_USAGE,
                       "%s: the secret has %zu characters; the chat wants at least %zu", source,
                       out->len, JWT_SECRET_BYTES_MIN);
    }
    redact_register(strbuf_text(out));
    return ERR_OK;
}

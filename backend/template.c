#include "backend/template.h"

#include "base/mem.h"

#define NAME_BYTES ((size_t)64)

static struct template_part *add_part(struct template *template)
{
    template->part = mem_resize(template->part, template->count + 1, sizeof template->part[0]);
    struct template_part *part = &template->part[template->count++];
    *part = (struct template_part){ .variable = -1 };
    return part;
}

static void add_literal(struct template *template, struct strbuf *literal)
{
    if (literal->len > 0) {
        struct template_part *part = add_part(template);
        part->bytes = literal->len;
        part->literal = strbuf_detach(literal);
    }
}

/* `at` is behind "${"; moves it behind "}". */
static enum err take_variable(const char **at, int (*find)(void *arg, const char *name), void *arg,
                              int *out, struct err_msg *msg)
{
    char name[NAME_BYTES];
    size_t bytes = strcspn(*at, "}");
    if ((*at)[bytes] != '}') {
        return err_set(msg, ERR_USAGE, "\"${%s\" has no closing }", *at);
    }
    if (bytes == 0 || bytes >= sizeof name) {
        return err_set(msg, ERR_USAGE, "\"${%.*s}\": a variable's name has 1 to %zu characters",
                       (int)bytes, *at, sizeof name - 1);
    }
    memcpy(name, *at, bytes);
    name[bytes] = '\0';
    *out = find(arg, name);
    if (*out < 0) {
        return err_set(msg, ERR_USAGE, "there is no variable \"%s\"", name);
    }
    *at += bytes + 1;
    return ERR_OK;
}

enum err template_compile(const char *text, enum template_escape escape,
                          int (*find)(void *arg, const char *name), void *arg, struct template *out,
                          struct err_msg *msg)
{
    struct strbuf literal = STRBUF_INIT;
    enum err err = ERR_OK;
    *out = (struct template){ .escape = escape };
    while (*text != '\0' && err == ERR_OK) {
        if (strncmp(text, "$${", 3) == 0) {
            strbuf_add_str(&literal, "${");
            text += 3;
        } else if (strncmp(text, "${", 2) == 0) {
            int variable = -1;
            text += 2;
            add_literal(out, &literal);
            err = take_variable(&text, find, arg, &variable, msg);
            if (err == ERR_OK) {
                add_part(out)->variable = variable;
            }
        } else {
            strbuf_add_char(&literal, *text++);
        }
    }
    add_literal(out, &literal);
    strbuf_release(&literal);
    return err;
}

void template_release(struct template *template)
{
    for (size_t i = 0; i < template->count; i++) {
        free(template->part[i].literal);
    }
    free(template->part);
    *template = (struct template){ .part = NULL };
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void add_url(struct strbuf *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (is_unreserved(c)) {
            strbuf_add_char(out, (char)c);
        } else {
            strbuf_addf(out, "%%%02X", c);
        }
    }
}

/* RFC 8259 section 7; valid UTF-8 passes as it is. */
static void add_json(struct strbuf *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, (char)c);
        } else if (c < ' ') {
            strbuf_addf(out, "\\u%04x", c);
        } else {
            strbuf_add_char(out, (char)c);
        }
    }
}

bool template_fill(const struct template *template,
                   struct template_value (*value_of)(void *arg, int variable), void *arg,
                   struct strbuf *out)
{
    size_t len = out->len;
    for (size_t i = 0; i < template->count; i++) {
        const struct template_part *part = &template->part[i];
        if (part->literal != NULL) {
            strbuf_add(out, part->literal, part->bytes);
            continue;
        }
        struct template_value value = value_of(arg, part->variable);
        if (value.text == NULL) {
            out->len = len;
            if (out->data != NULL) {
                out->data[len] = '\0';
            }
            return false;
        }
        switch (template->escape) {
        case TEMPLATE_PLAIN:
            strbuf_add(out, value.text, value.bytes);
            break;
        case TEMPLATE_URL:
            add_url(out, value.text, value.bytes);
            break;
        case TEMPLATE_JSON:
            add_json(out, value.text, value.bytes);
            break;
        }
    }
    return true;
}

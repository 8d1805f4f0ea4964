/* Texts with ${variables} in them: a request's path, a value of its query, its body. Compiled once,
 * filled in for each request. */
#ifndef BACKEND_TEMPLATE_H
#define BACKEND_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

/* What a value goes through on its way into the text. */
enum template_escape {
    TEMPLATE_PLAIN,
    TEMPLATE_URL, /* percent-encoded but for unreserved characters (RFC 3986 section 2.3) */
    TEMPLATE_JSON /* as the inside of a JSON string */
};

struct template_part {
    char *literal; /* owned; NULL for a variable */
    size_t bytes;
    int variable; /* the number that `find` gave */
};

struct template
{
    enum template_escape escape;
    struct template_part *part; /* owned */
    size_t count;
};

/* `find(arg, name)` gives a variable's number, or −1 when there is none of that name. ERR_USAGE:
 * "${" without "}", an empty or unknown name; the sentence quotes it. `$${` stands for "${". The
 * template is released also after a failure. */
MUST_CHECK enum err template_compile(const char *text, enum template_escape escape,
                                     int (*find)(void *arg, const char *name), void *arg,
                                     struct template *out, struct err_msg *msg);
void template_release(struct template *template);

/* A variable's value at the moment; text NULL when it has none. */
struct template_value {
    const char *text;
    size_t bytes;
};

/* Appends the text to `out`; false, with `out` as it was, when a variable has no value. */
bool template_fill(const struct template *template,
                   struct template_value (*value_of)(void *arg, int variable), void *arg,
                   struct strbuf *out);

#endif

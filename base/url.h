/* http and https URLs in their parts, and the safety guard: the one place that decides whether a
 * target may be talked to. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/options.h"

struct url {
    char scheme[8];   /* "http" or "https" */
    char host[256];   /* without brackets, lower case */
    unsigned port;    /* the scheme's own when none was given */
    char path[1024];  /* starts with "/" ; without query and fragment */
    char query[1024]; /* without "?"; may be empty */
};

/* ERR_USAGE with a sentence that says what is wrong with `text`; user:password@ is refused, a
 * fragment is dropped. `what` names the option for the sentence. */
MUST_CHECK enum err url_parse(const char *text, const char *what, struct url *out,
                              struct err_msg *msg);

/* "http://host:port" (port left out when it is the scheme's own; IPv6 in brackets) in new memory.
 */
char *url_origin(const struct url *url);

/* Whether a URL, as a browser writes it, is of that origin (url_origin's form). */
bool url_has_origin(const char *text, const char *origin);

/* localhost, *.localhost, 127.0.0.0/8 and ::1. */
bool url_is_loopback(const struct url *url);

/* ERR_REFUSED unless the host is loopback or stands in `allowed_hosts`. */
MUST_CHECK enum err url_allow(const struct url *url, const struct option_list *allowed_hosts,
                              struct err_msg *msg);

#endif

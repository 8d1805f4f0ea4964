#include "base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"

#define LABEL_BYTES  63 /* RFC 1035 section 2.3.4 */
#define HOST_BYTES   253
#define PORT_MAX     65535
#define PORT_OF_HTTP 80
#define PORT_OF_TLS  443

struct parse {
    const char *text; /* the whole, for sentences */
    const char *what;
    struct err_msg *msg;
};

static enum err wrong(const struct parse *parse, const char *why)
{
    return err_set(parse->msg, ERR_USAGE, "%s: \"%s\": %s", parse->what, parse->text, why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum err take_scheme(const struct parse *parse, const char **at, struct url *out)
{
    static const char *const schemes[] = { "http", "https" };
    static const unsigned ports[] = { PORT_OF_HTTP, PORT_OF_TLS };
    size_t len = strcspn(*at, ":");
    for (size_t i = 0; i < 2; i++) {
        if (strlen(schemes[i]) == len && strncasecmp(*at, schemes[i], len) == 0 &&
            strncmp(*at + len, "://", 3) == 0) {
            (void)snprintf(out->scheme, sizeof out->scheme, "%s", schemes[i]);
            out->port = ports[i];
            *at += len + 3;
            return ERR_OK;
        }
    }
    return wrong(parse, "a URL that starts with http:// or https:// was expected");
}

/* A last label of digits, or of 0x and hexadecimals, makes the host a number (WHATWG URL, "ends in
 * a number"): resolvers then read 127.1 or 2130706433 as addresses. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot == NULL ? host : dot + 1;
    if (last[0] == '0' && last[1] == 'x') {
        return last[2 + strspn(last + 2, "0123456789abcdef")] == '\0';
    }
    return *last != '\0' && last[strspn(last, "0123456789")] == '\0';
}

static enum err check_name(const struct parse *parse, const char *host)
{
    struct in_addr address;
    size_t label = 0;
    if (ends_in_number(host)) {
        return inet_pton(AF_INET, host, &address) == 1
                   ? ERR_OK
                   : wrong(parse, "the address must be four numbers, as in 127.0.0.1");
    }
    for (const char *c = host;; c++) {
        bool inside = (*c >= 'a' && *c <= 'z') || is_digit(*c) || *c == '-' || *c == '_';
        if (inside) {
            label++;
            continue;
        }
        if ((*c != '.' && *c != '\0') || label == 0 || label > LABEL_BYTES) {
            return wrong(parse, "the host name is malformed");
        }
        if (*c == '\0') {
            return ERR_OK;
        }
        label = 0;
    }
}

/* [address], written in its shortest form so that equal addresses are equal texts. */
static enum err take_ipv6(const struct parse *parse, const char *host, size_t len, struct url *out)
{
    struct in6_addr address;
    char inside[INET6_ADDRSTRLEN];
    if (len < 2 || host[len - 1] != ']' || len - 2 >= sizeof inside) {
        return wrong(parse, "the IPv6 address is malformed");
    }
    (void)snprintf(inside, sizeof inside, "%.*s", (int)(len - 2), host + 1);
    if (inet_pton(AF_INET6, inside, &address) != 1 ||
        inet_ntop(AF_INET6, &address, out->host, sizeof out->host) == NULL) {
        return wrong(parse, "the IPv6 address is malformed");
    }
    return ERR_OK;
}

static enum err take_name(const struct parse *parse, const char *host, size_t len, struct url *out)
{
    if (len > 1 && host[len - 1] == '.') {
        len--; /* the root's dot */
    }
    if (len == 0) {
        return wrong(parse, "the host is missing");
    }
    if (len > HOST_BYTES) {
        return wrong(parse, "the host is longer than 253 characters");
    }
    for (size_t i = 0; i < len; i++) {
        out->host[i] = (char)tolower((unsigned char)host[i]);
    }
    out->host[len] = '\0';
    return check_name(parse, out->host);
}

static enum err take_port(const struct parse *parse, const char *port, size_t len, struct url *out)
{
    char text[8];
    uint64_t number = 0;
    if (len == 0) {
        return ERR_OK; /* "http://host:/" is allowed by RFC 3986 */
    }
    if (len < sizeof text) {
        (void)snprintf(text, sizeof text, "%.*s", (int)len, port);
        if (num_parse_u64(text, &number) && number >= 1 && number <= PORT_MAX) {
            out->port = (unsigned)number;
            return ERR_OK;
        }
    }
    return wrong(parse, "the port must be a number from 1 to 65535");
}

static enum err take_authority(const struct parse *parse, const char **at, struct url *out)
{
    const char *start = *at;
    size_t len = strcspn(start, "/?#");
    *at += len;
    if (memchr(start, '@', len) != NULL) {
        /* Not with wrong(): the text holds a password. */
        return err_set(parse->msg, ERR_USAGE, "%s: leave user and password out of the URL",
                       parse->what);
    }
    bool in_brackets = len > 0 && start[0] == '[';
    const char *end = memchr(start, in_brackets ? ']' : ':', len);
    size_t host_len = end == NULL ? len : (size_t)(end - start) + (in_brackets ? 1 : 0);
    enum err err = in_brackets ? take_ipv6(parse, start, host_len, out)
                               : take_name(parse, start, host_len, out);
    if (err != ERR_OK || host_len == len) {
        return err;
    }
    if (start[host_len] != ':') {
        return wrong(parse, "only a port may follow the address");
    }
    return take_port(parse, start + host_len + 1, len - host_len - 1, out);
}

static enum err take_part(const struct parse *parse, const char *part, size_t len, char *out,
                          size_t out_bytes)
{
    if (len >= out_bytes) {
        return wrong(parse, "the path or the query is too long");
    }
    memcpy(out, part, len);
    out[len] = '\0';
    return ERR_OK;
}

/* Blanks, control characters and everything beyond ASCII must come percent-encoded; a backslash is
 * a slash to browsers and none to others. */
static bool has_foreign_characters(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 0x7f || *c == '\\') {
            return true;
        }
    }
    return false;
}

enum err url_parse(const char *text, const char *what, struct url *out, struct err_msg *msg)
{
    struct parse parse = { text, what, msg };
    struct url url = { .scheme = "" };
    const char *at = text;
    if (strlen(text) > LIMIT_URL_BYTES) {
        return err_set(msg, ERR_USAGE, "%s: the URL is longer than %zu bytes", what,
                       LIMIT_URL_BYTES);
    }
    enum err err = take_scheme(&parse, &at, &url);
    if (err == ERR_OK) {
        err = take_authority(&parse, &at, &url);
    }
    if (err == ERR_OK && has_foreign_characters(text)) {
        err =
            wrong(&parse, "blanks, backslashes and characters beyond ASCII must be encoded as %XX");
    }
    if (err != ERR_OK) {
        return err;
    }
    size_t path_len = strcspn(at, "?#");
    err = path_len == 0 ? take_part(&parse, "/", 1, url.path, sizeof url.path)
                        : take_part(&parse, at, path_len, url.path, sizeof url.path);
    at += path_len;
    if (err == ERR_OK && *at == '?') {
        at++;
        err = take_part(&parse, at, strcspn(at, "#"), url.query, sizeof url.query);
    }
    if (err == ERR_OK) {
        *out = url;
    }
    return err;
}

char *url_origin(const struct url *url)
{
    bool ipv6 = strchr(url->host, ':') != NULL;
    unsigned own = strcmp(url->scheme, "https") == 0 ? PORT_OF_TLS : PORT_OF_HTTP;
    const char *open = ipv6 ? "[" : "";
    const char *close = ipv6 ? "]" : "";
    if (url->port == own) {
        return mem_format("%s://%s%s%s", url->scheme, open, url->host, close);
    }
    return mem_format("%s://%s%s%s:%u", url->scheme, open, url->host, close, url->port);
}

bool url_has_origin(const char *text, const char *origin)
{
    size_t length = strlen(origin);
    return strncmp(text, origin, length) == 0 && strchr("/?#", text[length]) != NULL;
}

static bool ends_with(const char *text, const char *tail)
{
    size_t len = strlen(text);
    size_t tail_len = strlen(tail);
    return len >= tail_len && strcmp(text + len - tail_len, tail) == 0;
}

bool url_is_loopback(const struct url *url)
{
    struct in_addr address;
    if (inet_pton(AF_INET, url->host, &address) == 1) {
        return ntohl(address.s_addr) >> 24 == 127;
    }
    return strcmp(url->host, "localhost") == 0 || ends_with(url->host, ".localhost") ||
           strcmp(url->host, "::1") == 0;
}

/* The allowed host as a person writes it: any case, IPv6 with or without brackets. */
static bool same_host(const char *host, const char *allowed)
{
    size_t len = strlen(allowed);
    if (len >= 2 && allowed[0] == '[' && allowed[len - 1] == ']') {
        allowed++;
        len -= 2;
    }
    return strlen(host) == len && strncasecmp(host, allowed, len) == 0;
}

enum err url_allow(const struct url *url, const struct option_list *allowed_hosts,
                   struct err_msg *msg)
{
    bool allowed = url_is_loopback(url);
    for (size_t i = 0; allowed_hosts != NULL && i < allowed_hosts->count; i++) {
        allowed = allowed || same_host(url->host, allowed_hosts->item[i]);
    }
    if (allowed) {
        return ERR_OK;
    }
    return err_set(
        msg, ERR_REFUSED,
        "%s is not this machine; only when you may test it, allow it with --allow-host %s",
        url->host, url->host);
}

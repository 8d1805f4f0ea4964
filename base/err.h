/* What went wrong, as a code for the program and as a sentence for a person.
 *
 * A fallible function returns `enum err` and, when it is not ERR_OK, has written one sentence into
 * the caller's `struct err_msg`: where the cause was known, once, naming the file, option, URL or
 * line and what would be right. A caller that passes the error on leaves the sentence alone.
 *
 * A failure of the *measured* thing (a page that crashes, a request that times out) is data and is
 * recorded in the result; it is not an error of this kind. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_CHECK                       __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

enum err {
    ERR_OK = 0,
    ERR_USAGE,       /* unknown option, bad value, malformed configuration, missing data file */
    ERR_REFUSED,     /* the safety guard: the target is not on the allow list */
    ERR_IO,          /* a file or descriptor operation failed */
    ERR_FORMAT,      /* bytes that should have been in a known format are not */
    ERR_LIMIT,       /* something grew over its ceiling in base/limits.h */
    ERR_TIMEOUT,     /* a deadline passed while waiting for a condition */
    ERR_CLOSED,      /* the peer is gone: browser, database, server */
    ERR_PROTOCOL,    /* the peer answered, but with an error or nonsense */
    ERR_UNREACHABLE, /* the target could not be driven from the start */
    ERR_NO_DATA,     /* a figure cannot be had; the sentence says why */
    ERR_SEED,        /* seeding failed */
    ERR_CLEANUP,     /* cleaning up failed */
    ERR_INTERRUPTED, /* SIGINT or SIGTERM */
};

struct err_msg {
    char text[768]; /* NUL-ended, cut with "…" when longer; empty when nothing failed */
};

/* Writes the sentence and returns `code`, so that `return err_set(msg, ERR_IO, …)` is one line.
 * `msg` may not be NULL. */
enum err err_set(struct err_msg *msg, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "<prefix>: " before the sentence in place, for a caller that knows where it happened (a file
 * name, a stage). Returns `code` unchanged. */
enum err err_prefix(struct err_msg *msg, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);

/* The code's own name in lower case ("timeout"), for logs and results. Never NULL. */
const char *err_name(enum err code);

#endif

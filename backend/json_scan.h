/* Answers questions about a JSON text while it arrives, in any pieces, without keeping it: made for
 * libcurl's write callback and pages of megabytes. Memory is fixed when the scan is made; time is
 * one pass.
 *
 * Strict by RFC 8259: exactly one value, UTF-8 checked in strings, no control characters, no
 * trailing commas, nothing behind the value but blanks, at most LIMIT_JSON_DEPTH levels. A byte
 * order mark is refused. An unpaired \ud800 is grammar and passes; in a captured text it is U+FFFD.
 *
 * Paths name members with dots and all elements of an array with [*]:
 *   "data"   "pagination.next_cursor"   "data[*].type"   "data[*].reactions[*]"   "[*].id"   ""
 * The empty path is the whole value. A member's name may hold anything but . [ ] and ". Of members
 * that share a name in one object all are seen, in order. */
#ifndef BACKEND_JSON_SCAN_H
#define BACKEND_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum json_kind {
    JSON_ABSENT, /* no value at the path */
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

const char *json_kind_name(enum json_kind kind); /* "absent", "null", "false", …, "object" */

enum json_ask {
    JSON_ASK_VALUE,  /* kind of the first value there; number where it is one; how many there are */
    JSON_ASK_TEXT,   /* also keeps the text of the first string there */
    JSON_ASK_EQUALS, /* how many strings there equal one of `texts` */
};

#define JSON_QUESTIONS_MAX     ((size_t)16)
#define JSON_EQUALS_MAX        ((size_t)8)
#define JSON_EQUALS_TEXT_BYTES ((size_t)64) /* longest text to compare with, in bytes */
#define JSON_CAPTURE_MAX_BYTES ((size_t)4096)

struct json_question {
    enum json_ask ask;
    const char *path;                   /* borrowed during compilation */
    const char *texts[JSON_EQUALS_MAX]; /* for EQUALS: 1…8, NULL-ended when fewer */
    size_t capture_bytes; /* for TEXT: longest text kept, 1…JSON_CAPTURE_MAX_BYTES */
};

/* The compiled questions: read-only, shared by any number of scans, which borrow it. */
struct json_asks;

/* ERR_USAGE: an unreadable path (quoted, with the position), too many questions, a text or capture
 * over its ceiling. */
MUST_CHECK enum err json_asks_new(const struct json_question *questions, size_t count,
                                  struct json_asks **out, struct err_msg *msg);
void json_asks_free(struct json_asks *asks);
/* The kind of a path's mistake alone, for whoever validates a scenario. ERR_USAGE. */
MUST_CHECK enum err json_path_check(const char *path, struct err_msg *msg);

struct json_answer {
    uint64_t count;      /* VALUE, TEXT: values at the path; EQUALS: strings that were equal */
    enum json_kind kind; /* of the first value at the path */
    bool has_number;     /* the first value is a number of at most 63 characters */
    double number;       /* nearest double; ±infinity when out of range */
    bool has_text;       /* TEXT: the first string at the path is in `text` */
    bool text_cut;       /* … but was longer than capture_bytes: cut behind a whole character */
    const char *text;    /* decoded, NUL-ended, may hold NULs itself; owned by the scan, valid until
                            it is restarted or freed */
    size_t text_bytes;
};

struct json_scan;

/* Some 0.8 kB and the captures; one for each VU, used again for every answer. */
struct json_scan *json_scan_new(const struct json_asks *asks);
void json_scan_free(struct json_scan *scan);
void json_scan_restart(struct json_scan *scan); /* for the next text */

/* Takes the next piece; false when the text so far can't become JSON (then and ever after, until
 * restarted: further pieces cost nothing). */
bool json_scan_feed(struct json_scan *scan, const char *bytes, size_t count);

/* The text is over: true when it was exactly one JSON value. */
bool json_scan_finish(struct json_scan *scan);

/* What was wrong, after feed or finish returned false: "a comma or ] must follow a value".
 * Empty when nothing was. Borrowed, constant. */
const char *json_scan_mistake(const struct json_scan *scan);
/* Offset, from 0, of the byte that was wrong, or the length when the text ended too early. */
uint64_t json_scan_mistake_at(const struct json_scan *scan);

/* Bytes fed since the restart, up to a mistake. */
uint64_t json_scan_bytes(const struct json_scan *scan);

/* The answer to question `index`, so far. */
const struct json_answer *json_scan_answer(const struct json_scan *scan, size_t index);

#endif

/* For tests of the JSON scanner: texts with their lengths, and feeding them in pieces. */
#ifndef TESTS_UNIT_JSON_PIECES_H
#define TESTS_UNIT_JSON_PIECES_H

#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backend/json_scan.h"
#include "base/mem.h"

/* Around the sixteen bytes that are looked at at once. */
static const size_t pieces[] = { 1, 2, 3, 5, 7, 16, 17, 1000000 };

struct text {
    const char *bytes;
    size_t count;
};
#define T(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static inline struct json_asks *compile(const struct json_question *questions, size_t count)
{
    struct json_asks *asks = NULL;
    struct err_msg msg = { "" };
    if (json_asks_new(questions, count, &asks, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return asks;
}

/* Feeds copies of exact size, so that the sanitizers see a read over a piece's end. */
static inline bool feed_pieces(struct json_scan *scan, const char *text, size_t count, size_t piece)
{
    bool good = true;
    json_scan_restart(scan);
    for (size_t at = 0; at < count; at += piece) {
        size_t bytes = count - at < piece ? count - at : piece;
        char *copy = mem_new(bytes);
        memcpy(copy, text + at, bytes);
        good = json_scan_feed(scan, copy, bytes);
        free(copy);
    }
    return json_scan_finish(scan) && good;
}

#endif

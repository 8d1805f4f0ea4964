/* What json_scan's questions are compiled to: a tree of path steps. Only json_asks.c and
 * json_scan.c look inside. */
#ifndef BACKEND_JSON_ASKS_H
#define BACKEND_JSON_ASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/json_scan.h"

#define JSON_NODES_MAX     ((size_t)128) /* fits the byte that numbers them */
#define JSON_NODE_NOTHING  0 /* a value that nothing is asked about, nor about its parts */
#define JSON_NODE_ROOT     1
#define JSON_KEY_MAX_BYTES ((size_t)255)

/* One place in a text. Names its parts by node number. */
struct json_node {
    const char *key;    /* the member's name; owned by the path it came from */
    uint32_t questions; /* bit i: question i is about the values here */
    uint8_t key_bytes;
    uint8_t element; /* the node of an array's elements */
    uint8_t member;  /* the node of the first member asked about */
    uint8_t sibling; /* the next member of the same object */
    bool wants_text; /* some question here needs strings */
};

struct json_asks {
    struct json_node node[JSON_NODES_MAX];
    size_t node_count;
    struct json_question question[JSON_QUESTIONS_MAX]; /* with paths and texts of its own */
    size_t text_bytes[JSON_QUESTIONS_MAX][JSON_EQUALS_MAX];
    size_t count;
    size_t gather_bytes; /* the longest string that a comparison or capture looks at */
};

/* Whether the string equals one of the texts of the EQUALS question `index`. */
bool json_asks_equal(const struct json_asks *asks, size_t index, const char *text, size_t bytes);

#endif

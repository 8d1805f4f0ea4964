#include "base/redact.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

#define SHORTEST      8
#define FILTER_BITS   18
#define FILTER_BYTES  ((size_t)1 << (FILTER_BITS - 3))
#define NONE          SIZE_MAX
#define OVERFULL_EXIT 107

static const char replacement[] = "[redacted]";

struct secret {
    char *text;
    size_t len;
    size_t shorter; /* the longest other secret that this one starts with; NONE */
};

/* Sorted, so that the secrets that a text starts with are found by bisection: all of them are the
 * greatest one not behind the text, or a start of it (followed by `shorter`). The filter, keyed by
 * a secret's first bytes, keeps nearly all places of a text from that search. */
static struct {
    struct secret *secrets;
    size_t count;
    size_t cap;
    bool sorted;
    unsigned char filter[FILTER_BYTES];
} kept;

static size_t filter_slot(const char *bytes)
{
    uint64_t head = 0;
    memcpy(&head, bytes, sizeof head);
    return (size_t)((head * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - FILTER_BITS));
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    if (order != 0) {
        return order;
    }
    return (a_len > b_len) - (a_len < b_len);
}

static int by_text(const void *a, const void *b)
{
    const struct secret *left = a;
    const struct secret *right = b;
    return compare(left->text, left->len, right->text, right->len);
}

static bool starts_with(const char *bytes, size_t count, const struct secret *secret)
{
    return secret->len <= count && memcmp(bytes, secret->text, secret->len) == 0;
}

static void sort_secrets(void)
{
    if (kept.sorted || kept.count == 0) {
        return;
    }
    qsort(kept.secrets, kept.count, sizeof kept.secrets[0], by_text);
    size_t unique = 1;
    for (size_t i = 1; i < kept.count; i++) {
        if (by_text(&kept.secrets[i], &kept.secrets[unique - 1]) == 0) {
            free(kept.secrets[i].text);
        } else {
            kept.secrets[unique++] = kept.secrets[i];
        }
    }
    kept.count = unique;
    for (size_t i = 0; i < kept.count; i++) {
        struct secret *now = &kept.secrets[i];
        size_t before = i == 0 ? NONE : i - 1;
        while (before != NONE && !starts_with(now->text, now->len, &kept.secrets[before])) {
            before = kept.secrets[before].shorter;
        }
        now->shorter = before;
    }
    kept.sorted = true;
}

/* Length of the longest secret that `bytes` start with, or 0. */
static size_t secret_length(const char *bytes, size_t count)
{
    if (count < SHORTEST) {
        return 0;
    }
    size_t slot = filter_slot(bytes);
    if ((kept.filter[slot / 8] & (1U << (slot % 8))) == 0) {
        return 0;
    }
    size_t low = 0;
    size_t high = kept.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct secret *secret = &kept.secrets[middle];
        if (compare(secret->text, secret->len, bytes, count) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t at = low == 0 ? NONE : low - 1;
    while (at != NONE && !starts_with(bytes, count, &kept.secrets[at])) {
        at = kept.secrets[at].shorter;
    }
    return at == NONE ? 0 : kept.secrets[at].len;
}

static size_t base64url_run(const char *bytes, size_t count)
{
    size_t n = 0;
    while (n < count) {
        unsigned char c = (unsigned char)bytes[n];
        bool inside = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
        if (!inside) {
            break;
        }
        n++;
    }
    return n;
}

static bool is_token_start(const char *bytes, size_t count)
{
    return count >= 3 && memcmp(bytes, "eyJ", 3) == 0;
}

/* Length of the token that `bytes`, known to start with eyJ, start with, or 0. `*first_part` is
 * where the first base64url run ends: when there is no token here there is none before that. */
static size_t token_length(const char *bytes, size_t count, size_t *first_part)
{
    size_t end = base64url_run(bytes, count);
    *first_part = end;
    if (end >= count || bytes[end] != '.') {
        return 0;
    }
    size_t payload = end + 1;
    size_t payload_len = base64url_run(bytes + payload, count - payload);
    if (payload_len == 0) {
        return 0;
    }
    end = payload + payload_len;
    size_t signature_len =
        end < count && bytes[end] == '.' ? base64url_run(bytes + end + 1, count - end - 1) : 0;
    if (signature_len > 0) {
        return end + 1 + signature_len;
    }
    return is_token_start(bytes + payload, payload_len) ? end : 0;
}

struct scan {
    const char *bytes;
    size_t count;
    size_t at;           /* where to look on */
    size_t no_token_til; /* no token starts before this */
};

/* Finds the next secret or token. False at the end. */
static bool scan_next(struct scan *scan, size_t *start, size_t *length)
{
    sort_secrets();
    for (; scan->at < scan->count; scan->at++) {
        const char *here = scan->bytes + scan->at;
        size_t left = scan->count - scan->at;
        size_t found = kept.count > 0 ? secret_length(here, left) : 0;
        if (scan->at >= scan->no_token_til && is_token_start(here, left)) {
            size_t first_part = 0;
            size_t token = token_length(here, left, &first_part);
            scan->no_token_til = scan->at + first_part;
            found = token > found ? token : found;
        }
        if (found > 0) {
            *start = scan->at;
            *length = found;
            scan->at += found;
            return true;
        }
    }
    return false;
}

static void keep(char *text, size_t len)
{
    if (kept.count == LIMIT_SECRETS) {
        fprintf(stderr, "tmscdp: more than %zu secrets to hide (LIMIT_SECRETS)\n", LIMIT_SECRETS);
        _Exit(OVERFULL_EXIT);
    }
    void *array = kept.secrets;
    mem_reserve(&array, &kept.cap, kept.count + 1, sizeof kept.secrets[0]);
    kept.secrets = array;
    kept.secrets[kept.count++] = (struct secret){ text, len, NONE };
    kept.sorted = false;
    size_t slot = filter_slot(text);
    kept.filter[slot / 8] |= (unsigned char)(1U << (slot % 8));
}

void redact_register(const char *secret)
{
    size_t len = strlen(secret);
    size_t first_part = 0;
    if (len < SHORTEST ||
        (is_token_start(secret, len) && token_length(secret, len, &first_part) == len)) {
        return;
    }
    if (kept.count == LIMIT_SECRETS) {
        sort_secrets(); /* drops what was registered twice */
        if (secret_length(secret, len) == len) {
            return;
        }
    }
    keep(mem_dup_bytes(secret, len), len);
    if (strpbrk(secret, "\"\\") != NULL) {
        struct strbuf spelled = STRBUF_INIT;
        for (const char *c = secret; *c != '\0'; c++) {
            if (*c == '"' || *c == '\\') {
                strbuf_add_char(&spelled, '\\');
            }
            strbuf_add_char(&spelled, *c);
        }
        len = spelled.len;
        keep(strbuf_detach(&spelled), len);
    }
}

size_t redact_text(struct strbuf *text)
{
    struct strbuf clean = STRBUF_INIT;
    struct scan scan = { strbuf_text(text), text->len, 0, 0 };
    size_t places = 0;
    size_t copied = 0;
    size_t start = 0;
    size_t length = 0;
    while (scan_next(&scan, &start, &length)) {
        strbuf_add(&clean, scan.bytes + copied, start - copied);
        strbuf_add_str(&clean, replacement);
        copied = start + length;
        places++;
    }
    if (places > 0) {
        strbuf_add(&clean, scan.bytes + copied, scan.count - copied);
        strbuf_release(text);
        *text = clean;
    }
    return places;
}

bool redact_finds(const char *bytes, size_t count)
{
    struct scan scan = { bytes, count, 0, 0 };
    size_t start = 0;
    size_t length = 0;
    return scan_next(&scan, &start, &length);
}

void redact_reset(void)
{
    for (size_t i = 0; i < kept.count; i++) {
        free(kept.secrets[i].text);
    }
    free(kept.secrets);
    memset(&kept, 0, sizeof kept);
}

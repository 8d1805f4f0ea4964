/* The words that invented people write in the seeded chat: names, texts, captions, file names. All
 * of it is drawn from the caller's generator, so it is the same wherever it is drawn again. Texts
 * are UTF-8, valid in JSON strings without escaping (no quotes, backslashes or control
 * characters). */
#ifndef SEED_WORDS_H
#define SEED_WORDS_H

#include <stdint.h>

#include "base/rng.h"
#include "base/strbuf.h"

struct words_person {
    const char *first_name; /* borrowed from a table, for ever */
    const char *last_name;
    const char *login; /* the first name in plain ASCII lower case */
};

struct words_person words_person(struct rng *rng);

/* Appends what somebody writes into a chat: mostly one sentence, now and then up to eight, with
 * mentions, links and emojis. */
void words_text(struct rng *rng, struct strbuf *out);

/* Appends a few words under a picture, or nothing (three times in five). */
void words_caption(struct rng *rng, struct strbuf *out);

/* One of ten reactions; at most 10 characters, as the column allows. */
const char *words_reaction(struct rng *rng);

struct words_file {
    char name[64];
    const char *mime; /* borrowed from a table, for ever */
    uint64_t bytes;   /* small files are the most frequent */
    uint32_t width;   /* pixels; 0 when it is no picture */
    uint32_t height;
};

void words_picture(struct rng *rng, struct words_file *out);
void words_document(struct rng *rng, struct words_file *out);

/* The name of the big group (0) or of small group 1 … 10. */
const char *words_group_name(uint32_t group);

extern const char words_poll_question[];
/* SHAPE_POLL_OPTIONS of them. */
const char *words_poll_option(uint32_t position);

#endif

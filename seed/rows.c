#include "seed/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "seed/words.h"

#define FILES_ORIGIN "https://files.stress.example.com/"

void rows_user(const struct shape *shape, uint32_t index, struct row_user *out)
{
    assert(index < shape->users);
    struct rng rng;
    rng_init(&rng, ids_hash(shape->seed, ID_USER, 0, index));
    struct words_person person = words_person(&rng);
    unsigned number = index % 10000U;

    out->id = ids_user(shape->seed, index);
    (void)snprintf(out->tms_user_id, sizeof out->tms_user_id, "stress_tms_%04u", number);
    (void)snprintf(out->email, sizeof out->email, "%s%s", out->tms_user_id, ROWS_EMAIL_DOMAIN);
    (void)snprintf(out->username, sizeof out->username, "%s.%04u", person.login, number);
    out->first_name = person.first_name;
    out->last_name = person.last_name;
}

uint32_t rows_member_count(const struct shape *shape, uint32_t group)
{
    return group == 0 ? shape->group_members : shape_extra_members(shape);
}

uint32_t rows_message_count(const struct shape *shape, uint32_t group)
{
    return group == 0 ? shape_group_messages(shape) : SHAPE_EXTRA_TEXTS;
}

const char *rows_type_name(enum row_type type)
{
    static const char *const names[] = { "TEXT", "IMAGE", "FILE", "POLL" };
    return names[type];
}

void rows_message_release(struct row_message *row)
{
    strbuf_release(&row->content);
    strbuf_release(&row->metadata);
}

/* Each message has a slot of its own in the span and lies somewhere in its first nine tenths, so
 * times rise strictly without being evenly spaced. */
int64_t rows_message_created_us(const struct shape *shape, uint32_t group, uint32_t sequence)
{
    int64_t slot = ROWS_SPAN_US / rows_message_count(shape, group);
    uint64_t hash = ids_hash(shape->seed, ID_MESSAGE, group, sequence);
    int64_t start =
        ROWS_NEWEST_US - slot * ((int64_t)rows_message_count(shape, group) - sequence + 1);
    return start + (int64_t)(hash % (uint64_t)(slot / 10 * 9));
}

static bool in_part(struct shape_part part, uint32_t sequence)
{
    return sequence >= part.first && sequence - part.first < part.count;
}

static enum row_type message_type(const struct shape *shape, uint32_t group, uint32_t sequence)
{
    if (group != 0) {
        return ROW_TEXT;
    }
    if (sequence == 1) {
        return ROW_POLL;
    }
    if (in_part(shape_images(shape), sequence)) {
        return ROW_IMAGE;
    }
    return in_part(shape_files(shape), sequence) ? ROW_FILE : ROW_TEXT;
}

/* Names come from tables without characters that JSON would escape. */
static void add_file_metadata(const struct row_message *row, const struct words_file *file,
                              struct strbuf *out)
{
    char key[160];
    (void)snprintf(key, sizeof key, "chat/%s/%" PRIu32 "-%s", row->conversation_id.text,
                   row->sequence, file->name);
    strbuf_addf(out, "{\"ossKey\":\"%s\",\"fileUrl\":\"" FILES_ORIGIN "%s\"", key, key);
    if (file->width > 0) {
        strbuf_addf(out, ",\"thumbnailUrl\":\"" FILES_ORIGIN "%s?width=320\"", key);
    }
    strbuf_addf(out, ",\"fileName\":\"%s\",\"fileSize\":%" PRIu64 ",\"mimeType\":\"%s\"",
                file->name, file->bytes, file->mime);
    if (file->width > 0) {
        strbuf_addf(out, ",\"width\":%" PRIu32 ",\"height\":%" PRIu32, file->width, file->height);
    }
    strbuf_add_char(out, '}');
}

static void fill_message(struct rng *rng, struct row_message *row)
{
    struct words_file file;
    switch (row->type) {
    case ROW_TEXT:
        words_text(rng, &row->content);
        strbuf_add_str(&row->metadata, "{}");
        return;
    case ROW_IMAGE:
        words_caption(rng, &row->content);
        words_picture(rng, &file);
        add_file_metadata(row, &file, &row->metadata);
        return;
    case ROW_FILE:
        words_document(rng, &file);
        strbuf_add_str(&row->content, file.name);
        add_file_metadata(row, &file, &row->metadata);
        return;
    case ROW_POLL:
        strbuf_add_str(&row->content, words_poll_question);
        strbuf_add_str(&row->metadata, "{}");
        return;
    }
}

void rows_message(const struct shape *shape, uint32_t group, uint32_t sequence,
                  struct row_message *out)
{
    assert(sequence >= 1 && sequence <= rows_message_count(shape, group));
    struct rng rng;
    rng_init(&rng, ids_hash(shape->seed, ID_MESSAGE, group, sequence));

    out->id = ids_message(shape->seed, group, sequence);
    out->conversation_id = ids_conversation(shape->seed, group);
    out->group = group;
    out->sequence = sequence;
    out->type = message_type(shape, group, sequence);
    out->encrypted = group == 0 && in_part(shape_encrypted(shape), sequence);
    out->created_us = rows_message_created_us(shape, group, sequence);
    strbuf_clear(&out->content);
    strbuf_clear(&out->metadata);
    fill_message(&rng, out);

    /* Drawn last: the text must not change with the number of members. The poll is user 0's. */
    uint64_t members = rows_member_count(shape, group);
    uint64_t sender = out->type == ROW_POLL ? 0 : rng_below(&rng, members);
    out->sender_id = ids_user(shape->seed, (uint32_t)sender);
}

void rows_reaction(const struct shape *shape, uint32_t image, uint32_t which,
                   struct row_reaction *out)
{
    assert(which < shape->reactions);
    uint32_t sequence = shape_images(shape).first + image;
    uint32_t ordinal = image * IDS_REACTIONS_A_MESSAGE + which;
    struct rng rng;
    rng_init(&rng, ids_hash(shape->seed, ID_REACTION, 0, ordinal));

    out->id = ids_make(shape->seed, ID_REACTION, 0, ordinal);
    out->message_id = ids_message(shape->seed, 0, sequence);
    /* Consecutive members from a start of the image's own are distinct. */
    out->user_id = ids_user(shape->seed, (image * 37 + which) % shape->group_members);
    out->emoji = words_reaction(&rng);
    out->created_us = rows_message_created_us(shape, 0, sequence) + 1000000 * ((int64_t)which + 1);
}

struct id rows_poll_id(const struct shape *shape)
{
    return ids_make(shape->seed, ID_POLL, 0, 0);
}

struct id rows_option_id(const struct shape *shape, uint32_t position)
{
    return ids_make(shape->seed, ID_OPTION, 0, position);
}

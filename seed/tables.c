#include "seed/tables.h"

#include <inttypes.h>
#include <stdio.h>

#include "seed/words.h"

void table_maker_release(struct table_maker *maker)
{
    rows_message_release(&maker->message);
}

void table_escape(const char *text, struct strbuf *out)
{
    size_t plain;
    while (plain = strcspn(text, "\\\t\n\r"), text[plain] != '\0') {
        strbuf_add(out, text, plain);
        strbuf_add_char(out, '\\');
        switch (text[plain]) {
        case '\t':
            strbuf_add_char(out, 't');
            break;
        case '\n':
            strbuf_add_char(out, 'n');
            break;
        case '\r':
            strbuf_add_char(out, 'r');
            break;
        default:
            strbuf_add_char(out, '\\');
            break;
        }
        text += plain + 1;
    }
    strbuf_add(out, text, plain);
}

/* Days since 1970 to a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
 * civil_from_days): gmtime without its lock and time-zone look-ups, a million times. */
static void civil_date(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

void table_time(int64_t us, char out[TABLE_TIME_BYTES])
{
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t seconds = us / 1000000;
    civil_date(seconds / 86400, &year, &month, &day);
    (void)snprintf(out, TABLE_TIME_BYTES, "%04u-%02u-%02u %02u:%02u:%02u.%06u+00",
                   (unsigned)year % 10000U, (unsigned)month % 100U, (unsigned)day % 100U,
                   (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60),
                   (unsigned)(seconds % 60), (unsigned)(us % 1000000));
}

static uint64_t count_users(const struct shape *shape)
{
    return shape->users;
}

/* last_synced_at is the transaction's time by the database's clock ("now" is read by PostgreSQL):
 * older than a day, each request of that user would ask an outside service. */
static void line_user(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    struct row_user row;
    char created[TABLE_TIME_BYTES];
    rows_user(maker->shape, (uint32_t)index, &row);
    table_time(ROWS_CREATED_US, created);
    strbuf_addf(out, "%s\t%s\t%s\t%s\t%s\t%s\t{}\tMEMBER\tt\tf\tnow\t%s\t%s\n", row.id.text,
                row.tms_user_id, row.email, row.username, row.first_name, row.last_name, created,
                created);
}

static uint64_t count_conversations(const struct shape *shape)
{
    (void)shape;
    return 1 + SHAPE_EXTRA_GROUPS;
}

static void line_conversation(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    const struct shape *shape = maker->shape;
    uint32_t group = (uint32_t)index;
    char created[TABLE_TIME_BYTES];
    char updated[TABLE_TIME_BYTES];
    table_time(ROWS_CREATED_US, created);
    table_time(rows_message_created_us(shape, group, rows_message_count(shape, group)), updated);
    strbuf_addf(out, "%s\tGROUP\t%s\t%s\t%s\t%s\n", ids_conversation(shape->seed, group).text,
                words_group_name(group), ids_user(shape->seed, 0).text, created, updated);
}

static uint64_t count_members(const struct shape *shape)
{
    return shape->group_members + (uint64_t)SHAPE_EXTRA_GROUPS * shape_extra_members(shape);
}

static void line_member(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    const struct shape *shape = maker->shape;
    uint32_t group = 0;
    uint32_t member = (uint32_t)index;
    char joined[TABLE_TIME_BYTES];
    if (index >= shape->group_members) {
        uint32_t rest = (uint32_t)(index - shape->group_members);
        group = 1 + rest / shape_extra_members(shape);
        member = rest % shape_extra_members(shape);
    }
    table_time(ROWS_CREATED_US, joined);
    strbuf_addf(out, "%s\t%s\t%s\t%s\tf\n", ids_conversation(shape->seed, group).text,
                ids_user(shape->seed, member).text, member == 0 ? "ADMIN" : "MEMBER", joined);
}

static uint64_t count_messages(const struct shape *shape)
{
    return shape_group_messages(shape) + (uint64_t)SHAPE_EXTRA_GROUPS * SHAPE_EXTRA_TEXTS;
}

static void line_message(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    const struct shape *shape = maker->shape;
    struct row_message *row = &maker->message;
    uint32_t group = 0;
    uint32_t sequence = (uint32_t)index + 1;
    char created[TABLE_TIME_BYTES];
    if (index >= shape_group_messages(shape)) {
        uint32_t rest = (uint32_t)(index - shape_group_messages(shape));
        group = 1 + rest / SHAPE_EXTRA_TEXTS;
        sequence = 1 + rest % SHAPE_EXTRA_TEXTS;
    }
    rows_message(shape, group, sequence, row);
    if (row->encrypted) {
        seal_message(maker->group_key, row);
    }
    table_time(row->created_us, created);
    strbuf_addf(out, "%s\t%s\t%s\t%s\t%" PRIu32 "\tf\t%s\t%s\t%s\t%s\t", row->id.text,
                row->conversation_id.text, row->sender_id.text, rows_type_name(row->type),
                row->sequence, row->encrypted ? "t" : "f", row->encrypted ? "1" : "\\N", created,
                created);
    table_escape(strbuf_text(&row->content), out);
    strbuf_add_char(out, '\t');
    table_escape(strbuf_text(&row->metadata), out);
    strbuf_add_char(out, '\n');
}

static uint64_t count_polls(const struct shape *shape)
{
    (void)shape;
    return 1;
}

static void line_poll(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    const struct shape *shape = maker->shape;
    char created[TABLE_TIME_BYTES];
    (void)index;
    table_time(rows_message_created_us(shape, 0, 1), created);
    strbuf_addf(out, "%s\t%s\t%s\tf\t%s\n", rows_poll_id(shape).text,
                ids_message(shape->seed, 0, 1).text, words_poll_question, created);
}

static uint64_t count_options(const struct shape *shape)
{
    (void)shape;
    return SHAPE_POLL_OPTIONS;
}

static void line_option(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    uint32_t position = (uint32_t)index;
    strbuf_addf(out, "%s\t%s\t%s\t%" PRIu32 "\n", rows_option_id(maker->shape, position).text,
                rows_poll_id(maker->shape).text, words_poll_option(position), position);
}

static uint64_t count_reactions(const struct shape *shape)
{
    return (uint64_t)shape_images(shape).count * shape->reactions;
}

static void line_reaction(struct table_maker *maker, uint64_t index, struct strbuf *out)
{
    struct row_reaction row;
    char created[TABLE_TIME_BYTES];
    uint32_t reactions = maker->shape->reactions;
    rows_reaction(maker->shape, (uint32_t)(index / reactions), (uint32_t)(index % reactions), &row);
    table_time(row.created_us, created);
    strbuf_addf(out, "%s\t%s\t%s\t%s\t%s\n", row.id.text, row.message_id.text, row.user_id.text,
                row.emoji, created);
}

const struct table tables[TABLE_COUNT] = {
    { "users",
      "id, tms_user_id, email, username, first_name, last_name, settings_json, role, is_active, "
      "is_leader, last_synced_at, created_at, updated_at",
      count_users, line_user },
    { "conversations", "id, type, name, created_by, created_at, updated_at", count_conversations,
      line_conversation },
    { "conversation_members", "conversation_id, user_id, role, joined_at, is_muted", count_members,
      line_member },
    { "messages",
      "id, conversation_id, sender_id, type, sequence_number, is_edited, encrypted, "
      "encryption_version, created_at, updated_at, content, metadata_json",
      count_messages, line_message },
    { "polls", "id, message_id, question, multiple_choice, created_at", count_polls, line_poll },
    { "poll_options", "id, poll_id, option_text, position", count_options, line_option },
    { "message_reactions", "id, message_id, user_id, emoji, created_at", count_reactions,
      line_reaction },
};

const struct table *const table_of_members = &tables[2];
const struct table *const table_of_reactions = &tables[TABLE_COUNT - 1];

uint64_t tables_total(const struct shape *shape)
{
    uint64_t total = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        total += tables[i].count(shape);
    }
    return total;
}

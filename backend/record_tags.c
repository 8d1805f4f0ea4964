#include "backend/record_tags.h"

#include <stdio.h>

#include "base/mem.h"

#define FIRST_CAP   64
#define NUMBER_TEXT 12

/* One look at a tag set: names to values. */
struct view {
    const struct record *record;
    const struct tags_key *key;
    const struct request *request;
    char status[NUMBER_TEXT];
    char stage[NUMBER_TEXT];
};

typedef const char *tag_value(const struct view *view);

static const char *scenario_value(const struct view *view)
{
    return view->key->scenario != TAGS_NO_SCENARIO
               ? view->record->workload->scenario[view->key->scenario].name
               : NULL;
}

static const char *stage_value(const struct view *view)
{
    return view->key->stage != RECORD_NO_STAGE ? view->stage : NULL;
}

static const char *name_value(const struct view *view)
{
    return view->request != NULL ? view->request->name : NULL;
}

static const char *method_value(const struct view *view)
{
    return view->request != NULL ? view->request->method : NULL;
}

static const char *status_value(const struct view *view)
{
    return view->request != NULL ? view->status : NULL;
}

static const char *outcome_value(const struct view *view)
{
    return view->request != NULL ? outcome_names[view->key->outcome] : NULL;
}

static const char *expected_value(const struct view *view)
{
    if (view->request == NULL) {
        return NULL;
    }
    return outcome_is_error((enum outcome)view->key->outcome) ||
                   view->key->outcome == OUTCOME_RATE_LIMITED
               ? "false"
               : "true";
}

static const char *band_value(const struct view *view)
{
    return view->request != NULL ? vu_band_name((enum vu_band)view->key->band) : NULL;
}

static const char *check_value(const struct view *view)
{
    bool has = view->request != NULL && view->key->check != TAGS_NO_CHECK;
    return has ? view->request->check[view->key->check].name : NULL;
}

static const struct {
    const char *name;
    tag_value *value;
} own_tags[] = {
    { "scenario", scenario_value }, { "name", name_value },
    { "method", method_value },     { "status", status_value },
    { "outcome", outcome_value },   { "expected_response", expected_value },
    { "stage", stage_value },       { "band", band_value },
    { "check", check_value },
};

#define OWN_TAGS (sizeof own_tags / sizeof own_tags[0])

static const char *given_value(const struct tag *tags, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(tags[i].name, name) == 0) {
            return tags[i].value;
        }
    }
    return NULL;
}

static const char *value_of(void *arg, const char *name)
{
    const struct view *view = arg;
    for (size_t i = 0; i < OWN_TAGS; i++) {
        if (strcmp(own_tags[i].name, name) == 0) {
            return own_tags[i].value(view);
        }
    }
    const char *value = given_value(view->record->extra, view->record->extra_count, name);
    if (value == NULL && view->request != NULL) {
        value = given_value(view->request->tag, view->request->tag_count, name);
    }
    return value;
}

static void add_tag(struct strbuf *json, const char *name, const char *value)
{
    strbuf_add_char(json, json->len == 0 ? '{' : ',');
    json_quote(name, json);
    strbuf_add_char(json, ':');
    json_quote(value, json);
}

static void write_json(const struct view *view, struct strbuf *json)
{
    for (size_t i = 0; i < OWN_TAGS; i++) {
        const char *value = own_tags[i].value(view);
        if (value != NULL) {
            add_tag(json, own_tags[i].name, value);
        }
    }
    for (size_t i = 0; i < view->record->extra_count; i++) {
        add_tag(json, view->record->extra[i].name, view->record->extra[i].value);
    }
    for (size_t i = 0; view->request != NULL && i < view->request->tag_count; i++) {
        add_tag(json, view->request->tag[i].name, view->request->tag[i].value);
    }
    strbuf_add_str(json, json->len == 0 ? "{}" : "}");
}

struct record_status *record_status_find(struct record *record, const struct request *request,
                                         int status, enum outcome outcome)
{
    for (size_t i = 0; i < record->status_count; i++) {
        struct record_status *known = record->status[i];
        if (known->request == request && known->status == status && known->outcome == outcome) {
            return known;
        }
    }
    struct record_status *entry = mem_new(sizeof *entry);
    entry->request = request;
    entry->status = status;
    entry->outcome = outcome;
    mem_reserve((void **)&record->status, &record->status_cap, record->status_count + 1,
                sizeof(struct record_status *));
    record->status[record->status_count++] = entry;
    return entry;
}

static struct record_tags *make(struct record *record, const struct tags_key *key, uint64_t packed,
                                const struct request *request)
{
    struct view view = { record, key, request, "", "" };
    struct record_tags *tags = mem_new(sizeof *tags);
    (void)snprintf(view.status, sizeof view.status, "%u", (unsigned)key->status);
    (void)snprintf(view.stage, sizeof view.stage, "%u", (unsigned)key->stage);
    tags->key = *key;
    tags->packed = packed;
    tags->request = request;
    for (size_t i = record->metric_count; i < record->series_count; i++) {
        if (selector_matches(record->series[i].selector, value_of, &view)) {
            tags->submetrics |= UINT64_C(1) << (i - record->metric_count);
        }
    }
    if (request != NULL) {
        tags->status = record_status_find(record, request, key->status, (enum outcome)key->outcome);
    }
    if (record->out != NULL) {
        write_json(&view, &tags->json);
    }
    return tags;
}

void record_tags_free(struct record_tags *tags)
{
    if (tags != NULL) {
        strbuf_release(&tags->json);
        free(tags);
    }
}

static uint64_t pack(const struct tags_key *key)
{
    return (uint64_t)key->scenario | (uint64_t)key->stage << 8U | (uint64_t)key->band << 16U |
           (uint64_t)key->outcome << 20U | (uint64_t)key->check << 24U |
           (uint64_t)key->request << 32U | (uint64_t)key->status << 48U;
}

/* The key packed is unique already; the mixing spreads it over the table. */
static uint64_t mix(uint64_t packed)
{
    packed ^= packed >> 31U;
    packed *= UINT64_C(0x9e3779b97f4a7c15);
    return packed ^ packed >> 29U;
}

static void put(struct record_tags **table, size_t cap, struct record_tags *tags)
{
    size_t at = (size_t)mix(tags->packed) & (cap - 1);
    while (table[at] != NULL) {
        at = (at + 1) & (cap - 1);
    }
    table[at] = tags;
}

static void grow(struct record *record)
{
    size_t cap = record->tags_cap == 0 ? FIRST_CAP : record->tags_cap * 2;
    struct record_tags **table = mem_new_array(cap, sizeof(struct record_tags *));
    for (size_t i = 0; i < record->tags_cap; i++) {
        if (record->tags[i] != NULL) {
            put(table, cap, record->tags[i]);
        }
    }
    free(record->tags);
    record->tags = table;
    record->tags_cap = cap;
}

struct record_tags *record_tags_find(struct record *record, const struct tags_key *key,
                                     const struct request *request)
{
    uint64_t packed = pack(key);
    if (record->tags_cap > 0) {
        size_t at = (size_t)mix(packed) & (record->tags_cap - 1);
        for (; record->tags[at] != NULL; at = (at + 1) & (record->tags_cap - 1)) {
            if (record->tags[at]->packed == packed) {
                return record->tags[at];
            }
        }
    }
    if (record->tags_count * 2 >= record->tags_cap) {
        grow(record);
    }
    struct record_tags *tags = make(record, key, packed, request);
    put(record->tags, record->tags_cap, tags);
    record->tags_count++;
    return tags;
}

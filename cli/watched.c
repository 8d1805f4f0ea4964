#include "cli/watched.h"

#define TARGETS_TOLD 3

static void add_target(const cJSON *target, struct strbuf *out)
{
    const char *relation = json_text(target, "relation");
    const char *row = json_text(target, "row");
    const char *conversation = json_text(target, "conversation");
    const char *key = json_text(target, "key");
    strbuf_addf(out, "    %.1f s, up to %.0f at once, for ", json_number(target, "waited_s", 0),
                json_number(target, "waiters_max", 0));
    if (conversation != NULL) {
        strbuf_addf(out, "the lock of conversation %s", conversation);
    } else if (key != NULL) {
        strbuf_addf(out, "the advisory lock %s", key);
    } else {
        strbuf_addf(out, "%s %s%s%s", json_text(target, "kind"),
                    relation != NULL ? relation : "of an unknown table", row != NULL ? " " : "",
                    row != NULL ? row : "");
    }
    strbuf_add_char(out, '\n');
}

static void add_waits(const cJSON *database, struct strbuf *out)
{
    const cJSON *target = NULL;
    int told = 0;
    double waited_s = json_number(database, "waits.waited_s", 0);
    if (waited_s <= 0) {
        strbuf_add_str(out, "nobody was seen waiting for a lock\n");
        return;
    }
    strbuf_addf(out, "%.1f session seconds waited for locks, up to %.0f sessions at once\n",
                waited_s, json_number(database, "waits.waiters_max", 0));
    cJSON_ArrayForEach (target, json_at(database, "waits.targets")) {
        if (told++ < TARGETS_TOLD) {
            add_target(target, out);
        }
    }
}

/* The limits that hold for every run are left to the result; what went wrong in this one is told.
 */
static void add_notes(const cJSON *database, struct strbuf *out)
{
    const cJSON *note = NULL;
    cJSON_ArrayForEach (note, json_at(database, "notes")) {
        strbuf_addf(out, "    %s\n", note->valuestring);
    }
}

void watched_write(const cJSON *database, struct strbuf *out)
{
    if (database == NULL) {
        return;
    }
    const char *state = json_text(database, "state");
    strbuf_addf(out, "  database: %s", state);
    if (json_at(database, "samples") == NULL) {
        strbuf_add_char(out, '\n');
        add_notes(database, out);
        return;
    }
    double pool = json_number(database, "server.pool_limit", 0);
    strbuf_addf(out, "; up to %.0f connections", json_number(database, "connections.max", 0));
    if (pool > 0) {
        strbuf_addf(out, " of %.0f", pool);
    }
    strbuf_add_str(out, "; ");
    add_waits(database, out);
    if (strcmp(state, "partly") == 0) {
        add_notes(database, out);
    }
}

#include "backend/watcher_notes.h"

#include "base/mem.h"

#define SLOWER_IS_TOLD   1.2
#define SAMPLES_TO_JUDGE 8

void watcher_troubles_release(struct watcher_troubles *troubles)
{
    for (size_t i = 0; i < WATCHER_LOSSES_TOLD; i++) {
        free(troubles->loss[i].why);
    }
    free(troubles->failed_why);
    free(troubles->lookup_failed);
    *troubles = (struct watcher_troubles){ .losses = 0 };
}

void watcher_note(struct watched *found, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    json_push_text(found->notes, strbuf_text(&text));
    strbuf_release(&text);
}

static void tell_loss(struct watched *found, const struct watcher_troubles *troubles, size_t index)
{
    const struct watcher_loss *loss = &troubles->loss[index];
    bool at_first = index == 0 && troubles->absent_at_first;
    if (at_first && loss->to_s < 0) {
        watcher_note(found, "the database could not be watched: %s", loss->why);
    } else if (at_first) {
        watcher_note(
            found,
            "the connection was not there at first: nothing was seen for the first %.1f s: %s",
            loss->to_s, loss->why);
    } else if (loss->to_s < 0) {
        watcher_note(found, "the connection was lost after %.1f s and did not come back: %s",
                     loss->from_s, loss->why);
    } else {
        watcher_note(found, "the connection was lost: nothing was seen from %.1f s to %.1f s: %s",
                     loss->from_s, loss->to_s, loss->why);
    }
}

static void tell_losses(struct watched *found, const struct watcher_troubles *troubles)
{
    for (size_t i = 0; i < troubles->losses && i < WATCHER_LOSSES_TOLD; i++) {
        tell_loss(found, troubles, i);
    }
    if (troubles->losses > WATCHER_LOSSES_TOLD) {
        watcher_note(found, "the connection was lost %llu times more",
                     (unsigned long long)(troubles->losses - WATCHER_LOSSES_TOLD));
    }
}

static void tell_limits(struct watched *found, const struct server_facts *facts, double cost_ms)
{
    const struct watcher_tally *tally = &found->tally;
    double wanted_ms = (double)found->interval_ms;
    double mean_ms = tally->seconds * 1000 / (double)tally->samples;
    watcher_note(
        found,
        "a look every %.0f ms: times spent waiting are right to one such interval a wait, and "
        "waits shorter than that may not be seen at all",
        mean_ms > wanted_ms ? mean_ms : wanted_ms);
    if (mean_ms > SLOWER_IS_TOLD * wanted_ms && tally->samples > SAMPLES_TO_JUDGE) {
        watcher_note(
            found,
            "a look at the database cost about %.1f ms, so there was one every %.0f ms instead "
            "of every %.0f ms",
            cost_ms, mean_ms, wanted_ms);
    }
    if (tally->pool_limit == 0) {
        watcher_note(
            found,
            "the size of the chat's pool is not known (--pool-size): connections are compared "
            "with the server's limit of %u",
            tally->server_limit);
    }
    if (tally->hidden_max > 0) {
        watcher_note(
            found,
            "the role %s may not see what other roles' sessions do (GRANT pg_monitor): of up to "
            "%u sessions neither state nor statement is known, only for what they wait",
            facts->role != NULL ? facts->role : "of this connection", tally->hidden_max);
    }
}

void watcher_notes_samples(struct watched *found, const struct watcher_troubles *troubles,
                           const struct server_facts *facts, double cost_ms)
{
    tell_losses(found, troubles);
    if (troubles->failed > 0) {
        watcher_note(found, "%llu looks at the database failed, the last one with: %s",
                     (unsigned long long)troubles->failed, troubles->failed_why);
    }
    if (found->tally.samples == 0) {
        found->state = "not watched";
        return;
    }
    found->state = troubles->losses > 0 || troubles->failed > 0 || found->tally.hidden_max > 0
                       ? "partly"
                       : "watched";
    tell_limits(found, facts, cost_ms);
    if (troubles->lookup_failed != NULL) {
        watcher_note(found, "something that was waited for could not be named: %s",
                     troubles->lookup_failed);
    }
}

void watcher_notes_counts(struct watched *found, const struct reading *before,
                          const struct reading *after, const struct server_facts *facts)
{
    if (!found->has_statements) {
        watcher_note(found, "statements are not counted: %s",
                     before->has_statements ? after->why_no_statements.text
                                            : before->why_no_statements.text);
    }
    if (!found->has_tables) {
        watcher_note(found, "tables are not counted: %s",
                     before->has_tables ? after->why_no_tables.text : before->why_no_tables.text);
    } else if (!after->has_sizes) {
        watcher_note(found, "the sizes of tables are not known: %s", after->why_no_sizes.text);
    }
    if (after->statements.hidden > 0) {
        watcher_note(
            found,
            "%zu statements of other roles are not counted: the role %s may not see them (GRANT "
            "pg_monitor)",
            after->statements.hidden, facts->role);
    }
    if (found->was_reset) {
        watcher_note(found,
                     "somebody reset pg_stat_statements during the load: statements are counted "
                     "from then on");
    }
}

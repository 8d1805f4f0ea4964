/* Evidence from the load itself: its answers, its times, and how the generator did. */
#include "metrics/evidence.h"

#define ENOUGH 20 /* answers, for a median */
#define FILES  100

void evidence_generator_doubts(const struct subject *subject, struct evidence *out)
{
    const cJSON *doubts = json_at(subject->node, "generator.inconclusive");
    if (!cJSON_IsArray(doubts)) {
        evidence_missing(out, "nothing is known of the generator");
        return;
    }
    int count = cJSON_GetArraySize(doubts);
    const cJSON *first = cJSON_GetArrayItem(doubts, 0);
    evidence_set(out, count, "%s",
                 cJSON_IsString(first) ? first->valuestring
                                       : "the generator kept up with the load");
}

/* Lateness that is small beside what was measured distorts nothing. */
void evidence_generator_late(const struct subject *subject, struct evidence *out)
{
    double late_ms = json_number(subject->node, "generator.lateness_ms.p95", -1);
    double answer_ms = json_number(subject->node, "metrics.http_req_duration.values.med",
                                   json_number(subject->node, "sockets.connect_ms.total.med", 0));
    if (late_ms < 0 || answer_ms <= 0) {
        evidence_missing(out, "too few starts to know how late the generator was");
        return;
    }
    evidence_set(out, late_ms / answer_ms,
                 "one start in twenty came %.1f ms late or more, at answers of %.1f ms (median)",
                 late_ms, answer_ms);
}

void evidence_host_busy(const struct subject *subject, struct evidence *out)
{
    const cJSON *busy = json_at(subject->node, "generator.host_busy_share");
    if (!cJSON_IsNumber(busy)) {
        evidence_missing(out, "how busy the machine was is not known");
        return;
    }
    evidence_set(out, busy->valuedouble, "the machine's cores were busy for %.0f %% of the time",
                 100 * busy->valuedouble);
}

void evidence_pool_refusals(const struct subject *subject, struct evidence *out)
{
    double refused = 0;
    const cJSON *scenario = NULL;
    if (subject->requests.all < 1 && json_at(subject->node, "scenarios") == NULL) {
        evidence_missing(out, "nothing was asked");
        return;
    }
    cJSON_ArrayForEach (scenario, json_at(subject->node, "scenarios")) {
        refused += json_number(scenario, "outcomes.pool_exhausted", 0);
    }
    evidence_set(out, refused,
                 "%.0f requests were refused because no connection of the pool was free", refused);
}

void evidence_knee(const struct subject *subject, struct evidence *out)
{
    const cJSON *knee = NULL;
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(subject->node, "scenarios")) {
        knee = knee == NULL ? json_at(scenario, "knee") : knee;
    }
    if (knee == NULL) {
        evidence_missing(out, "the response times have no knee");
        return;
    }
    evidence_set(out, json_number(knee, "vus", 0),
                 "from %.0f VUs on each one more adds %.1f ms to the response time",
                 json_number(knee, "vus", 0), json_number(knee, "per_vu_ms", 0));
}

static const cJSON *scenario_named(const struct subject *subject, const char *name)
{
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(subject->node, "scenarios")) {
        const char *text = json_text(scenario, "name");
        if (text != NULL && strcmp(text, name) == 0) {
            return scenario;
        }
    }
    return NULL;
}

static double rate_of(const cJSON *scenario)
{
    double seconds = json_number(scenario, "end_s", 0) - json_number(scenario, "start_s", 0);
    return seconds > 0 ? json_number(scenario, "outcomes.ok", 0) / seconds : 0;
}

void evidence_group_speedup(const struct subject *subject, struct evidence *out)
{
    const cJSON *one = scenario_named(subject, "single");
    const cJSON *ten = scenario_named(subject, "distributed");
    if (one == NULL || ten == NULL || rate_of(one) <= 0) {
        evidence_unasked(out, "sending into one group and into ten was not compared");
        return;
    }
    double speedup = rate_of(ten) / rate_of(one);
    evidence_set(out, speedup, "ten groups took %.1f messages a second, one took %.1f: %.1f ×",
                 rate_of(ten), rate_of(one), speedup);
}

static const cJSON *times_of(const struct subject *subject, const char *name)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json_at(subject->node, "statuses")) {
        const char *text = json_text(row, "name");
        const char *outcome = json_text(row, "outcome");
        if (text != NULL && outcome != NULL && strcmp(text, name) == 0 &&
            strcmp(outcome, "ok") == 0) {
            return json_at(row, "service_ms");
        }
    }
    return NULL;
}

/* Two requests of the workload "page-cost", in turns, that differ in what the hundred messages are.
 * The part of a page's time is told, not the time: on a busy machine both pages are slower alike.
 */
void evidence_file_time(const struct subject *subject, struct evidence *out)
{
    const cJSON *files = times_of(subject, "100 files");
    const cJSON *images = times_of(subject, "100 images");
    if (files == NULL || images == NULL || json_number(files, "n", 0) < ENOUGH ||
        json_number(images, "n", 0) < ENOUGH) {
        evidence_unasked(out, "pages of files and of images were not fetched in turns");
        return;
    }
    struct evidence reactions = { .has_value = false };
    evidence_reaction_rows(subject, &reactions);
    if (subject->no_statements != NULL || reactions.has_value) {
        evidence_missing(out, "%s",
                         reactions.has_value
                             ? "images carry reactions, so pages of files and of images differ in "
                               "more than the files"
                             : subject->no_statements);
        return;
    }
    double files_ms = json_number(files, "med", 0);
    double images_ms = json_number(images, "med", 0);
    if (images_ms <= 0) {
        evidence_missing(out, "a page of images took no time");
        return;
    }
    double share = (files_ms - images_ms) / images_ms;
    evidence_set(
        out, share,
        "a page of %d files takes %.2f ms, one of %d images %.2f ms (medians): %.0f µs a file, "
        "%.0f %% more",
        FILES, files_ms, FILES, images_ms, (files_ms - images_ms) * 1e3 / FILES, 100 * share);
}

/* Seeded reactions are on the images only. */
void evidence_reaction_bytes(const struct subject *subject, struct evidence *out)
{
    double with = json_number(subject->node, "metrics.images_page_bytes.values.med", 0);
    double without = json_number(subject->node, "metrics.files_page_bytes.values.med", 0);
    if (with <= 0 || without <= 0) {
        evidence_unasked(out, "pages with and without reactions were not fetched in turns");
        return;
    }
    evidence_set(out, with / without,
                 "a page of messages with reactions has %.0f kB, one of messages without %.0f kB",
                 with / 1e3, without / 1e3);
}

void evidence_connect_growth(const struct subject *subject, struct evidence *out)
{
    const cJSON *plateaus = json_at(subject->node, "sockets.plateaus");
    const cJSON *first = cJSON_GetArrayItem(plateaus, 0);
    const cJSON *last = cJSON_GetArrayItem(plateaus, cJSON_GetArraySize(plateaus) - 1);
    double before = json_number(first, "connect_p95_ms", 0);
    double after = json_number(last, "connect_p95_ms", 0);
    if (first == last || before <= 0 || after <= 0) {
        evidence_missing(out, "there was one step of connections only");
        return;
    }
    evidence_set(out, after / before,
                 "connecting took %.0f ms (p95) at first and %.0f ms at %.0f connections", before,
                 after, json_number(last, "target", 0));
}

/* Putting together what several threads measured (backend/record.h). */
#include "backend/record.h"
#include "backend/record_tags.h"
#include "base/mem.h"

static void merge_series(struct series *into, const struct series *from)
{
    if (from->samples == 0) {
        return;
    }
    if (into->samples == 0) {
        into->min = from->min;
        into->max = from->max;
    } else {
        /* A gauge is a level of each thread, so the whole is their sum. */
        into->min += from->min;
        into->max += from->max;
    }
    into->samples += from->samples;
    into->truths += from->truths;
    into->total += from->total;
    histogram_merge(&into->trend, &from->trend);
}

static void merge_scenario(struct record_scenario *into, const struct record_scenario *from)
{
    tally_merge(&into->all, &from->all);
    for (size_t i = 0; i < VU_BAND_COUNT; i++) {
        tally_merge(&into->band[i], &from->band[i]);
    }
    for (size_t i = 0; i <= SCHEDULE_STAGES_MAX; i++) {
        tally_merge(&into->stage[i], &from->stage[i]);
    }
    for (size_t i = 0; i < RECORD_LEVELS; i++) {
        tally_merge(&into->level[i].tally, &from->level[i].tally);
        into->level[i].vus_sum += from->level[i].vus_sum;
        into->level[i].seconds += from->level[i].seconds;
    }
    into->iterations += from->iterations;
    into->interrupted += from->interrupted;
    into->cut_off += from->cut_off;
    into->dropped += from->dropped;
    into->vus_max += from->vus_max;
    histogram_merge(&into->iteration_ns, &from->iteration_ns);
}

static void merge_second(struct record_second *into, const struct record_second *from)
{
    into->vus += from->vus;
    into->requests += from->requests;
    into->errors += from->errors;
    into->rate_limited += from->rate_limited;
    into->iterations += from->iterations;
    into->dropped += from->dropped;
    into->p50_ms = -1;
    into->p95_ms = -1;
    into->max_ms = into->max_ms > from->max_ms ? into->max_ms : from->max_ms;
}

static void merge_seconds(struct record *into, const struct record *from)
{
    mem_reserve((void **)&into->second, &into->second_cap, from->second_count,
                sizeof into->second[0]);
    for (size_t i = 0; i < from->second_count; i++) {
        if (i < into->second_count) {
            merge_second(&into->second[i], &from->second[i]);
        } else {
            into->second[into->second_count++] = from->second[i];
        }
    }
}

void record_merge(struct record *into, const struct record *from)
{
    const struct workload *workload = into->workload;
    for (size_t i = 0; i < into->series_count; i++) {
        merge_series(&into->series[i], &from->series[i]);
    }
    for (size_t i = 0; i < workload->scenario_count; i++) {
        merge_scenario(&into->scenario[i], &from->scenario[i]);
    }
    for (size_t i = 0; i < from->status_count; i++) {
        const struct record_status *status = from->status[i];
        tally_merge(
            &record_status_find(into, status->request, status->status, status->outcome)->tally,
            &status->tally);
    }
    for (size_t i = 0; i < workload->request_count * WORKLOAD_LIST_MAX; i++) {
        into->check[i][0] += from->check[i][0];
        into->check[i][1] += from->check[i][1];
    }
    merge_seconds(into, from);
}

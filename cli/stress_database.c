#include "cli/stress_database.h"

#include <inttypes.h>

#include "backend/watcher.h"
#include "base/log.h"
#include "base/mem.h"
#include "seed/seed.h"

static struct target target_of(const struct stress_database *database)
{
    return (struct target){
        .url = database->url,
        /* The option's text is borrowed: a URL from the environment is the environment's own. */
        .from_argv = database->url != getenv("DATABASE_URL"),
        .allowed_hosts = database->allowed_hosts,
    };
}

bool stress_database_is_named(const struct stress_database *database)
{
    static const char *const variables[] = { "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE" };
    bool named = database->url != NULL;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        named = named || (value != NULL && value[0] != '\0');
    }
    return named;
}

enum err stress_database_conninfo(const struct stress_database *database, struct strbuf *out,
                                  struct err_msg *msg)
{
    const struct target target = target_of(database);
    return target_check(&target, out, msg);
}

enum err stress_database_watch(const struct stress_database *database, struct stress_plan *plan,
                               struct err_msg *msg)
{
    if (database->watch_ms < WATCHER_INTERVAL_MIN_MS ||
        database->watch_ms > WATCHER_INTERVAL_MAX_MS) {
        return err_set(msg, ERR_USAGE, "--watch-interval %" PRIu64 "ms: must be %dms to %ds",
                       database->watch_ms, WATCHER_INTERVAL_MIN_MS, WATCHER_INTERVAL_MAX_MS / 1000);
    }
    if (database->pool_size > UINT16_MAX) {
        return err_set(msg, ERR_USAGE, "--pool-size %" PRIu64 ": must be at most %d",
                       database->pool_size, UINT16_MAX);
    }
    plan->watch_ms = database->no_watch ? 0 : database->watch_ms;
    plan->pool_limit = (unsigned)database->pool_size;
    return ERR_OK;
}

enum err stress_database_reset(void *arg, struct err_msg *msg)
{
    const struct stress_database *database = arg;
    const struct seed_options options = {
        .action = SEED_RESET,
        .shape = { .seed = database->seed, .reactions = (uint32_t)database->reactions },
        .target = target_of(database),
        .data_dir = database->data_dir,
    };
    if (database->reactions > UINT32_MAX) {
        return err_set(msg, ERR_USAGE, "--seeded-reactions %" PRIu64 " is out of range",
                       database->reactions);
    }
    struct seed_report *report = mem_new(sizeof *report);
    enum err err = seed_run(&options, report, msg);
    if (err == ERR_OK) {
        log_verbose("reset: %" PRIu64 " rows of earlier runs removed in %.1f s",
                    cleanup_total(&report->cleanup), report->seconds);
    }
    free(report);
    return err;
}

enum err stress_database_reset_votes(const struct stress_database *database, uint64_t *removed,
                                     struct err_msg *msg)
{
    const struct seed_options options = {
        .action = SEED_RESET_VOTES,
        .target = target_of(database),
        .data_dir = database->data_dir,
    };
    struct seed_report *report = mem_new(sizeof *report);
    enum err err = seed_run(&options, report, msg);
    *removed = err == ERR_OK ? cleanup_total(&report->cleanup) : 0;
    free(report);
    return err;
}

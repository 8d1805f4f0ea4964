/* What is left to do when a crowd has gone: the server's clean-up is timed, and counts are told. */
#include "backend/socket_crowd_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

#define ASK_AGAIN_NS  (50 * NS_PER_MS)
#define BRIEF_CLEANUP 5 /* seconds that a baseline's connections may take to be gone */

static void end_cleanup(struct socket_crowd *crowd, uint64_t now_ns, bool by_server)
{
    crowd->cleanup = CLEANUP_OVER;
    loop_timer_stop(crowd->step);
    if (crowd->plan.brief || crowd->left_ns == 0) {
        return;
    }
    uint64_t ns = now_ns - crowd->left_ns;
    crowd->record->cleanup_ms = (double)ns / (double)NS_PER_MS;
    crowd->record->cleanup_by_server = by_server;
    record_builtin(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_SOCKET_CLEANUP, ns);
}

static void give_up_cleanup(struct socket_crowd *crowd, const char *what)
{
    uint64_t longest_ns = SOCKET_CLEANUP_MAX_S * NS_PER_S;
    crowd->cleanup = CLEANUP_OVER;
    loop_timer_stop(crowd->step);
    if (!crowd->plan.brief) {
        (void)snprintf(crowd->record->cleanup_problem, SOCKET_NOTE_BYTES, "not over after %d s: %s",
                       SOCKET_CLEANUP_MAX_S, what);
        record_builtin_censored(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_SOCKET_CLEANUP,
                                longest_ns);
    }
}

static void on_cleanup_count(void *arg, int64_t count, const char *why)
{
    struct socket_crowd *crowd = arg;
    uint64_t now_ns = clock_now_ns();
    char what[SOCKET_NOTE_BYTES / 2];
    if (crowd->cleanup != CLEANUP_RUNS) {
        return;
    }
    if (count >= 0 && count <= crowd->count_before) {
        end_cleanup(crowd, now_ns, true);
    } else if (now_ns >= crowd->give_up_ns) {
        (void)snprintf(what, sizeof what,
                       count >= 0 ? "the server still counts %" PRId64 " connections, before it "
                                    "were %" PRId64
                                  : "its count is not told any more",
                       count, crowd->count_before);
        give_up_cleanup(crowd, what);
        log_verbose("clean-up: %s", why);
    } else {
        loop_timer_start(crowd->step, ASK_AGAIN_NS);
    }
}

/* First our own connections must be gone, then the server's count must be what it was. */
void socket_crowd_step_cleanup(struct socket_crowd *crowd)
{
    uint64_t now_ns = clock_now_ns();
    if (ws_client_wires(crowd->world.client) > 0) {
        if (now_ns >= crowd->give_up_ns) {
            give_up_cleanup(crowd, "the server did not close all connections");
        } else {
            loop_timer_start(crowd->step, ASK_AGAIN_NS);
        }
    } else if (crowd->server != NULL) {
        socket_count_ask(crowd->server, on_cleanup_count, crowd);
    } else {
        end_cleanup(crowd, now_ns, false);
    }
}

void socket_crowd_clean_up(struct socket_crowd *crowd)
{
    if (crowd->cleanup != CLEANUP_NOT_YET) {
        return;
    }
    uint64_t longest_s = crowd->plan.brief ? BRIEF_CLEANUP : SOCKET_CLEANUP_MAX_S;
    crowd->cleanup = CLEANUP_RUNS;
    crowd->give_up_ns = clock_now_ns() + longest_s * NS_PER_S;
    if (crowd->ever_ready) {
        loop_timer_start(crowd->step, 0);
    } else {
        end_cleanup(crowd, clock_now_ns(), false);
    }
}

/* Counts of messages, told once. */
static void tell_messages(const struct socket_crowd *crowd)
{
    struct record *record = crowd->plan.record;
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_WS_MSGS_SENT, crowd->world.sent);
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_WS_MSGS_RECEIVED, crowd->world.received);
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_DATA_SENT,
                   ws_client_sent_bytes(crowd->world.client));
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_DATA_RECEIVED,
                   ws_client_received_bytes(crowd->world.client));
}

void socket_crowd_finish(struct socket_crowd *crowd)
{
    if (!crowd->told) {
        crowd->told = true;
        socket_crowd_judge(crowd);
        tell_messages(crowd);
    }
}

bool socket_crowd_is_over(const struct socket_crowd *crowd)
{
    return crowd->cleanup == CLEANUP_OVER;
}

/* What the sockets of one phase of a run went through, beside the metrics of backend/record.h. */
#ifndef BACKEND_SOCKET_RECORD_H
#define BACKEND_SOCKET_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/fanout.h"
#include "backend/socket_link.h"
#include "base/json.h"
#include "metrics/histogram.h"

#define SOCKET_PLATEAUS_MAX ((size_t)64)
#define SOCKET_ENDS_MAX     ((size_t)64)
#define SOCKET_NOTES_MAX    ((size_t)8)
#define SOCKET_NOTE_BYTES   ((size_t)240)

/* Ends of one kind. */
struct socket_ends {
    struct socket_end end;
    uint64_t count;
};

/* A stretch of time in which the number of connections was to stay the same. */
struct socket_plateau {
    uint32_t target;
    uint32_t connected;   /* near its end */
    int64_t server_count; /* the server's own at that moment; −1: it was not told */
    double at_s;          /* its beginning */
    double hold_s;
    uint64_t dropped;      /* in it */
    uint64_t connects;     /* since the plateau before, and this program's processor time until it
                              began, for each of them */
    double connect_cpu_ms; /* negative: none were made */
    double connect_p95_ms; /* of the connections made since the one before; negative: too few */
    uint64_t rss_bytes;    /* of this program */
    double cpu_share;      /* of one core, by this program, in it */
};

struct socket_record {
    uint64_t wanted;    /* attempts */
    uint64_t connected; /* that became ready */
    uint64_t failed;
    uint64_t dropped;  /* ready ones that ended and not by us */
    uint64_t given_up; /* attempts that we ended ourselves */
    struct socket_ends failure[SOCKET_ENDS_MAX];
    size_t failure_count;
    struct socket_ends drop[SOCKET_ENDS_MAX];
    size_t drop_count;
    struct histogram total_ns; /* from the attempt's moment to ready */
    struct histogram part_ns[SOCKET_PART_COUNT];
    struct histogram turn_ns; /* how long a message may have waited for us before it was read */
    struct socket_plateau plateau[SOCKET_PLATEAUS_MAX];
    size_t plateau_count;
    double cleanup_ms;      /* negative: not over, or nothing to clean up */
    bool cleanup_by_server; /* the server's count was back, not only our connections gone */
    char cleanup_problem[SOCKET_NOTE_BYTES];
    uint32_t identities; /* distinct ones; 0: none needed */
    uint32_t sources;    /* addresses of ours */
    char note[SOCKET_NOTES_MAX][SOCKET_NOTE_BYTES];
    size_t note_count;
    struct fanout *fanout; /* owned; NULL: no message was followed */
};

struct socket_record *socket_record_new(void);
void socket_record_free(struct socket_record *record);

void socket_record_ready(struct socket_record *record, const struct socket_link *link,
                         uint64_t now_ns);
/* An attempt that failed, or a ready connection that was dropped. */
void socket_record_end(struct socket_record *record, const struct socket_end *end);
void socket_record_note(struct socket_record *record, const char *format, ...) PRINTF_LIKE(2, 3);

/* The section "sockets" of a workload's result. A new object, the caller's. */
cJSON *socket_record_to_json(const struct socket_record *record);

#endif

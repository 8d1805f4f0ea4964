/* A workload: one JSON file that says which load is applied. In it
 *
 *   metrics     the file's own, beside the built-in ones of backend/builtin.h
 *   flows       what a virtual user does in one iteration: a list of steps
 *   scenarios   k6's word: an executor with its options, and the flow that its VUs follow
 *   baseline    how each scenario's flow is measured under next to no load before
 *   thresholds  k6's grammar (metrics/threshold.h)
 *   fanout      how long messages that are followed to the sockets may take
 *   integrity   what is looked up in the database afterwards (backend/integrity.h)
 *
 * backend/scenarios/schema.json describes the file for editors, README and CONTRIBUTING for people.
 *
 * Variables are named in ${…}: what a pick or a capture gave, a set of data with one value, and the
 * built-in ones: vu (from 1, within the scenario), iteration (from 0, of this VU), serial (a number
 * no other request of the run has), run (8 characters, another one each run). */
#ifndef BACKEND_WORKLOAD_H
#define BACKEND_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/builtin.h"
#include "backend/config.h"
#include "backend/data.h"
#include "backend/json_scan.h"
#include "backend/outcome.h"
#include "backend/schedule.h"
#include "backend/template.h"
#include "base/err.h"
#include "metrics/threshold.h"

#define WORKLOAD_VARIABLES_MAX  ((size_t)32)
#define WORKLOAD_METRICS_MAX    ((size_t)32)
#define WORKLOAD_SCENARIOS_MAX  ((size_t)16)
#define WORKLOAD_STEPS_MAX      ((size_t)64) /* of one flow, loops' steps inside */
#define WORKLOAD_THRESHOLDS_MAX ((size_t)64)
#define WORKLOAD_LOOPS_MAX      ((size_t)4) /* nested */
#define WORKLOAD_CAPTURE_BYTES  ((size_t)256)
#define WORKLOAD_QUERY_MAX      ((size_t)8)
#define WORKLOAD_LIST_MAX       ((size_t)16) /* of a request: statuses, checks, records, tags, form */

enum variable_kind {
    VARIABLE_VU,
    VARIABLE_ITERATION,
    VARIABLE_SERIAL,
    VARIABLE_RUN,
    VARIABLE_SET,    /* the one value of a set of data */
    VARIABLE_PICK,   /* an item of a set, chosen anew by each pick */
    VARIABLE_CAPTURE /* a text out of an answer */
};

struct variable {
    const char *name;
    enum variable_kind kind;
    int set;     /* SET, and PICK: the set of its first pick; −1 otherwise */
    size_t slot; /* PICK, CAPTURE: which of the VU's places holds it */
};

enum pick_by {
    PICK_RANDOM,
    PICK_VU,       /* item (vu − 1) mod n: a VU keeps it */
    PICK_ITERATION /* item (vu − 1 + iteration) mod n */
};

struct pick {
    int variable;
    int set;
    enum pick_by by;
    uint32_t first; /* only the first so many items; 0: all */
};

/* Times in nanoseconds, both inclusive. */
struct pause {
    uint64_t min_ns;
    uint64_t max_ns;
};

struct think {
    struct pause pause;
    unsigned after_outcomes; /* bits of enum outcome: after one of these … */
    struct pause after;      /* … this instead */
};

struct loop_step {
    uint32_t times;
    int while_variable; /* goes on only while it has a value; −1: always */
};

/* One thing that must hold of an answer. All fields that are given must hold. */
struct check {
    const char *name;
    int status[WORKLOAD_LIST_MAX];
    size_t status_count;
    int question;    /* of the request's json_asks; −1: only the status */
    bool wants_kind; /* the value at the path is of `kind` */
    enum json_kind kind;
    bool wants_count; /* so many values at the path (with "some": that equal one of the texts) */
    uint64_t count_min;
    uint64_t count_max;
    bool wants_number;
    double number_min;
    double number_max;
};

enum record_value {
    RECORD_ONE,      /* counter: 1 */
    RECORD_DURATION, /* trend of time: sending + waiting + receiving; a time-out is censored */
    RECORD_RESPONSE, /* trend of time: from when the request was due to its last byte */
    RECORD_BYTES,    /* trend or counter of data: the answer's body */
    RECORD_ERROR,    /* rate: whether the outcome is an error */
    RECORD_SEND_RATE /* trend: MB (10⁶ bytes) a second, sent bytes ÷ duration, in bytes a second */
};

struct record_rule {
    size_t metric; /* BUILTIN_COUNT + its number among the workload's own */
    enum record_value value;
    unsigned outcomes; /* bits: only after these */
};

struct capture {
    int variable;
    size_t question;
};

struct query_field {
    const char *name;
    struct template value; /* the field is left out when a variable in it has no value */
};

struct form_field {
    const char *name;
    struct template value;
};

struct tag {
    const char *name;
    const char *value;
};

/* What a request's samples are about: an HTTP request, or a step of a socket's flow that has an
 * outcome and takes time as well. */
enum request_kind {
    REQUEST_HTTP,
    REQUEST_CONNECT, /* until the connection is ready */
    REQUEST_EMIT,    /* until the acknowledgement */
    REQUEST_WAIT     /* until the event came */
};

struct request {
    enum request_kind kind;
    const char *name; /* the tag "name" of its samples */
    const char *method;
    const char *path_text; /* as written, with its ${variables} */
    struct template path;
    struct query_field query[WORKLOAD_QUERY_MAX];
    size_t query_count;
    int auth; /* the variable that picks from a secret set; −1: none */
    bool has_body;
    struct template body;
    struct form_field form[WORKLOAD_LIST_MAX];
    size_t form_count;
    const char *file_field; /* NULL: no upload */
    uint64_t file_bytes;
    uint64_t timeout_ns;
    int expect[WORKLOAD_LIST_MAX];
    size_t expect_count;
    bool fans_out; /* its message is followed to the sockets in `room` */
    struct template room;
    bool message_ledger; /* each 2xx with its ${serial} is kept for the integrity check */
    struct tag tag[WORKLOAD_LIST_MAX];
    size_t tag_count;
    struct check check[WORKLOAD_LIST_MAX];
    size_t check_count;
    struct record_rule record[WORKLOAD_LIST_MAX];
    size_t record_count;
    struct capture capture[WORKLOAD_LIST_MAX];
    size_t capture_count;
    struct json_question question[JSON_QUESTIONS_MAX];
    size_t question_count;
    size_t body_questions;  /* the first so many are the file's own: then the body must be JSON */
    struct json_asks *asks; /* owned; NULL when there is nothing to ask */
    int pool_question[WORKLOAD_LIST_MAX]; /* by the API's pool patterns; −1: status alone */
    size_t number;                        /* over all requests of the workload */
};

enum step_kind {
    STEP_PICK,
    STEP_REQUEST,
    STEP_THINK,
    STEP_LOOP, /* the loop's steps follow, then STEP_LOOP_END */
    STEP_LOOP_END,
    STEP_CONNECT, /* from here on in flows of sockets only */
    STEP_EMIT,
    STEP_WAIT,
    STEP_HOLD,
    STEP_DISCONNECT
};

enum hold_kind {
    HOLD_FOR,   /* as long as the step's think says */
    HOLD_UNTIL, /* that moment of the scenario: all do the next step at once */
    HOLD_TO_END /* until the schedule takes the VU out */
};

/* What steps of a socket's flow have beside `request`. */
struct socket_step {
    bool wants_rooms; /* CONNECT: ready when the rooms were joined */
    bool connects_again;
    struct pause again; /* after a failure or a drop, from this step on */
    const char *event;  /* EMIT, WAIT */
    bool wants_ack;     /* EMIT; then it has a request */
    enum hold_kind hold;
    uint64_t until_ns; /* from the scenario's start */
    bool cut;          /* DISCONNECT: without a goodbye, as a lost network does it */
};

struct step {
    enum step_kind kind;
    struct pick pick;
    struct request *request; /* owned */
    struct think think;
    struct loop_step loop;
    struct socket_step socket;
    size_t other_end; /* of a loop: the index of its end, of an end: of its beginning */
};

struct flow {
    const char *name;
    struct step step[WORKLOAD_STEPS_MAX];
    size_t step_count;
    size_t request_count;
    bool is_socket; /* each VU is one Socket.IO connection */
};

struct scenario {
    const char *name;
    struct schedule schedule;
    const struct flow *flow;
    int after;     /* begins when that one is over, startTime later; −1: with the run */
    bool baseline; /* measured before, and judged against it */
};

struct baseline {
    bool wanted;
    uint32_t vus;
    uint32_t requests;
    uint64_t max_duration_ns;
    bool has_pause; /* thinking in the baseline is cut to this */
    struct pause pause;
};

struct threshold_spec {
    const char *selector_text; /* as written */
    struct selector selector;
    size_t metric; /* enum builtin, or BUILTIN_COUNT + the number of one of the workload's own */
    struct threshold threshold;
};

enum integrity_check {
    INTEGRITY_VOTES = 1U << 0,
    INTEGRITY_MESSAGES = 1U << 1,
    INTEGRITY_REACTIONS = 1U << 2
};

/* How the API says that its database pool is used up. */
struct pool_pattern {
    int status;
    const char *json; /* path; NULL: the status alone says it */
    const char *equals;
};

/* How the API's Socket.IO side looks; texts NULL where there is no such thing. */
struct socket_api {
    const char *path;          /* "/socket.io/"; NULL: the API has no sockets */
    const char *auth;          /* the token's name in the CONNECT's payload */
    const char *joined_event;  /* tells a connection its rooms */
    const char *leave_event;   /* of ours: leaves the room that it names */
    const char *message_event; /* brings a message */
    const char *message_text;  /* the path of its text within the event's argument */
    const char *message_order; /* of a number that rises within a room */
    const char *count_path;    /* behind the prefix: answers with the connections it holds */
    const char *count_at;      /* where in that answer */
};

struct api {
    const char *name;
    const char *prefix;
    const char *alive; /* a path behind the prefix that answers 200 without a login */
    struct pool_pattern pool[WORKLOAD_LIST_MAX];
    size_t pool_count;
    struct socket_api socket;
};

/* How long a message that is followed may take. */
struct fanout_spec {
    uint64_t late_ns;   /* a delivery after this is late */
    uint64_t window_ns; /* and after this lost */
};

struct workload {
    struct config config; /* texts below are borrowed from it */
    struct config api_config;
    const char *name;
    const char *summary;
    struct api api;
    struct data data;
    struct variable variable[WORKLOAD_VARIABLES_MAX];
    size_t variable_count;
    size_t slot_count;
    struct metric_spec metric[WORKLOAD_METRICS_MAX];
    size_t metric_count;
    struct flow *flow; /* owned */
    size_t flow_count;
    size_t request_count;
    bool has_sockets;
    bool has_fanout;
    struct fanout_spec fanout;
    struct scenario scenario[WORKLOAD_SCENARIOS_MAX];
    size_t scenario_count;
    struct baseline baseline;
    struct threshold_spec threshold[WORKLOAD_THRESHOLDS_MAX];
    size_t threshold_count;
    unsigned integrity; /* bits of enum integrity_check */
};

/* Reads and checks a workload: a file when `name` has a slash or ends in .json, otherwise one of
 * those carried in the program. ERR_USAGE or ERR_FORMAT; when there are mistakes in the file all of
 * them have been appended to `mistakes`, a line each. `*out` is the caller's to free when ERR_OK.
 */
MUST_CHECK enum err workload_load(const char *name, struct workload **out, struct strbuf *mistakes,
                                  struct err_msg *msg);
/* The same from text in memory; `name` is for the sentences. */
MUST_CHECK enum err workload_from_text(const char *name, const char *text, size_t bytes,
                                       struct workload **out, struct strbuf *mistakes,
                                       struct err_msg *msg);
void workload_free(struct workload *workload);

/* When the scenario is planned to be over, in nanoseconds from the run's beginning: with the
 * longest that those may take which it waits for. */
uint64_t workload_end_ns(const struct workload *workload, size_t scenario);

/* The names of the workloads in the program, in their order; NULL-ended, borrowed. */
const char *const *workload_names(void);

#endif

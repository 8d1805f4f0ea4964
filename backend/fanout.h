/* Which of the marked messages reached whom, and when: an exact ledger of deliveries. Pure: moments
 * come in as arguments.
 *
 * A message is sent once, under a serial number, into a room. It is expected at the receivers that
 * were connected members of the room at that moment; the sender's own connections are apart. What
 * arrives at an expected receiver is its delivery, the second time a duplicate. A delivery after
 * `late_ns` is late; one that has not come by `window_ns` is lost, and what comes still later
 * changes nothing of that. Lost ones stay in the denominator and in the times, as "at least the
 * window". A receiver that we take away ourselves is no longer expected to get what may still come
 * in its window; one that the server drops is.
 *
 * Order: a delivery whose number (the chat's, or the serial without one) is below the highest that
 * the same receiver has got from the same room before is a violation. */
#ifndef BACKEND_FANOUT_H
#define BACKEND_FANOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "metrics/histogram.h"

struct fanout;
struct fanout_message;

/* Called when a message is judged, for each delivery at an expected receiver, and with `lost` for
 * each that did not come: `latency_ns` is then the window. */
typedef void fanout_sample(void *arg, uint64_t latency_ns, bool lost);

struct fanout_plan {
    uint32_t receivers; /* they are numbered from 0 */
    uint64_t late_ns;
    uint64_t window_ns;
    fanout_sample *sample; /* NULL for none */
    void *arg;
};

struct fanout_totals {
    uint64_t messages;  /* followed to their end, without those withdrawn */
    uint64_t withdrawn; /* not known to be taken by the server */
    uint64_t expected;  /* deliveries */
    uint64_t delivered; /* in the window */
    uint64_t late;      /* of the delivered */
    uint64_t lost;
    uint64_t duplicates;
    uint64_t order_violations;
    uint64_t unexpected; /* at receivers that were not expected to get it: they came later */
    uint64_t unknown;    /* marks of this run that no message has */
    uint64_t after_window;
};

struct fanout_times {
    struct histogram
        first_ns; /* a sample a message, of its expected deliveries by rank; censored */
    struct histogram median_ns; /* at the window where the delivery of that rank was lost */
    struct histogram p99_ns;
    struct histogram last_ns;
    struct histogram sender_ns; /* the sender's own first delivery */
    struct histogram all_ns;    /* every delivery, losses censored */
};

struct fanout *fanout_new(const struct fanout_plan *plan);
void fanout_free(struct fanout *fanout);

/* `serial` was not sent before (asserted). `room` is any text that names it. */
struct fanout_message *fanout_send(struct fanout *fanout, uint64_t serial, const char *room,
                                   uint64_t now_ns);
/* Before the next call of any other function here. */
void fanout_expect(struct fanout *fanout, struct fanout_message *message, uint32_t receiver);
void fanout_sender(struct fanout *fanout, struct fanout_message *message, uint32_t receiver);

/* What the sender learned: that the server took it, or not, or nothing (a time-out). Only one that
 * was taken is judged, however long the answer took. */
void fanout_taken(struct fanout *fanout, uint64_t serial);
void fanout_withdraw(struct fanout *fanout, uint64_t serial);

/* `order`: the chat's number, or the serial. */
void fanout_deliver(struct fanout *fanout, uint64_t serial, uint32_t receiver, uint64_t order,
                    uint64_t read_ns);

/* We took the receiver away. What was due by then stays lost. */
void fanout_excuse(struct fanout *fanout, uint32_t receiver, uint64_t now_ns);

/* Judges what was taken and sent so long ago that its window is over. */
void fanout_close(struct fanout *fanout, uint64_t now_ns);
/* Judges all that is left; of what is not known to be taken nothing is expected. */
void fanout_finish(struct fanout *fanout);

const struct fanout_totals *fanout_totals(const struct fanout *fanout);
const struct fanout_times *fanout_times(const struct fanout *fanout);

/* {"messages","expected","delivered","lost",…,"first_ms":{…},…} under `key`. */
void fanout_to_json(const struct fanout *fanout, cJSON *parent, const char *key);

/* The serial behind "<run> " in a text; false when there is none. */
bool fanout_find_mark(const char *text, size_t bytes, const char *run, uint64_t *serial);

#endif

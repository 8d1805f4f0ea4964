/* Applies one scenario's schedule to its VUs: starts iterations when they are due, lets them go on
 * as long as the executor says so, and cuts off what has used up its grace. With several threads
 * each has its share of the VUs and starts (schedule_share). */
#ifndef BACKEND_DRIVER_H
#define BACKEND_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/schedule.h"
#include "backend/vu.h"

struct driver;

struct driver_plan {
    size_t scenario;
    const struct schedule *schedule; /* borrowed */
    const struct flow *flow;
    int after; /* not before that driver is over; −1: at once. For whoever begins it */
    /* Filled in by the engine. */
    uint32_t part; /* this thread's number and how many there are */
    uint32_t parts;
    void (*over)(void *arg); /* when it is over; NULL for none */
    void *arg;
};

struct driver *driver_new(struct vu_world *world, const struct driver_plan *plan);
void driver_free(struct driver *driver);

/* Starts the schedule's time. */
void driver_begin(struct driver *driver, uint64_t start_ns);
bool driver_has_begun(const struct driver *driver);

/* Starts nothing more; what runs may go on. */
void driver_stop(struct driver *driver);
/* And cuts off what runs. */
void driver_interrupt(struct driver *driver);

/* Nothing runs and nothing will. */
bool driver_is_over(const struct driver *driver);

uint64_t driver_vus(const struct driver *driver);  /* at work now */
uint64_t driver_peak(const struct driver *driver); /* most at work at once */
uint64_t driver_made(const struct driver *driver); /* VUs made */

#endif

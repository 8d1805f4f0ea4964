#include "metrics/queueing.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"

#define KNEE_STEPS    256
#define POINTS_NEEDED 4
#define LOOK_AGAIN_NS UINT64_C(1000000) /* an idle VU asks this often whether it is active */
#define NOTHING_ROSE  1e-12

double queueing_knee(double hold, double think)
{
    assert(hold > 0);
    return (hold + think) / hold;
}

double queueing_response(double vus, double hold, double think)
{
    return fmax(hold, vus * hold - think);
}

static double over_knee(double vus, double knee)
{
    return vus > knee ? vus - knee : 0;
}

/* The bent line with its bend at `knee`; the squares that it leaves. */
static double fit_at(const double *vus, const double *response, size_t n, struct knee *line)
{
    double mean_x = 0;
    double mean_y = 0;
    double xx = 0;
    double xy = 0;
    double left = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += over_knee(vus[i], line->vus) / (double)n;
        mean_y += response[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double x = over_knee(vus[i], line->vus) - mean_x;
        xx += x * x;
        xy += x * (response[i] - mean_y);
    }
    line->per_vu = xx > 0 ? xy / xx : 0;
    line->flat = mean_y - line->per_vu * mean_x;
    for (size_t i = 0; i < n; i++) {
        double residual = response[i] - line->flat - line->per_vu * over_knee(vus[i], line->vus);
        left += residual * residual;
    }
    return left;
}

static bool has_three_values(const double *x, size_t n)
{
    size_t other = 0;
    while (other < n && x[other] == x[0]) {
        other++;
    }
    for (size_t i = other; i < n; i++) {
        if (x[i] != x[0] && x[i] != x[other]) {
            return true;
        }
    }
    return false;
}

void knee_fit(const double *vus, const double *response, size_t n, struct knee *out)
{
    *out = (struct knee){ 0 };
    if (n < POINTS_NEEDED || !has_three_values(vus, n)) {
        return;
    }
    double low = vus[0];
    double high = vus[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, vus[i]);
        high = fmax(high, vus[i]);
    }
    struct knee none = { .vus = high };
    double all = fit_at(vus, response, n, &none);
    double least = all;
    for (unsigned step = 0; step < KNEE_STEPS; step++) {
        struct knee line = { .vus = low + (high - low) * step / KNEE_STEPS };
        double left = fit_at(vus, response, n, &line);
        if (line.per_vu > 0 && left < least) {
            least = left;
            *out = line;
        }
    }
    out->has_data = least < all * (1 - NOTHING_ROSE);
    out->explained = out->has_data ? 1 - least / all : 0;
}

static uint64_t think(const struct queue_model *model, struct rng *rng)
{
    return model->think_min_ns + rng_below(rng, model->think_max_ns - model->think_min_ns + 1);
}

static uint32_t first_to_come(const uint64_t *comes_ns, uint32_t count)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < count; i++) {
        first = comes_ns[i] < comes_ns[first] ? i : first;
    }
    return first;
}

void queueing_simulate(const struct queue_model *model, const struct queue_shape *shape,
                       struct histogram *bands)
{
    assert(model->think_max_ns >= model->think_min_ns && shape->most_vus > 0);
    struct rng rng;
    uint64_t free_ns = 0;
    uint64_t *comes_ns = mem_new_array(shape->most_vus, sizeof *comes_ns);
    rng_init(&rng, model->seed);
    for (;;) {
        /* One lock and one order: who comes first is served first, whatever happens later. */
        uint32_t vu = first_to_come(comes_ns, shape->most_vus);
        uint64_t now_ns = comes_ns[vu];
        if (now_ns >= shape->length_ns) {
            break;
        }
        uint32_t active = shape->vus_at(shape->arg, now_ns);
        if (vu >= active) {
            comes_ns[vu] = now_ns + LOOK_AGAIN_NS;
            continue;
        }
        uint64_t wants_ns = now_ns + model->before_ns;
        free_ns = (wants_ns > free_ns ? wants_ns : free_ns) + model->hold_ns;
        uint64_t response_ns = free_ns - now_ns;
        if (model->timeout_ns > 0 && response_ns > model->timeout_ns) {
            response_ns = model->timeout_ns;
            histogram_add_censored(&bands[vu_band_of(active)], response_ns);
        } else {
            histogram_add(&bands[vu_band_of(active)], response_ns);
        }
        comes_ns[vu] = now_ns + response_ns + think(model, &rng);
    }
    free(comes_ns);
}

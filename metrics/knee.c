#include "metrics/knee.h"

#include <math.h>

#define KNEE_STEPS    256
#define POINTS_NEEDED 4
#define NOTHING_ROSE  1e-12

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

#include "metrics/slope.h"

#include <math.h>

#include "metrics/stats.h"

void slope_fit(const double *messages, const double *y, size_t n, struct slope *out)
{
    *out = (struct slope){ .n = n };
    if (n < 2) {
        return;
    }
    double x_mean = stats_mean(messages, n);
    double y_mean = stats_mean(y, n);
    double xx = 0.0;
    double xy = 0.0;
    bool differs = false;
    for (size_t i = 0; i < n; i++) {
        double dx = messages[i] - x_mean;
        xx += dx * dx;
        xy += dx * (y[i] - y_mean);
        /* Equal x can differ from their rounded mean: only unequal ones make a line. */
        differs = differs || messages[i] > messages[0] || messages[i] < messages[0];
    }
    if (!differs) {
        return;
    }
    out->has_data = true;
    out->per_message = xy / xx;
    if (n < 3) {
        return;
    }
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        double residual = (y[i] - y_mean) - out->per_message * (messages[i] - x_mean);
        squares += residual * residual;
    }
    double df = (double)(n - 2);
    double half = stats_t_two_sided(0.95, df) * sqrt(squares / df / xx);
    out->has_interval = true;
    out->low = out->per_message - half;
    out->high = out->per_message + half;
}

void slope_to_json(const struct slope *slope, cJSON *parent, const char *key)
{
    cJSON *node = json_add_object(parent, key);
    if (!slope->has_data) {
        json_add_text(node, "no_data", "a slope needs two different message counts");
        return;
    }
    json_add_number(node, "per_message", slope->per_message);
    if (slope->has_interval) {
        json_add_number(node, "low", slope->low);
        json_add_number(node, "high", slope->high);
    }
    json_add_number(node, "n", (double)slope->n);
}

enum err slope_from_json(const cJSON *node, const char *name, struct slope *out,
                         struct err_msg *msg)
{
    *out = (struct slope){ 0 };
    if (json_text(node, "no_data") != NULL) {
        return ERR_OK;
    }
    double n = json_number(node, "n", -1.0);
    double per_message = json_number(node, "per_message", (double)NAN);
    if (!isfinite(per_message) || !(n >= 2.0 && n <= 1e6)) {
        return err_set(msg, ERR_FORMAT,
                       "the slope \"%.60s\" needs a number \"per_message\" and an \"n\" of at "
                       "least 2, or \"no_data\"",
                       name);
    }
    double low = json_number(node, "low", (double)NAN);
    double high = json_number(node, "high", (double)NAN);
    out->has_data = true;
    out->n = (size_t)n;
    out->per_message = per_message;
    if (isfinite(low) && isfinite(high)) {
        out->has_interval = true;
        out->low = low;
        out->high = high;
    }
    return ERR_OK;
}

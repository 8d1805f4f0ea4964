#include "cdp/pair_clock.h"

#include "base/clock.h"

static double now_s(void)
{
    return (double)clock_now_ns() / (double)NS_PER_S;
}

enum err pair_clock_read(struct page *page, struct pair_clock *out, struct err_msg *msg)
{
    double shortest_s = 0;
    enum err err = ERR_OK;
    for (int i = 0; i < PAIR_CLOCK_EXCHANGES && err == ERR_OK; i++) {
        cJSON *value = NULL;
        double before_s = now_s();
        err = page_run(page, "cdp/js/pair_clock.js", NULL, &value, msg);
        double trip_s = now_s() - before_s;
        if (err == ERR_OK && !cJSON_IsNumber(value)) {
            err = err_set(msg, ERR_PROTOCOL, "the page's clock gave no number");
        }
        if (err == ERR_OK && (i == 0 || trip_s < shortest_s)) {
            shortest_s = trip_s;
            out->offset_s = before_s + trip_s / 2.0 - value->valuedouble / 1000.0;
            out->error_s = trip_s / 2.0;
        }
        cJSON_Delete(value);
    }
    return err;
}

double pair_clock_to_ours_s(const struct pair_clock *clock, double page_ms)
{
    return page_ms / 1000.0 + clock->offset_s;
}

double pair_clock_to_page_ms(const struct pair_clock *clock, double ours_s)
{
    return (ours_s - clock->offset_s) * 1000.0;
}

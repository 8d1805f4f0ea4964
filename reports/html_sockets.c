/* Socket.IO during a load: how connecting took its time, what the plateaus held, whether every
 * message reached every member. */
#include <math.h>

#include "reports/html_load.h"

static void add_counts(const char *words, const struct report_counts *counts, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    if (counts->count == 0) {
        return;
    }
    html_wrap(out, "<p>", words, ": ");
    for (size_t i = 0; i < counts->count; i++) {
        report_number(counts->item[i].count, text);
        html_wrap(out, i == 0 ? "<b>" : ", <b>", text, "</b> ");
        html_text(out, counts->item[i].name);
    }
    html_raw(out, ".</p>\n");
}

static void add_trends(const char *kind, size_t index, const char *caption,
                       const struct report_trend *trends, size_t count, struct strbuf *out)
{
    char id[48];
    (void)snprintf(id, sizeof id, "%s%zu", kind, index);
    html_table(out, id, "figures", caption);
    html_raw(out, "<thead><tr><th scope=\"col\">Time</th><th scope=\"col\" class=\"num\">n</th>");
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        html_wrap(out, "<th scope=\"col\" class=\"num\">", figure_heads[i], "</th>");
    }
    html_raw(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        html_wrap(out, "<tr><th scope=\"row\">", trends[i].metric, "</th>");
        html_number(out, trends[i].figures.n);
        for (size_t k = 0; k < FIGURE_COUNT; k++) {
            html_ms(out, &trends[i].figures, (enum figure)k);
        }
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_plateaus(const struct report_sockets *sockets, size_t index, struct strbuf *out)
{
    char id[48];
    char text[REPORT_MS_BYTES];
    (void)snprintf(id, sizeof id, "plateaus%zu", index);
    html_table(out, id, "figures", "Plateaus: so many connections, held for a while");
    html_raw(out,
             "<thead><tr><th scope=\"col\" class=\"num\">Wanted</th><th scope=\"col\" "
             "class=\"num\">Connected</th><th scope=\"col\" class=\"num\">By the server's count"
             "</th><th scope=\"col\" class=\"num\">Reached at</th><th scope=\"col\" "
             "class=\"num\">Held for</th><th scope=\"col\" class=\"num\">Dropped</th>"
             "<th scope=\"col\" class=\"num\">Connect p95</th><th scope=\"col\" class=\"num\">"
             "Our memory</th><th scope=\"col\" class=\"num\">Our CPU</th></tr></thead>\n<tbody>"
             "\n");
    for (size_t i = 0; i < sockets->plateau_count; i++) {
        const struct report_plateau *plateau = &sockets->plateau[i];
        const double times[] = { plateau->at_s * 1000.0, plateau->hold_s * 1000.0 };
        report_number(plateau->target, text);
        html_wrap(out, "<tr><th scope=\"row\" class=\"num\">", text, "</th>");
        html_number(out, plateau->connected);
        html_number(out, plateau->server_count);
        for (size_t k = 0; k < 2; k++) {
            report_ms(times[k], false, text);
            html_wrap(out, "<td class=\"num\">", text, "</td>");
        }
        html_number(out, plateau->dropped);
        report_ms(plateau->connect_p95_ms, false, text);
        html_wrap(out, "<td class=\"num\">", text, "</td>");
        html_bytes(out, plateau->rss_bytes);
        report_share(plateau->cpu_share, text);
        html_wrap(out, "<td class=\"num\">", text, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_fanout(const struct report_fanout *fanout, size_t index, struct strbuf *out)
{
    html_raw(out, "<h5>Fan-out: does every message reach everybody?</h5>\n"
                  "<dl class=\"facts narrow\">\n");
    html_fact_number(out, "Messages sent", fanout->messages);
    html_fact_number(out, "Deliveries owed", fanout->expected);
    html_fact_number(out, "Delivered", fanout->delivered);
    html_fact_number(out, "Lost", fanout->lost);
    html_fact_number(out, "Late", fanout->late);
    html_fact_number(out, "Delivered twice", fanout->duplicates);
    html_fact_number(out, "Out of order", fanout->order_violations);
    html_raw(out, "</dl>\n");
    add_trends("fanout", index, "From sending a message to its arrival at …", fanout->trend,
               fanout->trend_count, out);
}

void html_load_sockets(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    const struct report_sockets *sockets = &workload->sockets;
    if (!sockets->present) {
        return;
    }
    html_raw(out, "<h4>Socket.IO</h4>\n<dl class=\"facts narrow\">\n");
    html_fact_number(out, "Connections wanted", sockets->wanted);
    html_fact_number(out, "Connected", sockets->connected);
    html_fact_number(out, "Failed", sockets->failed);
    html_fact_number(out, "Dropped while held", sockets->dropped);
    html_fact_ms(out, "Cleaned up in", sockets->cleanup_ms);
    html_raw(out, "</dl>\n");
    add_counts("Why connections failed", &sockets->failures, out);
    add_counts("Why connections were dropped", &sockets->drops, out);
    add_trends("connect", index, "Connecting, whole and in its parts", sockets->part,
               sockets->part_count, out);
    if (sockets->plateau_count > 0) {
        add_plateaus(sockets, index, out);
    }
    if (sockets->fanout.present) {
        add_fanout(&sockets->fanout, index, out);
    }
}

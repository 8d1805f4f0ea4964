/* Result trees for the report's tests, as `tmscdp measure` writes them, small. */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include "base/json.h"
#include "metrics/metric.h"
#include "metrics/slope.h"
#include "reports/model.h"

static inline void fixture_value(cJSON *metrics, const char *name, double number)
{
    struct metric_value value;
    const double samples[] = { number, number, number * 1.01 };
    metric_summarise(metric_find(name), samples, 3, &value);
    metric_to_json(&value, metrics);
}

/* A stage whose list has so many elements; `text` stands in every text of it. */
static inline cJSON *fixture_stage(double messages, double elements, const char *text)
{
    struct metric_value none;
    cJSON *stage = json_new_object();
    json_add_number(stage, "messages", messages);
    json_add_number(stage, "loaded", messages);
    json_add_bool(stage, "reached", true);
    json_add_text(stage, "reason", text);
    json_push_text(json_add_array(stage, "how"), text);
    cJSON *metrics = json_add_object(stage, "metrics");
    fixture_value(metrics, "dom_elements", elements * 2.0);
    fixture_value(metrics, "dom_elements_list", elements);
    fixture_value(metrics, "js_heap", 5e6 + elements * 100.0);
    metric_no_data(metric_find("storm_fps"), text, &none);
    metric_to_json(&none, metrics);
    json_add_text(stage, "screenshot", "screenshots/a.png");
    cJSON *verdict = json_add_object(stage, "verdict");
    json_add_text(verdict, "verdict", "slows_down");
    cJSON *reason = json_push_object(json_add_array(verdict, "reasons"));
    json_add_text(reason, "verdict", "slows_down");
    json_add_text(reason, "text", text);
    return stage;
}

static inline cJSON *fixture_variant(const char *name, double per_message, const char *text)
{
    static const double counts[] = { 50, 150, 200 };
    double x[3];
    double y[3];
    cJSON *variant = json_new_object();
    json_add_text(variant, "name", name);
    json_add_text(variant, "url", text);
    cJSON *load = json_add_object(variant, "load");
    fixture_value(json_add_object(load, "metrics"), "lcp", 412.0);
    cJSON *element = json_add_object(load, "lcp_element");
    json_add_text(element, "tag", text);
    json_add_text(element, "text", text);
    json_add_number(element, "size", 18240);
    cJSON *stages = json_add_array(variant, "stages");
    for (size_t i = 0; i < 3; i++) {
        x[i] = counts[i];
        y[i] = 60.0 + per_message * counts[i];
        json_push_node(stages, fixture_stage(x[i], y[i], text));
    }
    struct slope slope;
    slope_fit(x, y, 3, &slope);
    slope_to_json(&slope, json_add_object(variant, "slopes"), "dom_elements_list");
    json_add_text(variant, "verdict", "slows_down");
    return variant;
}

static inline cJSON *fixture_head(const char *text)
{
    cJSON *root = json_new_object();
    json_add_text(root, "schema", "tmscdp.run");
    json_add_number(root, "schema_version", 1);
    cJSON *tool = json_add_object(root, "tool");
    json_add_text(tool, "name", "tmscdp");
    json_add_text(tool, "version", text);
    json_add_text(tool, "commit", text);
    json_add_text(root, "id", text);
    json_add_text(root, "command", "measure");
    json_add_text(root, "state", "complete");
    json_add_text(root, "started_at", text);
    json_add_number(root, "duration_s", 14.2);
    json_add_text(json_add_object(root, "options"), "profile", text);
    cJSON *host = json_add_object(root, "host");
    json_add_text(host, "cpu", text);
    json_add_text(host, text, text);
    cJSON *browser = json_add_object(root, "browser");
    json_add_text(browser, "product", text);
    json_push_text(json_add_array(browser, "flags"), text);
    return root;
}

/* A whole result of two variants: one renders every message, one does not. */
static inline cJSON *fixture_result(const char *text)
{
    cJSON *root = fixture_head(text);
    cJSON *measure = json_add_object(root, "measure");
    json_add_text(measure, "profile", text);
    json_add_text(measure, "conversation", text);
    cJSON *variants = json_add_array(measure, "variants");
    json_push_node(variants, fixture_variant("plain", 31.4, text));
    json_push_node(variants, fixture_variant("virtual", 0.0, text));
    json_add_text(measure, "verdict", "slows_down");
    return root;
}

/* Builds the model of one tree; the test fails when it cannot. */
static inline struct report fixture_report(cJSON *root)
{
    static const char *const path = "runs/a";
    struct report report;
    struct err_msg msg = { "" };
    if (report_build(&path, &root, 1, &report, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return report;
}

#endif

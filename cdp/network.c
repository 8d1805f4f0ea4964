#include "cdp/network.h"

const struct network_profile network_profiles[] = {
    { "slow-4g", "Lighthouse, its default for mobile", 150.0, 1638.4, 750.0 },
    { "3g", "Lighthouse, regular 3G", 300.0, 700.0, 700.0 },
    { "fast-3g", "WebPageTest, 3GFast", 150.0, 1600.0, 768.0 },
    { "slow-3g", "WebPageTest, 3GSlow", 400.0, 400.0, 400.0 },
    { "4g", "WebPageTest, 4G", 170.0, 9000.0, 9000.0 },
    { "cable", "WebPageTest, Cable", 28.0, 5000.0, 1000.0 },
    { NULL, NULL, 0.0, 0.0, 0.0 },
};

const struct network_profile *network_find(const char *name)
{
    for (const struct network_profile *at = network_profiles; at->name != NULL; at++) {
        if (strcmp(at->name, name) == 0) {
            return at;
        }
    }
    return NULL;
}

static double bytes_per_s(double kbit_s)
{
    return kbit_s * NETWORK_RATE_FACTOR * 1000.0 / 8.0;
}

cJSON *network_conditions(const struct network_profile *profile)
{
    cJSON *params = json_new_object();
    json_add_bool(params, "offline", false);
    json_add_number(params, "latency", profile->round_trip_ms * NETWORK_LATENCY_FACTOR);
    json_add_number(params, "downloadThroughput", bytes_per_s(profile->down_kbit_s));
    json_add_number(params, "uploadThroughput", bytes_per_s(profile->up_kbit_s));
    return params;
}

void network_to_json(const struct network_profile *profile, cJSON *parent, const char *key)
{
    if (profile == NULL) {
        json_add_node(parent, key, cJSON_CreateNull());
        return;
    }
    cJSON *node = json_add_object(parent, key);
    json_add_text(node, "name", profile->name);
    json_add_text(node, "source", profile->source);
    json_add_number(node, "round_trip_ms", profile->round_trip_ms);
    json_add_number(node, "down_kbit_s", profile->down_kbit_s);
    json_add_number(node, "up_kbit_s", profile->up_kbit_s);
}

/* Slower networks, as DevTools and Lighthouse emulate them: request by request inside the browser,
 * not packet by packet. Each profile has the name and the line of its source; what the browser is
 * told is the line's round trip times NETWORK_LATENCY_FACTOR and its rates times
 * NETWORK_RATE_FACTOR, the factors by which Lighthouse makes request throttling come out like a
 * real line (its "DEVTOOLS_RTT_ADJUSTMENT_FACTOR" and "DEVTOOLS_THROUGHPUT_ADJUSTMENT_FACTOR"). */
#ifndef CDP_NETWORK_H
#define CDP_NETWORK_H

#include <stddef.h>

#include "base/json.h"

#define NETWORK_LATENCY_FACTOR 3.75
#define NETWORK_RATE_FACTOR    0.9

struct network_profile {
    const char *name;
    const char *source; /* whose profile it is */
    double round_trip_ms;
    double down_kbit_s;
    double up_kbit_s;
};

/* Ends with a NULL name. */
extern const struct network_profile network_profiles[];

/* NULL when there is no such profile. */
const struct network_profile *network_find(const char *name);

/* The parameters of Network.emulateNetworkConditions; the caller's. */
cJSON *network_conditions(const struct network_profile *profile);

/* {"name","source","round_trip_ms","down_kbit_s","up_kbit_s"} under `key`; null for NULL. */
void network_to_json(const struct network_profile *profile, cJSON *parent, const char *key);

#endif

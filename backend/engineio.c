#include "backend/engineio.h"

#include "base/json.h"

bool engineio_parse(const char *frame, size_t bytes, struct engineio_packet *out)
{
    if (bytes == 0 || frame[0] < '0' || frame[0] >= '0' + ENGINEIO_TYPE_COUNT) {
        return false;
    }
    *out = (struct engineio_packet){ .type = (enum engineio_type)(frame[0] - '0'),
                                     .data = frame + 1,
                                     .bytes = bytes - 1 };
    return true;
}

static bool is_time(double ms)
{
    return ms >= 1 && ms <= ENGINEIO_MS_MAX;
}

bool engineio_parse_open(const char *data, size_t bytes, struct engineio_open *out)
{
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    if (json_parse(data, bytes, "open packet", &root, &msg) != ERR_OK) {
        return false;
    }
    double interval = json_number(root, "pingInterval", 0);
    double timeout = json_number(root, "pingTimeout", 0);
    double payload = json_number(root, "maxPayload", 0);
    bool valid = json_text(root, "sid") != NULL && is_time(interval) && is_time(timeout);
    if (valid) {
        *out = (struct engineio_open){
            .ping_interval_ms = (uint32_t)interval,
            .ping_timeout_ms = (uint32_t)timeout,
            .max_payload = payload > 0 && payload < 1e15 ? (uint64_t)payload : 0,
        };
    }
    cJSON_Delete(root);
    return valid;
}

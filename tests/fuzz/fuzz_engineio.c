/* Any bytes as a frame of an Engine.IO server: a packet whose data lies within the frame, or none.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "backend/engineio.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *frame = (const char *)data;
    struct engineio_packet packet;
    struct engineio_open open;
    if (!engineio_parse(frame, size, &packet)) {
        return 0;
    }
    if (packet.data != frame + 1 || packet.bytes != size - 1) {
        abort();
    }
    if (engineio_parse_open(packet.data, packet.bytes, &open) &&
        (open.ping_interval_ms == 0 || open.ping_timeout_ms == 0 ||
         open.ping_interval_ms > ENGINEIO_MS_MAX || open.ping_timeout_ms > ENGINEIO_MS_MAX)) {
        abort();
    }
    return 0;
}

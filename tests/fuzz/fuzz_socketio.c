/* Any bytes as a Socket.IO packet: one whose parts lie within the text, with a name where it is an
 * event, rooms and a mark in it or not; or none. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "backend/fanout.h"
#include "backend/socket_rooms.h"
#include "backend/socketio.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(const struct socketio_text *part, const char *text, size_t size)
{
    if (part->text < text || part->bytes > size || part->text + part->bytes > text + size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct socketio_packet packet;
    struct socketio_text name;
    struct socket_rooms *rooms = NULL;
    uint64_t serial = 0;
    if (!socketio_parse(text, size, &packet)) {
        return 0;
    }
    check_within(&packet.data, text, size);
    if (packet.attachments > SOCKETIO_ATTACHMENTS_MAX) {
        abort();
    }
    if (socketio_event_name(&packet, &name)) {
        check_within(&name, packet.data.text, packet.data.bytes);
    }
    socket_rooms_join(&rooms, &packet.data);
    socket_rooms_join(&rooms, &packet.data);
    socket_rooms_leave(rooms, &packet.data);
    socket_rooms_free(rooms);
    (void)fanout_find_mark(packet.data.text, packet.data.bytes, "00c0ffee", &serial);
    return 0;
}

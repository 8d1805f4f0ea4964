#include "backend/socket_rooms.h"

#include <string.h>

#include "base/mem.h"

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

struct socket_rooms {
    size_t count;
    uint64_t hash[];
};

uint64_t socket_rooms_hash(const char *name, size_t bytes)
{
    uint64_t hash = FNV_BASIS;
    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ (unsigned char)name[i]) * FNV_PRIME;
    }
    return hash;
}

static size_t count_strings(const struct socketio_text *json)
{
    struct socketio_text string;
    size_t at = 0;
    size_t count = 0;
    while (socketio_next_string(json, &at, &string)) {
        count++;
    }
    return count;
}

void socket_rooms_join(struct socket_rooms **rooms, const struct socketio_text *json)
{
    struct socketio_text string;
    size_t at = 0;
    size_t old = *rooms != NULL ? (*rooms)->count : 0;
    struct socket_rooms *grown =
        mem_resize(*rooms, 1, sizeof *grown + (old + count_strings(json)) * sizeof grown->hash[0]);
    grown->count = old;
    while (socketio_next_string(json, &at, &string)) {
        uint64_t hash = socket_rooms_hash(string.text, string.bytes);
        if (!socket_rooms_has(grown, hash)) {
            grown->hash[grown->count++] = hash;
        }
    }
    *rooms = grown;
}

void socket_rooms_leave(struct socket_rooms *rooms, const struct socketio_text *json)
{
    struct socketio_text string;
    size_t at = 0;
    while (rooms != NULL && socketio_next_string(json, &at, &string)) {
        uint64_t hash = socket_rooms_hash(string.text, string.bytes);
        for (size_t i = 0; i < rooms->count; i++) {
            if (rooms->hash[i] == hash) {
                rooms->hash[i] = rooms->hash[--rooms->count];
            }
        }
    }
}

bool socket_rooms_has(const struct socket_rooms *rooms, uint64_t hash)
{
    for (size_t i = 0; rooms != NULL && i < rooms->count; i++) {
        if (rooms->hash[i] == hash) {
            return true;
        }
    }
    return false;
}

void socket_rooms_free(struct socket_rooms *rooms)
{
    free(rooms);
}

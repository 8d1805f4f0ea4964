#include "backend/socket_rooms.h"

#include "tests/unit/test.h"

static struct socketio_text json(const char *text)
{
    return (struct socketio_text){ text, strlen(text) };
}

static bool has(const struct socket_rooms *rooms, const char *name)
{
    return socket_rooms_has(rooms, socket_rooms_hash(name, strlen(name)));
}

static void every_string_of_the_event_is_a_room(void **state)
{
    const struct socketio_text event =
        json("[\"rooms_joined\",{\"conversation_ids\":[\"a\",\"b\",\"a\"]}]");
    struct socket_rooms *rooms = NULL;
    (void)state;
    assert_false(has(rooms, "a"));
    socket_rooms_join(&rooms, &event);
    assert_true(has(rooms, "a") && has(rooms, "b"));
    assert_false(has(rooms, "c") || has(rooms, ""));
    socket_rooms_free(rooms);
}

static void rooms_come_and_go(void **state)
{
    const struct socketio_text first = json("[\"j\",{\"ids\":[\"a\"]}]");
    const struct socketio_text second = json("[\"j\",{\"ids\":[\"b\",\"c\"]}]");
    const struct socketio_text leave = json("{\"conversation_id\":\"a\"}");
    struct socket_rooms *rooms = NULL;
    (void)state;
    socket_rooms_leave(rooms, &leave); /* of none */
    socket_rooms_join(&rooms, &first);
    socket_rooms_join(&rooms, &second);
    socket_rooms_leave(rooms, &leave);
    socket_rooms_leave(rooms, &leave);
    assert_false(has(rooms, "a"));
    assert_true(has(rooms, "b") && has(rooms, "c"));
    socket_rooms_join(&rooms, &first);
    assert_true(has(rooms, "a"));
    socket_rooms_free(rooms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_string_of_the_event_is_a_room),
        cmocka_unit_test(rooms_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

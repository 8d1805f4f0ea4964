#include "seed/shape.h"

#include <inttypes.h>

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The poll is always there; images and files share what follows it. */
static uint32_t media(const struct shape *shape)
{
    return smaller(shape->messages - 1, 2 * SHAPE_MEDIA_MAX);
}

struct shape_part shape_texts(const struct shape *shape)
{
    return (struct shape_part){ .first = 2, .count = shape->messages - 1 - media(shape) };
}

struct shape_part shape_images(const struct shape *shape)
{
    return (struct shape_part){ .first = 2 + shape_texts(shape).count, .count = media(shape) / 2 };
}

struct shape_part shape_files(const struct shape *shape)
{
    struct shape_part images = shape_images(shape);
    return (struct shape_part){ .first = images.first + images.count,
                                .count = media(shape) - images.count };
}

struct shape_part shape_encrypted(const struct shape *shape)
{
    return (struct shape_part){ .first = shape->messages + 1, .count = shape->encrypted };
}

uint32_t shape_group_messages(const struct shape *shape)
{
    return shape->messages + shape->encrypted;
}

uint32_t shape_extra_members(const struct shape *shape)
{
    return smaller(shape->users, SHAPE_EXTRA_MEMBERS);
}

static enum err check_range(const char *option, uint32_t value, uint32_t low, uint32_t high,
                            struct err_msg *msg)
{
    if (value >= low && value <= high) {
        return ERR_OK;
    }
    return err_set(msg, ERR_USAGE, "--%s %" PRIu32 " is out of range: %" PRIu32 " to %" PRIu32,
                   option, value, low, high);
}

enum err shape_check(const struct shape *shape, struct err_msg *msg)
{
    enum err code = check_range("users", shape->users, 1, SHAPE_USERS_MAX, msg);
    if (code == ERR_OK) {
        code = check_range("group-members", shape->group_members, 1, shape->users, msg);
    }
    if (code == ERR_OK) {
        code = check_range("messages", shape->messages, 1, SHAPE_MESSAGES_MAX, msg);
    }
    if (code == ERR_OK) {
        code = check_range("encrypted", shape->encrypted, 0, SHAPE_MESSAGES_MAX, msg);
    }
    if (code == ERR_OK) {
        code = check_range("reactions", shape->reactions, 0, shape->group_members, msg);
    }
    return code;
}

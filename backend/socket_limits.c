#include "backend/socket_limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/limits.h"

#define RANGE_FILE   "/proc/sys/net/ipv4/ip_local_port_range"
#define FIRST_PORT   32768 /* Linux's own range, where it cannot be read */
#define LAST_PORT    60999
#define PORTS_SHARE  2 /* half of the ports: those closed lately stay taken for a minute */
#define SOURCES_MOST UINT64_C(200)

/* Two numbers: the first port and the last. */
static uint64_t read_ports(void)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg = { "" };
    unsigned long first = 0;
    unsigned long last = 0;
    char *rest = NULL;
    if (file_read(RANGE_FILE, KIB, &text, &msg) == ERR_OK) {
        first = strtoul(strbuf_text(&text), &rest, 10);
        last = strtoul(rest, NULL, 10);
    }
    strbuf_release(&text);
    return first > 0 && last >= first ? last - first + 1 : LAST_PORT - FIRST_PORT + 1;
}

void socket_limits_read(struct socket_room *out)
{
    struct rlimit limit;
    *out = (struct socket_room){ .ports = read_ports() };
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = { limit.rlim_max, limit.rlim_max };
        limit.rlim_cur = setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max : limit.rlim_cur;
    }
    out->descriptors = limit.rlim_cur;
}

enum err socket_limits_check(const struct socket_room *room, uint64_t connections, uint64_t others,
                             bool on_loopback, bool *spread, struct err_msg *msg)
{
    uint64_t needed = connections + others + SOCKET_LIMITS_OTHERS;
    *spread = connections > room->ports / PORTS_SHARE;
    if (needed > room->descriptors) {
        return err_set(msg, ERR_USAGE,
                       "%" PRIu64 " connections need %" PRIu64 " descriptors, and this process may "
                       "have %" PRIu64 ": raise the hard limit (`ulimit -Hn %" PRIu64
                       "` as root), or ask for %" PRIu64 " connections at most (--vus)",
                       connections, needed, room->descriptors, needed,
                       room->descriptors > others + SOCKET_LIMITS_OTHERS
                           ? room->descriptors - others - SOCKET_LIMITS_OTHERS
                           : 0);
    }
    if (*spread && !on_loopback) {
        return err_set(msg, ERR_USAGE,
                       "%" PRIu64 " connections to one server need as many ports, and half of the "
                       "kernel's range are %" PRIu64 " (%s): widen it, or ask for fewer",
                       connections, room->ports / PORTS_SHARE, RANGE_FILE);
    }
    if (connections > room->ports / PORTS_SHARE * SOURCES_MOST) {
        return err_set(msg, ERR_USAGE,
                       "%" PRIu64 " connections are more than the ports of %" PRIu64
                       " source addresses: widen %s",
                       connections, SOURCES_MOST, RANGE_FILE);
    }
    return ERR_OK;
}

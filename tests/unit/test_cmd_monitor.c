/* What `tmscdp monitor` ends with. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command.h"

/* It lets connections in and says nothing: not refused, but never seen either. */
static void a_database_that_never_answers_is_no_success(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    char name[] = "monitor";
    char duration[] = "--duration=100ms";
    char *url = mem_format("--database-url=postgresql://x@127.0.0.1:%u/x?sslmode=disable&"
                           "gssencmode=disable",
                           (unsigned)ntohs(address.sin_port));
    char *argv[] = { name, duration, url, NULL };
    assert_int_equal(cmd_monitor.run(3, argv), EXIT_DRIVE);
    free(url);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_that_never_answers_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

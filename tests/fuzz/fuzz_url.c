/* Any text as a URL: refused with a sentence, or taken apart so that its origin is a URL again with
 * the same host and port, and is loopback only when it looks like it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct url *url)
{
    struct url again;
    struct err_msg msg;
    char *origin = url_origin(url);
    if (url->path[0] != '/' || url->port < 1 || url->port > 65535 ||
        url_parse(origin, "origin", &again, &msg) != ERR_OK || strcmp(again.host, url->host) != 0 ||
        again.port != url->port || strcmp(again.scheme, url->scheme) != 0) {
        abort();
    }
    bool looks = strncmp(url->host, "127.", 4) == 0 || strcmp(url->host, "::1") == 0 ||
                 strstr(url->host, "localhost") != NULL;
    bool allowed = url_allow(url, NULL, &msg) == ERR_OK;
    if ((allowed && !looks) || allowed != url_is_loopback(url)) {
        abort();
    }
    free(origin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url url;
    struct err_msg msg = { "" };
    char *text = mem_dup_bytes(data, size);
    if (url_parse(text, "--client-url", &url, &msg) == ERR_OK) {
        check(&url);
    } else if (msg.text[0] == '\0') {
        abort();
    }
    free(text);
    return 0;
}

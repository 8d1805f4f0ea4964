/* Asks the server how many Socket.IO connections it holds, one question at a time. */
#ifndef BACKEND_SOCKET_COUNT_H
#define BACKEND_SOCKET_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/http.h"
#include "backend/workload.h"
#include "base/err.h"

struct socket_count;

/* `count` is negative when the answer was none; `why` says so then. Borrowed for the call. */
typedef void socket_count_told(void *arg, int64_t count, const char *why);

/* NULL when the API's description knows no such question. */
struct socket_count *socket_count_new(struct http_client *http, const struct api *api,
                                      const char *base);
void socket_count_free(struct socket_count *count);

/* `told` is called from the loop. A question that is still open is dropped for this one. */
void socket_count_ask(struct socket_count *count, socket_count_told *told, void *arg);

/* The same at once, waiting outside the loop. ERR_NO_DATA or ERR_UNREACHABLE. */
MUST_CHECK enum err socket_count_now(const struct socket_count *count, int64_t *out,
                                     struct err_msg *msg);

#endif

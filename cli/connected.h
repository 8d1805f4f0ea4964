/* What the sockets of a load went through, in a few lines for a terminal. */
#ifndef CLI_CONNECTED_H
#define CLI_CONNECTED_H

#include "base/json.h"
#include "base/strbuf.h"

/* `sockets` is that section of a workload's result; NULL writes nothing. */
void connected_write(const cJSON *sockets, struct strbuf *out);

#endif

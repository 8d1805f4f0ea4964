/* What the watcher saw of the database, in a few lines of `stress`'s summary. */
#ifndef CLI_WATCHED_H
#define CLI_WATCHED_H

#include "base/json.h"
#include "base/strbuf.h"

/* Appends the section "database" of a workload as text; nothing when there is none. */
void watched_write(const cJSON *database, struct strbuf *out);

#endif

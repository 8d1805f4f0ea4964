/* `tmscdp monitor --once`: the diagnostics, each asked once. */
#ifndef CLI_MONITOR_ONCE_H
#define CLI_MONITOR_ONCE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "base/options.h"
#include "base/strbuf.h"

/* The list of diagnostics, a line each. */
void monitor_once_list(struct strbuf *out);

/* Asks those named, or all when none is. `*out`: {"diagnostics":[…]} (backend/checkup.h), the
 * caller's. ERR_USAGE for an unknown name; ERR_UNREACHABLE. */
MUST_CHECK enum err monitor_once_ask(const char *conninfo, const struct option_list *names,
                                     cJSON **out, struct err_msg *msg);

/* As tables. Wide cells are cut to fit `columns`. */
void monitor_once_print(const cJSON *answers, unsigned columns, struct strbuf *out);

/* Whether any of them could be answered. */
bool monitor_once_answered(const cJSON *answers);

#endif

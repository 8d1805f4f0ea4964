/* For tests of the load side: a workload from text. */
#ifndef TESTS_UNIT_WORKLOADS_H
#define TESTS_UNIT_WORKLOADS_H

#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/workload.h"
#include "base/file.h"

static inline struct workload *workload_of(const char *json)
{
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    if (workload_from_text("w.json", json, strlen(json), &workload, &mistakes, &msg) != ERR_OK) {
        print_error("%s: %s\n", msg.text, strbuf_text(&mistakes));
        abort(); /* unlike fail_msg, known not to return */
    }
    strbuf_release(&mistakes);
    return workload;
}

#endif

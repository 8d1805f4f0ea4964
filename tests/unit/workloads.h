/* For tests of the load side: a workload from text. */
#ifndef TESTS_UNIT_WORKLOADS_H
#define TESTS_UNIT_WORKLOADS_H

#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/workload.h"
#include "base/file.h"

/* Loads `json` as a file would be; NULL after a failure, with `mistakes` and `msg` filled. */
static inline struct workload *workload_try(const char *json, struct strbuf *mistakes,
                                            struct err_msg *msg)
{
    struct workload *workload = NULL;
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &dir, msg), ERR_OK);
    char *path = file_join(dir, "w.json");
    assert_int_equal(file_write(path, json, strlen(json), 0600, msg), ERR_OK);
    enum err err = workload_load(path, &workload, mistakes, msg);
    struct err_msg other;
    assert_int_equal(file_remove_tree(dir, &other), ERR_OK);
    free(path);
    free(dir);
    return err == ERR_OK ? workload : NULL;
}

static inline struct workload *workload_of(const char *json)
{
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct workload *workload = workload_try(json, &mistakes, &msg);
    if (workload == NULL) {
        print_error("%s: %s\n", msg.text, strbuf_text(&mistakes));
        abort(); /* unlike fail_msg, known not to return */
    }
    strbuf_release(&mistakes);
    return workload;
}

#endif

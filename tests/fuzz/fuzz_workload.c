/* Any bytes as a workload: refused with a sentence and a line for each mistake, or a workload whose
 * load over time and outline can be told. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/outline.h"
#include "backend/workload.h"
#include "base/mem.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct strbuf outline = STRBUF_INIT;
    struct err_msg msg = { "" };
    char *text = mem_new(size);
    if (size > 0) {
        memcpy(text, data, size);
    }
    if (workload_from_text("fuzz.json", text, size, &workload, &mistakes, &msg) == ERR_OK) {
        outline_write(workload, &outline);
        workload_free(workload);
    } else if (msg.text[0] == '\0') {
        abort();
    }
    strbuf_release(&mistakes);
    strbuf_release(&outline);
    free(text);
    return 0;
}

/* Any bytes as a raw file over time: refused with a sentence, or cells that add up. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "reports/timeline.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct timeline timeline;
    struct err_msg msg = { "" };
    if (timeline_parse((const char *)data, size, "seconds", "input", &timeline, &msg) != ERR_OK) {
        if (msg.text[0] == '\0' || timeline.value != NULL) {
            abort();
        }
        return 0;
    }
    if (timeline.cell_count > TIMELINE_CELLS ||
        timeline.cell_count * timeline.rows_per_cell < timeline.rows) {
        abort();
    }
    for (size_t i = 0; i < timeline.cell_count; i++) {
        for (size_t k = 0; k < timeline.column_count; k++) {
            if (timeline_at(&timeline, i, k, TIMELINE_MIN) >
                timeline_at(&timeline, i, k, TIMELINE_MAX)) {
                abort();
            }
        }
    }
    timeline_release(&timeline);
    return 0;
}

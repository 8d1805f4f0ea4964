/* Any JSON as a result or a baseline, compared with itself and with nothing: refused with a
 * sentence, or judged and printed in every format. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "reports/compare_view.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool fill(struct compare_side *side, const cJSON *root)
{
    struct err_msg msg = { "" };
    compare_side_init(side);
    enum err err = json_text(root, "command") != NULL
                       ? compare_side_add_run(side, root, "input", NULL, &msg)
                       : compare_side_from_baseline(side, root, "input", &msg);
    if (err != ERR_OK && msg.text[0] == '\0') {
        abort();
    }
    compare_side_add_slopes(side);
    return err == ERR_OK;
}

static void print_all(struct compare_view *view)
{
    struct strbuf out = STRBUF_INIT;
    compare_view_conclude(view);
    compare_text_write(view, &out);
    strbuf_clear(&out);
    compare_markdown_write(view, &out);
    compare_junit_write(view, &out);
    compare_annotations_write(view, &out);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.data[i];
        if ((c < ' ' && c != '\n') || c == 0x7f) {
            abort();
        }
    }
    strbuf_release(&out);
}

static void compare(const struct compare_side *base, const struct compare_side *head, bool same)
{
    const struct compare_rules rules = { .seed = 1 };
    struct comparison comparison;
    struct err_msg msg = { "" };
    if (compare_sides(base, head, &rules, &comparison, &msg) != ERR_OK) {
        if (msg.text[0] == '\0') {
            abort();
        }
        return;
    }
    /* Nothing is worse or better than itself. */
    if (same && comparison.states[COMPARE_WORSE] + comparison.states[COMPARE_BETTER] > 0) {
        abort();
    }
    struct compare_view view = { .comparison = &comparison,
                                 .list = &comparison.head_list,
                                 .base = "base",
                                 .head = "head",
                                 .all = true };
    print_all(&view);
    cJSON_Delete(comparison_to_json(&comparison));
    comparison_release(&comparison);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *root = NULL;
    struct err_msg msg = { "" };
    struct compare_side side;
    struct compare_side nothing;
    if (json_parse((const char *)data, size, "input", &root, &msg) != ERR_OK) {
        return 0;
    }
    if (json_text(root, "command") == NULL || json_text(root, "id") != NULL) {
        compare_side_init(&nothing);
        if (fill(&side, root)) {
            compare(&side, &side, true);
            compare(&side, &nothing, false);
            cJSON_Delete(compare_side_to_baseline(&side));
        }
        compare_side_release(&side);
        compare_side_release(&nothing);
    }
    cJSON_Delete(root);
    return 0;
}

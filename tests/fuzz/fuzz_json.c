/* Any bytes as JSON: refused with a sentence, or a tree whose text, plain and indented, reads back
 * and is written the same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_round(const cJSON *root, bool indented)
{
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    struct err_msg msg;
    cJSON *back = NULL;
    json_write(root, indented, &first);
    if (json_parse(first.data, first.len, "again", &back, &msg) != ERR_OK) {
        abort();
    }
    json_write(back, indented, &second);
    if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0) {
        abort();
    }
    cJSON_Delete(back);
    strbuf_release(&first);
    strbuf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *root = NULL;
    struct err_msg msg = { "" };
    /* A copy without a NUL behind it, so that reading on is noticed. */
    char *text = mem_new(size);
    if (size > 0) {
        memcpy(text, data, size);
    }
    if (json_parse(text, size, "input", &root, &msg) == ERR_OK) {
        (void)json_number(root, "a.b", 0.0);
        go_round(root, false);
        go_round(root, true);
        cJSON_Delete(root);
    } else if (msg.text[0] == '\0') {
        abort();
    }
    free(text);
    return 0;
}

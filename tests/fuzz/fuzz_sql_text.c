/* Any bytes as a statement: what comes out holds no digit that stood alone and no quoted text, is
 * not longer than it may be, and cleaning it again changes nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/sql_text.h"
#include "base/mem.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf clean = STRBUF_INIT;
    struct strbuf again = STRBUF_INIT;
    char *text = mem_dup_bytes(data, size);
    sql_text_add(text, &clean);
    if (clean.len > strlen(text) + strlen(" … ") || clean.len > SQL_TEXT_BYTES + strlen(" … ")) {
        abort();
    }
    /* Outside of quoted names, that is: one may hold an apostrophe. */
    if (strchr(text, '"') == NULL && strchr(strbuf_text(&clean), '\'') != NULL) {
        abort();
    }
    sql_text_add(strbuf_text(&clean), &again);
    if (clean.len < SQL_TEXT_BYTES && strchr(text, '"') == NULL && strchr(text, '$') == NULL &&
        strcmp(strbuf_text(&clean), strbuf_text(&again)) != 0) {
        abort();
    }
    free(sql_text_relation(text));
    free(sql_text_bare_name(text));
    free(text);
    strbuf_release(&clean);
    strbuf_release(&again);
    return 0;
}

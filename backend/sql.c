#include "backend/sql.h"

#include <assert.h>

#include "base/embedded.h"
#include "base/mem.h"

static const char *find_value(const struct sql_value *values, const char *name, size_t length)
{
    for (; values != NULL && values->name != NULL; values++) {
        if (strlen(values->name) == length && strncmp(values->name, name, length) == 0) {
            return values->text;
        }
    }
    return NULL;
}

void sql_add(const char *name, const struct sql_value *values, struct strbuf *out)
{
    char *path = mem_format("backend/sql/%s.sql", name);
    const struct embedded *file = embedded_find(path);
    assert(file != NULL);
    free(path);
    const char *text = file->text;
    for (const char *place; (place = strstr(text, "{{")) != NULL;) {
        const char *end = strstr(place, "}}");
        assert(end != NULL);
        const char *value = find_value(values, place + 2, (size_t)(end - place) - 2);
        assert(value != NULL);
        strbuf_add(out, text, (size_t)(place - text));
        strbuf_add_str(out, value);
        text = end + 2;
    }
    strbuf_add_str(out, text);
}

/* The reader of statements: any text gives a shape within its ceilings, and the same one behind
 * blanks and comments. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/sql_shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT: libFuzzer's name */

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static bool is_same(const struct sql_shape *a, const struct sql_shape *b)
{
    bool same = a->verb == b->verb && strcmp(a->table, b->table) == 0 && a->tables == b->tables &&
                a->where_count == b->where_count && a->limited == b->limited &&
                a->aggregated == b->aggregated && a->locks_rows == b->locks_rows &&
                a->cut == b->cut;
    for (size_t i = 0; i < a->where_count && same; i++) {
        same = strcmp(a->where[i], b->where[i]) == 0;
    }
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sql_shape shape;
    struct sql_shape again;
    char *text = mem_dup_bytes(data, size);
    char *behind = mem_format(" /* SELECT */ -- FROM x\n\t%s", text);
    sql_shape_read(text, &shape);
    sql_shape_read(behind, &again);
    require(is_same(&shape, &again));
    require(shape.where_count <= SQL_COLUMNS_MAX);
    require(memchr(shape.table, '\0', sizeof shape.table) != NULL);
    for (size_t i = 0; i < shape.where_count; i++) {
        require(memchr(shape.where[i], '\0', sizeof shape.where[i]) != NULL);
        require(sql_shape_has(&shape, shape.where[i]));
    }
    require(!sql_shape_reads_by(&shape, "messages", "id") || shape.verb == SQL_SELECT);
    free(behind);
    free(text);
    return 0;
}

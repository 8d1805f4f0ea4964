/* The questions to the chat's database: files in backend/sql/, carried in the program. Every one
 * holds SQL_MARK, so that statement statistics can tell them from the chat's own statements. */
#ifndef BACKEND_SQL_H
#define BACKEND_SQL_H

#include "base/strbuf.h"

#define SQL_MARK "/* tmscdp */"

/* What stands for "{{name}}" in a file; the texts are SQL already. */
struct sql_value {
    const char *name;
    const char *text;
};

/* Appends the file "backend/sql/<name>.sql", its places filled. `values` ends with a NULL name, or
 * is NULL. A file or a value that is not there is our own mistake. */
void sql_add(const char *name, const struct sql_value *values, struct strbuf *out);

#endif

/* The text of an SQL statement as others may read it: without the values in it. Pure. */
#ifndef BACKEND_SQL_TEXT_H
#define BACKEND_SQL_TEXT_H

#include "base/strbuf.h"

/* Longer ones lose their middle: what they begin with and how they end tells most. */
#define SQL_TEXT_BYTES ((size_t)4000)

/* Appends the statement with texts and numbers as "?", comments gone and blanks single; $1 stays.
 * What is no SQL comes out in some form, never longer than it was by more than the mark "…" of what
 * was left out. */
void sql_text_add(const char *statement, struct strbuf *out);

/* The table that a statement reads or writes first, without its schema, as a new text; NULL when
 * there is none to be seen. */
char *sql_text_relation(const char *statement);

/* "public.\"Polls\"" → Polls: the last part of a name as the server writes it, a new text. */
char *sql_text_bare_name(const char *name);

#endif

/* Text of the measured page, of its host or of a result file is data, whatever it holds. This turns
 * it into text that can stand anywhere: valid UTF-8, no character that is invisible or moves its
 * neighbours, of limited length. Every text of a report passes here once, when the model is read;
 * each output then only escapes what its own format needs. */
#ifndef REPORTS_CLEAN_H
#define REPORTS_CLEAN_H

#include <stddef.h>

#include "base/strbuf.h"

/* `text` (NULL reads as empty) in new memory, at most `max_chars` characters and "…" when cut.
 * Invalid UTF-8 becomes U+FFFD; line ends, tabs and runs of blanks one blank; control characters,
 * bidi marks and overrides, zero-width and other invisible characters are named: "[U+202E]". The
 * joiners and variation selectors that emoji need stay. */
char *clean_text(const char *text, size_t max_chars);

/* Appends `text` with & < > " ' escaped, fit for HTML text and quoted attributes. */
void clean_add_html(struct strbuf *out, const char *text);

/* Appends a relative path as a URL path: everything but letters, digits, "/" and "-._~" as %XX. */
void clean_add_url_path(struct strbuf *out, const char *path);

/* Appends `text` as one word for a POSIX shell, in single quotes where it needs them. */
void clean_add_shell_word(struct strbuf *out, const char *text);

#endif

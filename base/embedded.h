/* Files carried inside the program: profiles, page scripts, the report's style sheet. The tables
 * are generated at build time by scripts/embed and scripts/version. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *path; /* from the repository's root: "cdp/profiles/tms.json" */
    const char *text; /* NUL-ended */
    size_t bytes;     /* without that NUL */
};

/* Ends with a NULL path. */
extern const struct embedded embedded_files[];

/* The file of that path, or NULL. */
const struct embedded *embedded_find(const char *path);

extern const char version_text[];   /* "0.1.0" */
extern const char version_commit[]; /* "1a2b3c4d5e6f", "…-changed" when the tree was, "unknown" */

#endif

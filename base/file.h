/* Files: read whole under a ceiling, written so that a reader sees the old or the new content and
 * never half of one. Every error's sentence names the path. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/strbuf.h"

/* Appends the whole file to `out`. Over `max_bytes`: ERR_LIMIT. Missing or unreadable: ERR_IO. */
MUST_CHECK enum err file_read(const char *path, size_t max_bytes, struct strbuf *out,
                              struct err_msg *msg);

/* The same for a gzip file; the ceiling holds for the uncompressed bytes. */
MUST_CHECK enum err file_read_gz(const char *path, size_t max_bytes, struct strbuf *out,
                                 struct err_msg *msg);

/* The same in pieces, for what need not be in memory as a whole. `on_piece` gets each one in its
 * order, borrowed; pieces before an error stand. */
MUST_CHECK enum err file_read_gz_pieces(const char *path, size_t max_bytes,
                                        void (*on_piece)(void *arg, const char *bytes,
                                                         size_t count),
                                        void *arg, struct err_msg *msg);

/* Writes into a temporary file beside `path`, syncs it, renames it over `path`. On failure the old
 * content is untouched and the temporary is removed. `mode` as for open(2), umask applied. */
MUST_CHECK enum err file_write(const char *path, const void *bytes, size_t count, mode_t mode,
                               struct err_msg *msg);
MUST_CHECK enum err file_write_gz(const char *path, const void *bytes, size_t count, mode_t mode,
                                  struct err_msg *msg);

/* mkdir -p. */
MUST_CHECK enum err file_make_dirs(const char *path, struct err_msg *msg);

/* rm -rf that does not follow links; a missing path is no error. */
MUST_CHECK enum err file_remove_tree(const char *path, struct err_msg *msg);

/* A new private directory (0700) "<parent>/<prefix>XXXXXX"; parent NULL means $TMPDIR or /tmp.
 * `*out` is the caller's. */
MUST_CHECK enum err file_make_temp_dir(const char *parent, const char *prefix, char **out,
                                       struct err_msg *msg);

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* "<dir>/<name>" in new memory, one slash between. */
char *file_join(const char *dir, const char *name);

#endif

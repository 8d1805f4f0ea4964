/* The files that a workload's uploads send: random bytes, one file of each size, in a private
 * folder that is removed at the end. */
#ifndef BACKEND_UPLOAD_FILES_H
#define BACKEND_UPLOAD_FILES_H

#include "backend/workload.h"
#include "base/err.h"

struct upload_files {
    char *dir;   /* owned; NULL when nothing is uploaded */
    char **path; /* owned, by request number; NULL for a request without a file */
    size_t count;
};

/* `seed` decides the bytes. ERR_IO. Released also after a failure. */
MUST_CHECK enum err upload_files_make(const struct workload *workload, uint64_t seed,
                                      struct upload_files *out, struct err_msg *msg);
void upload_files_release(struct upload_files *files);

#endif

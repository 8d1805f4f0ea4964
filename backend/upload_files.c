#include "backend/upload_files.h"

#include <errno.h>
#include <inttypes.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"

#define CHUNK_WORDS ((size_t)8192)

static enum err write_random(const char *path, uint64_t bytes, uint64_t seed, struct err_msg *msg)
{
    struct rng rng;
    uint64_t *chunk = mem_new_array(CHUNK_WORDS, sizeof chunk[0]);
    FILE *file = fopen(path, "wxe");
    bool written = file != NULL;
    rng_init(&rng, seed);
    for (uint64_t left = bytes; written && left > 0;) {
        size_t part = CHUNK_WORDS * sizeof chunk[0];
        part = left < part ? (size_t)left : part;
        for (size_t i = 0; i < CHUNK_WORDS; i++) {
            chunk[i] = rng_u64(&rng);
        }
        written = fwrite(chunk, 1, part, file) == part;
        left -= part;
    }
    if (file != NULL && fclose(file) != 0) {
        written = false;
    }
    free(chunk);
    return written ? ERR_OK
                   : err_set(msg, ERR_IO, "cannot write the upload %s: %s", path, strerror(errno));
}

static enum err make_file(struct upload_files *files, const struct request *request, uint64_t seed,
                          struct err_msg *msg)
{
    enum err err = ERR_OK;
    if (files->dir == NULL) {
        err = file_make_temp_dir(NULL, "tmscdp-upload-", &files->dir, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    char *path = mem_format("%s/%" PRIu64 ".bin", files->dir, request->file_bytes);
    if (!file_exists(path)) {
        err = write_random(path, request->file_bytes, seed, msg);
    }
    files->path[request->number] = path;
    return err;
}

enum err upload_files_make(const struct workload *workload, uint64_t seed, struct upload_files *out,
                           struct err_msg *msg)
{
    enum err err = ERR_OK;
    *out = (struct upload_files){ .count = workload->request_count };
    out->path = mem_new_array(workload->request_count, sizeof out->path[0]);
    for (size_t i = 0; i < workload->flow_count && err == ERR_OK; i++) {
        const struct flow *flow = &workload->flow[i];
        for (size_t k = 0; k < flow->step_count && err == ERR_OK; k++) {
            const struct request *request = flow->step[k].request;
            if (request != NULL && request->file_field != NULL) {
                err = make_file(out, request, seed, msg);
            }
        }
    }
    return err;
}

void upload_files_release(struct upload_files *files)
{
    struct err_msg msg = { "" };
    if (files->dir != NULL && file_remove_tree(files->dir, &msg) != ERR_OK) {
        log_warn("%s", msg.text);
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->path[i]);
    }
    free(files->path);
    free(files->dir);
    *files = (struct upload_files){ .count = 0 };
}

#include "cli/run_dirs.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/run_state.h"

#define STATE_BYTES ((size_t)1024 * 1024)

static void add(struct run_dirs *dirs, char *path)
{
    void *array = dirs->path;
    mem_reserve(&array, &dirs->cap, dirs->count + 1, sizeof *dirs->path);
    dirs->path = array;
    dirs->path[dirs->count++] = path;
}

static enum err add_parts(struct run_dirs *dirs, const char *run, const char *file,
                          struct err_msg *msg)
{
    struct run_state state;
    cJSON *root = NULL;
    size_t before = dirs->count;
    enum err err = json_read_file(file, STATE_BYTES, &root, msg);
    if (err == ERR_OK) {
        err = run_state_from_json(json_at(root, "parts"), file, &state, msg);
    }
    cJSON_Delete(root);
    if (err != ERR_OK) {
        return err;
    }
    for (size_t i = 0; i < run_part_count; i++) {
        if (state.part[i].has_dir) {
            add(dirs, file_join(run, run_parts[i].name));
        }
    }
    run_state_release(&state);
    return dirs->count > before
               ? ERR_OK
               : err_set(msg, ERR_USAGE, "%s: no part of that run has measured anything", run);
}

enum err run_dirs_find(const char *const *paths, size_t count, struct run_dirs *out,
                       struct err_msg *msg)
{
    enum err err = ERR_OK;
    *out = (struct run_dirs){ NULL, 0, 0 };
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        char *state = file_join(paths[i], "state.json");
        if (file_is_dir(paths[i]) && file_exists(state)) {
            err = add_parts(out, paths[i], state, msg);
        } else {
            add(out, mem_dup_str(paths[i]));
        }
        free(state);
    }
    return err;
}

void run_dirs_release(struct run_dirs *dirs)
{
    for (size_t i = 0; i < dirs->count; i++) {
        free(dirs->path[i]);
    }
    free(dirs->path);
    *dirs = (struct run_dirs){ NULL, 0, 0 };
}

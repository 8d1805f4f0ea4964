#include "cli/compare_inputs.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "metrics/result.h"

static enum err read_baseline(const char *path, struct compare_side *side, struct err_msg *msg)
{
    cJSON *root = NULL;
    if (!file_exists(path)) {
        return err_set(msg, ERR_USAGE,
                       "there is no baseline %s: `tmscdp compare --save %s RUN` makes one", path,
                       path);
    }
    enum err err = json_read_file(path, LIMIT_CONFIG_FILE_BYTES, &root, msg);
    if (err == ERR_OK) {
        err = compare_side_from_baseline(side, root, path, msg);
    }
    cJSON_Delete(root);
    return err;
}

enum err compare_inputs_read(const struct compare_named *named, struct compare_side *side,
                             struct err_msg *msg)
{
    enum err err = ERR_OK;
    if (named->baseline != NULL) {
        err = read_baseline(named->baseline, side, msg);
    }
    for (size_t i = 0; i < named->count && err == ERR_OK; i++) {
        cJSON *root = NULL;
        err = result_read(named->path[i], &root, msg);
        if (err == ERR_OK) {
            err = compare_side_add_run(side, root, named->path[i], named->variant, msg);
        }
        cJSON_Delete(root);
    }
    if (err == ERR_OK) {
        compare_side_add_slopes(side);
    }
    return err;
}

bool compare_inputs_has_variant(const char *path, const char *variant)
{
    cJSON *root = NULL;
    struct err_msg unread = { "" };
    bool found = false;
    if (result_read(path, &root, &unread) == ERR_OK) {
        const cJSON *node = NULL;
        cJSON_ArrayForEach (node, json_at(root, "measure.variants")) {
            const char *name = json_text(node, "name");
            found = found || (name != NULL && strcmp(name, variant) == 0);
        }
    }
    cJSON_Delete(root);
    return found;
}

char *compare_inputs_title(const struct compare_named *named)
{
    if (named->baseline != NULL) {
        return mem_format("baseline %s", named->baseline);
    }
    char *variant =
        named->variant != NULL ? mem_format(", variant %s", named->variant) : mem_dup_str("");
    char *more = named->count > 1 ? mem_format(" and %zu more", named->count - 1) : mem_dup_str("");
    char *title = mem_format("%s%s%s", named->path[0], more, variant);
    free(variant);
    free(more);
    return title;
}

enum err compare_inputs_save(const struct compare_side *side, const char *path, struct err_msg *msg)
{
    cJSON *root = compare_side_to_baseline(side);
    enum err err = json_write_file(path, root, msg);
    cJSON_Delete(root);
    return err;
}

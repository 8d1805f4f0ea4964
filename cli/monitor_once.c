#include "cli/monitor_once.h"

#include <stdio.h>

#include "backend/checkup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "seed/ids.h"

#define CONNECT_NS   (10 * NS_PER_S)
#define COLUMNS_MAX  ((size_t)16)
#define NUMBER_BYTES ((size_t)32)
#define GAP          2

void monitor_once_list(struct strbuf *out)
{
    for (size_t i = 0; i < CHECKUP_COUNT; i++) {
        strbuf_addf(out, "%-21s %s\n", checkups[i].name, checkups[i].title);
    }
}

static enum err check_names(const struct option_list *names, struct err_msg *msg)
{
    const char *known[CHECKUP_COUNT];
    for (size_t i = 0; i < CHECKUP_COUNT; i++) {
        known[i] = checkups[i].name;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (checkup_find(names->item[i]) == NULL) {
            const char *nearest = options_nearest(names->item[i], known, CHECKUP_COUNT);
            return err_set(msg, ERR_USAGE, "--only %s: there is no such diagnostic%s%s%s",
                           names->item[i], nearest != NULL ? "; did you mean " : "",
                           nearest != NULL ? nearest : "",
                           nearest != NULL ? "?" : "; --list shows them");
        }
    }
    return ERR_OK;
}

static enum err ask_all(struct database *database, const struct option_list *names, cJSON *list,
                        struct err_msg *msg)
{
    enum err err = ERR_OK;
    size_t count = names->count > 0 ? names->count : CHECKUP_COUNT;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct checkup *checkup =
            names->count > 0 ? checkup_find(names->item[i]) : &checkups[i];
        err = checkup_ask(database, checkup, IDS_LIKE_POLL, list, msg);
    }
    return err;
}

enum err monitor_once_ask(const char *conninfo, const struct option_list *names, cJSON **out,
                          struct err_msg *msg)
{
    struct loop *loop = NULL;
    *out = NULL;
    enum err err = check_names(names, msg);
    if (err == ERR_OK) {
        err = loop_new(&loop, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    const struct database_plan plan = { .loop = loop,
                                        .conninfo = conninfo,
                                        .application = "tmscdp monitor" };
    struct database *database = database_new(&plan);
    err = database_wait(database, clock_now_ns() + CONNECT_NS, msg);
    if (err == ERR_OK) {
        *out = json_new_object();
        err = ask_all(database, names, json_add_array(*out, "diagnostics"), msg);
    }
    database_free(database);
    loop_free(loop);
    return err;
}

/* A cell as text; numbers as they were. */
static const char *cell_text(const cJSON *cell, char *number)
{
    if (cJSON_IsNumber(cell)) {
        (void)snprintf(number, NUMBER_BYTES, "%.15g", cell->valuedouble);
        return number;
    }
    return cJSON_IsString(cell) ? cell->valuestring : "-";
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xC0U) != 0x80U ? 1 : 0;
    }
    return width;
}

static void add_cell(const char *text, size_t width, bool right, bool last, struct strbuf *out)
{
    size_t have = width_of(text);
    size_t pad = have < width ? width - have : 0;
    if (right) {
        strbuf_addf(out, "%*s", (int)pad, "");
    }
    if (have <= width) {
        strbuf_add_str(out, text);
    } else {
        size_t bytes = 0;
        for (size_t seen = 0; text[bytes] != '\0'; bytes++) {
            seen += ((unsigned char)text[bytes] & 0xC0U) != 0x80U ? 1 : 0;
            if (seen == width) {
                break;
            }
        }
        strbuf_add(out, text, bytes);
        strbuf_add_str(out, "…");
    }
    if (!last) {
        strbuf_addf(out, "%*s", (int)(right ? 0 : pad) + GAP, "");
    }
}

struct layout {
    size_t width[COLUMNS_MAX];
    bool right[COLUMNS_MAX];
    size_t count;
};

/* As wide as the widest cell; the last column gets what is left of the line. */
static void lay_out(const cJSON *columns, const cJSON *rows, unsigned wide, struct layout *out)
{
    char number[NUMBER_BYTES];
    size_t used = 0;
    const cJSON *row;
    out->count = (size_t)cJSON_GetArraySize(columns);
    out->count = out->count < COLUMNS_MAX ? out->count : COLUMNS_MAX;
    for (size_t i = 0; i < out->count; i++) {
        out->width[i] = width_of(cell_text(cJSON_GetArrayItem(columns, (int)i), number));
        out->right[i] = true;
        cJSON_ArrayForEach (row, rows) {
            const cJSON *cell = cJSON_GetArrayItem(row, (int)i);
            size_t width = width_of(cell_text(cell, number));
            out->width[i] = width > out->width[i] ? width : out->width[i];
            out->right[i] = out->right[i] && (cJSON_IsNumber(cell) || cJSON_IsNull(cell));
        }
        used += i + 1 < out->count ? out->width[i] + GAP : 0;
    }
    size_t least = 20;
    size_t left = wide > used + least ? wide - used : least;
    if (out->count > 0 && out->width[out->count - 1] > left) {
        out->width[out->count - 1] = left;
    }
}

static void add_row(const cJSON *cells, const struct layout *layout, struct strbuf *out)
{
    char number[NUMBER_BYTES];
    strbuf_add_str(out, "  ");
    for (size_t i = 0; i < layout->count; i++) {
        add_cell(cell_text(cJSON_GetArrayItem(cells, (int)i), number), layout->width[i],
                 layout->right[i], i + 1 == layout->count, out);
    }
    strbuf_add_char(out, '\n');
}

static void add_answer(const cJSON *answer, unsigned columns, struct strbuf *out)
{
    const cJSON *names = json_at(answer, "columns");
    const cJSON *rows = json_at(answer, "rows");
    const char *failure = json_text(answer, "failure");
    const struct checkup *checkup = checkup_find(json_text(answer, "name"));
    struct layout layout;
    const cJSON *row;
    strbuf_addf(out, "%s: %s\n", json_text(answer, "name"), json_text(answer, "title"));
    if (failure != NULL) {
        strbuf_addf(out, "  cannot be told: %s\n", failure);
        return;
    }
    if (cJSON_GetArraySize(rows) == 0) {
        strbuf_addf(out, "  %s\n", checkup->empty);
        return;
    }
    lay_out(names, rows, columns > GAP ? columns - GAP : columns, &layout);
    add_row(names, &layout, out);
    cJSON_ArrayForEach (row, rows) {
        add_row(row, &layout, out);
    }
}

void monitor_once_print(const cJSON *answers, unsigned columns, struct strbuf *out)
{
    const cJSON *answer;
    bool first = true;
    cJSON_ArrayForEach (answer, json_at(answers, "diagnostics")) {
        strbuf_add_str(out, first ? "" : "\n");
        add_answer(answer, columns, out);
        first = false;
    }
}

bool monitor_once_answered(const cJSON *answers)
{
    const cJSON *answer;
    cJSON_ArrayForEach (answer, json_at(answers, "diagnostics")) {
        if (json_text(answer, "failure") == NULL) {
            return true;
        }
    }
    return false;
}

#include "reports/timeline.h"

#include <math.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"

#define WORD_BYTES ((size_t)64)

enum place {
    PLACE_OTHER,   /* the root, or a member that is skipped */
    PLACE_COLUMNS, /* in the list of names */
    PLACE_ROWS     /* in the list of rows */
};

struct reader {
    struct timeline *out;
    const char *key;
    double row[TIMELINE_COLUMNS_MAX];
    size_t in_row;
    size_t depth; /* of open braces and brackets */
    enum place place;
    bool in_text;
    bool escaped;
    bool too_long; /* the word does not fit: it is none of ours */
    char word[WORD_BYTES];
    size_t word_bytes;
    char name[WORD_BYTES]; /* the last member's name at depth 1 */
    struct err_msg why;    /* the first mistake; then nothing more is read */
    enum err failed;
};

static void fail(struct reader *reader, const char *what)
{
    if (reader->failed == ERR_OK) {
        reader->failed = err_set(&reader->why, ERR_FORMAT, "row %zu of \"%s\": %s",
                                 reader->out->rows + 1, reader->key, what);
    }
}

static struct timeline_value *cell_of(const struct timeline *timeline, size_t cell)
{
    return timeline->value + cell * timeline->column_count;
}

static void merge_value(struct timeline_value *into, const struct timeline_value *from)
{
    if (from->n > 0) {
        into->min = into->n > 0 ? fmin(into->min, from->min) : from->min;
        into->max = into->n > 0 ? fmax(into->max, from->max) : from->max;
        into->sum += from->sum;
        into->n += from->n;
    }
}

/* Halves the number of cells. */
static void merge_pairs(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->cell_count / 2; i++) {
        struct timeline_value *into = cell_of(timeline, i);
        if (i > 0) {
            memcpy(into, cell_of(timeline, 2 * i), timeline->column_count * sizeof *into);
        }
        for (size_t k = 0; k < timeline->column_count; k++) {
            merge_value(&into[k], &cell_of(timeline, 2 * i + 1)[k]);
        }
    }
    timeline->cell_count /= 2;
    timeline->rows_per_cell *= 2;
}

static void add_row(struct timeline *timeline, const double *row)
{
    if (timeline->rows == timeline->cell_count * timeline->rows_per_cell) {
        if (timeline->cell_count == TIMELINE_CELLS) {
            merge_pairs(timeline);
        }
        memset(cell_of(timeline, timeline->cell_count), 0,
               timeline->column_count * sizeof *timeline->value);
        timeline->cell_count++;
    }
    struct timeline_value *cell = cell_of(timeline, timeline->cell_count - 1);
    for (size_t i = 0; i < timeline->column_count; i++) {
        if (isfinite(row[i])) {
            merge_value(&cell[i], &(struct timeline_value){ row[i], row[i], row[i], 1 });
        }
    }
    timeline->rows++;
}

/* Plain decimals of up to 15 digits are exact as digits over a power of ten (both are exact
 * doubles, and one division rounds once); the rest goes the slow way. */
static bool read_number(const char *word, size_t bytes, double *out)
{
    static const double powers[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    double digits = 0.0;
    size_t count = 0;
    size_t behind = 0;
    bool point = false;
    size_t i = word[0] == '-' ? 1 : 0;
    for (; i < bytes && count <= 15; i++) {
        if (word[i] >= '0' && word[i] <= '9') {
            digits = digits * 10.0 + (double)(word[i] - '0');
            count++;
            behind += point;
        } else if (word[i] == '.' && !point && count > 0) {
            point = true;
        } else {
            break;
        }
    }
    if (i == bytes && count > 0 && count <= 15 && !(point && behind == 0)) {
        *out = (word[0] == '-' ? -digits : digits) / powers[behind];
        return true;
    }
    return num_parse_double(word, out);
}

static void end_number(struct reader *reader)
{
    double number = (double)NAN;
    reader->word[reader->word_bytes] = '\0';
    if (reader->too_long || (strcmp(reader->word, "null") != 0 &&
                             !read_number(reader->word, reader->word_bytes, &number))) {
        fail(reader, "holds what is neither a number nor null");
    } else if (reader->in_row == reader->out->column_count) {
        fail(reader, "is longer than the list of columns");
    } else {
        reader->row[reader->in_row++] = number;
    }
    reader->word_bytes = 0;
    reader->too_long = false;
}

static void add_column(struct reader *reader)
{
    struct timeline *out = reader->out;
    if (out->value != NULL || out->column_count == TIMELINE_COLUMNS_MAX) {
        fail(reader, "the list of columns is too long or comes after the rows");
        return;
    }
    out->column[out->column_count++] = mem_dup_bytes(reader->word, reader->word_bytes);
}

/* A text has ended: a column's name, a member's name, or nobody's. */
static void end_text(struct reader *reader)
{
    if (reader->place == PLACE_COLUMNS) {
        add_column(reader);
    } else if (reader->place == PLACE_ROWS) {
        fail(reader, "holds a text");
    } else if (reader->depth == 1) {
        memcpy(reader->name, reader->word, reader->word_bytes);
        reader->name[reader->too_long ? 0 : reader->word_bytes] = '\0';
    }
    reader->word_bytes = 0;
    reader->too_long = false;
}

static void open_list(struct reader *reader)
{
    struct timeline *out = reader->out;
    reader->depth++;
    if (reader->depth == 2 && strcmp(reader->name, "columns") == 0) {
        reader->place = PLACE_COLUMNS;
    } else if (reader->depth == 2 && strcmp(reader->name, reader->key) == 0) {
        reader->place = PLACE_ROWS;
        if (out->column_count == 0 || out->value != NULL) {
            fail(reader, "there are no columns before the rows, or rows twice");
            return;
        }
        out->value = mem_new_array(TIMELINE_CELLS, out->column_count * sizeof *out->value);
        out->rows_per_cell = 1;
    } else if (reader->place == PLACE_ROWS && reader->depth == 3) {
        reader->in_row = 0;
    } else if (reader->place != PLACE_OTHER) {
        fail(reader, "is nested too deep");
    }
}

static void close_list(struct reader *reader)
{
    if (reader->depth == 0) {
        fail(reader, "closes what was not opened");
        return;
    }
    if (reader->place == PLACE_ROWS && reader->depth == 3) {
        if (reader->in_row == reader->out->column_count) {
            add_row(reader->out, reader->row);
        } else {
            fail(reader, "is shorter than the list of columns");
        }
    }
    reader->depth--;
    if (reader->depth < 2) {
        reader->place = PLACE_OTHER;
    }
}

static void keep(struct reader *reader, char c)
{
    if (reader->word_bytes + 1 < WORD_BYTES) {
        reader->word[reader->word_bytes++] = c;
    } else {
        reader->too_long = true;
    }
}

static void take_in_text(struct reader *reader, char c)
{
    if (reader->escaped) {
        reader->escaped = false;
    } else if (c == '\\') {
        reader->escaped = true;
    } else if (c == '"') {
        reader->in_text = false;
        end_text(reader);
    } else {
        keep(reader, c);
    }
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E' ||
           c == 'n' || c == 'u' || c == 'l';
}

static void take(struct reader *reader, char c)
{
    bool in_row = reader->place == PLACE_ROWS && reader->depth == 3;
    if (in_row && is_number_char(c)) {
        keep(reader, c);
        return;
    }
    if (in_row && reader->word_bytes > 0) {
        end_number(reader);
    }
    switch (c) {
    case '"':
        reader->in_text = true;
        reader->word_bytes = 0;
        break;
    case '{':
        reader->depth++;
        if (reader->place != PLACE_OTHER) {
            fail(reader, "holds an object");
        }
        break;
    case '[':
        open_list(reader);
        break;
    case '}':
    case ']':
        close_list(reader);
        break;
    default:
        if (in_row && c != ',' && c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            fail(reader, "holds what is neither a number nor null");
        }
        break;
    }
}

static void feed(void *arg, const char *bytes, size_t count)
{
    struct reader *reader = arg;
    for (size_t i = 0; i < count && reader->failed == ERR_OK; i++) {
        if (reader->in_text) {
            take_in_text(reader, bytes[i]);
        } else {
            take(reader, bytes[i]);
        }
    }
}

static enum err finish(struct reader *reader, enum err code, const char *name, struct err_msg *msg)
{
    if (code == ERR_OK && reader->failed == ERR_OK &&
        (reader->depth != 0 || reader->out->value == NULL)) {
        reader->failed =
            err_set(&reader->why, ERR_FORMAT, "%s \"%s\"",
                    reader->depth != 0 ? "is cut short behind" : "holds no rows", reader->key);
    }
    if (code == ERR_OK && reader->failed != ERR_OK) {
        code = err_set(msg, reader->failed, "%s: %s", name, reader->why.text);
    }
    if (code != ERR_OK) {
        timeline_release(reader->out);
    }
    return code;
}

enum err timeline_read(const char *path, const char *key, struct timeline *out, struct err_msg *msg)
{
    struct reader reader = { .out = out, .key = key };
    *out = (struct timeline){ .rows = 0 };
    enum err code = file_read_gz_pieces(path, LIMIT_RESULT_FILE_BYTES, feed, &reader, msg);
    return finish(&reader, code, path, msg);
}

enum err timeline_parse(const char *bytes, size_t count, const char *key, const char *name,
                        struct timeline *out, struct err_msg *msg)
{
    struct reader reader = { .out = out, .key = key };
    *out = (struct timeline){ .rows = 0 };
    feed(&reader, bytes, count);
    return finish(&reader, ERR_OK, name, msg);
}

void timeline_release(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->column_count; i++) {
        free(timeline->column[i]);
    }
    free(timeline->value);
    *timeline = (struct timeline){ .rows = 0 };
}

size_t timeline_column(const struct timeline *timeline, const char *name)
{
    for (size_t i = 0; i < timeline->column_count; i++) {
        if (strcmp(timeline->column[i], name) == 0) {
            return i;
        }
    }
    return TIMELINE_COLUMNS_MAX;
}

double timeline_at(const struct timeline *timeline, size_t cell, size_t column,
                   enum timeline_form form)
{
    if (column >= timeline->column_count || cell >= timeline->cell_count) {
        return (double)NAN;
    }
    const struct timeline_value *value = &cell_of(timeline, cell)[column];
    if (value->n == 0) {
        return (double)NAN;
    }
    switch (form) {
    case TIMELINE_MIN:
        return value->min;
    case TIMELINE_MAX:
        return value->max;
    case TIMELINE_SUM:
        return value->sum;
    case TIMELINE_MEAN:
        break;
    }
    return value->sum / (double)value->n;
}

double timeline_greatest(const struct timeline *timeline, size_t column)
{
    double greatest = (double)NAN;
    for (size_t i = 0; i < timeline->cell_count; i++) {
        greatest = fmax(greatest, timeline_at(timeline, i, column, TIMELINE_MAX));
    }
    return greatest;
}

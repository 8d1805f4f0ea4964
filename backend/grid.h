/* The rows of a database's answer as plain text cells, so that what is done with them can be tested
 * without a database. */
#ifndef BACKEND_GRID_H
#define BACKEND_GRID_H

#include <stddef.h>

/* Row by row; a cell is NULL where the database has none. The texts are borrowed from the answer.
 */
struct grid {
    const char *const *cell;
    const char *const *name; /* of the columns; NULL: they have none */
    size_t rows;
    size_t columns;
};

/* NULL also beyond the edges: an answer of another shape then reads as one without figures. */
const char *grid_text(const struct grid *grid, size_t row, size_t column);

/* `otherwise` when there is no cell or it is no number. */
double grid_number(const struct grid *grid, size_t row, size_t column, double otherwise);

#endif

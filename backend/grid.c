#include "backend/grid.h"

#include "base/num.h"

const char *grid_text(const struct grid *grid, size_t row, size_t column)
{
    if (row >= grid->rows || column >= grid->columns) {
        return NULL;
    }
    return grid->cell[row * grid->columns + column];
}

double grid_number(const struct grid *grid, size_t row, size_t column, double otherwise)
{
    double number = otherwise;
    const char *text = grid_text(grid, row, column);
    return text != NULL && num_parse_double(text, &number) ? number : otherwise;
}

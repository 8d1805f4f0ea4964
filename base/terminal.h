/* What we may assume of a terminal. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>

/* stderr is a terminal, and neither CI nor TERM=dumb says otherwise: progress may redraw a line. */
bool terminal_redraws(void);

/* As above for stdout, and NO_COLOR is unset: colours may be used. */
bool terminal_colours(void);

/* Columns of stderr's terminal; 80 when unknown. */
unsigned terminal_columns(void);

#endif

/* The grammar of a JSON number (RFC 8259, 6), one character at a time. */
#ifndef BACKEND_JSON_NUMBER_H
#define BACKEND_JSON_NUMBER_H

#include <stdbool.h>

/* What was taken last. */
enum json_number_part {
    JSON_NUMBER_BEGIN,
    JSON_NUMBER_MINUS,
    JSON_NUMBER_ZERO,
    JSON_NUMBER_WHOLE,
    JSON_NUMBER_POINT,
    JSON_NUMBER_FRACTION,
    JSON_NUMBER_E,
    JSON_NUMBER_E_SIGN,
    JSON_NUMBER_EXPONENT
};

/* Whether the character goes on the number: then `*part` is moved, otherwise it is left. */
bool json_number_goes_on(enum json_number_part *part, char c);

/* Whether the number is whole when nothing more comes. */
bool json_number_may_end(enum json_number_part part);

#endif

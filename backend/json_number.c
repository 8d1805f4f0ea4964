#include "backend/json_number.h"

/* A bit for each part that may stand before. */
#define BEFORE(part) (1U << (part))
#define BEFORE_POINT (BEFORE(JSON_NUMBER_ZERO) | BEFORE(JSON_NUMBER_WHOLE))

static bool step(enum json_number_part *part, enum json_number_part next, unsigned before)
{
    bool fits = (BEFORE(*part) & before) != 0;
    *part = fits ? next : *part;
    return fits;
}

static bool digit_goes_on(enum json_number_part *part, char c)
{
    switch (*part) {
    case JSON_NUMBER_BEGIN:
    case JSON_NUMBER_MINUS:
        *part = c == '0' ? JSON_NUMBER_ZERO : JSON_NUMBER_WHOLE;
        return true;
    case JSON_NUMBER_ZERO:
        return false;
    case JSON_NUMBER_POINT:
        *part = JSON_NUMBER_FRACTION;
        return true;
    case JSON_NUMBER_E:
    case JSON_NUMBER_E_SIGN:
        *part = JSON_NUMBER_EXPONENT;
        return true;
    default:
        return true;
    }
}

bool json_number_goes_on(enum json_number_part *part, char c)
{
    if (c >= '0' && c <= '9') {
        return digit_goes_on(part, c);
    }
    switch (c) {
    case '.':
        return step(part, JSON_NUMBER_POINT, BEFORE_POINT);
    case 'e':
    case 'E':
        return step(part, JSON_NUMBER_E, BEFORE_POINT | BEFORE(JSON_NUMBER_FRACTION));
    case '+':
        return step(part, JSON_NUMBER_E_SIGN, BEFORE(JSON_NUMBER_E));
    case '-':
        return *part == JSON_NUMBER_BEGIN ? step(part, JSON_NUMBER_MINUS, BEFORE(JSON_NUMBER_BEGIN))
                                          : step(part, JSON_NUMBER_E_SIGN, BEFORE(JSON_NUMBER_E));
    default:
        return false;
    }
}

bool json_number_may_end(enum json_number_part part)
{
    return (BEFORE(part) &
            (BEFORE_POINT | BEFORE(JSON_NUMBER_FRACTION) | BEFORE(JSON_NUMBER_EXPONENT))) != 0;
}

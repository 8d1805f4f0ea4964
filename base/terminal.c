#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0';
}

static bool is_capable(int fd)
{
    const char *term = getenv("TERM");
    bool dumb = term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0;
    return !dumb && !is_set("CI") && isatty(fd) == 1;
}

bool terminal_redraws(void)
{
    return is_capable(STDERR_FILENO);
}

bool terminal_colours(void)
{
    /* no-color.org: any value that is not empty counts. */
    return is_capable(STDOUT_FILENO) && !is_set("NO_COLOR");
}

unsigned terminal_columns(void)
{
    struct winsize size = { 0 };
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return USUAL_COLUMNS;
    }
    return size.ws_col;
}

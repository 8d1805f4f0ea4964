/* Force-included into every file of ours: functions that overflow, lose errors or hide state cannot
 * be called. The headers that declare them come first. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol atoll atof strncpy strncat
#pragma GCC poison system usleep

#endif

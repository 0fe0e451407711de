/*
 * Time: points in time as event logs write them.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "2026-03-04 10:00:01.001" or "2026-03-04T10:00:01.0010000Z", always UTC, as milliseconds since
 * 1970. What follows the milliseconds is not looked at. *ms_out is set only if it is a time.
 */
bool pk_time_parse(int64_t *ms_out, const char *text);

#endif

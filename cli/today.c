#include "cli/today.h"

#include <time.h>

const char *pk_today(struct pk_arena *arena)
{
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	return pk_arena_printf(
		arena, "%04d-%02d-%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
}

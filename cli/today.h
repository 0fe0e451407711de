/*
 * Today: the one place that asks the clock for a date.
 */
#ifndef CLI_TODAY_H
#define CLI_TODAY_H

#include "base/arena.h"

/* The date in UTC as YYYY-MM-DD, in the arena. */
const char *pk_today(struct pk_arena *arena);

#endif

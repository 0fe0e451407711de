#include "base/time.h"

#include <stddef.h>
#include <string.h>

/* The number of `len` digits at *text, which moves on behind them and the mark after them. */
static bool take_digits(int64_t *out, const char **text, size_t len, const char *marks)
{
	int64_t value = 0;
	for (size_t i = 0; i < len; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	if (marks[0] == '\0')
		return true;
	if (**text == '\0' || strchr(marks, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; the year is counted from March. */
static int64_t count_days(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t months = (month + 9) % 12;
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day - 1 -
		719468;
}

bool pk_time_parse(int64_t *ms_out, const char *text)
{
	int64_t year, month, day, hour, minute, second;
	int64_t millis = 0;
	if (!take_digits(&year, &text, 4, "-") || !take_digits(&month, &text, 2, "-") ||
		!take_digits(&day, &text, 2, " T") || !take_digits(&hour, &text, 2, ":") ||
		!take_digits(&minute, &text, 2, ":") || !take_digits(&second, &text, 2, ""))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (*text == '.') {
		text++;
		if (!take_digits(&millis, &text, 3, ""))
			millis = 0;
	}
	int64_t hours = count_days(year, month, day) * 24 + hour;
	*ms_out = ((hours * 60 + minute) * 60 + second) * 1000 + millis;
	return true;
}

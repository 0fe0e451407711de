/*
 * Times of Windows. No tool of Windows prints its clock in one form everywhere but PowerShell, so
 * %date% is read by the pattern that it was printed with.
 */
#include "fleet/host/cmd_part.h"

#include <string.h>

#include "base/text.h"

struct moment {
	int64_t year, month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01 of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t ms_of(const struct moment *moment)
{
	if (moment->year < 1990 || moment->year > 2200 || moment->month < 1 || moment->month > 12 ||
		moment->day < 1 || moment->day > 31 || moment->hour > 23 || moment->minute > 59 ||
		moment->second > 60)
		return -1;
	int64_t days = days_of(moment->year, moment->month, moment->day);
	return (((days * 24 + moment->hour) * 60 + moment->minute) * 60 + moment->second) * 1000 +
		moment->ms;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes the next run of at most 4 digits; false if there is none. */
static bool take_number(int64_t *out, const char **text)
{
	while (**text != '\0' && !is_digit(**text))
		(*text)++;
	int64_t value = 0;
	size_t count = 0;
	for (; is_digit(**text); (*text)++, count++) {
		if (count == 4)
			return false;
		value = value * 10 + (**text - '0');
	}
	if (count > 0)
		*out = value;
	return count > 0;
}

int64_t pk_cmd_system_time(struct pk_cmd_text text)
{
	char copy[40];
	if (text.len < 20 || text.len >= sizeof(copy) || text.at[text.len - 1] != 'Z')
		return -1;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	struct moment moment = {0};
	int64_t *parts[] = {&moment.year, &moment.month, &moment.day, &moment.hour, &moment.minute,
		&moment.second};
	const char *at = copy;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!take_number(parts[i], &at))
			return -1;
	if (*at == '.')
		for (int64_t unit = 100, i = 1; unit > 0 && is_digit(at[i]); unit /= 10, i++)
			moment.ms += (at[i] - '0') * unit;
	return ms_of(&moment);
}

/* Year, month and day in the order of the pattern; a month by name ("MMM") is none. */
static bool read_date(struct moment *moment, const char *date, const char *pattern)
{
	if (strstr(pattern, "MMM") != NULL)
		return false;
	size_t found = 0;
	for (const char *p = pattern; *p != '\0'; p++) {
		if ((p > pattern && p[-1] == *p) || strchr("yMd", *p) == NULL)
			continue;
		/* "ddd" is the name of the day. */
		if (strncmp(p, "ddd", 3) == 0) {
			while (p[1] == 'd')
				p++;
			continue;
		}
		int64_t value;
		if (!take_number(&value, &date))
			return false;
		found++;
		if (*p == 'y')
			moment->year = value < 100 ? value + 2000 : value;
		else if (*p == 'M')
			moment->month = value;
		else
			moment->day = value;
	}
	return found == 3;
}

static bool read_time(struct moment *moment, const char *time)
{
	const char *at = time;
	if (!take_number(&moment->hour, &at) || !take_number(&moment->minute, &at))
		return false;
	(void)take_number(&moment->second, &at);
	/* cmd.exe itself always counts to 24. */
	if (pk_text_find_nocase(time, "pm") != NULL && moment->hour < 12)
		moment->hour += 12;
	else if (pk_text_find_nocase(time, "am") != NULL && moment->hour == 12)
		moment->hour = 0;
	return true;
}

int64_t pk_cmd_clock(const char *date, const char *pattern, const char *time, int64_t bias_minutes)
{
	struct moment moment = {0};
	if (date == NULL || pattern == NULL || time == NULL || bias_minutes < -24 * 60 ||
		bias_minutes > 24 * 60 || !read_date(&moment, date, pattern) ||
		!read_time(&moment, time))
		return -1;
	int64_t ms = ms_of(&moment);
	return ms < 0 ? -1 : ms + bias_minutes * 60 * 1000;
}

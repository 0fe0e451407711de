#include "templates/monster/value.h"

#include <string.h>

#include "templates/model/monster.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

bool pk_monster_parse_long(int64_t *out, const char *text, size_t len)
{
	bool minus = len > 0 && text[0] == '-';
	size_t at = minus ? 1 : 0;
	int base = 10;
	if (!minus && len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
		base = 16;
		at = 2;
	}
	if (at == len)
		return false;
	int64_t value = 0; /* below zero: its range is the larger one */
	for (; at < len; at++) {
		int digit = digit_of(text[at]);
		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
			__builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!minus && value == INT64_MIN)
		return false;
	*out = minus ? value : -value;
	return true;
}

static bool is_ipv4(const char *text, size_t len)
{
	size_t at = 0;
	for (int octet = 0; octet < 4; octet++) {
		size_t start = at;
		int value = 0;
		for (; at < len && digit_of(text[at]) < 10 && at - start < 3; at++)
			value = value * 10 + digit_of(text[at]);
		if (at == start || value > 255 || (text[start] == '0' && at - start > 1))
			return false;
		if (octet < 3 && (at == len || text[at++] != '.'))
			return false;
	}
	return at == len;
}

static bool is_ipv6(const char *text, size_t len)
{
	if (len < 2 || (text[0] == ':' && text[1] != ':'))
		return false;
	bool gap = text[0] == ':';
	int groups = 0;
	for (size_t at = gap ? 2 : 0; at < len;) {
		size_t start = at;
		while (at < len && at - start < 4 && digit_of(text[at]) < 16)
			at++;
		if (at < len && text[at] == '.') {
			if (!is_ipv4(text + start, len - start))
				return false;
			groups += 2;
			break;
		}
		if (at == start)
			return false;
		groups++;
		if (at == len)
			break;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (gap)
				return false;
			gap = true;
			at++;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

bool pk_monster_is_ip(const char *text, size_t len)
{
	return memchr(text, ':', len) != NULL ? is_ipv6(text, len) : is_ipv4(text, len);
}

bool pk_monster_is_date(int64_t filetime)
{
	return filetime > PK_FILETIME_1970 && filetime < PK_FILETIME_2262;
}

/* Writes `count` digits of `value` and what follows them. */
static char *put_digits(char *at, uint64_t value, int count, char next)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	at[count] = next;
	return at + count + 1;
}

/* Days since 1970 to year, month, day, by eras of 400 years that begin in March. */
static char *put_day(char *at, uint64_t days, char next)
{
	days += 719468;
	uint64_t era = days / 146097;
	uint64_t day = days % 146097;
	uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	uint64_t month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	month = month < 10 ? month + 3 : month - 9;
	at = put_digits(at, era * 400 + year + (month <= 2 ? 1 : 0), 4, '-');
	at = put_digits(at, month, 2, '-');
	return put_digits(at, day + 1, 2, next);
}

size_t pk_monster_print_date(
	char out[PK_MONSTER_DATE_TEXT], int64_t filetime, enum pk_monster_date how)
{
	enum { TICKS = 10000000, HOURS_KST = 9, DAY = 86400 };
	uint64_t ticks = (uint64_t)(filetime - PK_FILETIME_1970);
	uint64_t seconds = ticks / TICKS + (how == PK_MONSTER_DATE_KST ? HOURS_KST * 3600 : 0);
	uint64_t rest = seconds % DAY;
	char *at = put_day(out, seconds / DAY, how == PK_MONSTER_DATE_KST ? ' ' : 'T');
	at = put_digits(at, rest / 3600, 2, ':');
	at = put_digits(at, rest / 60 % 60, 2, ':');
	at = put_digits(at, rest % 60, 2, '.');
	if (how == PK_MONSTER_DATE_EXACT)
		at = put_digits(at, ticks % TICKS, 7, 'Z');
	else
		at = put_digits(at, ticks % TICKS / 10000, 3, 'Z');
	return (size_t)(at - out) - (how == PK_MONSTER_DATE_KST ? 1 : 0);
}

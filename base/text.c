#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { DISTANCE_MOST = 128 }; /* bytes; longer texts are not compared edit by edit */

bool pk_text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

char pk_text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool pk_text_equal_nocase(const char *a, const char *b)
{
	while (*a != '\0' && pk_text_lower(*a) == pk_text_lower(*b)) {
		a++;
		b++;
	}
	return pk_text_lower(*a) == pk_text_lower(*b);
}

bool pk_text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool pk_text_ends(const char *text, const char *suffix)
{
	size_t text_len = strlen(text);
	size_t suffix_len = strlen(suffix);
	return suffix_len <= text_len && strcmp(text + text_len - suffix_len, suffix) == 0;
}

static bool starts_nocase(const char *text, const char *prefix)
{
	while (*prefix != '\0' && pk_text_lower(*text) == pk_text_lower(*prefix)) {
		text++;
		prefix++;
	}
	return *prefix == '\0';
}

const char *pk_text_find_nocase(const char *text, const char *needle)
{
	for (;; text++) {
		if (starts_nocase(text, needle))
			return text;
		if (*text == '\0')
			return NULL;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits of `base` up to the end of `text`, which the caller has checked to begin with one. */
static bool parse_unsigned(uint64_t *out, const char *text, int base)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, base);
	if (errno != 0 || *end != '\0')
		return false;
	*out = value;
	return true;
}

bool pk_text_parse_u64(uint64_t *out, const char *text)
{
	enum { SURE_DIGITS = 18 }; /* that many always fit; most numbers are short */
	uint64_t value = 0;
	size_t i = 0;
	for (; i < SURE_DIGITS && is_digit(text[i]); i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (i == 0)
		return false;
	if (text[i] != '\0')
		return parse_unsigned(out, text, 10);
	*out = value;
	return true;
}

bool pk_text_parse_i64(int64_t *out, const char *text)
{
	if (!is_digit(text[text[0] == '-']))
		return false;
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*out = value;
	return true;
}

bool pk_text_parse_u64_any(uint64_t *out, const char *text)
{
	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return pk_text_parse_u64(out, text);
	/* strtoull would take another 0x, blanks or a sign. */
	size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
	return digits > 0 && text[2 + digits] == '\0' && parse_unsigned(out, text + 2, 16);
}

bool pk_text_parse_double(double *out, size_t *used, const char *text)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (c_locale == (locale_t)0)
		abort(); /* the C locale always exists */
	char *end;
	errno = 0;
	double value = strtod_l(text, &end, c_locale);
	int error = errno;
	freelocale(c_locale);
	if (error == ERANGE)
		return false;
	*out = value;
	*used = (size_t)(end - text);
	return true;
}

int32_t pk_text_leading_int(const char *text)
{
	return (int32_t)strtol(text, NULL, 10);
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The optimal string alignment distance; both texts are at most DISTANCE_MOST bytes long. */
static size_t count_edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][DISTANCE_MOST + 1];
	size_t *before_last = rows[0];
	size_t *last = rows[1];
	size_t *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = pk_text_lower(a[i - 1]);
			char y = pk_text_lower(b[j - 1]);
			row[j] = min(min(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
			bool swapped = i > 1 && j > 1 && x == pk_text_lower(b[j - 2]) &&
				y == pk_text_lower(a[i - 2]);
			if (swapped)
				row[j] = min(row[j], before_last[j - 2] + 1);
		}
		size_t *oldest = before_last;
		before_last = last;
		last = row;
		row = oldest;
	}
	return last[b_len];
}

size_t pk_text_distance(const char *a, const char *b, size_t limit)
{
	if (pk_text_equal_nocase(a, b))
		return 0;
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	size_t difference = a_len > b_len ? a_len - b_len : b_len - a_len;
	if (difference > limit || a_len > DISTANCE_MOST || b_len > DISTANCE_MOST)
		return limit + 1;
	return min(count_edits(a, a_len, b, b_len), limit + 1);
}

const char *pk_text_nearest(const char *text, const char *const *candidates, size_t count)
{
	/* One edit for each three letters is about what a slip of the hand makes. */
	size_t limit = min(strlen(text) / 3 + 1, 3);
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t distance = pk_text_distance(text, candidates[i], limit);
		if (distance > limit || distance >= strlen(candidates[i]))
			continue;
		nearest = candidates[i];
		if (distance == 0)
			break;
		limit = distance - 1;
	}
	return nearest;
}

size_t pk_utf8_decode(uint32_t *out, const char *text, size_t len)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

	if (len == 0)
		return 0;
	unsigned char first = (unsigned char)text[0];
	if (first < 0x80) {
		*out = first;
		return 1;
	}
	size_t need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || need > len)
		return 0;

	uint32_t c = first & (0xffu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		unsigned char next = (unsigned char)text[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (next & 0x3fu);
	}
	if (c < smallest[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return need;
}

size_t pk_utf8_encode(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18 & 0x07));
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool pk_utf8_valid(const char *text, size_t len, size_t *bad_out)
{
	size_t i = 0;
	while (i < len) {
		uint32_t c;
		bool ascii = (unsigned char)text[i] < 0x80;
		size_t used = ascii ? 1 : pk_utf8_decode(&c, text + i, len - i);
		if (used == 0) {
			if (bad_out != NULL)
				*bad_out = i;
			return false;
		}
		i += used;
	}
	return true;
}

size_t pk_utf8_utf16_len(const char *text)
{
	size_t len = strlen(text);
	size_t units = 0;
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t used = pk_utf8_decode(&c, text + i, len - i);
		units += c >= 0x10000 ? 2 : 1;
		i += used == 0 ? 1 : used;
	}
	return units;
}

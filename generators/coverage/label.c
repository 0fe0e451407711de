#include "generators/coverage/label.h"

#include <string.h>

enum {
	MAIN_DIGITS = 4,
	SUB_DIGITS = 3,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Exactly `count` digits that end a word. */
static bool has_digits(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(text[i]))
			return false;
	}
	return !is_word(text[count]);
}

/* The bytes of the id at the start of `text`, 0 if there is none; sets *has_sub. */
static size_t id_len(const char *text, bool *has_sub)
{
	if ((text[0] != 'T' && text[0] != 't') || !has_digits(text + 1, MAIN_DIGITS))
		return 0;
	const char *end = text + 1 + MAIN_DIGITS;
	*has_sub = (*end == '.' || *end == '/') && has_digits(end + 1, SUB_DIGITS);
	return 1 + MAIN_DIGITS + (*has_sub ? 1 + SUB_DIGITS : 0);
}

bool pk_label_next(char out[PK_LABEL_SIZE], const char *name, size_t *at)
{
	for (size_t i = *at; name[i] != '\0'; i++) {
		bool has_sub = false;
		size_t len = i > 0 && is_word(name[i - 1]) ? 0 : id_len(name + i, &has_sub);
		if (len == 0)
			continue;
		memcpy(out, name + i, len);
		out[len] = '\0';
		out[0] = 'T';
		if (has_sub)
			out[1 + MAIN_DIGITS] = '.';
		*at = i + len;
		return true;
	}
	return false;
}

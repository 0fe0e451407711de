/* One condition on one text. Case is ignored for A-Z only, as in Sysmon's open-source engine. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "generators/engine/engine.h"

static unsigned char upper(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/*
 * Sysmon's substring search: nothing is found in an empty text, an empty pattern is found in any
 * other. `limit` bytes of the pattern count, or all if it is 0; so an empty token of a list is
 * compared as everything that follows it.
 */
static bool contains(const char *text, const char *pattern, size_t limit)
{
	if (*text == '\0')
		return false;
	size_t len = limit != 0 ? limit : strlen(pattern);
	for (; *text != '\0'; text++) {
		bool begins = len == 0 || upper(*text) == upper(*pattern);
		if (begins && strncasecmp(text, pattern, len) == 0)
			return true;
	}
	return false;
}

/* Cuts the next token of a ';' list; false at the end. A list has at least one token. */
static bool next_token(const char **list, const char **token_out, size_t *len_out)
{
	if (*list == NULL)
		return false;
	*token_out = *list;
	*len_out = strcspn(*list, ";");
	*list = (*list)[*len_out] == ';' ? *list + *len_out + 1 : NULL;
	return true;
}

static bool any_contained(const char *list, const char *field)
{
	const char *token;
	size_t len;
	while (next_token(&list, &token, &len)) {
		if (contains(field, token, len))
			return true;
	}
	return false;
}

static bool all_contained(const char *list, const char *field)
{
	const char *token;
	size_t len;
	while (next_token(&list, &token, &len)) {
		if (!contains(field, token, len))
			return false;
	}
	return true;
}

static bool any_equal(const char *list, const char *field)
{
	size_t field_len = strlen(field);
	const char *token;
	size_t len;
	while (next_token(&list, &token, &len)) {
		if (len == field_len && strncasecmp(field, token, len) == 0)
			return true;
	}
	return false;
}

static bool ends(const char *field, const char *value)
{
	size_t field_len = strlen(field);
	size_t len = strlen(value);
	return len <= field_len && strcasecmp(field + field_len - len, value) == 0;
}

static bool is_image(const char *field, const char *value)
{
	const char *slash = strchr(value, '\\') == NULL ? strrchr(field, '\\') : NULL;
	return strcasecmp(slash == NULL ? field : slash + 1, value) == 0;
}

/* Text order after folding to upper case. */
static int compare(const char *a, const char *b)
{
	while (*a != '\0' && upper(*a) == upper(*b)) {
		a++;
		b++;
	}
	return upper(*a) - upper(*b);
}

bool pk_operator_match(enum pk_operator op, const char *value, const char *field)
{
	switch (op) {
	case PK_OP_IS:
		return strcasecmp(field, value) == 0;
	case PK_OP_IS_NOT:
		return strcasecmp(field, value) != 0;
	case PK_OP_CONTAINS:
		return contains(field, value, 0);
	case PK_OP_CONTAINS_ANY:
		return any_contained(value, field);
	case PK_OP_IS_ANY:
		return any_equal(value, field);
	case PK_OP_CONTAINS_ALL:
		return all_contained(value, field);
	case PK_OP_EXCLUDES:
		return !contains(field, value, 0);
	case PK_OP_EXCLUDES_ANY:
		return !any_contained(value, field);
	case PK_OP_EXCLUDES_ALL:
		return !all_contained(value, field);
	case PK_OP_BEGIN_WITH:
		return strncasecmp(field, value, strlen(value)) == 0;
	case PK_OP_END_WITH:
		return ends(field, value);
	case PK_OP_LESS_THAN:
		return compare(field, value) < 0;
	case PK_OP_MORE_THAN:
		return compare(field, value) > 0;
	case PK_OP_IMAGE:
		return is_image(field, value);
	case PK_OP_NOT_BEGIN_WITH:
		return strncasecmp(field, value, strlen(value)) != 0;
	case PK_OP_NOT_END_WITH:
		return !ends(field, value);
	case PK_OP_COUNT:
		break;
	}
	return false;
}

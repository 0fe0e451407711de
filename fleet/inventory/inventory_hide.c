/*
 * Findings show the line that they are about: passwords that somebody wrote into an inventory,
 * where they are not read, must not get into logs that way. They are made unreadable in the text
 * that is shown, without a change of any place in it.
 */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

static const char *const marks[] = {"pass", "secret"};

bool pk_inventory_is_secret(const char *name)
{
	for (size_t i = 0; i < PK_COUNT(marks); i++) {
		if (pk_text_find_nocase(name, marks[i]) != NULL)
			return true;
	}
	return false;
}

/* --- names --- */

static bool is_of_name(char c)
{
	char lower = pk_text_lower(c);
	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		c == '.';
}

/* Where each mark comes next; NULL: not any more. */
struct next_marks {
	const char *at[PK_COUNT(marks)];
};

static void begin_marks(struct next_marks *next, const char *text)
{
	for (size_t i = 0; i < PK_COUNT(marks); i++)
		next->at[i] = pk_text_find_nocase(text, marks[i]);
}

/* The first mark from `text` on, which only grows; NULL: there is none. */
static const char *find_mark(struct next_marks *next, const char *text)
{
	const char *first = NULL;
	for (size_t i = 0; i < PK_COUNT(marks); i++) {
		if (next->at[i] != NULL && next->at[i] < text)
			next->at[i] = pk_text_find_nocase(text, marks[i]);
		if (next->at[i] != NULL && (first == NULL || next->at[i] < first))
			first = next->at[i];
	}
	return first;
}

/* password_file and password_env say where a secret is, and not what it is. */
static bool tells_where(const char *name, const char *end)
{
	static const char *const ends[] = {"_file", "_env"};
	for (size_t i = 0; i < PK_COUNT(ends); i++) {
		size_t len = strlen(ends[i]);
		if ((size_t)(end - name) > len && memcmp(end - len, ends[i], len) == 0)
			return true;
	}
	return false;
}

/* --- values --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where the value behind a name begins, which is set by '=' or ':'; NULL: there is none. */
static const char *find_value(const char *name_end)
{
	const char *c = name_end + (*name_end == '"' || *name_end == '\'' ? 1 : 0);
	c += strspn(c, " \t");
	if (*c != '=' && (*c != ':' || strchr(" \t\r\n", c[1]) == NULL))
		return NULL;
	bool yaml = *c == ':';
	c++;
	c += strspn(c, " \t");
	return yaml && (*c == '{' || *c == '[') ? NULL : c;
}

/* Is all behind the name on its line its value? Not between braces, or behind a host of an INI. */
static bool is_alone(const char *text, const char *name, bool yaml)
{
	for (; name > text && name[-1] != '\n'; name--) {
		if (yaml ? name[-1] == '{' || name[-1] == '[' : !is_blank(name[-1]))
			return false;
	}
	return true;
}

static size_t value_len(const char *value, bool alone, bool yaml)
{
	size_t line = strcspn(value, "\r\n");
	if (alone)
		return line;
	if (*value == '"' || *value == '\'') {
		const char *close = memchr(value + 1, *value, line - 1);
		return close == NULL ? line : (size_t)(close - value) + 1;
	}
	size_t len = strcspn(value, yaml ? ",}\r\n" : " \t\r\n");
	return len < line ? len : line;
}

/* Makes the values of the text unreadable whose names are those of secrets. */
static void hide(char *text)
{
	const char *mark;
	struct next_marks next;
	begin_marks(&next, text);
	for (const char *from = text; (mark = find_mark(&next, from)) != NULL;) {
		const char *name = mark;
		const char *name_end = mark;
		while (name > from && is_of_name(name[-1]))
			name--;
		while (is_of_name(*name_end))
			name_end++;
		const char *value = find_value(name_end);
		from = name_end;
		if (value == NULL || tells_where(name, name_end))
			continue;
		bool yaml = memchr(name_end, ':', (size_t)(value - name_end)) != NULL;
		size_t len = value_len(value, is_alone(text, name, yaml), yaml);
		memset(text + (value - text), '*', len);
		from = value + len;
	}
}

void pk_inventory_hide_secrets(struct pk_source *source)
{
	if (!pk_inventory_is_secret(source->text))
		return;
	char *text = pk_arena_alloc(source->arena, source->len + 1);
	memcpy(text, source->text, source->len);
	text[source->len] = '\0';
	hide(text);
	source->text = text;
}

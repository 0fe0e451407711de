#include "base/glob.h"

#include <string.h>

#include "base/text.h"

static bool is_any_folders(const char *name)
{
	return name[0] == '*' && name[1] == '*';
}

/* What is wrong with the name from `name` to `end`. */
static const char *fault_of_name(const char *name, const char *end)
{
	size_t len = (size_t)(end - name);
	if (len == 0)
		return "a name in it is empty";
	if (strncmp(name, "..", len) == 0 && len <= 2)
		return "'.' and '..' are no names of files";
	if (len == 2 && is_any_folders(name))
		return NULL;
	for (const char *c = name; c < end; c++) {
		if (*c == '\\' && ++c == end)
			return "nothing stands behind its last '\\'";
		if (is_any_folders(c))
			return "'**' must be a whole name";
	}
	return NULL;
}

const char *pk_glob_fault(const char *pattern)
{
	if (pattern[0] == '\0')
		return "it is empty";
	if (strlen(pattern) > PK_GLOB_MAX)
		return "it is too long";
	if (pattern[0] == '/')
		return "it starts with '/'";
	if (pk_text_ends(pattern, "/"))
		return "it ends in '/'";
	for (const char *name = pattern;;) {
		const char *end = strchrnul(name, '/');
		const char *fault = fault_of_name(name, end);
		if (fault != NULL || *end == '\0')
			return fault;
		name = end + 1;
	}
}

/* A match goes from place to place in the pattern; `places` says which ones it has come to. */

/* Marks `place`, and those that are reached from it without a further character. */
static void mark(bool *places, const char *pattern, size_t place)
{
	bool begins = place == 0 || pattern[place - 1] == '/';
	places[place] = true;
	if (begins && is_any_folders(pattern + place)) {
		if (pattern[place + 2] == '/')
			mark(places, pattern, place + 3);
		else
			places[place + 2] = true;
	} else if (pattern[place] == '*') {
		mark(places, pattern, place + 1);
	}
}

/* Marks in `next` where `place` leads with the character `c`. */
static void step(bool *next, const char *pattern, size_t place, char c)
{
	const char *at = pattern + place;
	if (is_any_folders(at)) {
		next[place] = true; /* further into the folders: a file at the top is not meant */
		if (at[2] == '\0')
			next[place + 2] = true;
		else if (c == '/')
			mark(next, pattern, place + 3);
	} else if (at[0] == '*') {
		if (c != '/')
			mark(next, pattern, place);
	} else if (at[0] == '?') {
		if (c != '/')
			mark(next, pattern, place + 1);
	} else if (at[0] == '\\') {
		if (at[1] == c)
			mark(next, pattern, place + 2);
	} else if (at[0] == c) {
		mark(next, pattern, place + 1);
	}
}

bool pk_glob_match(const char *pattern, const char *path)
{
	bool rows[2][PK_GLOB_MAX + 1];
	size_t len = strlen(pattern);
	bool *now = rows[0];
	bool *next = rows[1];
	memset(now, 0, len + 1);
	mark(now, pattern, 0);
	for (; *path != '\0'; path++) {
		memset(next, 0, len + 1);
		for (size_t place = 0; place < len; place++) {
			if (now[place])
				step(next, pattern, place, *path);
		}
		bool *done = now;
		now = next;
		next = done;
	}
	return now[len];
}

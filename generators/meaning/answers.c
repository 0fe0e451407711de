/*
 * Relations between answers. An answer stands for the set of texts that give it; what is said here
 * is that one set lies within another, or that two have nothing in common. Each row of reasoning is
 * about texts in lower case. Facts: docs/sysmon-facts.md sections 6 and 16.
 */
#include "generators/meaning/answers.h"

#include <string.h>

#include "base/text.h"

char *pk_text_fold(struct pk_arena *arena, const char *text)
{
	char *folded = pk_arena_strdup(arena, text);
	for (char *c = folded; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return folded;
}

static unsigned char upper(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

int pk_answer_compare(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (upper(*a) > upper(*b)) - (upper(*a) < upper(*b));
}

/* What stands behind the last backslash, or all of it. */
static const char *file_name(const char *text)
{
	const char *slash = strrchr(text, '\\');
	return slash == NULL ? text : slash + 1;
}

bool pk_answer_holds(const struct pk_answer *answer, const char *folded)
{
	bool holds = false;
	switch (answer->kind) {
	case PK_ANSWER_IS:
		holds = strcmp(folded, answer->text) == 0;
		break;
	case PK_ANSWER_CONTAINS:
		holds = folded[0] != '\0' && strstr(folded, answer->text) != NULL;
		break;
	case PK_ANSWER_BEGINS:
		holds = pk_text_starts(folded, answer->text);
		break;
	case PK_ANSWER_ENDS:
		holds = pk_text_ends(folded, answer->text);
		break;
	case PK_ANSWER_IMAGE:
		holds = strcmp(file_name(folded), answer->text) == 0;
		break;
	case PK_ANSWER_LESS:
		holds = pk_answer_compare(folded, answer->text) < 0;
		break;
	case PK_ANSWER_MORE:
		holds = pk_answer_compare(folded, answer->text) > 0;
		break;
	}
	return holds != answer->negated;
}

bool pk_question_holds_folded(const struct pk_question *question, const char *folded)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		if (pk_answer_holds(&question->answers.items[i], folded))
			return true;
	}
	return false;
}

bool pk_question_has_answer(const struct pk_question *question, const struct pk_answer *answer)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *other = &question->answers.items[i];
		if (other->kind == answer->kind && other->negated == answer->negated &&
			strcmp(other->text, answer->text) == 0)
			return true;
	}
	return false;
}

bool pk_clause_holds_folded(const struct pk_clause *clause, const char *const *folded)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		if (!pk_question_holds_folded(question, folded[question->field]))
			return false;
	}
	return true;
}

struct pk_answer pk_answer_opposite(const struct pk_answer *answer)
{
	struct pk_answer opposite = *answer;
	opposite.negated = !answer->negated;
	return opposite;
}

/* --- what plain answers say, without regard to `negated` --- */

/* All texts that begin with `prefix` come before, or behind, `text`. */
static bool all_less(const char *prefix, const char *text)
{
	return pk_answer_compare(prefix, text) < 0 && !pk_text_starts(text, prefix);
}

static bool all_more(const char *prefix, const char *text)
{
	return pk_answer_compare(prefix, text) > 0;
}

/* `text` ends with a backslash and `name`. */
static bool ends_with_file(const char *text, const char *name)
{
	size_t len = strlen(text);
	size_t name_len = strlen(name);
	return len > name_len && text[len - name_len - 1] == '\\' &&
		strcmp(text + len - name_len, name) == 0;
}

/* Whatever contains, begins or ends with `part` (not empty) contains this, too. */
static bool part_implies(const char *part, const struct pk_answer *b)
{
	if (b->kind == PK_ANSWER_CONTAINS)
		return strstr(part, b->text) != NULL;
	return b->kind == PK_ANSWER_MORE && b->text[0] == '\0';
}

static bool begins_implies(const char *prefix, const struct pk_answer *b)
{
	switch (b->kind) {
	case PK_ANSWER_BEGINS:
		return pk_text_starts(prefix, b->text);
	case PK_ANSWER_LESS:
		return all_less(prefix, b->text);
	case PK_ANSWER_MORE:
		return all_more(prefix, b->text);
	case PK_ANSWER_CONTAINS:
		return part_implies(prefix, b);
	case PK_ANSWER_IS:
	case PK_ANSWER_ENDS:
	case PK_ANSWER_IMAGE:
		break;
	}
	return false;
}

static bool ends_implies(const char *suffix, const struct pk_answer *b)
{
	if (b->kind == PK_ANSWER_ENDS)
		return pk_text_ends(suffix, b->text);
	if (b->kind == PK_ANSWER_IMAGE)
		return ends_with_file(suffix, b->text);
	return part_implies(suffix, b);
}

static bool image_implies(const char *name, const struct pk_answer *b)
{
	if (b->kind == PK_ANSWER_IMAGE)
		return strcmp(name, b->text) == 0;
	if (b->kind == PK_ANSWER_ENDS)
		return pk_text_ends(name, b->text);
	return name[0] != '\0' && part_implies(name, b);
}

static bool implies(const struct pk_answer *a, const struct pk_answer *b)
{
	switch (a->kind) {
	case PK_ANSWER_IS:
		return pk_answer_holds(b, a->text) != b->negated;
	case PK_ANSWER_CONTAINS:
		return part_implies(a->text, b);
	case PK_ANSWER_BEGINS:
		return begins_implies(a->text, b);
	case PK_ANSWER_ENDS:
		return ends_implies(a->text, b);
	case PK_ANSWER_IMAGE:
		return image_implies(a->text, b);
	case PK_ANSWER_LESS:
		return b->kind == PK_ANSWER_LESS && pk_answer_compare(a->text, b->text) <= 0;
	case PK_ANSWER_MORE:
		return (b->kind == PK_ANSWER_MORE && pk_answer_compare(a->text, b->text) >= 0) ||
			(b->kind == PK_ANSWER_CONTAINS && b->text[0] == '\0');
	}
	return false;
}

static bool begins_excludes(const char *prefix, const struct pk_answer *b)
{
	switch (b->kind) {
	case PK_ANSWER_BEGINS:
		return !pk_text_starts(prefix, b->text) && !pk_text_starts(b->text, prefix);
	case PK_ANSWER_LESS:
		return pk_answer_compare(prefix, b->text) >= 0;
	case PK_ANSWER_MORE:
		return all_less(prefix, b->text);
	case PK_ANSWER_IS:
	case PK_ANSWER_CONTAINS:
	case PK_ANSWER_ENDS:
	case PK_ANSWER_IMAGE:
		break;
	}
	return false;
}

static bool ends_excludes(const char *suffix, const struct pk_answer *b)
{
	if (b->kind == PK_ANSWER_ENDS)
		return !pk_text_ends(suffix, b->text) && !pk_text_ends(b->text, suffix);
	if (b->kind == PK_ANSWER_IMAGE)
		return !pk_text_ends(b->text, suffix) && !ends_with_file(suffix, b->text) &&
			!(suffix[0] == '\\' && strcmp(suffix + 1, b->text) == 0);
	return false;
}

/* One order of the two: the other is asked by the caller. */
static bool excludes(const struct pk_answer *a, const struct pk_answer *b)
{
	switch (a->kind) {
	case PK_ANSWER_IS:
		return pk_answer_holds(b, a->text) == b->negated;
	case PK_ANSWER_BEGINS:
		return begins_excludes(a->text, b);
	case PK_ANSWER_ENDS:
		return ends_excludes(a->text, b);
	case PK_ANSWER_IMAGE:
		return b->kind == PK_ANSWER_IMAGE && strcmp(a->text, b->text) != 0;
	case PK_ANSWER_LESS:
		return b->kind == PK_ANSWER_MORE && pk_answer_compare(a->text, b->text) <= 0;
	case PK_ANSWER_CONTAINS:
	case PK_ANSWER_MORE:
		break;
	}
	return false;
}

/* --- with regard to `negated` --- */

bool pk_answers_clash(const struct pk_answer *a, const struct pk_answer *b)
{
	if (a->negated && b->negated)
		return false;
	if (a->negated)
		return implies(b, a);
	if (b->negated)
		return implies(a, b);
	return excludes(a, b) || excludes(b, a);
}

bool pk_answer_implies(const struct pk_answer *a, const struct pk_answer *b)
{
	struct pk_answer opposite = pk_answer_opposite(b);
	return pk_answers_clash(a, &opposite);
}

#include "generators/meaning/clause_text.h"

#include <string.h>

#include "generators/meaning/answers.h"

static const char *words_of(const struct pk_answer *answer)
{
	static const char *const words[][2] = {
		[PK_ANSWER_IS] = {"is", "is not"},
		[PK_ANSWER_CONTAINS] = {"contains", "does not contain"},
		[PK_ANSWER_BEGINS] = {"begins with", "does not begin with"},
		[PK_ANSWER_ENDS] = {"ends with", "does not end with"},
		[PK_ANSWER_IMAGE] = {"is image", "is not image"},
		[PK_ANSWER_LESS] = {"is less than", "is not less than"},
		[PK_ANSWER_MORE] = {"is more than", "is not more than"},
	};
	return words[answer->kind][answer->negated];
}

static void print_question(struct pk_buf *buf, const struct pk_question *question,
	const struct pk_event *event, size_t most)
{
	const char *last = "";
	pk_buf_puts(buf, event->fields[question->field]);
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		if (most > 0 && i == most) {
			pk_buf_printf(buf, " or %zu more", question->answers.len - most);
			return;
		}
		const char *words = words_of(answer);
		if (i > 0)
			pk_buf_puts(buf, " or");
		if (strcmp(words, last) != 0)
			pk_buf_printf(buf, " %s", words);
		pk_buf_printf(buf, " '%s'", answer->written);
		last = words;
	}
	if (question->answers.len == 0)
		pk_buf_puts(buf, " is what no text can be");
}

void pk_clause_print(struct pk_buf *buf, const struct pk_clause *clause,
	const struct pk_event *event, size_t most)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		if (i > 0)
			pk_buf_puts(buf, " and ");
		print_question(buf, &clause->questions.items[i], event, most);
	}
	if (clause->questions.len == 0)
		pk_buf_puts(buf, "every event");
}

/* --- changes --- */

/* The only question of `a` that `b` does not have; NULL if there are more or none. */
static const struct pk_question *only_other(const struct pk_clause *a, const struct pk_clause *b)
{
	const struct pk_question *other = NULL;
	for (size_t i = 0; i < a->questions.len; i++) {
		bool found = false;
		for (size_t k = 0; k < b->questions.len && !found; k++)
			found = pk_question_equal(&a->questions.items[i], &b->questions.items[k]);
		if (found)
			continue;
		if (other != NULL)
			return NULL;
		other = &a->questions.items[i];
	}
	return other;
}

/* The answers of `a` that `b` does not have. */
static void print_missing(struct pk_buf *buf, const struct pk_question *a,
	const struct pk_question *b, const char *sign, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < a->answers.len; i++) {
		const struct pk_answer *answer = &a->answers.items[i];
		if (pk_question_has_answer(b, answer))
			continue;
		if (most == 0 || count < most)
			pk_buf_printf(buf, " %s %s '%s'", sign, words_of(answer), answer->written);
		count++;
	}
	if (most > 0 && count > most)
		pk_buf_printf(buf, " %s %zu more", sign, count - most);
}

bool pk_clause_print_change(struct pk_buf *buf, const struct pk_clause *before,
	const struct pk_clause *after, const struct pk_event *event, size_t most)
{
	const struct pk_question *old = only_other(before, after);
	const struct pk_question *new = only_other(after, before);
	if (old == NULL || new == NULL || old->field != new->field)
		return false;
	for (size_t i = 0; i < before->questions.len; i++) {
		if (&before->questions.items[i] == old)
			continue;
		print_question(buf, &before->questions.items[i], event, most);
		pk_buf_puts(buf, " and ");
	}
	pk_buf_puts(buf, event->fields[old->field]);
	print_missing(buf, old, new, "-", most);
	print_missing(buf, new, old, "+", most);
	return true;
}

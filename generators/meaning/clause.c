/* Questions and clauses: how conditions become them, when they hold, when they are the same. */
#include "generators/meaning/clause.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "generators/meaning/answers.h"

/* --- holding --- */

static enum pk_operator operator_of(enum pk_answer_kind kind)
{
	static const enum pk_operator operators[] = {
		[PK_ANSWER_IS] = PK_OP_IS,
		[PK_ANSWER_CONTAINS] = PK_OP_CONTAINS,
		[PK_ANSWER_BEGINS] = PK_OP_BEGIN_WITH,
		[PK_ANSWER_ENDS] = PK_OP_END_WITH,
		[PK_ANSWER_IMAGE] = PK_OP_IMAGE,
		[PK_ANSWER_LESS] = PK_OP_LESS_THAN,
		[PK_ANSWER_MORE] = PK_OP_MORE_THAN,
	};
	return operators[kind];
}

bool pk_question_holds(const struct pk_question *question, const char *text)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		if (pk_operator_match(operator_of(answer->kind), answer->text, text) !=
			answer->negated)
			return true;
	}
	return false;
}

bool pk_clause_holds(const struct pk_clause *clause, const struct pk_engine_event *event)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		const char *text = event->values[question->field];
		if (!pk_question_holds(question, text != NULL ? text : "-"))
			return false;
	}
	return true;
}

/* --- equality --- */

static uint64_t hash_bytes(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_mix(uint64_t hash)
{
	hash = (hash ^ hash >> 31) * UINT64_C(0x7fb5d329728ea185);
	return hash ^ hash >> 29;
}

static uint64_t answer_hash(const struct pk_answer *answer)
{
	uint64_t seed = UINT64_C(0xcbf29ce484222325) + (uint64_t)answer->kind * 2;
	return hash_mix(hash_bytes(hash_mix(seed + answer->negated), answer->text));
}

void pk_question_add(
	struct pk_arena *arena, struct pk_question *question, const struct pk_answer *answer)
{
	if (pk_question_has_answer(question, answer))
		return;
	*pk_list_push(arena, &question->answers) = *answer;
	question->hash += answer_hash(answer);
}

bool pk_question_equal(const struct pk_question *a, const struct pk_question *b)
{
	if (a->field != b->field || a->hash != b->hash || a->answers.len != b->answers.len)
		return false;
	for (size_t i = 0; i < a->answers.len; i++) {
		if (!pk_question_has_answer(b, &a->answers.items[i]))
			return false;
	}
	return true;
}

bool pk_clause_equal(const struct pk_clause *a, const struct pk_clause *b)
{
	if (a->hash != b->hash || a->questions.len != b->questions.len)
		return false;
	for (size_t i = 0; i < a->questions.len; i++) {
		if (!pk_question_equal(&a->questions.items[i], &b->questions.items[i]))
			return false;
	}
	return true;
}

static int compare_questions(const void *a, const void *b)
{
	const struct pk_question *left = a;
	const struct pk_question *right = b;
	if (left->field != right->field)
		return left->field < right->field ? -1 : 1;
	return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Every text gives one of two answers: one of them is negative then. */
static bool is_tautology(const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		if (!question->answers.items[i].negated)
			continue;
		struct pk_answer opposite = pk_answer_opposite(&question->answers.items[i]);
		for (size_t k = 0; k < question->answers.len; k++) {
			if (k != i && pk_answer_implies(&opposite, &question->answers.items[k]))
				return true;
		}
	}
	return false;
}

void pk_clause_finish(struct pk_clause *clause)
{
	if (clause->questions.len > 1)
		qsort(clause->questions.items, clause->questions.len,
			sizeof(*clause->questions.items), compare_questions);
	size_t kept = 0;
	clause->fields = 0;
	clause->hash = 0;
	for (size_t i = 0; i < clause->questions.len; i++) {
		struct pk_question *question = &clause->questions.items[i];
		if (kept > 0 && pk_question_equal(question, &clause->questions.items[kept - 1]))
			continue;
		if (is_tautology(question))
			continue;
		clause->fields |= UINT32_C(1) << question->field;
		clause->hash =
			hash_mix(clause->hash * 31 + question->hash + (uint64_t)question->field);
		clause->questions.items[kept++] = *question;
	}
	clause->questions.len = kept;
}

/* --- conditions --- */

/* How an operator is taken apart. */
struct form {
	enum pk_answer_kind kind;
	bool negated;
	bool list;
	bool all; /* each token is a question of its own */
};

static struct form form_of(enum pk_operator op)
{
	static const struct form forms[PK_OP_COUNT] = {
		[PK_OP_IS] = {PK_ANSWER_IS, false, false, false},
		[PK_OP_IS_NOT] = {PK_ANSWER_IS, true, false, false},
		[PK_OP_IS_ANY] = {PK_ANSWER_IS, false, true, false},
		[PK_OP_CONTAINS] = {PK_ANSWER_CONTAINS, false, false, false},
		[PK_OP_CONTAINS_ANY] = {PK_ANSWER_CONTAINS, false, true, false},
		[PK_OP_CONTAINS_ALL] = {PK_ANSWER_CONTAINS, false, true, true},
		[PK_OP_EXCLUDES] = {PK_ANSWER_CONTAINS, true, false, false},
		[PK_OP_EXCLUDES_ANY] = {PK_ANSWER_CONTAINS, true, true, true},
		[PK_OP_EXCLUDES_ALL] = {PK_ANSWER_CONTAINS, true, true, false},
		[PK_OP_BEGIN_WITH] = {PK_ANSWER_BEGINS, false, false, false},
		[PK_OP_NOT_BEGIN_WITH] = {PK_ANSWER_BEGINS, true, false, false},
		[PK_OP_END_WITH] = {PK_ANSWER_ENDS, false, false, false},
		[PK_OP_NOT_END_WITH] = {PK_ANSWER_ENDS, true, false, false},
		[PK_OP_IMAGE] = {PK_ANSWER_IMAGE, false, false, false},
		[PK_OP_LESS_THAN] = {PK_ANSWER_LESS, false, false, false},
		[PK_OP_MORE_THAN] = {PK_ANSWER_MORE, false, false, false},
	};
	return forms[op];
}

/* What one value says. */
enum meant {
	SAYS_SOMETHING,
	ALWAYS,
	NEVER,
};

/*
 * The answer for one value, in the one way we write it: nothing is an empty prefix or suffix, and
 * "is not empty" is written as contains.
 */
static enum meant make_answer(struct pk_arena *arena, struct pk_answer *out,
	const struct form *form, const char *text, size_t len)
{
	enum pk_answer_kind kind = form->kind;
	bool negated = form->negated;
	if (len == 0 && (kind == PK_ANSWER_BEGINS || kind == PK_ANSWER_ENDS))
		return negated ? NEVER : ALWAYS;
	if (len == 0 && kind == PK_ANSWER_LESS)
		return NEVER;
	if (len == 0 && negated && (kind == PK_ANSWER_IS || kind == PK_ANSWER_CONTAINS)) {
		kind = kind == PK_ANSWER_IS ? PK_ANSWER_CONTAINS : PK_ANSWER_IS;
		negated = false;
	}
	if (kind == PK_ANSWER_IMAGE && memchr(text, '\\', len) != NULL)
		kind = PK_ANSWER_IS;

	const char *written = pk_arena_strndup(arena, text, len);
	*out = (struct pk_answer){.kind = kind,
		.negated = negated,
		.text = pk_text_fold(arena, written),
		.written = written};
	return SAYS_SOMETHING;
}

/*
 * Cuts the next token of a list as Sysmon does: an empty token of a contains is all that follows
 * it, separators included (Sysmon facts, docs/sysmon-facts.md section 6).
 */
static bool next_token(
	const char **list, const char **token_out, size_t *len_out, const struct form *form)
{
	if (*list == NULL)
		return false;
	*token_out = *list;
	*len_out = form->list ? strcspn(*list, ";") : strlen(*list);
	*list = (*list)[*len_out] == ';' ? *list + *len_out + 1 : NULL;
	if (*len_out == 0 && form->kind == PK_ANSWER_CONTAINS)
		*len_out = strlen(*token_out);
	return true;
}

void pk_clause_add_condition(struct pk_arena *arena, struct pk_clause *clause, int field,
	enum pk_operator op, const char *value)
{
	struct form form = form_of(op);
	struct pk_question question = {.field = field};
	const char *token;
	size_t len;
	while (next_token(&value, &token, &len, &form)) {
		struct pk_answer answer;
		enum meant meant = make_answer(arena, &answer, &form, token, len);
		if (meant == ALWAYS)
			return;
		if (meant == SAYS_SOMETHING)
			pk_question_add(arena, &question, &answer);
		if (form.all) {
			*pk_list_push(arena, &clause->questions) = question;
			question = (struct pk_question){.field = field};
		}
	}
	if (!form.all)
		*pk_list_push(arena, &clause->questions) = question;
}

#include "generators/meaning/cover.h"

#include "generators/meaning/answers.h"
#include "generators/meaning/witness.h"

enum {
	STEPS_MAX = 4000,    /* clauses compared in one proof */
	ANSWERS_MAX = 400,   /* answers of a question that is looked at one by one */
	LEFTOVER_MAX = 200,  /* clauses of a cover that are cut off one by one */
	LEFTOVER_ROUNDS = 8, /* at most so often */
};

/* --- two clauses --- */

static bool answer_follows(const struct pk_answer *answer, const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		if (pk_answer_implies(answer, &question->answers.items[i]))
			return true;
	}
	return false;
}

/* Each answer of one implies an answer of the other. */
static bool question_follows(const struct pk_question *a, const struct pk_question *b)
{
	if (a->field != b->field)
		return false;
	if (pk_question_equal(a, b))
		return true;
	for (size_t i = 0; i < a->answers.len; i++) {
		if (!answer_follows(&a->answers.items[i], b))
			return false;
	}
	return true;
}

/* `question` follows from the questions of `a` about its field, alone or together. */
static bool follows_of(
	struct pk_arena *arena, const struct pk_clause *a, const struct pk_question *question)
{
	struct pk_field_wish wish = {0};
	size_t asked = 0;
	for (size_t i = 0; i < a->questions.len; i++) {
		const struct pk_question *known = &a->questions.items[i];
		if (question_follows(known, question))
			return true;
		asked += known->field == question->field;
	}
	if (asked < 2)
		return false;
	for (size_t i = 0; i < a->questions.len; i++) {
		if (a->questions.items[i].field == question->field)
			*pk_list_push(arena, &wish.answers) = &a->questions.items[i];
	}
	*pk_list_push(arena, &wish.avoids) = question;
	return pk_field_impossible(arena, &wish);
}

bool pk_clause_follows(struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b)
{
	for (size_t i = 0; i < b->questions.len; i++) {
		if (!follows_of(arena, a, &b->questions.items[i]))
			return false;
	}
	return true;
}

/* What the clause wishes of the field, added to `wish`. */
static void add_wishes(struct pk_arena *arena, struct pk_field_wish *wish,
	const struct pk_clause *clause, int field)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		if (clause->questions.items[i].field == field)
			*pk_list_push(arena, &wish->answers) = &clause->questions.items[i];
	}
}

bool pk_clauses_clash(struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b)
{
	int last = -1;
	for (size_t i = 0; i < b->questions.len; i++) {
		int field = b->questions.items[i].field;
		if (field == last || !(a->fields >> field & 1))
			continue;
		last = field;
		struct pk_field_wish wish = {0};
		add_wishes(arena, &wish, a, field);
		add_wishes(arena, &wish, b, field);
		if (pk_field_impossible(arena, &wish))
			return true;
	}
	return false;
}

bool pk_clause_is_impossible(struct pk_arena *arena, const struct pk_clause *clause)
{
	for (int field = 0; field < PK_SCHEMA_FIELDS_MAX; field++) {
		struct pk_field_wish wish = {0};
		if (!(clause->fields >> field & 1))
			continue;
		add_wishes(arena, &wish, clause, field);
		if (pk_field_impossible(arena, &wish))
			return true;
	}
	return false;
}

/* --- a clause and a cover --- */

const struct pk_clause *pk_cover_find(
	struct pk_arena *arena, const struct pk_clause *clause, const struct pk_clauses *cover)
{
	for (size_t i = 0; i < cover->list.len; i++) {
		const struct pk_clause *item = cover->list.items[i];
		if ((item->fields & ~clause->fields) == 0 && pk_clause_follows(arena, clause, item))
			return item;
	}
	return NULL;
}

struct proof {
	struct pk_arena *arena;
	struct pk_clauses near; /* of the cover: ask no field that the clause does not ask */
	const struct pk_clause *by;
	size_t steps;
	size_t rounds; /* clauses of the cover that were cut off */
};

static bool one_is_enough(
	struct proof *proof, const struct pk_clause *clause, const struct pk_clauses *cover)
{
	proof->by = pk_cover_find(proof->arena, clause, cover);
	proof->steps += cover->list.len;
	return proof->by != NULL;
}

/* The clause with only answer `answer` of its question `at`. */
static struct pk_clause with_answer(
	struct pk_arena *arena, const struct pk_clause *clause, size_t at, size_t answer)
{
	struct pk_clause part = *clause;
	part.questions.items = NULL;
	part.questions.len = part.questions.cap = 0;
	for (size_t i = 0; i < clause->questions.len; i++) {
		struct pk_question *question = pk_list_push(arena, &part.questions);
		*question = clause->questions.items[i];
		if (i != at)
			continue;
		question->answers.items += answer;
		question->answers.len = question->answers.cap = 1;
		question->hash += answer + 1; /* another question than the whole */
	}
	return part;
}

static bool prove(struct proof *proof, const struct pk_clause *clause, size_t from);

/* Each answer of question `at` alone is covered. */
static bool prove_by_answers(struct proof *proof, const struct pk_clause *clause, size_t at)
{
	const struct pk_question *question = &clause->questions.items[at];
	if (question->answers.len > ANSWERS_MAX)
		return false;
	for (size_t i = 0; i < question->answers.len; i++) {
		struct pk_clause part = with_answer(proof->arena, clause, at, i);
		if (proof->steps >= STEPS_MAX || !prove(proof, &part, at + 1))
			return false;
	}
	proof->by = NULL;
	return true;
}

/* One of the cover holds, or the questions from `from` on are looked at answer by answer. */
static bool prove(struct proof *proof, const struct pk_clause *clause, size_t from)
{
	proof->steps++;
	if (one_is_enough(proof, clause, &proof->near))
		return true;
	for (size_t at = from; at < clause->questions.len && proof->near.list.len > 0; at++) {
		if (clause->questions.items[at].answers.len > 1 &&
			prove_by_answers(proof, clause, at))
			return true;
	}
	return from > 0 && pk_clause_is_impossible(proof->arena, clause);
}

/* --- what a cover leaves over --- */

/* The only question of `cover` that does not follow from `clause`; NULL if there are more. */
static const struct pk_question *only_open(
	struct pk_arena *arena, const struct pk_clause *clause, const struct pk_clause *cover)
{
	const struct pk_question *open = NULL;
	for (size_t i = 0; i < cover->questions.len; i++) {
		const struct pk_question *question = &cover->questions.items[i];
		if (follows_of(arena, clause, question))
			continue;
		if (open != NULL)
			return NULL;
		open = question;
	}
	return open;
}

/* The part of the clause on which the question is not answered. */
static struct pk_clause cut_off(
	struct pk_arena *arena, const struct pk_clause *clause, const struct pk_question *question)
{
	struct pk_clause rest = *clause;
	rest.questions.items = NULL;
	rest.questions.len = rest.questions.cap = 0;
	for (size_t i = 0; i < clause->questions.len; i++)
		*pk_list_push(arena, &rest.questions) = clause->questions.items[i];
	for (size_t i = 0; i < question->answers.len; i++) {
		struct pk_question *opposite = pk_list_push(arena, &rest.questions);
		*opposite = (struct pk_question){
			.field = question->field, .hash = question->hash + i + 1};
		*pk_list_push(arena, &opposite->answers) =
			pk_answer_opposite(&question->answers.items[i]);
	}
	rest.fields |= UINT32_C(1) << question->field;
	return rest;
}

/*
 * Where a clause of the cover has one question that is open, it holds on one part of the clause; it
 * is left to cover the other.
 */
static bool prove_leftover(
	struct proof *proof, const struct pk_clause *clause, const struct pk_clauses *from)
{
	if (from->list.len > LEFTOVER_MAX)
		return false;
	for (size_t i = 0; i < from->list.len && proof->rounds < LEFTOVER_ROUNDS; i++) {
		const struct pk_question *open =
			only_open(proof->arena, clause, from->list.items[i]);
		if (open == NULL || open->answers.len > ANSWERS_MAX)
			continue;
		proof->rounds++;
		struct pk_clause rest = cut_off(proof->arena, clause, open);
		if (pk_clause_is_impossible(proof->arena, &rest) ||
			one_is_enough(proof, &rest, from) || prove_leftover(proof, &rest, from)) {
			proof->by = NULL;
			return true;
		}
	}
	return false;
}

bool pk_cover_proves(struct pk_arena *arena, const struct pk_clause *clause,
	const struct pk_clauses *cover, const struct pk_clause **by_out)
{
	struct proof proof = {.arena = arena};
	for (size_t i = 0; i < cover->list.len; i++) {
		const struct pk_clause *item = cover->list.items[i];
		if ((item->fields & ~clause->fields) == 0)
			*pk_list_push(arena, &proof.near.list) = item;
	}
	if (!prove(&proof, clause, 0) && !pk_clause_is_impossible(arena, clause) &&
		!prove_leftover(&proof, clause, cover))
		return false;
	if (by_out != NULL)
		*by_out = proof.by;
	return true;
}

/* --- helpers --- */

const struct pk_clause *pk_clause_join(
	struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b)
{
	struct pk_clause *both = PK_NEW(arena, struct pk_clause);
	*both = *a;
	both->questions.items = NULL;
	both->questions.len = both->questions.cap = 0;
	for (size_t i = 0; i < a->questions.len; i++)
		*pk_list_push(arena, &both->questions) = a->questions.items[i];
	for (size_t i = 0; i < b->questions.len; i++)
		*pk_list_push(arena, &both->questions) = b->questions.items[i];
	pk_clause_finish(both);
	return both;
}

void pk_clauses_of(struct pk_arena *arena, struct pk_clauses *out,
	const struct pk_meaning_event *event, bool include)
{
	for (size_t b = 0; b < event->blocks.len; b++) {
		const struct pk_block *block = &event->blocks.items[b];
		for (size_t c = 0; c < block->clauses.len && block->include == include; c++)
			*pk_list_push(arena, &out->list) = &block->clauses.items[c];
	}
}

bool pk_meaning_is_opaque(const struct pk_meaning_event *event, bool include)
{
	for (size_t b = 0; b < event->blocks.len; b++) {
		if (event->blocks.items[b].include == include && event->blocks.items[b].opaque)
			return true;
	}
	return false;
}

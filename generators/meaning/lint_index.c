/*
 * Which clauses can be implied by which. A positive answer is implied by another one only if its
 * text is part of the other's text, so the clauses that a clause may imply are found by the parts
 * of its texts, and no two clauses are compared that have nothing in common.
 */
#include <stdlib.h>
#include <string.h>

#include "generators/meaning/lint_parts.h"
#include "generators/sysmon/sysmon_convert.h"

enum {
	KEY_BYTES = 4, /* of a text that are hashed; shorter texts as a whole */
	BUCKETS_LEAST = 16,
};

/* --- clauses --- */

const struct pk_question *pk_lint_question(const struct pk_clause *clause, int field)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		if (clause->questions.items[i].field == field)
			return &clause->questions.items[i];
	}
	return NULL;
}

bool pk_lint_is_positive(const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		if (answer->negated || answer->kind == PK_ANSWER_LESS ||
			answer->kind == PK_ANSWER_MORE || answer->text[0] == '\0')
			return false;
	}
	return question->answers.len > 0;
}

static void add_questions(struct pk_arena *arena, struct pk_clause *to,
	const struct pk_clause *from, const struct pk_question *without)
{
	for (size_t i = 0; i < from->questions.len; i++) {
		if (&from->questions.items[i] != without)
			*pk_list_push(arena, &to->questions) = from->questions.items[i];
	}
}

/* The operator that gives a positive answer. */
static enum pk_operator operator_of(enum pk_answer_kind kind)
{
	switch (kind) {
	case PK_ANSWER_IS:
		return PK_OP_IS;
	case PK_ANSWER_CONTAINS:
		return PK_OP_CONTAINS;
	case PK_ANSWER_BEGINS:
		return PK_OP_BEGIN_WITH;
	case PK_ANSWER_ENDS:
		return PK_OP_END_WITH;
	case PK_ANSWER_IMAGE:
		return PK_OP_IMAGE;
	case PK_ANSWER_LESS:
		return PK_OP_LESS_THAN;
	case PK_ANSWER_MORE:
		return PK_OP_MORE_THAN;
	}
	__builtin_unreachable();
}

struct pk_clause pk_lint_split(
	struct pk_arena *arena, const struct pk_clause *clause, size_t question, size_t answer)
{
	const struct pk_question *whole = &clause->questions.items[question];
	const struct pk_answer *one = &whole->answers.items[answer];
	struct pk_clause split = {.name = clause->name, .span = clause->span};
	add_questions(arena, &split, clause, whole);
	pk_clause_add_condition(arena, &split, whole->field, operator_of(one->kind), one->written);
	pk_clause_finish(&split);
	return split;
}

/* --- building --- */

static size_t hash_bytes(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static size_t shortest_text(const struct pk_question *question)
{
	size_t shortest = SIZE_MAX;
	for (size_t i = 0; i < question->answers.len; i++) {
		size_t len = strlen(question->answers.items[i].text);
		shortest = len < shortest ? len : shortest;
	}
	return shortest;
}

/* The positive question whose texts are the rarest, taking length for it; NULL if there is none. */
static const struct pk_question *key_question(const struct pk_clause *clause)
{
	const struct pk_question *best = NULL;
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		if (!pk_lint_is_positive(question))
			continue;
		if (best == NULL || shortest_text(question) > shortest_text(best))
			best = question;
	}
	return best;
}

static void add_keys(struct pk_arena *arena, struct pk_lint_index *index,
	const struct pk_clause *clause, size_t place)
{
	const struct pk_question *question = key_question(clause);
	if (question == NULL) {
		*pk_list_push(arena, &index->unkeyed) = place;
		return;
	}
	for (size_t i = 0; i < question->answers.len; i++)
		*pk_list_push(arena, &index->keys) = (struct pk_lint_key){
			question->answers.items[i].text, question->field, place, 0};
}

static void fill_buckets(struct pk_arena *arena, struct pk_lint_index *index)
{
	size_t size = BUCKETS_LEAST;
	while (size < index->keys.len * 2)
		size *= 2;
	index->buckets = PK_NEW_ARRAY(arena, size_t, size);
	index->mask = size - 1;
	for (size_t i = 0; i < index->keys.len; i++) {
		struct pk_lint_key *key = &index->keys.items[i];
		size_t *bucket =
			&index->buckets[hash_bytes(key->text, strnlen(key->text, KEY_BYTES)) &
				index->mask];
		key->next = *bucket;
		*bucket = i + 1;
	}
}

/* In an and-element of several terms no term can be taken out without changing what is left. */
static bool is_one_rule(const struct pk_lint_event *event, const struct pk_block *block)
{
	const struct pk_sysmon *sysmon = event->meaning->sysmon;
	const struct pk_element *element = &sysmon->elements.items[block->element];
	return element->terms.len > 1 && pk_element_is_and(sysmon, element);
}

static void add_block(struct pk_lint_event *event, const struct pk_block *block)
{
	bool one = is_one_rule(event, block);
	const struct pk_clause *last = NULL;
	for (size_t i = 0; i < block->clauses.len; i++) {
		const struct pk_clause *clause = &block->clauses.items[i];
		bool same = last != NULL &&
			(one || (clause->term == last->term && clause->filter == last->filter));
		if (!same)
			*pk_list_push(event->arena, &event->rules) =
				(struct pk_lint_rule){block, event->places.len, 0};
		event->rules.items[event->rules.len - 1].count++;
		*pk_list_push(event->arena, &event->places) =
			(struct pk_lint_place){block, clause, event->rules.len - 1};
		last = clause;
	}
}

void pk_lint_event_make(struct pk_lint_event *event)
{
	for (size_t b = 0; b < event->said->blocks.len; b++) {
		const struct pk_block *block = &event->said->blocks.items[b];
		event->opaque |= block->opaque;
		add_block(event, block);
		if (!block->include)
			event->include_first = event->places.len;
	}
	for (size_t i = 0; i < event->places.len; i++) {
		struct pk_lint_index *index =
			i < event->include_first ? &event->excludes : &event->includes;
		add_keys(event->arena, index, event->places.items[i].clause, i);
	}
	fill_buckets(event->arena, &event->excludes);
	fill_buckets(event->arena, &event->includes);
}

/* --- finding --- */

static void find_at(struct pk_lint_found *out, const struct pk_lint_event *event,
	const struct pk_lint_index *index, int field, const char *text, size_t len)
{
	size_t at = index->buckets[hash_bytes(text, len) & index->mask];
	while (at != 0) {
		const struct pk_lint_key *key = &index->keys.items[at - 1];
		size_t key_len = strlen(key->text);
		bool fits = len < KEY_BYTES ? key_len == len : key_len >= len;
		if (fits && key->field == field && strncmp(text, key->text, key_len) == 0)
			*pk_list_push(event->arena, &out->places) = key->place;
		at = key->next;
	}
}

/* Keys that are part of the text. */
static void find_parts(struct pk_lint_found *out, const struct pk_lint_event *event,
	const struct pk_lint_index *index, int field, const char *text)
{
	for (; *text != '\0'; text++) {
		size_t most = strnlen(text, KEY_BYTES);
		for (size_t len = 1; len <= most; len++)
			find_at(out, event, index, field, text, len);
	}
}

static int compare_places(const void *a, const void *b)
{
	size_t left = *(const size_t *)a;
	size_t right = *(const size_t *)b;
	return (left > right) - (left < right);
}

static void sort_places(struct pk_lint_found *found)
{
	if (found->places.len == 0)
		return;
	qsort(found->places.items, found->places.len, sizeof(size_t), compare_places);
	size_t kept = 1;
	for (size_t i = 1; i < found->places.len; i++) {
		if (found->places.items[i] != found->places.items[kept - 1])
			found->places.items[kept++] = found->places.items[i];
	}
	found->places.len = kept;
}

/* A clause without questions is implied by all; any other needs a field in common. */
static bool may_imply(const struct pk_clause *a, const struct pk_clause *b)
{
	for (size_t i = 0; i < b->questions.len; i++) {
		if (pk_lint_question(a, b->questions.items[i].field) == NULL)
			return false;
	}
	return true;
}

void pk_lint_find(struct pk_lint_found *out, const struct pk_lint_event *event,
	const struct pk_lint_index *index, const struct pk_clause *clause)
{
	struct pk_lint_found found = {0};
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		if (pk_lint_is_positive(question))
			find_parts(&found, event, index, question->field,
				question->answers.items[0].text);
	}
	for (size_t i = 0; i < index->unkeyed.len; i++)
		*pk_list_push(event->arena, &found.places) = index->unkeyed.items[i];
	sort_places(&found);

	struct pk_lint_found fitting = {0};
	for (size_t i = 0; i < found.places.len; i++) {
		size_t place = found.places.items[i];
		if (may_imply(clause, event->places.items[place].clause))
			*pk_list_push(event->arena, &fitting.places) = place;
	}
	*out = fitting;
}

/* Side by side: what both configurations have, and event by event what they do not share. */
#include "generators/meaning/diff.h"

#include <stdlib.h>
#include <string.h>

#include "generators/meaning/diff_parts.h"
#include "generators/sysmon/sysmon_convert.h"

/* --- clauses of both --- */

bool pk_diff_same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int compare_clauses(const void *a, const void *b)
{
	const struct pk_clause *left = *(const struct pk_clause *const *)a;
	const struct pk_clause *right = *(const struct pk_clause *const *)b;
	return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Index in `sorted` of the first clause with the hash, or the number of clauses. */
static size_t first_with_hash(const struct pk_diff_clauses *clauses, uint64_t hash)
{
	size_t low = 0;
	size_t high = clauses->all.list.len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (clauses->sorted[middle]->hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct pk_clause *find(
	const struct pk_diff_clauses *clauses, const struct pk_clause *clause, bool named)
{
	size_t i = first_with_hash(clauses, clause->hash);
	for (; i < clauses->all.list.len && clauses->sorted[i]->hash == clause->hash; i++) {
		const struct pk_clause *other = clauses->sorted[i];
		if (pk_clause_equal(other, clause) &&
			(!named || pk_diff_same_name(other->name, clause->name)))
			return other;
	}
	return NULL;
}

const struct pk_clause *pk_diff_find(
	const struct pk_diff_clauses *clauses, const struct pk_clause *clause)
{
	return find(clauses, clause, false);
}

const struct pk_clause *pk_diff_find_named(
	const struct pk_diff_clauses *clauses, const struct pk_clause *clause)
{
	return find(clauses, clause, true);
}

static void gather(struct pk_arena *arena, struct pk_diff_clauses *out,
	const struct pk_meaning_event *event, bool include)
{
	pk_clauses_of(arena, &out->all, event, include);
	out->sorted = PK_NEW_ARRAY(arena, const struct pk_clause *, out->all.list.len + 1);
	if (out->all.list.len == 0)
		return;
	memcpy(out->sorted, out->all.list.items,
		out->all.list.len * sizeof(const struct pk_clause *));
	qsort(out->sorted, out->all.list.len, sizeof(const struct pk_clause *), compare_clauses);
}

/* --- schemas that differ --- */

static void move_questions(struct pk_arena *arena, struct pk_clause *clause, const int *moves)
{
	struct pk_clause moved = *clause;
	memset(&moved.questions, 0, sizeof(moved.questions));
	for (size_t i = 0; i < clause->questions.len; i++) {
		struct pk_question *question = pk_list_push(arena, &moved.questions);
		*question = clause->questions.items[i];
		question->field = moves[question->field];
	}
	pk_clause_finish(&moved);
	*clause = moved;
}

/* The event with fields in the places of `info`, which has them all. */
static const struct pk_meaning_event *move_fields(
	struct pk_arena *arena, const struct pk_meaning_event *event, const struct pk_event *info)
{
	int moves[PK_SCHEMA_FIELDS_MAX];
	for (size_t i = 0; i < event->event->field_count; i++)
		moves[i] = pk_event_field(info, event->event->fields[i]);

	struct pk_meaning_event *moved = PK_NEW(arena, struct pk_meaning_event);
	moved->event = info;
	moved->rest_logged = event->rest_logged;
	for (size_t b = 0; b < event->blocks.len; b++) {
		struct pk_block *block = pk_list_push(arena, &moved->blocks);
		*block = event->blocks.items[b];
		memset(&block->clauses, 0, sizeof(block->clauses));
		for (size_t c = 0; c < event->blocks.items[b].clauses.len; c++) {
			struct pk_clause *clause = pk_list_push(arena, &block->clauses);
			*clause = event->blocks.items[b].clauses.items[c];
			move_questions(arena, clause, moves);
		}
	}
	return moved;
}

static bool has_all_fields(const struct pk_event *event, const struct pk_event *of)
{
	for (size_t i = 0; i < of->field_count; i++) {
		if (pk_event_field(event, of->fields[i]) < 0)
			return false;
	}
	return true;
}

static bool has_same_fields(const struct pk_event *a, const struct pk_event *b)
{
	return a->field_count == b->field_count && has_all_fields(a, b) &&
		memcmp(a->fields, b->fields, a->field_count * sizeof(a->fields[0])) == 0;
}

static void make_side(struct pk_arena *arena, struct pk_diff_side *out,
	const struct pk_meaning *meaning, const struct pk_meaning_event *event,
	const struct pk_event *info)
{
	out->meaning = meaning;
	out->event = has_same_fields(event->event, info) ? event : move_fields(arena, event, info);
	for (size_t i = 0; i < info->field_count; i++)
		out->own_fields[i] = pk_event_field(event->event, info->fields[i]);
	gather(arena, &out->includes, out->event, true);
	gather(arena, &out->excludes, out->event, false);
}

struct pk_decision pk_diff_decide(
	const struct pk_diff_side *side, const struct pk_engine_event *event)
{
	struct pk_engine_event own = {.id = event->id};
	for (size_t i = 0; i < side->event->event->field_count; i++) {
		if (side->own_fields[i] >= 0)
			own.values[side->own_fields[i]] = event->values[i];
	}
	return pk_matcher_decide(side->matcher, &own);
}

/* --- one event id --- */

static const struct pk_element *element_of(
	const struct pk_meaning *meaning, const struct pk_block *block)
{
	return &meaning->sysmon->elements.items[block->element];
}

static bool same_filter(const struct pk_filter *a, const struct pk_filter *b)
{
	return strcmp(a->field, b->field) == 0 && pk_filter_operator(a) == pk_filter_operator(b) &&
		strcmp(a->value, b->value) == 0;
}

static bool same_term(const struct pk_element *left, const struct pk_term *a,
	const struct pk_element *right, const struct pk_term *b)
{
	if (a->is_rule != b->is_rule || a->filters.len != b->filters.len)
		return false;
	if (!a->is_rule)
		return same_filter(&a->filter, &b->filter) &&
			pk_diff_same_name(pk_filter_name(left, a, &a->filter),
				pk_filter_name(right, b, &b->filter));
	for (size_t i = 0; i < a->filters.len; i++) {
		const struct pk_filter *filter = &a->filters.items[i];
		const struct pk_filter *other = &b->filters.items[i];
		if (!same_filter(filter, other) ||
			!pk_diff_same_name(
				pk_filter_name(left, a, filter), pk_filter_name(right, b, other)))
			return false;
	}
	return pk_term_is_and(a) == pk_term_is_and(b);
}

/* Written the same: filters, Rules, relations, names, in the same order. */
static bool same_element(const struct pk_meaning *before, const struct pk_element *a,
	const struct pk_meaning *after, const struct pk_element *b)
{
	if (a->terms.len != b->terms.len || pk_element_is_include(a) != pk_element_is_include(b) ||
		pk_element_is_and(before->sysmon, a) != pk_element_is_and(after->sysmon, b))
		return false;
	for (size_t i = 0; i < a->terms.len; i++) {
		if (!same_term(a, &a->terms.items[i], b, &b->terms.items[i]))
			return false;
	}
	return true;
}

static bool has_element(const struct pk_diff_side *side, const struct pk_diff_side *other,
	const struct pk_block *wanted)
{
	for (size_t i = 0; i < side->event->blocks.len; i++) {
		if (same_element(side->meaning,
			    element_of(side->meaning, &side->event->blocks.items[i]),
			    other->meaning, element_of(other->meaning, wanted)))
			return true;
	}
	return false;
}

/* Elements that are not known clause by clause count unless the other side has the very same. */
static void look_for_opaque(struct pk_diff_side *side, const struct pk_diff_side *other)
{
	for (size_t i = 0; i < side->event->blocks.len; i++) {
		const struct pk_block *block = &side->event->blocks.items[i];
		if (!block->opaque || has_element(other, side, block))
			continue;
		side->opaque_include |= block->include;
		side->opaque_exclude |= !block->include;
	}
}

/* All elements are written the same and stand in the same order. */
static bool is_written_same(const struct pk_diff_pair *pair)
{
	const struct pk_diff_side *before = &pair->sides[0];
	const struct pk_diff_side *after = &pair->sides[1];
	if (before->meaning->schema->version != after->meaning->schema->version ||
		before->event->blocks.len != after->event->blocks.len ||
		before->event->rest_logged != after->event->rest_logged)
		return false;
	for (size_t i = 0; i < before->event->blocks.len; i++) {
		if (!same_element(before->meaning,
			    element_of(before->meaning, &before->event->blocks.items[i]),
			    after->meaning,
			    element_of(after->meaning, &after->event->blocks.items[i])))
			return false;
	}
	return true;
}

/* The two configurations, and what decides for each. */
struct configurations {
	const struct pk_meaning *before, *after;
	struct pk_matcher *matcher_before, *matcher_after;
};

static void compare_event(struct pk_arena *arena, struct pk_diff *diff,
	const struct configurations *of, const struct pk_meaning_event *left,
	const struct pk_meaning_event *right)
{
	const struct pk_event *info =
		has_all_fields(right->event, left->event) ? right->event : left->event;
	if (!has_all_fields(info, right->event))
		return;
	struct pk_diff_pair *pair = PK_NEW(arena, struct pk_diff_pair);
	struct pk_diff_event event = {.event = info};
	pair->arena = arena;
	pair->out = &event;
	make_side(arena, &pair->sides[0], of->before, left, info);
	make_side(arena, &pair->sides[1], of->after, right, info);
	pair->sides[0].matcher = of->matcher_before;
	pair->sides[1].matcher = of->matcher_after;
	if (is_written_same(pair))
		return;
	look_for_opaque(&pair->sides[0], &pair->sides[1]);
	look_for_opaque(&pair->sides[1], &pair->sides[0]);

	event.rules_before = left->blocks.len > 0;
	event.rules_after = right->blocks.len > 0;
	event.rest_before = left->rest_logged;
	event.rest_after = right->rest_logged;
	for (size_t i = 0; i < 2; i++)
		event.opaque |= pair->sides[i].opaque_include || pair->sides[i].opaque_exclude;
	pk_diff_logged(pair);
	pk_diff_labels(pair);
	if (event.widened != PK_NO || event.narrowed != PK_NO || event.relabelled != PK_NO)
		*pk_list_push(arena, &diff->events) = event;
}

const struct pk_diff *pk_diff_make(
	struct pk_arena *arena, const struct pk_meaning *before, const struct pk_meaning *after)
{
	struct pk_diff *diff = PK_NEW(arena, struct pk_diff);
	PK_AUTO(pk_matcher) *left_matcher = pk_matcher_create(before->engine, PK_MATCHER_AUTO);
	PK_AUTO(pk_matcher) *right_matcher = pk_matcher_create(after->engine, PK_MATCHER_AUTO);
	const struct configurations of = {before, after, left_matcher, right_matcher};
	for (size_t i = 0; i < before->events.len; i++) {
		const struct pk_meaning_event *left = &before->events.items[i];
		const struct pk_meaning_event *right = pk_meaning_find(after, left->event->id);
		if (right != NULL)
			compare_event(arena, diff, &of, left, right);
	}
	pk_diff_entries(arena, diff, before->sysmon, after->sysmon);
	return diff;
}

bool pk_diff_is_empty(const struct pk_diff *diff)
{
	return diff->events.len == 0 && diff->entries.len == 0 && diff->collection.len == 0;
}

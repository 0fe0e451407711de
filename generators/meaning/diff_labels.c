/*
 * Which events both sides log under different names. The first include clause that holds decides
 * the name; so two clauses are of interest if an event can be decided by the one before and by the
 * other after, and their names differ. A clause that gives no name leaves the event the name of a
 * filter that matched in an earlier Rule in vain (Sysmon facts, docs/sysmon-facts.md section 7);
 * those filters have to be the same on both sides, or nothing is proven.
 */
#include <string.h>

#include "generators/meaning/diff_parts.h"
#include "generators/sysmon/sysmon_convert.h"

enum {
	PAIRS_MAX = 3000,   /* pairs of clauses looked at in one event id */
	SEARCHES_MAX = 100, /* of which so many are searched for a witness */
	TRIED_FIRST = 40,   /* clauses of a side that are tried alone before pairs are */
	TRIED_PAIRS = 200,  /* pairs that are tried just so before all are looked at */
};

/* A term whose filters may name an event that something else decides. */
struct leak {
	const struct pk_element *element;
	const struct pk_term *term;
	bool in_and; /* of an and-element: what is asked depends on all of its terms */
};

/* One include clause in its place. */
struct place {
	const struct pk_clause *clause;
	size_t end; /* whatever it holds on is decided by a clause before this, on the other side */
	size_t leaks; /* terms asked before it that may name in vain */
	bool is_rest; /* what no rule matches: it is logged without any name */
};

struct labels {
	PK_LIST(struct place) places;
	PK_LIST(struct leak) leaks;
};

struct comparison {
	struct pk_diff_pair *pair;
	struct labels sides[2];
	bool same_leaks;
	struct pk_clauses drops;    /* excludes of both */
	struct pk_clauses order[2]; /* the drops, and then the clauses of a side */
	size_t pairs;
	size_t searches;
};

static void append(
	struct pk_arena *arena, struct pk_clauses *to, const struct pk_clauses *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*pk_list_push(arena, &to->list) = from->list.items[i];
}

/* --- places --- */

static bool has_name(const struct pk_element *element, const struct pk_term *term)
{
	const char *name = NULL;
	if (!term->is_rule)
		name = pk_filter_name(element, term, &term->filter);
	for (size_t i = 0; i < term->filters.len && (name == NULL || name[0] == '\0'); i++)
		name = pk_filter_name(element, term, &term->filters.items[i]);
	return name != NULL && name[0] != '\0';
}

static bool any_has_name(const struct pk_element *element)
{
	for (size_t i = 0; i < element->terms.len; i++) {
		if (has_name(element, &element->terms.items[i]))
			return true;
	}
	return false;
}

/* Adds the leaks of the element's terms from `from` to before `to`. */
static void add_leaks(struct comparison *comparison, size_t side, const struct pk_element *element,
	size_t from, size_t to)
{
	bool in_and = pk_element_is_and(comparison->pair->sides[side].meaning->sysmon, element);
	bool named = any_has_name(element);
	for (size_t i = from; i < to; i++) {
		const struct pk_term *term = &element->terms.items[i];
		bool is_strict = term->is_rule && pk_term_is_and(term) && has_name(element, term);
		if (in_and ? named : is_strict)
			*pk_list_push(comparison->pair->arena, &comparison->sides[side].leaks) =
				(struct leak){element, term, in_and};
	}
}

static void add_places(struct comparison *comparison, size_t side)
{
	const struct pk_diff_side *from = &comparison->pair->sides[side];
	struct labels *labels = &comparison->sides[side];
	for (size_t b = 0; b < from->event->blocks.len; b++) {
		const struct pk_block *block = &from->event->blocks.items[b];
		const struct pk_element *element =
			&from->meaning->sysmon->elements.items[block->element];
		size_t asked = 0;
		for (size_t c = 0; c < block->clauses.len && block->include; c++) {
			const struct pk_clause *clause = &block->clauses.items[c];
			if (clause->term > asked) {
				add_leaks(comparison, side, element, asked, clause->term);
				asked = clause->term;
			}
			*pk_list_push(comparison->pair->arena, &labels->places) =
				(struct place){clause, 0, labels->leaks.len, false};
		}
		add_leaks(comparison, side, element, asked, element->terms.len);
	}
	static const struct pk_clause everything = {0};
	if (from->event->rest_logged)
		*pk_list_push(comparison->pair->arena, &labels->places) =
			(struct place){&everything, 0, 0, true};
}

static bool same_filter_and_name(const struct leak *a, const struct pk_filter *left,
	const struct leak *b, const struct pk_filter *right)
{
	const char *left_name = pk_filter_name(a->element, a->term, left);
	const char *right_name = pk_filter_name(b->element, b->term, right);
	return strcmp(left->field, right->field) == 0 && strcmp(left->value, right->value) == 0 &&
		pk_filter_operator(left) == pk_filter_operator(right) &&
		pk_diff_same_name(left_name, right_name);
}

static bool same_leak(const struct leak *a, const struct leak *b)
{
	if (a->in_and != b->in_and || a->term->is_rule != b->term->is_rule ||
		a->term->filters.len != b->term->filters.len)
		return false;
	if (a->in_and &&
		(a->term - a->element->terms.items != b->term - b->element->terms.items ||
			a->element->terms.len != b->element->terms.len))
		return false;
	if (!a->term->is_rule)
		return same_filter_and_name(a, &a->term->filter, b, &b->term->filter);
	for (size_t i = 0; i < a->term->filters.len; i++) {
		if (!same_filter_and_name(
			    a, &a->term->filters.items[i], b, &b->term->filters.items[i]))
			return false;
	}
	return pk_term_is_and(a->term) == pk_term_is_and(b->term);
}

static bool have_same_leaks(const struct labels *a, const struct labels *b)
{
	if (a->leaks.len != b->leaks.len)
		return false;
	for (size_t i = 0; i < a->leaks.len; i++) {
		if (!same_leak(&a->leaks.items[i], &b->leaks.items[i]))
			return false;
	}
	return true;
}

/* --- where the other side decides at the latest --- */

/* The excludes of both, and the first `end` clauses of a side. Not to be added to. */
static struct pk_clauses earlier(const struct comparison *comparison, size_t side, size_t end)
{
	struct pk_clauses out = comparison->order[side];
	out.list.len = comparison->drops.list.len + end;
	return out;
}

/* The place behind the first clause that holds wherever this one holds; SIZE_MAX: none. */
static size_t end_by_one(
	const struct comparison *comparison, const struct pk_clause *clause, size_t other)
{
	const struct labels *labels = &comparison->sides[other];
	const struct pk_clause *twin =
		pk_diff_find(&comparison->pair->sides[other].includes, clause);
	for (size_t i = 0; i < labels->places.len; i++) {
		const struct pk_clause *candidate = labels->places.items[i].clause;
		if (twin != NULL ? candidate->hash == twin->hash && pk_clause_equal(candidate, twin)
				 : !(candidate->fields & ~clause->fields) &&
					pk_clause_follows(
						comparison->pair->arena, clause, candidate))
			return i + 1;
	}
	return SIZE_MAX;
}

/* The same where it takes several clauses before `end` together; else `end`. */
static size_t end_by_several(const struct comparison *comparison, const struct pk_clause *clause,
	size_t other, size_t end)
{
	struct pk_arena *arena = comparison->pair->arena;
	size_t low = 0;
	size_t high = comparison->sides[other].places.len;
	if (end <= high)
		high = end - 1;
	struct pk_clauses all = earlier(comparison, other, high);
	if (!pk_cover_proves(arena, clause, &all, NULL))
		return end;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct pk_clauses some = earlier(comparison, other, middle);
		if (pk_cover_proves(arena, clause, &some, NULL))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void find_ends(struct comparison *comparison, size_t side)
{
	const struct pk_diff_clauses *others = &comparison->pair->sides[!side].includes;
	for (size_t i = 0; i < comparison->sides[side].places.len; i++) {
		struct place *place = &comparison->sides[side].places.items[i];
		place->end = end_by_one(comparison, place->clause, !side);
		if (pk_diff_find(others, place->clause) == NULL)
			place->end = end_by_several(comparison, place->clause, !side, place->end);
	}
}

/* --- two clauses with different names --- */

static bool names_may_differ(
	const struct comparison *comparison, const struct place *a, const struct place *b)
{
	if (a->clause->name == NULL && b->clause->name == NULL) {
		if (a->is_rest || b->is_rest)
			return a->leaks + b->leaks > 0;
		return !comparison->same_leaks || a->leaks != b->leaks;
	}
	return !pk_diff_same_name(a->clause->name, b->clause->name);
}

static bool shows(struct comparison *comparison, struct pk_diff_witness *out,
	const struct pk_engine_event *event)
{
	struct pk_diff_pair *pair = comparison->pair;
	struct pk_diff_witness witness = {.event = *event,
		.before = pk_diff_decide(&pair->sides[0], event),
		.after = pk_diff_decide(&pair->sides[1], event)};
	if (!witness.before.logged || !witness.after.logged ||
		pk_diff_same_name(witness.before.rule_name, witness.after.rule_name))
		return false;
	if (pair->out->relabelled != PK_YES)
		pair->out->renamed = witness;
	pair->out->relabelled = PK_YES;
	*out = witness;
	return true;
}

/* An event on which both hold, that no clause before them decides. */
static bool search(struct comparison *comparison, struct pk_diff_witness *out, size_t before,
	size_t after, const struct pk_clauses *fails)
{
	const struct pk_clause *holds[] = {comparison->sides[0].places.items[before].clause,
		comparison->sides[1].places.items[after].clause};
	const struct pk_wish wish = {.event = comparison->pair->sides[0].event,
		.holds = holds,
		.holds_count = 2,
		.fails = fails->list.items,
		.fails_count = fails->list.len};
	struct pk_engine_event event;
	return pk_witness_find(comparison->pair->arena, &event, &wish) &&
		shows(comparison, out, &event);
}

/* What is asked before either of the two. */
static struct pk_clauses asked_before(
	const struct comparison *comparison, size_t before, size_t after)
{
	struct pk_clauses out = {0};
	append(comparison->pair->arena, &out, &comparison->order[0],
		comparison->drops.list.len + before);
	for (size_t i = 0; i < after; i++)
		*pk_list_push(comparison->pair->arena, &out.list) =
			comparison->sides[1].places.items[i].clause;
	return out;
}

/* Can an event be decided by clause `before` first and by clause `after` later? */
static enum pk_truth can_meet(
	struct comparison *comparison, struct pk_diff_witness *out, size_t before, size_t after)
{
	struct pk_arena *arena = comparison->pair->arena;
	const struct pk_clause *a = comparison->sides[0].places.items[before].clause;
	const struct pk_clause *b = comparison->sides[1].places.items[after].clause;
	if (pk_clauses_clash(arena, a, b))
		return PK_NO;
	struct pk_clauses first = asked_before(comparison, before, after);
	const struct pk_clause *both = pk_clause_join(arena, a, b);
	if (pk_cover_find(arena, both, &first) != NULL)
		return PK_NO;
	if (++comparison->searches > SEARCHES_MAX)
		return PK_UNKNOWN;
	if (search(comparison, out, before, after, &first) ||
		search(comparison, out, before, after, &comparison->drops))
		return PK_YES;
	return pk_cover_proves(arena, both, &first, NULL) ? PK_NO : PK_UNKNOWN;
}

/* --- terms that were only renamed --- */

static size_t place_of(const struct labels *labels, const struct pk_clause *clause)
{
	size_t i = 0;
	while (i < labels->places.len && labels->places.items[i].clause != clause)
		i++;
	return i;
}

static void judge_renamed(struct comparison *comparison, struct pk_diff_term *term)
{
	struct pk_diff_witness witness;
	comparison->searches = 0;
	enum pk_truth met =
		can_meet(comparison, &witness, place_of(&comparison->sides[0], term->before.clause),
			place_of(&comparison->sides[1], term->after.clause));
	if (met == PK_NO)
		return;
	term->after.effect = met == PK_YES ? PK_EFFECT_RELABELS : PK_EFFECT_UNKNOWN;
	term->after.reason = PK_REASON_NONE;
	term->before.effect = term->after.effect;
	term->before.reason = PK_REASON_NONE;
	if (met == PK_YES) {
		term->after.has_witness = true;
		term->after.witness = witness;
	}
}

static void judge_terms(struct comparison *comparison)
{
	struct pk_diff_event *event = comparison->pair->out;
	for (size_t i = 0; i < event->terms.len; i++) {
		if (event->terms.items[i].after.reason == PK_REASON_SAME_NAMES)
			judge_renamed(comparison, &event->terms.items[i]);
	}
}

/* --- all pairs --- */

/* Looks whether the first clauses of a side come out under another name just so. */
static bool try_some(struct comparison *comparison, size_t side)
{
	const struct labels *labels = &comparison->sides[side];
	for (size_t i = 0; i < labels->places.len && i < TRIED_FIRST; i++) {
		const struct pk_wish wish = {.event = comparison->pair->sides[side].event,
			.holds = &labels->places.items[i].clause,
			.holds_count = 1,
			.fails = comparison->drops.list.items,
			.fails_count = comparison->drops.list.len};
		struct pk_engine_event event;
		struct pk_diff_witness witness;
		if (pk_witness_find(comparison->pair->arena, &event, &wish) &&
			shows(comparison, &witness, &event))
			return true;
	}
	return false;
}

/* Looks whether an event on which a clause of each side holds comes out under two names. */
static bool try_pairs(struct comparison *comparison)
{
	const struct labels *before = &comparison->sides[0];
	const struct labels *after = &comparison->sides[1];
	size_t count =
		before->places.len < after->places.len ? before->places.len : after->places.len;
	for (size_t i = 0; i < count && i < TRIED_PAIRS; i++) {
		size_t other = after->places.len - 1 - i;
		struct pk_diff_witness witness;
		if (names_may_differ(
			    comparison, &before->places.items[i], &after->places.items[other]) &&
			search(comparison, &witness, i, other, &comparison->drops))
			return true;
	}
	return false;
}

/* The answer for all pairs with one clause before; PK_NO: none of them can meet. */
static enum pk_truth judge_place(struct comparison *comparison, size_t before)
{
	const struct place *place = &comparison->sides[0].places.items[before];
	const struct labels *after = &comparison->sides[1];
	enum pk_truth result = PK_NO;
	for (size_t i = 0; i < after->places.len && i < place->end; i++) {
		const struct place *other = &after->places.items[i];
		if (before >= other->end || !names_may_differ(comparison, place, other))
			continue;
		struct pk_diff_witness witness;
		enum pk_truth met = ++comparison->pairs > PAIRS_MAX
			? PK_UNKNOWN
			: can_meet(comparison, &witness, before, i);
		if (met == PK_YES)
			return PK_YES;
		if (met == PK_UNKNOWN)
			result = PK_UNKNOWN;
		if (comparison->pairs > PAIRS_MAX || comparison->searches > SEARCHES_MAX)
			break;
	}
	return result;
}

static enum pk_truth judge_all(struct comparison *comparison)
{
	enum pk_truth result = PK_NO;
	comparison->searches = 0;
	for (size_t i = 0; i < comparison->sides[0].places.len; i++) {
		enum pk_truth place = judge_place(comparison, i);
		if (place == PK_YES)
			return PK_YES;
		if (place == PK_UNKNOWN)
			result = PK_UNKNOWN;
		if (comparison->pairs > PAIRS_MAX || comparison->searches > SEARCHES_MAX)
			return PK_UNKNOWN;
	}
	return result;
}

static void gather(struct comparison *comparison)
{
	struct pk_diff_pair *pair = comparison->pair;
	for (size_t side = 0; side < 2; side++) {
		const struct pk_clauses *drops = &pair->sides[side].excludes.all;
		append(pair->arena, &comparison->drops, drops, drops->list.len);
		add_places(comparison, side);
	}
	for (size_t side = 0; side < 2; side++) {
		const struct labels *labels = &comparison->sides[side];
		struct pk_clauses *order = &comparison->order[side];
		append(pair->arena, order, &comparison->drops, comparison->drops.list.len);
		for (size_t i = 0; i < labels->places.len; i++)
			*pk_list_push(pair->arena, &order->list) = labels->places.items[i].clause;
	}
}

void pk_diff_labels(struct pk_diff_pair *pair)
{
	struct comparison comparison = {.pair = pair};
	pair->out->relabelled = PK_NO;
	gather(&comparison);
	comparison.same_leaks = have_same_leaks(&comparison.sides[0], &comparison.sides[1]);
	judge_terms(&comparison);
	if (pair->out->relabelled == PK_YES || try_some(&comparison, 0) ||
		try_some(&comparison, 1) || try_pairs(&comparison))
		return;

	find_ends(&comparison, 0);
	find_ends(&comparison, 1);
	enum pk_truth result = judge_all(&comparison);
	for (size_t side = 0; side < 2; side++) {
		const struct pk_meaning_event *event = pair->sides[side].event;
		if (pk_meaning_is_opaque(event, true) || pk_meaning_is_opaque(event, false))
			result = result == PK_YES ? PK_YES : PK_UNKNOWN;
	}
	pair->out->relabelled = result;
}

/*
 * Which events are logged by one side only. A side logs what no exclude drops and an include or its
 * rest takes; so only what one side has alone can make a difference: includes of the side that
 * logs, excludes of the side that drops, and the rest. Each is proven to make none, or shown by a
 * witness to make one.
 */
#include <string.h>

#include "generators/meaning/diff_parts.h"

enum {
	PARTNERS_MAX = 24,  /* includes with which a witness for an exclude is sought */
	PARTNERS_ALL = 400, /* includes with which an exclude is proven to be without effect */
	EFFORT_LEAST = 20,  /* texts sought for one witness */
	EFFORT_ALL = 40000, /* and so many more, divided by the clauses that must fail */
};

/* One direction: events that `from` logs and `to` drops. */
struct direction {
	struct pk_diff_pair *pair;
	const struct pk_diff_side *from;
	const struct pk_diff_side *to;
	bool from_is_after;
	struct pk_clauses kept; /* excludes of `from` and includes of `to`: none of them holds */
	size_t effort;		/* for one witness: the more clauses there are, the less */
	enum pk_truth truth;
	struct pk_diff_witness *witness; /* the first */
};

/* --- witnesses --- */

/* Decides the event on both sides; true if it is one that `from` logs and `to` drops. */
static bool shows(const struct direction *direction, struct pk_diff_witness *out,
	const struct pk_engine_event *event)
{
	const struct pk_diff_pair *pair = direction->pair;
	struct pk_diff_witness witness = {.event = *event,
		.before = pk_diff_decide(&pair->sides[0], event),
		.after = pk_diff_decide(&pair->sides[1], event)};
	if (witness.before.logged == direction->from_is_after ||
		witness.after.logged != direction->from_is_after)
		return false;
	*out = witness;
	return true;
}

static struct pk_wish wish_for(const struct direction *direction,
	const struct pk_clause *const *holds, const struct pk_clauses *fails)
{
	return (struct pk_wish){.event = direction->from->event,
		.holds = holds,
		.holds_count = holds[1] != NULL ? 2 : 1,
		.fails = fails == NULL ? NULL : fails->list.items,
		.fails_count = fails == NULL ? 0 : fails->list.len,
		.effort = direction->effort};
}

/*
 * Most often nothing else holds on an event made for the clause alone, and the engines say so
 * faster than all other clauses are asked.
 */
static bool find_simple(const struct direction *direction, struct pk_diff_witness *out,
	const struct pk_clause *a, const struct pk_clause *b)
{
	const struct pk_clause *holds[] = {a, b};
	const struct pk_wish wish = wish_for(direction, holds, NULL);
	struct pk_engine_event event;
	return pk_witness_find(direction->pair->arena, &event, &wish) &&
		shows(direction, out, &event);
}

/* One that avoids the clauses that would decide otherwise. */
static bool find_avoiding(const struct direction *direction, struct pk_diff_witness *out,
	const struct pk_clause *a, const struct pk_clause *b, const struct pk_clauses *fails)
{
	const struct pk_clause *holds[] = {a, b};
	const struct pk_wish wish = wish_for(direction, holds, fails);
	struct pk_engine_event event;
	return pk_witness_find(direction->pair->arena, &event, &wish) &&
		shows(direction, out, &event);
}

static bool find_witness(const struct direction *direction, struct pk_diff_witness *out,
	const struct pk_clause *a, const struct pk_clause *b, const struct pk_clauses *fails)
{
	return find_simple(direction, out, a, b) || find_avoiding(direction, out, a, b, fails);
}

/* An event that the exclude drops and `from` logs. */
static bool find_dropped(const struct direction *direction, struct pk_diff_witness *out,
	const struct pk_clause *exclude)
{
	const struct pk_diff_side *from = direction->from;
	const struct pk_clauses *drops = &from->excludes.all;
	if (find_witness(direction, out, exclude, NULL, drops))
		return true;
	size_t tried = 0;
	for (size_t i = 0; i < from->includes.all.list.len && tried < PARTNERS_MAX; i++) {
		const struct pk_clause *include = from->includes.all.list.items[i];
		if (pk_clauses_clash(direction->pair->arena, exclude, include))
			continue;
		tried++;
		if (find_witness(direction, out, exclude, include, drops))
			return true;
	}
	return false;
}

/* --- proofs --- */

static void prove(struct pk_diff_part *part, enum pk_diff_reason reason,
	const struct pk_clause *because, bool because_after)
{
	part->effect = PK_EFFECT_NONE;
	part->reason = reason;
	part->because = because;
	part->because_after = because != NULL && because_after;
}

/* One clause alone is the reason: the cheap proofs, tried before a witness is sought. */
static bool prove_include_at_once(const struct direction *direction, struct pk_diff_part *part,
	const struct pk_clause *clause)
{
	struct pk_arena *arena = direction->pair->arena;
	const struct pk_clause *because;
	if (direction->to->event->rest_logged) {
		prove(part, PK_REASON_REST, NULL, false);
		return true;
	}
	because = pk_cover_find(arena, clause, &direction->to->includes.all);
	if (because != NULL) {
		prove(part, PK_REASON_COVERED, because, !direction->from_is_after);
		return true;
	}
	because = pk_cover_find(arena, clause, &direction->from->excludes.all);
	if (because == NULL)
		return false;
	prove(part, PK_REASON_DROPPED, because, direction->from_is_after);
	return true;
}

static bool prove_include(const struct direction *direction, struct pk_diff_part *part,
	const struct pk_clause *clause)
{
	struct pk_arena *arena = direction->pair->arena;
	if (pk_clause_is_impossible(arena, clause))
		prove(part, PK_REASON_IMPOSSIBLE, NULL, false);
	else if (pk_cover_proves(arena, clause, &direction->kept, NULL))
		prove(part, PK_REASON_COVERED_BY_SEVERAL, NULL, false);
	else
		return false;
	return true;
}

static bool is_not_logged(const struct direction *direction, const struct pk_clause *exclude)
{
	const struct pk_diff_side *from = direction->from;
	struct pk_arena *arena = direction->pair->arena;
	if (from->event->rest_logged || pk_meaning_is_opaque(from->event, true) ||
		from->includes.all.list.len > PARTNERS_ALL)
		return false;
	for (size_t i = 0; i < from->includes.all.list.len; i++) {
		const struct pk_clause *include = from->includes.all.list.items[i];
		if (pk_clauses_clash(arena, exclude, include))
			continue;
		if (!pk_cover_proves(arena, pk_clause_join(arena, exclude, include),
			    &from->excludes.all, NULL))
			return false;
	}
	return true;
}

static bool prove_exclude(const struct direction *direction, struct pk_diff_part *part,
	const struct pk_clause *clause)
{
	struct pk_arena *arena = direction->pair->arena;
	if (pk_clause_is_impossible(arena, clause))
		prove(part, PK_REASON_IMPOSSIBLE, NULL, false);
	else if (pk_cover_proves(arena, clause, &direction->from->excludes.all, NULL))
		prove(part, PK_REASON_COVERED_BY_SEVERAL, NULL, false);
	else if (is_not_logged(direction, clause))
		prove(part, PK_REASON_NOT_LOGGED, NULL, false);
	else
		return false;
	return true;
}

/* --- one clause that a side has alone --- */

static void note_witness(struct direction *direction, struct pk_diff_part *part)
{
	part->has_witness = true;
	part->effect = direction->from_is_after ? PK_EFFECT_WIDENS : PK_EFFECT_NARROWS;
	if (direction->truth != PK_YES)
		*direction->witness = part->witness;
	direction->truth = PK_YES;
}

static void note_unknown(struct direction *direction, struct pk_diff_part *part)
{
	part->effect = PK_EFFECT_UNKNOWN;
	if (direction->truth == PK_NO)
		direction->truth = PK_UNKNOWN;
}

/* An include of `from` that `to` lacks. */
static void judge_include(
	struct direction *direction, struct pk_diff_part *part, const struct pk_clause *clause)
{
	part->clause = clause;
	if (find_simple(direction, &part->witness, clause, NULL)) {
		note_witness(direction, part);
		return;
	}
	if (prove_include_at_once(direction, part, clause))
		return;
	if (find_avoiding(direction, &part->witness, clause, NULL, &direction->kept))
		note_witness(direction, part);
	else if (!prove_include(direction, part, clause))
		note_unknown(direction, part);
}

/* An exclude of `to` that `from` lacks. */
static void judge_exclude(
	struct direction *direction, struct pk_diff_part *part, const struct pk_clause *clause)
{
	part->clause = clause;
	const struct pk_clause *because =
		pk_cover_find(direction->pair->arena, clause, &direction->from->excludes.all);
	if (because != NULL)
		prove(part, PK_REASON_COVERED, because, direction->from_is_after);
	else if (find_dropped(direction, &part->witness, clause))
		note_witness(direction, part);
	else if (!prove_exclude(direction, part, clause))
		note_unknown(direction, part);
}

/* --- terms --- */

/* A clause of one side that has lost, gained or changed its partner on the other. */
static struct pk_diff_term *add_term(struct pk_diff_pair *pair, bool include)
{
	struct pk_diff_term *term = pk_list_push(pair->arena, &pair->out->terms);
	term->include = include;
	return term;
}

/* Includes that `from` has alone, and those it has under another name. */
static void look_at_includes(struct direction *direction)
{
	const struct pk_clauses *clauses = &direction->from->includes.all;
	for (size_t i = 0; i < clauses->list.len; i++) {
		const struct pk_clause *clause = clauses->list.items[i];
		const struct pk_clause *other = pk_diff_find(&direction->to->includes, clause);
		if (other == NULL) {
			struct pk_diff_term *term = add_term(direction->pair, true);
			judge_include(direction,
				direction->from_is_after ? &term->after : &term->before, clause);
		} else if (!direction->from_is_after &&
			pk_diff_find_named(&direction->to->includes, clause) == NULL) {
			struct pk_diff_term *term = add_term(direction->pair, true);
			term->before.clause = clause;
			term->before.reason = PK_REASON_SAME_NAMES;
			term->after.clause = other;
			term->after.reason = PK_REASON_SAME_NAMES;
		}
	}
}

/* Excludes that `to` has alone. */
static void look_at_excludes(struct direction *direction)
{
	const struct pk_clauses *clauses = &direction->to->excludes.all;
	for (size_t i = 0; i < clauses->list.len; i++) {
		const struct pk_clause *clause = clauses->list.items[i];
		if (pk_diff_find(&direction->from->excludes, clause) != NULL)
			continue;
		struct pk_diff_term *term = add_term(direction->pair, false);
		judge_exclude(
			direction, direction->from_is_after ? &term->before : &term->after, clause);
	}
}

/* What no rule of `from` matches is logged by it, and `to` logs only what a rule matches. */
static void look_at_rest(struct direction *direction)
{
	static const struct pk_clause everything = {0};
	struct pk_diff_part part = {0};
	if (direction->from->event->rest_logged && !direction->to->event->rest_logged)
		judge_include(direction, &part, &everything);
	if (direction->from->opaque_include || direction->to->opaque_exclude)
		note_unknown(direction, &part);
}

static void append(struct pk_arena *arena, struct pk_clauses *to, const struct pk_clauses *from)
{
	for (size_t i = 0; i < from->list.len; i++)
		*pk_list_push(arena, &to->list) = from->list.items[i];
}

static enum pk_truth look(
	struct pk_diff_pair *pair, bool from_is_after, struct pk_diff_witness *witness)
{
	struct direction direction = {.pair = pair,
		.from = &pair->sides[from_is_after],
		.to = &pair->sides[!from_is_after],
		.from_is_after = from_is_after,
		.truth = PK_NO,
		.witness = witness};
	append(pair->arena, &direction.kept, &direction.from->excludes.all);
	append(pair->arena, &direction.kept, &direction.to->includes.all);
	direction.effort = EFFORT_ALL / (direction.kept.list.len + 1) + EFFORT_LEAST;
	look_at_includes(&direction);
	look_at_excludes(&direction);
	look_at_rest(&direction);
	return direction.truth;
}

/* --- rules that were changed --- */

static bool share_answer(const struct pk_question *a, const struct pk_question *b)
{
	for (size_t i = 0; i < a->answers.len; i++) {
		for (size_t k = 0; k < b->answers.len; k++) {
			if (a->answers.items[i].kind == b->answers.items[k].kind &&
				strcmp(a->answers.items[i].text, b->answers.items[k].text) == 0)
				return true;
		}
	}
	return false;
}

/* Both ask the same but for one question about the same field, and that is alike. */
static bool is_changed(const struct pk_clause *a, const struct pk_clause *b)
{
	if (a->fields != b->fields || a->questions.len != b->questions.len)
		return false;
	size_t differs = a->questions.len;
	for (size_t i = 0; i < a->questions.len; i++) {
		if (pk_question_equal(&a->questions.items[i], &b->questions.items[i]))
			continue;
		if (differs < a->questions.len)
			return false;
		differs = i;
	}
	return differs < a->questions.len &&
		(a->questions.len > 1 ||
			share_answer(&a->questions.items[differs], &b->questions.items[differs]));
}

/* Puts an addition beside the removal that it replaces. */
static void pair_terms(struct pk_diff_event *event)
{
	size_t kept = 0;
	for (size_t i = 0; i < event->terms.len; i++) {
		struct pk_diff_term *term = &event->terms.items[i];
		bool paired = false;
		for (size_t k = 0; k < kept && term->before.clause == NULL && !paired; k++) {
			struct pk_diff_term *old = &event->terms.items[k];
			if (old->include != term->include || old->after.clause != NULL ||
				old->before.clause == NULL ||
				!is_changed(old->before.clause, term->after.clause))
				continue;
			old->after = term->after;
			paired = true;
		}
		if (!paired)
			event->terms.items[kept++] = *term;
	}
	event->terms.len = kept;
}

void pk_diff_logged(struct pk_diff_pair *pair)
{
	pair->out->narrowed = look(pair, false, &pair->out->lost);
	pair->out->widened = look(pair, true, &pair->out->gained);
	pair_terms(pair->out);
}

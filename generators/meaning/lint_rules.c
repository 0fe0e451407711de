/* What one rule is among the others of its event. Facts: docs/sysmon-facts.md section 7. */
#include <string.h>

#include "generators/meaning/cover.h"
#include "generators/meaning/lint_parts.h"

enum {
	SPLIT_MAX = 64,	   /* answers of a question that are looked at one by one */
	EXCLUDED_MAX = 16, /* excludes that a witness is led round */
};

/* --- witnesses --- */

const struct pk_clause *pk_lint_stopped_by(
	const struct pk_lint_event *event, const struct pk_engine_event *witness)
{
	for (size_t i = 0; i < event->include_first; i++) {
		if (pk_clause_holds(event->places.items[i].clause, witness))
			return event->places.items[i].clause;
	}
	return NULL;
}

/* An event on which the clause holds; NULL if none was found. */
static const struct pk_engine_event *find_any(
	const struct pk_lint_event *event, const struct pk_clause *clause)
{
	struct pk_engine_event *witness = PK_NEW(event->arena, struct pk_engine_event);
	struct pk_wish wish = {.event = event->said, .holds = &clause, .holds_count = 1};
	return pk_witness_find(event->arena, witness, &wish) ? witness : NULL;
}

/* As find_any, but the event is logged. */
static const struct pk_engine_event *find_logged(
	const struct pk_lint_event *event, const struct pk_clause *clause)
{
	const struct pk_clause *excluded[EXCLUDED_MAX];
	struct pk_engine_event *witness = PK_NEW(event->arena, struct pk_engine_event);
	struct pk_wish wish = {
		.event = event->said, .holds = &clause, .holds_count = 1, .fails = excluded};

	while (pk_witness_find(event->arena, witness, &wish)) {
		if (pk_engine_decide(event->meaning->engine, witness).logged)
			return witness;
		const struct pk_clause *exclude = pk_lint_stopped_by(event, witness);
		if (exclude == NULL || wish.fails_count == EXCLUDED_MAX)
			return NULL;
		excluded[wish.fails_count++] = exclude;
	}
	return NULL;
}

static bool is_dropped(const struct pk_lint_event *event, const struct pk_engine_event *witness)
{
	return witness != NULL && !pk_engine_decide(event->meaning->engine, witness).logged;
}

/* --- alone --- */

/* A clause can only contradict itself in a field it asks about twice, or with a negation. */
static bool may_contradict(const struct pk_clause *clause)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		if (!pk_lint_is_positive(question) ||
			pk_lint_question(clause, question->field) != question)
			return true;
	}
	return false;
}

static bool is_impossible(const struct pk_lint_event *event, const struct pk_clause *clause)
{
	return may_contradict(clause) && pk_clause_is_impossible(event->arena, clause);
}

/* No event matches both. */
static bool are_disjoint(
	const struct pk_lint_event *event, const struct pk_clause *a, const struct pk_clause *b)
{
	return (a->fields & b->fields) != 0 && pk_clauses_clash(event->arena, a, b);
}

/* --- against excludes --- */

/* An exclude that drops all events of the clause, or NULL. */
static const struct pk_clause *find_eater(
	const struct pk_lint_event *event, const struct pk_clause *clause)
{
	struct pk_lint_found found;
	pk_lint_find(&found, event, &event->excludes, clause);
	for (size_t i = 0; i < found.places.len; i++) {
		const struct pk_clause *exclude = event->places.items[found.places.items[i]].clause;
		if (pk_clause_follows(event->arena, clause, exclude))
			return exclude;
	}
	return NULL;
}

bool pk_lint_is_split(const struct pk_question *question)
{
	return question->answers.len > 1 && question->answers.len <= SPLIT_MAX &&
		pk_lint_is_positive(question);
}

const struct pk_clause *pk_lint_answer_eater(const struct pk_lint_event *event,
	const struct pk_clause *clause, size_t question, size_t answer)
{
	struct pk_clause split = pk_lint_split(event->arena, clause, question, answer);
	const struct pk_clause *eater = find_eater(event, &split);
	return eater != NULL && is_dropped(event, find_any(event, &split)) ? eater : NULL;
}

/* Each answer of one of the questions is eaten; gives the eater of the last. */
static const struct pk_clause *find_eaters(
	const struct pk_lint_event *event, const struct pk_clause *clause)
{
	for (size_t q = 0; q < clause->questions.len; q++) {
		const struct pk_question *question = &clause->questions.items[q];
		const struct pk_clause *eater = NULL;
		for (size_t i = 0; pk_lint_is_split(question) && i < question->answers.len; i++) {
			eater = pk_lint_answer_eater(event, clause, q, i);
			if (eater == NULL)
				break;
		}
		if (eater != NULL)
			return eater;
	}
	return NULL;
}

static bool is_pointless(const struct pk_lint_event *event, const struct pk_clause *exclude)
{
	if (event->opaque || event->said->rest_logged || event->include_first == event->places.len)
		return false;
	for (size_t i = event->include_first; i < event->places.len; i++) {
		if (!are_disjoint(event, exclude, event->places.items[i].clause))
			return false;
	}
	return true;
}

/* --- against rules of the same side --- */

static bool is_later_in_file(const struct pk_lint_place *a, const struct pk_lint_place *b)
{
	if (a->block->element != b->block->element)
		return a->block->element > b->block->element;
	if (a->clause->term != b->clause->term)
		return a->clause->term > b->clause->term;
	return a->clause->filter > b->clause->filter;
}

static bool same_name(const struct pk_clause *a, const struct pk_clause *b)
{
	return a->name == b->name ||
		(a->name != NULL && b->name != NULL && strcmp(a->name, b->name) == 0);
}

struct cover {
	enum pk_lint_kind kind;
	const struct pk_clause *other;
};

static struct cover cover_exclude(const struct pk_lint_event *event, size_t at)
{
	const struct pk_lint_place *place = &event->places.items[at];
	struct pk_lint_found found;
	pk_lint_find(&found, event, &event->excludes, place->clause);
	for (size_t i = 0; i < found.places.len; i++) {
		const struct pk_lint_place *other = &event->places.items[found.places.items[i]];
		if (other->rule == place->rule ||
			!pk_clause_follows(event->arena, place->clause, other->clause))
			continue;
		bool mutual = pk_clause_follows(event->arena, other->clause, place->clause);
		if (!mutual)
			return (struct cover){PK_LINT_REDUNDANT, other->clause};
		if (is_later_in_file(place, other))
			return (struct cover){PK_LINT_DUPLICATE, other->clause};
	}
	return (struct cover){PK_LINT_LIVE, NULL};
}

/*
 * Without the rule at `at` its events are decided by the one at `wider`, which has its name. True
 * if none between them can give them another one.
 */
static bool name_stays(const struct pk_lint_event *event, size_t at, size_t wider)
{
	const struct pk_clause *clause = event->places.items[at].clause;
	if (event->opaque)
		return false;
	for (size_t i = at + 1; i < wider; i++) {
		const struct pk_clause *between = event->places.items[i].clause;
		if (same_name(clause, between))
			continue;
		if (clause->name == NULL || !are_disjoint(event, clause, between))
			return false;
	}
	return true;
}

static struct cover cover_include(const struct pk_lint_event *event, size_t at)
{
	const struct pk_lint_place *place = &event->places.items[at];
	struct pk_lint_found found;
	pk_lint_find(&found, event, &event->includes, place->clause);
	for (size_t i = 0; i < found.places.len; i++) {
		size_t other_at = found.places.items[i];
		const struct pk_lint_place *other = &event->places.items[other_at];
		if (other->rule == place->rule ||
			!pk_clause_follows(event->arena, place->clause, other->clause))
			continue;
		bool named = place->clause->name != NULL;
		bool same = same_name(place->clause, other->clause);
		if (other_at < at && named && !same)
			return (struct cover){PK_LINT_STOLEN, other->clause};
		bool mutual = pk_clause_follows(event->arena, other->clause, place->clause);
		if (other_at < at)
			return (struct cover){
				mutual ? PK_LINT_DUPLICATE : PK_LINT_REDUNDANT, other->clause};
		if (same && !mutual && name_stays(event, at, other_at))
			return (struct cover){PK_LINT_REDUNDANT, other->clause};
	}
	return (struct cover){PK_LINT_LIVE, NULL};
}

/* --- the verdict --- */

static struct cover cover_one(const struct pk_lint_event *event, size_t at)
{
	const struct pk_clause *clause = event->places.items[at].clause;
	if (is_impossible(event, clause))
		return (struct cover){PK_LINT_IMPOSSIBLE, NULL};
	if (at < event->include_first) {
		if (is_pointless(event, clause))
			return (struct cover){PK_LINT_POINTLESS, NULL};
		return cover_exclude(event, at);
	}
	const struct pk_clause *eater = find_eater(event, clause);
	if (eater == NULL)
		eater = find_eaters(event, clause);
	if (eater != NULL)
		return (struct cover){PK_LINT_EATEN, eater};
	return cover_include(event, at);
}

/* Shows an event to the engine. False if it was not found, or does not do as the verdict says. */
static bool confirm(const struct pk_lint_event *event, struct pk_lint_verdict *verdict)
{
	switch (verdict->kind) {
	case PK_LINT_LIVE:
	case PK_LINT_IMPOSSIBLE:
		return true;
	case PK_LINT_EATEN:
	case PK_LINT_POINTLESS:
		verdict->witness = find_any(event, verdict->clause);
		return is_dropped(event, verdict->witness);
	case PK_LINT_DUPLICATE:
	case PK_LINT_REDUNDANT:
		verdict->witness = find_any(event, verdict->clause);
		return verdict->witness != NULL &&
			pk_clause_holds(verdict->other, verdict->witness);
	case PK_LINT_STOLEN:
		verdict->witness = find_logged(event, verdict->clause);
		if (verdict->witness == NULL)
			return false;
		verdict->name =
			pk_engine_decide(event->meaning->engine, verdict->witness).rule_name;
		return verdict->name == NULL || strcmp(verdict->name, verdict->clause->name) != 0;
	}
	__builtin_unreachable();
}

struct pk_lint_verdict pk_lint_judge(const struct pk_lint_event *event, size_t index)
{
	const struct pk_lint_rule *rule = &event->rules.items[index];
	const struct pk_clause *clause = event->places.items[rule->first].clause;
	struct pk_lint_verdict verdict = {.element = rule->block->element,
		.term = clause->term,
		.filter = clause->filter,
		.clause = clause,
		.include = rule->block->include,
		.said = event->said};

	/* Clauses that match nothing say nothing; the others must agree. */
	enum pk_lint_kind kind = PK_LINT_IMPOSSIBLE;
	for (size_t i = rule->first; i < rule->first + rule->count; i++) {
		struct cover cover = cover_one(event, i);
		if (cover.kind == PK_LINT_IMPOSSIBLE)
			continue;
		if (cover.kind == PK_LINT_LIVE ||
			(kind != PK_LINT_IMPOSSIBLE && kind != cover.kind))
			return verdict;
		kind = cover.kind;
		verdict.clause = event->places.items[i].clause;
		verdict.other = cover.other;
	}
	verdict.kind = kind;
	if (!confirm(event, &verdict))
		verdict.kind = PK_LINT_LIVE;
	return verdict;
}

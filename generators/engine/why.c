#include "generators/engine/why.h"

#include "generators/engine/engine_parts.h"
#include "generators/sysmon/sysmon_convert.h"

/* Where a condition stands in the tree. */
struct position {
	const struct pk_why_element *element;
	const struct pk_why_term *term;
	const struct pk_why_filter *filter;
	size_t term_from; /* numbers of the conditions of the term */
	size_t term_to;
};

struct explaining {
	struct pk_arena *arena;
	const struct pk_engine_case *of;
	const struct pk_engine_event *event;
	struct pk_trace trace;
	struct position *positions; /* one a condition */
	struct pk_why *why;
};

/* --- the tree --- */

static enum pk_why_result result_of(enum pk_asked asked)
{
	switch (asked) {
	case PK_ASKED_TRUE:
		return PK_WHY_MATCHED;
	case PK_ASKED_FALSE:
		return PK_WHY_NOT_MATCHED;
	case PK_ASKED_COVERED:
		return PK_WHY_COVERED;
	case PK_ASKED_NOT:
		break;
	}
	return PK_WHY_NOT_ASKED;
}

static void add_filter(struct explaining *explaining, struct pk_why_term *term,
	const struct pk_engine_part *part, size_t at)
{
	const struct pk_condition *condition = &part->group->conditions.items[at];
	struct pk_why_filter *filter = pk_list_push(explaining->arena, &term->filters);
	filter->filter = condition->filter;
	filter->name = condition->name;
	filter->result = result_of(explaining->trace.asked[part->first + at]);
	if (!pk_engine_has_field(explaining->of->event, part->group, condition->field))
		return;
	const char *text = explaining->event->values[condition->field];
	filter->text = text != NULL ? text : "-";
	filter->holds = pk_operator_match(condition->op, condition->value, filter->text);
}

/* What the filters of a term say together. */
static void judge_term(struct pk_why_term *term)
{
	size_t held = 0;
	bool found = false; /* something that the event has, not only what it lacks */
	bool asked = false;
	for (size_t i = 0; i < term->filters.len; i++) {
		const struct pk_why_filter *filter = &term->filters.items[i];
		held += filter->holds;
		found |= filter->holds && !pk_filter_operator(filter->filter)->negative;
		asked |= term->filters.items[i].result != PK_WHY_NOT_ASKED;
	}
	size_t count = term->filters.len;
	term->holds = term->all ? held == count : held > 0;
	term->near_miss = term->all && found && held + 1 == count;
	term->result = !asked ? PK_WHY_NOT_ASKED
		: term->holds ? PK_WHY_MATCHED
			      : PK_WHY_NOT_MATCHED;
	if (!term->term->is_rule)
		term->result = term->filters.items[0].result;
}

/* Fields and Rules of an and-element that hold, and how many there are. */
static void count_held(
	const struct pk_engine_group *group, const struct pk_why_element *element, size_t counts[2])
{
	uint64_t fields = 0;
	uint64_t held_fields = 0;
	size_t at = 0;
	for (size_t t = 0; t < element->terms.len; t++) {
		const struct pk_why_term *term = &element->terms.items[t];
		uint64_t bit = UINT64_C(1) << group->conditions.items[at].field;
		at += term->filters.len;
		if (term->term->is_rule) {
			counts[0] += term->holds;
			counts[1]++;
			continue;
		}
		fields |= bit;
		held_fields |= term->holds ? bit : 0;
	}
	counts[0] += (size_t)__builtin_popcountll(held_fields);
	counts[1] += (size_t)__builtin_popcountll(fields);
}

static void judge_element(const struct pk_engine_group *group, struct pk_why_element *element,
	enum pk_why_result result)
{
	element->result = result;
	if (element->all) {
		size_t counts[2] = {0};
		count_held(group, element, counts);
		element->holds = counts[1] > 0 && counts[0] == counts[1];
		element->near_miss = counts[1] > 1 && counts[0] + 1 == counts[1];
		return;
	}
	for (size_t t = 0; t < element->terms.len; t++)
		element->holds |= element->terms.items[t].holds;
}

/* The term that begins with condition `at` of the part; the result is behind its last one. */
static size_t add_term(struct explaining *explaining, struct pk_why_element *element,
	const struct pk_engine_part *part, size_t at, const struct pk_term *term)
{
	const struct pk_engine_group *group = part->group;
	struct pk_why_term *out = pk_list_push(explaining->arena, &element->terms);
	out->term = term;
	out->all = term->is_rule && pk_term_is_and(term);
	size_t end = at + (term->is_rule ? term->filters.len : 1);
	for (; at < end && at < group->conditions.len; at++)
		add_filter(explaining, out, part, at);
	judge_term(out);
	return at;
}

static void add_element(
	struct explaining *explaining, const struct pk_sysmon *sysmon, size_t number)
{
	const struct pk_engine_part *part = &explaining->of->parts.items[number];
	struct pk_why_element *out = pk_list_push(explaining->arena, &explaining->why->elements);
	out->index = part->group->element;
	out->element = &sysmon->elements.items[out->index];
	out->include = part->group->include;
	out->all = part->group->relation_and;

	size_t at = 0;
	for (size_t t = 0; t < out->element->terms.len; t++) {
		const struct pk_term *term = &out->element->terms.items[t];
		if (!term->is_rule || term->filters.len > 0)
			at = add_term(explaining, out, part, at, term);
	}
	int64_t decider = explaining->trace.decider;
	enum pk_why_result result = decider == PK_TRACE_NONE || (int64_t)number < decider
		? PK_WHY_NOT_MATCHED
		: (int64_t)number == decider ? PK_WHY_MATCHED
					     : PK_WHY_NOT_ASKED;
	judge_element(part->group, out, result);
}

/* When the tree is complete, so that nothing in it moves any more. */
static void note_positions(struct explaining *explaining)
{
	const struct pk_why *why = explaining->why;
	explaining->positions = PK_NEW_ARRAY(
		explaining->arena, struct position, explaining->of->condition_count + 1);
	size_t number = 0;
	for (size_t e = 0; e < why->elements.len; e++) {
		const struct pk_why_element *element = &why->elements.items[e];
		for (size_t t = 0; t < element->terms.len; t++) {
			const struct pk_why_term *term = &element->terms.items[t];
			size_t from = number;
			for (size_t f = 0; f < term->filters.len; f++)
				explaining->positions[number++] = (struct position){element, term,
					&term->filters.items[f], from, from + term->filters.len};
		}
	}
}

/* --- verdicts --- */

static enum pk_why_reason reason_of(const struct pk_engine_case *of, const struct pk_trace *trace)
{
	if (trace->decider != PK_TRACE_NONE)
		return PK_WHY_ELEMENT;
	return of->parts.len == 0    ? PK_WHY_DEFAULT
		: of->parts.len == 1 ? PK_WHY_COMPLEMENT
				     : PK_WHY_REST;
}

static enum pk_why_origin origin_of(const struct position *position)
{
	if (position->filter->filter->name != NULL)
		return PK_WHY_OF_FILTER;
	const struct pk_term *term = position->term->term;
	return term->is_rule && term->name != NULL ? PK_WHY_OF_RULE : PK_WHY_OF_GROUP;
}

static struct pk_why_verdict make_verdict(const struct explaining *explaining,
	const struct pk_trace *trace, struct pk_decision decision)
{
	struct pk_why_verdict verdict = {
		.decision = decision, .reason = reason_of(explaining->of, trace)};
	if (trace->decider != PK_TRACE_NONE) {
		verdict.element = &explaining->why->elements.items[trace->decider];
		if (!verdict.element->all)
			verdict.term = explaining->positions[trace->decided_by].term;
	}
	if (decision.rule_name == NULL)
		return verdict;
	const struct position *namer = &explaining->positions[trace->named_by];
	verdict.name_element = namer->element;
	verdict.name_term = namer->term;
	verdict.name_filter = namer->filter;
	verdict.name_origin = origin_of(namer);
	verdict.name_leaked = namer->element != verdict.element ||
		(verdict.term != NULL && namer->term != verdict.term);
	return verdict;
}

static struct pk_trace make_trace(const struct explaining *explaining)
{
	return (struct pk_trace){
		.asked = PK_NEW_ARRAY(
			explaining->arena, enum pk_asked, explaining->of->condition_count + 1),
		.decider = PK_TRACE_NONE,
		.decided_by = PK_TRACE_NONE,
		.named_by = PK_TRACE_NONE,
	};
}

/* Decides once more without the term, or the whole and-element, that decided. */
static void find_next(struct explaining *explaining)
{
	const struct pk_trace *first = &explaining->trace;
	const struct pk_engine_part *part = &explaining->of->parts.items[first->decider];
	struct pk_trace trace = make_trace(explaining);
	trace.hidden_from = part->first;
	trace.hidden_to = part->first + part->group->conditions.len;
	if (!part->group->relation_and) {
		trace.hidden_from = explaining->positions[first->decided_by].term_from;
		trace.hidden_to = explaining->positions[first->decided_by].term_to;
	}
	struct pk_decision decision =
		pk_engine_ask(explaining->of, explaining->event, NULL, &trace);
	explaining->why->has_next = true;
	explaining->why->next = make_verdict(explaining, &trace, decision);
}

const struct pk_why *pk_why_make(struct pk_arena *arena, const struct pk_engine *engine,
	const struct pk_sysmon *sysmon, const struct pk_engine_event *event)
{
	struct pk_why *why = PK_NEW(arena, struct pk_why);
	why->id = event->id;
	struct explaining explaining = {.arena = arena,
		.of = pk_engine_find(engine, event->id),
		.event = event,
		.why = why};
	if (explaining.of == NULL) {
		why->verdict.decision = pk_engine_decide(engine, event);
		return why;
	}
	why->event = explaining.of->event;
	explaining.trace = make_trace(&explaining);
	struct pk_decision decision = pk_engine_ask(explaining.of, event, NULL, &explaining.trace);
	for (size_t i = 0; i < explaining.of->parts.len; i++)
		add_element(&explaining, sysmon, i);
	note_positions(&explaining);
	why->verdict = make_verdict(&explaining, &explaining.trace, decision);
	if (explaining.trace.decider != PK_TRACE_NONE)
		find_next(&explaining);
	return why;
}

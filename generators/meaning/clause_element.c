/* From elements, Rules and filters to clauses, step by step as the engine asks them. */
#include <stdlib.h>
#include <string.h>

#include "generators/meaning/answers.h"
#include "generators/meaning/clause.h"
#include "generators/sysmon/sysmon_convert.h"

/* --- elements --- */

/* One way in which a term matches. */
struct way {
	struct pk_clause clause;
	size_t place; /* of its last filter in the order of asking */
};

/* What an and-group wants of one field, or of one Rule: one of the ways. */
struct factor {
	int field; /* of plain filters, -1 for a Rule */
	PK_LIST(struct way) ways;
	size_t at; /* the way that is taken now */
};

struct factors {
	PK_LIST(struct factor) list;
};

struct taking {
	struct pk_arena *arena;
	const struct pk_element *element;
	const struct pk_event *bound; /* the event whose fields the element names */
	const struct pk_event *event; /* the event that is decided */
	struct pk_block *block;
	size_t place;  /* of the next filter */
	bool one_name; /* all filters of the element give the same name, or none does */
};

/* The field's index, or -1 if the event does not have it in the same place. */
static int field_of(const struct taking *taking, const struct pk_filter *filter)
{
	int field = pk_event_field(taking->bound, filter->field);
	if ((size_t)field >= taking->event->field_count ||
		strcmp(taking->event->fields[field], taking->bound->fields[field]) != 0)
		return -1;
	return field;
}

/* Adds what a filter asks; false if the event lacks its field. */
static bool take_filter(struct taking *taking, struct way *way, const struct pk_term *term,
	const struct pk_filter *filter)
{
	int field = field_of(taking, filter);
	if (field < 0)
		return false;
	const char *name = pk_filter_name(taking->element, term, filter);
	pk_clause_add_condition(
		taking->arena, &way->clause, field, pk_filter_operator(filter)->op, filter->value);
	if (name != NULL && name[0] != '\0')
		way->clause.name = name;
	return true;
}

static struct way way_of(const struct taking *taking, const struct pk_term *term, size_t filter)
{
	struct way way = {.place = taking->place};
	way.clause.term = (size_t)(term - taking->element->terms.items);
	way.clause.filter = filter;
	way.clause.span = term->is_rule ? term->span : term->filter.span;
	return way;
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * Two plain alternatives of one field are one question, if the name an event gets is the same for
 * both: they have the same, and no filter with another one is asked between them.
 */
static bool merge_ways(struct taking *taking, struct way *into, const struct way *way)
{
	if ((into->place + 1 != way->place && !taking->one_name) ||
		into->clause.questions.len != 1 || way->clause.questions.len != 1 ||
		!same_name(into->clause.name, way->clause.name))
		return false;
	struct pk_question *question = &into->clause.questions.items[0];
	const struct pk_question *other = &way->clause.questions.items[0];
	if (question->field != other->field)
		return false;
	for (size_t i = 0; i < other->answers.len; i++)
		pk_question_add(taking->arena, question, &other->answers.items[i]);
	into->place = way->place;
	return true;
}

static void add_way(struct taking *taking, struct factor *factor, const struct way *way, bool merge)
{
	if (merge && factor->ways.len > 0 &&
		merge_ways(taking, &factor->ways.items[factor->ways.len - 1], way))
		return;
	*pk_list_push(taking->arena, &factor->ways) = *way;
}

/* The ways in which a Rule matches. */
static void take_rule(
	struct taking *taking, struct factor *factor, const struct pk_term *term, bool merge)
{
	struct way whole = way_of(taking, term, 0);
	bool all = pk_term_is_and(term);
	bool possible = true;
	for (size_t i = 0; i < term->filters.len; i++, taking->place++) {
		const struct pk_filter *filter = &term->filters.items[i];
		if (all) {
			possible = take_filter(taking, &whole, term, filter) && possible;
			continue;
		}
		struct way way = way_of(taking, term, i);
		way.clause.span = filter->span;
		if (take_filter(taking, &way, term, filter))
			add_way(taking, factor, &way, merge);
	}
	whole.place = taking->place - 1;
	if (all && possible)
		add_way(taking, factor, &whole, false);
}

static void take_plain(
	struct taking *taking, struct factor *factor, const struct pk_term *term, bool merge)
{
	struct way way = way_of(taking, term, 0);
	if (take_filter(taking, &way, term, &term->filter))
		add_way(taking, factor, &way, merge);
	taking->place++;
}

static void emit(struct taking *taking, const struct pk_clause *clause)
{
	struct pk_clause *out = pk_list_push(taking->arena, &taking->block->clauses);
	*out = *clause;
	pk_clause_finish(out);
}

static void take_or_element(struct taking *taking)
{
	struct factor factor = {0};
	for (size_t i = 0; i < taking->element->terms.len; i++) {
		const struct pk_term *term = &taking->element->terms.items[i];
		if (term->is_rule)
			take_rule(taking, &factor, term, false);
		else
			take_plain(taking, &factor, term, false);
	}
	taking->block->opaque = factor.ways.len > PK_CLAUSES_MAX;
	for (size_t i = 0; i < factor.ways.len && !taking->block->opaque; i++)
		emit(taking, &factor.ways.items[i].clause);
}

/* --- and-groups --- */

/* The factor of the term: that of its field, which all plain filters share, or a new one. */
static struct factor *factor_of(
	struct taking *taking, struct factors *factors, const struct pk_term *term)
{
	int field = term->is_rule ? -1 : pk_event_field(taking->bound, term->filter.field);
	for (size_t i = 0; i < factors->list.len && field >= 0; i++) {
		if (factors->list.items[i].field == field)
			return &factors->list.items[i];
	}
	struct factor *factor = pk_list_push(taking->arena, &factors->list);
	factor->field = field;
	return factor;
}

/* One way of each factor, the one at its `at`. The name is that of the filter asked last. */
static void emit_product(struct taking *taking, const struct factors *factors)
{
	struct pk_clause clause =
		factors->list.items[0].ways.items[factors->list.items[0].at].clause;
	size_t named_at = 0;
	clause.name = NULL;
	memset(&clause.questions, 0, sizeof(clause.questions));
	for (size_t f = 0; f < factors->list.len; f++) {
		const struct factor *factor = &factors->list.items[f];
		const struct way *way = &factor->ways.items[factor->at];
		for (size_t q = 0; q < way->clause.questions.len; q++)
			*pk_list_push(taking->arena, &clause.questions) =
				way->clause.questions.items[q];
		if (way->clause.name != NULL && way->place >= named_at) {
			clause.name = way->clause.name;
			named_at = way->place;
		}
	}
	emit(taking, &clause);
}

/* The next choice of ways, the last factor first; false after the last choice. */
static bool next_product(struct factors *factors)
{
	for (size_t f = factors->list.len; f-- > 0;) {
		struct factor *factor = &factors->list.items[f];
		if (++factor->at < factor->ways.len)
			return true;
		factor->at = 0;
	}
	return false;
}

static void take_and_element(struct taking *taking)
{
	struct factors factors = {0};
	for (size_t i = 0; i < taking->element->terms.len; i++) {
		const struct pk_term *term = &taking->element->terms.items[i];
		if (term->is_rule && term->filters.len == 0)
			continue;
		struct factor *factor = factor_of(taking, &factors, term);
		if (term->is_rule)
			take_rule(taking, factor, term, true);
		else
			take_plain(taking, factor, term, true);
	}

	size_t products = factors.list.len > 0;
	for (size_t f = 0; f < factors.list.len && products <= PK_CLAUSES_MAX; f++)
		products *= factors.list.items[f].ways.len;
	taking->block->opaque = products > PK_CLAUSES_MAX;
	if (products == 0 || taking->block->opaque)
		return;
	do
		emit_product(taking, &factors);
	while (next_product(&factors));
}

/* --- a configuration --- */

/* True if all filters of the element have the same name, or all have none. */
static bool has_one_name(const struct pk_element *element)
{
	const char *name = NULL;
	bool first = true;
	for (size_t t = 0; t < element->terms.len; t++) {
		const struct pk_term *term = &element->terms.items[t];
		size_t count = term->is_rule ? term->filters.len : 1;
		for (size_t f = 0; f < count; f++) {
			const struct pk_filter *filter =
				term->is_rule ? &term->filters.items[f] : &term->filter;
			const char *own = pk_filter_name(element, term, filter);
			if (!first && !same_name(own, name))
				return false;
			name = own;
			first = false;
		}
	}
	return true;
}

static void add_block(struct pk_arena *arena, const struct pk_meaning *meaning,
	struct pk_meaning_event *event, size_t index, const struct pk_event *bound)
{
	const struct pk_element *element = &meaning->sysmon->elements.items[index];
	struct pk_block *block = pk_list_push(arena, &event->blocks);
	block->element = index;
	block->include = pk_element_is_include(element);
	struct taking taking = {.arena = arena,
		.element = element,
		.bound = bound,
		.event = event->event,
		.block = block,
		.one_name = has_one_name(element)};
	if (pk_element_is_and(meaning->sysmon, element))
		take_and_element(&taking);
	else
		take_or_element(&taking);
}

/* Excludes before includes, and of each the last in the file first, as the engine does. */
static void add_event(struct pk_arena *arena, struct pk_meaning *meaning,
	const struct pk_event *info, const uint32_t *element_ids)
{
	struct pk_meaning_event *event = pk_list_push(arena, &meaning->events);
	event->event = info;
	for (int include = 0; include <= 1; include++) {
		for (size_t i = meaning->sysmon->elements.len; i-- > 0;) {
			const struct pk_element *element = &meaning->sysmon->elements.items[i];
			if (element_ids[i] == 0 || pk_element_is_include(element) != include ||
				strcmp(element->tag, info->tag) != 0)
				continue;
			add_block(arena, meaning, event, i,
				pk_schema_find_id(meaning->schema, element_ids[i]));
		}
	}
	if (event->blocks.len == 0)
		event->rest_logged = info->logged_by_default;
	else
		event->rest_logged = event->blocks.len == 1 && !event->blocks.items[0].include;
}

static int compare_events(const void *a, const void *b)
{
	uint32_t left = ((const struct pk_meaning_event *)a)->event->id;
	uint32_t right = ((const struct pk_meaning_event *)b)->event->id;
	return (left > right) - (left < right);
}

const struct pk_meaning *pk_meaning_make(
	struct pk_arena *arena, const struct pk_sysmon *sysmon, const uint32_t *element_ids)
{
	struct pk_meaning *meaning = PK_NEW(arena, struct pk_meaning);
	meaning->sysmon = sysmon;
	meaning->schema = sysmon->parser;
	meaning->engine = pk_engine_make(arena, sysmon, element_ids);
	for (size_t i = 0; i < meaning->schema->events.len; i++) {
		const struct pk_event *info = &meaning->schema->events.items[i];
		if (info->tag != NULL)
			add_event(arena, meaning, info, element_ids);
	}
	qsort(meaning->events.items, meaning->events.len, sizeof(*meaning->events.items),
		compare_events);
	return meaning;
}

const struct pk_meaning_event *pk_meaning_find(const struct pk_meaning *meaning, uint32_t id)
{
	for (size_t i = 0; i < meaning->events.len; i++) {
		if (meaning->events.items[i].event->id == id)
			return &meaning->events.items[i];
	}
	return NULL;
}

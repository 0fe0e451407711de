#include "generators/compile/policy_mutate.h"

#include <string.h>

#include "generators/compile/policy_suggest.h"
#include "generators/sysmon/sysmon_convert.h"

/* A text that no event has, so that a condition on it fails, or holds if it is negative. */
#define NOWHERE "\x01"

static const char *const kind_names[PK_MUTANT_KINDS] = {
	[PK_MUTANT_NEGATED] = "negated",
	[PK_MUTANT_LOOSENED] = "loosened",
	[PK_MUTANT_REMOVED] = "removed",
	[PK_MUTANT_VALUE] = "value",
	[PK_MUTANT_TOKEN] = "token",
};

/*
 * What a condition becomes. PK_OP_COUNT: there is no such mutant. `image` and `is any` have no
 * opposite; what takes its place answers otherwise on every text but those that hold the value
 * among others.
 */
static const struct {
	enum pk_operator negated;
	enum pk_operator loosened;
} turns[PK_OP_COUNT] = {
	[PK_OP_IS] = {PK_OP_IS_NOT, PK_OP_CONTAINS},
	[PK_OP_IS_NOT] = {PK_OP_IS, PK_OP_COUNT},
	[PK_OP_CONTAINS] = {PK_OP_EXCLUDES, PK_OP_COUNT},
	[PK_OP_CONTAINS_ANY] = {PK_OP_EXCLUDES_ANY, PK_OP_COUNT},
	[PK_OP_IS_ANY] = {PK_OP_EXCLUDES_ANY, PK_OP_CONTAINS_ANY},
	[PK_OP_CONTAINS_ALL] = {PK_OP_EXCLUDES_ALL, PK_OP_CONTAINS_ANY},
	[PK_OP_EXCLUDES] = {PK_OP_CONTAINS, PK_OP_COUNT},
	[PK_OP_EXCLUDES_ANY] = {PK_OP_CONTAINS_ANY, PK_OP_EXCLUDES_ALL},
	[PK_OP_EXCLUDES_ALL] = {PK_OP_CONTAINS_ALL, PK_OP_COUNT},
	[PK_OP_BEGIN_WITH] = {PK_OP_NOT_BEGIN_WITH, PK_OP_CONTAINS},
	[PK_OP_END_WITH] = {PK_OP_NOT_END_WITH, PK_OP_CONTAINS},
	[PK_OP_LESS_THAN] = {PK_OP_MORE_THAN, PK_OP_COUNT},
	[PK_OP_MORE_THAN] = {PK_OP_LESS_THAN, PK_OP_COUNT},
	[PK_OP_IMAGE] = {PK_OP_EXCLUDES, PK_OP_CONTAINS},
	[PK_OP_NOT_BEGIN_WITH] = {PK_OP_BEGIN_WITH, PK_OP_COUNT},
	[PK_OP_NOT_END_WITH] = {PK_OP_END_WITH, PK_OP_COUNT},
};

/* One filter of the compiled configuration, and as it was before it was spoilt. */
struct filter_at {
	struct pk_filter *filter;
	struct pk_filter before;
	enum pk_operator op_before;
	enum pk_operator op;
	const struct pk_term *term;
	size_t element; /* places in the configuration */
	size_t term_index;
	bool alone; /* not in a Rule, or its only condition */
};

/* What one condition of a ruleset was compiled to: it stands in each alternative of its rule. */
struct condition {
	const char *tag;
	const struct pk_term *term; /* the first one that has it */
	PK_LIST(struct filter_at) filters;
};

struct mutating {
	struct pk_arena *arena;
	struct pk_mutation *mutation;
	const struct pk_test_run *run;
	const struct pk_mutation_options *options;
	struct pk_diags *diags;
	PK_LIST(struct condition) conditions; /* in the order of the configuration */
	struct condition *condition;	      /* the one that is spoilt */
	const struct pk_meaning *meaning;     /* of the good configuration, for suggestions */
};

const char *pk_mutant_name(enum pk_mutant_kind kind)
{
	return kind_names[kind];
}

/* --- what there is to spoil --- */

static bool is_same_place(struct pk_span a, struct pk_span b)
{
	return a.source == b.source && a.begin == b.begin && a.end == b.end;
}

/* Alternatives of one rule stand together, so the condition is among the last ones of its term. */
static struct condition *find_condition(
	struct mutating *mutating, const struct pk_term *term, const struct pk_filter *filter)
{
	for (size_t i = mutating->conditions.len; i-- > 0;) {
		struct condition *condition = &mutating->conditions.items[i];
		if (!is_same_place(condition->term->span, term->span))
			return NULL;
		if (is_same_place(condition->filters.items[0].filter->span, filter->span))
			return condition;
	}
	return NULL;
}

static void add_filter(struct mutating *mutating, const struct pk_term *term,
	const struct filter_at *at, const char *tag)
{
	if (at->filter->span.source == NULL)
		return; /* made by compiling, not written by anybody */
	struct condition *condition = find_condition(mutating, term, at->filter);
	if (condition == NULL) {
		condition = pk_list_push(mutating->arena, &mutating->conditions);
		condition->tag = tag;
		condition->term = term;
	}
	*pk_list_push(mutating->arena, &condition->filters) = *at;
}

static void collect_element(struct mutating *mutating, size_t index)
{
	const struct pk_element *element = &mutating->run->sysmon->elements.items[index];
	for (size_t t = 0; t < element->terms.len; t++) {
		struct pk_term *term = &element->terms.items[t];
		size_t count = term->is_rule ? term->filters.len : 1;
		for (size_t f = 0; f < count; f++) {
			struct pk_filter *filter =
				term->is_rule ? &term->filters.items[f] : &term->filter;
			enum pk_operator op = pk_filter_operator(filter)->op;
			struct filter_at at = {filter, *filter, op, op, term, index, t, count == 1};
			add_filter(mutating, term, &at, element->tag);
		}
	}
}

static void collect(struct mutating *mutating)
{
	for (size_t e = 0; e < mutating->run->sysmon->elements.len; e++) {
		if (mutating->run->element_ids[e] != 0)
			collect_element(mutating, e);
	}
}

/* The rule that a term was compiled from has its place. */
static bool is_of(const struct pk_rule *rule, const struct pk_term *term)
{
	return rule->span.source == term->span.source && rule->span.begin == term->span.begin;
}

static const char *rule_id(const struct mutating *mutating)
{
	const struct pk_policy *policy = mutating->run->policy;
	const struct pk_term *term = mutating->condition->term;
	for (size_t i = 0; i < policy->rules.len; i++) {
		if (is_of(policy->rules.items[i], term))
			return policy->rules.items[i]->id;
	}
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t r = 0; r < group->rules.len; r++) {
			if (is_of(group->rules.items[r], term))
				return group->rules.items[r]->id;
		}
	}
	return mutating->condition->tag;
}

/* --- one mutant --- */

static const char *text_of(const struct pk_test_case *test, const char *field)
{
	int index = pk_event_field(test->event, field);
	if (index < 0)
		return NULL;
	return test->data.values[index] == NULL ? "-" : test->data.values[index];
}

/* The filter as it is or, if the condition has it and `before` is set, as it was. */
static const struct pk_filter *filter_as(
	const struct condition *condition, const struct pk_filter *filter, bool before)
{
	for (size_t i = 0; before && i < condition->filters.len; i++) {
		if (condition->filters.items[i].filter == filter)
			return &condition->filters.items[i].before;
	}
	return filter;
}

/* Does the Rule hold on the event? */
static bool rule_holds(const struct condition *condition, const struct pk_term *term,
	const struct pk_test_case *test, bool before)
{
	bool all = pk_term_is_and(term);
	for (size_t f = 0; f < term->filters.len; f++) {
		const struct pk_filter *filter =
			filter_as(condition, &term->filters.items[f], before);
		const char *text = text_of(test, filter->field);
		bool holds = text != NULL &&
			pk_operator_match(pk_filter_operator(filter)->op, filter->value, text);
		if (holds != all)
			return holds;
	}
	return all;
}

/*
 * Can the spoilt condition change what becomes of the event? A RuleName can also come from a Rule
 * that does not match as a whole, so where the name is tested only the filter itself is asked.
 */
static bool can_matter(const struct condition *condition, const struct pk_test_case *test)
{
	if (test->event == NULL || strcmp(test->event->tag, condition->tag) != 0)
		return false;
	const char *text = text_of(test, condition->filters.items[0].before.field);
	for (size_t i = 0; text != NULL && i < condition->filters.len; i++) {
		const struct filter_at *at = &condition->filters.items[i];
		if (pk_operator_match(at->op_before, at->before.value, text) ==
			pk_operator_match(at->op, at->filter->value, text))
			continue;
		if (!at->term->is_rule || test->test->rule_name != NULL ||
			rule_holds(condition, at->term, test, true) !=
				rule_holds(condition, at->term, test, false))
			return true;
	}
	return false;
}

/* An engine for the events of one tag: the others do not matter. */
static const struct pk_engine *make_engine(
	struct pk_arena *arena, const struct pk_test_run *run, const char *tag)
{
	uint32_t *ids = PK_NEW_ARRAY(arena, uint32_t, run->sysmon->elements.len + 1);
	for (size_t e = 0; e < run->sysmon->elements.len; e++) {
		if (strcmp(run->sysmon->elements.items[e].tag, tag) == 0)
			ids[e] = run->element_ids[e];
	}
	return pk_engine_make(arena, run->sysmon, ids);
}

static bool is_noticed(const struct mutating *mutating)
{
	const struct pk_test_run *run = mutating->run;
	const struct condition *condition = mutating->condition;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_engine *engine = NULL;

	/* Those of the rule itself first: they notice most. */
	for (int own = 1; own >= 0; own--) {
		for (size_t i = 0; i < run->cases.len; i++) {
			const struct pk_test_case *test = &run->cases.items[i];
			if (is_of(test->rule, condition->term) != own ||
				!can_matter(condition, test))
				continue;
			if (engine == NULL)
				engine = make_engine(arena, run, condition->tag);
			if (!pk_test_case_holds(test, engine))
				return true;
		}
	}
	return false;
}

static void spoil(struct filter_at *at, enum pk_operator op, const char *value)
{
	at->op = op;
	at->filter->condition = pk_operator_info(op)->name;
	at->filter->value = value;
}

/* A test that would notice the mutant, while the condition is spoilt; NULL if none was found. */
static const char *suggest(struct mutating *mutating)
{
	const struct pk_test_run *run = mutating->run;
	const struct condition *condition = mutating->condition;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_suggesting suggesting = {.meaning = mutating->meaning,
		.good = mutating->run->engine,
		.bad = make_engine(arena, run, condition->tag)};
	const struct filter_at *changed = NULL;

	for (size_t i = 0; i < run->cases.len; i++) {
		const struct pk_test_case *test = &run->cases.items[i];
		if (test->event != NULL && is_of(test->rule, condition->term))
			*pk_list_push(arena, &suggesting.bases) = test->data;
	}
	for (size_t i = 0; i < condition->filters.len; i++) {
		const struct filter_at *at = &condition->filters.items[i];
		bool is_spoilt = at->op != at->op_before || at->filter->value != at->before.value;
		if (is_spoilt && changed == NULL)
			changed = at;
		if (is_spoilt)
			pk_suggest_add_clause(arena, &suggesting, run->element_ids[at->element],
				at->element, at->term_index);
	}
	if (changed == NULL)
		return NULL;
	struct pk_spoilt spoilt = {.field = changed->before.field,
		.op = changed->op_before,
		.op_spoilt = changed->op,
		.value = changed->before.value,
		.value_spoilt = changed->filter->value};
	const char *test = pk_suggest_test(arena, &suggesting, &spoilt);
	return test == NULL ? NULL : pk_arena_strdup(mutating->arena, test);
}

static void report(struct mutating *mutating, enum pk_mutant_kind kind, const char *changed,
	const char *suggestion)
{
	struct pk_diags *diags = mutating->diags;
	const struct pk_filter *filter = mutating->condition->filters.items[0].filter;
	struct pk_diag *diag;
	if (mutating->options->only_coverage) {
		diag = pk_report(diags, PK_CONDITION_IDLE, filter->span,
			"rule '%s': no test is decided by this condition on '%s'",
			rule_id(mutating), filter->field);
		pk_diag_hint(
			diags, diag, "add an event that is logged or dropped because of it alone");
		return;
	}
	diag = pk_report(diags, PK_MUTANT_SURVIVED, filter->span,
		"rule '%s': all tests pass, too, with %s (%s)", rule_id(mutating), changed,
		pk_mutant_name(kind));
	if (suggestion != NULL)
		pk_diag_hint(diags, diag, "add to its tests: %s", suggestion);
	else
		pk_diag_hint(diags, diag, "add a test with an event on which the two differ");
}

/* Judges the condition as it has been spoilt, and mends it. */
static void judge(struct mutating *mutating, enum pk_mutant_kind kind, const char *changed)
{
	struct pk_mutation *mutation = mutating->mutation;
	bool noticed = is_noticed(mutating);
	const char *suggestion = NULL;
	if (!noticed && mutating->options->suggest)
		suggestion = suggest(mutating);
	for (size_t i = 0; i < mutating->condition->filters.len; i++) {
		struct filter_at *at = &mutating->condition->filters.items[i];
		*at->filter = at->before;
		at->op = at->op_before;
	}
	mutation->all.made++;
	mutation->kinds[kind].made++;
	mutation->all.noticed += noticed;
	mutation->kinds[kind].noticed += noticed;
	if (!noticed)
		report(mutating, kind, changed, suggestion);
}

/* --- the kinds --- */

static void try_operator(struct mutating *mutating, enum pk_mutant_kind kind, enum pk_operator op)
{
	struct condition *condition = mutating->condition;
	if (op == PK_OP_COUNT)
		return;
	for (size_t i = 0; i < condition->filters.len; i++) {
		struct filter_at *at = &condition->filters.items[i];
		spoil(at, op, at->before.value);
	}
	judge(mutating, kind,
		pk_arena_printf(
			mutating->arena, "'%s' as the operator", pk_operator_info(op)->name));
}

static void try_removed(struct mutating *mutating)
{
	struct condition *condition = mutating->condition;
	for (size_t i = 0; i < condition->filters.len; i++) {
		if (condition->filters.items[i].alone)
			return;
		spoil(&condition->filters.items[i], PK_OP_IS_NOT, NOWHERE);
	}
	judge(mutating, PK_MUTANT_REMOVED,
		pk_arena_printf(mutating->arena, "no condition on '%s'",
			condition->filters.items[0].before.field));
}

static void try_value(struct mutating *mutating)
{
	struct condition *condition = mutating->condition;
	for (size_t i = 0; i < condition->filters.len; i++) {
		struct filter_at *at = &condition->filters.items[i];
		spoil(at, at->op_before, NOWHERE);
	}
	judge(mutating, PK_MUTANT_VALUE, "another text as the value");
}

/* The value of a list without its token at `begin`, `len` bytes. */
static void try_token(struct mutating *mutating, size_t begin, size_t len)
{
	struct condition *condition = mutating->condition;
	const char *list = condition->filters.items[0].before.value;
	for (size_t i = 0; i < condition->filters.len; i++) {
		struct filter_at *at = &condition->filters.items[i];
		if (strcmp(at->before.value, list) == 0)
			spoil(at, at->op_before,
				pk_arena_printf(mutating->arena, "%.*s" NOWHERE "%s", (int)begin,
					list, list + begin + len));
	}
	judge(mutating, PK_MUTANT_TOKEN,
		pk_arena_printf(
			mutating->arena, "another text for '%.*s'", (int)len, list + begin));
}

/* A list that was written out, one filter a value: each filter that has the value. */
static void try_written_out(struct mutating *mutating, size_t first)
{
	struct condition *condition = mutating->condition;
	const char *value = condition->filters.items[first].before.value;
	for (size_t i = 0; i < first; i++) {
		if (strcmp(condition->filters.items[i].before.value, value) == 0)
			return; /* has been tried */
	}
	for (size_t i = first; i < condition->filters.len; i++) {
		struct filter_at *at = &condition->filters.items[i];
		if (strcmp(at->before.value, value) == 0)
			spoil(at, at->op_before, NOWHERE);
	}
	judge(mutating, PK_MUTANT_TOKEN,
		pk_arena_printf(mutating->arena, "another text for '%s'", value));
}

static bool has_one_value(const struct condition *condition)
{
	for (size_t i = 1; i < condition->filters.len; i++) {
		if (strcmp(condition->filters.items[i].before.value,
			    condition->filters.items[0].before.value) != 0)
			return false;
	}
	return true;
}

static void try_tokens(struct mutating *mutating)
{
	const struct condition *condition = mutating->condition;
	const struct filter_at *first = &condition->filters.items[0];
	const char *list = first->before.value;
	if (!has_one_value(condition)) {
		for (size_t i = 0; i < condition->filters.len; i++)
			try_written_out(mutating, i);
	} else if (pk_operator_info(first->op_before)->list && strchr(list, ';') != NULL) {
		for (size_t begin = 0; begin <= strlen(list);) {
			size_t len = strcspn(list + begin, ";");
			try_token(mutating, begin, len);
			begin += len + 1;
		}
	}
}

static void try_condition(struct mutating *mutating)
{
	enum pk_operator op = mutating->condition->filters.items[0].op_before;
	try_operator(mutating, PK_MUTANT_NEGATED, turns[op].negated);
	if (mutating->options->only_coverage)
		return;
	try_operator(mutating, PK_MUTANT_LOOSENED, turns[op].loosened);
	try_removed(mutating);
	try_value(mutating);
	if (mutating->options->tokens)
		try_tokens(mutating);
}

void pk_policy_mutate(struct pk_mutation *out, const struct pk_test_run *run,
	const struct pk_mutation_options *options, struct pk_diags *diags)
{
	*out = (struct pk_mutation){0};
	struct mutating mutating = {.arena = run->policy->arena,
		.mutation = out,
		.run = run,
		.options = options,
		.diags = diags};
	collect(&mutating);
	if (options->suggest)
		mutating.meaning = pk_meaning_make(mutating.arena, run->sysmon, run->element_ids);
	for (size_t i = 0; i < mutating.conditions.len; i++) {
		mutating.condition = &mutating.conditions.items[i];
		try_condition(&mutating);
		if (options->progress != NULL)
			options->progress(options->user, i + 1, mutating.conditions.len);
	}
}

/*
 * Which events prove a technique. The RuleName that an event is logged with proves the ids in it.
 * A test of a ruleset proves the other ids of its rule, too, if the event is logged with that
 * rule's name and the rule matches it by itself.
 */
#include "generators/coverage/coverage_parts.h"

#include "base/text.h"
#include "generators/coverage/label.h"

/* The techniques of one event, each once. */
struct proof {
	struct pk_coverage *coverage;
	PK_LIST(struct pk_coverage_technique *) entries;
};

static void add_proof(struct proof *proof, const char *id)
{
	struct pk_coverage_technique *entry = pk_coverage_entry(proof->coverage, id);
	if (entry == NULL)
		return;
	for (size_t i = 0; i < proof->entries.len; i++) {
		if (proof->entries.items[i] == entry)
			return;
	}
	*pk_list_push(proof->coverage->arena, &proof->entries) = entry;
}

static void add_name(struct proof *proof, const char *name)
{
	char id[PK_LABEL_SIZE];
	size_t at = 0;
	while (name != NULL && pk_label_next(id, name, &at))
		add_proof(proof, id);
}

/* Counts the event for its techniques; the place of the first of each is written down. */
static void keep_proof(const struct proof *proof, const char *place)
{
	for (size_t i = 0; i < proof->entries.len; i++) {
		struct pk_coverage_technique *entry = proof->entries.items[i];
		if (entry->proofs++ == 0)
			entry->proof = place;
	}
}

/* True if the event is the first proof of one of its techniques. */
static bool is_news(const struct proof *proof)
{
	for (size_t i = 0; i < proof->entries.len; i++) {
		if (proof->entries.items[i]->proofs == 0)
			return true;
	}
	return false;
}

static bool filters_hold(const struct pk_filters *filters, const struct pk_test_case *test)
{
	for (size_t i = 0; i < filters->filters.len; i++) {
		const struct pk_filter *filter = &filters->filters.items[i];
		const struct pk_operator_info *op = pk_operator_find(filter->condition);
		int field = pk_event_field(test->event, filter->field);
		if (op == NULL || field < 0)
			return false;
		const char *text = test->data.values[field];
		if (!pk_operator_match(op->op, filter->value, text != NULL ? text : "-"))
			return false;
	}
	return true;
}

/* Does the rule of the test match its event, whatever other rules do? */
static bool rule_holds(const struct proof *proof, const struct pk_test_case *test)
{
	struct pk_alternatives alternatives = {0};
	struct pk_diags quiet = {.arena = proof->coverage->arena};
	if (!pk_rule_expand(
		    &alternatives, quiet.arena, test->rule, proof->coverage->schema, &quiet))
		return false;
	for (size_t i = 0; i < alternatives.items.len; i++) {
		if (filters_hold(&alternatives.items.items[i], test))
			return true;
	}
	return false;
}

static bool has_rule_name(const struct proof *proof, const struct pk_policy *policy,
	const struct pk_rule *rule, const char *logged_name)
{
	struct pk_diags quiet = {.arena = proof->coverage->arena};
	const char *name = NULL;
	return pk_rule_make_name(&name, policy, rule, proof->coverage->attack, &quiet) &&
		name != NULL && logged_name != NULL && pk_text_equal(name, logged_name);
}

static void prove_test(struct pk_coverage *coverage, const struct pk_policy *policy,
	const struct pk_test_case *test)
{
	const struct pk_rule *rule = test->rule;
	struct proof proof = {.coverage = coverage};
	struct pk_decision decision = pk_engine_decide(coverage->engine, &test->data);
	if (!decision.logged)
		return;

	add_name(&proof, decision.rule_name);
	bool more = rule->group == NULL && rule->attack.len > 0 &&
		has_rule_name(&proof, policy, rule, decision.rule_name) && rule_holds(&proof, test);
	for (size_t i = 0; more && i < rule->attack.len; i++)
		add_proof(&proof, rule->attack.items[i].text);
	keep_proof(&proof,
		is_news(&proof) ? pk_arena_printf(coverage->arena, "a test of rule %s", rule->id)
				: NULL);
}

void pk_coverage_prove(struct pk_coverage *coverage, const struct pk_coverage_input *input)
{
	if (input->tests == NULL)
		return;
	for (size_t i = 0; i < input->tests->cases.len; i++) {
		const struct pk_test_case *test = &input->tests->cases.items[i];
		if (test->event == NULL || test->skipped)
			continue;
		coverage->tests++;
		prove_test(coverage, input->policy, test);
	}
}

void pk_coverage_add_event(struct pk_coverage *coverage, const struct pk_engine_event *event,
	const char *path, size_t index)
{
	struct pk_decision decision = pk_engine_decide(coverage->engine, event);
	coverage->events++;
	if (!decision.logged || decision.rule_name == NULL)
		return;
	struct proof proof = {.coverage = coverage};
	add_name(&proof, decision.rule_name);
	keep_proof(&proof,
		is_news(&proof) ? pk_arena_printf(coverage->arena, "event %zu of %s", index, path)
				: NULL);
}

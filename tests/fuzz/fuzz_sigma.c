/*
 * The Sigma reader: no input may crash it. What is made of a rule agrees with the rule: an event on
 * which an exact alternative holds is one that the rule matches, and an event that the rule
 * matches is one on which an alternative holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "generators/sigma/sigma_clause.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CASES_MAX = 16, /* alternatives whose witnesses are looked at */
	EVENT = 1,
};

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static bool some_holds(const struct pk_sigma_cases *cases, const struct pk_engine_event *event)
{
	for (size_t i = 0; i < cases->items.len; i++) {
		if (pk_clause_holds(&cases->items.items[i].clause, event))
			return true;
	}
	return false;
}

static void check_case(struct pk_arena *arena, const struct pk_sigma_rule *rule,
	const struct pk_sigma_view *view, const struct pk_sigma_cases *cases, size_t at)
{
	const struct pk_sigma_case *item = &cases->items.items[at];
	const struct pk_meaning_event meaning = {.event = view->event};
	struct pk_engine_event witness;
	if (pk_clause_possible(arena, &item->clause, &meaning, &witness) != PK_YES)
		return;
	enum pk_truth match = pk_sigma_match(rule, view, &witness);
	demand(item->left_out != NULL || match != PK_NO);
	demand(match != PK_YES || some_holds(cases, &witness));
}

static void check_rule(
	struct pk_arena *arena, const struct pk_sigma_rule *rule, const struct pk_schema *schema)
{
	struct pk_sigma_view view = {
		.event = pk_schema_find_id(schema, EVENT), .newest = schema, .feed = NULL};
	struct pk_sigma_cases cases = {0};
	pk_sigma_expand(arena, &cases, rule, &view);
	demand(cases.items.len <= PK_SIGMA_CLAUSES);
	for (size_t i = 0; i < cases.items.len && i < CASES_MAX; i++) {
		demand(cases.items.items[i].clause.questions.len <= PK_SIGMA_QUESTIONS);
		check_case(arena, rule, &view, &cases, i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_sigma_rules rules = {0};
	const struct pk_schema *schema =
		pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	bool good = pk_sigma_read(&rules, pk_source_make(arena, "x", text, size), &diags);
	demand(good == (diags.errors == 0));
	for (size_t i = 0; i < rules.items.len; i++) {
		if (!rules.items.items[i]->skipped)
			check_rule(arena, rules.items.items[i], schema);
	}
	return 0;
}

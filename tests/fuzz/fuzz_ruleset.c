/*
 * The reader of rulesets and projects: no input may crash it or make it grow without bounds; a
 * policy comes back exactly if there is no error; places lie in their texts.
 */
#include <stdint.h>
#include <stdlib.h>

#include "rulesets/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_span(struct pk_span span)
{
	demand(span.begin <= span.end);
	demand(span.source == NULL || span.end <= span.source->len + 1);
}

static void check_rule(const struct pk_rule *rule)
{
	demand(rule->id != NULL && rule->when != NULL && rule->event != NULL);
	demand(rule->origins.len > 0);
	check_span(rule->span);
	check_span(rule->when->span);
}

static void check_policy(const struct pk_policy *policy)
{
	for (size_t i = 0; i < policy->rules.len; i++)
		check_rule(policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t k = 0; k < group->rules.len; k++)
			check_rule(group->rules.items[k]);
	}
	demand(policy->sets.len > 0 && policy->rule_name != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_source *source = pk_source_make(arena, "/no-such-folder/x", text, size);
	const struct pk_policy_options options = {.today = "2026-01-01"};
	const struct pk_policy *policy = pk_policy_read_source(arena, source, &options, &diags);
	demand((policy == NULL) == (diags.errors > 0));
	if (policy != NULL)
		check_policy(policy);
	for (size_t i = 0; i < diags.all.len; i++)
		check_span(diags.all.items[i].span);
	return 0;
}

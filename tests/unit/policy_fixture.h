/*
 * A fixture for tests that start from a ruleset in YAML: an arena and the findings. Tests name it
 * as their *state.
 */
#ifndef TESTS_UNIT_POLICY_FIXTURE_H
#define TESTS_UNIT_POLICY_FIXTURE_H

#include "tests/unit/test.h"

#include "rulesets/policy.h"

/* The head of a ruleset; what follows begins in line 3. */
#define HEAD "picket: 1\nruleset: {id: t, version: 1.0.0, title: T}\n"
/* A ruleset of one rule, which stands in line 3; `rest` are its further keys. */
#define RULE(event, when, rest)                                                                    \
	HEAD "rules: [{id: r, title: R, event: " event ", when: {" when "}" rest "}]\n"
/* The keys that make a rule an exclude. */
#define EXCLUDED ", action: exclude, owner: o, reason: r"

struct policy_fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static inline int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct policy_fixture *fixture = PK_NEW(arena, struct policy_fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct policy_fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

/* The policy of a text, which has no finding of its own. */
static inline struct pk_policy *read_policy(struct policy_fixture *fixture, const char *text)
{
	struct pk_policy_options options = {0};
	struct pk_diags diags = {.arena = fixture->arena};
	struct pk_policy *policy = pk_policy_read_source(
		fixture->arena, source_from_text(fixture->arena, text), &options, &diags);
	for (size_t i = 0; i < diags.all.len; i++)
		print_error("%s\n", diags.all.items[i].message);
	assert_int_equal(diags.all.len, 0);
	assert_non_null(policy);
	return policy;
}

/* How many findings have the code. */
static inline size_t count_findings(const struct policy_fixture *fixture, enum pk_code code)
{
	size_t count = 0;
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		count += fixture->diags.all.items[i].code == code;
	return count;
}

/* The first finding with the code; there must be one. */
static inline const struct pk_diag *find_finding(
	const struct policy_fixture *fixture, enum pk_code code)
{
	for (size_t i = 0; i < fixture->diags.all.len; i++) {
		if (fixture->diags.all.items[i].code == code)
			return &fixture->diags.all.items[i];
	}
	fail_msg("no finding PK%04d", (int)code);
	return NULL;
}

#endif

/* Mutants of conditions: which are made, which are noticed, and what is said of the others. */
#include "tests/unit/policy_fixture.h"

#include <string.h>

#include "generators/compile/policy_mutate.h"

/* A rule with the conditions `when` and the lines of its tests. */
#define TESTED(when, tests)                                                                        \
	HEAD "rules:\n"                                                                            \
	     "  - id: r\n"                                                                         \
	     "    title: R\n"                                                                      \
	     "    event: FileCreate\n"                                                             \
	     "    when: {" when "}\n"                                                              \
	     "    tests:\n" tests

static struct pk_mutation mutate(
	struct policy_fixture *fixture, const char *text, const struct pk_mutation_options *options)
{
	struct pk_compile_options compile = {.platform = PK_WINDOWS};
	struct pk_test_run run;
	struct pk_mutation mutation;
	struct pk_diags quiet = {.arena = fixture->arena};
	assert_true(pk_policy_test(&run, read_policy(fixture, text), &compile, &quiet));
	assert_int_equal(run.failed, 0);
	pk_policy_mutate(&mutation, &run, options, &fixture->diags);
	return mutation;
}

static void assert_count(
	const struct pk_mutation *mutation, enum pk_mutant_kind kind, size_t made, size_t noticed)
{
	assert_int_equal(mutation->kinds[kind].made, made);
	assert_int_equal(mutation->kinds[kind].noticed, noticed);
}

static void a_condition_alone_cannot_be_removed(void **state)
{
	struct pk_mutation mutation = mutate(*state,
		TESTED("Image: a", "      - logged: {Image: a}\n      - dropped: {Image: ab}\n"),
		&(struct pk_mutation_options){0});
	assert_count(&mutation, PK_MUTANT_NEGATED, 1, 1);
	assert_count(&mutation, PK_MUTANT_LOOSENED, 1, 1);
	assert_count(&mutation, PK_MUTANT_REMOVED, 0, 0);
	assert_count(&mutation, PK_MUTANT_VALUE, 1, 1);
	assert_int_equal(mutation.all.made, 3);
	assert_int_equal(count_findings(*state, PK_MUTANT_SURVIVED), 0);
}

static void a_condition_that_no_test_needs_survives(void **state)
{
	struct pk_mutation mutation = mutate(*state,
		TESTED("Image: a, User: u",
			"      - logged: {Image: a, User: u}\n      - dropped: {Image: b, User: "
			"u}\n"),
		&(struct pk_mutation_options){0});
	assert_count(&mutation, PK_MUTANT_REMOVED, 2, 1);
	const struct pk_diag *diag = find_finding(*state, PK_MUTANT_SURVIVED);
	assert_non_null(strstr(diag->message, "rule 'r'"));
	assert_int_equal(pk_source_place(diag->span.source, diag->span.begin).line, 7);
}

static void alternatives_of_one_condition_are_spoilt_together(void **state)
{
	struct pk_mutation mutation = mutate(*state,
		TESTED("all: [{User: u}, {any: [{Image: a}, {Image: b}]}]",
			"      - logged: {Image: a, User: u}\n      - dropped: {Image: a}\n"),
		&(struct pk_mutation_options){0});
	/* User stands in both alternatives and is one condition. */
	assert_count(&mutation, PK_MUTANT_NEGATED, 3, 2);
}

static void values_of_lists_are_tried_when_asked_for(void **state)
{
	const char *text = TESTED("Image: {contains any: [aa, bb, cc]}",
		"      - logged: {Image: xaa}\n      - logged: {Image: xbb}\n"
		"      - dropped: {Image: x}\n");
	struct pk_mutation mutation = mutate(*state, text, &(struct pk_mutation_options){0});
	assert_count(&mutation, PK_MUTANT_TOKEN, 0, 0);
	mutation = mutate(*state, text, &(struct pk_mutation_options){.tokens = true});
	assert_count(&mutation, PK_MUTANT_TOKEN, 3, 2);
}

static void coverage_names_conditions_that_decide_nothing(void **state)
{
	struct pk_mutation mutation = mutate(*state,
		TESTED("any: [{Image: a}, {User: u}]",
			"      - logged: {Image: a, User: u}\n      - dropped: {Image: b, User: "
			"v}\n"),
		&(struct pk_mutation_options){.only_coverage = true});
	assert_int_equal(mutation.all.made, 2);
	assert_int_equal(mutation.all.made - mutation.all.noticed,
		count_findings(*state, PK_CONDITION_IDLE));
}

static void a_suggested_test_notices_the_mutant(void **state)
{
	static const char first[] = "add to its tests: {dropped: {Image: ";
	struct policy_fixture *fixture = *state;
	mutate(fixture,
		TESTED("Image: {end with: tool.exe}",
			"      - logged: {Image: tool.exe}\n      - dropped: {Image: b}\n"),
		&(struct pk_mutation_options){.suggest = true});
	const struct pk_diag *diag = find_finding(fixture, PK_MUTANT_SURVIVED);
	assert_int_equal(strncmp(diag->hint, first, strlen(first)), 0);

	const char *test = strchr(diag->hint, '{');
	const char *text = pk_arena_printf(fixture->arena,
		TESTED("Image: {end with: tool.exe}",
			"      - logged: {Image: tool.exe}\n      - dropped: {Image: b}\n") "      "
											    "- "
											    "%s\n",
		test);
	struct pk_mutation mutation = mutate(fixture, text, &(struct pk_mutation_options){0});
	assert_count(&mutation, PK_MUTANT_LOOSENED, 1, 1);
}

static void the_configuration_is_as_it_was_afterwards(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_compile_options compile = {.platform = PK_WINDOWS};
	struct pk_diags quiet = {.arena = fixture->arena};
	struct pk_test_run run;
	struct pk_mutation mutation;
	const char *text = TESTED("Image: {contains any: [aa, bb]}, User: u",
		"      - logged: {Image: xaa, User: u}\n      - dropped: {Image: x}\n");
	assert_true(pk_policy_test(&run, read_policy(fixture, text), &compile, &quiet));
	const struct pk_term *term = &run.sysmon->elements.items[0].terms.items[0];
	struct pk_filter before = term->filters.items[0];
	pk_policy_mutate(&mutation, &run, &(struct pk_mutation_options){.tokens = true}, &quiet);
	assert_string_equal(term->filters.items[0].value, before.value);
	assert_string_equal(term->filters.items[0].condition, before.condition);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_condition_alone_cannot_be_removed),
		TEST(a_condition_that_no_test_needs_survives),
		TEST(alternatives_of_one_condition_are_spoilt_together),
		TEST(values_of_lists_are_tried_when_asked_for),
		TEST(coverage_names_conditions_that_decide_nothing),
		TEST(a_suggested_test_notices_the_mutant),
		TEST(the_configuration_is_as_it_was_afterwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

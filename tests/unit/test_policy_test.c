/* The tests written in rulesets: what passes, fails, is skipped. */
#include "tests/unit/policy_fixture.h"

#include "generators/compile/policy_test.h"

/* One rule on `event`; `tests` are lines of its list of tests, the first of which is line 9. */
#define TESTED(event, when, tests)                                                                 \
	HEAD "rules:\n"                                                                            \
	     "  - id: r\n"                                                                         \
	     "    title: R\n"                                                                      \
	     "    event: " event "\n"                                                              \
	     "    when: {" when "}\n"                                                              \
	     "    tests:\n" tests

static struct pk_test_run run_for(
	struct policy_fixture *fixture, const char *text, enum pk_platform platform)
{
	struct pk_compile_options options = {.platform = platform};
	struct pk_test_run count = {0};
	assert_true(pk_policy_test(&count, read_policy(fixture, text), &options, &fixture->diags));
	return count;
}

static struct pk_test_run run(struct policy_fixture *fixture, const char *text)
{
	return run_for(fixture, text, PK_WINDOWS);
}

/* The only test fails, with a finding in line 9. */
static const struct pk_diag *assert_failed(struct policy_fixture *fixture, const char *text)
{
	struct pk_test_run count = run(fixture, text);
	assert_int_equal(count.failed, 1);
	assert_int_equal(count.passed, 0);
	const struct pk_diag *diag = find_finding(fixture, PK_TEST_FAILED);
	assert_place(diag->span, 9, 9);
	return diag;
}

static void events_decided_as_wanted_pass(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("FileCreate", "Image: a",
			"      - logged: {Image: A}\n      - dropped: {Image: b}\n"));
	assert_int_equal(count.passed, 2);
	assert_int_equal(count.failed, 0);
	assert_int_equal(count.untested, 0);
}

static void an_event_that_is_dropped_but_should_be_logged_fails(void **state)
{
	assert_failed(*state, TESTED("FileCreate", "Image: a", "      - logged: {Image: b}\n"));
}

static void an_event_that_is_logged_but_should_be_dropped_fails_and_tells_its_name(void **state)
{
	const struct pk_diag *diag = assert_failed(
		*state, TESTED("FileCreate", "Image: a", "      - dropped: {Image: a}\n"));
	assert_string_equal(diag->hint, "it is logged with RuleName 'rule_id=r'");
}

static void another_rule_name_than_wanted_fails(void **state)
{
	assert_failed(*state,
		TESTED("FileCreate", "Image: a",
			"      - {logged: {Image: a}, rule_name: other}\n"));
}

static void the_wanted_rule_name_passes(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("FileCreate", "Image: a",
			"      - {logged: {Image: a}, rule_name: rule_id=r}\n"));
	assert_int_equal(count.passed, 1);
}

static void the_whole_configuration_decides(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("FileCreate", "Image: a",
			"      - dropped: {Image: a, User: u}\n") "  - {id: x, title: X, event: "
								  "FileCreate" EXCLUDED
								  ", when: {User: u}}\n");
	assert_int_equal(count.passed, 1);
}

static void the_event_of_a_family_is_the_first_with_all_fields(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("RegistryEvent", "TargetObject: t",
			"      - logged: {TargetObject: t, NewName: n}\n"));
	assert_int_equal(count.passed, 1);
}

static void the_event_of_a_family_can_be_named(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("WmiEvent", "Name: n",
			"      - {logged: {Name: n}, event_id: 19}\n"
			"      - {dropped: {Name: n}, event_id: 20}\n"));
	assert_int_equal(count.passed, 2);
}

static void fields_that_no_event_of_a_family_has_together_fail(void **state)
{
	assert_failed(*state,
		TESTED("RegistryEvent", "TargetObject: t",
			"      - logged: {Details: d, NewName: n}\n"));
}

static void a_named_event_without_the_fields_fails(void **state)
{
	assert_failed(*state,
		TESTED("RegistryEvent", "TargetObject: t",
			"      - {logged: {Details: d}, event_id: 14}\n"));
}

static void a_rule_without_logged_or_dropped_event_is_counted(void **state)
{
	struct pk_test_run count =
		run(*state, TESTED("FileCreate", "Image: a", "      - logged: {Image: a}\n"));
	assert_int_equal(count.untested, 1);
}

static void tests_of_rules_for_another_sensor_are_skipped(void **state)
{
	struct pk_test_run count = run_for(
		*state, TESTED("FileCreate", "Image: a", "      - logged: {Image: b}\n"), PK_LINUX);
	assert_int_equal(count.skipped, 1);
	assert_int_equal(count.failed, 0);
	assert_int_equal(count.untested, 0);
}

static void tests_of_a_disabled_rule_are_skipped(void **state)
{
	struct pk_test_run count = run(*state,
		TESTED("FileCreate", "Image: a",
			"      - logged: {Image: b}\n") "    enabled: false\n");
	assert_int_equal(count.skipped, 1);
}

static void tests_of_a_group_are_run(void **state)
{
	struct pk_test_run count = run(*state,
		HEAD "groups:\n  - {id: g, event: FileCreate, onmatch: include, relation: or,\n"
		     "     rules: [{id: a, when: {Image: x}, "
		     "tests: [{logged: {Image: x}}, {dropped: {Image: y}}]}]}\n");
	assert_int_equal(count.passed, 2);
}

static void a_policy_that_cannot_be_compiled_runs_no_test(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_compile_options options = {.schema = "3.40"};
	struct pk_test_run count = {0};
	assert_false(pk_policy_test(&count,
		read_policy(
			fixture, TESTED("FileCreate", "Image: a", "      - logged: {Image: a}\n")),
		&options, &fixture->diags));
	assert_int_equal(fixture->diags.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_decided_as_wanted_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_event_that_is_dropped_but_should_be_logged_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_event_that_is_logged_but_should_be_dropped_fails_and_tells_its_name,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_rule_name_than_wanted_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_wanted_rule_name_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_whole_configuration_decides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_event_of_a_family_is_the_first_with_all_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_event_of_a_family_can_be_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			fields_that_no_event_of_a_family_has_together_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_named_event_without_the_fields_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_without_logged_or_dropped_event_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			tests_of_rules_for_another_sensor_are_skipped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			tests_of_a_disabled_rule_are_skipped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tests_of_a_group_are_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_policy_that_cannot_be_compiled_runs_no_test, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

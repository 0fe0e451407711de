/* any and all multiplied out, and conditions with several values, for old and new schemas. */
#include "tests/unit/compile_fixture.h"

#define FILE_RULE(when) RULE("FileCreate", when, "")
#define QUIET_FILE_RULE(when)                                                                      \
	HEAD "collect: {ProcessCreate: none, ProcessTerminate: none}\n"                            \
	     "rules: [{id: r, title: R, event: FileCreate, when: {" when "}}]\n"

/* The only element of a rule on FileCreate that was compiled for `schema` without a finding. */
static void assert_terms(
	struct policy_fixture *fixture, const char *schema, const char *text, const char *want)
{
	struct pk_sysmon *sysmon = compile_for(fixture, text, PK_WINDOWS, schema);
	assert_non_null(sysmon);
	assert_int_equal(fixture->diags.all.len, 0);
	const char *all = describe(fixture, sysmon);
	const char *found = strstr(all, "+FileCreate: ");
	assert_non_null(found);
	found += strlen("+FileCreate: ");
	assert_string_equal(pk_arena_strndup(fixture->arena, found, strcspn(found, "\n")), want);
}

/* --- any and all --- */

static void one_condition_is_a_filter(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: a"), "Image is 'a'");
}

static void several_conditions_are_a_rule_that_wants_all(void **state)
{
	assert_terms(
		*state, NULL, QUIET_FILE_RULE("Image: a, User: u"), "(Image is 'a' & User is 'u')");
}

static void alternatives_are_terms_of_their_own(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("any: [{Image: a}, {User: u}]"),
		"Image is 'a'; User is 'u'");
}

static void alternatives_are_multiplied_with_what_must_hold_beside_them(void **state)
{
	assert_terms(*state, NULL,
		QUIET_FILE_RULE("TargetFilename: t, any: [{Image: a}, {User: u}]"),
		"(TargetFilename is 't' & Image is 'a'); (TargetFilename is 't' & User is 'u')");
}

static void two_sets_of_alternatives_give_every_pair(void **state)
{
	assert_terms(*state, NULL,
		QUIET_FILE_RULE("all: [{any: [{Image: a}, {Image: b}]}, "
				"{any: [{User: u}, {User: v}]}]"),
		"(Image is 'a' & User is 'u'); (Image is 'a' & User is 'v'); "
		"(Image is 'b' & User is 'u'); (Image is 'b' & User is 'v')");
}

static void all_inside_any_is_one_alternative(void **state)
{
	assert_terms(*state, NULL,
		QUIET_FILE_RULE("any: [{all: [{Image: a}, {User: u}]}, {Image: b}]"),
		"(Image is 'a' & User is 'u'); Image is 'b'");
}

static void two_operators_on_one_field_must_both_hold(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {begin with: a, end with: z}"),
		"(Image begin with 'a' & Image end with 'z')");
}

/* --- values --- */

static void values_of_is_become_is_any_from_4_31_on(void **state)
{
	assert_terms(*state, "4.31", QUIET_FILE_RULE("Image: [a, b]"), "Image is any 'a;b'");
	assert_terms(
		*state, "4.30", QUIET_FILE_RULE("Image: [a, b]"), "Image is 'a'; Image is 'b'");
}

static void values_of_contains_become_contains_any_from_4_22_on(void **state)
{
	assert_terms(*state, "4.22", QUIET_FILE_RULE("Image: {contains: [a, b]}"),
		"Image contains any 'a;b'");
	assert_terms(*state, "4.21", QUIET_FILE_RULE("Image: {contains: [a, b]}"),
		"Image contains 'a'; Image contains 'b'");
}

static void values_of_excludes_become_excludes_any_from_4_23_on(void **state)
{
	assert_terms(*state, "4.23", QUIET_FILE_RULE("Image: {excludes: [a, b]}"),
		"Image excludes any 'a;b'");
	assert_terms(*state, "4.22", QUIET_FILE_RULE("Image: {excludes: [a, b]}"),
		"(Image excludes 'a' & Image excludes 'b')");
}

static void values_without_list_form_are_alternatives(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {end with: [a, b]}"),
		"Image end with 'a'; Image end with 'b'");
}

static void values_of_a_negative_condition_must_all_hold(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {is not: [a, b]}"),
		"(Image is not 'a' & Image is not 'b')");
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {not end with: [a, b]}"),
		"(Image not end with 'a' & Image not end with 'b')");
}

static void a_value_with_a_semicolon_keeps_values_apart(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {contains: ['a;b', c]}"),
		"Image contains 'a;b'; Image contains 'c'");
}

static void one_value_keeps_its_condition(void **state)
{
	assert_terms(*state, NULL, QUIET_FILE_RULE("Image: {contains: [a]}"), "Image contains 'a'");
}

/* --- list conditions in old schemas --- */

static void list_conditions_are_taken_apart_for_older_schemas(void **state)
{
	static const struct {
		const char *when;
		const char *want;
	} rows[] = {
		{"Image: {contains any: [a, b]}", "Image contains 'a'; Image contains 'b'"},
		{"Image: {contains all: [a, b]}", "(Image contains 'a' & Image contains 'b')"},
		{"Image: {is any: [a, b]}", "Image is 'a'; Image is 'b'"},
		{"Image: {excludes any: [a, b]}", "(Image excludes 'a' & Image excludes 'b')"},
		{"Image: {excludes all: [a, b]}", "Image excludes 'a'; Image excludes 'b'"},
	};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_terms(fixture, "4.21",
			pk_arena_printf(fixture->arena, QUIET_FILE_RULE("%s"), rows[i].when),
			rows[i].want);
}

static void a_list_condition_stays_from_its_schema_on(void **state)
{
	assert_terms(*state, "4.23", QUIET_FILE_RULE("Image: {excludes all: [a, b]}"),
		"Image excludes all 'a;b'");
}

static void a_condition_that_the_schema_lacks_leaves_the_rule_out(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon =
		compile_for(fixture, FILE_RULE("Image: {not end with: a}"), PK_WINDOWS, "4.60");
	const struct pk_diag *diag = find_finding(fixture, PK_RULE_OPERATOR_UNSUPPORTED);
	assert_place(diag->span, 3, 53);
	assert_int_equal(sysmon->elements.len, 0);
}

/* --- limits --- */

/* "[N0, N1, ...]" */
static const char *values(struct policy_fixture *fixture, const char *prefix, size_t count)
{
	PK_BUF_AUTO text = {0};
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(&text, "%s%s%zu", i == 0 ? "[" : ", ", prefix, i);
	pk_buf_putc(&text, ']');
	return pk_arena_strndup(fixture->arena, text.data, text.len);
}

/* A rule whose two conditions have so many values without a list form. */
static const char *product(struct policy_fixture *fixture, size_t left, size_t right)
{
	return pk_arena_printf(fixture->arena,
		QUIET_FILE_RULE("Image: {end with: %s}, User: {end with: %s}"),
		values(fixture, "a", left), values(fixture, "b", right));
}

static void a_product_of_64_alternatives_is_compiled(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(fixture, product(fixture, 8, 8), PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.all.len, 0);
	const struct pk_element *last = &sysmon->elements.items[sysmon->elements.len - 1];
	assert_int_equal(last->terms.len, 64);
}

static void a_larger_product_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, product(fixture, 5, 13), PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.errors, 1);
	find_finding(fixture, PK_RULE_TOO_WIDE);
}

static void many_values_of_one_condition_are_no_product(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = pk_arena_printf(fixture->arena, QUIET_FILE_RULE("Image: {end with: %s}"),
		values(fixture, "a", 500));
	struct pk_sysmon *sysmon = compile_for(fixture, text, PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.all.len, 0);
	const struct pk_element *last = &sysmon->elements.items[sysmon->elements.len - 1];
	assert_int_equal(last->terms.len, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_condition_is_a_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_conditions_are_a_rule_that_wants_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			alternatives_are_terms_of_their_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			alternatives_are_multiplied_with_what_must_hold_beside_them, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			two_sets_of_alternatives_give_every_pair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			all_inside_any_is_one_alternative, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_operators_on_one_field_must_both_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			values_of_is_become_is_any_from_4_31_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			values_of_contains_become_contains_any_from_4_22_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			values_of_excludes_become_excludes_any_from_4_23_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			values_without_list_form_are_alternatives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			values_of_a_negative_condition_must_all_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_value_with_a_semicolon_keeps_values_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_value_keeps_its_condition, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			list_conditions_are_taken_apart_for_older_schemas, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_list_condition_stays_from_its_schema_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_condition_that_the_schema_lacks_leaves_the_rule_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_product_of_64_alternatives_is_compiled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_larger_product_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			many_values_of_one_condition_are_no_product, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

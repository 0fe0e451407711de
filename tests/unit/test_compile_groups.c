/* Groups: event elements that go out as they are written. */
#include "tests/unit/compile_fixture.h"

#define GROUP_KEYS(keys, rules)                                                                    \
	HEAD "groups:\n  - {id: g, event: FileCreate, onmatch: include, relation: or" keys         \
	     ",\n     rules: [" rules "]}\n"
#define GROUP(rules) GROUP_KEYS("", rules)

static const struct pk_element *compile_group(
	struct policy_fixture *fixture, const char *text, const char *schema)
{
	struct pk_sysmon *sysmon = compile_for(fixture, text, PK_WINDOWS, schema);
	assert_int_equal(sysmon->elements.len, 1);
	return &sysmon->elements.items[0];
}

static void a_group_keeps_its_relation_its_name_and_the_order_of_its_terms(void **state)
{
	const char *text =
		HEAD "groups:\n"
		     "  - {id: g, event: FileCreate, onmatch: exclude, relation: and, name: n,\n"
		     "     rules: [{id: a, when: {Image: {contains: x}}},\n"
		     "       {id: b, when: {all: [{User: u}, {Image: y}]}},\n"
		     "       {id: c, when: {any: [{User: v}]}}]}\n";
	assert_compiled(*state, text,
		"-FileCreate (and): Image contains 'x'; (User is 'u' & Image is 'y'); "
		"(User is 'v')\n");
	assert_string_equal(compile_group(*state, text, NULL)->group_name, "n");
}

static void groups_go_out_one_by_one(void **state)
{
	assert_compiled(*state,
		HEAD "groups:\n"
		     "  - {id: g, event: FileCreate, onmatch: include, relation: or, "
		     "rules: [{id: a, when: {Image: x}}]}\n"
		     "  - {id: h, event: FileCreate, onmatch: include, relation: or, "
		     "rules: [{id: b, when: {Image: y}}]}\n",
		"+FileCreate: Image is 'x'\n+FileCreate: Image is 'y'\n");
}

static void the_raw_text_of_a_list_condition_stays(void **state)
{
	assert_compiled(*state, GROUP("{id: a, when: {Image: {contains any: 'x;;y; '}}}"),
		"+FileCreate: Image contains any 'x;;y; '\n");
}

static void a_list_is_joined_for_a_list_condition(void **state)
{
	assert_compiled(*state, GROUP("{id: a, when: {Image: {contains any: [x, y]}}}"),
		"+FileCreate: Image contains any 'x;y'\n");
}

static void names_are_only_where_they_are_given(void **state)
{
	const struct pk_element *element = compile_group(*state,
		GROUP("{id: a, when: {Image: x}, attack: [T1105]}, {id: b, when: {Image: y}, name: "
		      "n},"
		      "{id: c, when: {Image: z}, name: ''}"),
		NULL);
	assert_null(element->terms.items[0].filter.name);
	assert_string_equal(element->terms.items[1].filter.name, "n");
	assert_string_equal(element->terms.items[2].filter.name, "");
}

static void a_filter_in_a_rule_may_have_its_own_name(void **state)
{
	const struct pk_element *element = compile_group(*state,
		GROUP("{id: a, name: r, when: {any: [{Image: x, name: f}, {Image: y}]}}"), NULL);
	const struct pk_term *term = &element->terms.items[0];
	assert_string_equal(term->name, "r");
	assert_string_equal(term->filters.items[0].name, "f");
	assert_null(term->filters.items[1].name);
}

static void a_rule_without_filters_stays(void **state)
{
	const struct pk_element *element =
		compile_group(*state, GROUP("{id: a, when: {all: []}}"), NULL);
	assert_true(element->terms.items[0].is_rule);
	assert_int_equal(element->terms.items[0].filters.len, 0);
}

static void a_disabled_rule_of_a_group_is_left_out(void **state)
{
	assert_compiled(*state,
		GROUP("{id: a, when: {Image: x}, enabled: false}, {id: b, when: {Image: y}}"),
		"+FileCreate: Image is 'y'\n");
}

static void a_field_that_the_schema_lacks_is_warned_of_in_an_or_group(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled_for(fixture, "4.70",
		GROUP("{id: a, when: {User: x}}, {id: b, when: {Image: y}}"),
		"+FileCreate: Image is 'y'\n");
	assert_int_equal(find_finding(fixture, PK_RULE_FIELD_UNSUPPORTED)->severity, PK_WARNING);
}

static void a_field_that_the_schema_lacks_is_an_error_in_an_and_group(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture,
		HEAD "groups:\n  - {id: g, event: FileCreate, onmatch: include, relation: and,\n"
		     "     rules: [{id: a, when: {User: x}}, {id: b, when: {Image: y}}]}\n",
		PK_WINDOWS, "4.70");
	assert_int_equal(find_finding(fixture, PK_RULE_FIELD_UNSUPPORTED)->severity, PK_ERROR);
}

static void a_verbatim_group_may_hold_a_field_of_another_event_and_is_warned_of(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = GROUP_KEYS(
		", verbatim: true", "{id: a, when: {all: [{Image: x}, {QueryName: q}]}}");
	assert_compiled(fixture, text, "+FileCreate: (Image is 'x' & QueryName is 'q')\n");
	assert_int_equal(fixture->diags.errors, 0);
	assert_place(find_finding(fixture, PK_VERBATIM_GROUP)->span, 4, 5);
}

static void a_group_silences_the_note_on_an_event_that_is_logged_by_default(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture,
		HEAD "collect: {ProcessTerminate: none}\n"
		     "groups:\n  - {id: g, event: ProcessCreate, onmatch: include, relation: or, "
		     "rules: [{id: a, when: {Image: x}}]}\n",
		"+ProcessCreate: Image is 'x'\n+ProcessTerminate:\n");
	assert_int_equal(fixture->diags.all.len, 0);
}

static void a_group_of_an_event_that_the_schema_lacks_is_left_out_with_a_warning(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled_for(fixture, "4.50",
		HEAD
		"collect: {ProcessCreate: none, ProcessTerminate: none}\n"
		"groups:\n  - {id: g, event: FileDeleteDetected, onmatch: include, relation: or, "
		"rules: [{id: a, when: {Image: x}}]}\n",
		"+ProcessCreate:\n+ProcessTerminate:\n");
	assert_place(find_finding(fixture, PK_RULE_EVENT_UNSUPPORTED)->span, 5, 20);
}

#define QUIET_HEAD HEAD "collect: {ProcessCreate: none, ProcessTerminate: none%s}\n"
#define FILE_GROUP(onmatch)                                                                        \
	"groups: [{id: g, event: FileCreate, onmatch: " onmatch ", relation: or, "                 \
	"rules: [{id: a, when: {Image: x}}]}]\n"
#define EXCLUDE_RULE "rules: [{id: r, title: R, event: FileCreate, when: {User: u}" EXCLUDED "}]\n"

static void assert_with_group(
	struct policy_fixture *fixture, const char *collect, const char *parts, const char *want)
{
	const char *head = pk_arena_printf(fixture->arena, QUIET_HEAD, collect);
	const char *all =
		pk_arena_printf(fixture->arena, "+ProcessCreate:\n+ProcessTerminate:\n%s", want);
	assert_compiled(fixture, pk_arena_printf(fixture->arena, "%s%s", head, parts), all);
}

static void an_exclude_rule_narrows_an_include_group(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_with_group(fixture, "", FILE_GROUP("include") EXCLUDE_RULE,
		"-FileCreate: User is 'u'\n+FileCreate: Image is 'x'\n");
	assert_int_equal(fixture->diags.all.len, 0);
}

static void an_exclude_rule_beside_an_exclude_group_is_left_out(void **state)
{
	/* Two excludes without an include would drop every event. */
	struct policy_fixture *fixture = *state;
	assert_with_group(
		fixture, "", FILE_GROUP("exclude") EXCLUDE_RULE, "-FileCreate: Image is 'x'\n");
	find_finding(fixture, PK_EXCLUDE_ALONE);
}

static void collect_all_beside_a_group_logs_what_the_group_does_not_match(void **state)
{
	assert_with_group(*state, ", FileCreate: all", FILE_GROUP("include"),
		"+FileCreate: UtcTime is not 'none'\n+FileCreate: Image is 'x'\n");
}

static void collect_none_leaves_groups_out_and_says_so(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_with_group(fixture, ", FileCreate: none", FILE_GROUP("include"), "+FileCreate:\n");
	assert_int_equal(count_findings(fixture, PK_COLLECT_NOTHING), 1);
}

static void collect_rules_adds_nothing_to_a_group_on_process_starts(void **state)
{
	assert_compiled(*state,
		HEAD "collect: {ProcessCreate: rules, ProcessTerminate: none}\n"
		     "groups: [{id: g, event: ProcessCreate, onmatch: exclude, relation: or, "
		     "rules: [{id: a, when: {Image: x}}]}]\n",
		"-ProcessCreate: Image is 'x'\n+ProcessTerminate:\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_group_keeps_its_relation_its_name_and_the_order_of_its_terms, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(groups_go_out_one_by_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_raw_text_of_a_list_condition_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_list_is_joined_for_a_list_condition, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			names_are_only_where_they_are_given, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_filter_in_a_rule_may_have_its_own_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rule_without_filters_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_disabled_rule_of_a_group_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_the_schema_lacks_is_warned_of_in_an_or_group, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_the_schema_lacks_is_an_error_in_an_and_group, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_verbatim_group_may_hold_a_field_of_another_event_and_is_warned_of, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_group_silences_the_note_on_an_event_that_is_logged_by_default, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_group_of_an_event_that_the_schema_lacks_is_left_out_with_a_warning,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_exclude_rule_narrows_an_include_group, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_exclude_rule_beside_an_exclude_group_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			collect_all_beside_a_group_logs_what_the_group_does_not_match, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			collect_none_leaves_groups_out_and_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			collect_rules_adds_nothing_to_a_group_on_process_starts, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

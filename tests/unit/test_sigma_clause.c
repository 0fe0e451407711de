#include "tests/unit/sigma_fixture.h"

static void values_of_one_field_are_one_question(void **state)
{
	assert_cases(*state,
		SELECTION("process_creation", "Image|endswith: ['\\A.exe', '\\b.exe']"),
		"Image ends \\a.exe|ends \\b.exe");
}

static void all_makes_a_question_of_each_value(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(
		fixture, SELECTION("process_creation", "CommandLine|contains|all: [a, b]"));
	assert_int_equal(match_process(fixture, rule, "x", "B and A"), PK_YES);
	assert_int_equal(match_process(fixture, rule, "x", "b"), PK_NO);
	assert_non_null(strstr(describe_cases(fixture, rule, 1), " & "));
}

static void wildcards_say_where_the_text_stands(void **state)
{
	assert_cases(*state,
		SELECTION("process_creation", "Image: ['a', 'b*', '*c', '*d*', '\\*', 'e\\\\*']"),
		"Image is a|begins b|ends c|has d|is *|begins e\\");
}

static void wildcards_inside_are_said_in_part(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(
		fixture, SELECTION("process_creation", "Image: 'C:\\Users\\\\*\\x?.exe'"));
	assert_non_null(strstr(describe_cases(fixture, rule, 1), "Image begins c:\\users\\"));
	assert_non_null(strstr(describe_cases(fixture, rule, 1), "Image ends .exe"));
	assert_non_null(strstr(describe_cases(fixture, rule, 1), " +"));
	assert_int_equal(match_process(fixture, rule, "c:\\users\\a\\b\\X1.EXE", ""), PK_YES);
	assert_int_equal(match_process(fixture, rule, "c:\\users\\a\\x\xc3\xa9.exe", ""), PK_YES);
	assert_int_equal(match_process(fixture, rule, "c:\\users\\a\\x12.exe", ""), PK_NO);
}

static void lists_of_maps_are_alternatives(void **state)
{
	assert_cases(*state,
		SIGMA("process_creation",
			"  sel: [{Image: a, User: u}, {Image: b}, {Image: c}]\n"
			"  condition: sel\n"),
		"Image is a & User is u; Image is b|is c");
}

static void conditions_are_multiplied_out(void **state)
{
	assert_cases(*state,
		SIGMA("process_creation",
			"  sel_a: [{Image: a}, {User: u}]\n"
			"  sel_b: {CommandLine: c}\n"
			"  _hidden: {CommandLine: d}\n"
			"  condition: all of sel_* or (_hidden)\n"),
		"Image is a & CommandLine is c; CommandLine is c & User is u; CommandLine is d");
}

static void them_leaves_out_hidden_ones(void **state)
{
	assert_cases(*state,
		SIGMA("process_creation",
			"  a: {Image: a}\n  b: {Image: b}\n  _c: {Image: c}\n"
			"  condition: 1 of them\n"),
		"Image is a|is b");
}

static void filters_on_one_field_are_kept(void **state)
{
	assert_cases(*state,
		SIGMA("process_creation",
			"  sel: {CommandLine: c}\n"
			"  filter_a: {Image: [a, b]}\n"
			"  condition: sel and not 1 of filter_*\n"),
		"Image not is b & Image not is a & CommandLine is c");
}

static void filters_on_several_fields_are_left_out(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(fixture,
		SIGMA("process_creation",
			"  sel: {CommandLine: c}\n"
			"  filter: {Image: a, CommandLine: c}\n"
			"  condition: sel and not filter\n"));
	assert_string_equal(describe_cases(fixture, rule, 1), "CommandLine is c +");
	assert_int_equal(match_process(fixture, rule, "a", "c"), PK_NO);
	assert_int_equal(match_process(fixture, rule, "b", "c"), PK_YES);
}

static void neq_and_not_are_the_same(void **state)
{
	assert_cases(
		*state, SELECTION("process_creation", "Image|endswith|neq: a"), "Image not ends a");
}

static void switches_have_every_dash(void **state)
{
	assert_cases(*state, SELECTION("process_creation", "CommandLine|windash|contains: ' -x'"),
		"CommandLine has  -x|has  /x|has  \xe2\x80\x93x|has  \xe2\x80\x94x|has  "
		"\xe2\x80\x95x");
}

static void base64_is_encoded(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_cases(fixture, SELECTION("process_creation", "CommandLine|base64|contains: ping"),
		"CommandLine has cgluzw==");
	assert_cases(fixture,
		SELECTION("process_creation", "CommandLine|base64offset|contains: http://"),
		"CommandLine has ahr0cdovl|has h0dha6ly|has odhrwoi8v");
	assert_cases(fixture,
		SELECTION("process_creation", "CommandLine|wide|base64|contains: IEX"),
		"CommandLine has sqbfafga");
}

static void networks_of_ipv4_are_beginnings(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(fixture,
		SELECTION("network_connection",
			"DestinationIp|cidr: [10.0.0.0/8, 172.16.0.0/15, 192.0.2.7/32, "
			"'fe80::/10']"));
	const char *cases = describe_cases(fixture, rule, 3);
	assert_non_null(strstr(cases, "begins 10.|begins 172.16.|begins 172.17.|is 192.0.2.7"));
	assert_non_null(strstr(cases, ";  +"));
}

static void hashes_are_parts_of_a_field(void **state)
{
	assert_cases(
		*state, SELECTION("process_creation", "Imphash: ABC"), "Hashes has imphash=abc");
}

static void what_cannot_be_said_is_left_out(void **state)
{
	static const char *const maps[] = {"CommandLine|re: a.*", "CommandLine|fieldref: Image",
		"CommandLine|expand: '%a%'", "CommandLine|lt: 5", "CommandLine: null",
		"'|all': [a, b]", "CommandLine: ''", "Frobnication: a", "CommandLine|wide: a",
		"CommandLine: \"\\x01\""};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		const struct pk_sigma_rule *rule = read_sigma_rule(fixture,
			pk_arena_printf(fixture->arena,
				SELECTION("process_creation", "%s, User: u"), maps[i]));
		assert_string_equal(describe_cases(fixture, rule, 1), "User is u +");
	}
	assert_cases(fixture,
		SIGMA("process_creation", "  keywords: [a, b]\n  condition: keywords\n"), " +");
}

static void the_case_of_letters_cannot_be_said(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(
		fixture, SELECTION("process_creation", "CommandLine|contains|cased: aB"));
	assert_string_equal(describe_cases(fixture, rule, 1), "CommandLine has ab +");
	assert_int_equal(match_process(fixture, rule, "x", "xaBx"), PK_YES);
	assert_int_equal(match_process(fixture, rule, "x", "xabx"), PK_NO);
}

static void a_field_that_the_event_lacks_never_matches(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(
		fixture, SELECTION("network_connection", "Image: a, CommandLine: b"));
	struct pk_sigma_view view = view_of(fixture, rule, 3);
	struct pk_sigma_cases cases = {0};
	pk_sigma_expand(fixture->arena, &cases, rule, &view);
	assert_int_equal(cases.items.len, 0);
	assert_string_equal(cases.missing, "CommandLine");
}

static void fields_that_exist_are_no_condition(void **state)
{
	assert_cases(
		*state, SELECTION("process_creation", "User|exists: true, Image: a"), "Image is a");
	assert_cases(*state, SELECTION("process_creation", "User|exists: false, Image: a"), "");
}

static void an_event_id_decides_for_the_event(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(fixture,
		"logsource: {product: windows, service: sysmon}\n"
		"detection: {sel: {EventID: [11, 15], Image: a}, condition: sel}\n");
	assert_string_equal(describe_cases(fixture, rule, 1), "");
	assert_string_equal(describe_cases(fixture, rule, 11), "Image is a");
}

static void a_category_says_what_the_event_type_is(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule =
		read_sigma_rule(fixture, SELECTION("registry_delete", "TargetObject|endswith: a"));
	assert_string_equal(describe_cases(fixture, rule, 12),
		"EventType is deletekey|is deletevalue & TargetObject ends a");
}

static void too_many_alternatives_are_left_out(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, SIGMA("process_creation", ""));
	for (size_t i = 0; i < 10; i++)
		pk_buf_printf(&text, "  s%zu: [{Image: a%zu}, {User: b%zu}]\n", i, i, i);
	pk_buf_puts(&text, "  condition: all of s*\n");
	const struct pk_sigma_rule *rule = read_sigma_rule(fixture, text.data);
	struct pk_sigma_view view = view_of(fixture, rule, 1);
	struct pk_sigma_cases cases = {0};
	pk_sigma_expand(fixture->arena, &cases, rule, &view);
	assert_int_equal(cases.items.len, PK_SIGMA_CLAUSES);
	assert_non_null(cases.items.items[0].left_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			values_of_one_field_are_one_question, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			all_makes_a_question_of_each_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			wildcards_say_where_the_text_stands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			wildcards_inside_are_said_in_part, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_of_maps_are_alternatives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(conditions_are_multiplied_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(them_leaves_out_hidden_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters_on_one_field_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			filters_on_several_fields_are_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(neq_and_not_are_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(switches_have_every_dash, set_up, tear_down),
		cmocka_unit_test_setup_teardown(base64_is_encoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(networks_of_ipv4_are_beginnings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hashes_are_parts_of_a_field, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_said_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_case_of_letters_cannot_be_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_the_event_lacks_never_matches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			fields_that_exist_are_no_condition, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_event_id_decides_for_the_event, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_category_says_what_the_event_type_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			too_many_alternatives_are_left_out, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

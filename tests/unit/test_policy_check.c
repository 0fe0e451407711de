/* What is wrong with a policy whatever the target: events, fields, names. */
#include "tests/unit/policy_fixture.h"

#include "base/buf.h"
#include "generators/compile/compile.h"

static void assert_good(struct policy_fixture *fixture, const char *text)
{
	assert_true(pk_policy_check(read_policy(fixture, text), &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void assert_wrong(struct policy_fixture *fixture, const char *text, enum pk_code code,
	unsigned line, unsigned column)
{
	assert_false(pk_policy_check(read_policy(fixture, text), &fixture->diags));
	assert_one_finding(&fixture->diags, code, line, column);
}

static const char *hint(const struct policy_fixture *fixture)
{
	return fixture->diags.all.items[0].hint;
}

static void an_event_that_no_sensor_has_is_an_error(void **state)
{
	assert_wrong(*state, RULE("FileCreat", "Image: a", ""), PK_POLICY_EVENT_UNKNOWN, 3, 34);
	assert_string_equal(hint(*state), "write 'FileCreate'");
}

static void a_field_that_the_event_lacks_is_an_error(void **state)
{
	assert_wrong(*state, RULE("FileCreate", "TargetFileName: a", ""), PK_POLICY_FIELD_UNKNOWN,
		3, 53);
	assert_string_equal(hint(*state), "write 'TargetFilename'");
}

static void fields_are_looked_for_in_all_depths(void **state)
{
	assert_wrong(*state,
		RULE("FileCreate", "any: [{Image: a}, {all: [{QueryName: q}, {User: u}]}]", ""),
		PK_POLICY_FIELD_UNKNOWN, 3, 79);
}

static void every_wrong_field_is_told(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_false(pk_policy_check(
		read_policy(fixture, RULE("FileCreate", "One: a, Two: b", "")), &fixture->diags));
	assert_int_equal(count_findings(fixture, PK_POLICY_FIELD_UNKNOWN), 2);
}

static void a_field_of_any_event_of_a_family_is_good(void **state)
{
	assert_good(*state, RULE("RegistryEvent", "any: [{Details: d}, {NewName: n}]", ""));
}

static void a_field_of_a_test_is_checked_too(void **state)
{
	assert_wrong(*state,
		HEAD "rules:\n"
		     "  - id: r\n"
		     "    title: R\n"
		     "    event: FileCreate\n"
		     "    when: {Image: a}\n"
		     "    tests:\n"
		     "      - logged: {Imag: a}\n",
		PK_POLICY_FIELD_UNKNOWN, 9, 18);
}

static void a_disabled_rule_is_checked_too(void **state)
{
	assert_wrong(*state, RULE("FileCreate", "Imag: a", ", enabled: false"),
		PK_POLICY_FIELD_UNKNOWN, 3, 53);
}

static void a_rule_for_linux_alone_may_use_its_event(void **state)
{
	assert_good(*state, RULE("eBPFEvent", "Image: a", ", targets: [sysmon-linux]"));
}

static void a_rule_for_windows_may_not_use_an_event_of_linux(void **state)
{
	assert_wrong(*state, RULE("eBPFEvent", "Image: a", ""), PK_POLICY_EVENT_UNKNOWN, 3, 34);
}

static void a_name_that_is_too_long_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO name = {0};
	for (int i = 0; i < 256; i++)
		pk_buf_putc(&name, 'x');
	const char *text = pk_arena_printf(
		fixture->arena, RULE("FileCreate", "Image: a", ", name: %s"), name.data);
	assert_wrong(fixture, text, PK_RULE_NAME_LONG, 3, 70);
}

static void an_unknown_placeholder_is_an_error(void **state)
{
	assert_wrong(*state,
		"picket: 1\nruleset: {id: t, version: 1.0.0, title: T, rule_name: '{rule}'}\n"
		"rules: [{id: r, title: R, event: FileCreate, when: {Image: a}, attack: "
		"[T1105]}]\n",
		PK_TEMPLATE_UNKNOWN, 3, 9);
}

static void an_event_of_collect_is_checked(void **state)
{
	assert_wrong(*state, HEAD "collect: {DnsQueries: all}\n", PK_POLICY_EVENT_UNKNOWN, 3, 11);
}

static void collect_may_name_an_event_of_linux(void **state)
{
	assert_good(*state, HEAD "collect: {eBPFEvent: all}\n");
}

static void a_field_of_a_group_is_checked(void **state)
{
	assert_wrong(*state,
		HEAD "groups:\n  - {id: g, event: FileCreate, onmatch: include, relation: or,\n"
		     "     rules: [{id: a, when: {QueryName: x}}]}\n",
		PK_POLICY_FIELD_UNKNOWN, 5, 29);
}

static void the_fields_of_a_verbatim_group_are_not(void **state)
{
	assert_good(*state,
		HEAD "groups:\n  - {id: g, event: FileCreate, onmatch: include, relation: or, "
		     "verbatim: true,\n"
		     "     rules: [{id: a, when: {all: [{QueryName: x}]}}]}\n");
}

static void the_event_of_a_verbatim_group_is(void **state)
{
	assert_wrong(*state,
		HEAD "groups:\n  - {id: g, event: NoEvent, onmatch: include, relation: or, "
		     "verbatim: true, rules: []}\n",
		PK_POLICY_EVENT_UNKNOWN, 4, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_event_that_no_sensor_has_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_the_event_lacks_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			fields_are_looked_for_in_all_depths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_wrong_field_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_of_any_event_of_a_family_is_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_of_a_test_is_checked_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_disabled_rule_is_checked_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_for_linux_alone_may_use_its_event, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_for_windows_may_not_use_an_event_of_linux, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_is_too_long_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_unknown_placeholder_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_event_of_collect_is_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			collect_may_name_an_event_of_linux, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_field_of_a_group_is_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_fields_of_a_verbatim_group_are_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_event_of_a_verbatim_group_is, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

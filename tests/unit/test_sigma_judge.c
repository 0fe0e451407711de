#include "tests/unit/sigma_fixture.h"

#include "generators/sigma/sigma_suggest.h"

/* A ruleset that includes processes by their image. */
#define INCLUDES_CMD                                                                               \
	RULE("ProcessCreate", "Image: {end with: '\\cmd.exe'}", "")                                \
	"collect: {ProcessTerminate: none}\n"

static void a_rule_sees_what_is_included(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("process_creation", "Image|endswith: '\\cmd.exe', User: u"),
			INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_SEES);
	assert_int_equal(result.seen, 1);
	assert_int_equal(result.whys.len, 0);
}

static void a_rule_is_blind_to_what_nothing_collects(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("dns_query", "QueryName: a"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.len, 1);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_NOT_COLLECTED);
	assert_int_equal(result.openings.len, 1);
}

static void a_rule_is_blind_where_no_include_can_match(void **state)
{
	struct pk_sigma_result result = judge(
		*state, SELECTION("process_creation", "Image|endswith: '\\x.exe'"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_NOT_INCLUDED);
	assert_true(result.whys.items[0].has_witness);
}

static void a_rule_sees_half_where_only_one_alternative_is_logged(void **state)
{
	struct pk_sigma_result result = judge(*state,
		SIGMA("process_creation",
			"  sel: [{Image|endswith: '\\cmd.exe', User: u}, {Image|endswith: "
			"'\\x.exe', "
			"User: v}]\n  condition: sel\n"),
		INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_HALF);
	assert_int_equal(result.cases, 2);
	assert_int_equal(result.seen, 1);
}

static void an_exclude_is_named(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_result result =
		judge(fixture, SELECTION("process_creation", "Image: 'C:\\x.exe'"),
			RULE("ProcessCreate", "Image: {end with: '\\x.exe'}",
				EXCLUDED) "collect: {ProcessCreate: all}\n");
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_EXCLUDED);
	assert_non_null(result.whys.items[0].exclude);
	assert_int_equal(result.openings.len, 0);
}

static void a_rule_sees_what_is_logged_by_default(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("process_creation", "CommandLine|re: '.*'"),
			RULE("DnsQuery", "QueryName: a", ""));
	assert_int_equal(result.verdict, PK_SIGMA_SEES);
}

static void nothing_is_claimed_that_hangs_on_what_cannot_be_said(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("process_creation", "CommandLine|re: '.*'"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_UNKNOWN);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_LEFT_OUT);
}

static void a_field_that_sysmon_lacks_leaves_a_doubt(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("process_creation", "Image|endswith: '\\cmd.exe', Frob: x"),
			INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_UNKNOWN);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_FOREIGN_FIELD);
	assert_string_equal(result.whys.items[0].what, "Frob");
}

static void a_field_that_the_event_lacks_blinds(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("network_connection", "CommandLine: x"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_NO_FIELD);
	assert_string_equal(result.whys.items[0].what, "CommandLine");
}

static void an_event_of_a_newer_schema_blinds(void **state)
{
	struct pk_sigma_result result = judge_for(
		*state, "4.50", SELECTION("file_executable_detected", "Image: x"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_NO_EVENT);
}

static void what_contradicts_itself_never_matches(void **state)
{
	struct pk_sigma_result result = judge(
		*state, SELECTION("process_creation", "Image: a, Image|endswith: b"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_BLIND);
	assert_int_equal(result.whys.items[0].cause, PK_SIGMA_NEVER);
	assert_int_equal(result.openings.len, 0);
}

static void what_cannot_be_filtered_is_seen(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("sysmon_status", "State: Stopped"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_SEES);
}

static void other_logs_are_not_judged(void **state)
{
	struct pk_sigma_result result =
		judge(*state, SELECTION("ps_script", "ScriptBlockText: x"), INCLUDES_CMD);
	assert_int_equal(result.verdict, PK_SIGMA_UNFED);
}

/* What is suggested for the rule under the ruleset, to be read after its text. */
static const char *suggest(struct policy_fixture *fixture, const struct pk_sigma_result *result)
{
	PK_BUF_AUTO buf = {0};
	struct pk_sigma_suggestions suggestions = {
		.arena = fixture->arena, .attack = pk_attack_open(fixture->arena), .buf = &buf};
	pk_sigma_suggest_head(&suggestions, NULL);
	pk_sigma_suggest(&suggestions, result);
	pk_sigma_suggest_end(&suggestions);
	return pk_arena_strndup(fixture->arena, buf.data, buf.len);
}

static void suggestions_compile_and_open_the_eyes(void **state)
{
	static const char *const rules[] = {
		SELECTION("dns_query", "QueryName|endswith: ['.a', '.b;c', '${x}', \"it's\"]"),
		SELECTION(
			"process_creation", "Image|endswith: ['\\a', '\\b'], User: [u, v*, '*w']"),
		SELECTION(
			"process_creation", "CommandLine|contains|all: [a, b, 'c;d'], User|neq: x"),
		SIGMA("file_event",
			"  sel: {TargetFilename|endswith: [.a, .b]}\n"
			"  filter: {Image|startswith: ['C:\\x', 'C:\\y']}\n"
			"  part: {Image|contains|all: [p, q]}\n"
			"  both: {Image: a, User: b}\n"
			"  condition: sel and not filter and not part and not both\n"),
		SELECTION("registry_event", "TargetObject|contains: '\\Run\\'"),
		SELECTION("registry_set", "TargetObject|contains: a, Details|startswith: b"),
		SELECTION("pipe_created", "PipeName: '\\a*b'"),
		SIGMA("wmi_event",
			"  sel: [{Query: a}, {Destination: b}, {Filter: c}]\n"
			"  condition: sel\n"),
		SIGMA("process_creation",
			"  a: {Image|endswith: [a, b, c, d, e, f, g, h, i]}\n"
			"  b: {User|endswith: [a, b, c, d, e, f, g, h, i]}\n"
			"  condition: a and b\n"),
	};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct pk_sigma_result before = judge(fixture, rules[i], INCLUDES_CMD);
		assert_int_not_equal(before.verdict, PK_SIGMA_SEES);
		const char *ruleset = suggest(fixture, &before);
		struct pk_sigma_result after = judge(fixture, rules[i], ruleset);
		if (after.verdict != PK_SIGMA_SEES)
			print_error("%s%s", rules[i], ruleset);
		assert_int_equal(after.verdict, PK_SIGMA_SEES);
	}
}

static void suggestions_carry_what_the_rule_is_about(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_result result = judge(fixture,
		"tags: [attack.execution, attack.t1059.001, attack.t1086, attack.t9999]\n"
		"level: high\n" SELECTION("dns_query", "QueryName: a"),
		INCLUDES_CMD);
	const char *text = suggest(fixture, &result);
	assert_non_null(strstr(text, "  - id: sigma-one\n    title: T\n"));
	assert_non_null(strstr(text, "    attack: [T1059.001]\n    severity: high\n"));
	assert_non_null(strstr(text, "    event: DnsQuery\n"));
}

static void nothing_is_suggested_for_a_rule_that_sees(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_result result = judge(fixture,
		SELECTION("process_creation", "Image|endswith: '\\cmd.exe'"), INCLUDES_CMD);
	assert_non_null(strstr(suggest(fixture, &result), "rules: []\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_rule_sees_what_is_included, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_is_blind_to_what_nothing_collects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_is_blind_where_no_include_can_match, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_sees_half_where_only_one_alternative_is_logged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_exclude_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_sees_what_is_logged_by_default, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_claimed_that_hangs_on_what_cannot_be_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_sysmon_lacks_leaves_a_doubt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_that_the_event_lacks_blinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_event_of_a_newer_schema_blinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_contradicts_itself_never_matches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_filtered_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_logs_are_not_judged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			suggestions_compile_and_open_the_eyes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			suggestions_carry_what_the_rule_is_about, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_suggested_for_a_rule_that_sees, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

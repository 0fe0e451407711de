#include "tests/unit/sigma_fixture.h"

static void what_every_rule_has_is_required(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_rules rules = read_sigma(fixture, "title: T\nlogsource: {category: x}\n");
	assert_int_equal(rules.items.len, 0);
	assert_one_finding(&fixture->diags, PK_SIGMA_RULE, 1, 1);
}

static void a_rule_needs_a_log_source(void **state)
{
	struct policy_fixture *fixture = *state;
	read_sigma(fixture, "title: T\ndetection: {sel: {A: b}, condition: sel}\n");
	assert_one_finding(&fixture->diags, PK_SIGMA_RULE, 1, 1);
}

static void a_mapping_is_no_value(void **state)
{
	struct policy_fixture *fixture = *state;
	read_sigma(fixture, SELECTION("process_creation", "Image: {a: b}"));
	assert_one_finding(&fixture->diags, PK_SIGMA_RULE, 5, 16);
}

static void an_unknown_modifier_is_refused(void **state)
{
	struct policy_fixture *fixture = *state;
	read_sigma(fixture, SELECTION("process_creation", "Image|endwith: a"));
	assert_one_finding(&fixture->diags, PK_SIGMA_MODIFIER, 5, 9);
}

static void an_unknown_search_identifier_is_refused(void **state)
{
	struct policy_fixture *fixture = *state;
	read_sigma(
		fixture, SIGMA("process_creation", "  sel: {A: b}\n  condition: sel and not f\n"));
	assert_one_finding(&fixture->diags, PK_SIGMA_CONDITION, 6, 14);
}

static void broken_conditions_are_refused(void **state)
{
	static const char *const conditions[] = {
		"sel and", "(sel", "sel)", "sel sel", "1 of", "1 of f*", "not", "''", "[{a: b}]"};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		read_sigma(fixture,
			pk_arena_printf(fixture->arena,
				SIGMA("process_creation", "  sel: {A: b}\n  condition: %s\n"),
				conditions[i]));
		assert_int_equal(count_findings(fixture, PK_SIGMA_CONDITION), i + 1);
	}
}

static void conditions_have_limits(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, SIGMA("process_creation", "  sel: {A: b}\n  condition: sel"));
	for (size_t i = 0; i < PK_SIGMA_TOKENS; i++)
		pk_buf_puts(&text, " or sel");
	read_sigma(fixture, text.data);
	assert_int_equal(count_findings(fixture, PK_SIGMA_LIMIT), 1);

	pk_buf_finish(&text);
	pk_buf_puts(&text, SIGMA("process_creation", "  sel: {A: b}\n  condition: sel and"));
	for (size_t i = 0; i < 40; i++)
		pk_buf_puts(&text, " not");
	pk_buf_puts(&text, " sel");
	read_sigma(fixture, text.data);
	assert_int_equal(count_findings(fixture, PK_SIGMA_LIMIT), 2);
}

static void a_rule_has_at_most_so_many_values(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, SIGMA("process_creation", "  sel:\n    Image:\n"));
	for (size_t i = 0; i <= PK_SIGMA_VALUES; i++)
		pk_buf_puts(&text, "      - a\n");
	pk_buf_puts(&text, "  condition: sel\n");
	read_sigma(fixture, text.data);
	assert_int_equal(count_findings(fixture, PK_SIGMA_LIMIT), 1);
}

static void documents_are_rules_with_their_own_places(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_rules rules = read_sigma(fixture,
		"---\n" SELECTION("process_creation", "Image: a") "---\n" SELECTION(
			"dns_query", "Image|x: a") "---\n" SELECTION("dns_query", "Image: a"));
	assert_int_equal(rules.items.len, 2);
	assert_string_equal(rules.items.items[0]->category, "process_creation");
	assert_string_equal(rules.items.items[1]->category, "dns_query");
	assert_place(rules.items.items[1]->span, 16, 1);
	assert_one_finding(&fixture->diags, PK_SIGMA_MODIFIER, 13, 9);
}

static void a_file_has_at_most_so_many_documents(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	for (size_t i = 0; i <= PK_SIGMA_DOCUMENTS; i++)
		pk_buf_puts(&text, "--- # nothing\n");
	read_sigma(fixture, text.data);
	assert_one_finding(&fixture->diags, PK_SIGMA_LIMIT, PK_SIGMA_DOCUMENTS + 1, 1);
}

static void a_global_document_is_part_of_those_behind_it(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sigma_rules rules = read_sigma(fixture,
		"action: global\ntitle: Both\ndetection: {condition: sel}\n"
		"---\nlogsource: {category: dns_query}\ndetection: {sel: {QueryName: a}}\n"
		"---\nlogsource: {category: process_creation}\ndetection: {sel: {Image: a}}\n"
		"---\naction: repeat\ntitle: Third\n"
		"---\naction: reset\n");
	assert_int_equal(fixture->diags.all.len, 0);
	assert_int_equal(rules.items.len, 3);
	assert_string_equal(rules.items.items[0]->title, "Both");
	assert_string_equal(rules.items.items[1]->category, "process_creation");
	assert_string_equal(rules.items.items[2]->category, "process_creation");
	assert_string_equal(rules.items.items[2]->title, "Third");
}

static void correlations_are_passed_over(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_sigma_rule *rule = read_sigma_rule(
		fixture, "title: T\ncorrelation: {type: event_count, rules: [a], timespan: 5m}\n");
	assert_true(rule->skipped);
}

static void categories_are_fed_by_their_platform(void **state)
{
	struct policy_fixture *fixture = *state;
	static const struct {
		const char *logsource;
		enum pk_sigma_fed fed;
	} rows[] = {
		{"{category: process_creation}", PK_SIGMA_FED},
		{"{category: process_creation, product: windows}", PK_SIGMA_FED},
		{"{category: process_creation, product: linux}", PK_SIGMA_OTHER_PLATFORM},
		{"{category: process_creation, product: macos}", PK_SIGMA_NOT_FED},
		{"{category: dns_query, product: linux}", PK_SIGMA_NOT_FED},
		{"{category: ps_script, product: windows}", PK_SIGMA_NOT_FED},
		{"{product: windows, service: security}", PK_SIGMA_NOT_FED},
		{"{product: windows, service: sysmon}", PK_SIGMA_FED},
		{"{product: windows}", PK_SIGMA_NOT_FED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pk_sigma_feed *feed;
		const struct pk_sigma_rule *rule = read_sigma_rule(fixture,
			pk_arena_printf(fixture->arena,
				"logsource: %s\ndetection: {sel: {A: b}, condition: sel}\n",
				rows[i].logsource));
		assert_int_equal(pk_sigma_find_feed(&feed, rule, PK_WINDOWS), rows[i].fed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_every_rule_has_is_required, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rule_needs_a_log_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_mapping_is_no_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unknown_modifier_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_unknown_search_identifier_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_conditions_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(conditions_have_limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_has_at_most_so_many_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			documents_are_rules_with_their_own_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_has_at_most_so_many_documents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_global_document_is_part_of_those_behind_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(correlations_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			categories_are_fed_by_their_platform, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What Sysmon makes of a file that passed the document rules: elements lost, files refused. */
#include "tests/unit/sysmon_fixture.h"

#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

enum { ELEMENTS = 8 };

/* The verdict on a text that the reader takes; `ids` gets the event ids of its elements. */
static struct pk_sysmon *convert(
	struct sysmon_fixture *fixture, const char *text, uint32_t ids[ELEMENTS])
{
	struct pk_sysmon *sysmon = read_good(fixture, text);
	assert_true(sysmon->elements.len <= ELEMENTS);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	return sysmon;
}

/* The event id that the only element of the text is bound to; 0 if it is left out. */
static uint32_t bound_id(struct sysmon_fixture *fixture, const char *text)
{
	uint32_t ids[ELEMENTS] = {0};
	assert_false(convert(fixture, text, ids)->rejected);
	return ids[0];
}

/* The only finding on the text; the file is refused, or else left with a defect. */
static void assert_converted(struct sysmon_fixture *fixture, const char *text, bool rejected,
	enum pk_code code, unsigned line, unsigned column)
{
	struct pk_sysmon *sysmon = convert(fixture, text, NULL);
	assert_int_equal(sysmon->rejected, rejected);
	assert_int_equal(sysmon->defects, !rejected);
	assert_one_finding(&fixture->diags, code, line, column);
}

/* --- families --- */

#define REGISTRY(text) FILTERING("<RegistryEvent onmatch=\"include\">" text "</RegistryEvent>")
#define WMI(text) FILTERING("<WmiEvent onmatch=\"include\">" text "</WmiEvent>")

static void an_element_is_bound_to_the_first_event_with_all_its_fields(void **state)
{
	assert_int_equal(bound_id(*state, REGISTRY("<TargetObject>x</TargetObject>")), 12);
	assert_int_equal(bound_id(*state, REGISTRY("<Details>x</Details>")), 13);
	assert_int_equal(bound_id(*state, REGISTRY("<Image>x</Image><NewName>x</NewName>")), 14);
	assert_int_equal(bound_id(*state, WMI("<Name>x</Name>")), 19);
	assert_int_equal(bound_id(*state, WMI("<Destination>x</Destination>")), 20);
	assert_int_equal(bound_id(*state, WMI("<Consumer>x</Consumer>")), 21);
}

static void an_element_without_filters_is_bound_to_the_first_event(void **state)
{
	assert_int_equal(bound_id(*state, REGISTRY("")), 12);
}

static void fields_that_no_event_has_together_lose_the_element(void **state)
{
	assert_converted(*state, REGISTRY("<Details>x</Details><NewName>x</NewName>"), false,
		PK_ELEMENT_TAKEN_BACK, 2, 34);
	assert_int_equal(((struct sysmon_fixture *)*state)->diags.all.items[0].related.len, 1);
}

static void fields_of_two_wmi_events_lose_the_element(void **state)
{
	assert_converted(*state, WMI("<Query>x</Query><Consumer>x</Consumer>"), false,
		PK_ELEMENT_TAKEN_BACK, 2, 29);
}

static void an_element_that_is_tried_on_several_events_is_judged_once(void **state)
{
	assert_converted(*state, REGISTRY("<Image condition=\"wi\">x</Image><NewName>x</NewName>"),
		true, PK_UNKNOWN_CONDITION, 2, 52);
}

/* --- elements taken back --- */

static void a_field_of_another_event_in_a_rule_loses_the_element(void **state)
{
	assert_converted(*state, EVENT("<Rule><QueryName>x</QueryName></Rule>"), false,
		PK_ELEMENT_TAKEN_BACK, 2, 7);
}

static void later_elements_of_the_tag_are_lost_too(void **state)
{
	struct sysmon_fixture *fixture = *state;
	uint32_t ids[ELEMENTS] = {0};
	struct pk_sysmon *sysmon = convert(fixture,
		FILTERING(
			"<DnsQuery onmatch=\"include\"><Image>x</Image></DnsQuery>"
			"<DnsQuery onmatch=\"include\"><Rule><Company>x</Company></Rule></DnsQuery>"
			"<FileCreate onmatch=\"include\"><Image>x</Image></FileCreate>"
			"<DnsQuery onmatch=\"exclude\"><Image>x</Image></DnsQuery>"),
		ids);
	assert_false(sysmon->rejected);
	assert_true(sysmon->defects);
	static const uint32_t want[] = {22, 0, 11, 0};
	assert_memory_equal(ids, want, sizeof(want));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_ELEMENT_TAKEN_BACK);
	assert_int_equal(fixture->diags.all.items[1].code, PK_ELEMENT_LOST);
}

static void an_element_without_onmatch_is_left_out(void **state)
{
	assert_converted(*state, FILTERING("<DnsQuery><Image>x</Image></DnsQuery>"), false,
		PK_ONMATCH_MISSING, 2, 1);
}

static void an_element_with_onmatch_and_default_is_left_out(void **state)
{
	assert_converted(*state, FILTERING("<DnsQuery onmatch=\"include\" default=\"include\"/>"),
		false, PK_ONMATCH_AND_DEFAULT, 2, 1);
}

static void elements_behind_one_without_onmatch_stay(void **state)
{
	uint32_t ids[ELEMENTS] = {0};
	convert(*state, FILTERING("<DnsQuery/><DnsQuery onmatch=\"include\"/>"), ids);
	assert_int_equal(ids[0], 0);
	assert_int_equal(ids[1], 22);
}

static void the_legacy_default_is_the_opposite_of_onmatch(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		FILTERING("<DnsQuery default=\"include\"/><DnsQuery default=\"exclude\"/>"));
	assert_false(pk_element_is_include(&sysmon->elements.items[0]));
	assert_true(pk_element_is_include(&sysmon->elements.items[1]));
}

/* --- Rules --- */

static void a_self_closed_rule_is_refused(void **state)
{
	assert_converted(*state, EVENT("<Rule/>"), true, PK_EMPTY_RULE, 2, 1);
}

static void a_rule_of_two_tags_with_nothing_between_is_refused(void **state)
{
	assert_converted(*state, EVENT("<Rule></Rule>"), true, PK_EMPTY_RULE, 2, 1);
}

static void a_rule_with_a_blank_is_taken(void **state)
{
	assert_int_equal(bound_id(*state, EVENT("<Rule> </Rule>")), 1);
}

static void a_rule_is_or_only_if_it_says_so_or_nothing(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		EVENT("<Rule> </Rule><Rule groupRelation=\"OR\"> </Rule>"
		      "<Rule groupRelation=\"and\"> </Rule><Rule groupRelation=\"orr\"> </Rule>"
		      "<Rule groupRelation=\"\"> </Rule>"));
	static const bool want[] = {false, false, true, true, true};
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(
			pk_term_is_and(&sysmon->elements.items[0].terms.items[i]), want[i]);
}

static void without_group_the_relation_depends_on_the_schema(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{"<Sysmon schemaversion=\"4.10\"><EventFiltering><ProcessCreate "
		 "onmatch=\"include\"/>"
		 "</EventFiltering></Sysmon>",
			false},
		{"<Sysmon schemaversion=\"4.20\"><EventFiltering><ProcessCreate "
		 "onmatch=\"include\"/>"
		 "</EventFiltering></Sysmon>",
			true},
		{"<Sysmon schemaversion=\"4.10\"><EventFiltering><RuleGroup groupRelation=\"and\">"
		 "<ProcessCreate onmatch=\"include\"/></RuleGroup></EventFiltering></Sysmon>",
			true},
		{"<Sysmon schemaversion=\"4.90\"><EventFiltering><RuleGroup groupRelation=\"or\">"
		 "<ProcessCreate onmatch=\"include\"/></RuleGroup></EventFiltering></Sysmon>",
			false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pk_sysmon *sysmon = read_good(*state, rows[i].text);
		assert_int_equal(
			pk_element_is_and(sysmon, &sysmon->elements.items[0]), rows[i].want);
	}
}

/* --- names --- */

/* ProcessCreate in a group, with one filter in a Rule; %s are the name attributes. */
static const char *named(
	struct sysmon_fixture *fixture, const char *group, const char *rule, const char *filter)
{
	return pk_arena_printf(fixture->arena,
		FILTERING("<RuleGroup groupRelation=\"or\"%s><ProcessCreate onmatch=\"include\">"
			  "<Rule%s><Image%s>x</Image></Rule></ProcessCreate></RuleGroup>"),
		group, rule, filter);
}

static void assert_name(struct sysmon_fixture *fixture, const char *text, const char *want)
{
	const struct pk_sysmon *sysmon = read_good(fixture, text);
	const struct pk_element *element = &sysmon->elements.items[0];
	const struct pk_term *term = &element->terms.items[0];
	assert_string_equal(pk_filter_name(element, term, &term->filters.items[0]), want);
}

static void a_filter_takes_its_own_name_first_then_its_rules_then_its_groups(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_name(fixture, named(fixture, " name='g'", " name='r'", " name='f'"), "f");
	assert_name(fixture, named(fixture, " name='g'", " name='r'", ""), "r");
	assert_name(fixture, named(fixture, " name='g'", "", ""), "g");
}

static void an_empty_name_of_its_own_hides_those_above(void **state)
{
	assert_name(*state, named(*state, " name='g'", " name='r'", " name=''"), "");
}

/* A name attribute of `count` times the two bytes of 'é', and one byte more if `odd`. */
static const char *long_name(struct sysmon_fixture *fixture, size_t count, bool odd)
{
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, " name=\"");
	for (size_t i = 0; i < count; i++)
		pk_buf_puts(&text, "\xc3\xa9");
	pk_buf_puts(&text, odd ? "x\"" : "\"");
	return pk_arena_strndup(fixture->arena, text.data, text.len);
}

static void a_name_of_255_bytes_is_taken(void **state)
{
	assert_int_equal(bound_id(*state, named(*state, "", "", long_name(*state, 127, true))), 1);
}

static void a_name_of_128_characters_and_256_bytes_is_refused(void **state)
{
	assert_converted(*state, named(*state, "", "", long_name(*state, 128, false)), true,
		PK_NAME_TOO_LONG, 2, 83);
	assert_string_equal(first_hint(*state), "shorten it by 1 bytes");
}

static void a_long_name_of_a_rule_is_reported_at_the_rule(void **state)
{
	assert_converted(*state, named(*state, "", long_name(*state, 128, false), ""), true,
		PK_NAME_TOO_LONG, 2, 76);
}

static void a_long_name_of_a_group_is_reported_at_the_group(void **state)
{
	assert_converted(*state, named(*state, long_name(*state, 128, false), "", ""), true,
		PK_NAME_TOO_LONG, 2, 37);
}

static void a_long_name_that_no_filter_gets_does_not_matter(void **state)
{
	assert_int_equal(
		bound_id(*state, named(*state, long_name(*state, 128, false), "", " name='f'")), 1);
}

/* --- conditions --- */

static void conditions_are_taken_in_any_case(void **state)
{
	assert_int_equal(bound_id(*state, EVENT("<Image condition=\"Begin WITH\">x</Image>")), 1);
}

static void an_absent_or_empty_condition_means_is(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Image>x</Image><Image condition=\"\">x</Image>"));
	for (size_t i = 0; i < 2; i++) {
		const struct pk_filter *filter = &sysmon->elements.items[0].terms.items[i].filter;
		assert_int_equal(pk_filter_operator(filter)->op, PK_OP_IS);
	}
}

static void conditions_newer_than_the_declared_schema_are_taken(void **state)
{
	assert_int_equal(
		bound_id(*state,
			"<Sysmon schemaversion=\"4.00\"><EventFiltering>"
			"<ProcessCreate onmatch=\"include\"><Image condition=\"is any\">x;y</Image>"
			"</ProcessCreate></EventFiltering></Sysmon>"),
		1);
}

/* A condition that is refused, and the word that is written for it; NULL: no certain mend. */
static void assert_mend(struct sysmon_fixture *fixture, const char *condition, const char *mend)
{
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
	assert_converted(fixture,
		pk_arena_printf(
			fixture->arena, EVENT("<Image condition=\"%s\">x</Image>"), condition),
		true, PK_UNKNOWN_CONDITION, 2, 19);
	if (mend == NULL)
		assert_int_equal(fixture->diags.all.items[0].fixes.len, 0);
	else
		assert_string_equal(first_fix(fixture), mend);
}

static void a_condition_whose_meaning_is_certain_has_a_mend(void **state)
{
	static const struct {
		const char *condition;
		const char *mend;
	} rows[] = {
		{"begins with", "begin with"},
		{"ends with", "end with"},
		{"starts with", "begin with"},
		{"not contains", "excludes"},
		{"equals", "is"},
		{"contains-any", "contains any"},
		{" is", "is"},
		{"is  not", "is not"},
		{"Contains_All ", "contains all"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_mend(*state, rows[i].condition, rows[i].mend);
}

static void a_condition_that_may_mean_several_has_none(void **state)
{
	assert_mend(*state, "regex", NULL);
	assert_mend(*state, "begin wi", NULL);
}

/* --- the judge --- */

static void a_file_that_is_not_well_formed_is_not_linted(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_source *source = source_from_text(
		fixture->arena, "<Sysmon schemaversion=\"4.90\">\n<EventFiltering>\n</Sysmon>");
	assert_true(pk_sysmon_judge(source, &fixture->options, true, &fixture->diags)->rejected);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		assert_int_equal(fixture->diags.all.items[i].code, PK_XML_SYNTAX);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(
		an_element_is_bound_to_the_first_event_with_all_its_fields, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_element_without_filters_is_bound_to_the_first_event, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		fields_that_no_event_has_together_lose_the_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		fields_of_two_wmi_events_lose_the_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_element_that_is_tried_on_several_events_is_judged_once, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_of_another_event_in_a_rule_loses_the_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(later_elements_of_the_tag_are_lost_too, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_element_without_onmatch_is_left_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_element_with_onmatch_and_default_is_left_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		elements_behind_one_without_onmatch_stay, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		the_legacy_default_is_the_opposite_of_onmatch, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_self_closed_rule_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_rule_of_two_tags_with_nothing_between_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_with_a_blank_is_taken, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_rule_is_or_only_if_it_says_so_or_nothing, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		without_group_the_relation_depends_on_the_schema, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_filter_takes_its_own_name_first_then_its_rules_then_its_groups, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_name_of_its_own_hides_those_above, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_name_of_255_bytes_is_taken, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_name_of_128_characters_and_256_bytes_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_long_name_of_a_rule_is_reported_at_the_rule, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_long_name_of_a_group_is_reported_at_the_group, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_long_name_that_no_filter_gets_does_not_matter, set_up, tear_down),
	cmocka_unit_test_setup_teardown(conditions_are_taken_in_any_case, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_absent_or_empty_condition_means_is, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		conditions_newer_than_the_declared_schema_are_taken, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_condition_whose_meaning_is_certain_has_a_mend, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_condition_that_may_mean_several_has_none, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_file_that_is_not_well_formed_is_not_linted, set_up, tear_down),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}

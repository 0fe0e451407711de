/* Decisions on events: conditions, elements, Rules, names (Sysmon facts, docs/sysmon-facts.md). */
#include "tests/unit/sysmon_fixture.h"

#include "generators/engine/engine.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

/* --- conditions --- */

struct match {
	enum pk_operator op;
	const char *value;
	const char *field;
	bool want;
};

static void assert_matches(const struct match *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pk_operator_match(rows[i].op, rows[i].value, rows[i].field) == rows[i].want)
			continue;
		print_error("'%s' %s '%s' is not %d\n", rows[i].field,
			pk_operator_info(rows[i].op)->name, rows[i].value, rows[i].want);
		fail();
	}
}

#define ASSERT_MATCHES(...)                                                                        \
	assert_matches((const struct match[]){__VA_ARGS__},                                        \
		sizeof((const struct match[]){__VA_ARGS__}) / sizeof(struct match))

static void is_and_is_not_compare_the_whole_without_regard_to_case(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_IS, "cmd.exe", "CMD.EXE", true}, {PK_OP_IS, "cmd", "cmd.exe", false},
		{PK_OP_IS, "", "", true}, {PK_OP_IS_NOT, "cmd.exe", "CMD.EXE", false},
		{PK_OP_IS_NOT, "cmd", "cmd.exe", true});
}

static void contains_and_excludes_look_for_a_part(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS, "MD.E", "cmd.exe", true},
		{PK_OP_CONTAINS, "x.", "cmd.exe", false}, {PK_OP_EXCLUDES, "x.", "cmd.exe", true},
		{PK_OP_EXCLUDES, "cmd", "cmd.exe", false});
}

static void an_empty_part_is_in_every_field_that_is_not_empty(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS, "", "x", true}, {PK_OP_CONTAINS, "", "", false},
		{PK_OP_EXCLUDES, "", "x", false}, {PK_OP_EXCLUDES, "", "", true});
}

static void a_semicolon_is_plain_text_where_one_value_is_taken(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS, "a;b", "a", false}, {PK_OP_CONTAINS, "a;b", "xa;by", true});
}

static void any_wants_one_token_and_all_wants_each(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS_ANY, "x;MD", "cmd", true},
		{PK_OP_CONTAINS_ANY, "x;y", "cmd", false},
		{PK_OP_CONTAINS_ALL, "C;md", "cmd", true},
		{PK_OP_CONTAINS_ALL, "c;x", "cmd", false}, {PK_OP_IS_ANY, "x;CMD", "cmd", true},
		{PK_OP_IS_ANY, "cm;md", "cmd", false});
}

static void excludes_any_wants_no_token_and_excludes_all_wants_one_to_lack(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_EXCLUDES_ANY, "x;y", "cmd", true},
		{PK_OP_EXCLUDES_ANY, "x;c", "cmd", false}, {PK_OP_EXCLUDES_ALL, "x;c", "cmd", true},
		{PK_OP_EXCLUDES_ALL, "m;c", "cmd", false});
}

static void an_empty_last_token_matches_every_field_that_is_not_empty(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS_ANY, "x;", "cmd", true},
		{PK_OP_CONTAINS_ANY, "x;", "", false}, {PK_OP_EXCLUDES_ANY, "x;", "cmd", false},
		{PK_OP_CONTAINS_ALL, "c;", "cmd", true}, {PK_OP_CONTAINS_ALL, "x;", "cmd", false},
		{PK_OP_EXCLUDES_ALL, "x;", "cmd", true}, {PK_OP_EXCLUDES_ALL, "c;", "cmd", false},
		{PK_OP_IS_ANY, "x;", "", true}, {PK_OP_IS_ANY, "x;", "cmd", false});
}

static void an_empty_token_inside_is_the_rest_of_the_list(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS_ANY, "a;;b", "x;by", true},
		{PK_OP_CONTAINS_ANY, "a;;c", "xyz", false},
		{PK_OP_CONTAINS_ALL, "a;;b", "ab", false},
		{PK_OP_CONTAINS_ALL, "a;;b", "a;b", true});
}

static void blanks_round_tokens_count(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_CONTAINS_ANY, "x; cmd", "cmd", false},
		{PK_OP_CONTAINS_ANY, "x; cmd", "a cmd", true});
}

static void begin_with_and_end_with_look_at_one_end(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_BEGIN_WITH, "CM", "cmd", true},
		{PK_OP_BEGIN_WITH, "md", "cmd", false}, {PK_OP_BEGIN_WITH, "cmdx", "cmd", false},
		{PK_OP_END_WITH, "MD", "cmd", true}, {PK_OP_END_WITH, "cm", "cmd", false},
		{PK_OP_END_WITH, "xcmd", "cmd", false}, {PK_OP_NOT_BEGIN_WITH, "c", "cmd", false},
		{PK_OP_NOT_BEGIN_WITH, "d", "cmd", true}, {PK_OP_NOT_END_WITH, "d", "cmd", false},
		{PK_OP_NOT_END_WITH, "c", "cmd", true});
}

static void every_field_begins_and_ends_with_nothing(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_BEGIN_WITH, "", "", true}, {PK_OP_BEGIN_WITH, "", "x", true},
		{PK_OP_END_WITH, "", "", true}, {PK_OP_END_WITH, "", "x", true},
		{PK_OP_NOT_END_WITH, "", "x", false});
}

static void less_than_and_more_than_follow_the_order_of_texts(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_LESS_THAN, "443", "1000", true},
		{PK_OP_LESS_THAN, "443", "80", false}, {PK_OP_MORE_THAN, "443", "80", true},
		{PK_OP_MORE_THAN, "443", "443", false}, {PK_OP_LESS_THAN, "443", "443", false},
		{PK_OP_LESS_THAN, "B", "a", true}, {PK_OP_MORE_THAN, "z", "_", true});
}

static void image_takes_a_path_or_what_follows_the_last_backslash(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_IMAGE, "cmd.exe", "C:\\Windows\\CMD.exe", true},
		{PK_OP_IMAGE, "cmd.exe", "cmd.exe", true},
		{PK_OP_IMAGE, "md.exe", "C:\\cmd.exe", false},
		{PK_OP_IMAGE, "C:\\cmd.exe", "c:\\CMD.exe", true},
		{PK_OP_IMAGE, "x\\cmd.exe", "C:\\x\\cmd.exe", false},
		{PK_OP_IMAGE, "bash", "/bin/bash", false});
}

static void case_counts_beyond_a_to_z(void **state)
{
	(void)state;
	ASSERT_MATCHES({PK_OP_IS, "\xc3\xa9", "\xc3\x89", false},
		{PK_OP_CONTAINS, "\xc3\xa9", "x\xc3\xa9y", true});
}

/* --- events --- */

/* What becomes of the event `id` with the fields given as name, value, ..., NULL. */
static struct pk_decision decide(struct sysmon_fixture *fixture, const char *filtering, uint32_t id,
	const char *const *fields)
{
	const char *text = pk_arena_printf(fixture->arena, FILTERING("%s"), filtering);
	struct pk_sysmon *sysmon = read_text(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);

	struct pk_engine_event event = {.id = id};
	for (; *fields != NULL; fields += 2) {
		const struct pk_event *info = pk_schema_find_id(sysmon->parser, id);
		int index = pk_event_field(info, fields[0]);
		assert_true(index >= 0);
		event.values[index] = fields[1];
	}
	return pk_engine_decide(pk_engine_make(fixture->arena, sysmon, ids), &event);
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define LOGGED(filtering, id, ...)                                                                 \
	assert_true(decide(*state, filtering, id, FIELDS(__VA_ARGS__)).logged)
#define DROPPED(filtering, id, ...)                                                                \
	assert_false(decide(*state, filtering, id, FIELDS(__VA_ARGS__)).logged)
#define OR(text) "<RuleGroup groupRelation=\"or\">" text "</RuleGroup>"
#define AND(text) "<RuleGroup groupRelation=\"and\">" text "</RuleGroup>"
#define INCLUDE(tag, text) "<" tag " onmatch=\"include\">" text "</" tag ">"
#define EXCLUDE(tag, text) "<" tag " onmatch=\"exclude\">" text "</" tag ">"
#define FILE_INCLUDE(text) INCLUDE("FileCreate", text)
#define FILE_EXCLUDE(text) EXCLUDE("FileCreate", text)

static void process_starts_and_ends_are_logged_without_an_element(void **state)
{
	LOGGED("", 1);
	LOGGED("", 5);
}

static void other_events_are_dropped_without_an_element(void **state)
{
	DROPPED("", 6);
	DROPPED("", 11);
}

static void events_without_tag_are_always_logged(void **state)
{
	LOGGED("", 4);
	LOGGED("", 16);
	LOGGED("", 255);
}

static void an_unknown_event_is_logged_like_one_without_tag(void **state)
{
	LOGGED("", 4711);
}

static void one_empty_include_logs_nothing(void **state)
{
	DROPPED(INCLUDE("ProcessCreate", ""), 1);
}

static void one_empty_exclude_logs_everything(void **state)
{
	LOGGED(FILE_EXCLUDE(""), 11);
}

static void one_element_leaves_the_rest_to_its_complement(void **state)
{
	LOGGED(FILE_INCLUDE("<Image>a</Image>"), 11, "Image", "a");
	DROPPED(FILE_INCLUDE("<Image>a</Image>"), 11, "Image", "b");
	DROPPED(FILE_EXCLUDE("<Image>a</Image>"), 11, "Image", "a");
	LOGGED(FILE_EXCLUDE("<Image>a</Image>"), 11, "Image", "b");
}

static void an_exclude_wins_over_an_include(void **state)
{
#define BOTH FILE_INCLUDE("<Image>a</Image>") FILE_EXCLUDE("<User>u</User>")
	LOGGED(BOTH, 11, "Image", "a");
	DROPPED(BOTH, 11, "Image", "a", "User", "u");
	DROPPED(BOTH, 11, "Image", "b");
}

static void an_empty_exclude_beside_an_include_adds_nothing(void **state)
{
	LOGGED(FILE_EXCLUDE("") FILE_INCLUDE("<Image>a</Image>"), 11, "Image", "a");
	DROPPED(FILE_EXCLUDE("") FILE_INCLUDE("<Image>a</Image>"), 11, "Image", "b");
}

static void two_excludes_without_include_drop_every_event(void **state)
{
#define TWO FILE_EXCLUDE("<Image>a</Image>") FILE_EXCLUDE("<Image>b</Image>")
	DROPPED(TWO, 11, "Image", "a");
	DROPPED(TWO, 11, "Image", "c");
}

static void two_includes_log_what_either_matches(void **state)
{
#define UNION FILE_INCLUDE("<Image>a</Image>") FILE_INCLUDE("<Image>b</Image>")
	LOGGED(UNION, 11, "Image", "a");
	LOGGED(UNION, 11, "Image", "b");
	DROPPED(UNION, 11, "Image", "c");
}

static void elements_that_sysmon_leaves_out_do_not_count(void **state)
{
	LOGGED("<FileCreate><Image>a</Image></FileCreate>" FILE_EXCLUDE("<Image>b</Image>"), 11,
		"Image", "c");
}

static void a_field_without_value_holds_a_dash(void **state)
{
	LOGGED(FILE_INCLUDE("<Image>-</Image>"), 11);
}

/* --- relations --- */

static void an_or_element_wants_one_filter(void **state)
{
#define EITHER OR(FILE_INCLUDE("<Image>a</Image><User>u</User>"))
	LOGGED(EITHER, 11, "Image", "x", "User", "u");
	DROPPED(EITHER, 11, "Image", "x", "User", "y");
}

static void an_and_element_wants_every_field(void **state)
{
#define EACH AND(FILE_INCLUDE("<Image>a</Image><User>u</User>"))
	LOGGED(EACH, 11, "Image", "a", "User", "u");
	DROPPED(EACH, 11, "Image", "a", "User", "x");
	DROPPED(EACH, 11, "Image", "x", "User", "u");
}

static void filters_on_one_field_of_an_and_element_are_alternatives(void **state)
{
#define APART AND(FILE_INCLUDE("<Image>a</Image><User>u</User><Image>b</Image>"))
	LOGGED(APART, 11, "Image", "a", "User", "u");
	LOGGED(APART, 11, "Image", "b", "User", "u");
	DROPPED(APART, 11, "Image", "c", "User", "u");
	DROPPED(APART, 11, "Image", "b", "User", "x");
}

static void two_is_not_on_one_field_of_an_and_element_are_always_true(void **state)
{
	LOGGED(AND(FILE_INCLUDE("<Image condition=\"is not\">a</Image>"
				"<Image condition=\"is not\">b</Image>")),
		11, "Image", "a");
}

static void a_rule_with_and_is_strict_about_one_field(void **state)
{
#define STRICT                                                                                     \
	FILE_INCLUDE("<Rule groupRelation=\"and\"><Image condition=\"begin with\">a</Image>"       \
		     "<Image condition=\"end with\">z</Image></Rule>")
	LOGGED(STRICT, 11, "Image", "abz");
	DROPPED(STRICT, 11, "Image", "abc");
}

static void a_rule_with_or_wants_one_filter(void **state)
{
#define LOOSE FILE_INCLUDE("<Rule groupRelation=\"or\"><Image>a</Image><User>u</User></Rule>")
	LOGGED(LOOSE, 11, "User", "u");
	DROPPED(LOOSE, 11, "User", "x");
}

static void an_or_element_wants_one_rule_or_filter(void **state)
{
#define MIXED                                                                                      \
	OR(FILE_INCLUDE("<Rule groupRelation=\"and\"><Image>a</Image><User>u</User></Rule>"        \
			"<Image>b</Image>"))
	LOGGED(MIXED, 11, "Image", "a", "User", "u");
	LOGGED(MIXED, 11, "Image", "b");
	DROPPED(MIXED, 11, "Image", "a");
}

static void an_and_element_wants_both_rules(void **state)
{
#define TWO_RULES                                                                                  \
	AND(FILE_INCLUDE("<Rule groupRelation=\"or\"><Image>a</Image></Rule>"                      \
			 "<Rule groupRelation=\"or\"><User>u</User></Rule>"))
	LOGGED(TWO_RULES, 11, "Image", "a", "User", "u");
	DROPPED(TWO_RULES, 11, "Image", "a");
	DROPPED(TWO_RULES, 11, "User", "u");
}

static void an_and_element_wants_a_rule_and_the_filters_beside_it(void **state)
{
#define BESIDE AND(FILE_INCLUDE("<User>u</User><Rule groupRelation=\"or\"><Image>a</Image></Rule>"))
	LOGGED(BESIDE, 11, "Image", "a", "User", "u");
	DROPPED(BESIDE, 11, "User", "u");
}

static void a_rule_without_filters_disappears(void **state)
{
	LOGGED(AND(FILE_INCLUDE("<Rule> </Rule><Image>a</Image>")), 11, "Image", "a");
	DROPPED(FILE_INCLUDE("<Rule> </Rule>"), 11, "Image", "a");
}

/* --- families --- */

static void a_field_of_one_registry_event_matches_that_event_only(void **state)
{
#define DETAILS INCLUDE("RegistryEvent", "<Details>d</Details>")
	LOGGED(DETAILS, 13, "Details", "d");
	DROPPED(DETAILS, 12);
	DROPPED(DETAILS, 14);
}

static void a_field_in_the_same_place_matches_every_event_of_the_family(void **state)
{
#define TARGET INCLUDE("RegistryEvent", "<TargetObject>t</TargetObject>")
	LOGGED(TARGET, 12, "TargetObject", "t");
	LOGGED(TARGET, 13, "TargetObject", "t");
	LOGGED(TARGET, 14, "TargetObject", "t");
}

static void a_field_in_another_place_matches_the_bound_event_only(void **state)
{
	LOGGED(INCLUDE("WmiEvent", "<Name>n</Name>"), 19, "Name", "n");
	DROPPED(INCLUDE("WmiEvent", "<Name>n</Name>"), 20, "Name", "n");
}

static void a_negative_condition_on_a_missing_field_does_not_match(void **state)
{
	DROPPED(INCLUDE("RegistryEvent", "<Details condition=\"is not\">d</Details>"), 12);
}

static void an_exclude_element_of_one_registry_event_leaves_the_others(void **state)
{
	LOGGED(EXCLUDE("RegistryEvent", "<Details>d</Details>"), 12);
	DROPPED(EXCLUDE("RegistryEvent", "<Details>d</Details>"), 13, "Details", "d");
}

/* --- names --- */

static void assert_name(struct sysmon_fixture *fixture, const char *filtering, const char *want)
{
	struct pk_decision decision = decide(
		fixture, filtering, 11, FIELDS("Image", "a", "User", "u", "TargetFilename", "t"));
	assert_true(decision.logged);
	if (want == NULL)
		assert_null(decision.rule_name);
	else
		assert_string_equal(decision.rule_name, want);
}

static void an_unnamed_filter_gives_no_name(void **state)
{
	assert_name(*state, FILE_INCLUDE("<Image>a</Image>"), NULL);
	assert_name(*state, FILE_INCLUDE("<Image name=\"\">a</Image>"), NULL);
}

static void an_event_logged_by_complement_has_no_name(void **state)
{
	assert_name(*state, FILE_EXCLUDE("<Image name=\"n\">b</Image>"), NULL);
}

static void in_an_or_element_the_first_match_gives_the_name(void **state)
{
	assert_name(*state,
		OR(FILE_INCLUDE("<Image name=\"1\">x</Image><Image name=\"2\">a</Image>"
				"<User name=\"3\">u</User>")),
		"2");
}

static void in_an_and_element_the_last_named_match_gives_the_name(void **state)
{
	assert_name(*state,
		AND(FILE_INCLUDE("<Image name=\"1\">a</Image><User name=\"2\">u</User>"
				 "<TargetFilename>t</TargetFilename>")),
		"2");
}

static void a_rule_and_a_group_name_their_filters(void **state)
{
	assert_name(*state, FILE_INCLUDE("<Rule name=\"r\"><Image>a</Image></Rule>"), "r");
	assert_name(*state,
		"<RuleGroup name=\"g\" groupRelation=\"or\">" FILE_INCLUDE(
			"<Image>a</Image>") "</RuleGroup>",
		"g");
}

static void of_two_includes_that_match_the_later_gives_the_name(void **state)
{
	assert_name(*state,
		FILE_INCLUDE("<Image name=\"1\">a</Image>")
			FILE_INCLUDE("<User name=\"2\">u</User>"),
		"2");
}

static void a_name_of_a_failed_rule_leaks(void **state)
{
	assert_name(*state,
		OR(FILE_INCLUDE("<Rule groupRelation=\"and\" name=\"leak\"><Image>a</Image>"
				"<User>x</User></Rule><User>u</User>")),
		"leak");
}

static void a_name_of_a_failed_exclude_leaks(void **state)
{
	assert_name(*state,
		AND(FILE_EXCLUDE("<Image name=\"leak\">a</Image><User>x</User>"))
			FILE_INCLUDE("<Image>a</Image>"),
		"leak");
}

static void a_named_filter_that_decides_overwrites_a_leak(void **state)
{
	assert_name(*state,
		AND(FILE_EXCLUDE("<Image name=\"leak\">a</Image><User>x</User>"))
			FILE_INCLUDE("<Image name=\"own\">a</Image>"),
		"own");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(
		is_and_is_not_compare_the_whole_without_regard_to_case, set_up, tear_down),
	cmocka_unit_test_setup_teardown(contains_and_excludes_look_for_a_part, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_part_is_in_every_field_that_is_not_empty, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_semicolon_is_plain_text_where_one_value_is_taken, set_up, tear_down),
	cmocka_unit_test_setup_teardown(any_wants_one_token_and_all_wants_each, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		excludes_any_wants_no_token_and_excludes_all_wants_one_to_lack, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_last_token_matches_every_field_that_is_not_empty, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_token_inside_is_the_rest_of_the_list, set_up, tear_down),
	cmocka_unit_test_setup_teardown(blanks_round_tokens_count, set_up, tear_down),
	cmocka_unit_test_setup_teardown(begin_with_and_end_with_look_at_one_end, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		every_field_begins_and_ends_with_nothing, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		less_than_and_more_than_follow_the_order_of_texts, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		image_takes_a_path_or_what_follows_the_last_backslash, set_up, tear_down),
	cmocka_unit_test_setup_teardown(case_counts_beyond_a_to_z, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		process_starts_and_ends_are_logged_without_an_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		other_events_are_dropped_without_an_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(events_without_tag_are_always_logged, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_unknown_event_is_logged_like_one_without_tag, set_up, tear_down),
	cmocka_unit_test_setup_teardown(one_empty_include_logs_nothing, set_up, tear_down),
	cmocka_unit_test_setup_teardown(one_empty_exclude_logs_everything, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		one_element_leaves_the_rest_to_its_complement, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_exclude_wins_over_an_include, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_exclude_beside_an_include_adds_nothing, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		two_excludes_without_include_drop_every_event, set_up, tear_down),
	cmocka_unit_test_setup_teardown(two_includes_log_what_either_matches, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		elements_that_sysmon_leaves_out_do_not_count, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_field_without_value_holds_a_dash, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_or_element_wants_one_filter, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_and_element_wants_every_field, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		filters_on_one_field_of_an_and_element_are_alternatives, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		two_is_not_on_one_field_of_an_and_element_are_always_true, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_rule_with_and_is_strict_about_one_field, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_with_or_wants_one_filter, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_or_element_wants_one_rule_or_filter, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_and_element_wants_both_rules, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_and_element_wants_a_rule_and_the_filters_beside_it, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_without_filters_disappears, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_of_one_registry_event_matches_that_event_only, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_in_the_same_place_matches_every_event_of_the_family, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_in_another_place_matches_the_bound_event_only, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_negative_condition_on_a_missing_field_does_not_match, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_exclude_element_of_one_registry_event_leaves_the_others, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_unnamed_filter_gives_no_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_event_logged_by_complement_has_no_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		in_an_or_element_the_first_match_gives_the_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		in_an_and_element_the_last_named_match_gives_the_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_and_a_group_name_their_filters, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		of_two_includes_that_match_the_later_gives_the_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_name_of_a_failed_rule_leaks, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_name_of_a_failed_exclude_leaks, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_named_filter_that_decides_overwrites_a_leak, set_up, tear_down),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}

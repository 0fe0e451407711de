/* What changes from one configuration to another. */
#include "tests/unit/meaning_fixture.h"

#include "generators/meaning/diff.h"

static const struct pk_diff *diff_of(
	struct sysmon_fixture *fixture, const char *before, const char *after)
{
	return pk_diff_make(
		fixture->arena, meaning_of(fixture, before), meaning_of(fixture, after));
}

#define EQUAL(before, after) assert_true(pk_diff_is_empty(diff_of(*state, before, after)))

/* The only event that changes. */
static const struct pk_diff_event *change(
	struct sysmon_fixture *fixture, const char *before, const char *after)
{
	const struct pk_diff *diff = diff_of(fixture, before, after);
	assert_int_equal(diff->events.len, 1);
	return &diff->events.items[0];
}

static void assert_change(const struct pk_diff_event *event, enum pk_truth widened,
	enum pk_truth narrowed, enum pk_truth relabelled)
{
	assert_int_equal(event->widened, widened);
	assert_int_equal(event->narrowed, narrowed);
	assert_int_equal(event->relabelled, relabelled);
}

#define A FILTER("Image", "contains", "a")
#define B FILTER("Image", "contains", "b")
#define NAMED_A NAMED("Image", "contains", "x", "a")
#define NAMED_B NAMED("Image", "contains", "y", "b")

static void order_and_split_lists_change_nothing(void **state)
{
	EQUAL(OR(FILE_INCLUDE(A B)), OR(FILE_INCLUDE(B A)));
	EQUAL(OR(FILE_INCLUDE(A B)), OR(FILE_INCLUDE(FILTER("Image", "contains any", "b;a"))));
	EQUAL(OR(FILE_INCLUDE(A B)), FILE_INCLUDE(A) FILE_INCLUDE(B));
	EQUAL(OR(FILE_EXCLUDE(A B) FILE_INCLUDE(FILTER("User", "is", "u"))),
		FILE_INCLUDE(FILTER("User", "is", "u")) OR(FILE_EXCLUDE(B A)));
}

static void redundant_rules_change_nothing(void **state)
{
	EQUAL(OR(FILE_INCLUDE(A)), OR(FILE_INCLUDE(A FILTER("Image", "is", "cat"))));
	EQUAL(FILE_INCLUDE(B) OR(FILE_EXCLUDE(A)),
		OR(FILE_INCLUDE(B FILTER("Image", "is", "cat"))) OR(FILE_EXCLUDE(A)));
	EQUAL(FILE_INCLUDE(FILTER("Image", "is", "b")),
		FILE_INCLUDE(FILTER("Image", "is", "b"))
			FILE_EXCLUDE(FILTER("Image", "end with", "a")));
}

static void an_exclude_and_its_complement_are_the_same(void **state)
{
	EQUAL(FILE_EXCLUDE(A), FILE_INCLUDE(FILTER("Image", "excludes", "a")));
	EQUAL("", FILE_INCLUDE(""));
	EQUAL("", FILE_EXCLUDE("") FILE_EXCLUDE(""));
}

static void an_added_include_widens(void **state)
{
	const struct pk_diff_event *event = change(*state, FILE_INCLUDE(A), OR(FILE_INCLUDE(A B)));
	assert_change(event, PK_YES, PK_NO, PK_NO);
	assert_int_equal(event->terms.len, 1);
	assert_null(event->terms.items[0].before.clause);
	assert_int_equal(event->terms.items[0].after.effect, PK_EFFECT_WIDENS);
	assert_false(event->gained.before.logged);
	assert_true(event->gained.after.logged);
}

static void an_added_exclude_narrows(void **state)
{
	const struct pk_diff_event *event =
		change(*state, FILE_INCLUDE(A), FILE_INCLUDE(A) FILE_EXCLUDE(B));
	assert_change(event, PK_NO, PK_YES, PK_NO);
	assert_false(event->terms.items[0].include);
	assert_int_equal(event->terms.items[0].after.effect, PK_EFFECT_NARROWS);
}

static void a_second_exclude_turns_the_rest_round(void **state)
{
	const struct pk_diff_event *event =
		change(*state, FILE_EXCLUDE(A), FILE_EXCLUDE(A) FILE_EXCLUDE(A));
	assert_change(event, PK_NO, PK_YES, PK_NO);
	assert_true(event->rest_before);
	assert_false(event->rest_after);
}

static void losing_all_rules_brings_the_default_back(void **state)
{
	const struct pk_diff_event *event =
		change(*state, "<ProcessCreate onmatch=\"include\">" A "</ProcessCreate>", "");
	assert_change(event, PK_YES, PK_NO, PK_NO);
	assert_true(event->rules_before);
	assert_false(event->rules_after);
}

static void a_longer_list_is_one_changed_rule(void **state)
{
	const struct pk_diff_event *event =
		change(*state, FILE_INCLUDE(FILTER("Image", "contains any", "aa;bb;cc")),
			FILE_INCLUDE(FILTER("Image", "contains any", "aa;bb;cc;dd")));
	assert_change(event, PK_YES, PK_NO, PK_NO);
	assert_int_equal(event->terms.len, 1);
	assert_int_equal(event->terms.items[0].before.effect, PK_EFFECT_NONE);
	assert_int_equal(event->terms.items[0].before.reason, PK_REASON_COVERED);
	assert_int_equal(event->terms.items[0].after.effect, PK_EFFECT_WIDENS);
}

static void another_name_relabels(void **state)
{
	const struct pk_diff_event *event = change(
		*state, FILE_INCLUDE(NAMED_A), FILE_INCLUDE(NAMED("Image", "contains", "z", "a")));
	assert_change(event, PK_NO, PK_NO, PK_YES);
	assert_string_equal(event->renamed.before.rule_name, "x");
	assert_string_equal(event->renamed.after.rule_name, "z");
	assert_int_equal(event->terms.items[0].after.effect, PK_EFFECT_RELABELS);
}

static void order_relabels_only_where_rules_meet(void **state)
{
	const struct pk_diff_event *event = change(
		*state, OR(FILE_INCLUDE(NAMED_A NAMED_B)), OR(FILE_INCLUDE(NAMED_B NAMED_A)));
	assert_change(event, PK_NO, PK_NO, PK_YES);
#define IS_A NAMED("Image", "is", "x", "a")
#define IS_B NAMED("Image", "is", "y", "b")
	EQUAL(OR(FILE_INCLUDE(IS_A IS_B)), OR(FILE_INCLUDE(IS_B IS_A)));
}

static void a_name_that_leaks_from_a_rule_counts(void **state)
{
#define LEAK RULE("and", NAMED("Image", "contains", "x", "a") FILTER("User", "is", "u"))
	const struct pk_diff_event *event =
		change(*state, OR(FILE_INCLUDE(LEAK B)), OR(FILE_INCLUDE(B LEAK)));
	assert_int_not_equal(event->relabelled, PK_NO);
}

#define PROCESS(text) "<ProcessCreate onmatch=\"include\">" text "</ProcessCreate>"
#define WHOAMI FILTER("CommandLine", "contains", "whoami")

static const struct pk_meaning *older_meaning_of(
	struct sysmon_fixture *fixture, const char *filtering)
{
	fixture->options.parser = PK_VERSION(4, 10);
	const char *text = pk_arena_printf(fixture->arena,
		"<Sysmon schemaversion=\"4.10\"><EventFiltering>%s</EventFiltering></Sysmon>",
		filtering);
	struct pk_sysmon *sysmon = read_text(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);
	fixture->options.parser = 0;
	return pk_meaning_make(fixture->arena, sysmon, ids);
}

static void fields_that_moved_between_schemas_are_the_same(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_meaning *older = older_meaning_of(fixture, PROCESS(WHOAMI));
	const struct pk_diff *diff =
		pk_diff_make(fixture->arena, older, meaning_of(fixture, PROCESS(WHOAMI)));
	assert_true(pk_diff_is_empty(diff));

	diff = pk_diff_make(fixture->arena, meaning_of(fixture, ""), older);
	assert_int_equal(diff->events.len, 1);
	assert_change(&diff->events.items[0], PK_NO, PK_YES, PK_NO);
}

static void entries_in_force_are_compared(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const char *texts[] = {"<HashAlgorithms>md5,SHA-1</HashAlgorithms>",
		"<HashAlgorithms>SHA1,MD5</HashAlgorithms>",
		"<HashAlgorithms>md5</HashAlgorithms><DnsLookup>False</DnsLookup>"};
	const struct pk_meaning *meanings[3];
	for (size_t i = 0; i < 3; i++) {
		const char *text = pk_arena_printf(fixture->arena, ROOT("%s"), texts[i]);
		struct pk_sysmon *sysmon = read_text(fixture, text);
		uint32_t none[1];
		meanings[i] = pk_meaning_make(fixture->arena, sysmon, none);
	}
	assert_true(pk_diff_is_empty(pk_diff_make(fixture->arena, meanings[0], meanings[1])));
	const struct pk_diff *diff = pk_diff_make(fixture->arena, meanings[1], meanings[2]);
	assert_int_equal(diff->entries.len, 2);
	assert_string_equal(diff->entries.items[0].name, "HashAlgorithms");
	assert_null(diff->entries.items[1].before);
}

static void an_empty_include_at_the_end_switches_collection_off(void **state)
{
#define DNS "<DnsQuery onmatch=\"include\"><QueryName>a</QueryName></DnsQuery>"
	const struct pk_diff *diff =
		diff_of(*state, DNS, DNS "<DnsQuery onmatch=\"include\"></DnsQuery>");
	assert_int_equal(diff->events.len, 0);
	assert_int_equal(diff->collection.len, 1);
	assert_string_equal(diff->collection.items[0].after, "off");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order_and_split_lists_change_nothing),
		TEST(redundant_rules_change_nothing),
		TEST(an_exclude_and_its_complement_are_the_same),
		TEST(an_added_include_widens),
		TEST(an_added_exclude_narrows),
		TEST(a_second_exclude_turns_the_rest_round),
		TEST(losing_all_rules_brings_the_default_back),
		TEST(a_longer_list_is_one_changed_rule),
		TEST(another_name_relabels),
		TEST(order_relabels_only_where_rules_meet),
		TEST(a_name_that_leaks_from_a_rule_counts),
		TEST(fields_that_moved_between_schemas_are_the_same),
		TEST(entries_in_force_are_compared),
		TEST(an_empty_include_at_the_end_switches_collection_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Coverage of an XML: what its elements collect and its RuleNames label. */
#include "tests/unit/sysmon_fixture.h"

#include "generators/coverage/coverage.h"
#include "generators/sysmon/sysmon_convert.h"

static struct pk_coverage *cover(struct sysmon_fixture *fixture, const char *text)
{
	fixture->options.arena = fixture->arena;
	struct pk_sysmon *sysmon = read_good(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);
	struct pk_coverage_input input = {.arena = fixture->arena,
		.attack = pk_attack_open(fixture->arena),
		.sysmon = sysmon,
		.element_ids = ids,
		.engine = pk_engine_make(fixture->arena, sysmon, ids)};
	return pk_coverage_make(&input);
}

static bool is_labelled(const struct pk_coverage *coverage, const char *id)
{
	return pk_coverage_find(coverage, id)->rules.len > 0;
}

#define GROUP(text) "<RuleGroup groupRelation=\"or\">" text "</RuleGroup>"

static void events_without_element_follow_their_default(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, FILTERING("<FileCreate onmatch=\"exclude\"/>"));
	assert_int_equal(coverage->collection[1], PK_COLLECTION_ALL);
	assert_int_equal(coverage->collection[3], PK_COLLECTION_NONE);
	assert_int_equal(coverage->collection[5], PK_COLLECTION_ALL);
	assert_int_equal(coverage->collection[16], PK_COLLECTION_ALL);
	assert_int_equal(coverage->collection[11], PK_COLLECTION_ALL);
}

static void includes_log_what_they_match_and_empty_ones_nothing(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		FILTERING("<ProcessCreate onmatch=\"include\"/>"
			  "<NetworkConnect onmatch=\"include\"><Image>a</Image></NetworkConnect>"));
	assert_int_equal(coverage->collection[1], PK_COLLECTION_NONE);
	assert_int_equal(coverage->collection[3], PK_COLLECTION_RULES);
	assert_true(coverage->collected & 1 << 3);
	assert_false(coverage->collected & 1 << 1);
}

static void an_exclude_alone_leaves_the_rest_and_beside_an_empty_include_nothing(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		FILTERING(GROUP("<NetworkConnect onmatch=\"exclude\"><Image>a</Image>"
				"</NetworkConnect>") GROUP("<FileCreate onmatch=\"include\"/>")
				GROUP("<FileCreate onmatch=\"exclude\"><Image>a</Image>"
				      "</FileCreate>")));
	assert_int_equal(coverage->collection[3], PK_COLLECTION_REST);
	assert_int_equal(coverage->collection[11], PK_COLLECTION_NONE);
}

static void an_element_counts_for_the_ids_that_have_its_fields(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		FILTERING("<RegistryEvent onmatch=\"include\"><Details>a</Details>"
			  "</RegistryEvent>"));
	assert_int_equal(coverage->collection[12], PK_COLLECTION_NONE);
	assert_int_equal(coverage->collection[13], PK_COLLECTION_RULES);
}

static void names_of_filters_rules_and_groups_are_labels(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		FILTERING("<RuleGroup name=\"T1105\" groupRelation=\"or\">"
			  "<ProcessCreate onmatch=\"include\">"
			  "<Image name=\"technique_id=T1047\">a</Image>"
			  "<Rule name=\"T1218,x\" groupRelation=\"and\"><Image>b</Image>"
			  "<CommandLine>c</CommandLine></Rule>"
			  "<Image>d</Image></ProcessCreate></RuleGroup>"));
	assert_true(is_labelled(coverage, "T1047"));
	assert_true(is_labelled(coverage, "T1218"));
	assert_true(is_labelled(coverage, "T1105"));
	assert_int_equal(coverage->rules.len, 3);
	assert_int_equal(coverage->stale.len, 0);
}

static void filters_with_one_name_are_one_rule(void **state)
{
	struct pk_coverage *coverage = cover(
		*state, EVENT("<Image name=\"T1047\">a</Image><Image name=\"T1047\">b</Image>"));
	assert_int_equal(coverage->rules.len, 1);
	assert_int_equal(pk_coverage_find(coverage, "T1047")->rules.len, 1);
	assert_place(coverage->rules.items[0]->span, 2, 1);
}

static void names_of_excludes_are_no_labels(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		FILTERING("<ProcessCreate onmatch=\"exclude\"><Image name=\"T1047\">a</Image>"
			  "</ProcessCreate>"));
	assert_false(is_labelled(coverage, "T1047"));
}

static void labels_that_are_not_active_are_told_apart(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		EVENT("<Image name=\"T1073\">a</Image><Image name=\"T1073,x\">b</Image>"
		      "<Image name=\"T1999\">c</Image>"));
	assert_int_equal(coverage->stale.len, 2);
	const struct pk_coverage_stale *retired = &coverage->stale.items[0];
	assert_string_equal(retired->id, "T1073");
	assert_string_equal(retired->current->id, "T1574.001");
	assert_int_equal(retired->rules.len, 2);
	assert_null(coverage->stale.items[1].technique);
	assert_true(is_labelled(coverage, "T1574.001"));
}

static void a_release_before_judges_its_own_labels(void **state)
{
	struct sysmon_fixture *fixture = *state;
	fixture->options.arena = fixture->arena;
	struct pk_sysmon *sysmon = read_good(fixture, EVENT("<Image name=\"T1562.001\">a</Image>"));
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	struct pk_coverage_input input = {.arena = fixture->arena,
		.attack = pk_attack_open_version(fixture->arena, "18.1"),
		.sysmon = sysmon,
		.element_ids = ids,
		.engine = pk_engine_make(fixture->arena, sysmon, ids)};
	struct pk_coverage *coverage = pk_coverage_make(&input);
	assert_int_equal(coverage->stale.len, 0);
	assert_true(is_labelled(coverage, "T1562.001"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_without_element_follow_their_default),
		TEST(includes_log_what_they_match_and_empty_ones_nothing),
		TEST(an_exclude_alone_leaves_the_rest_and_beside_an_empty_include_nothing),
		TEST(an_element_counts_for_the_ids_that_have_its_fields),
		TEST(names_of_filters_rules_and_groups_are_labels),
		TEST(filters_with_one_name_are_one_rule),
		TEST(names_of_excludes_are_no_labels),
		TEST(labels_that_are_not_active_are_told_apart),
		TEST(a_release_before_judges_its_own_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

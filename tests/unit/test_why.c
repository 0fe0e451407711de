/* The way of a decision: what was asked, what decided, where the name came from, what is next. */
#include "tests/unit/sysmon_fixture.h"

#include "generators/engine/why.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

/* Why the event `id` with the fields given as name, value, ..., NULL is decided as it is. */
static const struct pk_why *explain(struct sysmon_fixture *fixture, const char *filtering,
	uint32_t id, const char *const *fields)
{
	const char *text = pk_arena_printf(fixture->arena, FILTERING("%s"), filtering);
	struct pk_sysmon *sysmon = read_text(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);

	struct pk_engine_event *event = PK_NEW(fixture->arena, struct pk_engine_event);
	event->id = id;
	for (; *fields != NULL; fields += 2) {
		int index = pk_event_field(pk_schema_find_id(sysmon->parser, id), fields[0]);
		assert_true(index >= 0);
		event->values[index] = fields[1];
	}
	struct pk_engine *engine = pk_engine_make(fixture->arena, sysmon, ids);
	const struct pk_why *why = pk_why_make(fixture->arena, engine, sysmon, event);
	struct pk_decision want = pk_engine_decide(engine, event);
	assert_int_equal(why->verdict.decision.logged, want.logged);
	assert_ptr_equal(why->verdict.decision.rule_name, want.rule_name);
	return why;
}

#define WHY(filtering, id, ...)                                                                    \
	explain(*state, filtering, id, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define OR(text) "<RuleGroup groupRelation=\"or\">" text "</RuleGroup>"
#define AND(text) "<RuleGroup groupRelation=\"and\">" text "</RuleGroup>"
#define INCLUDE(text) "<FileCreate onmatch=\"include\">" text "</FileCreate>"
#define EXCLUDE(text) "<FileCreate onmatch=\"exclude\">" text "</FileCreate>"

static void the_filter_that_matched_decides_and_later_ones_are_not_asked(void **state)
{
	const struct pk_why *why =
		WHY(OR(INCLUDE("<Image>x</Image><Image>a</Image><User>u</User>")), 11, "Image", "a",
			"User", "u");
	const struct pk_why_element *element = &why->elements.items[0];
	assert_int_equal(why->verdict.reason, PK_WHY_ELEMENT);
	assert_ptr_equal(why->verdict.element, element);
	assert_ptr_equal(why->verdict.term, &element->terms.items[1]);
	assert_int_equal(element->terms.items[0].result, PK_WHY_NOT_MATCHED);
	assert_int_equal(element->terms.items[1].result, PK_WHY_MATCHED);
	assert_int_equal(element->terms.items[2].result, PK_WHY_NOT_ASKED);
	assert_true(element->terms.items[2].holds);
}

static void the_next_hit_is_the_later_filter_then_nothing(void **state)
{
	const struct pk_why *why = WHY(OR(INCLUDE("<Image name=\"first\">a</Image>"
						  "<User name=\"second\">u</User>")),
		11, "Image", "a", "User", "u");
	assert_true(why->has_next);
	assert_true(why->next.decision.logged);
	assert_string_equal(why->next.decision.rule_name, "second");
	assert_ptr_equal(why->next.term, &why->elements.items[0].terms.items[1]);

	why = WHY(OR(INCLUDE("<Image>a</Image>")), 11, "Image", "a");
	assert_false(why->next.decision.logged);
	assert_int_equal(why->next.reason, PK_WHY_COMPLEMENT);
}

static void without_an_and_element_as_a_whole_the_next_element_is_asked(void **state)
{
	const struct pk_why *why = WHY(AND(EXCLUDE("<Image>a</Image><User>u</User>"))
					       OR(INCLUDE("<Image name=\"n\">a</Image>")),
		11, "Image", "a", "User", "u");
	assert_false(why->verdict.decision.logged);
	assert_null(why->verdict.term);
	assert_ptr_equal(why->verdict.element, &why->elements.items[0]);
	assert_true(why->next.decision.logged);
	assert_string_equal(why->next.decision.rule_name, "n");
}

static void without_a_rule_all_of_its_filters_are_gone(void **state)
{
	const struct pk_why *why = WHY(OR(INCLUDE("<Rule name=\"r\" groupRelation=\"and\">"
						  "<Image name=\"i\">a</Image><User>u</User></Rule>"
						  "<User condition=\"is not\">x</User>")),
		11, "Image", "a", "User", "u");
	assert_string_equal(why->verdict.decision.rule_name, "r");
	assert_int_equal(why->verdict.name_origin, PK_WHY_OF_RULE);
	assert_true(why->next.decision.logged);
	assert_null(why->next.decision.rule_name);
}

static void a_name_that_leaked_is_told(void **state)
{
	const struct pk_why *why =
		WHY(OR(EXCLUDE("<Rule groupRelation=\"and\"><Image name=\"l\">a"
			       "</Image><User>x</User></Rule>")) OR(INCLUDE("<Image>a</Image>")),
			11, "Image", "a");
	assert_string_equal(why->verdict.decision.rule_name, "l");
	assert_true(why->verdict.name_leaked);
	assert_ptr_equal(why->verdict.name_element, &why->elements.items[0]);
	assert_int_equal(why->verdict.name_origin, PK_WHY_OF_FILTER);
}

static void the_name_of_a_rulegroup_is_no_leak(void **state)
{
	const struct pk_why *why = WHY("<RuleGroup name=\"g\" groupRelation=\"and\">" INCLUDE(
					       "<Image>a</Image><User>u</User>") "</RuleGroup>",
		11, "Image", "a", "User", "u");
	assert_int_equal(why->verdict.name_origin, PK_WHY_OF_GROUP);
	assert_false(why->verdict.name_leaked);
}

static void a_rule_that_lacks_one_filter_is_a_near_miss(void **state)
{
	const struct pk_why *why =
		WHY(OR(INCLUDE("<Rule groupRelation=\"and\"><Image>a</Image><User>x</User></Rule>"
			       "<Rule groupRelation=\"and\"><Image>x</Image><User>x</User></Rule>"
			       "<Rule groupRelation=\"or\"><Image>x</Image><User>x</User></Rule>")),
			11, "Image", "a", "User", "u");
	const struct pk_why_element *element = &why->elements.items[0];
	assert_true(element->terms.items[0].near_miss);
	assert_false(element->terms.items[1].near_miss);
	assert_false(element->terms.items[2].near_miss);
	assert_false(why->has_next);
}

static void an_and_element_that_lacks_one_field_is_a_near_miss(void **state)
{
	const struct pk_why *why = WHY(AND(INCLUDE("<Image>a</Image><Image>b</Image><User>x</User>"
						   "<User>y</User>")),
		11, "Image", "a", "User", "u");
	assert_true(why->elements.items[0].near_miss);
	assert_int_equal(why->elements.items[0].terms.items[1].result, PK_WHY_COVERED);
	why = WHY(AND(INCLUDE("<Image>a</Image><User>x</User>")), 11, "Image", "b", "User", "u");
	assert_false(why->elements.items[0].near_miss);
}

static void an_and_element_holds_as_the_engine_says(void **state)
{
	const struct pk_why *why = WHY(AND(INCLUDE("<Image>x</Image><User>u</User>"
						   "<Image>a</Image>")),
		11, "Image", "a", "User", "u");
	assert_true(why->elements.items[0].holds);
	assert_int_equal(why->elements.items[0].result, PK_WHY_MATCHED);
}

static void excludes_come_first_and_later_elements_before_earlier(void **state)
{
	const struct pk_why *why =
		WHY(OR(INCLUDE("<Image>1</Image>")) OR(INCLUDE("<Image>2</Image>"))
				OR(EXCLUDE("<Image>3</Image>")),
			11, "Image", "1");
	assert_int_equal(why->elements.len, 3);
	assert_int_equal(why->elements.items[0].index, 2);
	assert_int_equal(why->elements.items[1].index, 1);
	assert_int_equal(why->elements.items[2].index, 0);
	assert_int_equal(why->elements.items[2].result, PK_WHY_MATCHED);
}

static void what_nothing_matches_has_a_reason(void **state)
{
	assert_int_equal(WHY("", 11)->verdict.reason, PK_WHY_DEFAULT);
	assert_int_equal(WHY("", 4)->verdict.reason, PK_WHY_NO_FILTERING);
	assert_int_equal(
		WHY(OR(EXCLUDE("<Image>a</Image>")), 11)->verdict.reason, PK_WHY_COMPLEMENT);
	assert_int_equal(WHY(OR(EXCLUDE("<Image>a</Image>")) OR(INCLUDE("<Image>a</Image>")), 11)
				 ->verdict.reason,
		PK_WHY_REST);
}

static void a_field_that_the_id_lacks_has_no_text(void **state)
{
	const struct pk_why *why =
		WHY(OR("<RegistryEvent onmatch=\"include\"><NewName condition=\"is not\">x"
		       "</NewName></RegistryEvent>"),
			12);
	const struct pk_why_filter *filter =
		&why->elements.items[0].terms.items[0].filters.items[0];
	assert_null(filter->text);
	assert_false(filter->holds);
}

static void a_rule_without_filters_is_passed_over(void **state)
{
	const struct pk_why *why =
		WHY(OR(INCLUDE("<Rule groupRelation=\"and\"> </Rule><Image>a</Image>")), 11,
			"Image", "a");
	assert_int_equal(why->elements.items[0].terms.len, 1);
	assert_ptr_equal(why->verdict.term, &why->elements.items[0].terms.items[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_filter_that_matched_decides_and_later_ones_are_not_asked),
		TEST(the_next_hit_is_the_later_filter_then_nothing),
		TEST(without_an_and_element_as_a_whole_the_next_element_is_asked),
		TEST(without_a_rule_all_of_its_filters_are_gone),
		TEST(a_name_that_leaked_is_told),
		TEST(the_name_of_a_rulegroup_is_no_leak),
		TEST(a_rule_that_lacks_one_filter_is_a_near_miss),
		TEST(an_and_element_that_lacks_one_field_is_a_near_miss),
		TEST(an_and_element_holds_as_the_engine_says),
		TEST(excludes_come_first_and_later_elements_before_earlier),
		TEST(what_nothing_matches_has_a_reason),
		TEST(a_field_that_the_id_lacks_has_no_text),
		TEST(a_rule_without_filters_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rules in their normal form (Sysmon facts, docs/sysmon-facts.md sections 6 and 7). */
#include "tests/unit/meaning_fixture.h"

static size_t clauses_of(const struct pk_meaning *meaning, uint32_t id)
{
	return pk_meaning_find(meaning, id)->blocks.items[0].clauses.len;
}

static void each_filter_of_an_or_element_is_a_clause(void **state)
{
	const struct pk_meaning *meaning = meaning_of(
		*state, OR(FILE_INCLUDE(FILTER("Image", "is", "a") FILTER("User", "is", "b"))));
	assert_int_equal(clauses_of(meaning, 11), 2);
	assert_int_equal(clause_at(meaning, 11, 1)->term, 1);
	assert_int_equal(clause_at(meaning, 11, 1)->questions.len, 1);
}

static void fields_of_an_and_element_are_questions_of_one_clause(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		AND(FILE_INCLUDE(FILTER("Image", "is", "a") FILTER("User", "is", "b")
				FILTER("Image", "contains", "c"))));
	assert_int_equal(clauses_of(meaning, 11), 1);
	const struct pk_clause *clause = clause_at(meaning, 11, 0);
	assert_int_equal(clause->questions.len, 2);
	assert_int_equal(clause->questions.items[0].answers.len, 2);
}

static void neighbours_on_one_field_of_an_and_element_are_one_question(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		AND(FILE_INCLUDE(FILTER("Image", "is", "a") FILTER("Image", "is", "b")
				FILTER("User", "is", "u"))));
	assert_int_equal(clauses_of(meaning, 11), 1);
	assert_int_equal(clause_at(meaning, 11, 0)->questions.items[0].answers.len, 2);
}

static void an_and_rule_is_one_clause_and_an_or_rule_one_for_each_filter(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		OR(FILE_INCLUDE(RULE("and", FILTER("Image", "is", "a") FILTER("Image", "is", "b"))
				RULE("or", FILTER("Image", "is", "a") FILTER("User", "is", "b")))));
	assert_int_equal(clauses_of(meaning, 11), 3);
	assert_int_equal(clause_at(meaning, 11, 0)->questions.len, 2);
	assert_int_equal(clause_at(meaning, 11, 2)->filter, 1);
}

static void lists_become_answers_or_questions(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_clause *any = clause_of(fixture, PK_OP_CONTAINS_ANY, "a;b;a");
	assert_int_equal(any->questions.len, 1);
	assert_int_equal(any->questions.items[0].answers.len, 2);
	assert_int_equal(clause_of(fixture, PK_OP_CONTAINS_ALL, "a;b;a")->questions.len, 2);
	assert_int_equal(clause_of(fixture, PK_OP_EXCLUDES_ANY, "a;b")->questions.len, 2);
	assert_int_equal(clause_of(fixture, PK_OP_EXCLUDES_ALL, "a;b")->questions.len, 1);
}

static void order_and_case_do_not_matter(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_true(pk_clause_equal(clause_of(fixture, PK_OP_CONTAINS_ANY, "a;B"),
		clause_of(fixture, PK_OP_CONTAINS_ANY, "b;A")));
	assert_true(pk_clause_equal(clause_of(fixture, PK_OP_IS, "C:\\a.exe"),
		clause_of(fixture, PK_OP_IMAGE, "c:\\a.EXE")));
	assert_false(pk_clause_equal(
		clause_of(fixture, PK_OP_IS, "a"), clause_of(fixture, PK_OP_CONTAINS, "a")));
}

static void two_is_not_on_one_field_of_an_and_element_ask_nothing(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		AND(FILE_INCLUDE(FILTER("Image", "is not", "a") FILTER("Image", "is not", "b"))));
	assert_int_equal(clause_at(meaning, 11, 0)->questions.len, 0);
}

static void a_field_that_an_event_lacks_never_matches(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		OR("<RegistryEvent onmatch=\"include\">" FILTER(
			"Details", "is not", "a") "</RegistryEvent>"));
	assert_int_equal(clauses_of(meaning, 13), 1);
	assert_int_equal(clauses_of(meaning, 12), 0);
}

static void excludes_are_asked_first_and_later_elements_before_earlier(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		FILE_INCLUDE(FILTER("Image", "is", "a")) FILE_EXCLUDE(FILTER("Image", "is", "b"))
			FILE_INCLUDE(FILTER("Image", "is", "c")));
	const struct pk_meaning_event *event = pk_meaning_find(meaning, 11);
	assert_int_equal(event->blocks.len, 3);
	assert_int_equal(event->blocks.items[0].element, 1);
	assert_int_equal(event->blocks.items[1].element, 2);
	assert_int_equal(event->blocks.items[2].element, 0);
	assert_false(event->rest_logged);
}

static void the_rest_is_the_default_or_the_complement_of_one_element(void **state)
{
	assert_true(pk_meaning_find(meaning_of(*state, ""), 1)->rest_logged);
	assert_false(pk_meaning_find(meaning_of(*state, ""), 11)->rest_logged);
	assert_true(pk_meaning_find(meaning_of(*state, FILE_EXCLUDE("")), 11)->rest_logged);
	assert_false(pk_meaning_find(meaning_of(*state, FILE_EXCLUDE("") FILE_EXCLUDE("")), 11)
			     ->rest_logged);
}

static void the_name_is_that_of_the_last_filter(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		AND(FILE_INCLUDE(NAMED("Image", "is", "x", "a") NAMED("User", "is", "y", "b"))));
	assert_string_equal(clause_at(meaning, 11, 0)->name, "y");
}

static void an_element_with_too_many_combinations_is_opaque(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const char *filters = "";
	static const char *const fields[] = {"Image", "User", "TargetFilename"};
	for (int i = 0; i < 60; i++)
		filters = pk_arena_printf(fixture->arena,
			"%s<%s name=\"n%d\" condition=\"is\">%d</%s>", filters, fields[i % 3], i, i,
			fields[i % 3]);
	const struct pk_meaning *meaning = meaning_of(
		fixture, pk_arena_printf(fixture->arena, AND(FILE_INCLUDE("%s")), filters));
	assert_true(pk_meaning_find(meaning, 11)->blocks.items[0].opaque);
	assert_int_equal(clauses_of(meaning, 11), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_filter_of_an_or_element_is_a_clause),
		TEST(fields_of_an_and_element_are_questions_of_one_clause),
		TEST(neighbours_on_one_field_of_an_and_element_are_one_question),
		TEST(an_and_rule_is_one_clause_and_an_or_rule_one_for_each_filter),
		TEST(lists_become_answers_or_questions),
		TEST(order_and_case_do_not_matter),
		TEST(two_is_not_on_one_field_of_an_and_element_ask_nothing),
		TEST(a_field_that_an_event_lacks_never_matches),
		TEST(excludes_are_asked_first_and_later_elements_before_earlier),
		TEST(the_rest_is_the_default_or_the_complement_of_one_element),
		TEST(the_name_is_that_of_the_last_filter),
		TEST(an_element_with_too_many_combinations_is_opaque),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Made-up events: they fulfil the wish and look like what Sysmon writes. */
#include "tests/unit/meaning_fixture.h"

/* An event on which the first clause holds and the others do not; its Image. */
static const char *image_of(struct sysmon_fixture *fixture, const char *filters)
{
	const struct pk_meaning *meaning = meaning_of(
		fixture, pk_arena_printf(fixture->arena, OR(FILE_INCLUDE("%s")), filters));
	const struct pk_meaning_event *event = pk_meaning_find(meaning, 11);
	const struct pk_block *block = &event->blocks.items[0];
	const struct pk_clause *holds = &block->clauses.items[0];
	PK_LIST(const struct pk_clause *) fails = {0};
	for (size_t i = 1; i < block->clauses.len; i++)
		*pk_list_push(fixture->arena, &fails) = &block->clauses.items[i];

	struct pk_engine_event witness;
	const struct pk_wish wish = {.event = event,
		.holds = &holds,
		.holds_count = 1,
		.fails = fails.items,
		.fails_count = fails.len};
	if (!pk_witness_find(fixture->arena, &witness, &wish))
		return NULL;
	assert_true(pk_clause_holds(holds, &witness));
	for (size_t i = 0; i < fails.len; i++)
		assert_false(pk_clause_holds(fails.items[i], &witness));
	for (size_t i = 0; i < event->event->field_count; i++)
		assert_non_null(witness.values[i]);
	return witness.values[4];
}

static void texts_look_like_paths(void **state)
{
	assert_string_equal(
		image_of(*state, FILTER("Image", "image", "cmd.exe")), "C:\\Data\\cmd.exe");
	assert_string_equal(image_of(*state, FILTER("Image", "contains", "\\Temp\\")),
		"C:\\Data\\Temp\\run.exe");
	assert_string_equal(image_of(*state, FILTER("Image", "begin with", "E:\\Tools\\")),
		"E:\\Tools\\run.exe");
}

static void what_begins_contains_and_ends_is_put_together(void **state)
{
	assert_string_equal(image_of(*state,
				    RULE("and",
					    FILTER("Image", "begin with", "C:\\Users\\") FILTER(
						    "Image", "contains", "\\AppData\\")
						    FILTER("Image", "end with", "\\x.exe"))),
		"C:\\Users\\AppData\\x.exe");
}

static void parts_overlap_where_nothing_else_is_left(void **state)
{
	assert_string_equal(image_of(*state,
				    RULE("and",
					    FILTER("Image", "begin with", "ab")
						    FILTER("Image", "end with", "bc")
							    FILTER("Image", "excludes", "bb"))),
		"abc");
}

static void clauses_that_must_fail_are_avoided(void **state)
{
	const char *image = image_of(*state,
		FILTER("Image", "end with", ".exe") FILTER("Image", "begin with", "C:\\") FILTER(
			"Image", "begin with", "D:\\") FILTER("TargetFilename", "contains", "\\"));
	assert_non_null(image);
}

static void an_answer_that_others_do_not_eat_is_chosen(void **state)
{
	assert_non_null(image_of(*state,
		FILTER("Image", "contains any", "aa;bb;cc;dd;ee")
			FILTER("Image", "contains any", "aa;bb;cc;ee")));
}

static void bounds_of_order_are_kept(void **state)
{
	const char *image = image_of(*state,
		RULE("and",
			FILTER("Image", "more than", "443") FILTER("Image", "less than", "445")));
	assert_non_null(image);
}

static void a_contradiction_has_no_witness(void **state)
{
	assert_null(image_of(
		*state, FILTER("Image", "contains", "abc") FILTER("Image", "contains", "b")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_look_like_paths),
		TEST(what_begins_contains_and_ends_is_put_together),
		TEST(parts_overlap_where_nothing_else_is_left),
		TEST(clauses_that_must_fail_are_avoided),
		TEST(an_answer_that_others_do_not_eat_is_chosen),
		TEST(bounds_of_order_are_kept),
		TEST(a_contradiction_has_no_witness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

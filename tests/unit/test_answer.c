/* Answers of servers, which may be anything. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "templates/model/answer.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static const struct pk_node *read_answer(struct fixture *fixture, const char *text)
{
	return pk_json_read(source_from_text(fixture->arena, text), &fixture->diags);
}

static void a_path_leads_through_mappings(void **state)
{
	const struct pk_node *answer =
		read_answer(*state, "{\"error\":{\"reason\":\"busy\",\"cause\":{\"a.b\":7}}}");
	assert_string_equal(pk_answer_text(answer, "error/reason"), "busy");
	assert_string_equal(pk_answer_text(answer, "error/cause/a.b"), "7");
	assert_ptr_equal(pk_answer_find(answer, ""), answer);
	assert_ptr_equal(pk_answer_find(pk_answer_find(answer, "error"), "cause"),
		pk_answer_find(answer, "error/cause"));
}

static void what_is_not_there_is_no_mistake(void **state)
{
	const struct pk_node *answer = read_answer(*state, "{\"error\":\"text\",\"list\":[1]}");
	assert_null(pk_answer_find(NULL, "error"));
	assert_null(pk_answer_find(answer, "err"));
	assert_null(pk_answer_find(answer, "errors"));
	assert_null(pk_answer_find(answer, "error/reason"));
	assert_null(pk_answer_find(answer, "list/0"));
	assert_string_equal(pk_answer_text(answer, "error/reason"), "");
	assert_string_equal(pk_answer_text(NULL, "error"), "");
}

static void only_scalars_have_a_text(void **state)
{
	const struct pk_node *answer = read_answer(
		*state, "{\"null\":null,\"no\":false,\"number\":1.5,\"list\":[],\"map\":{}}");
	assert_string_equal(pk_answer_text(answer, "null"), "");
	assert_string_equal(pk_answer_text(answer, "no"), "false");
	assert_string_equal(pk_answer_text(answer, "number"), "1.5");
	assert_string_equal(pk_answer_text(answer, "list"), "");
	assert_string_equal(pk_answer_text(answer, "map"), "");
}

static void only_numbers_are_numbers(void **state)
{
	const struct pk_node *answer =
		read_answer(*state, "{\"whole\":3,\"part\":0.5,\"text\":\"3\"}");
	assert_true(pk_answer_number(answer, "whole") == 3);
	assert_true(pk_answer_number(answer, "part") == 0.5);
	assert_true(pk_answer_number(answer, "text") == 0);
	assert_true(pk_answer_number(answer, "none") == 0);
}

static void a_list_is_a_list(void **state)
{
	const struct pk_node *answer =
		read_answer(*state, "{\"hits\":{\"hits\":[]},\"total\":{\"value\":0}}");
	assert_non_null(pk_answer_list(answer, "hits/hits"));
	assert_null(pk_answer_list(answer, "hits"));
	assert_null(pk_answer_list(answer, "total/value"));
	assert_null(pk_answer_list(NULL, "hits"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_path_leads_through_mappings, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_no_mistake, setup, teardown),
		cmocka_unit_test_setup_teardown(only_scalars_have_a_text, setup, teardown),
		cmocka_unit_test_setup_teardown(only_numbers_are_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(a_list_is_a_list, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

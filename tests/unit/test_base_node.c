#include "tests/unit/test.h"

#include "base/node.h"
#include "base/yaml.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const struct pk_node *map;
};

static int setup(void **state)
{
	static const char text[] = "text: abc\n"
				   "number: 42\n"
				   "version: 1.5\n"
				   "minus: -1\n"
				   "huge: 18446744073709551615\n"
				   "flag: true\n"
				   "nothing:\n"
				   "list: [a]\n"
				   "map: {a: b}\n";
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->map = pk_yaml_read(source_from_text(arena, text), &fixture->diags);
	*state = fixture;
	return fixture->map == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static void keys_and_values_are_found_by_name(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(pk_node_find(fixture->map, "text")->text, "abc");
	assert_place(pk_node_find_key(fixture->map, "number")->span, 2, 1);
	assert_null(pk_node_find(fixture->map, "Text"));
	assert_null(pk_node_find_key(fixture->map, "none"));
	assert_null(pk_node_find(pk_node_find(fixture->map, "list"), "a"));
}

static void text_is_any_scalar_as_written(void **state)
{
	struct fixture *fixture = *state;
	const char *text = NULL;
	assert_true(pk_node_get_text(&text, fixture->map, "text", &fixture->diags));
	assert_string_equal(text, "abc");
	assert_true(pk_node_get_text(&text, fixture->map, "version", &fixture->diags));
	assert_string_equal(text, "1.5");
	assert_true(pk_node_get_text(&text, fixture->map, "flag", &fixture->diags));
	assert_string_equal(text, "true");
	assert_true(pk_node_get_text(&text, fixture->map, "none", &fixture->diags));
	assert_string_equal(text, "true");
	assert_int_equal(fixture->diags.all.len, 0);
}

static void what_is_no_text_is_reported_with_its_place(void **state)
{
	struct fixture *fixture = *state;
	const char *text = "before";
	assert_false(pk_node_get_text(&text, fixture->map, "list", &fixture->diags));
	assert_one_finding(&fixture->diags, PK_NODE_WRONG_KIND, 8, 7);
	assert_false(pk_node_get_text(&text, fixture->map, "nothing", &fixture->diags));
	assert_false(pk_node_get_text(&text, fixture->map, "map", &fixture->diags));
	assert_string_equal(text, "before");
	assert_int_equal(fixture->diags.errors, 3);
}

static void numbers_reach_to_the_end_of_64_bits(void **state)
{
	struct fixture *fixture = *state;
	uint64_t number = 0;
	assert_true(pk_node_get_u64(&number, fixture->map, "number", &fixture->diags));
	assert_int_equal(number, 42);
	assert_true(pk_node_get_u64(&number, fixture->map, "huge", &fixture->diags));
	assert_true(number == UINT64_MAX);
	assert_true(pk_node_get_u64(&number, fixture->map, "none", &fixture->diags));
	assert_true(number == UINT64_MAX);
}

static void what_is_no_whole_number_is_reported(void **state)
{
	static const char *const keys[] = {"minus", "version", "text", "flag", "nothing", "list"};
	struct fixture *fixture = *state;
	uint64_t number = 7;
	for (size_t i = 0; i < 6; i++)
		assert_false(pk_node_get_u64(&number, fixture->map, keys[i], &fixture->diags));
	assert_int_equal(number, 7);
	assert_int_equal(fixture->diags.errors, 6);
	assert_place(fixture->diags.all.items[0].span, 4, 8);
}

static void only_true_and_false_are_flags(void **state)
{
	struct fixture *fixture = *state;
	bool flag = false;
	assert_true(pk_node_get_bool(&flag, fixture->map, "flag", &fixture->diags));
	assert_true(flag);
	assert_true(pk_node_get_bool(&flag, fixture->map, "none", &fixture->diags));
	assert_true(flag);
	assert_false(pk_node_get_bool(&flag, fixture->map, "number", &fixture->diags));
	assert_one_finding(&fixture->diags, PK_NODE_WRONG_KIND, 2, 9);
}

static void collections_are_given_or_null(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *node = fixture->map;
	assert_true(pk_node_get_list(&node, fixture->map, "list", &fixture->diags));
	assert_int_equal(node->kind, PK_NODE_LIST);
	assert_true(pk_node_get_map(&node, fixture->map, "map", &fixture->diags));
	assert_int_equal(node->kind, PK_NODE_MAP);
	assert_true(pk_node_get_map(&node, fixture->map, "none", &fixture->diags));
	assert_null(node);
	assert_false(pk_node_get_map(&node, fixture->map, "list", &fixture->diags));
	assert_false(pk_node_get_list(&node, fixture->map, "text", &fixture->diags));
	assert_int_equal(fixture->diags.errors, 2);
}

static void unknown_keys_are_all_reported_with_the_nearest(void **state)
{
	static const char *const known[] = {
		"text", "numbers", "version", "minus", "huge", "flag", "nothing", "list"};
	struct fixture *fixture = *state;
	assert_false(
		pk_node_check_keys(fixture->map, known, 8, PK_NODE_WRONG_KIND, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_place(fixture->diags.all.items[0].span, 2, 1);
	assert_string_equal(fixture->diags.all.items[0].hint, "write 'numbers'");
	assert_place(fixture->diags.all.items[1].span, 9, 1);
}

static void known_keys_are_not_reported(void **state)
{
	static const char *const known[] = {
		"map", "text", "number", "version", "minus", "huge", "flag", "nothing", "list"};
	struct fixture *fixture = *state;
	assert_true(
		pk_node_check_keys(fixture->map, known, 9, PK_NODE_WRONG_KIND, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void expecting_a_kind_names_both(void **state)
{
	struct fixture *fixture = *state;
	assert_true(pk_node_expect(fixture->map, PK_NODE_MAP, "file", &fixture->diags));
	assert_false(pk_node_expect(fixture->map, PK_NODE_LIST, "file", &fixture->diags));
	assert_string_equal(
		fixture->diags.all.items[0].message, "'file' must be a list, not a mapping");
}

#define NODE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(keys_and_values_are_found_by_name),
		NODE_TEST(text_is_any_scalar_as_written),
		NODE_TEST(what_is_no_text_is_reported_with_its_place),
		NODE_TEST(numbers_reach_to_the_end_of_64_bits),
		NODE_TEST(what_is_no_whole_number_is_reported),
		NODE_TEST(only_true_and_false_are_flags),
		NODE_TEST(collections_are_given_or_null),
		NODE_TEST(unknown_keys_are_all_reported_with_the_nearest),
		NODE_TEST(known_keys_are_not_reported),
		NODE_TEST(expecting_a_kind_names_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Lists as the tables of stacks write them. */
#include "tests/unit/test.h"

#include "templates/model/piece.h"

static void assert_items(const char *list, const char *const *wanted)
{
	struct pk_piece rest = pk_piece_of(list);
	struct pk_piece item;
	for (; *wanted != NULL; wanted++) {
		assert_true(pk_piece_next(&item, &rest));
		assert_true(pk_piece_equal(item, *wanted));
	}
	assert_false(pk_piece_next(&item, &rest));
	assert_int_equal(rest.len, 0);
}

static void a_list_has_its_items(void **state)
{
	(void)state;
	assert_items("file", (const char *const[]){"file", NULL});
	assert_items("file|process", (const char *const[]){"file", "process", NULL});
}

static void what_is_empty_is_no_item(void **state)
{
	(void)state;
	assert_items(NULL, (const char *const[]){NULL});
	assert_items("", (const char *const[]){NULL});
	assert_items("||", (const char *const[]){NULL});
	assert_items("|a||b|", (const char *const[]){"a", "b", NULL});
}

static void nothing_is_read_behind_the_end(void **state)
{
	static const char text[] = {'a', '|', 'b', 'c'};
	struct pk_piece rest = {text, 3};
	struct pk_piece item;
	(void)state;
	assert_true(pk_piece_next(&item, &rest));
	assert_true(pk_piece_next(&item, &rest));
	assert_true(pk_piece_equal(item, "b"));
	assert_false(pk_piece_next(&item, &rest));
	rest = (struct pk_piece){text, sizeof(text)};
	assert_true(pk_piece_next(&item, &rest));
	assert_true(pk_piece_next(&item, &rest));
	assert_true(pk_piece_equal(item, "bc"));
}

static void what_was_found_stays_at_the_end(void **state)
{
	struct pk_piece rest = pk_piece_of("a");
	struct pk_piece item;
	(void)state;
	assert_true(pk_piece_next(&item, &rest));
	assert_false(pk_piece_next(&item, &rest));
	assert_true(pk_piece_equal(item, "a"));
}

static void pairs_are_divided_at_the_first_sign(void **state)
{
	struct pk_piece rest = pk_piece_of("event.outcome=success|note=a=b|bare");
	struct pk_piece name;
	struct pk_piece value;
	(void)state;
	assert_true(pk_piece_next_pair(&name, &value, &rest));
	assert_true(pk_piece_equal(name, "event.outcome"));
	assert_true(pk_piece_equal(value, "success"));
	assert_true(pk_piece_next_pair(&name, &value, &rest));
	assert_true(pk_piece_equal(name, "note"));
	assert_true(pk_piece_equal(value, "a=b"));
	assert_true(pk_piece_next_pair(&name, &value, &rest));
	assert_true(pk_piece_equal(name, "bare"));
	assert_int_equal(value.len, 0);
	assert_false(pk_piece_next_pair(&name, &value, &rest));
}

static void only_the_whole_text_is_equal(void **state)
{
	(void)state;
	assert_true(pk_piece_equal((struct pk_piece){"abc", 2}, "ab"));
	assert_false(pk_piece_equal((struct pk_piece){"abc", 2}, "abc"));
	assert_false(pk_piece_equal((struct pk_piece){"abc", 2}, "a"));
	assert_false(pk_piece_equal((struct pk_piece){"abc", 2}, "ac"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_its_items),
		cmocka_unit_test(what_is_empty_is_no_item),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(what_was_found_stays_at_the_end),
		cmocka_unit_test(pairs_are_divided_at_the_first_sign),
		cmocka_unit_test(only_the_whole_text_is_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

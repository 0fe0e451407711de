/* Arena, list, buffer and map: what everything else is built on. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"

static void arena_gives_zeroed_aligned_memory_of_every_size(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	size_t sizes[] = {0, 1, 15, 16, 17, 4000, 70000, 1 << 20, 5 << 20, 3};
	size_t sum = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *memory = pk_arena_alloc(arena, sizes[i]);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(memory[j], 0);
		memset(memory, 0xff, sizes[i]);
		sum += sizes[i];
	}
	assert_int_equal(pk_arena_used(arena), sum);
}

static void arena_keeps_what_was_allocated_before(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	enum { COUNT = 50000 };
	uint32_t **numbers = PK_NEW_ARRAY(arena, uint32_t *, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		numbers[i] = PK_NEW(arena, uint32_t);
		*numbers[i] = i;
	}
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(*numbers[i], i);
}

static void arena_copies_and_prints_text(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_string_equal(pk_arena_strdup(arena, "text"), "text");
	assert_string_equal(pk_arena_strndup(arena, "text", 2), "te");
	assert_string_equal(pk_arena_strndup(arena, "", 0), "");
	assert_memory_equal(pk_arena_strndup(arena, "a\0b", 3), "a\0b", 4);
	assert_string_equal(pk_arena_printf(arena, "%s-%05d", "x", 42), "x-00042");

	char *wide = pk_arena_printf(arena, "%100000d", 7);
	assert_int_equal(strlen(wide), 100000);
}

static void arena_of_nothing_can_be_destroyed(void **state)
{
	(void)state;
	pk_arena_destroy(NULL);
	pk_arena_destroy(pk_arena_create());
}

struct number {
	size_t value;
	size_t unset;
};

static void list_grows_and_gives_zeroed_items(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_LIST(struct number) list = {0};
	for (size_t i = 0; i < 1000; i++) {
		struct number *number = pk_list_push(arena, &list);
		assert_int_equal(number->value, 0);
		number->value = i;
	}
	assert_int_equal(list.len, 1000);
	for (size_t i = 0; i < list.len; i++) {
		assert_int_equal(list.items[i].value, i);
		assert_int_equal(list.items[i].unset, 0);
	}
}

static void list_zeroes_an_item_that_was_taken_back(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_LIST(struct number) list = {0};
	pk_list_push(arena, &list)->value = 7;
	list.len--;
	assert_int_equal(pk_list_push(arena, &list)->value, 0);
}

static void buffer_grows_and_stays_terminated(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "ab");
	pk_buf_putc(&buf, 'c');
	pk_buf_put(&buf, "d\0e", 3);
	assert_int_equal(buf.len, 6);
	assert_memory_equal(buf.data, "abcd\0e", 7);
	pk_buf_printf(&buf, "%1000d", 5);
	assert_int_equal(buf.len, 1006);
	assert_int_equal(strlen(buf.data + 5), 1001);
}

static void buffer_appends_zeros_and_says_where(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "abc");
	assert_int_equal(pk_buf_zeros(&buf, 4), 3);
	pk_buf_putc(&buf, 'd');
	assert_memory_equal(buf.data, "abc\0\0\0\0d", 9);
	pk_buf_finish(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
}

static void buffer_of_nothing_is_empty_text(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "");
	assert_string_equal(buf.data, "");
}

static void map_finds_what_was_set_and_nothing_else(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_map map = {0};
	assert_null(pk_map_find(&map, "key"));
	enum { COUNT = 10000 };
	int *values = PK_NEW_ARRAY(arena, int, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_null(pk_map_set(arena, &map, pk_arena_printf(arena, "k%d", i), &values[i]));
	assert_int_equal(map.len, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_ptr_equal(pk_map_find(&map, pk_arena_printf(arena, "k%d", i)), &values[i]);
	assert_null(pk_map_find(&map, "k10000"));
	assert_null(pk_map_find(&map, ""));
	assert_null(pk_map_find(&map, "K1"));
}

static void map_gives_the_value_that_was_there_before(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_map map = {0};
	int first = 1;
	int second = 2;
	assert_null(pk_map_set(arena, &map, "key", &first));
	assert_ptr_equal(pk_map_set(arena, &map, "key", &second), &first);
	assert_ptr_equal(pk_map_find(&map, "key"), &second);
	assert_int_equal(map.len, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory_of_every_size),
		cmocka_unit_test(arena_keeps_what_was_allocated_before),
		cmocka_unit_test(arena_copies_and_prints_text),
		cmocka_unit_test(arena_of_nothing_can_be_destroyed),
		cmocka_unit_test(list_grows_and_gives_zeroed_items),
		cmocka_unit_test(list_zeroes_an_item_that_was_taken_back),
		cmocka_unit_test(buffer_grows_and_stays_terminated),
		cmocka_unit_test(buffer_appends_zeros_and_says_where),
		cmocka_unit_test(buffer_of_nothing_is_empty_text),
		cmocka_unit_test(map_finds_what_was_set_and_nothing_else),
		cmocka_unit_test(map_gives_the_value_that_was_there_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

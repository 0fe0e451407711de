/* The cache of what was found in a text: what is known, and what is never claimed to be. */
#include "tests/unit/test.h"

#include <string.h>

#include "generators/engine/match_cache.h"

static const int hits[PK_CACHED_HITS_MAX + 1];

static struct pk_match_entry *slot(struct pk_match_cache *cache, uint32_t place, const char *text)
{
	return pk_match_cache_slot(cache, place, text, strlen(text));
}

static void what_was_found_is_known_the_next_time(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_match_cache *cache = pk_match_cache_make(arena);
	struct pk_match_entry *entry = slot(cache, 1, "a.exe");
	(void)state;
	assert_non_null(entry);
	assert_false(entry->known);
	pk_match_entry_add(entry, &hits[0]);
	pk_match_entry_keep(entry, true);

	entry = slot(cache, 1, "a.exe");
	assert_true(entry->known);
	assert_int_equal(entry->count, 1);
	assert_ptr_equal(entry->hits[0], &hits[0]);
}

static void another_text_or_place_is_not_known(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_match_cache *cache = pk_match_cache_make(arena);
	(void)state;
	pk_match_entry_keep(slot(cache, 1, "a.exe"), true);
	struct pk_match_entry *entry = slot(cache, 2, "a.exe");
	assert_false(entry->known);
	pk_match_entry_keep(entry, true);
	entry = slot(cache, 1, "A.exe");
	assert_false(entry->known);
}

static void a_text_that_is_being_searched_is_not_given_twice(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_match_cache *cache = pk_match_cache_make(arena);
	(void)state;
	struct pk_match_entry *entry = slot(cache, 1, "a.exe");
	assert_null(slot(cache, 1, "a.exe"));
	pk_match_entry_keep(entry, false);
	entry = slot(cache, 1, "a.exe");
	assert_false(entry->known); /* the search before was not whole */
}

static void too_many_hits_are_not_kept(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_match_cache *cache = pk_match_cache_make(arena);
	(void)state;
	struct pk_match_entry *entry = slot(cache, 1, "a.exe");
	for (size_t i = 0; i < PK_CACHED_HITS_MAX; i++)
		pk_match_entry_add(entry, &hits[i]);
	pk_match_entry_keep(entry, true);
	assert_true(entry->known);

	entry = slot(cache, 1, "b.exe");
	for (size_t i = 0; i <= PK_CACHED_HITS_MAX; i++)
		pk_match_entry_add(entry, &hits[i]);
	pk_match_entry_keep(entry, true);
	assert_false(entry->known);
}

static void texts_up_to_the_limit_are_kept(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_match_cache *cache = pk_match_cache_make(arena);
	char text[PK_CACHED_TEXT_MAX + 1];
	(void)state;
	memset(text, 'x', sizeof(text));
	assert_null(pk_match_cache_slot(cache, 1, text, sizeof(text)));
	for (size_t len = 0; len < sizeof(text); len += 31) {
		struct pk_match_entry *entry = pk_match_cache_slot(cache, 1, text, len);
		assert_non_null(entry);
		pk_match_entry_keep(entry, true);
		assert_true(pk_match_cache_slot(cache, 1, text, len)->known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_found_is_known_the_next_time),
		cmocka_unit_test(another_text_or_place_is_not_known),
		cmocka_unit_test(a_text_that_is_being_searched_is_not_given_twice),
		cmocka_unit_test(too_many_hits_are_not_kept),
		cmocka_unit_test(texts_up_to_the_limit_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Patterns of paths. */
#include "tests/unit/test.h"

#include "base/glob.h"

static void a_star_stays_in_its_name(void **state)
{
	(void)state;
	assert_true(pk_glob_match("rules/*.yaml", "rules/a.yaml"));
	assert_true(pk_glob_match("rules/*.yaml", "rules/.yaml"));
	assert_true(pk_glob_match("*a*b*", "xaxbx"));
	assert_false(pk_glob_match("rules/*.yaml", "rules/sub/a.yaml"));
	assert_false(pk_glob_match("rules/*", "rules"));
	assert_false(pk_glob_match("*", "a/b"));
	assert_false(pk_glob_match("*a", "ab"));
}

static void two_stars_cross_folders(void **state)
{
	(void)state;
	assert_true(pk_glob_match("**", "a/b/c"));
	assert_true(pk_glob_match("keys/**", "keys/a"));
	assert_true(pk_glob_match("keys/**", "keys/a/b"));
	assert_false(pk_glob_match("keys/**", "keys"));
	assert_false(pk_glob_match("keys/**", "keysa/b"));
	assert_true(pk_glob_match("**/*.c", "a.c"));
	assert_true(pk_glob_match("**/*.c", "x/y/a.c"));
	assert_false(pk_glob_match("**/a.c", "xa.c"));
	assert_true(pk_glob_match("a/**/b", "a/b"));
	assert_true(pk_glob_match("a/**/b", "a/x/y/b"));
	assert_false(pk_glob_match("a/**/b", "a/x/yb"));
	assert_true(pk_glob_match("**/b/**/d", "a/b/c/b/x/d"));
}

static void other_characters_are_themselves(void **state)
{
	(void)state;
	assert_true(pk_glob_match("a?c", "abc"));
	assert_false(pk_glob_match("a?c", "a/c"));
	assert_false(pk_glob_match("a?c", "ac"));
	assert_true(pk_glob_match("[a]", "[a]"));
	assert_true(pk_glob_match("\\*", "*"));
	assert_false(pk_glob_match("\\*", "a"));
	assert_true(pk_glob_match("a\nb*", "a\nb\n"));
	assert_false(pk_glob_match("keys/a", "keys/A"));
	assert_false(pk_glob_match("keys/a", "keys/ab"));
}

static void faults_are_found(void **state)
{
	static const char *const wrong[] = {
		"", "/a", "a/", "a//b", "a/../b", "./a", ".", "..", "a**", "**b/c", "***", "a\\"};
	static const char *const right[] = {"a", "**", "a/**/b", "*", "...", ".a", "a\\*", "**/**"};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(pk_glob_fault(wrong[i]));
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_null(pk_glob_fault(right[i]));
}

static void hard_patterns_take_no_longer(void **state)
{
	enum { LEN = 4000, STARS = 500 };
	char path[LEN + 1];
	char pattern[2 * STARS + 2];
	(void)state;
	memset(path, 'a', LEN);
	path[LEN] = '\0';
	for (size_t i = 0; i < STARS; i++) {
		pattern[2 * i] = '*';
		pattern[2 * i + 1] = 'a';
	}
	memcpy(pattern + sizeof(pattern) - 2, "b", 2);
	assert_null(pk_glob_fault(pattern));
	assert_false(pk_glob_match(pattern, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_star_stays_in_its_name),
		cmocka_unit_test(two_stars_cross_folders),
		cmocka_unit_test(other_characters_are_themselves),
		cmocka_unit_test(faults_are_found),
		cmocka_unit_test(hard_patterns_take_no_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

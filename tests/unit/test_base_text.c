#include "tests/unit/test.h"

#include <math.h>

#include "base/text.h"

static void comparing_without_case_is_about_a_to_z_only(void **state)
{
	(void)state;
	assert_true(pk_text_equal("a", "a"));
	assert_false(pk_text_equal("a", "A"));
	assert_true(pk_text_equal_nocase("RuleGroup", "rulegroup"));
	assert_false(pk_text_equal_nocase("rule", "rules"));
	assert_false(pk_text_equal_nocase("rules", "rule"));
	assert_false(pk_text_equal_nocase("@", "`"));
	assert_false(pk_text_equal_nocase("\xc3\x84", "\xc3\xa4"));
	assert_true(pk_text_equal_nocase("", ""));
}

static void starts_and_ends_look_at_whole_prefixes(void **state)
{
	(void)state;
	assert_true(pk_text_starts("PK0001", "PK"));
	assert_true(pk_text_starts("PK", ""));
	assert_false(pk_text_starts("P", "PK"));
	assert_true(pk_text_ends("a.yaml", ".yaml"));
	assert_false(pk_text_ends("yaml", ".yaml"));
	assert_true(pk_text_ends("a", ""));
}

static void finding_without_case_gives_the_first_place(void **state)
{
	(void)state;
	const char *text = "one TWO two";
	assert_ptr_equal(pk_text_find_nocase(text, "two"), text + 4);
	assert_ptr_equal(pk_text_find_nocase(text, ""), text);
	assert_null(pk_text_find_nocase(text, "three"));
	assert_null(pk_text_find_nocase("", "x"));
	assert_null(pk_text_find_nocase(text, "o two two"));
}

static void whole_numbers_are_read_up_to_their_limits(void **state)
{
	(void)state;
	uint64_t u = 0;
	int64_t i = 0;
	assert_true(pk_text_parse_u64(&u, "18446744073709551615"));
	assert_true(u == UINT64_MAX);
	assert_true(pk_text_parse_u64(&u, "007"));
	assert_int_equal(u, 7);
	assert_true(pk_text_parse_i64(&i, "-9223372036854775808"));
	assert_true(i == INT64_MIN);
	assert_true(pk_text_parse_u64_any(&u, "0xFf"));
	assert_int_equal(u, 255);
	assert_true(pk_text_parse_u64_any(&u, "10"));
	assert_int_equal(u, 10);
}

static void what_is_no_whole_number_leaves_the_output_alone(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " 1", "1 ", "+1", "-", "1.0", "0x", "0xg", "0x-1",
		"0x0x1", "99999999999999999999", "0x10000000000000000", "one"};
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		uint64_t u = 42;
		int64_t i = 42;
		assert_false(pk_text_parse_u64(&u, bad[k]));
		assert_false(pk_text_parse_i64(&i, bad[k]));
		assert_false(pk_text_parse_u64_any(&u, bad[k]));
		assert_int_equal(u, 42);
		assert_int_equal(i, 42);
	}
	uint64_t u = 42;
	assert_false(pk_text_parse_u64(&u, "-1"));
	assert_false(pk_text_parse_u64(&u, "0x1"));
}

static void doubles_are_read_as_far_as_they_go(void **state)
{
	(void)state;
	double d = 0;
	size_t used = 9;
	assert_true(pk_text_parse_double(&d, &used, " 4.5x"));
	assert_true(d == 4.5);
	assert_int_equal(used, 4);
	assert_true(pk_text_parse_double(&d, &used, "4,5"));
	assert_int_equal(used, 1);
	assert_true(pk_text_parse_double(&d, &used, "none"));
	assert_int_equal(used, 0);
	assert_true(pk_text_parse_double(&d, &used, "inf"));
	assert_true(isinf(d));
	d = 1;
	assert_false(pk_text_parse_double(&d, &used, "1e999"));
	assert_true(d == 1);
}

static void distance_counts_slips_of_the_hand(void **state)
{
	(void)state;
	assert_int_equal(pk_text_distance("image", "Image", 3), 0);
	assert_int_equal(pk_text_distance("imgae", "image", 3), 1);
	assert_int_equal(pk_text_distance("imag", "image", 3), 1);
	assert_int_equal(pk_text_distance("imagee", "image", 3), 1);
	assert_int_equal(pk_text_distance("imige", "image", 3), 1);
	assert_int_equal(pk_text_distance("", "abc", 3), 3);
	assert_int_equal(pk_text_distance("kitten", "sitting", 9), 3);
	assert_int_equal(pk_text_distance("kitten", "sitting", 2), 3);
	assert_int_equal(pk_text_distance("abc", "xyzuvw", 2), 3);
}

static void distance_of_long_texts_is_bounded(void **state)
{
	(void)state;
	char a[1000];
	char b[1000];
	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[999] = '\0';
	b[999] = '\0';
	assert_int_equal(pk_text_distance(a, b, 5), 6);
	assert_int_equal(pk_text_distance(a, a, 5), 0);
}

static void nearest_gives_what_was_meant_or_nothing(void **state)
{
	(void)state;
	static const char *const names[] = {"Image", "ImageLoaded", "CommandLine", "User", "id"};
	assert_string_equal(pk_text_nearest("imag", names, 5), "Image");
	assert_string_equal(pk_text_nearest("ComandLine", names, 5), "CommandLine");
	assert_string_equal(pk_text_nearest("user", names, 5), "User");
	assert_null(pk_text_nearest("Hashes", names, 5));
	assert_null(pk_text_nearest("xx", names, 5));
	assert_null(pk_text_nearest("Image", names, 0));
}

static void utf8_is_decoded_strictly(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t used;
		uint32_t c;
	} rows[] = {
		{"a", 1, 'a'},
		{"\xc3\xa4", 2, 0xe4},
		{"\xe2\x82\xac", 3, 0x20ac},
		{"\xf0\x9f\x98\x80", 4, 0x1f600},
		{"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
		{"\x80", 0, 0},		    /* continuation alone */
		{"\xc0\x80", 0, 0},	    /* overlong NUL */
		{"\xc1\xbf", 0, 0},	    /* overlong */
		{"\xe0\x80\x80", 0, 0},	    /* overlong */
		{"\xf0\x80\x80\x80", 0, 0}, /* overlong */
		{"\xed\xa0\x80", 0, 0},	    /* surrogate */
		{"\xf4\x90\x80\x80", 0, 0}, /* above 10FFFF */
		{"\xf5\x80\x80\x80", 0, 0},
		{"\xff", 0, 0},
		{"\xe2\x82", 0, 0}, /* cut off */
		{"\xc3x", 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t c = 0;
		size_t len = strlen(rows[i].text);
		assert_int_equal(pk_utf8_decode(&c, rows[i].text, len), rows[i].used);
		assert_int_equal(c, rows[i].c);
		assert_int_equal(pk_utf8_valid(rows[i].text, len, NULL), rows[i].used > 0);
	}
	uint32_t c;
	assert_int_equal(pk_utf8_decode(&c, "", 0), 0);
}

static void every_character_is_encoded_and_decoded_alike(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		char bytes[4];
		uint32_t again = 0;
		size_t len = pk_utf8_encode(bytes, c);
		assert_int_equal(pk_utf8_decode(&again, bytes, len), len);
		assert_int_equal(again, c);
	}
}

static void first_bad_byte_is_named(void **state)
{
	(void)state;
	size_t bad = 0;
	assert_false(pk_utf8_valid("ab\xc3\xa4\xff", 5, &bad));
	assert_int_equal(bad, 4);
	assert_true(pk_utf8_valid("a\0b", 3, &bad));
	assert_true(pk_utf8_valid("", 0, &bad));
}

static void utf16_units_are_counted(void **state)
{
	(void)state;
	assert_int_equal(pk_utf8_utf16_len(""), 0);
	assert_int_equal(pk_utf8_utf16_len("a\xc3\xa4\xe2\x82\xac"), 3);
	assert_int_equal(pk_utf8_utf16_len("\xf0\x9f\x98\x80"), 2);
	assert_int_equal(pk_utf8_utf16_len("\xff\xfe"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing_without_case_is_about_a_to_z_only),
		cmocka_unit_test(starts_and_ends_look_at_whole_prefixes),
		cmocka_unit_test(finding_without_case_gives_the_first_place),
		cmocka_unit_test(whole_numbers_are_read_up_to_their_limits),
		cmocka_unit_test(what_is_no_whole_number_leaves_the_output_alone),
		cmocka_unit_test(doubles_are_read_as_far_as_they_go),
		cmocka_unit_test(distance_counts_slips_of_the_hand),
		cmocka_unit_test(distance_of_long_texts_is_bounded),
		cmocka_unit_test(nearest_gives_what_was_meant_or_nothing),
		cmocka_unit_test(utf8_is_decoded_strictly),
		cmocka_unit_test(every_character_is_encoded_and_decoded_alike),
		cmocka_unit_test(first_bad_byte_is_named),
		cmocka_unit_test(utf16_units_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

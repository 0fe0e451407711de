/* schemaversion as Sysmon's parser reads it: a floating-point number with two decimals. */
#include "tests/unit/test.h"

#include "generators/sysmon/sysmon_read.h"

static void assert_version(const char *text, uint32_t want)
{
	uint32_t version = 0;
	assert_int_equal(pk_sysmon_read_version(&version, text), PK_VERSION_GOOD);
	assert_int_equal(version, want);
}

static void assert_reading(const char *text, enum pk_version_reading want)
{
	uint32_t version = 7;
	assert_int_equal(pk_sysmon_read_version(&version, text), want);
	assert_int_equal(version, 7);
}

static void a_plain_version_is_what_it_says(void **state)
{
	(void)state;
	assert_version("4.90", PK_VERSION(4, 90));
	assert_version("4.00", PK_VERSION(4, 0));
}

static void one_decimal_means_tenths(void **state)
{
	(void)state;
	assert_version("4.9", PK_VERSION(4, 90));
	assert_version("4.2", PK_VERSION(4, 20));
	assert_version("4", PK_VERSION(4, 0));
}

static void further_decimals_are_rounded(void **state)
{
	(void)state;
	assert_version("4.905", PK_VERSION(4, 91));
	assert_version("4.904", PK_VERSION(4, 90));
	assert_version("4.999", PK_VERSION(5, 0));
}

static void blanks_before_and_text_behind_the_number_do_not_count(void **state)
{
	(void)state;
	assert_version(" 4.50", PK_VERSION(4, 50));
	assert_version("4.50abc", PK_VERSION(4, 50));
	assert_version("4.50.1", PK_VERSION(4, 50));
}

static void a_comma_ends_the_number(void **state)
{
	(void)state;
	assert_version("4,90", PK_VERSION(4, 0));
}

static void every_form_of_a_c_number_is_taken(void **state)
{
	(void)state;
	assert_version("1e1", PK_VERSION(10, 0));
	assert_version("0x4", PK_VERSION(4, 0));
	assert_version("+4.50", PK_VERSION(4, 50));
}

static void the_largest_version_is_65535(void **state)
{
	(void)state;
	assert_version("65535.0", PK_VERSION(65535, 0));
	assert_reading("65536.0", PK_VERSION_BAD);
}

static void zero_negative_and_infinite_numbers_are_out_of_range(void **state)
{
	(void)state;
	static const char *const texts[] = {"0", "0.0", "-4.90", "nan", "inf", "0.50", "1e40"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_reading(texts[i], PK_VERSION_BAD);
}

static void a_text_without_number_ends_the_parser(void **state)
{
	(void)state;
	static const char *const texts[] = {"", " ", "abc", ".", "v4.90", "\xd9\xa4.\xd9\xa9"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_reading(texts[i], PK_VERSION_NO_NUMBER);
}

static void a_number_beyond_the_machine_ends_the_parser(void **state)
{
	(void)state;
	assert_reading("1e400", PK_VERSION_NO_NUMBER);
	assert_reading("1e-400", PK_VERSION_NO_NUMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_version_is_what_it_says),
		cmocka_unit_test(one_decimal_means_tenths),
		cmocka_unit_test(further_decimals_are_rounded),
		cmocka_unit_test(blanks_before_and_text_behind_the_number_do_not_count),
		cmocka_unit_test(a_comma_ends_the_number),
		cmocka_unit_test(every_form_of_a_c_number_is_taken),
		cmocka_unit_test(the_largest_version_is_65535),
		cmocka_unit_test(zero_negative_and_infinite_numbers_are_out_of_range),
		cmocka_unit_test(a_text_without_number_ends_the_parser),
		cmocka_unit_test(a_number_beyond_the_machine_ends_the_parser),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Points in time as event logs write them. */
#include "tests/unit/test.h"

#include "base/time.h"

static void assert_time(const char *text, int64_t want)
{
	int64_t ms = -1;
	assert_true(pk_time_parse(&ms, text));
	assert_int_equal(ms, want);
}

static void the_time_of_sysmon_is_read(void **state)
{
	(void)state;
	assert_time("1970-01-01 00:00:00.000", 0);
	assert_time("2026-03-04 10:00:01.001", INT64_C(1772618401001));
}

static void the_time_of_the_log_is_read(void **state)
{
	(void)state;
	assert_time("2026-03-04T10:00:01.0019999Z", INT64_C(1772618401001));
	assert_time("2026-03-04T10:00:01Z", INT64_C(1772618401000));
}

static void leap_days_count(void **state)
{
	(void)state;
	assert_time("2024-02-29 00:00:00", INT64_C(1709164800000));
	assert_time("2024-03-01 00:00:00", INT64_C(1709251200000));
	assert_time("2100-03-01 00:00:00", INT64_C(4107542400000));
}

static void other_text_is_no_time(void **state)
{
	static const char *const texts[] = {"", "-", "2026-03-04", "04.03.2026 10:00:01",
		"2026-13-04 10:00:01", "2026-03-00 10:00:01", "2026-03-04 10:00",
		"20260304T100001"};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t ms = 7;
		assert_false(pk_time_parse(&ms, texts[i]));
		assert_int_equal(ms, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_of_sysmon_is_read),
		cmocka_unit_test(the_time_of_the_log_is_read),
		cmocka_unit_test(leap_days_count),
		cmocka_unit_test(other_text_is_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

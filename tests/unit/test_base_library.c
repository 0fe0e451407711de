#include "base/library.h"
#include "tests/unit/test.h"

struct functions {
	unsigned (*version)(void);
	const char *(*say)(void);
};

static void functions_of_a_library_are_found(void **state)
{
	static const struct pk_library_symbol symbols[] = {
		{"gnu_get_libc_version", offsetof(struct functions, say)},
		PK_LIBRARY_SYMBOLS_END,
	};
	struct functions functions = {0};
	(void)state;
	PK_AUTO(pk_library) *library = pk_library_open(&functions, "libc.so.6", symbols);
	assert_non_null(library);
	assert_int_equal(functions.say()[0], '2');
	assert_null(functions.version);
}

static void a_library_that_is_not_there_is_none(void **state)
{
	static const struct pk_library_symbol symbols[] = {PK_LIBRARY_SYMBOLS_END};
	struct functions functions = {0};
	(void)state;
	assert_null(pk_library_open(&functions, "libnothing-of-that-name.so.1", symbols));
}

static void a_library_without_a_function_is_none(void **state)
{
	static const struct pk_library_symbol symbols[] = {
		{"gnu_get_libc_version", offsetof(struct functions, say)},
		{"nothing_of_that_name", offsetof(struct functions, version)},
		PK_LIBRARY_SYMBOLS_END,
	};
	struct functions functions = {0};
	(void)state;
	assert_null(pk_library_open(&functions, "libc.so.6", symbols));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_a_library_are_found),
		cmocka_unit_test(a_library_that_is_not_there_is_none),
		cmocka_unit_test(a_library_without_a_function_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

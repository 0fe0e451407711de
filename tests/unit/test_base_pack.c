#include "tests/unit/test.h"

#include <string.h>

#include "base/pack.h"

/* RFC 1952, section 2.3: magic, deflate, no flags, no time. */
static void the_form_is_that_of_gzip_without_a_time(void **state)
{
	static const char head[] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0};
	PK_BUF_AUTO out = {0};
	(void)state;
	pk_pack_gzip(&out, "hello", 5);
	assert_true(out.len > sizeof(head) + 8);
	assert_memory_equal(out.data, head, sizeof(head));
	/* The length of what was packed stands at the end. */
	assert_int_equal((unsigned char)out.data[out.len - 4], 5);
}

static void equal_bytes_are_packed_equally_behind_what_is_there(void **state)
{
	char bytes[5000];
	PK_BUF_AUTO a = {0};
	PK_BUF_AUTO b = {0};
	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	pk_buf_puts(&a, "before");
	pk_pack_gzip(&a, bytes, sizeof(bytes));
	pk_pack_gzip(&b, bytes, sizeof(bytes));
	assert_true(b.len < 100);
	assert_int_equal(a.len, b.len + strlen("before"));
	assert_memory_equal(a.data, "before", strlen("before"));
	assert_memory_equal(a.data + strlen("before"), b.data, b.len);
}

static void nothing_can_be_packed(void **state)
{
	PK_BUF_AUTO out = {0};
	(void)state;
	pk_pack_gzip(&out, "", 0);
	assert_int_equal(out.len, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_is_that_of_gzip_without_a_time),
		cmocka_unit_test(equal_bytes_are_packed_equally_behind_what_is_there),
		cmocka_unit_test(nothing_can_be_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

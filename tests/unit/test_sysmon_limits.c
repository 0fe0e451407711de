/* Bytes, depths and counts at which Sysmon refuses a file: what no page of a finding can show. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "generators/sysmon/judge.h"

/* Judges `len` bytes and gives the code of the first finding; 0 if there is none. */
static int first_code(const char *bytes, size_t len, bool *rejected_out)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.platform = PK_WINDOWS};
	struct pk_source *source = pk_source_make(arena, "test", bytes, len);

	*rejected_out = pk_sysmon_judge(source, &options, false, &diags)->rejected;
	return diags.all.len == 0 ? 0 : (int)diags.all.items[0].code;
}

static void assert_refused(const char *bytes, size_t len, enum pk_code code)
{
	bool rejected = false;
	assert_int_equal(first_code(bytes, len, &rejected), code);
	assert_true(rejected);
}

static void an_empty_file_is_refused(void **state)
{
	(void)state;
	assert_refused("", 0, PK_XML_EMPTY);
}

static void big_endian_utf16_is_refused(void **state)
{
	(void)state;
	assert_refused("\xfe\xff\0<\0S", 6, PK_XML_BIG_ENDIAN);
	assert_refused("\0<\0S", 4, PK_XML_BIG_ENDIAN);
}

static void more_than_2048_blanks_before_the_root_are_refused(void **state)
{
	(void)state;
	static const char root[] = "<Sysmon schemaversion=\"4.90\"/>";
	PK_BUF_AUTO buf = {0};
	for (int i = 0; i < 2047; i++)
		pk_buf_putc(&buf, ' ');
	pk_buf_puts(&buf, root);

	bool rejected = true;
	assert_int_equal(first_code(buf.data, buf.len, &rejected), 0);
	assert_false(rejected);

	buf.len = 2047;
	pk_buf_putc(&buf, ' ');
	pk_buf_puts(&buf, root);
	assert_refused(buf.data, buf.len, PK_XML_LEADING_SPACE);
}

static void more_than_1000_attributes_of_one_tag_are_refused(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	/* Comments and CDATA may look like tags. */
	pk_buf_puts(&buf, "<!-- <a ");
	for (int i = 0; i < 2000; i++)
		pk_buf_puts(&buf, "a=\"\" ");
	pk_buf_puts(&buf, "--><Sysmon schemaversion=\"4.90\"");
	size_t sound = buf.len;
	pk_buf_puts(&buf, "/>");
	bool rejected = true;
	assert_int_equal(first_code(buf.data, buf.len, &rejected), 0);
	assert_false(rejected);

	buf.len = sound;
	for (int i = 0; i < 1000; i++)
		pk_buf_printf(&buf, " a%d=\"\"", i);
	pk_buf_puts(&buf, "/>");
	assert_refused(buf.data, buf.len, PK_XML_HUGE);
}

static void deep_nesting_is_refused(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "<Sysmon schemaversion=\"4.90\">");
	for (int i = 0; i < 300; i++)
		pk_buf_puts(&buf, "<a>");

	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.platform = PK_WINDOWS};
	struct pk_source *source = pk_source_make(arena, "test", buf.data, buf.len);
	assert_true(pk_sysmon_judge(source, &options, false, &diags)->rejected);

	size_t huge = 0;
	for (size_t i = 0; i < diags.all.len; i++)
		huge += diags.all.items[i].code == PK_XML_HUGE;
	assert_int_equal(huge, 1);
}

static void append_elements(struct pk_buf *buf, size_t count)
{
	pk_buf_puts(buf, "<Sysmon schemaversion=\"4.90\"><EventFiltering>");
	for (size_t i = 0; i < count; i++)
		pk_buf_puts(buf, "<FileCreate onmatch=\"include\"/>");
	pk_buf_puts(buf, "</EventFiltering></Sysmon>");
}

static void more_than_65534_elements_of_a_tag_are_refused(void **state)
{
	(void)state;
	PK_BUF_AUTO most = {0};
	PK_BUF_AUTO more = {0};
	bool rejected = true;

	append_elements(&most, 65534);
	assert_int_equal(first_code(most.data, most.len, &rejected), 0);
	assert_false(rejected);
	append_elements(&more, 65535);
	assert_refused(more.data, more.len, PK_TOO_MANY_ELEMENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_refused),
		cmocka_unit_test(big_endian_utf16_is_refused),
		cmocka_unit_test(more_than_2048_blanks_before_the_root_are_refused),
		cmocka_unit_test(more_than_1000_attributes_of_one_tag_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(more_than_65534_elements_of_a_tag_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Windows programs: what their version resource says, and that nothing else is believed. */
#include "tests/unit/bundle_fixture.h"

#include "fleet/bundle/pe.h"

static void version_and_architecture_are_read(void **state)
{
	static const struct {
		unsigned machine;
		const char *arch;
	} rows[] = {{PE_X86, "x86"}, {PE_X64, "x64"}, {PE_ARM64, "arm64"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		PK_BUF_AUTO program = {0};
		struct pk_pe pe;
		put_program(&program, rows[i].machine, "15.15.1");
		assert_true(pk_pe_read(&pe, program.data, program.len));
		assert_string_equal(pe.arch, rows[i].arch);
		assert_string_equal(pe.text, "15.15.1");
		assert_true(pe.has_version);
		assert_int_equal(pe.version[0], 15);
		assert_int_equal(pe.version[1], 15);
		assert_int_equal(pe.version[2], 0);
	}
}

static void program_without_resources_has_no_version(void **state)
{
	PK_BUF_AUTO program = {0};
	struct pk_pe pe;
	(void)state;
	put_program(&program, PE_X64, NULL);
	assert_true(pk_pe_read(&pe, program.data, program.len));
	assert_false(pe.has_version);
	assert_string_equal(pe.text, "");
}

static void other_machines_have_no_architecture(void **state)
{
	PK_BUF_AUTO program = {0};
	struct pk_pe pe;
	(void)state;
	put_program(&program, 0x0200, "1.0");
	assert_true(pk_pe_read(&pe, program.data, program.len));
	assert_null(pe.arch);
}

static void text_that_is_not_ascii_or_too_long_is_no_version(void **state)
{
	PK_BUF_AUTO program = {0};
	PK_BUF_AUTO other = {0};
	struct pk_pe pe;
	(void)state;
	put_program(&program, PE_X64, "15\x1b[31m");
	assert_true(pk_pe_read(&pe, program.data, program.len));
	assert_string_equal(pe.text, "");
	put_program(&other, PE_X64,
		"1.1111111111111111111111111111111111111111111111111111111111111111111111111");
	assert_true(pk_pe_read(&pe, other.data, other.len));
	assert_int_equal(strlen(pe.text), PK_PE_TEXT - 1);
}

static void program_that_ends_early_is_read_as_far_as_it_goes(void **state)
{
	PK_BUF_AUTO program = {0};
	(void)state;
	put_program(&program, PE_X64, "15.15");
	for (size_t len = 0; len < program.len; len++) {
		char *bytes = malloc(len + 1); /* so that reading beyond it is seen */
		struct pk_pe pe;
		memcpy(bytes + 1, program.data, len);
		bool is_program = pk_pe_read(&pe, bytes + 1, len);
		assert_int_equal(is_program, len >= 0x40 + 26);
		if (is_program)
			assert_true(pe.text[0] == '\0' ||
				strncmp("15.15", pe.text, strlen(pe.text)) == 0);
		free(bytes);
	}
}

static void offsets_that_lead_elsewhere_are_not_followed(void **state)
{
	PK_BUF_AUTO program = {0};
	(void)state;
	put_program(&program, PE_X64, "15.15");
	for (size_t i = 0; i + 4 <= program.len; i += 2) {
		static const uint32_t values[] = {
			0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x80000018};
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			char *bytes = malloc(program.len);
			struct pk_pe pe;
			memcpy(bytes, program.data, program.len);
			memcpy(bytes + i, &values[k], 4);
			pk_pe_read(&pe, bytes, program.len);
			free(bytes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_and_architecture_are_read),
		cmocka_unit_test(program_without_resources_has_no_version),
		cmocka_unit_test(other_machines_have_no_architecture),
		cmocka_unit_test(text_that_is_not_ascii_or_too_long_is_no_version),
		cmocka_unit_test(program_that_ends_early_is_read_as_far_as_it_goes),
		cmocka_unit_test(offsets_that_lead_elsewhere_are_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/print.h"

static const char sample_text[] = "<Sysmon>\n\t<Imgae>x</Imgae>\n</Sysmon>\n";

/* Findings in a sample file, and what is printed of them. */
struct fixture {
	struct pk_cli cli;
	struct pk_diags diags;
	struct pk_source *source;
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	pk_cli_init(&fixture->cli, arena, open_memstream(&fixture->out, &fixture->out_len),
		open_memstream(&fixture->err, &fixture->err_len));
	fixture->diags.arena = arena;
	fixture->source = pk_source_make(arena, "a b.xml", sample_text, strlen(sample_text));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	fclose(fixture->cli.out);
	fclose(fixture->cli.err);
	free(fixture->out);
	free(fixture->err);
	pk_arena_destroy(fixture->cli.arena);
	return 0;
}

/* An error at Imgae with all that a finding can have, and before it in the file a warning. */
static void report_sample(struct fixture *fixture)
{
	struct pk_diags *diags = &fixture->diags;
	struct pk_span name = pk_span_make(fixture->source, 11, 16);
	struct pk_diag *diag =
		pk_report_as(diags, PK_ERROR, PK_NODE_WRONG_KIND, name, "no field '%s'", "Imgae");
	pk_diag_hint(diags, diag, "write '%s'", "Image");
	pk_diag_relate(diags, diag, pk_span_make(fixture->source, 0, 8), "in this element");
	pk_diag_fix(diags, diag, name, "Image", "correct the name");
	pk_report_as(diags, PK_WARNING, PK_BAD_UTF8, pk_span_make(fixture->source, 1, 7), "odd");
}

static const char *print(
	struct fixture *fixture, enum pk_format format, const struct pk_print_context *ctx)
{
	pk_print_diags(&fixture->cli, &fixture->diags, format, ctx);
	fflush(fixture->cli.out);
	fflush(fixture->cli.err);
	return fixture->out;
}

static void text_shows_line_hint_related_place_and_summary(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	assert_string_equal(print(fixture, PK_FORMAT_TEXT, NULL),
		"a b.xml:1:2: warning[PK0005]: odd\n"
		"    1 | <Sysmon>\n"
		"      |  ^~~~~~\n"
		"a b.xml:2:3: error[PK0015]: no field 'Imgae'\n"
		"    2 |         <Imgae>x</Imgae>\n"
		"      |          ^~~~~\n"
		"  hint: write 'Image'\n"
		"a b.xml:1:1: note: in this element\n"
		"    1 | <Sysmon>\n"
		"      | ^~~~~~~~\n"
		"1 error, 1 warning\n");
}

static void short_is_a_line_a_finding_sorted_by_place(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	assert_string_equal(print(fixture, PK_FORMAT_SHORT, NULL),
		"a b.xml:1:2: warning: odd [PK0005]\n"
		"a b.xml:2:3: error: no field 'Imgae' [PK0015]\n");
}

static void json_is_an_object_a_line(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	assert_string_equal(print(fixture, PK_FORMAT_JSON, NULL),
		"{\"schema\":1,\"code\":\"PK0005\",\"severity\":\"warning\",\"file\":\"a b.xml\","
		"\"line\":1,\"column\":2,\"endLine\":1,\"endColumn\":8,\"message\":\"odd\","
		"\"related\":[],\"fixes\":[]}\n"
		"{\"schema\":1,\"code\":\"PK0015\",\"severity\":\"error\",\"file\":\"a b.xml\","
		"\"line\":2,\"column\":3,\"endLine\":2,\"endColumn\":8,"
		"\"message\":\"no field 'Imgae'\",\"hint\":\"write 'Image'\","
		"\"related\":[{\"file\":\"a b.xml\",\"line\":1,\"column\":1,\"endLine\":1,"
		"\"endColumn\":9,\"message\":\"in this element\"}],"
		"\"fixes\":[{\"file\":\"a b.xml\",\"line\":2,\"column\":3,\"endLine\":2,"
		"\"endColumn\":8,\"title\":\"correct the name\",\"text\":\"Image\"}]}\n");
}

static void sarif_is_json_with_rules_places_and_fixes(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	const char *sarif = print(fixture, PK_FORMAT_SARIF, NULL);

	struct pk_diags diags = {.arena = fixture->cli.arena};
	struct pk_source *source =
		pk_source_make(fixture->cli.arena, "sarif", sarif, fixture->out_len);
	assert_non_null(pk_json_read(source, &diags));

	static const char *const parts[] = {
		"\"version\":\"2.1.0\"",
		"\"columnKind\":\"unicodeCodePoints\"",
		"\"rules\":[{\"id\":\"PK0005\",",
		"\"helpUri\":\"docs/errors/PK0015.md\"",
		"\"ruleId\":\"PK0015\",\"ruleIndex\":1,\"level\":\"error\"",
		("\"artifactLocation\":{\"uri\":\"a%20b.xml\"},\"region\":{\"startLine\":2,"
		 "\"startColumn\":3,\"endLine\":2,\"endColumn\":8}"),
		"\"relatedLocations\":[{\"id\":0,",
		"\"deletedRegion\":{\"startLine\":2,\"startColumn\":3,",
		"\"insertedContent\":{\"text\":\"Image\"}",
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_non_null(strstr(sarif, parts[i]));
}

static void junit_has_a_suite_for_every_input(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	const char *const inputs[] = {"a b.xml", "fine<&>.xml"};
	const struct pk_print_context ctx = {.inputs = inputs, .input_count = 2};
	assert_string_equal(print(fixture, PK_FORMAT_JUNIT, &ctx),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"picket\" tests=\"2\" failures=\"1\">\n"
		"  <testsuite name=\"a b.xml\" tests=\"1\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\">\n"
		"    <testcase classname=\"picket\" name=\"a b.xml\">\n"
		"      <failure type=\"PK0015\" message=\"no field 'Imgae'\">"
		"2:3: error: no field 'Imgae' [PK0015]; write 'Image'\n"
		"</failure>\n"
		"      <system-out>1:2: warning: odd [PK0005]\n"
		"</system-out>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"fine&lt;&amp;&gt;.xml\" tests=\"1\" failures=\"0\" "
		"errors=\"0\" skipped=\"0\">\n"
		"    <testcase classname=\"picket\" name=\"fine&lt;&amp;&gt;.xml\">\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
}

static void junit_has_a_suite_for_what_is_no_input(void **state)
{
	struct fixture *fixture = *state;
	pk_report(&fixture->diags, PK_FILE_READ, PK_NO_SPAN, "gone");
	const char *junit = print(fixture, PK_FORMAT_JUNIT, NULL);
	assert_non_null(strstr(junit, "<testsuite name=\"picket\" tests=\"1\" failures=\"1\""));
}

static void no_format_lets_a_message_drive_the_terminal(void **state)
{
	struct fixture *fixture = *state;
	pk_report(&fixture->diags, PK_FILE_READ, PK_NO_SPAN,
		"\033[31m\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\x7f");
	for (int format = PK_FORMAT_TEXT; format <= PK_FORMAT_JUNIT; format++)
		print(fixture, (enum pk_format)format, NULL);
	static const char *const bad[] = {
		"\033", "\xc2\x9b", "\xe2\x80\xae", "\xf3\xa0\x80\x81", "\x7f"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(strstr(fixture->out, bad[i]));
	assert_non_null(strstr(fixture->out, "\\x1b[31m\\u{9b}\\u{202e}"));
	assert_non_null(strstr(fixture->out, "\\u001b[31m\\u009b\\u202e\\udb40\\udc01\\u007f"));
}

static void colour_is_only_there_when_it_is_on(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	assert_null(strchr(print(fixture, PK_FORMAT_TEXT, NULL), '\033'));
	fixture->cli.color = true;
	assert_non_null(strstr(print(fixture, PK_FORMAT_TEXT, NULL), "\033[1;31merror[PK0015]: "));
}

static void quiet_leaves_only_errors(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	fixture->cli.common.quiet = true;
	assert_string_equal(print(fixture, PK_FORMAT_SHORT, NULL),
		"a b.xml:2:3: error: no field 'Imgae' [PK0015]\n");
}

static void nothing_found_is_said_only_if_asked_for(void **state)
{
	struct fixture *fixture = *state;
	const char *const inputs[] = {"a b.xml"};
	struct pk_print_context ctx = {.inputs = inputs, .input_count = 1};
	print(fixture, PK_FORMAT_TEXT, &ctx);
	assert_int_equal(fixture->out_len, 0);
	ctx.summary = true;
	assert_string_equal(print(fixture, PK_FORMAT_TEXT, &ctx), "nothing found in 1 file\n");
}

static void findings_that_are_talk_go_to_the_error_stream(void **state)
{
	struct fixture *fixture = *state;
	report_sample(fixture);
	const struct pk_print_context ctx = {.to_err = true};
	print(fixture, PK_FORMAT_SHORT, &ctx);
	assert_int_equal(fixture->out_len, 0);
	assert_true(fixture->err_len > 0);
}

static void the_exit_status_follows_the_findings(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(pk_cli_status(&fixture->cli, &fixture->diags), PK_EXIT_OK);
	pk_report_as(&fixture->diags, PK_WARNING, PK_BAD_UTF8, PK_NO_SPAN, "odd");
	assert_int_equal(pk_cli_status(&fixture->cli, &fixture->diags), PK_EXIT_OK);
	fixture->cli.common.deny = PK_DENY_WARNINGS;
	assert_int_equal(pk_cli_status(&fixture->cli, &fixture->diags), PK_EXIT_FINDINGS);
	pk_report(&fixture->diags, PK_BAD_UTF8, PK_NO_SPAN, "bad");
	assert_int_equal(pk_cli_status(&fixture->cli, &fixture->diags), PK_EXIT_FINDINGS);
	pk_report(&fixture->diags, PK_FILE_READ, PK_NO_SPAN, "gone");
	assert_int_equal(pk_cli_status(&fixture->cli, &fixture->diags), PK_EXIT_CANNOT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_shows_line_hint_related_place_and_summary),
		TEST(short_is_a_line_a_finding_sorted_by_place),
		TEST(json_is_an_object_a_line),
		TEST(sarif_is_json_with_rules_places_and_fixes),
		TEST(junit_has_a_suite_for_every_input),
		TEST(junit_has_a_suite_for_what_is_no_input),
		TEST(no_format_lets_a_message_drive_the_terminal),
		TEST(colour_is_only_there_when_it_is_on),
		TEST(quiet_leaves_only_errors),
		TEST(nothing_found_is_said_only_if_asked_for),
		TEST(findings_that_are_talk_go_to_the_error_stream),
		TEST(the_exit_status_follows_the_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sources, places and findings. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/text.h"

static void places_count_lines_and_characters_from_one(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_source *source = source_from_text(arena,
		"a\xc3\xa4"
		"b\r\n\ncd");
	assert_place(pk_span_make(source, 0, 0), 1, 1);
	assert_place(pk_span_make(source, 1, 0), 1, 2);
	assert_place(pk_span_make(source, 3, 0), 1, 3);
	assert_place(pk_span_make(source, 6, 0), 2, 1);
	assert_place(pk_span_make(source, 8, 0), 3, 2);
	assert_place(pk_span_make(source, 99, 0), 3, 3);
	/* Backwards, too: places are remembered. */
	assert_place(pk_span_make(source, 3, 0), 1, 3);
	assert_place(pk_span_make(source, 1, 0), 1, 2);
}

static void byte_order_mark_has_no_column(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_source *source = source_from_text(arena,
		"\xef\xbb\xbf"
		"ab\nc");
	assert_place(pk_span_make(source, 3, 3), 1, 1);
	assert_place(pk_span_make(source, 4, 4), 1, 2);
	assert_place(pk_span_make(source, 0, 0), 1, 1);
	assert_place(pk_span_make(source, 6, 6), 2, 1);
}

static void empty_source_has_one_place(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_source *source = source_from_text(arena, "");
	assert_place(pk_span_file(source), 1, 1);
	assert_place(pk_span_make(source, 5, 0), 1, 1);
	size_t len = 9;
	pk_source_line(source, 1, &len);
	assert_int_equal(len, 0);
}

static void places_on_one_long_line_cost_little(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	enum { LEN = 4000000 };
	char *text = pk_arena_alloc(arena, LEN + 1);
	memset(text, 'x', LEN);
	struct pk_source *source = pk_source_make(arena, "long", text, LEN);
	for (uint32_t i = 0; i < LEN; i += 20) {
		assert_int_equal(pk_source_place(source, i).column, i + 1);
		assert_int_equal(pk_source_place(source, 7).column, 8);
	}
}

static void lines_come_without_their_ends(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_source *source = source_from_text(arena, "one\r\ntwo\n");
	size_t len;
	assert_memory_equal(pk_source_line(source, 1, &len), "one", 3);
	assert_int_equal(len, 3);
	assert_memory_equal(pk_source_line(source, 2, &len), "two", 3);
	assert_int_equal(len, 3);
	pk_source_line(source, 3, &len);
	assert_int_equal(len, 0);
}

static void span_never_ends_before_it_begins(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_span span = pk_span_make(source_from_text(arena, "abc"), 2, 1);
	assert_int_equal(span.begin, 2);
	assert_int_equal(span.end, 2);
}

static void codes_are_in_order_and_have_names(void **state)
{
	(void)state;
	size_t count;
	const struct pk_code_info *infos = pk_code_list(&count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(pk_code_info(infos[i].code), &infos[i]);
		assert_ptr_equal(pk_code_find(infos[i].id), &infos[i]);
		assert_int_equal(strlen(infos[i].id), 6);
		if (i > 0)
			assert_true(infos[i - 1].code < infos[i].code);
	}
}

static void code_is_found_by_id_in_any_case(void **state)
{
	(void)state;
	assert_int_equal(pk_code_find("pk0001")->code, PK_FILE_READ);
	assert_int_equal(PK_FILE_READ, 1);
	assert_string_equal(pk_code_find("PK0008")->name, "YAML_ANCHOR");
	assert_null(pk_code_find("PK0000"));
	assert_null(pk_code_find("PK00010"));
	assert_null(pk_code_find(""));
}

static void findings_keep_all_that_is_said(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(arena, "abc");
	struct pk_diag *diag =
		pk_report(&diags, PK_YAML_SYNTAX, pk_span_make(source, 1, 2), "not '%s'", "this");
	pk_diag_hint(&diags, diag, "write '%d'", 7);
	pk_diag_relate(&diags, diag, pk_span_make(source, 0, 1), "see %s", "here");
	pk_diag_fix(&diags, diag, pk_span_make(source, 1, 2), "B", "capital");
	pk_report_as(&diags, PK_WARNING, PK_YAML_SYNTAX, PK_NO_SPAN, "x");
	pk_report_as(&diags, PK_NOTE, PK_YAML_SYNTAX, PK_NO_SPAN, "y");

	assert_int_equal(diags.errors, 1);
	assert_int_equal(diags.warnings, 1);
	assert_int_equal(diags.all.len, 3);
	diag = &diags.all.items[0];
	assert_int_equal(diag->severity, PK_ERROR);
	assert_string_equal(diag->message, "not 'this'");
	assert_string_equal(diag->hint, "write '7'");
	assert_string_equal(diag->related.items[0].message, "see here");
	assert_string_equal(diag->fixes.items[0].text, "B");
	assert_string_equal(diag->fixes.items[0].title, "capital");
	assert_int_equal(diags.all.items[1].severity, PK_WARNING);
	assert_null(diags.all.items[1].span.source);
}

static void findings_beyond_the_limit_are_only_counted(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena, .limit = 3};
	for (int i = 0; i < 10; i++) {
		struct pk_diag *diag = pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "%d", i);
		pk_diag_hint(&diags, diag, "hint");
		pk_diag_relate(&diags, diag, PK_NO_SPAN, "there");
		pk_diag_fix(&diags, diag, PK_NO_SPAN, "", "");
	}
	assert_int_equal(diags.all.len, 3);
	assert_int_equal(diags.suppressed, 7);
	assert_int_equal(diags.errors, 10);
	assert_string_equal(diags.all.items[2].message, "2");
	assert_int_equal(diags.all.items[2].related.len, 1);
}

static void findings_beyond_the_limit_take_no_memory(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena, .limit = 5};
	for (int i = 0; i < 6; i++)
		pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "%d", i);
	size_t used = pk_arena_used(arena);
	for (int i = 0; i < 10000; i++)
		pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "%d", i);
	assert_int_equal(pk_arena_used(arena), used);
}

static void very_long_messages_are_cut_at_a_character(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	for (int i = 0; i < PK_DIAG_TEXT_MOST; i++)
		pk_buf_puts(&buf, "\xe2\x82\xac");
	struct pk_diag *diag = pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "%s", buf.data);
	size_t len = strlen(diag->message);
	assert_int_equal(len, PK_DIAG_TEXT_MOST / 3 * 3 + 3);
	assert_true(pk_utf8_valid(diag->message, len, NULL));
	assert_string_equal(diag->message + len - 6, "\xe2\x82\xac...");
}

static void default_limit_holds(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	for (int i = 0; i < PK_DIAG_LIMIT + 1; i++)
		pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "x");
	assert_int_equal(diags.all.len, PK_DIAG_LIMIT);
	assert_int_equal(diags.suppressed, 1);
}

static void sorting_goes_by_file_place_code_and_order(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *first = source_from_text(arena, "aaaaaaaa");
	struct pk_source *second = source_from_text(arena, "bbbbbbbb");
	pk_report(&diags, PK_YAML_SYNTAX, pk_span_make(first, 5, 5), "3");
	pk_report(&diags, PK_YAML_SYNTAX, pk_span_make(second, 1, 1), "5");
	pk_report(&diags, PK_YAML_KEY, pk_span_make(first, 2, 2), "2");
	pk_report(&diags, PK_YAML_SYNTAX, pk_span_make(first, 5, 5), "4");
	pk_report(&diags, PK_YAML_SYNTAX, pk_span_make(first, 2, 2), "1");
	pk_report(&diags, PK_YAML_SYNTAX, PK_NO_SPAN, "6");

	pk_diags_sort(&diags);
	for (size_t i = 0; i < diags.all.len; i++)
		assert_string_equal(
			diags.all.items[i].message, pk_arena_printf(arena, "%zu", i + 1));
}

static void severities_have_names(void **state)
{
	(void)state;
	assert_string_equal(pk_severity_name(PK_ERROR), "error");
	assert_string_equal(pk_severity_name(PK_WARNING), "warning");
	assert_string_equal(pk_severity_name(PK_NOTE), "note");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_count_lines_and_characters_from_one),
		cmocka_unit_test(byte_order_mark_has_no_column),
		cmocka_unit_test(empty_source_has_one_place),
		cmocka_unit_test(places_on_one_long_line_cost_little),
		cmocka_unit_test(lines_come_without_their_ends),
		cmocka_unit_test(span_never_ends_before_it_begins),
		cmocka_unit_test(codes_are_in_order_and_have_names),
		cmocka_unit_test(code_is_found_by_id_in_any_case),
		cmocka_unit_test(findings_keep_all_that_is_said),
		cmocka_unit_test(findings_beyond_the_limit_are_only_counted),
		cmocka_unit_test(findings_beyond_the_limit_take_no_memory),
		cmocka_unit_test(very_long_messages_are_cut_at_a_character),
		cmocka_unit_test(default_limit_holds),
		cmocka_unit_test(sorting_goes_by_file_place_code_and_order),
		cmocka_unit_test(severities_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/test.h"

#include <locale.h>
#include <string.h>

#include "cli/excerpt.h"

/* The excerpt of the bytes from `begin` to `end` of `text` must be `line` over `mark`. */
static void assert_excerpt(
	const char *text, size_t begin, size_t end, const char *line, const char *mark)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_source *source = pk_source_make(arena, "a", text, strlen(text));
	PK_BUF_AUTO got_line = {0};
	PK_BUF_AUTO got_mark = {0};
	pk_excerpt_make(&got_line, &got_mark, pk_span_make(source, begin, end));
	assert_string_equal(got_line.data, line);
	assert_string_equal(got_mark.data, mark);
	pk_arena_destroy(arena);
}

static void the_mark_covers_the_place(void **state)
{
	(void)state;
	assert_excerpt("ab\ncdef\n", 4, 6, "cdef", " ^~");
}

static void an_empty_place_is_one_caret(void **state)
{
	(void)state;
	assert_excerpt("abc", 1, 1, "abc", " ^");
	assert_excerpt("abc", 3, 3, "abc", "   ^");
	assert_excerpt("a\n\nb", 2, 2, "", "^");
}

static void a_place_over_several_lines_is_marked_to_the_end_of_the_first(void **state)
{
	(void)state;
	assert_excerpt("abc\r\ndef", 1, 7, "abc", " ^~");
}

static void a_tab_becomes_blanks_and_the_mark_stays_below_its_place(void **state)
{
	(void)state;
	assert_excerpt("a\tbc", 2, 4, "a       bc", "        ^~");
	assert_excerpt("\tx", 0, 1, "        x", "^~~~~~~~");
}

static void wide_and_combining_characters_count_their_cells(void **state)
{
	(void)state;
	assert_excerpt("\xe6\xbc\xa2x", 3, 4, "\xe6\xbc\xa2x", "  ^");
	assert_excerpt("\xe6\xbc\xa2x", 0, 3, "\xe6\xbc\xa2x", "^~");
	assert_excerpt("e\xcc\x81x", 3, 4, "e\xcc\x81x", " ^");
	assert_excerpt("\xc3\xa4x", 2, 3, "\xc3\xa4x", " ^");
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
	(void)state;
	assert_excerpt("\033[31mx", 5, 6, "\\x1b[31mx", "        ^");
	assert_excerpt("\xe2\x80\xaex", 0, 3, "\\u{202e}x", "^~~~~~~~");
	assert_excerpt("\xc2\x9bx", 2, 3, "\\u{9b}x", "      ^");
	assert_excerpt("\xffx", 1, 2, "\\xffx", "    ^");
}

static void a_byte_order_mark_is_not_shown(void **state)
{
	(void)state;
	assert_excerpt("\xef\xbb\xbf"
		       "abc",
		4, 5, "abc", " ^");
}

static void a_long_line_is_cut_around_the_place(void **state)
{
	(void)state;
	char text[1001];
	memset(text, 'x', 1000);
	text[1000] = '\0';
	memcpy(text + 500, "HERE", 4);

	struct pk_arena *arena = pk_arena_create();
	struct pk_source *source = pk_source_make(arena, "a", text, 1000);
	PK_BUF_AUTO line = {0};
	PK_BUF_AUTO mark = {0};
	pk_excerpt_make(&line, &mark, pk_span_make(source, 500, 504));
	assert_true(line.len < 200);
	assert_memory_equal(line.data, "...x", 4);
	assert_string_equal(line.data + line.len - 4, "x...");
	size_t blanks = strspn(mark.data, " ");
	assert_string_equal(mark.data + blanks, "^~~~");
	assert_memory_equal(line.data + blanks, "HERE", 4);
	pk_arena_destroy(arena);
}

static void a_cut_never_splits_a_character(void **state)
{
	(void)state;
	struct pk_arena *arena = pk_arena_create();
	for (size_t shift = 0; shift < 4; shift++) {
		PK_BUF_AUTO text = {0};
		for (size_t i = 0; i < shift; i++)
			pk_buf_putc(&text, 'x');
		for (size_t i = 0; i < 300; i++)
			pk_buf_puts(&text, "\xe6\xbc\xa2");
		struct pk_source *source = pk_source_make(arena, "a", text.data, text.len);
		PK_BUF_AUTO line = {0};
		PK_BUF_AUTO mark = {0};
		pk_excerpt_make(&line, &mark, pk_span_make(source, 450 + shift, 453 + shift));
		assert_null(strstr(line.data, "\\x"));
		assert_string_equal(mark.data + strspn(mark.data, " "), "^~");
	}
	pk_arena_destroy(arena);
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mark_covers_the_place),
		cmocka_unit_test(an_empty_place_is_one_caret),
		cmocka_unit_test(a_place_over_several_lines_is_marked_to_the_end_of_the_first),
		cmocka_unit_test(a_tab_becomes_blanks_and_the_mark_stays_below_its_place),
		cmocka_unit_test(wide_and_combining_characters_count_their_cells),
		cmocka_unit_test(what_a_terminal_would_obey_is_escaped),
		cmocka_unit_test(a_byte_order_mark_is_not_shown),
		cmocka_unit_test(a_long_line_is_cut_around_the_place),
		cmocka_unit_test(a_cut_never_splits_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The reader of pieces of a stream, over files and pipes made here. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/lines.h"
#include "tests/unit/test.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	char path[32];
};

static int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	memcpy(fixture->path, "/tmp/picket-lines.XXXXXX", sizeof("/tmp/picket-lines.XXXXXX"));
	int fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	close(fd);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	unlink(fixture->path);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct pk_lines *open_bytes(
	struct fixture *fixture, const char *bytes, size_t len, size_t limit)
{
	FILE *file = fopen(fixture->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	struct pk_lines *lines = pk_lines_open(fixture->path, limit, &fixture->diags);
	assert_non_null(lines);
	return lines;
}

static void assert_line(struct pk_lines *lines, const char *end, const char *text, size_t number)
{
	struct pk_line line;
	assert_true(pk_lines_next(lines, end, &line));
	assert_string_equal(line.text, text);
	assert_int_equal(line.len, strlen(text));
	assert_int_equal(line.number, number);
	assert_false(line.cut);
}

static void assert_end(struct pk_lines *lines, const char *end)
{
	struct pk_line line;
	assert_false(pk_lines_next(lines, end, &line));
	assert_false(pk_lines_next(lines, end, &line));
}

#define OPEN(text, limit) open_bytes(*state, text, sizeof(text) - 1, limit)

static void lines_come_without_their_ends(void **state)
{
	PK_AUTO(pk_lines) *lines = OPEN("\xef\xbb\xbf"
					"a\n\nb\r\nc",
		100);
	assert_line(lines, "\n", "a", 1);
	assert_line(lines, "\n", "", 2);
	assert_line(lines, "\n", "b\r", 3);
	assert_line(lines, "\n", "c", 4);
	assert_end(lines, "\n");
}

static void an_empty_file_has_no_line(void **state)
{
	PK_AUTO(pk_lines) *lines = OPEN("", 100);
	size_t len;
	pk_lines_peek(lines, 4, &len);
	assert_int_equal(len, 0);
	assert_end(lines, "\n");
}

static void peeking_takes_nothing(void **state)
{
	PK_AUTO(pk_lines) *lines = OPEN("ab\ncd\n", 100);
	size_t len;
	assert_memory_equal(pk_lines_peek(lines, 2, &len), "ab\ncd\n", 6);
	assert_line(lines, "\n", "ab", 1);
	assert_memory_equal(pk_lines_peek(lines, 2, &len), "cd\n", 3);
	assert_line(lines, "\n", "cd", 2);
}

static void pieces_end_with_the_text_asked_for(void **state)
{
	PK_AUTO(pk_lines) *lines = OPEN("<a>\n</a>\n\n<a></a> \n", 100);
	assert_line(lines, "</a>", "<a>\n</a>", 1);
	assert_line(lines, "</a>", "\n\n<a></a>", 2);
	assert_line(lines, "</a>", " \n", 4);
	assert_end(lines, "</a>");
}

static void long_pieces_are_cut_and_the_next_is_found(void **state)
{
	struct fixture *fixture = *state;
	for (size_t size = 90; size < 2000000; size *= 3) {
		PK_BUF_AUTO text = {0};
		while (text.len < size)
			pk_buf_putc(&text, 'x');
		pk_buf_puts(&text, "\nnext");
		PK_AUTO(pk_lines) *lines = open_bytes(fixture, text.data, text.len, 80);
		struct pk_line line;
		assert_true(pk_lines_next(lines, "\n", &line));
		assert_true(line.cut);
		assert_int_equal(line.len, 80);
		assert_line(lines, "\n", "next", 2);
		assert_end(lines, "\n");
	}
}

static void lines_across_chunks_are_whole(void **state)
{
	struct fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	for (size_t i = 0; i < 100000; i++)
		pk_buf_printf(&text, "%zu%*s\n", i, (int)(i % 37), "");
	PK_AUTO(pk_lines) *lines = open_bytes(fixture, text.data, text.len, 100);
	for (size_t i = 0; i < 100000; i++) {
		char want[64];
		snprintf(want, sizeof(want), "%zu%*s", i, (int)(i % 37), "");
		assert_line(lines, "\n", want, i + 1);
	}
	assert_end(lines, "\n");
}

static void utf16_comes_as_utf8(void **state)
{
	PK_AUTO(pk_lines) *little = OPEN("\xff\xfe"
					 "a\0\xe4\0\x3d\xd8\x00\xde\n\0b\0",
		100);
	assert_line(little, "\n", "a\xc3\xa4\xf0\x9f\x98\x80", 1);
	assert_line(little, "\n", "b", 2);
	assert_end(little, "\n");

	PK_AUTO(pk_lines) *big = OPEN("\xfe\xff\0a\xd8\x3d\0b\xdc\0", 100);
	assert_line(big, "\n",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd",
		1);
	assert_end(big, "\n");
}

static void long_utf16_is_whole(void **state)
{
	struct fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	pk_buf_put(&text,
		"\xff\xfe"
		"a\0",
		4);
	for (size_t i = 0; i < 300000; i++)
		pk_buf_put(&text, "\x3d\xd8\x00\xde", 4);
	PK_AUTO(pk_lines) *lines = open_bytes(fixture, text.data, text.len, 2000000);
	struct pk_line line;
	assert_true(pk_lines_next(lines, "\n", &line));
	assert_int_equal(line.len, 1 + 300000 * 4);
	for (size_t i = 1; i < line.len; i += 4)
		assert_memory_equal(line.text + i, "\xf0\x9f\x98\x80", 4);
	assert_end(lines, "\n");
}

static void what_cannot_be_opened_is_reported(void **state)
{
	struct fixture *fixture = *state;
	assert_null(pk_lines_open("/nonexistent/events", 100, &fixture->diags));
	assert_one_finding(&fixture->diags, PK_FILE_READ, 1, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_without_their_ends),
		TEST(an_empty_file_has_no_line),
		TEST(peeking_takes_nothing),
		TEST(pieces_end_with_the_text_asked_for),
		TEST(long_pieces_are_cut_and_the_next_is_found),
		TEST(lines_across_chunks_are_whole),
		TEST(utf16_comes_as_utf8),
		TEST(long_utf16_is_whole),
		TEST(what_cannot_be_opened_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

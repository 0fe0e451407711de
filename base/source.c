#include "base/source.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/list.h"

enum {
	BOM_LEN = 3,	  /* the UTF-8 byte order mark, which has no column */
	MARK_BYTES = 256, /* bytes from one mark to the next */
	FAR_BYTES = 4096, /* a column further on is found by marks */
};

struct pk_source *pk_source_make(
	struct pk_arena *arena, const char *path, const char *text, size_t len)
{
	assert(len < UINT32_MAX);
	struct pk_source *source = PK_NEW(arena, struct pk_source);
	source->path = path;
	source->text = text;
	source->len = len;
	source->arena = arena;
	return source;
}

static void find_lines(struct pk_source *source)
{
	size_t count = 1;
	const char *end = source->text + source->len;
	for (const char *c = source->text; (c = memchr(c, '\n', (size_t)(end - c))) != NULL; c++)
		count++;

	source->lines = PK_NEW_ARRAY(source->arena, uint32_t, count);
	source->line_count = count;
	size_t line = 1;
	for (const char *c = source->text; (c = memchr(c, '\n', (size_t)(end - c))) != NULL; c++)
		source->lines[line++] = (uint32_t)(c + 1 - source->text);
}

/* Index of the last line that begins at or before `offset`. */
static size_t find_line(const struct pk_source *source, uint32_t offset)
{
	size_t low = 0;
	size_t high = source->line_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t pk_source_bom_len(const struct pk_source *source)
{
	bool has_bom = source->len >= BOM_LEN && memcmp(source->text, "\xef\xbb\xbf", BOM_LEN) == 0;
	return has_bom ? BOM_LEN : 0;
}

/* A byte that goes on with the character of the byte before it. */
static bool is_inside(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static void find_marks(struct pk_source *source)
{
	source->marks = PK_NEW_ARRAY(source->arena, uint32_t, source->len / MARK_BYTES + 1);
	uint32_t count = 0;
	for (size_t i = 0; i <= source->len; i++) {
		if (i % MARK_BYTES == 0)
			source->marks[i / MARK_BYTES] = count;
		count += !is_inside(source->text[i]);
	}
}

static uint32_t count_in(const struct pk_source *source, size_t begin, size_t end)
{
	uint32_t count = 0;
	for (size_t i = begin; i < end; i++)
		count += !is_inside(source->text[i]);
	return count;
}

/* Characters that begin before `end`, which is at most one behind the final NUL. */
static uint32_t count_before(const struct pk_source *source, size_t end)
{
	size_t mark = (end > source->len ? source->len : end) / MARK_BYTES;
	return source->marks[mark] + count_in(source, mark * MARK_BYTES, end);
}

/*
 * Characters that begin in a range: counted, or, where that is far, from marks that are made once,
 * so that many places on one endless line cost no more than the line.
 */
static uint32_t count_characters(struct pk_source *source, size_t begin, size_t end)
{
	if (end - begin <= FAR_BYTES)
		return count_in(source, begin, end);
	if (source->marks == NULL)
		find_marks(source);
	return count_before(source, end) - count_before(source, begin);
}

struct pk_place pk_source_place(struct pk_source *source, uint32_t offset)
{
	if (source->lines == NULL)
		find_lines(source);
	if (offset > source->len)
		offset = (uint32_t)source->len;

	size_t line = find_line(source, offset);
	size_t start = line == 0 ? pk_source_bom_len(source) : source->lines[line];
	struct pk_place place = {.line = source->lines_before + (uint32_t)line + 1, .column = 1};
	/* The column moves on at the first byte behind a character. */
	if (offset > start)
		place.column += count_characters(source, start + 1, (size_t)offset + 1);
	return place;
}

const char *pk_source_line(struct pk_source *source, uint32_t line, size_t *len_out)
{
	if (source->lines == NULL)
		find_lines(source);
	line -= source->lines_before;
	assert(line >= 1 && line <= source->line_count);

	uint32_t begin = source->lines[line - 1];
	size_t end = line < source->line_count ? source->lines[line] - 1 : source->len;
	if (end > begin && source->text[end - 1] == '\r')
		end--;
	*len_out = end - begin;
	return source->text + begin;
}

struct pk_span pk_span_make(struct pk_source *source, size_t begin, size_t end)
{
	return (struct pk_span){
		.source = source,
		.begin = (uint32_t)begin,
		.end = (uint32_t)(end < begin ? begin : end),
	};
}

struct pk_span pk_span_file(struct pk_source *source)
{
	return pk_span_make(source, 0, 0);
}

#include "cli/excerpt.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "base/escape.h"
#include "base/text.h"

enum {
	TAB_WIDTH = 8,
	SHOWN_BYTES = 160, /* of a line; a longer one is cut */
	BYTES_BEFORE = 60, /* that stay before the place when the line is cut */
	BOM_LEN = 3,	   /* the UTF-8 byte order mark is not shown */
};

static const char ellipsis[] = "...";

/* The part of a line that is shown, as offsets in the line. */
struct window {
	size_t from;
	size_t to;
};

static bool is_inside_character(const char *line, size_t len, size_t at)
{
	return at < len && ((unsigned char)line[at] & 0xc0) == 0x80;
}

static struct window choose_window(const char *line, size_t len, size_t mark)
{
	if (len <= SHOWN_BYTES)
		return (struct window){0, len};

	struct window window = {mark > BYTES_BEFORE ? mark - BYTES_BEFORE : 0, 0};
	if (window.from + SHOWN_BYTES > len)
		window.from = len - SHOWN_BYTES;
	window.to = window.from + SHOWN_BYTES;
	while (is_inside_character(line, len, window.from))
		window.from++;
	while (is_inside_character(line, len, window.to))
		window.to++;
	return window;
}

/* Terminal cells that the character at `text` takes if it needs no escape. */
static size_t cells_of(const char *text, size_t len)
{
	uint32_t c = 0;
	if (pk_utf8_decode(&c, text, len) == 0)
		return 1;
	int width = wcwidth((wchar_t)c);
	return width < 0 ? 1 : (size_t)width;
}

/* Appends the character at `text` and adds its cells to *column. Returns the bytes taken. */
static size_t put_cell(struct pk_buf *out, size_t *column, const char *text, size_t len)
{
	if (pk_escape_is_plain(text[0])) {
		pk_buf_putc(out, text[0]);
		++*column;
		return 1;
	}
	if (text[0] == '\t') {
		size_t blanks = TAB_WIDTH - *column % TAB_WIDTH;
		pk_buf_printf(out, "%*s", (int)blanks, "");
		*column += blanks;
		return 1;
	}
	size_t before = out->len;
	size_t used = pk_escape_put_char(out, text, len);
	bool escaped = memcmp(out->data + before, text, used) != 0;
	*column += escaped ? out->len - before : cells_of(text, len);
	return used;
}

void pk_excerpt_make(struct pk_buf *line_out, struct pk_buf *mark_out, struct pk_span span)
{
	struct pk_place place = pk_source_place(span.source, span.begin);
	size_t len;
	const char *line = pk_source_line(span.source, place.line, &len);
	size_t begin = span.begin - (size_t)(line - span.source->text);
	size_t end = begin + (span.end - span.begin);
	if (begin > len)
		begin = len;

	struct window window = choose_window(line, len, begin);
	if (place.line == 1 && window.from == 0 && pk_text_starts(line, "\xef\xbb\xbf"))
		window.from = BOM_LEN;
	size_t column = 0;
	if (window.from > BOM_LEN) {
		pk_buf_puts(line_out, ellipsis);
		column = strlen(ellipsis);
	}
	size_t mark_begin = column;
	size_t mark_end = column;
	for (size_t i = window.from; i < window.to;) {
		i += put_cell(line_out, &column, line + i, window.to - i);
		if (i <= begin)
			mark_begin = column;
		if (i <= end)
			mark_end = column;
	}
	pk_buf_puts(line_out, window.to < len ? ellipsis : "");

	pk_buf_printf(mark_out, "%*s^", (int)mark_begin, "");
	for (size_t i = mark_begin + 1; i < mark_end; i++)
		pk_buf_putc(mark_out, '~');
}

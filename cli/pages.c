#include "cli/pages.h"

#include <string.h>

#include "base/text.h"

static const char bold[] = "\033[1m";
static const char plain[] = "\033[0m";

const char *pk_page_find(const char *id)
{
	for (const char *name = pk_pages; name[0] != '\0';) {
		const char *text = name + strlen(name) + 1;
		if (pk_text_equal(name, id))
			return text;
		name = text + strlen(text) + 1;
	}
	return NULL;
}

static void put_heading(struct pk_buf *buf, const char *line, size_t len, bool color)
{
	size_t marks = strspn(line, "#");
	marks += strspn(line + marks, " ");
	if (color)
		pk_buf_puts(buf, bold);
	pk_buf_put(buf, line + marks, len - marks);
	if (color)
		pk_buf_puts(buf, plain);
	pk_buf_putc(buf, '\n');
}

/* A line of prose; what stands between backquotes is bold, or keeps them without colour. */
static void put_prose(struct pk_buf *buf, const char *line, size_t len, bool color)
{
	bool code = false;
	for (size_t i = 0; i < len; i++) {
		if (line[i] != '`' || !color) {
			pk_buf_putc(buf, line[i]);
			continue;
		}
		code = !code;
		pk_buf_puts(buf, code ? bold : plain);
	}
	if (code)
		pk_buf_puts(buf, plain);
	pk_buf_putc(buf, '\n');
}

void pk_page_render(struct pk_buf *buf, const char *page, bool color)
{
	bool fenced = false;
	while (*page != '\0') {
		size_t len = strcspn(page, "\n");
		if (pk_text_starts(page, "```")) {
			fenced = !fenced;
		} else if (fenced) {
			pk_buf_puts(buf, "    ");
			pk_buf_put(buf, page, len);
			pk_buf_putc(buf, '\n');
		} else if (page[0] == '#') {
			put_heading(buf, page, len, color);
		} else {
			put_prose(buf, page, len, color);
		}
		page += len + (page[len] == '\n');
	}
}

#include "base/escape.h"

#include <string.h>

#include "base/text.h"

struct range {
	uint32_t first;
	uint32_t last;
};

/* Control and format characters of Unicode that a terminal obeys or that hide text. */
static const struct range unsafe[] = {
	{0x00, 0x1f},	    /* C0 */
	{0x7f, 0x9f},	    /* DEL, C1 */
	{0xad, 0xad},	    /* soft hyphen */
	{0x61c, 0x61c},	    /* Arabic letter mark */
	{0x180e, 0x180e},   /* Mongolian vowel separator */
	{0x200b, 0x200f},   /* zero width, left-to-right and right-to-left marks */
	{0x2028, 0x202e},   /* line and paragraph separators, bidirectional embeddings */
	{0x2060, 0x206f},   /* word joiner, bidirectional isolates */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xfff9, 0xfffb},   /* interlinear annotation */
	{0xe0000, 0xe007f}, /* tags */
};

bool pk_escape_needed(uint32_t c)
{
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	}
	return false;
}

size_t pk_escape_put_char(struct pk_buf *buf, const char *text, size_t len)
{
	uint32_t c = 0;
	size_t used = pk_utf8_decode(&c, text, len);
	if (used == 0) {
		pk_buf_printf(buf, "\\x%02x", (unsigned char)text[0]);
		return 1;
	}
	if (!pk_escape_needed(c))
		pk_buf_put(buf, text, used);
	else if (c == '\n')
		pk_buf_puts(buf, "\\n");
	else if (c == '\r')
		pk_buf_puts(buf, "\\r");
	else if (c == '\t')
		pk_buf_puts(buf, "\\t");
	else if (c < 0x80)
		pk_buf_printf(buf, "\\x%02x", (unsigned)c);
	else
		pk_buf_printf(buf, "\\u{%x}", (unsigned)c);
	return used;
}

bool pk_escape_is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

void pk_escape_put_len(struct pk_buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t plain = 0;
		while (i + plain < len && pk_escape_is_plain(text[i + plain]))
			plain++;
		pk_buf_put(buf, text + i, plain);
		i += plain;
		if (i < len)
			i += pk_escape_put_char(buf, text + i, len - i);
	}
}

void pk_escape_put(struct pk_buf *buf, const char *text)
{
	pk_escape_put_len(buf, text, strlen(text));
}

void pk_escape_put_cell(struct pk_buf *buf, const char *text)
{
	for (const char *part = text; *part != '\0';) {
		size_t len = strcspn(part, "\\");
		pk_escape_put_len(buf, part, len);
		part += len;
		if (*part == '\0')
			break;
		pk_buf_puts(buf, "\\\\");
		part++;
	}
}

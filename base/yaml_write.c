/* Writing single scalars so that the reader gives the same text back. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_scalar.h"

/* First characters that mean something else than text. */
static const char indicators[] = "-?:,[]{}#&*!|>'\"%@`";
/* Characters that plain text inside flow collections is kept free of. */
static const char flow_indicators[] = ",[]{}?:";

/* Characters that can stand in a scalar on one line as they are. */
static bool is_printable(uint32_t c)
{
	bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	bool is_line_end = c == 0x2028 || c == 0x2029;
	return !is_control && !is_line_end && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static bool is_all_printable(const char *text)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t used = pk_utf8_decode(&c, text + i, len - i);
		if (used == 0 || !is_printable(c))
			return false;
		i += used;
	}
	return true;
}

/* '-' begins plain text if it cannot be taken for a list item or a document marker. */
static bool starts_plain(const char *text)
{
	if (text[0] == '-' && text[1] != '\0' && strchr(" -", text[1]) == NULL)
		return true;
	return strchr(indicators, text[0]) == NULL;
}

static bool resolves_to_text(const char *text)
{
	struct pk_node node = {.text = text, .text_len = strlen(text)};
	pk_yaml_resolve(&node);
	return node.kind == PK_NODE_STRING;
}

bool pk_yaml_plain_ok(const char *text)
{
	size_t len = strlen(text);
	if (len == 0 || !starts_plain(text) || text[0] == ' ' || text[len - 1] == ' ')
		return false;
	if (text[len - 1] == ':' || strstr(text, ": ") != NULL || strstr(text, " #") != NULL)
		return false;
	if (pk_text_starts(text, "..."))
		return false; /* ends the document at the start of a line */
	return is_all_printable(text) && resolves_to_text(text);
}

static char *quote_single(struct pk_arena *arena, const char *text)
{
	PK_BUF_AUTO buf = {0};
	pk_buf_putc(&buf, '\'');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\'')
			pk_buf_putc(&buf, '\'');
		pk_buf_putc(&buf, *c);
	}
	pk_buf_putc(&buf, '\'');
	return pk_arena_strndup(arena, buf.data, buf.len);
}

static void put_escaped(struct pk_buf *buf, uint32_t c, const char *bytes, size_t len)
{
	if (c == '"' || c == '\\')
		pk_buf_printf(buf, "\\%c", (int)c);
	else if (c == '\n')
		pk_buf_puts(buf, "\\n");
	else if (c == '\r')
		pk_buf_puts(buf, "\\r");
	else if (c == '\t')
		pk_buf_puts(buf, "\\t");
	else if (is_printable(c))
		pk_buf_put(buf, bytes, len);
	else if (c < 0x100)
		pk_buf_printf(buf, "\\x%02X", (unsigned)c);
	else
		pk_buf_printf(buf, "\\u%04X", (unsigned)c);
}

static char *quote_double(struct pk_arena *arena, const char *text)
{
	PK_BUF_AUTO buf = {0};
	size_t len = strlen(text);
	pk_buf_putc(&buf, '"');
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t used = pk_utf8_decode(&c, text + i, len - i);
		if (used == 0) {
			pk_buf_puts(&buf, "\xef\xbf\xbd"); /* U+FFFD */
			i++;
			continue;
		}
		put_escaped(&buf, c, text + i, used);
		i += used;
	}
	pk_buf_putc(&buf, '"');
	return pk_arena_strndup(arena, buf.data, buf.len);
}

const char *pk_yaml_scalar(struct pk_arena *arena, const char *text, bool flow)
{
	bool is_plain = pk_yaml_plain_ok(text);
	if (is_plain && (!flow || strpbrk(text, flow_indicators) == NULL))
		return pk_arena_strdup(arena, text);
	return is_all_printable(text) ? quote_single(arena, text) : quote_double(arena, text);
}

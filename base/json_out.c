#include "base/json_out.h"

#include <inttypes.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/text.h"

/* A character beyond ASCII that is not for terminals, as `\uXXXX` (two of them beyond U+FFFF). */
static void put_escaped(struct pk_buf *buf, uint32_t c)
{
	if (c < 0x10000) {
		pk_buf_printf(buf, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	pk_buf_printf(buf, "\\u%04x\\u%04x", 0xd800U + (unsigned)(c >> 10),
		0xdc00U + (unsigned)(c & 0x3ff));
}

static void put_string(struct pk_buf *buf, const char *text)
{
	PK_BUF_AUTO plain = {0};
	pk_json_put_string(&plain, text);
	for (size_t i = 0; i < plain.len;) {
		uint32_t c = 0;
		size_t used = pk_utf8_decode(&c, plain.data + i, plain.len - i);
		if (pk_escape_needed(c))
			put_escaped(buf, c);
		else
			pk_buf_put(buf, plain.data + i, used);
		i += used;
	}
}

static void put_name(struct pk_json_out *json, const char *name)
{
	if (json->comma)
		pk_buf_putc(json->buf, ',');
	json->comma = true;
	if (name != NULL) {
		put_string(json->buf, name);
		pk_buf_putc(json->buf, ':');
	}
}

static void open_with(struct pk_json_out *json, const char *name, char bracket)
{
	put_name(json, name);
	pk_buf_putc(json->buf, bracket);
	json->comma = false;
}

static void close_with(struct pk_json_out *json, char bracket)
{
	pk_buf_putc(json->buf, bracket);
	json->comma = true;
}

void pk_json_out_open_object(struct pk_json_out *json, const char *name)
{
	open_with(json, name, '{');
}

void pk_json_out_close_object(struct pk_json_out *json)
{
	close_with(json, '}');
}

void pk_json_out_open_array(struct pk_json_out *json, const char *name)
{
	open_with(json, name, '[');
}

void pk_json_out_close_array(struct pk_json_out *json)
{
	close_with(json, ']');
}

void pk_json_out_text(struct pk_json_out *json, const char *name, const char *text)
{
	put_name(json, name);
	put_string(json->buf, text);
}

void pk_json_out_number(struct pk_json_out *json, const char *name, uint64_t number)
{
	put_name(json, name);
	pk_buf_printf(json->buf, "%" PRIu64, number);
}

void pk_json_out_decimal(struct pk_json_out *json, const char *name, double number)
{
	put_name(json, name);
	pk_buf_printf(json->buf, "%.3f", number);
}

void pk_json_out_bool(struct pk_json_out *json, const char *name, bool value)
{
	put_name(json, name);
	pk_buf_puts(json->buf, value ? "true" : "false");
}

void pk_json_out_raw(struct pk_json_out *json, const char *name, const char *text)
{
	put_name(json, name);
	pk_buf_puts(json->buf, text);
}

#include "cli/html.h"

#include "base/escape.h"

void pk_html_put(struct pk_buf *out, const char *text)
{
	PK_BUF_AUTO safe = {0};
	pk_escape_put(&safe, text);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.data[i]) {
		case '&':
			pk_buf_puts(out, "&amp;");
			break;
		case '<':
			pk_buf_puts(out, "&lt;");
			break;
		case '>':
			pk_buf_puts(out, "&gt;");
			break;
		case '"':
			pk_buf_puts(out, "&quot;");
			break;
		case '\'':
			pk_buf_puts(out, "&#39;");
			break;
		default:
			pk_buf_putc(out, safe.data[i]);
		}
	}
}

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 256 };

/* Makes room for `len` more bytes and the NUL behind them. */
static void reserve(struct pk_buf *buf, size_t len)
{
	if (len > SIZE_MAX / 4 - buf->len)
		abort(); /* more than any memory holds */
	size_t need = buf->len + len + 1;
	if (need <= buf->cap)
		return;

	size_t cap = buf->cap == 0 ? FIRST_CAP : buf->cap;
	while (cap < need)
		cap *= 2;
	char *data = realloc(buf->data, cap);
	if (data == NULL)
		abort(); /* out of memory ends the process */
	buf->data = data;
	buf->cap = cap;
}

void pk_buf_put(struct pk_buf *buf, const void *bytes, size_t len)
{
	reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void pk_buf_puts(struct pk_buf *buf, const char *text)
{
	pk_buf_put(buf, text, strlen(text));
}

void pk_buf_putc(struct pk_buf *buf, char c)
{
	pk_buf_put(buf, &c, 1);
}

void pk_buf_printf(struct pk_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort(); /* only a format of ours can be wrong */

	reserve(buf, (size_t)len);
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

size_t pk_buf_zeros(struct pk_buf *buf, size_t len)
{
	size_t begin = buf->len;
	reserve(buf, len);
	memset(buf->data + begin, 0, len + 1);
	buf->len += len;
	return begin;
}

void pk_buf_finish(struct pk_buf *buf)
{
	free(buf->data);
	*buf = (struct pk_buf){0};
}

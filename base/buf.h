/*
 * Buffer: bytes that grow, on the heap, for building output.
 *
 * The caller owns a zero-initialised struct and calls pk_buf_finish at the end. `data` is always
 * NUL-terminated after the first call that appends.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct pk_buf {
	char *data;
	size_t len;
	size_t cap;
};

/* Appends `len` bytes. */
void pk_buf_put(struct pk_buf *buf, const void *bytes, size_t len);
/* Appends a NUL-terminated text. */
void pk_buf_puts(struct pk_buf *buf, const char *text);
/* Appends one byte. */
void pk_buf_putc(struct pk_buf *buf, char c);
/* printf at the end. */
void pk_buf_printf(struct pk_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Appends `len` zero bytes and returns where they begin. */
size_t pk_buf_zeros(struct pk_buf *buf, size_t len);
/* Releases the memory; the struct is empty again. */
void pk_buf_finish(struct pk_buf *buf);

#define PK_BUF_AUTO __attribute__((cleanup(pk_buf_finish))) struct pk_buf

#endif

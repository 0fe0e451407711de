/*
 * Escape: makes text from inputs and arguments safe to show on a terminal.
 *
 * Control characters (C0, DEL, C1), characters that reorder or hide text (bidirectional
 * controls, zero-width and line separators) and bytes that are not UTF-8 are written as visible
 * escapes, so that a configuration can neither drive the terminal nor show what it is not.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* True if `c` must not reach a terminal as it is. */
bool pk_escape_needed(uint32_t c);
/*
 * Appends the first character of `text` (`len` > 0 bytes): as it is, or as `\x1b` (a byte) or
 * `\u{202e}` (a character). Returns the bytes of `text` taken.
 */
size_t pk_escape_put_char(struct pk_buf *buf, const char *text, size_t len);
/* Appends `len` bytes of text, character by character. */
void pk_escape_put_len(struct pk_buf *buf, const char *text, size_t len);
/* Appends a NUL-terminated text. */
void pk_escape_put(struct pk_buf *buf, const char *text);

/* Appends a cell of a table divided by tabs: as pk_escape_put, and `\` doubled. */
void pk_escape_put_cell(struct pk_buf *buf, const char *text);

/* True for the printable characters of ASCII: one byte, one cell, never escaped. */
bool pk_escape_is_plain(char c);

#endif

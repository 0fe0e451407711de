/*
 * Lines: a stream of text of any size, piece by piece, in flat memory.
 *
 * A piece is a line, or what ends with another text, such as an end tag. UTF-16 with a byte order
 * mark is given as UTF-8 (half a surrogate pair as U+FFFD); the mark itself is left out. Other
 * bytes are given as they are: whether they are UTF-8 is the caller's question.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

enum { PK_LINES_SLACK = 16 }; /* bytes behind a piece that may be read, whatever they are */

struct pk_line {
	const char *text; /* NUL-terminated, may hold further NULs; valid until the next call */
	size_t len;	  /* bytes, with the end that was asked for unless that is "\n" */
	size_t number;	  /* of the line it begins on, from 1 */
	bool cut; /* longer than the limit: these are its first bytes, the rest is skipped */
};

struct pk_lines;

/*
 * Opens `path` ("-" is standard input); a piece has at most `limit` bytes. The caller owns the
 * result; NULL after a report. `path` and `diags` must live as long.
 */
struct pk_lines *pk_lines_open(const char *path, size_t limit, struct pk_diags *diags);
void pk_lines_close(struct pk_lines *lines); /* NULL is fine */
PK_AUTO_DEFINE(pk_lines, pk_lines_close);

/* The first bytes that have not been given, at least `want` unless the stream is shorter. */
const char *pk_lines_peek(struct pk_lines *lines, size_t want, size_t *len_out);
/*
 * The next piece, up to and with `end`, or "\n" without it; the last one may lack its end. False
 * if nothing is left, or after a report if reading failed.
 */
bool pk_lines_next(struct pk_lines *lines, const char *end, struct pk_line *out);

#endif

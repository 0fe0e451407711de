/*
 * Source: the text of one input file, and places in it.
 *
 * A span is two byte offsets; line and column are computed only when somebody prints them.
 * Columns count characters (UTF-8 sequences), from 1, as editors do.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Line and column, both from 1. */
struct pk_place {
	uint32_t line;
	uint32_t column;
};

struct pk_source {
	const char *path; /* as the user wrote it; "-" for standard input */
	const char *text; /* NUL-terminated; may hold further NULs */
	size_t len;	  /* bytes */
	uint32_t *lines;  /* offsets of line starts; NULL until asked for */
	size_t line_count;
	uint32_t *marks;       /* characters before every 256th byte; NULL until asked for */
	uint32_t lines_before; /* lines of the file before `text`, if that is a part of it */
	struct pk_arena *arena;
};

/* Half-open range of bytes in a source; source NULL means "no place". */
struct pk_span {
	struct pk_source *source;
	uint32_t begin;
	uint32_t end;
};

/* A source over `len` bytes at `text`, which must stay alive and be NUL-terminated. */
struct pk_source *pk_source_make(
	struct pk_arena *arena, const char *path, const char *text, size_t len);
/* Bytes of the UTF-8 byte order mark that the text begins with: 3 or 0. */
size_t pk_source_bom_len(const struct pk_source *source);
/* Where `offset` is; offsets past the end give the place behind the last character. */
struct pk_place pk_source_place(struct pk_source *source, uint32_t offset);
/* The line that pk_source_place calls `line`, without its line end; *len_out gets its bytes. */
const char *pk_source_line(struct pk_source *source, uint32_t line, size_t *len_out);
/* A span; `end` is raised to `begin` if it is smaller. */
struct pk_span pk_span_make(struct pk_source *source, size_t begin, size_t end);
/* The empty span at the start of `source`: "this file". */
struct pk_span pk_span_file(struct pk_source *source);

#define PK_NO_SPAN ((struct pk_span){0})

#endif

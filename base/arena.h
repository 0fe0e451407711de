/*
 * Arena: memory that lives as long as one command's work.
 *
 * Everything the pipeline builds (nodes, models, diagnostics) is allocated here and released at
 * once by pk_arena_destroy; nothing inside is freed by itself. Out of memory ends the process,
 * so no function here returns NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/auto.h"

struct pk_arena;

/* A new, empty arena; the caller owns it. */
struct pk_arena *pk_arena_create(void);
/* Releases the arena and all that was allocated in it; NULL is fine. */
void pk_arena_destroy(struct pk_arena *arena);
PK_AUTO_DEFINE(pk_arena, pk_arena_destroy);

/* `size` zeroed bytes, aligned for any type. */
void *pk_arena_alloc(struct pk_arena *arena, size_t size);
/* A copy of `len` bytes of `text`, NUL-terminated. */
char *pk_arena_strndup(struct pk_arena *arena, const char *text, size_t len);
/* A copy of the NUL-terminated `text`. */
char *pk_arena_strdup(struct pk_arena *arena, const char *text);
/* printf into the arena. */
char *pk_arena_printf(struct pk_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* As pk_arena_printf, with a va_list. */
char *pk_arena_vprintf(struct pk_arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Bytes handed out so far, for limits and tests. */
size_t pk_arena_used(const struct pk_arena *arena);

#define PK_NEW(arena, type) ((type *)pk_arena_alloc((arena), sizeof(type)))
#define PK_NEW_ARRAY(arena, type, n) ((type *)pk_arena_alloc((arena), (n) * sizeof(type)))

#endif

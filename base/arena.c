/* Blocks are chained and double in size up to a limit; what is large gets a block of its own. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_FIRST = 8 * 1024,
	BLOCK_MOST = 4 * 1024 * 1024,
	OWN_BLOCK_SHARE = 4, /* more than block/4 at once is "large" */
};

struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct pk_arena {
	struct block *current; /* the block that is being filled; older ones follow */
	struct block *large;
	size_t next_size;
	size_t handed_out;
};

static struct block *make_block(struct block *next, size_t size)
{
	struct block *block = NULL;
	if (size <= SIZE_MAX - sizeof(*block))
		block = malloc(sizeof(*block) + size);
	if (block == NULL)
		abort(); /* out of memory ends the process */
	block->next = next;
	block->used = 0;
	block->size = size;
	return block;
}

static void free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
}

struct pk_arena *pk_arena_create(void)
{
	struct pk_arena *arena = calloc(1, sizeof(*arena));
	if (arena == NULL)
		abort();
	arena->next_size = BLOCK_FIRST;
	return arena;
}

void pk_arena_destroy(struct pk_arena *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena->current);
	free_blocks(arena->large);
	free(arena);
}

static void *take_large(struct pk_arena *arena, size_t size)
{
	arena->large = make_block(arena->large, size);
	arena->large->used = size;
	return arena->large->bytes;
}

/* `size` bytes at a multiple of `align`, a power of two; not zeroed. */
static void *take(struct pk_arena *arena, size_t size, size_t align)
{
	arena->handed_out += size;

	struct block *block = arena->current;
	if (block != NULL) {
		size_t begin = (block->used + align - 1) & ~(align - 1);
		if (begin <= block->size && size <= block->size - begin) {
			block->used = begin + size;
			return block->bytes + begin;
		}
	}
	if (size > arena->next_size / OWN_BLOCK_SHARE)
		return take_large(arena, size);

	arena->current = make_block(block, arena->next_size);
	arena->current->used = size;
	if (arena->next_size < BLOCK_MOST)
		arena->next_size *= 2;
	return arena->current->bytes;
}

void *pk_arena_alloc(struct pk_arena *arena, size_t size)
{
	void *memory = take(arena, size, _Alignof(max_align_t));
	return memset(memory, 0, size);
}

char *pk_arena_strndup(struct pk_arena *arena, const char *text, size_t len)
{
	char *copy = take(arena, len + 1, 1);
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *pk_arena_strdup(struct pk_arena *arena, const char *text)
{
	return pk_arena_strndup(arena, text, strlen(text));
}

char *pk_arena_printf(struct pk_arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = pk_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

char *pk_arena_vprintf(struct pk_arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		abort(); /* only a format of ours can be wrong */

	char *text = take(arena, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

size_t pk_arena_used(const struct pk_arena *arena)
{
	return arena->handed_out;
}

/*
 * Map: text to pointer, in an arena. Keys are compared byte by byte and are not copied: the
 * caller keeps them alive. Zero-initialised is empty.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

#include "base/arena.h"

struct pk_map_slot {
	const char *key;
	void *value;
};

struct pk_map {
	struct pk_map_slot *slots;
	size_t len;
	size_t cap;
};

/* Sets `key` to `value` (not NULL); returns the value that was there before, or NULL. */
void *pk_map_set(struct pk_arena *arena, struct pk_map *map, const char *key, void *value);
/* The value of `key`, or NULL. */
void *pk_map_find(const struct pk_map *map, const char *key);

#endif

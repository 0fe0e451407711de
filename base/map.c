/* Open addressing with linear probing; at most three quarters of the slots are taken. */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

enum { FIRST_CAP = 16 }; /* a power of two */

/* FNV-1a, 64 bit, with the high half folded into the low one. */
static size_t hash(const char *key)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (const char *c = key; *c != '\0'; c++) {
		h ^= (unsigned char)*c;
		h *= 0x100000001b3u;
	}
	return (size_t)(h ^ (h >> 32));
}

/* The slot of `key`, or the free slot where it belongs. */
static struct pk_map_slot *find_slot(struct pk_map_slot *slots, size_t cap, const char *key)
{
	size_t i = hash(key) & (cap - 1);
	while (slots[i].key != NULL && strcmp(slots[i].key, key) != 0)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void grow(struct pk_arena *arena, struct pk_map *map)
{
	size_t cap = map->cap == 0 ? FIRST_CAP : map->cap * 2;
	struct pk_map_slot *slots = PK_NEW_ARRAY(arena, struct pk_map_slot, cap);
	for (size_t i = 0; i < map->cap; i++) {
		if (map->slots[i].key != NULL)
			*find_slot(slots, cap, map->slots[i].key) = map->slots[i];
	}
	map->slots = slots;
	map->cap = cap;
}

void *pk_map_set(struct pk_arena *arena, struct pk_map *map, const char *key, void *value)
{
	if (map->len + 1 > map->cap / 4 * 3)
		grow(arena, map);

	struct pk_map_slot *slot = find_slot(map->slots, map->cap, key);
	void *before = slot->value;
	if (slot->key == NULL) {
		slot->key = key;
		map->len++;
	}
	slot->value = value;
	return before;
}

void *pk_map_find(const struct pk_map *map, const char *key)
{
	if (map->len == 0)
		return NULL;
	return find_slot(map->slots, map->cap, key)->value;
}

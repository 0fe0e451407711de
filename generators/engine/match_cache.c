#include "generators/engine/match_cache.h"

#include <string.h>

enum {
	SLOTS = 16384, /* a power of two */
	FIRST_ROOM = 64,
};

struct pk_match_cache {
	struct pk_arena *arena;
	struct pk_match_entry slots[SLOTS];
};

struct pk_match_cache *pk_match_cache_make(struct pk_arena *arena)
{
	struct pk_match_cache *cache = PK_NEW(arena, struct pk_match_cache);
	cache->arena = arena;
	return cache;
}

/* Only chooses a slot; texts are compared. Eight bytes a step. */
static uint64_t hash_of(uint32_t place, const char *text, size_t len)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = (place + odd) * odd + len;
	uint64_t word = 0;
	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 29;
	}
	word = 0;
	memcpy(&word, text, len);
	hash = (hash ^ word) * odd;
	return hash ^ hash >> 32;
}

/* The room doubles, so that all that a slot ever takes is twice its longest text at most. */
static void reserve(struct pk_match_cache *cache, struct pk_match_entry *entry, size_t len)
{
	uint32_t room = entry->room == 0 ? FIRST_ROOM : entry->room;
	while (room < len)
		room *= 2;
	if (room == entry->room)
		return;
	entry->text = pk_arena_alloc(cache->arena, room);
	entry->room = room;
}

struct pk_match_entry *pk_match_cache_slot(
	struct pk_match_cache *cache, uint32_t place, const char *text, size_t len)
{
	if (len > PK_CACHED_TEXT_MAX)
		return NULL;
	struct pk_match_entry *entry = &cache->slots[hash_of(place, text, len) & (SLOTS - 1)];
	if (entry->taken)
		return NULL;
	if (entry->known && entry->place == place && entry->len == len &&
		memcmp(entry->text, text, len) == 0)
		return entry;
	reserve(cache, entry, len);
	entry->place = place;
	entry->len = (uint32_t)len;
	entry->count = 0;
	entry->known = false;
	entry->taken = true;
	memcpy(entry->text, text, len);
	return entry;
}

void pk_match_entry_add(struct pk_match_entry *entry, const void *hit)
{
	if (entry->count < PK_CACHED_HITS_MAX)
		entry->hits[entry->count] = hit;
	if (entry->count <= PK_CACHED_HITS_MAX)
		entry->count++;
}

void pk_match_entry_keep(struct pk_match_entry *entry, bool whole)
{
	entry->taken = false;
	entry->known = whole && entry->count <= PK_CACHED_HITS_MAX;
}

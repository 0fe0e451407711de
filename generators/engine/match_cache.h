/*
 * Match cache: what was found in texts that were searched lately. The fields of a log repeat:
 * programs, modules, registry keys. The size is fixed; a text takes the slot of another.
 */
#ifndef GENERATORS_ENGINE_MATCH_CACHE_H
#define GENERATORS_ENGINE_MATCH_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
	PK_CACHED_TEXT_MAX = 1024, /* bytes; longer texts are searched each time */
	PK_CACHED_HITS_MAX = 12,   /* found in one text; texts with more are searched each time */
};

struct pk_match_entry {
	uint32_t place; /* event id and field, as pk_match_cache_slot was given them */
	uint32_t len;
	uint32_t room;	/* bytes at `text` */
	uint16_t count; /* hits; more than PK_CACHED_HITS_MAX: they were too many */
	bool known;	/* the hits are those of the text */
	bool taken;	/* being searched; nobody else may have it */
	char *text;
	const void *hits[PK_CACHED_HITS_MAX];
};

struct pk_match_cache;

/* An empty cache in the arena, which it fills up to a fixed size. */
struct pk_match_cache *pk_match_cache_make(struct pk_arena *arena);
/*
 * The entry of the text: if it is `known`, its hits are all there are; else it is `taken` for the
 * caller, who adds hits and ends with pk_match_entry_keep. NULL if there is no place for the text.
 */
struct pk_match_entry *pk_match_cache_slot(
	struct pk_match_cache *cache, uint32_t place, const char *text, size_t len);
/* Adds a hit to an entry that is taken. */
void pk_match_entry_add(struct pk_match_entry *entry, const void *hit);
/* Gives the entry back; `whole`: all hits have been added. */
void pk_match_entry_keep(struct pk_match_entry *entry, bool whole);

#endif

#include "base/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 4 };

void *pk_list_grow(struct pk_arena *arena, void *items, size_t len, size_t *cap, size_t size)
{
	if (len < *cap) {
		memset((char *)items + len * size, 0, size);
		return items;
	}

	size_t new_cap = *cap == 0 ? FIRST_CAP : *cap * 2;
	if (new_cap > SIZE_MAX / 2 / size)
		abort(); /* more than any memory holds */
	char *grown = pk_arena_alloc(arena, new_cap * size);
	if (len > 0)
		memcpy(grown, items, len * size);
	*cap = new_cap;
	return grown;
}

/*
 * List: a growing array whose items live in an arena.
 *
 * `PK_LIST(struct pk_rule) rules;` declares one, zero-initialised is empty. pk_list_push returns
 * the address of a new zeroed item; addresses of items move when the list grows.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

#include "base/arena.h"

#define PK_LIST(type)                                                                              \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t len;                                                                        \
		size_t cap;                                                                        \
	}

/* Used by pk_list_push only: makes room for one more item of `size` bytes. */
void *pk_list_grow(struct pk_arena *arena, void *items, size_t len, size_t *cap, size_t size);

#define pk_list_push(arena, list)                                                                  \
	((list)->items = pk_list_grow(                                                             \
		 (arena), (list)->items, (list)->len, &(list)->cap, sizeof(*(list)->items)),       \
		&(list)->items[(list)->len++])

#endif

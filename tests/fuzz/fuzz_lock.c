/*
 * Lock files: no input may crash the reader; what it reads is written in a form that it reads
 * again, to the same bytes; and locks can be compared.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rulesets/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_lock *lock = pk_lock_read(arena, pk_source_make(arena, "x", text, size), &diags);
	demand((lock == NULL) == (diags.errors > 0));
	if (lock == NULL)
		return 0;

	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	pk_lock_write(&first, lock);
	struct pk_lock *again =
		pk_lock_read(arena, pk_source_make(arena, "x", first.data, first.len), &diags);
	demand(again != NULL);
	pk_lock_write(&second, again);
	demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);

	pk_lock_keep(again, lock);
	pk_lock_check(again, lock, &diags);
	return 0;
}

/*
 * Plans: no input may crash the reader; what it takes is written in a form that it reads again, to
 * the same bytes, and every host is found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/store/plan_file.h"

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
	const struct pk_plan_file *plan =
		pk_plan_file_read(arena, pk_source_make(arena, "x", text, size), &diags);
	demand((plan == NULL) == (diags.errors > 0));
	if (plan == NULL)
		return 0;

	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	struct pk_plan_file copy = *plan;
	pk_plan_file_put(&first, &copy);
	const struct pk_plan_file *again =
		pk_plan_file_read(arena, pk_source_make(arena, "x", first.data, first.len), &diags);
	demand(again != NULL && again->hosts.len == plan->hosts.len);
	demand(strcmp(again->digest, copy.digest) == 0);
	copy = *again;
	pk_plan_file_put(&second, &copy);
	demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	for (size_t i = 0; i < again->hosts.len; i++)
		demand(pk_plan_file_find(again, plan->hosts.items[i].host) ==
			&again->hosts.items[i]);
	return 0;
}

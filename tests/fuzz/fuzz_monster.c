/*
 * Any bytes as a Monster configuration: detected, read as both generations, checked, and written.
 * The law: what is written reads as an equal configuration and is written as equal bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/json.h"
#include "generators/monster/monster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static struct pk_monster_config *read_bytes(struct pk_arena *arena, struct pk_diags *diags,
	enum pk_monster_schema schema, const void *bytes, size_t len)
{
	const char *text = pk_arena_strndup(arena, bytes, len);
	struct pk_source *source = pk_source_make(arena, "fuzz", text, len);
	struct pk_node *root = pk_json_read(source, diags);

	if (root == NULL)
		return NULL;
	enum pk_monster_schema detected;
	pk_monster_detect(&detected, root, diags);
	return pk_monster_read(arena, root, schema, diags);
}

static void try_schema(enum pk_monster_schema schema, const void *bytes, size_t len)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_monster_config *config = read_bytes(arena, &diags, schema, bytes, len);

	if (config == NULL)
		return;
	pk_monster_check(config, NULL, &diags);

	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	pk_monster_write(&first, config);
	const struct pk_monster_config *again =
		read_bytes(arena, &diags, schema, first.data, first.len);
	demand(again != NULL);
	demand(pk_monster_equal(config, again));
	pk_monster_write(&second, again);
	demand(first.len == second.len);
	demand(memcmp(first.data, second.data, first.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_schema(PK_MONSTER_0_9, data, size);
	try_schema(PK_MONSTER_1_0, data, size);
	return 0;
}

/*
 * Records of Monster agents: whatever arrives becomes one line of JSON that is JSON, and a line for
 * people; both orders of columns and both kinds of senders are tried.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "templates/monster/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void decode(struct pk_arena *arena, const char *text, size_t len, bool filter2017)
{
	struct pk_monster_record record;
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO json = {0};
	PK_BUF_AUTO line = {0};
	bool read = pk_monster_split(&record, text, len, filter2017);
	demand(read == (record.problem == PK_MONSTER_READ));
	demand(!read || record.event != NULL);
	pk_monster_put_json(&json, &record, text, len, filter2017 ? "192.0.2.1" : NULL);
	pk_monster_put_text(&line, &record, text, len, NULL);
	demand(memchr(json.data, '\n', json.len) == NULL);
	const struct pk_node *document =
		pk_json_read(pk_source_make(arena, "document", json.data, json.len), &diags);
	demand(document != NULL && document->kind == PK_NODE_MAP);
	demand(pk_node_find(document, "event") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	if (size > PK_MONSTER_DATAGRAM_MAX)
		return 0;
	decode(arena, (const char *)data, size, false);
	decode(arena, (const char *)data, size, true);
	return 0;
}

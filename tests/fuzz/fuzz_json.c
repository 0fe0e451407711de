/*
 * The JSON reader: no input may crash it; places lie in the text; and every string it reads comes
 * back from what pk_json_put_string_len writes for it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_round_trip(struct pk_arena *arena, const struct pk_node *node)
{
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	pk_json_put_string_len(&buf, node->text, node->text_len);
	const char *text = pk_arena_strndup(arena, buf.data, buf.len);
	const struct pk_node *again =
		pk_json_read(pk_source_make(arena, "x", text, buf.len), &diags);
	demand(again != NULL && again->kind == PK_NODE_STRING);
	demand(again->text_len == node->text_len);
	demand(memcmp(again->text, node->text, node->text_len) == 0);
}

static void check_node(struct pk_arena *arena, const struct pk_node *node)
{
	demand(node->span.begin < node->span.end && node->span.end <= node->span.source->len);
	if (node->kind == PK_NODE_STRING)
		check_round_trip(arena, node);
	for (size_t i = 0; i < node->items.len; i++)
		check_node(arena, node->items.items[i]);
	for (size_t i = 0; i < node->pair_count; i++) {
		check_node(arena, node->pairs[i].key);
		check_node(arena, node->pairs[i].value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	const struct pk_node *root = pk_json_read(pk_source_make(arena, "x", text, size), &diags);
	demand((root == NULL) == (diags.errors > 0));
	if (root != NULL)
		check_node(arena, root);
	for (size_t i = 0; i < diags.all.len; i++)
		demand(diags.all.items[i].span.end <= size + 1);
	return 0;
}

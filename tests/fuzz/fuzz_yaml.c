/*
 * The YAML reader: no input may crash it; places lie in the text; and every string it reads comes
 * back from the scalar that pk_yaml_scalar writes for it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_round_trip(struct pk_arena *arena, const char *text, bool flow)
{
	struct pk_diags diags = {.arena = arena};
	const char *scalar = pk_yaml_scalar(arena, text, flow);
	const char *document = pk_arena_printf(arena, flow ? "a: [%s, b]\n" : "a: %s\n", scalar);
	struct pk_source *source = pk_source_make(arena, "x", document, strlen(document));
	const struct pk_node *root = pk_yaml_read(source, &diags);
	demand(root != NULL);
	const struct pk_node *node = pk_node_find(root, "a");
	demand(node != NULL);
	if (flow)
		node = node->items.items[0];
	demand(node->kind == PK_NODE_STRING && pk_text_equal(node->text, text));
}

static void check_node(struct pk_arena *arena, const struct pk_node *node)
{
	demand(node->span.begin <= node->span.end && node->span.end <= node->span.source->len);
	if (node->kind == PK_NODE_STRING && node->text_len < 200) {
		check_round_trip(arena, node->text, false);
		check_round_trip(arena, node->text, true);
	}
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
	const struct pk_node *root = pk_yaml_read(pk_source_make(arena, "x", text, size), &diags);
	demand((root == NULL) == (diags.errors > 0));
	if (root != NULL)
		check_node(arena, root);
	for (size_t i = 0; i < diags.all.len; i++)
		demand(diags.all.items[i].span.end <= size + 1);
	return 0;
}

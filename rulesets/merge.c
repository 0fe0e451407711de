/*
 * Merging settings: mappings key by key, anything else as a whole. All layers are merged at once,
 * so the cost is the size of what they say, however many there are.
 */
#include <string.h>

#include "rulesets/settings_read.h"

/* What the layers say about one key. */
struct merged_key {
	struct pk_node *key;
	PK_LIST(const struct pk_node *) values;
};

static struct pk_node *copy_node(struct pk_read *read, const struct pk_node *node)
{
	struct pk_node *copy = PK_NEW(read->arena, struct pk_node);
	*copy = *node;
	return copy;
}

static struct pk_node *copy_scalar(struct pk_read *read, const struct pk_node *node)
{
	struct pk_node *copy = copy_node(read, node);
	if (node->kind != PK_NODE_STRING)
		return copy;
	const char *text = pk_read_text(read, node, "setting");
	if (text == NULL)
		return NULL;
	if (text != node->text) {
		copy->text = text;
		copy->text_len = strlen(text);
	}
	return copy;
}

static struct pk_node *copy_list(struct pk_read *read, const struct pk_node *node)
{
	struct pk_node *copy = copy_node(read, node);
	copy->items.items = NULL;
	copy->items.len = 0;
	copy->items.cap = 0;
	bool good = true;
	for (size_t i = 0; i < node->items.len; i++) {
		const struct pk_node *source = node->items.items[i];
		struct pk_node *item = pk_merge_nodes(read, &source, 1);
		*pk_list_push(read->arena, &copy->items) = item;
		good &= item != NULL;
	}
	return good ? copy : NULL;
}

/* Mappings that count: those behind the last value that is none, which takes all before it back. */
static size_t first_map(const struct pk_node *const *nodes, size_t count)
{
	size_t first = count;
	while (first > 0 && nodes[first - 1]->kind == PK_NODE_MAP)
		first--;
	return first;
}

static struct pk_node *merge_maps(
	struct pk_read *read, const struct pk_node *const *maps, size_t count)
{
	struct pk_map by_key = {0};
	PK_LIST(struct merged_key *) keys = {0};
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < maps[i]->pair_count; k++) {
			const struct pk_node_pair *pair = &maps[i]->pairs[k];
			struct merged_key *merged = pk_map_find(&by_key, pair->key->text);
			if (merged == NULL) {
				merged = PK_NEW(read->arena, struct merged_key);
				pk_map_set(read->arena, &by_key, pair->key->text, merged);
				*pk_list_push(read->arena, &keys) = merged;
			}
			merged->key = pair->key;
			*pk_list_push(read->arena, &merged->values) = pair->value;
		}
	}

	struct pk_node *out = copy_node(read, maps[count - 1]);
	out->pairs = PK_NEW_ARRAY(read->arena, struct pk_node_pair, keys.len + 1);
	out->pair_count = out->pair_cap = keys.len;
	bool good = true;
	for (size_t i = 0; i < keys.len; i++) {
		const struct merged_key *merged = keys.items[i];
		out->pairs[i].key = merged->key;
		out->pairs[i].value =
			pk_merge_nodes(read, merged->values.items, merged->values.len);
		good &= out->pairs[i].value != NULL;
	}
	return good ? out : NULL;
}

struct pk_node *pk_merge_nodes(
	struct pk_read *read, const struct pk_node *const *nodes, size_t count)
{
	const struct pk_node *last = nodes[count - 1];
	if (last->kind == PK_NODE_LIST)
		return copy_list(read, last);
	if (last->kind != PK_NODE_MAP)
		return copy_scalar(read, last);
	size_t first = first_map(nodes, count);
	return merge_maps(read, nodes + first, count - first);
}

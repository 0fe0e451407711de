#include "base/builder.h"

#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

enum { FEW_PAIRS = 8 }; /* up to here looking at every pair is cheaper than a map */

bool pk_builder_check_utf8(struct pk_source *source, struct pk_diags *diags)
{
	size_t bad;
	if (pk_utf8_valid(source->text, source->len, &bad))
		return true;
	struct pk_diag *diag = pk_report(diags, PK_BAD_UTF8, pk_span_make(source, bad, bad + 1),
		"byte 0x%02x is not valid UTF-8", (unsigned char)source->text[bad]);
	pk_diag_hint(diags, diag, "save the file as UTF-8");
	return false;
}

void pk_builder_init(struct pk_builder *builder, struct pk_arena *arena, struct pk_diags *diags,
	enum pk_code duplicate_code, enum pk_code key_code)
{
	*builder = (struct pk_builder){
		.arena = arena,
		.scratch = pk_arena_create(),
		.diags = diags,
		.duplicate_code = duplicate_code,
		.key_code = key_code,
	};
}

void pk_builder_finish(struct pk_builder *builder)
{
	pk_arena_destroy(builder->scratch);
	builder->scratch = NULL;
}

void pk_builder_add(struct pk_builder *builder, struct pk_node *node)
{
	if (builder->open.len > 0) {
		*pk_list_push(builder->scratch, &builder->children) = node;
		return;
	}
	assert(builder->root == NULL);
	builder->root = node;
}

void pk_builder_open(struct pk_builder *builder, struct pk_node *node)
{
	pk_builder_add(builder, node);
	struct pk_builder_frame *frame = pk_list_push(builder->scratch, &builder->open);
	frame->node = node;
	frame->first = builder->children.len;
}

static void fill_list(struct pk_builder *builder, struct pk_node *list, size_t first)
{
	size_t count = builder->children.len - first;
	if (count == 0)
		return;
	list->items.items = PK_NEW_ARRAY(builder->arena, struct pk_node *, count);
	memcpy(list->items.items, builder->children.items + first,
		count * sizeof(*list->items.items));
	list->items.len = count;
	list->items.cap = count;
}

/* Can `key` be the key of a mapping? Else it is reported. */
static bool check_key(struct pk_builder *builder, const struct pk_node *key)
{
	switch (key->kind) {
	case PK_NODE_BOOL:
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
	case PK_NODE_STRING:
		if (memchr(key->text, '\0', key->text_len) == NULL)
			return true;
		pk_report(builder->diags, builder->key_code, key->span,
			"key '%s' has a NUL character in it", key->text);
		return false;
	case PK_NODE_NULL:
	case PK_NODE_LIST:
	case PK_NODE_MAP:
		break;
	}
	pk_report(builder->diags, builder->key_code, key->span, "a key must be plain text, not %s",
		pk_node_kind_name(key->kind));
	return false;
}

/* The key of the same text that was found before `key`, which is then remembered, or NULL. */
static const struct pk_node *find_earlier(struct pk_builder *builder, const struct pk_node *map,
	struct pk_map *seen, struct pk_node *key)
{
	if (seen->len > 0) {
		const struct pk_node *earlier = pk_map_find(seen, key->text);
		if (earlier == NULL)
			pk_map_set(builder->scratch, seen, key->text, key);
		return earlier;
	}
	const struct pk_node *earlier = pk_node_find_key(map, key->text);
	if (map->pair_count < FEW_PAIRS || earlier != NULL)
		return earlier;
	for (size_t i = 0; i < map->pair_count; i++)
		pk_map_set(builder->scratch, seen, map->pairs[i].key->text, map->pairs[i].key);
	pk_map_set(builder->scratch, seen, key->text, key);
	return NULL;
}

static void report_duplicate(
	struct pk_builder *builder, const struct pk_node *key, const struct pk_node *earlier)
{
	struct pk_diag *diag = pk_report(builder->diags, builder->duplicate_code, key->span,
		"key '%s' is given twice", key->text);
	pk_diag_relate(builder->diags, diag, earlier->span, "'%s' is first given here", key->text);
	pk_diag_hint(builder->diags, diag, "remove or rename one of them");
}

static void fill_map(struct pk_builder *builder, struct pk_node *map, size_t first)
{
	size_t count = (builder->children.len - first) / 2;
	if (count == 0)
		return;
	struct pk_node **children = builder->children.items + first;
	struct pk_map seen = {0};
	map->pairs = PK_NEW_ARRAY(builder->arena, struct pk_node_pair, count);
	map->pair_cap = count;
	for (size_t i = 0; i < count; i++) {
		struct pk_node *key = children[2 * i];
		if (!check_key(builder, key))
			continue;
		const struct pk_node *earlier = find_earlier(builder, map, &seen, key);
		if (earlier != NULL) {
			report_duplicate(builder, key, earlier);
			continue;
		}
		map->pairs[map->pair_count].key = key;
		map->pairs[map->pair_count].value = children[2 * i + 1];
		map->pair_count++;
	}
}

struct pk_node *pk_builder_close(struct pk_builder *builder)
{
	assert(builder->open.len > 0);
	struct pk_builder_frame frame = builder->open.items[--builder->open.len];
	if (frame.node->kind == PK_NODE_LIST)
		fill_list(builder, frame.node, frame.first);
	else
		fill_map(builder, frame.node, frame.first);
	builder->children.len = frame.first;
	return frame.node;
}

size_t pk_builder_depth(const struct pk_builder *builder)
{
	return builder->open.len;
}

const struct pk_node *pk_builder_parent(const struct pk_builder *builder)
{
	return builder->open.len == 0 ? NULL : builder->open.items[builder->open.len - 1].node;
}

const struct pk_node *pk_builder_pending_key(const struct pk_builder *builder)
{
	const struct pk_node *parent = pk_builder_parent(builder);
	if (parent == NULL || parent->kind != PK_NODE_MAP)
		return NULL;
	size_t count = builder->children.len - builder->open.items[builder->open.len - 1].first;
	return count % 2 == 0 ? NULL : builder->children.items[builder->children.len - 1];
}

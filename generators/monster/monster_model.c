/* Making, filling and comparing configurations. */
#include "generators/monster/monster.h"

#include <string.h>

#include "base/text.h"

static void set_sample(struct pk_monster_slot *slot, const struct pk_monster_row *row)
{
	slot->present = true;
	slot->number = row->sample_number;
	if (row->sample_text != NULL) {
		slot->text = row->sample_text;
		slot->len = strlen(row->sample_text);
	}
}

struct pk_monster_config *pk_monster_make(struct pk_arena *arena, enum pk_monster_schema schema)
{
	struct pk_monster_config *config = PK_NEW(arena, struct pk_monster_config);

	config->arena = arena;
	config->schema = schema;
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		if (pk_monster_has_key(schema, key))
			set_sample(&config->slots[key], pk_monster_row(key));
	}
	return config;
}

/*
 * The slot of `key`, present from now on with the objects it is in. Where a value of the wrong
 * type was read, the new value takes its place.
 */
static struct pk_monster_slot *claim_slot(
	struct pk_monster_config *config, enum pk_monster_key key, struct pk_span span)
{
	struct pk_monster_slot *slot = &config->slots[key];

	if (!slot->present) {
		slot->key_span = span;
		slot->span = span;
	}
	slot->present = true;
	slot->odd = NULL;
	if (key != PK_MONSTER_KEY_ROOT)
		claim_slot(config, pk_monster_row(key)->parent, span);
	return slot;
}

bool pk_monster_add(struct pk_monster_config *config, enum pk_monster_path path, bool include,
	enum pk_monster_op op, const char *value, struct pk_span span)
{
	enum pk_monster_key key;
	uint64_t number;

	if (!pk_monster_find_list(&key, config->schema, path, include, op))
		return false;

	struct pk_monster_slot *slot = claim_slot(config, key, span);
	struct pk_monster_entry *entry = pk_list_push(config->arena, &slot->entries);
	entry->text = pk_arena_strdup(config->arena, value);
	entry->len = strlen(value);
	entry->span = span;
	if (path == PK_MONSTER_PATH_NET_TARGET_PORT && pk_text_parse_u64(&number, value)) {
		/* Spelt anew: JSON has no leading zeros. */
		entry->number = true;
		entry->text = pk_arena_printf(config->arena, "%llu", (unsigned long long)number);
		entry->len = strlen(entry->text);
	}
	return true;
}

bool pk_monster_set_number(struct pk_monster_config *config, enum pk_monster_key key,
	int64_t number, struct pk_span span)
{
	const enum pk_monster_type type = pk_monster_row(key)->type;

	if (!pk_monster_has_key(config->schema, key))
		return false;
	if (type != PK_MONSTER_TYPE_FLAG && type != PK_MONSTER_TYPE_NUMBER)
		return false;

	struct pk_monster_slot *slot = claim_slot(config, key, span);
	slot->span = span;
	slot->number = number;
	return true;
}

bool pk_monster_set_text(struct pk_monster_config *config, enum pk_monster_key key,
	const char *text, struct pk_span span)
{
	if (!pk_monster_has_key(config->schema, key))
		return false;
	if (pk_monster_row(key)->type != PK_MONSTER_TYPE_TEXT)
		return false;

	struct pk_monster_slot *slot = claim_slot(config, key, span);
	slot->span = span;
	slot->text = pk_arena_strdup(config->arena, text);
	slot->len = strlen(text);
	return true;
}

static bool bytes_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool nodes_equal(const struct pk_node *a, const struct pk_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case PK_NODE_NULL:
		return true;
	case PK_NODE_BOOL:
		return a->boolean == b->boolean;
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
	case PK_NODE_STRING:
		return bytes_equal(a->text, a->text_len, b->text, b->text_len);
	case PK_NODE_LIST:
		if (a->items.len != b->items.len)
			return false;
		for (size_t i = 0; i < a->items.len; i++) {
			if (!nodes_equal(a->items.items[i], b->items.items[i]))
				return false;
		}
		return true;
	case PK_NODE_MAP:
		if (a->pair_count != b->pair_count)
			return false;
		for (size_t i = 0; i < a->pair_count; i++) {
			if (!nodes_equal(a->pairs[i].key, b->pairs[i].key) ||
				!nodes_equal(a->pairs[i].value, b->pairs[i].value))
				return false;
		}
		return true;
	}
	return false;
}

static bool entries_equal(const struct pk_monster_slot *a, const struct pk_monster_slot *b)
{
	if (a->entries.len != b->entries.len)
		return false;
	for (size_t i = 0; i < a->entries.len; i++) {
		const struct pk_monster_entry *x = &a->entries.items[i];
		const struct pk_monster_entry *y = &b->entries.items[i];
		if (x->number != y->number || !bytes_equal(x->text, x->len, y->text, y->len) ||
			!nodes_equal(x->odd, y->odd))
			return false;
	}
	return true;
}

static bool unknown_equal(const struct pk_monster_slot *a, const struct pk_monster_slot *b)
{
	if (a->unknown.len != b->unknown.len)
		return false;
	for (size_t i = 0; i < a->unknown.len; i++) {
		if (!nodes_equal(a->unknown.items[i].key, b->unknown.items[i].key) ||
			!nodes_equal(a->unknown.items[i].value, b->unknown.items[i].value))
			return false;
	}
	return true;
}

bool pk_monster_equal(const struct pk_monster_config *a, const struct pk_monster_config *b)
{
	if (a->schema != b->schema)
		return false;
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_slot *x = &a->slots[key];
		const struct pk_monster_slot *y = &b->slots[key];
		if (x->present != y->present || x->number != y->number ||
			!bytes_equal(x->text, x->len, y->text, y->len) ||
			!nodes_equal(x->odd, y->odd) || !entries_equal(x, y) ||
			!unknown_equal(x, y))
			return false;
	}
	return true;
}

/* Nodes to configurations, and which generation they are of. */
#include "generators/monster/monster.h"

#include "base/json.h"
#include "base/text.h"

/* The first sign of each generation, as the node that shows it. */
struct signs {
	const struct pk_node *of[PK_MONSTER_1_0 + 1];
};

static void note_sign(struct signs *signs, enum pk_monster_schema schema, const struct pk_node *at)
{
	if (signs->of[schema] == NULL)
		signs->of[schema] = at;
}

/* A known key that only one generation has is a sign of it. */
static void note_key(struct signs *signs, enum pk_monster_key parent, const struct pk_node *name)
{
	enum pk_monster_key key;
	const bool in_0_9 =
		pk_monster_find_member(&key, PK_MONSTER_0_9, parent, name->text, name->text_len);
	const bool in_1_0 =
		pk_monster_find_member(&key, PK_MONSTER_1_0, parent, name->text, name->text_len);

	if (in_0_9 && !in_1_0)
		note_sign(signs, PK_MONSTER_0_9, name);
	if (in_1_0 && !in_0_9)
		note_sign(signs, PK_MONSTER_1_0, name);
}

static void note_direction(struct signs *signs, const struct pk_node *path, const char *direction)
{
	const struct pk_node *value = pk_node_find(path, direction);

	if (value == NULL)
		return;
	if (value->kind == PK_NODE_LIST)
		note_sign(signs, PK_MONSTER_0_9, pk_node_find_key(path, direction));
	if (value->kind == PK_NODE_MAP)
		note_sign(signs, PK_MONSTER_1_0, pk_node_find_key(path, direction));
}

static bool expect_object(const struct pk_node *root, struct pk_diags *diags)
{
	if (root->kind == PK_NODE_MAP)
		return true;

	struct pk_diag *diag = pk_report(diags, PK_MONSTER_NOT_OBJECT, root->span,
		"a Monster configuration is an object, not %s", pk_node_kind_name(root->kind));
	pk_diag_hint(diags, diag, "write { \"trace_policy\": ..., \"export\": ... }");
	return false;
}

static void collect_signs(struct signs *signs, const struct pk_node *root)
{
	for (size_t i = 0; i < root->pair_count; i++)
		note_key(signs, PK_MONSTER_KEY_ROOT, root->pairs[i].key);

	const struct pk_node *policy = pk_node_find(root, "trace_policy");
	if (policy == NULL || policy->kind != PK_NODE_MAP)
		return;
	for (size_t i = 0; i < policy->pair_count; i++) {
		const struct pk_node *path = policy->pairs[i].value;
		note_key(signs, PK_MONSTER_KEY_POLICY, policy->pairs[i].key);
		if (path->kind != PK_NODE_MAP)
			continue;
		note_direction(signs, path, "include");
		note_direction(signs, path, "exclude");
	}
}

bool pk_monster_detect(
	enum pk_monster_schema *out, const struct pk_node *root, struct pk_diags *diags)
{
	struct signs signs = {{NULL, NULL}};

	if (!expect_object(root, diags))
		return false;
	collect_signs(&signs, root);

	const struct pk_node *older = signs.of[PK_MONSTER_0_9];
	const struct pk_node *newer = signs.of[PK_MONSTER_1_0];
	if (older != NULL && newer != NULL) {
		struct pk_diag *diag = pk_report(diags, PK_MONSTER_MIXED_SCHEMAS, newer->span,
			"'%s' is written as in monster/1.0 in a file with parts of monster/0.9",
			newer->text);
		pk_diag_relate(
			diags, diag, older->span, "'%s' is written as in monster/0.9", older->text);
		pk_diag_hint(diags, diag, "keep to the keys of one generation");
		return false;
	}
	*out = newer != NULL ? PK_MONSTER_1_0 : PK_MONSTER_0_9;
	return true;
}

/* A setting of a ruleset may spell its number as only YAML does. */
static void spell_number(
	struct pk_arena *arena, struct pk_monster_entry *entry, const struct pk_node *item)
{
	PK_BUF_AUTO text = {0};
	pk_json_put_number(&text, item);
	entry->text = pk_arena_strndup(arena, text.data, text.len);
	entry->len = text.len;
}

static void read_entries(
	struct pk_monster_config *config, enum pk_monster_key key, const struct pk_node *list)
{
	struct pk_monster_slot *slot = &config->slots[key];
	const bool numbers = pk_monster_row(key)->path == PK_MONSTER_PATH_NET_TARGET_PORT;

	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		struct pk_monster_entry *entry = pk_list_push(config->arena, &slot->entries);
		entry->span = item->span;
		entry->number = item->kind == PK_NODE_INT && numbers;
		if (item->kind != PK_NODE_STRING && !entry->number) {
			entry->odd = item;
			continue;
		}
		entry->text = item->text;
		entry->len = item->text_len;
		if (entry->number)
			spell_number(config->arena, entry, item);
	}
}

static enum pk_node_kind kind_of_type(enum pk_monster_type type)
{
	switch (type) {
	case PK_MONSTER_TYPE_OBJECT:
		return PK_NODE_MAP;
	case PK_MONSTER_TYPE_FLAG:
	case PK_MONSTER_TYPE_NUMBER:
		return PK_NODE_INT;
	case PK_MONSTER_TYPE_TEXT:
		return PK_NODE_STRING;
	case PK_MONSTER_TYPE_LIST:
		return PK_NODE_LIST;
	}
	return PK_NODE_NULL;
}

/* Fills all slots but those of objects, whose members follow in read_object. */
static void read_value(
	struct pk_monster_config *config, enum pk_monster_key key, const struct pk_node_pair *pair)
{
	struct pk_monster_slot *slot = &config->slots[key];
	const struct pk_node *value = pair->value;

	slot->present = true;
	slot->key_span = pair->key->span;
	slot->span = value->span;
	if (value->kind != kind_of_type(pk_monster_row(key)->type)) {
		slot->odd = value;
		return;
	}
	switch (pk_monster_row(key)->type) {
	case PK_MONSTER_TYPE_OBJECT:
		break;
	case PK_MONSTER_TYPE_FLAG:
	case PK_MONSTER_TYPE_NUMBER:
		slot->number = value->integer;
		break;
	case PK_MONSTER_TYPE_TEXT:
		slot->text = value->text;
		slot->len = value->text_len;
		break;
	case PK_MONSTER_TYPE_LIST:
		read_entries(config, key, value);
		break;
	}
}

/* Recursion ends where the table of keys does. */
static void read_object(
	struct pk_monster_config *config, enum pk_monster_key object, const struct pk_node *map)
{
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node_pair *pair = &map->pairs[i];
		enum pk_monster_key key;
		if (!pk_monster_find_member(
			    &key, config->schema, object, pair->key->text, pair->key->text_len)) {
			*pk_list_push(config->arena, &config->slots[object].unknown) = *pair;
			continue;
		}
		read_value(config, key, pair);
		if (pk_monster_row(key)->type == PK_MONSTER_TYPE_OBJECT &&
			config->slots[key].odd == NULL)
			read_object(config, key, pair->value);
	}
}

struct pk_monster_config *pk_monster_read(struct pk_arena *arena, const struct pk_node *root,
	enum pk_monster_schema schema, struct pk_diags *diags)
{
	if (!expect_object(root, diags))
		return NULL;

	struct pk_monster_config *config = PK_NEW(arena, struct pk_monster_config);
	config->arena = arena;
	config->schema = schema;
	config->slots[PK_MONSTER_KEY_ROOT].present = true;
	config->slots[PK_MONSTER_KEY_ROOT].key_span = root->span;
	config->slots[PK_MONSTER_KEY_ROOT].span = root->span;
	read_object(config, PK_MONSTER_KEY_ROOT, root);
	return config;
}

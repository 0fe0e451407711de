#include "rulesets/migrate.h"

#include "base/text.h"

/* The items of the list at `key`; an empty list if it is something else. */
static const struct pk_node *find_list(const struct pk_node *map, const char *key)
{
	static const struct pk_node none = {.kind = PK_NODE_LIST};
	const struct pk_node *list = map->kind == PK_NODE_MAP ? pk_node_find(map, key) : NULL;
	return list != NULL && list->kind == PK_NODE_LIST ? list : &none;
}

static void migrate_text(struct pk_migration *migration, const struct pk_node *map, const char *key)
{
	const struct pk_node *node = map->kind == PK_NODE_MAP ? pk_node_find(map, key) : NULL;
	if (node != NULL && node->text != NULL)
		pk_migrate_text(migration, node->span, false);
}

/* A rule, a rule of a group, or what a patch sets of one. */
static void migrate_rule(struct pk_migration *migration, const struct pk_node *rule)
{
	const struct pk_node *ids = find_list(rule, "attack");
	for (size_t i = 0; i < ids->items.len; i++) {
		if (ids->items.items[i]->text != NULL)
			pk_migrate_text(migration, ids->items.items[i]->span, true);
	}
	migrate_text(migration, rule, "name");
	const struct pk_node *tests = find_list(rule, "tests");
	for (size_t i = 0; i < tests->items.len; i++)
		migrate_text(migration, tests->items.items[i], "rule_name");
}

static void migrate_rules(struct pk_migration *migration, const struct pk_node *map)
{
	const struct pk_node *rules = find_list(map, "rules");
	for (size_t i = 0; i < rules->items.len; i++)
		migrate_rule(migration, rules->items.items[i]);
}

static void migrate_patches(struct pk_migration *migration, const struct pk_node *map)
{
	const struct pk_node *patches = find_list(map, "patch");
	for (size_t i = 0; i < patches->items.len; i++) {
		const struct pk_node *patch = patches->items.items[i];
		const struct pk_node *set =
			patch->kind == PK_NODE_MAP ? pk_node_find(patch, "set") : NULL;
		if (set != NULL)
			migrate_rule(migration, set);
	}
}

static void migrate_profiles(struct pk_migration *migration, const struct pk_node *root)
{
	const struct pk_node *profiles = pk_node_find(root, "profiles");
	for (size_t i = 0; profiles != NULL && i < profiles->pair_count; i++)
		migrate_patches(migration, profiles->pairs[i].value);
}

/* The node of the release in the mapping `ruleset`, or NULL. */
static const struct pk_node *find_release(const struct pk_node *root)
{
	const struct pk_node *set =
		root->kind == PK_NODE_MAP ? pk_node_find(root, "ruleset") : NULL;
	const struct pk_node *node =
		set != NULL && set->kind == PK_NODE_MAP ? pk_node_find(set, "attack") : NULL;
	return node != NULL && node->text != NULL ? node : NULL;
}

uint32_t pk_ruleset_release(const struct pk_history *history, const struct pk_node *root)
{
	const struct pk_node *node = find_release(root);
	return node == NULL ? PK_RELEASE_UNKNOWN : pk_history_find_release(history, node->text);
}

void pk_ruleset_migrate(struct pk_migration *migration, const struct pk_node *root)
{
	if (root->kind != PK_NODE_MAP)
		return;
	const struct pk_node *release = find_release(root);
	if (release != NULL)
		pk_migrate_release(migration, release->span, release->text);
	migrate_rules(migration, root);
	const struct pk_node *groups = find_list(root, "groups");
	for (size_t i = 0; i < groups->items.len; i++) {
		migrate_text(migration, groups->items.items[i], "name");
		migrate_rules(migration, groups->items.items[i]);
	}
	migrate_patches(migration, root);
	migrate_profiles(migration, root);
}

/* Ansible's inventories in YAML: groups with `hosts`, `vars` and `children`, `all` at the top. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

static const char *const group_keys[] = {"hosts", "vars", "children"};

static bool is_all(const char *name)
{
	return pk_text_equal(name, "all");
}

bool pk_ansible_read_vars(
	struct pk_inventory_build *build, struct pk_wishes *out, const struct pk_node *map)
{
	bool good = true;
	if (map->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(map, PK_NODE_MAP, "vars", build->diags))
		return false;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node_pair *pair = &map->pairs[i];
		good = pk_ansible_read_var(
			       build, out, pair->key->text, pair->value, pair->key->span) &&
			good;
	}
	return good;
}

static bool read_hosts(struct pk_inventory_build *build, const struct pk_node *map,
	struct pk_inventory_group *group)
{
	bool good = true;
	if (map->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(map, PK_NODE_MAP, "hosts", build->diags))
		return false;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		const struct pk_node *value = map->pairs[i].value;
		struct pk_wishes own = {0};
		bool said = value->kind != PK_NODE_NULL;
		if (said && !pk_ansible_read_vars(build, &own, value)) {
			good = false;
			continue;
		}
		good = pk_inventory_add_hosts(
			       build, key->text, key->span, group, said ? &own : NULL, false) &&
			good;
	}
	return good;
}

static bool read_group(struct pk_inventory_build *build, const struct pk_node *key,
	const struct pk_node *value, struct pk_inventory_group *parent);

static bool read_children(struct pk_inventory_build *build, const struct pk_node *map,
	struct pk_inventory_group *group)
{
	bool good = true;
	if (map->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(map, PK_NODE_MAP, "children", build->diags))
		return false;
	for (size_t i = 0; i < map->pair_count; i++)
		good = read_group(build, map->pairs[i].key, map->pairs[i].value, group) && good;
	return good;
}

/* `all` is no group of ours: what it says is said of every host. */
static bool read_group(struct pk_inventory_build *build, const struct pk_node *key,
	const struct pk_node *value, struct pk_inventory_group *parent)
{
	struct pk_inventory_group *group = NULL;
	if (!is_all(key->text)) {
		group = pk_inventory_group(build, key->text, key->span);
		if (group == NULL)
			return false;
		group->defined = true;
		if (parent != NULL)
			pk_inventory_add_parent(build, group, parent);
	}
	if (value->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(value, PK_NODE_MAP, key->text, build->diags))
		return false;
	const struct pk_node *hosts = pk_node_find(value, "hosts");
	const struct pk_node *vars = pk_node_find(value, "vars");
	const struct pk_node *children = pk_node_find(value, "children");
	struct pk_wishes wishes = {0};
	bool good = pk_node_check_keys(
		value, group_keys, PK_COUNT(group_keys), PK_INVENTORY_KEY, build->diags);
	if (vars != NULL)
		good = pk_ansible_read_vars(build, &wishes, vars) && good;
	pk_wishes_overlay(
		build->scratch, group == NULL ? &build->defaults : &group->wishes, &wishes);
	if (hosts != NULL)
		good = read_hosts(build, hosts, group) && good;
	if (children != NULL)
		good = read_children(build, children, group) && good;
	return good;
}

bool pk_ansible_load_yaml(struct pk_inventory_build *build, const struct pk_node *root)
{
	bool good = true;
	for (size_t i = 0; i < root->pair_count; i++)
		good = read_group(build, root->pairs[i].key, root->pairs[i].value, NULL) && good;
	return good;
}

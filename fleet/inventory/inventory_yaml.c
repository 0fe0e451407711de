/* picket's own inventory: `inventory`, `include`, `defaults`, `groups`, `hosts`, `rollout`. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

static const char *const root_keys[] = {
	"inventory", "include", "defaults", "groups", "hosts", "rollout"};

static const char *const group_keys[] = {"in", "hosts", NULL};
static const char *const host_keys[] = {"in", NULL};
static const char *const no_keys[] = {NULL};

static bool is_scalar(const struct pk_node *node)
{
	return node->kind != PK_NODE_NULL && node->kind != PK_NODE_LIST &&
		node->kind != PK_NODE_MAP;
}

static bool is_clean(const struct pk_node *node)
{
	return strlen(node->text) == node->text_len;
}

/* --- hosts --- */

/* Puts the hosts called `name` into the groups of `list`. */
static bool add_to_groups(
	struct pk_inventory_build *build, const struct pk_node *name, const struct pk_node *list)
{
	if (!pk_node_expect(list, PK_NODE_LIST, "in", build->diags))
		return false;
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		struct pk_inventory_group *group =
			is_scalar(item) ? pk_inventory_group(build, item->text, item->span) : NULL;
		if (!is_scalar(item))
			pk_node_expect(item, PK_NODE_STRING, "in", build->diags);
		good = group != NULL &&
			pk_inventory_add_hosts(build, name->text, name->span, group, NULL, false) &&
			good;
	}
	return good;
}

static bool read_host(struct pk_inventory_build *build, const struct pk_node *name,
	const struct pk_node *value, struct pk_inventory_group *group)
{
	struct pk_wishes *own = NULL;
	if (!is_clean(name))
		return pk_inventory_check_name("", "host", name->span, build->diags);
	if (value != NULL && value->kind != PK_NODE_NULL) {
		if (!pk_node_expect(value, PK_NODE_MAP, name->text, build->diags))
			return false;
		own = PK_NEW(build->scratch, struct pk_wishes);
		if (!pk_wishes_read(own, value, host_keys, build))
			return false;
		if (value->pair_count == 0)
			own = NULL;
	}
	if (!pk_inventory_add_hosts(build, name->text, name->span, group, own, true))
		return false;
	const struct pk_node *in = own == NULL ? NULL : pk_node_find(value, "in");
	return in == NULL || add_to_groups(build, name, in);
}

/* A list of names, or a mapping from names to what is said of them. */
static bool read_hosts(struct pk_inventory_build *build, const struct pk_node *node,
	struct pk_inventory_group *group)
{
	bool good = true;
	if (node->kind == PK_NODE_LIST) {
		for (size_t i = 0; i < node->items.len; i++) {
			const struct pk_node *item = node->items.items[i];
			if (!is_scalar(item)) {
				struct pk_diag *diag = pk_report(build->diags, PK_NODE_WRONG_KIND,
					item->span, "a host in a list must be a name, not %s",
					pk_node_kind_name(item->kind));
				pk_diag_hint(build->diags, diag,
					"make 'hosts' a mapping to say more of a host");
				good = false;
				continue;
			}
			good = read_host(build, item, NULL, group) && good;
		}
		return good;
	}
	if (!pk_node_expect(node, PK_NODE_MAP, "hosts", build->diags))
		return false;
	for (size_t i = 0; i < node->pair_count; i++)
		good = read_host(build, node->pairs[i].key, node->pairs[i].value, group) && good;
	return good;
}

/* --- groups --- */

static bool read_parents(struct pk_inventory_build *build, struct pk_inventory_group *group,
	const struct pk_node *list)
{
	if (!pk_node_expect(list, PK_NODE_LIST, "in", build->diags))
		return false;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		if (!is_scalar(item))
			return pk_node_expect(item, PK_NODE_STRING, "in", build->diags);
		struct pk_inventory_group *parent =
			pk_inventory_group(build, item->text, item->span);
		if (parent == NULL)
			return false;
		pk_inventory_add_parent(build, group, parent);
	}
	return true;
}

static bool read_group(
	struct pk_inventory_build *build, const struct pk_node *key, const struct pk_node *value)
{
	struct pk_inventory_group *group = is_clean(key)
		? pk_inventory_group(build, key->text, key->span)
		: pk_inventory_group(build, "", key->span);
	if (group == NULL)
		return false;
	group->defined = true;
	if (value->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(value, PK_NODE_MAP, key->text, build->diags))
		return false;
	struct pk_wishes wishes = {0};
	const struct pk_node *in = pk_node_find(value, "in");
	const struct pk_node *hosts = pk_node_find(value, "hosts");
	bool good = pk_wishes_read(&wishes, value, group_keys, build);
	if (in != NULL)
		good = read_parents(build, group, in) && good;
	if (hosts != NULL)
		good = read_hosts(build, hosts, group) && good;
	pk_wishes_overlay(build->scratch, &group->wishes, &wishes);
	return good;
}

static bool read_groups(struct pk_inventory_build *build, const struct pk_node *map)
{
	if (!pk_node_expect(map, PK_NODE_MAP, "groups", build->diags))
		return false;
	/* First all names, so that their order is the file's, whoever names them first. */
	bool good = true;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		if (is_clean(key) && pk_map_find(&build->group_by_name, key->text) == NULL)
			good = pk_inventory_group(build, key->text, key->span) != NULL && good;
	}
	if (!good)
		return false;
	for (size_t i = 0; i < map->pair_count; i++)
		good = read_group(build, map->pairs[i].key, map->pairs[i].value) && good;
	return good;
}

/* --- the file --- */

static bool read_name(struct pk_inventory_build *build, const struct pk_node *root)
{
	const struct pk_node *node = pk_node_find(root, "inventory");
	if (node == NULL) {
		struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_SHAPE, root->span,
			"the inventory has no key 'inventory'");
		pk_diag_hint(build->diags, diag, "write 'inventory: NAME' at the top");
		return false;
	}
	if (!is_scalar(node))
		return pk_node_expect(node, PK_NODE_STRING, "inventory", build->diags);
	if (!is_clean(node) ||
		!pk_inventory_check_name(node->text, "inventory", node->span, build->diags))
		return false;
	if (build->name == NULL)
		build->name = node->text;
	return true;
}

static bool include_file(struct pk_inventory_build *build, const struct pk_node *node)
{
	if (!is_scalar(node) || !is_clean(node))
		return pk_node_expect(node, PK_NODE_STRING, "include", build->diags) && false;
	const char *path = pk_file_normalize(
		build->arena, pk_file_beside(build->arena, node->span.source->path, node->text));
	for (size_t i = 0; i < build->depth; i++) {
		if (!pk_text_equal(build->including[i], path))
			continue;
		pk_report(build->diags, PK_INVENTORY_INCLUDE, node->span, "'%s' includes itself",
			node->text);
		return false;
	}
	if (build->depth == PK_INVENTORY_DEPTH) {
		pk_report(build->diags, PK_INVENTORY_INCLUDE, node->span,
			"more than %d inventories include one another", PK_INVENTORY_DEPTH);
		return false;
	}
	struct pk_source *source = pk_file_read(build->arena, path, 0, build->diags);
	return source != NULL && pk_inventory_load(build, source);
}

static bool read_includes(struct pk_inventory_build *build, const struct pk_node *node)
{
	if (is_scalar(node))
		return include_file(build, node);
	if (!pk_node_expect(node, PK_NODE_LIST, "include", build->diags))
		return false;
	if (node->items.len > PK_INVENTORY_ITEMS) {
		pk_report(build->diags, PK_INVENTORY_LIMIT, node->span,
			"'include' has more than %d entries", PK_INVENTORY_ITEMS);
		return false;
	}
	bool good = true;
	for (size_t i = 0; i < node->items.len; i++)
		good = include_file(build, node->items.items[i]) && good;
	return good;
}

static bool read_defaults(struct pk_inventory_build *build, const struct pk_node *map)
{
	struct pk_wishes wishes = {0};
	if (!pk_node_expect(map, PK_NODE_MAP, "defaults", build->diags) ||
		!pk_wishes_read(&wishes, map, no_keys, build))
		return false;
	pk_wishes_overlay(build->scratch, &build->defaults, &wishes);
	return true;
}

/* What is included is farther away than what stands in the file itself. */
bool pk_inventory_load_yaml(struct pk_inventory_build *build, const struct pk_node *root)
{
	bool good = read_name(build, root);
	good = pk_node_check_keys(
		       root, root_keys, PK_COUNT(root_keys), PK_INVENTORY_KEY, build->diags) &&
		good;
	const struct pk_node *include = pk_node_find(root, "include");
	if (include != NULL && !read_includes(build, include))
		return false;
	const struct pk_node *defaults = pk_node_find(root, "defaults");
	const struct pk_node *groups = pk_node_find(root, "groups");
	const struct pk_node *hosts = pk_node_find(root, "hosts");
	const struct pk_node *rollout = pk_node_find(root, "rollout");
	good = (defaults == NULL || read_defaults(build, defaults)) && good;
	good = (groups == NULL || read_groups(build, groups)) && good;
	good = (hosts == NULL || read_hosts(build, hosts, NULL)) && good;
	if (rollout != NULL)
		build->rollout = rollout;
	return good;
}

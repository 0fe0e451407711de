#include "rulesets/stack.h"

#include "rulesets/group_read.h"
#include "rulesets/patch.h"
#include "rulesets/settings_read.h"

void pk_stack_add_layers(
	struct pk_read *read, struct pk_stack *stack, const struct pk_layers *layers)
{
	for (size_t i = 0; i < layers->items.len; i++) {
		const struct pk_layer *layer = layers->items.items[i];
		for (size_t k = 0; k < layer->set->files.len; k++)
			*pk_list_push(read->arena, &stack->overlays) =
				(struct pk_overlay){.map = layer->set->files.items[k],
					.layer = layer->name,
					.owner = layer,
					.set = layer->set};
	}
}

void pk_stack_add_profile(
	struct pk_read *read, struct pk_stack *stack, const struct pk_node *node, const char *name)
{
	*pk_list_push(read->arena, &stack->overlays) = (struct pk_overlay){.map = node,
		.layer = pk_arena_printf(read->arena, "profile %s", name),
		.owner = node};
}

static void define_names(struct pk_read *read, const struct pk_stack *stack)
{
	for (size_t i = 0; i < stack->overlays.len; i++)
		pk_scope_define(read, stack->overlays.items[i].map, stack->overlays.items[i].owner);
}

static void merge_settings(struct pk_read *read, const struct pk_stack *stack)
{
	size_t errors = read->diags->errors;
	PK_LIST(const struct pk_node *) maps = {0};
	for (size_t i = 0; i < stack->overlays.len; i++) {
		const struct pk_node *map = pk_node_find(stack->overlays.items[i].map, "settings");
		if (map == NULL)
			continue;
		pk_settings_check(read, map);
		*pk_list_push(read->arena, &maps) = map;
	}
	if (read->diags->errors == errors)
		pk_settings_merge(read, maps.items, maps.len);
}

static void merge_collect(struct pk_read *read, const struct pk_stack *stack)
{
	struct pk_collect_table table = {0};
	for (size_t i = 0; i < stack->overlays.len; i++) {
		const struct pk_node *map = pk_node_find(stack->overlays.items[i].map, "collect");
		if (map != NULL)
			pk_collect_read(read, map, &table);
	}
	for (size_t i = 0; i < table.entries.len; i++)
		*pk_list_push(read->arena, &read->policy->collect) = *table.entries.items[i];
}

static void read_rules(struct pk_read *read, const struct pk_overlay *overlay)
{
	read->set = overlay->set;
	if (overlay->set == NULL)
		return;
	struct pk_rule_home home = {.set = overlay->set, .layer = overlay->layer};
	const struct pk_node *rules = pk_node_find(overlay->map, "rules");
	if (rules != NULL)
		pk_rules_read(read, rules, &home);
	const struct pk_node *groups = pk_node_find(overlay->map, "groups");
	if (groups != NULL)
		pk_groups_read(read, groups, &home);
}

static void apply_patches(struct pk_read *read, const struct pk_overlay *overlay, bool check_only)
{
	const struct pk_node *list = pk_node_find(overlay->map, "patch");
	read->set = overlay->set;
	if (list != NULL)
		pk_patches_apply(read, list, overlay->layer, check_only);
}

/* Layer by layer, each with all its rules before its patches: those are of it or of lower ones. */
static void read_layers(struct pk_read *read, const struct pk_stack *stack)
{
	const struct pk_overlay *overlays = stack->overlays.items;
	for (size_t first = 0; first < stack->overlays.len;) {
		size_t end = first;
		for (; end < stack->overlays.len && overlays[end].owner == overlays[first].owner;
			end++)
			read_rules(read, &overlays[end]);
		for (; first < end; first++)
			apply_patches(read, &overlays[first], false);
	}
}

void pk_stack_build(struct pk_read *read, const struct pk_stack *stack)
{
	define_names(read, stack);
	pk_scope_check(read);
	merge_settings(read, stack);
	merge_collect(read, stack);
	read_layers(read, stack);
}

void pk_stack_check_top(struct pk_read *read, const struct pk_stack *stack)
{
	struct pk_scope *chosen = read->scope;
	read->scope = PK_NEW(read->arena, struct pk_scope);
	define_names(read, stack);

	const struct pk_overlay *top = &stack->overlays.items[stack->overlays.len - 1];
	const struct pk_node *settings = pk_node_find(top->map, "settings");
	if (settings != NULL)
		pk_settings_check(read, settings);
	struct pk_collect_table ignored = {0};
	const struct pk_node *collect = pk_node_find(top->map, "collect");
	if (collect != NULL)
		pk_collect_read(read, collect, &ignored);
	apply_patches(read, top, true);
	read->scope = chosen;
}

#include "rulesets/policy.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "rulesets/library.h"
#include "rulesets/project_read.h"
#include "rulesets/stack.h"

#define PROJECT_FILE "picket.yaml"
#define DEFAULT_RULE_NAME "technique_id={technique_id},technique_name={technique_name}"

/* One policy while it is made. */
struct maker {
	struct pk_read read;
	struct pk_scope scope;
	struct pk_layers layers;
	struct pk_stack stack;
	bool is_project;
	struct pk_project project;
	struct pk_project_profile profile;
};

bool pk_node_is_project(const struct pk_node *root)
{
	return root->kind == PK_NODE_MAP && pk_node_find(root, "project") != NULL;
}

bool pk_node_is_ruleset(const struct pk_node *root)
{
	return root->kind == PK_NODE_MAP && pk_node_find(root, "ruleset") != NULL;
}

const char *const *pk_policy_profiles(
	struct pk_arena *arena, const struct pk_node *root, size_t *count_out)
{
	const struct pk_node *map =
		root->kind == PK_NODE_MAP ? pk_node_find(root, "profiles") : NULL;
	size_t count = map == NULL || map->kind != PK_NODE_MAP ? 0 : map->pair_count;
	const char **names = PK_NEW_ARRAY(arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		names[i] = map->pairs[i].key->text;
	*count_out = count;
	return names;
}

/* Chooses the project's profile and stacks its rulesets. */
static void read_project(struct maker *maker, const struct pk_node *root)
{
	struct pk_read *read = &maker->read;
	if (!pk_layers_check_language(read, root))
		return;
	pk_project_read(read, &maker->project, root);
	read->policy->project_id = maker->project.id;

	const char *name = read->options->profile;
	if (name == NULL && maker->project.default_profile != NULL && read->options->layers == 0)
		name = maker->project.default_profile->text;
	if (name != NULL)
		pk_project_find_profile(&maker->project, &maker->profile, name);
	if (read->options->profile != NULL && maker->profile.node == NULL) {
		size_t count;
		const char *const *names = pk_policy_profiles(read->arena, root, &count);
		pk_profile_report_unknown(
			read, name, pk_span_file(root->span.source), names, count);
	}

	const struct pk_node *budget = pk_node_find(root, "budget");
	if (budget != NULL)
		pk_budget_read(read, &read->policy->budget, budget, maker->project.profiles, name);

	const struct pk_node *rulesets = maker->profile.rulesets;
	if (rulesets == NULL)
		rulesets = maker->project.rulesets;
	if (rulesets != NULL && rulesets->kind == PK_NODE_LIST)
		pk_layers_add_list(read, &maker->layers, rulesets);
}

static bool read_root(struct maker *maker, const struct pk_node *root)
{
	maker->is_project = pk_node_is_project(root);
	if (maker->is_project) {
		read_project(maker, root);
		return true;
	}
	if (pk_node_is_ruleset(root))
		return pk_layers_add_root(&maker->read, &maker->layers, root);

	struct pk_diag *diag = pk_report(maker->read.diags, PK_LAYER_KIND,
		pk_span_file(root->span.source), "file is neither a ruleset nor a project");
	pk_diag_hint(maker->read.diags, diag,
		"add 'ruleset' with the id of the set, or 'project' with the id of the project");
	return false;
}

/* The profiles of the layer's main file; kinds and keys were checked before. */
static const struct pk_node *find_ruleset_profile(const struct pk_layer *layer, const char *name)
{
	const struct pk_node *profiles = pk_node_find(layer->set->root, "profiles");
	if (profiles == NULL || profiles->kind != PK_NODE_MAP)
		return NULL;
	const struct pk_node *node = pk_node_find(profiles, name);
	return node == NULL || node->kind != PK_NODE_MAP ? NULL : node;
}

/* Puts the profile `name` of every ruleset that has it onto the stack; false if none has it. */
static bool stack_ruleset_profile(struct maker *maker, struct pk_stack *stack, const char *name)
{
	bool found = false;
	for (size_t i = 0; i < maker->layers.items.len; i++) {
		const struct pk_node *node =
			find_ruleset_profile(maker->layers.items.items[i], name);
		if (node == NULL)
			continue;
		pk_stack_add_profile(&maker->read, stack, node, name);
		found = true;
	}
	return found;
}

static void report_ruleset_profile(struct maker *maker, const char *name, struct pk_span span)
{
	struct pk_read *read = &maker->read;
	PK_LIST(const char *) all = {0};
	for (size_t i = 0; i < maker->layers.items.len; i++) {
		size_t count;
		const char *const *names = pk_policy_profiles(
			read->arena, maker->layers.items.items[i]->set->root, &count);
		for (size_t k = 0; k < count; k++)
			*pk_list_push(read->arena, &all) = names[k];
	}
	pk_profile_report_unknown(read, name, span, all.items, all.len);
}

static void stack_profiles(struct maker *maker, const struct pk_node *root)
{
	const char *name = maker->read.options->profile;
	struct pk_span span = pk_span_file(root->span.source);
	if (maker->is_project) {
		const struct pk_node *ruleset_profile = maker->profile.ruleset_profile;
		name = ruleset_profile == NULL ? NULL : ruleset_profile->text;
		if (name != NULL)
			span = ruleset_profile->span;
	}
	if (name != NULL && !stack_ruleset_profile(maker, &maker->stack, name))
		report_ruleset_profile(maker, name, span);
	if (maker->profile.node != NULL)
		pk_stack_add_profile(
			&maker->read, &maker->stack, maker->profile.node, maker->profile.name);
}

static bool is_stacked(const struct maker *maker, const struct pk_node *map)
{
	for (size_t i = 0; i < maker->stack.overlays.len; i++) {
		if (maker->stack.overlays.items[i].map == map)
			return true;
	}
	return false;
}

/* Checks the profiles of one ruleset that are not chosen. */
static void check_ruleset_profiles(struct maker *maker, const struct pk_layer *layer)
{
	struct pk_read *read = &maker->read;
	const struct pk_node *profiles = pk_profiles_read(read, layer->set->root);
	for (size_t i = 0; profiles != NULL && i < profiles->pair_count; i++) {
		const struct pk_node *node = profiles->pairs[i].value;
		const char *name = profiles->pairs[i].key->text;
		pk_ruleset_profile_check(read, node, name);
		if (node->kind != PK_NODE_MAP || is_stacked(maker, node))
			continue;
		struct pk_stack stack = {0};
		pk_stack_add_layers(read, &stack, &maker->layers);
		pk_stack_add_profile(read, &stack, node, name);
		pk_stack_check_top(read, &stack);
	}
}

/* Checks the project's profiles that are not chosen. One with rulesets of its own stands alone. */
static void check_project_profiles(struct maker *maker)
{
	struct pk_read *read = &maker->read;
	const struct pk_node *profiles = maker->project.profiles;
	for (size_t i = 0; profiles != NULL && i < profiles->pair_count; i++) {
		struct pk_project_profile profile;
		pk_project_find_profile(&maker->project, &profile, profiles->pairs[i].key->text);
		if (profile.node == NULL || profile.node == maker->profile.node ||
			profile.rulesets != NULL)
			continue;
		struct pk_stack stack = {0};
		pk_stack_add_layers(read, &stack, &maker->layers);
		const struct pk_node *inner = profile.ruleset_profile;
		const char *inner_name = inner == NULL ? NULL : inner->text;
		if (inner_name != NULL && maker->profile.rulesets == NULL &&
			!stack_ruleset_profile(maker, &stack, inner_name))
			report_ruleset_profile(maker, inner_name, inner->span);
		pk_stack_add_profile(read, &stack, profile.node, profile.name);
		pk_stack_check_top(read, &stack);
	}
}

static const char *expand_rule_name(struct maker *maker, const struct pk_ruleset *set)
{
	const struct pk_node *node = pk_node_find(pk_node_find(set->root, "ruleset"), "rule_name");
	return pk_scope_expand(&maker->read, set->rule_name, node->span);
}

/* What the highest layer that says it says. */
static void choose_defaults(struct maker *maker)
{
	struct pk_policy *policy = maker->read.policy;
	policy->rule_name = DEFAULT_RULE_NAME;
	for (size_t i = 0; i < maker->layers.items.len; i++) {
		const struct pk_ruleset *set = maker->layers.items.items[i]->set;
		if (set->rule_name != NULL)
			policy->rule_name = expand_rule_name(maker, set);
		if (set->schema == NULL)
			continue;
		policy->schema = set->schema;
		policy->schema_span =
			pk_node_find(pk_node_find(set->root, "ruleset"), "schema")->span;
	}

	const struct pk_project_profile *profile = &maker->profile;
	policy->profile = maker->is_project && profile->node == NULL ? NULL
		: profile->node != NULL				     ? profile->name
								     : maker->read.options->profile;
	policy->target = profile->target;
	if (profile->schema == NULL)
		return;
	policy->schema = profile->schema;
	policy->schema_span = profile->schema_span;
}

static void check_expiry(struct pk_read *read)
{
	const char *today = read->options->today;
	const struct pk_policy *policy = read->policy;
	for (size_t i = 0; today != NULL && i < policy->rules.len; i++) {
		const struct pk_rule *rule = policy->rules.items[i];
		if (!rule->enabled || rule->expires == NULL || strcmp(rule->expires, today) >= 0)
			continue;
		struct pk_diag *diag = pk_report(read->diags, PK_EXPIRED_RULE, rule->expires_span,
			"%s '%s' expired on %s", rule->action == PK_EXCLUDE ? "exclude" : "rule",
			rule->id, rule->expires);
		pk_diag_hint(
			read->diags, diag, "remove the rule, or ask its owner for a later date");
	}
}

/* Takes all but the lowest `count` layers away; 0 keeps all. */
static void keep_lowest(struct maker *maker, size_t count)
{
	if (count == 0 || count >= maker->layers.items.len)
		return;
	maker->layers.items.len = count;
	maker->read.policy->sets.len = count;
}

static struct pk_policy *make_policy(struct pk_arena *arena, const struct pk_node *root,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	static const struct pk_policy_options no_options;
	size_t errors = diags->errors;
	struct maker *maker = PK_NEW(arena, struct maker);
	struct pk_read *read = &maker->read;
	read->arena = arena;
	read->diags = diags;
	read->options = options == NULL ? &no_options : options;
	read->attack = pk_attack_open(arena);
	read->scope = &maker->scope;
	read->policy = PK_NEW(arena, struct pk_policy);
	read->policy->arena = arena;
	read->policy->attack = read->attack;
	if (!pk_text_starts(root->span.source->path, PK_LIBRARY_PREFIX))
		*pk_list_push(arena, &read->policy->sources) = root->span.source;

	if (!read_root(maker, root))
		return NULL;
	keep_lowest(maker, read->options->layers);
	pk_stack_add_layers(read, &maker->stack, &maker->layers);
	stack_profiles(maker, root);
	pk_stack_build(read, &maker->stack);
	for (size_t i = 0; i < maker->layers.items.len; i++)
		check_ruleset_profiles(maker, maker->layers.items.items[i]);
	check_project_profiles(maker);
	choose_defaults(maker);
	check_expiry(read);
	return diags->errors == errors || read->options->partial ? read->policy : NULL;
}

struct pk_policy *pk_policy_read_source(struct pk_arena *arena, struct pk_source *source,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	const struct pk_node *root = pk_yaml_read(source, diags);
	return root == NULL ? NULL : make_policy(arena, root, options, diags);
}

/* The file that `path` stands for: itself, a folder's project file, or NULL. */
static const char *find_file(struct pk_arena *arena, const char *path, const struct pk_tree *tree)
{
	if (!pk_tree_is_dir(tree, path))
		return pk_text_equal(path, "-") || pk_tree_exists(tree, path) ? path : NULL;
	const char *inside = pk_arena_printf(
		arena, pk_text_ends(path, ":") ? "%s%s" : "%s/%s", path, PROJECT_FILE);
	return pk_tree_exists(tree, inside) ? inside : NULL;
}

static void report_folder(struct pk_arena *arena, const char *path, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_FOLDER_WITHOUT_PROJECT,
		pk_span_file(pk_source_make(arena, path, "", 0)), "folder '%s' has no '%s'", path,
		PROJECT_FILE);
	pk_diag_hint(diags, diag, "name a ruleset, or write a '%s'", PROJECT_FILE);
}

/* Says which shipped ruleset may be meant by the name that was just reported as no file. */
static void hint_shipped(struct pk_arena *arena, const char *name, struct pk_diags *diags)
{
	size_t count;
	const char *const *names = pk_library_names(arena, &count);
	const char *near = pk_text_nearest(name, names, count);
	if (near != NULL && diags->all.len > 0)
		pk_diag_hint(diags, &diags->all.items[diags->all.len - 1],
			"write '%s' for the shipped ruleset", near);
}

static struct pk_source *open_input(struct pk_arena *arena, const char *path,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	const struct pk_tree *tree = options == NULL ? NULL : options->tree;
	const char *file = find_file(arena, path, tree);
	if (file == NULL && strchr(path, '/') == NULL)
		file = pk_library_locate(
			arena, options == NULL ? NULL : options->library_dir, path);
	if (file == NULL && pk_tree_is_dir(tree, path)) {
		report_folder(arena, path, diags);
		return NULL;
	}
	if (file != NULL && pk_text_starts(file, PK_LIBRARY_PREFIX))
		return pk_library_file(arena, file + strlen(PK_LIBRARY_PREFIX));
	struct pk_source *source = pk_tree_read(arena, tree, file == NULL ? path : file, 0, diags);
	if (source == NULL && file == NULL)
		hint_shipped(arena, path, diags);
	return source;
}

struct pk_policy *pk_policy_read(struct pk_arena *arena, const char *path,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	struct pk_source *source = open_input(arena, path, options, diags);
	return source == NULL ? NULL : pk_policy_read_source(arena, source, options, diags);
}

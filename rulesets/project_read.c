#include "rulesets/project_read.h"

#include "base/text.h"

static const char *const project_file_keys[] = {
	"picket", "project", "rulesets", "default_profile", "profiles", "budget", "policy"};

static const char *const project_keys[] = {"id", "title", "description"};

/* The first ones are those of a profile in a ruleset too. */
static const char *const profile_keys[] = {
	"description",
	"variables",
	"lists",
	"collect",
	"settings",
	"patch",
	"target",
	"schema",
	"ruleset_profile",
	"rulesets",
};

enum { RULESET_PROFILE_KEYS = 6 };

static const struct pk_word target_words[] = {
	{"monster", 0}, {"monster-1.0", 0}, {"sysmon", 0}, {"sysmon-linux", 0}};

const struct pk_node *pk_profiles_read(struct pk_read *read, const struct pk_node *root)
{
	const struct pk_node *map = pk_node_find(root, "profiles");
	if (map == NULL || !pk_read_is_map(read, map, "profiles"))
		return NULL;
	if (map->pair_count > PK_PROFILES_MAX) {
		pk_report(read->diags, PK_LAYER_LIMIT, map->span, "more than %d profiles",
			PK_PROFILES_MAX);
		return NULL;
	}
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		pk_read_check_id(read, key->text, key->span, "the name of a profile");
	}
	return map;
}

static void check_profile(
	struct pk_read *read, const struct pk_node *node, const char *name, size_t key_count)
{
	if (!pk_read_is_map(read, node, name))
		return;
	pk_node_check_keys(node, profile_keys, key_count, PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *description = pk_node_find(node, "description");
	if (description != NULL)
		pk_read_raw_text(read, description, "description");
}

void pk_ruleset_profile_check(struct pk_read *read, const struct pk_node *node, const char *name)
{
	check_profile(read, node, name, RULESET_PROFILE_KEYS);
}

static void check_rulesets(struct pk_read *read, const struct pk_node *list)
{
	pk_read_check_texts(read, list, "rulesets");
	if (list->kind != PK_NODE_LIST || list->items.len > 0)
		return;
	struct pk_diag *diag =
		pk_report(read->diags, PK_EMPTY_VALUE, list->span, "'rulesets' is an empty list");
	pk_diag_hint(read->diags, diag, "name at least one ruleset");
}

static void check_project_profile(
	struct pk_read *read, const struct pk_node *node, const char *name)
{
	check_profile(read, node, name, PK_COUNT(profile_keys));
	if (node->kind != PK_NODE_MAP)
		return;
	unsigned ignored;
	const struct pk_node *value = pk_node_find(node, "target");
	if (value != NULL)
		pk_read_word(
			read, &ignored, value, "a target", target_words, PK_COUNT(target_words));
	value = pk_node_find(node, "schema");
	if (value != NULL)
		pk_read_schema_version(read, value);
	value = pk_node_find(node, "ruleset_profile");
	if (value != NULL)
		pk_read_filled(read, value, "ruleset_profile");
	value = pk_node_find(node, "rulesets");
	if (value != NULL)
		check_rulesets(read, value);
}

static void check_profiles(
	struct pk_read *read, const struct pk_project *project, const struct pk_node *root)
{
	const struct pk_node *map = project->profiles;
	for (size_t i = 0; map != NULL && i < map->pair_count; i++)
		check_project_profile(read, map->pairs[i].value, map->pairs[i].key->text);

	const struct pk_node *name = project->default_profile;
	const char *text = name == NULL ? NULL : pk_read_raw_text(read, name, "default_profile");
	if (text == NULL || (map != NULL && pk_node_find(map, text) != NULL))
		return;
	size_t count;
	const char *const *names = pk_policy_profiles(read->arena, root, &count);
	pk_profile_report_unknown(read, text, name->span, names, count);
}

static void read_identity(struct pk_read *read, struct pk_project *out, const struct pk_node *root)
{
	const struct pk_node *map = pk_read_need(read, root, "project");
	if (map == NULL || !pk_read_is_map(read, map, "project"))
		return;
	pk_node_check_keys(map, project_keys, PK_COUNT(project_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *id = pk_read_need(read, map, "id");
	out->id = id == NULL ? NULL : pk_read_id(read, id, "a project id");
	const struct pk_node *title = pk_node_find(map, "title");
	if (title != NULL)
		pk_read_raw_text(read, title, "title");
	const struct pk_node *description = pk_node_find(map, "description");
	if (description != NULL)
		pk_read_raw_text(read, description, "description");
}

void pk_project_read(struct pk_read *read, struct pk_project *out, const struct pk_node *root)
{
	*out = (struct pk_project){0};
	pk_node_check_keys(
		root, project_file_keys, PK_COUNT(project_file_keys), PK_UNKNOWN_KEY, read->diags);
	read_identity(read, out, root);
	const struct pk_node *rulesets = pk_read_need(read, root, "rulesets");
	if (rulesets != NULL)
		check_rulesets(read, rulesets);
	if (rulesets != NULL && rulesets->kind == PK_NODE_LIST)
		out->rulesets = rulesets;
	out->profiles = pk_profiles_read(read, root);
	out->default_profile = pk_node_find(root, "default_profile");
	check_profiles(read, out, root);
	struct pk_changes_policy ignored;
	const struct pk_node *policy = pk_node_find(root, "policy");
	if (policy != NULL)
		pk_changes_read_section(read, &ignored, policy);
}

static const char *find_text(const struct pk_node *map, const char *key)
{
	const struct pk_node *node = pk_node_find(map, key);
	return node == NULL ? NULL : node->text;
}

void pk_project_find_profile(
	const struct pk_project *project, struct pk_project_profile *out, const char *name)
{
	*out = (struct pk_project_profile){.name = name};
	const struct pk_node *node =
		project->profiles == NULL ? NULL : pk_node_find(project->profiles, name);
	if (node == NULL || node->kind != PK_NODE_MAP)
		return;
	out->node = node;
	out->target = find_text(node, "target");
	out->schema = find_text(node, "schema");
	if (out->schema != NULL)
		out->schema_span = pk_node_find(node, "schema")->span;
	out->rulesets = pk_node_find(node, "rulesets");
	out->ruleset_profile = pk_node_find(node, "ruleset_profile");
}

void pk_profile_report_unknown(struct pk_read *read, const char *name, struct pk_span span,
	const char *const *names, size_t count)
{
	if (read->incomplete)
		return; /* the missing layer may have it, and is reported */
	struct pk_diag *diag =
		pk_report(read->diags, PK_UNKNOWN_PROFILE, span, "no profile '%s'", name);
	const char *near = pk_read_nearest(read, name, names, count);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", near);
	else if (count > 0)
		pk_diag_hint(
			read->diags, diag, "choose one of the profiles, such as '%s'", names[0]);
	else
		pk_diag_hint(read->diags, diag, "define it under `profiles`");
}

/* Which rules a commit changes in meaning, whatever file that is done in. */
#include "base/text.h"
#include "rulesets/changes.h"
#include "rulesets/lock.h"

/*
 * What the rules of the project in the commit mean; NULL if it cannot be read. A revision without
 * the project has no rules.
 */
static const struct pk_lock *read_rules(
	struct pk_arena *arena, const char *commit, const char *path, const char *library)
{
	static const struct pk_lock none;
	struct pk_diags diags = {.arena = arena};
	PK_AUTO(pk_tree) *tree = pk_tree_open(commit, &diags);
	if (tree == NULL)
		return NULL;
	const char *inside = pk_tree_path(arena, tree, path);
	if (!pk_tree_exists(tree, inside))
		return &none;
	struct pk_policy_options options = {.tree = tree, .library_dir = library};
	const struct pk_policy *policy = pk_policy_read(arena, inside, &options, &diags);
	if (policy == NULL || policy->sources.len == 0)
		return NULL;
	return pk_lock_make(arena, policy, policy->sources.items[0], &options);
}

/* Maps ids to digests; an id that several sets define or patch means all of that. */
static void index_rules(struct pk_map *out, struct pk_arena *arena, const struct pk_lock *lock)
{
	for (size_t i = 0; i < lock->rules.len; i++) {
		const struct pk_lock_rule *rule = &lock->rules.items[i];
		const char *before = pk_map_find(out, rule->id);
		pk_map_set(arena, out, rule->id,
			pk_arena_printf(arena, "%s %s %s", before == NULL ? "" : before, rule->set,
				rule->digest));
	}
}

/* Rules that are found to differ. */
struct comparison {
	struct pk_changed_rules *out;
	struct pk_arena *arena;
	struct pk_map seen;
};

/* Adds the rules of `lock` that `others` does not have with the same meaning. */
static void add_changed(struct comparison *comparison, const struct pk_lock *lock,
	const struct pk_map *rules, const struct pk_map *others)
{
	for (size_t i = 0; i < lock->rules.len; i++) {
		const char *id = lock->rules.items[i].id;
		char *meaning = pk_map_find(rules, id);
		const char *other = pk_map_find(others, id);
		if ((other != NULL && pk_text_equal(other, meaning)) ||
			pk_map_set(comparison->arena, &comparison->seen, id, meaning) != NULL)
			continue;
		*pk_list_push(comparison->arena, comparison->out) = id;
	}
}

static void compare(
	struct comparison *comparison, const struct pk_lock *before, const struct pk_lock *after)
{
	struct pk_map old_rules = {0};
	struct pk_map new_rules = {0};
	comparison->out->unknown |= before == NULL || after == NULL;
	if (comparison->out->unknown)
		return;
	index_rules(&old_rules, comparison->arena, before);
	index_rules(&new_rules, comparison->arena, after);
	add_changed(comparison, before, &old_rules, &new_rules);
	add_changed(comparison, after, &new_rules, &old_rules);
}

void pk_changes_compare_rules(struct pk_changed_rules *out, struct pk_arena *arena,
	const struct pk_commit *commit, const char *path, const char *library)
{
	static const struct pk_lock none;
	struct comparison comparison = {.out = out, .arena = arena};
	*out = (struct pk_changed_rules){0};
	if (commit->paths.len == 0)
		return;
	const struct pk_lock *after = read_rules(arena, commit->id, path, library);
	if (commit->parents.len == 0)
		compare(&comparison, &none, after);
	for (size_t i = 0; i < commit->parents.len; i++)
		compare(&comparison, read_rules(arena, commit->parents.items[i], path, library),
			after);
}

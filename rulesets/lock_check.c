/* What a lock file says against what is there now. */
#include <string.h>

#include "base/text.h"
#include "rulesets/lock.h"
#include "rulesets/read.h"

enum { RELATED_MAX = 10 }; /* rules that a finding points at */

/* How the rules of one set differ from those that are locked. */
struct change {
	struct pk_arena *arena;
	size_t changed;
	size_t added;
	size_t removed;
	const char *removed_ids;
	PK_LIST(const struct pk_lock_rule *) places; /* of those changed and added */
};

static const struct pk_lock_set *find_set(const struct pk_lock *lock, const char *id)
{
	for (size_t i = 0; i < lock->sets.len; i++) {
		if (pk_text_equal(lock->sets.items[i].id, id))
			return &lock->sets.items[i];
	}
	return NULL;
}

/* The key of a rule in a map: ids have no blank. */
static const char *key_of(struct pk_arena *arena, const struct pk_lock_rule *rule)
{
	return pk_arena_printf(arena, "%s %s", rule->set, rule->id);
}

static void index_rules(struct pk_map *out, struct pk_arena *arena, const struct pk_lock *lock)
{
	for (size_t i = 0; i < lock->rules.len; i++)
		pk_map_set(arena, out, key_of(arena, &lock->rules.items[i]), &lock->rules.items[i]);
}

void pk_lock_keep(struct pk_lock *now, const struct pk_lock *locked)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_map before = {0};
	index_rules(&before, scratch, locked);
	for (size_t i = 0; i < now->rules.len; i++) {
		struct pk_lock_rule *rule = &now->rules.items[i];
		const struct pk_lock_rule *old = pk_map_find(&before, key_of(scratch, rule));
		if (old != NULL && pk_text_equal(old->digest, rule->digest))
			rule->version = old->version;
	}
}

static void find_removed(struct change *change, const struct pk_lock *now,
	const struct pk_lock *locked, const char *set)
{
	struct pk_map after = {0};
	index_rules(&after, change->arena, now);
	for (size_t i = 0; i < locked->rules.len; i++) {
		const struct pk_lock_rule *rule = &locked->rules.items[i];
		if (!pk_text_equal(rule->set, set) ||
			pk_map_find(&after, key_of(change->arena, rule)) != NULL)
			continue;
		if (change->removed++ == 0)
			change->removed_ids = rule->id;
		else if (change->removed <= RELATED_MAX)
			change->removed_ids = pk_arena_printf(
				change->arena, "%s, %s", change->removed_ids, rule->id);
	}
}

static struct change find_change(struct pk_arena *arena, const struct pk_lock *now,
	const struct pk_lock *locked, const char *set)
{
	struct change change = {.arena = arena};
	struct pk_map before = {0};
	index_rules(&before, arena, locked);
	for (size_t i = 0; i < now->rules.len; i++) {
		const struct pk_lock_rule *rule = &now->rules.items[i];
		if (!pk_text_equal(rule->set, set))
			continue;
		const struct pk_lock_rule *old = pk_map_find(&before, key_of(arena, rule));
		if (old != NULL && pk_text_equal(old->digest, rule->digest))
			continue;
		*(old == NULL ? &change.added : &change.changed) += 1;
		*pk_list_push(arena, &change.places) = rule;
	}
	find_removed(&change, now, locked, set);
	return change;
}

/* "rules: 2 changed, 1 added, 1 removed (old-rule)". */
static const char *describe(const struct change *change)
{
	const struct {
		size_t count;
		const char *word;
	} parts[] = {{change->changed, "changed"}, {change->added, "added"},
		{change->removed, "removed"}};
	const char *text = "rules:";
	const char *before = " ";
	for (size_t i = 0; i < PK_COUNT(parts); i++) {
		if (parts[i].count == 0)
			continue;
		text = pk_arena_printf(
			change->arena, "%s%s%zu %s", text, before, parts[i].count, parts[i].word);
		before = ", ";
	}
	if (change->removed > 0)
		text = pk_arena_printf(change->arena, "%s (%s)", text, change->removed_ids);
	return before[0] == ' ' ? "its settings, names or profiles changed" : text;
}

static void relate(struct pk_diags *diags, struct pk_diag *diag, const struct change *change)
{
	for (size_t i = 0; i < change->places.len && i < RELATED_MAX; i++) {
		const struct pk_lock_rule *rule = change->places.items[i];
		pk_diag_relate(
			diags, diag, rule->span, "'%s' means something else, or is new", rule->id);
	}
}

/* Is the minor or major number of `now` higher? */
static bool is_raised(const struct pk_version *now, const struct pk_version *locked)
{
	return now->major != locked->major ? now->major > locked->major
					   : now->minor > locked->minor;
}

static bool is_lower(const struct pk_version *now, const struct pk_version *locked)
{
	if (now->major != locked->major)
		return now->major < locked->major;
	if (now->minor != locked->minor)
		return now->minor < locked->minor;
	return now->patch < locked->patch;
}

static void report_not_raised(const struct pk_lock_set *set, const struct pk_lock_set *old,
	const struct change *change, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_VERSION_NOT_RAISED, set->span,
		"ruleset '%s' changed since version %s and has no higher one (%s)", set->id,
		old->version.text, describe(change));
	relate(diags, diag, change);
	pk_diag_hint(diags, diag, "write version %u.%u.0, then run `picket lock`",
		old->version.major, old->version.minor + 1);
}

static void check_set(const struct pk_lock *now, const struct pk_lock *locked,
	const struct pk_lock_set *set, struct pk_diags *diags)
{
	const struct pk_lock_set *old = find_set(locked, set->id);
	if (old == NULL || set->shipped)
		return;
	bool same = pk_text_equal(set->digest, old->digest);
	if (is_lower(&set->version, &old->version)) {
		struct pk_diag *diag = pk_report(diags, PK_VERSION_NOT_RAISED, set->span,
			"version of '%s' went back from %s to %s", set->id, old->version.text,
			set->version.text);
		pk_diag_hint(diags, diag, "write version %s, or a higher one", old->version.text);
	} else if (!same && !is_raised(&set->version, &old->version)) {
		struct change change = find_change(diags->arena, now, locked, set->id);
		report_not_raised(set, old, &change, diags);
	} else if (same && is_raised(&set->version, &old->version)) {
		struct pk_diag *diag = pk_report(diags, PK_VERSION_RAISED, set->span,
			"version of '%s' was raised from %s to %s, and its rules mean the same",
			set->id, old->version.text, set->version.text);
		pk_diag_hint(
			diags, diag, "raise the last number only, for texts, comments and tests");
	}
}

bool pk_lock_check_versions(
	const struct pk_lock *now, const struct pk_lock *locked, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	for (size_t i = 0; i < now->sets.len; i++)
		check_set(now, locked, &now->sets.items[i], diags);
	return diags->errors == errors;
}

static void report_outdated(
	struct pk_diags *diags, struct pk_span span, const char *id, const char *what)
{
	struct pk_diag *diag = pk_report(diags, PK_LOCK_OUTDATED, span,
		"ruleset '%s' is not as " PK_LOCK_FILE " has it (%s)", id, what);
	pk_diag_hint(diags, diag, "look through what changed, then run `picket lock`");
}

/* Sets whose change is in order, but not yet in the lock. */
static void check_outdated(const struct pk_lock *now, const struct pk_lock *locked,
	const struct pk_lock_set *set, struct pk_diags *diags)
{
	const struct pk_lock_set *old = find_set(locked, set->id);
	if (old == NULL) {
		report_outdated(diags, set->span, set->id, "it is new");
		return;
	}
	if (pk_text_equal(set->digest, old->digest) ||
		(!set->shipped && !is_raised(&set->version, &old->version)))
		return;
	struct change change = find_change(diags->arena, now, locked, set->id);
	report_outdated(diags, set->span, set->id,
		pk_arena_printf(diags->arena, "version %s is now %s; %s", old->version.text,
			set->version.text, describe(&change)));
	relate(diags, &diags->all.items[diags->all.len - 1], &change);
}

bool pk_lock_check(const struct pk_lock *now, const struct pk_lock *locked, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	pk_lock_check_versions(now, locked, diags);
	for (size_t i = 0; i < now->sets.len; i++)
		check_outdated(now, locked, &now->sets.items[i], diags);
	for (size_t i = 0; i < locked->sets.len; i++) {
		const struct pk_lock_set *set = &locked->sets.items[i];
		if (find_set(now, set->id) == NULL)
			report_outdated(diags, set->span, set->id, "it is not used any more");
	}
	return diags->errors == errors;
}

bool pk_lock_check_policy(const struct pk_policy *policy, struct pk_source *root,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	struct pk_lock *locked;
	if (options->profile != NULL)
		return true;
	if (!pk_lock_find(&locked, policy->arena, root, options, diags))
		return false;
	if (locked == NULL)
		return true;
	return pk_lock_check(pk_lock_make(policy->arena, policy, root, options), locked, diags);
}

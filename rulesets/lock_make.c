/* The lock of what a policy is now. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "rulesets/canonical.h"
#include "rulesets/library.h"
#include "rulesets/lock.h"
#include "rulesets/read.h"

/* Keys of a ruleset's files that mean something beside its rules. */
static const char *const meaning_keys[] = {"variables", "lists", "collect", "settings", "profiles"};

/* Keys of the mapping `ruleset`. */
static const char *const ruleset_keys[] = {"rule_name", "schema", "targets"};

/* One set while its lines are made, with the layers up to it stacked. */
struct maker {
	struct pk_lock *lock;
	const struct pk_policy *whole; /* all layers, for places */
	const struct pk_policy *policy;
	const struct pk_ruleset *set;
};

static const char *digest_of(struct pk_arena *arena, const struct pk_buf *text)
{
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, text->data, text->len);
	return pk_arena_strdup(arena, digest);
}

static void add_line(
	struct maker *maker, const char *id, const struct pk_buf *text, struct pk_span span)
{
	struct pk_arena *arena = maker->lock->arena;
	*pk_list_push(arena, &maker->lock->rules) = (struct pk_lock_rule){
		.set = maker->set->id,
		.id = id,
		.version = maker->set->version.text,
		.digest = digest_of(arena, text),
		.span = span,
	};
}

/* Did the set define the rule, or patch it? */
static bool is_touched(const struct pk_rule *rule, const struct pk_ruleset *set, const char *layer)
{
	if (rule->set == set)
		return true;
	for (size_t i = 0; i < rule->origins.len; i++) {
		if (pk_text_equal(rule->origins.items[i].layer, layer))
			return true;
	}
	return false;
}

static struct pk_span span_of_rule(const struct maker *maker, const struct pk_rule *rule)
{
	const struct pk_rule *shown = pk_map_find(&maker->whole->rules_by_id, rule->id);
	return shown == NULL ? rule->id_span : shown->id_span;
}

static void add_rules(struct maker *maker)
{
	const char *layer = pk_arena_printf(
		maker->lock->arena, "%s %s", maker->set->id, maker->set->version.text);
	for (size_t i = 0; i < maker->policy->rules.len; i++) {
		const struct pk_rule *rule = maker->policy->rules.items[i];
		if (!is_touched(rule, maker->set, layer))
			continue;
		PK_BUF_AUTO text = {0};
		pk_canonical_put_rule(&text, maker->policy, rule);
		add_line(maker, rule->id, &text, span_of_rule(maker, rule));
	}
	for (size_t i = 0; i < maker->policy->groups.len; i++) {
		const struct pk_group *group = maker->policy->groups.items[i];
		if (group->set != maker->set)
			continue;
		PK_BUF_AUTO text = {0};
		pk_canonical_put_group(&text, maker->policy, group);
		add_line(maker, group->id, &text, group->span);
	}
}

static int compare_rules(const void *a, const void *b)
{
	const struct pk_lock_rule *left = a;
	const struct pk_lock_rule *right = b;
	int order = strcmp(left->set, right->set);
	return order != 0 ? order : strcmp(left->id, right->id);
}

static int compare_sets(const void *a, const void *b)
{
	return strcmp(((const struct pk_lock_set *)a)->id, ((const struct pk_lock_set *)b)->id);
}

/* Appends what the set says beside its rules. */
static void put_rest(struct pk_buf *out, const struct maker *maker)
{
	const struct pk_ruleset *set = maker->set;
	const struct pk_node *head = pk_node_find(set->root, "ruleset");
	for (size_t i = 0; i < PK_COUNT(ruleset_keys); i++) {
		pk_buf_puts(out, ruleset_keys[i]);
		pk_canonical_put_node(out, pk_node_find(head, ruleset_keys[i]));
	}
	for (size_t i = 0; i < set->files.len; i++) {
		for (size_t k = 0; k < PK_COUNT(meaning_keys); k++) {
			const struct pk_node *node =
				pk_node_find(set->files.items[i], meaning_keys[k]);
			if (node == NULL)
				continue;
			pk_buf_puts(out, meaning_keys[k]);
			pk_canonical_put_node(out, node);
		}
	}
}

/* The lines of the set's rules must stand last in the lock, in order. */
static const char *digest_set(const struct maker *maker, size_t first)
{
	PK_BUF_AUTO text = {0};
	put_rest(&text, maker);
	for (size_t i = first; i < maker->lock->rules.len; i++) {
		const struct pk_lock_rule *rule = &maker->lock->rules.items[i];
		pk_buf_printf(&text, "\n%s %s", rule->id, rule->digest);
	}
	return digest_of(maker->lock->arena, &text);
}

static void add_set(struct maker *maker, const struct pk_ruleset *shown)
{
	struct pk_lock *lock = maker->lock;
	size_t first = lock->rules.len;
	add_rules(maker);
	if (lock->rules.len > first)
		qsort(lock->rules.items + first, lock->rules.len - first,
			sizeof(*lock->rules.items), compare_rules);
	const struct pk_node *version =
		pk_node_find(pk_node_find(shown->root, "ruleset"), "version");
	*pk_list_push(lock->arena, &lock->sets) = (struct pk_lock_set){
		.id = shown->id,
		.version = shown->version,
		.digest = digest_set(maker, first),
		.span = version == NULL ? shown->span : version->span,
		.shipped = pk_text_starts(shown->path, PK_LIBRARY_PREFIX),
	};
}

struct pk_lock *pk_lock_make(struct pk_arena *arena, const struct pk_policy *policy,
	struct pk_source *root, const struct pk_policy_options *options)
{
	struct pk_lock *lock = PK_NEW(arena, struct pk_lock);
	lock->arena = arena;
	for (size_t i = 0; i < policy->sets.len; i++) {
		struct pk_policy_options lowest = {.library_dir = options->library_dir,
			.tree = options->tree,
			.partial = true,
			.layers = i + 1};
		struct pk_diags quiet = {.arena = arena};
		struct maker maker = {.lock = lock, .whole = policy};
		maker.policy = pk_policy_read_source(arena, root, &lowest, &quiet);
		if (maker.policy == NULL || maker.policy->sets.len <= i)
			continue;
		maker.set = maker.policy->sets.items[i];
		add_set(&maker, policy->sets.items[i]);
	}
	if (lock->sets.len > 0)
		qsort(lock->sets.items, lock->sets.len, sizeof(*lock->sets.items), compare_sets);
	if (lock->rules.len > 0)
		qsort(lock->rules.items, lock->rules.len, sizeof(*lock->rules.items),
			compare_rules);
	return lock;
}

#include "rulesets/patch.h"

static const char *const patch_keys[] = {"rule", "disable", "enable", "reason", "set"};

/* One item of `patch`. */
struct patch {
	const struct pk_node *node;
	bool disable;
	bool enable;
	const struct pk_node *set;
	const char *reason;
	const char *layer;
};

static void report_patch(
	struct pk_read *read, struct pk_span span, const char *problem, const char *hint)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_PATCH, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "%s", hint);
}

/* The names of all rules, for "did you mean". */
static const char **list_rules(struct pk_read *read, size_t *count_out)
{
	const struct pk_policy *policy = read->policy;
	const char **names = PK_NEW_ARRAY(read->arena, const char *, policy->rules_by_id.len + 1);
	size_t count = 0;
	for (size_t i = 0; i < policy->rules.len; i++)
		names[count++] = policy->rules.items[i]->id;
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t k = 0; k < group->rules.len; k++)
			names[count++] = group->rules.items[k]->id;
	}
	*count_out = count;
	return names;
}

static void report_unknown_rule(struct pk_read *read, const char *id, struct pk_span span)
{
	if (read->incomplete)
		return; /* the missing layer may have it, and is reported */
	struct pk_diag *diag =
		pk_report(read->diags, PK_UNKNOWN_PATCHED_RULE, span, "no rule '%s' to patch", id);
	if (read->suggestions >= PK_SUGGESTIONS_MAX)
		return;
	size_t count;
	const char **names = list_rules(read, &count);
	const char *near = pk_read_nearest(read, id, names, count);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(read->diags, diag,
			"patch a rule of this ruleset or of one that it extends");
}

/* A switch that has only one position: `disable: true`. */
static bool read_switch(struct pk_read *read, const struct pk_node *node, const char *key)
{
	const struct pk_node *value = pk_node_find(node, key);
	bool on = false;
	if (value == NULL || !pk_read_bool(read, &on, value, key))
		return false;
	if (!on)
		report_patch(read, value->span,
			pk_arena_printf(read->arena, "'%s: false' changes nothing", key),
			"remove the key, or write 'enable: true' or 'disable: true'");
	return on;
}

/* Reads and checks an item; false after a report. */
static bool read_patch(struct pk_read *read, struct patch *patch)
{
	const struct pk_node *node = patch->node;
	size_t errors = read->diags->errors;
	pk_node_check_keys(node, patch_keys, PK_COUNT(patch_keys), PK_UNKNOWN_KEY, read->diags);
	patch->disable = read_switch(read, node, "disable");
	patch->enable = read_switch(read, node, "enable");
	patch->set = pk_node_find(node, "set");
	const struct pk_node *reason = pk_node_find(node, "reason");
	patch->reason = reason == NULL ? NULL : pk_read_filled(read, reason, "reason");

	if (patch->disable && patch->enable)
		report_patch(read, node->span, "patch both disables and enables the rule",
			"keep one of 'disable' and 'enable'");
	if (patch->disable && reason == NULL)
		report_patch(read, node->span, "rule is disabled without a reason", "add 'reason'");
	if (pk_node_find(node, "disable") == NULL && pk_node_find(node, "enable") == NULL &&
		patch->set == NULL)
		report_patch(read, node->span, "patch changes nothing",
			"add 'disable: true', 'enable: true' or 'set'");
	return read->diags->errors == errors;
}

static void add_origin(
	struct pk_read *read, struct pk_rule *rule, const struct patch *patch, const char *what)
{
	*pk_list_push(read->arena, &rule->origins) = (struct pk_origin){.what = what,
		.layer = patch->layer,
		.reason = patch->reason,
		.span = patch->node->span};
}

static void apply(struct pk_read *read, struct pk_rule *rule, const struct patch *patch)
{
	if (patch->set != NULL) {
		pk_rule_patch(read, rule, patch->set);
		add_origin(read, rule, patch, "patched");
	}
	if (patch->disable) {
		rule->enabled = false;
		add_origin(read, rule, patch, "disabled");
	}
	if (patch->enable) {
		rule->enabled = true;
		add_origin(read, rule, patch, "enabled");
	}
}

static void read_item(
	struct pk_read *read, const struct pk_node *node, const char *layer, bool check_only)
{
	if (!pk_read_is_map(read, node, "patch"))
		return;
	struct patch patch = {.node = node, .layer = layer};
	bool good = read_patch(read, &patch);
	const struct pk_node *id = pk_read_need(read, node, "rule");
	const char *text = id == NULL ? NULL : pk_read_raw_text(read, id, "rule");
	if (text == NULL)
		return;

	struct pk_rule *rule = pk_map_find(&read->policy->rules_by_id, text);
	if (rule == NULL && !check_only)
		report_unknown_rule(read, text, id->span);
	if (!good || (rule == NULL && !check_only))
		return;
	if (!check_only) {
		apply(read, rule, &patch);
		return;
	}
	/* A rule to try the patch on; what it is like matters only for the keys it may have. */
	struct pk_rule trial = {.id = text, .group = rule == NULL ? NULL : rule->group};
	apply(read, &trial, &patch);
}

void pk_patches_apply(
	struct pk_read *read, const struct pk_node *list, const char *layer, bool check_only)
{
	if (!pk_read_is_list(read, list, "patch"))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		read_item(read, list->items.items[i], layer, check_only);
}

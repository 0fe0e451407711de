/* What rulesets/ cannot check: events, fields and names, whatever the target. */
#include <string.h>

#include "generators/compile/compile.h"

struct policy_check {
	const struct pk_policy *policy;
	struct pk_diags *diags;
	const struct pk_attack *attack;
	const struct pk_schema *on_windows;
	const struct pk_schema *on_linux;
};

/* The schema that knows the most about what the rule is meant for. */
static const struct pk_schema *schema_for(const struct policy_check *check, unsigned targets)
{
	return targets == PK_FOR_SYSMON_LINUX ? check->on_linux : check->on_windows;
}

static bool check_event(struct policy_check *check, const struct pk_schema *schema,
	const char *event, struct pk_span span)
{
	if (pk_schema_find_tag(schema, event) != NULL)
		return true;
	struct pk_diag *diag =
		pk_report(check->diags, PK_POLICY_EVENT_UNKNOWN, span, "no event '%s'", event);
	const char *near = pk_schema_nearest_tag(schema, event);
	if (near != NULL)
		pk_diag_hint(check->diags, diag, "write '%s'", near);
	return false;
}

static void check_field(struct policy_check *check, const struct pk_schema *schema,
	const char *event, const char *field, struct pk_span span)
{
	if (pk_schema_tag_has_field(schema, event, field))
		return;
	struct pk_diag *diag = pk_report(
		check->diags, PK_POLICY_FIELD_UNKNOWN, span, "%s has no field '%s'", event, field);
	const char *near = pk_schema_nearest_field(schema, event, field);
	if (near != NULL)
		pk_diag_hint(check->diags, diag, "write '%s'", near);
}

static void check_expr(struct policy_check *check, const struct pk_schema *schema,
	const char *event, const struct pk_expr *expr)
{
	if (expr->kind == PK_EXPR_CONDITION) {
		check_field(check, schema, event, expr->field, expr->field_span);
		return;
	}
	for (size_t i = 0; i < expr->children.len; i++)
		check_expr(check, schema, event, expr->children.items[i]);
}

static void check_tests(
	struct policy_check *check, const struct pk_schema *schema, const struct pk_rule *rule)
{
	for (size_t i = 0; i < rule->tests.len; i++) {
		const struct pk_test *test = &rule->tests.items[i];
		for (size_t f = 0; f < test->fields.len; f++)
			check_field(check, schema, rule->event, test->fields.items[f].name,
				test->fields.items[f].span);
	}
}

static void check_rule(struct policy_check *check, const struct pk_rule *rule)
{
	const struct pk_schema *schema = schema_for(check, rule->targets);
	if (rule->event == NULL || !check_event(check, schema, rule->event, rule->event_span))
		return; /* a rule without event was reported on reading */
	if (rule->when != NULL)
		check_expr(check, schema, rule->event, rule->when);
	check_tests(check, schema, rule);

	const char *name;
	pk_rule_make_name(&name, check->policy, rule, check->attack, check->diags);
}

static void check_group(struct policy_check *check, const struct pk_group *group)
{
	const struct pk_schema *schema = check->on_windows;
	if (group->event == NULL)
		return; /* reported on reading */
	if (pk_schema_find_tag(check->on_linux, group->event) != NULL &&
		pk_schema_find_tag(check->on_windows, group->event) == NULL)
		schema = check->on_linux;
	if (!check_event(check, schema, group->event, group->event_span) || group->verbatim)
		return;
	for (size_t i = 0; i < group->rules.len; i++) {
		const struct pk_rule *rule = group->rules.items[i];
		if (rule->when != NULL)
			check_expr(check, schema, group->event, rule->when);
		check_tests(check, schema, rule);
	}
}

bool pk_policy_check(const struct pk_policy *policy, struct pk_diags *diags)
{
	size_t before = diags->errors;
	struct pk_arena *arena = policy->arena;
	struct policy_check check = {
		.policy = policy,
		.diags = diags,
		.attack = policy->attack,
		.on_windows = pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS)),
		.on_linux = pk_schema_make(arena, PK_LINUX, pk_schema_newest(PK_LINUX)),
	};
	for (size_t i = 0; i < policy->rules.len; i++)
		check_rule(&check, policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++)
		check_group(&check, policy->groups.items[i]);
	for (size_t i = 0; i < policy->collect.len; i++) {
		const struct pk_collect_entry *entry = &policy->collect.items[i];
		if (pk_schema_find_tag(check.on_linux, entry->event) == NULL)
			check_event(&check, check.on_windows, entry->event, entry->span);
	}
	return diags->errors == before;
}

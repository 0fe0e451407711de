/* Groups: event elements that go out exactly as they are written. */
#include <string.h>

#include "generators/compile/compile_sysmon.h"

/* False after a report if the schema has no such field here. */
static bool make_filter(struct pk_compilation *compilation, struct pk_filter *out,
	const struct pk_group *group, const struct pk_rule *rule, const struct pk_expr *condition)
{
	const struct pk_schema *schema = compilation->schema;
	bool known = pk_schema_tag_has_field(schema, group->event, condition->field) ||
		(group->verbatim && pk_schema_has_field(schema, condition->field));
	if (!known) {
		/* In an and-element one term less would match more. */
		pk_report_as(compilation->diags, group->relation_and ? PK_ERROR : PK_WARNING,
			PK_RULE_FIELD_UNSUPPORTED, condition->field_span,
			"rule '%s' is left out: schema %s has no field '%s' in %s", rule->id,
			pk_compile_version(compilation), condition->field, group->event);
		return false;
	}
	*out = (struct pk_filter){
		.field = condition->field,
		.condition = pk_operator_info(condition->op)->name,
		.value = pk_compile_value(compilation->arena, condition),
		.name = condition->name,
		.span = condition->span,
		.value_span = condition->span,
	};
	return true;
}

static void add_term(struct pk_compilation *compilation, struct pk_element *element,
	const struct pk_group *group, const struct pk_rule *rule)
{
	const struct pk_expr *when = rule->when;
	struct pk_term term = {.span = rule->span, .comment = rule->comment};

	if (when != NULL && when->kind == PK_EXPR_CONDITION) {
		if (!make_filter(compilation, &term.filter, group, rule, when))
			return;
		if (term.filter.name == NULL)
			term.filter.name = rule->name;
		*pk_list_push(compilation->arena, &element->terms) = term;
		return;
	}
	term.is_rule = true;
	term.relation = when != NULL && when->kind == PK_EXPR_ANY ? "or" : "and";
	term.name = rule->name;
	for (size_t i = 0; when != NULL && i < when->children.len; i++) {
		struct pk_filter filter;
		if (!make_filter(compilation, &filter, group, rule, when->children.items[i]))
			return;
		*pk_list_push(compilation->arena, &term.filters) = filter;
	}
	*pk_list_push(compilation->arena, &element->terms) = term;
}

void pk_compile_groups(struct pk_compilation *compilation, const struct pk_event *event)
{
	const struct pk_policy *policy = compilation->policy;
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		if (strcmp(group->event, event->tag) != 0)
			continue;
		if (group->verbatim)
			pk_report(compilation->diags, PK_VERBATIM_GROUP, group->span,
				"group '%s' is kept word for word; Sysmon takes it back on loading",
				group->id);
		struct pk_element *element =
			pk_list_push(compilation->arena, &compilation->sysmon->elements);
		element->tag = event->tag;
		element->event = event;
		element->onmatch = group->onmatch == PK_INCLUDE ? "include" : "exclude";
		element->in_group = true;
		element->group_relation = group->relation_and ? "and" : "or";
		element->group_name = group->name;
		element->comment = group->comment;
		element->span = group->span;
		for (size_t r = 0; r < group->rules.len; r++) {
			if (group->rules.items[r]->enabled)
				add_term(compilation, element, group, group->rules.items[r]);
		}
	}
}

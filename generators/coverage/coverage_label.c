/* Which rules carry techniques: what a policy says of its rules, or the RuleNames of an XML. */
#include "generators/coverage/coverage_parts.h"

#include "base/text.h"
#include "generators/coverage/label.h"
#include "generators/sysmon/sysmon_convert.h"

struct labelling {
	struct pk_coverage *coverage;
	const struct pk_coverage_input *input;
	struct pk_map rules; /* "tag\nname" -> struct pk_coverage_rule that carries something */
	struct pk_coverage_rule next; /* the rule that is looked at */
};

/* The rule that is looked at, kept once however many techniques or filters it has. */
static const struct pk_coverage_rule *keep_rule(struct labelling *labelling)
{
	struct pk_coverage *coverage = labelling->coverage;
	const struct pk_coverage_rule *next = &labelling->next;
	const char *key = pk_arena_printf(coverage->arena, "%s\n%s", next->tag, next->name);
	struct pk_coverage_rule *rule = pk_map_find(&labelling->rules, key);
	if (rule == NULL) {
		rule = PK_NEW(coverage->arena, struct pk_coverage_rule);
		*rule = *next;
		rule->number = coverage->rules.len;
		*pk_list_push(coverage->arena, &coverage->rules) = rule;
		pk_map_set(coverage->arena, &labelling->rules, key, rule);
	}
	return rule;
}

static struct pk_coverage_stale *stale_entry(struct pk_coverage *coverage, const char *id)
{
	for (size_t i = 0; i < coverage->stale.len; i++) {
		if (pk_text_equal(coverage->stale.items[i].id, id))
			return &coverage->stale.items[i];
	}
	struct pk_coverage_stale *stale = pk_list_push(coverage->arena, &coverage->stale);
	stale->id = pk_arena_strdup(coverage->arena, id);
	stale->technique = pk_attack_find(coverage->attack, id);
	stale->current = pk_attack_current(coverage->attack, id);
	return stale;
}

/* The rule that is looked at carries `id`. */
static void carry(struct labelling *labelling, const char *id)
{
	struct pk_coverage *coverage = labelling->coverage;
	const struct pk_coverage_rule *rule = keep_rule(labelling);
	struct pk_coverage_technique *entry = pk_coverage_entry(coverage, id);

	if (entry == NULL || !pk_text_equal(entry->technique->id, id)) {
		struct pk_coverage_stale *stale = stale_entry(coverage, id);
		if (stale->rules.len == 0 || stale->rules.items[stale->rules.len - 1] != rule)
			*pk_list_push(coverage->arena, &stale->rules) = rule;
	}
	if (entry == NULL)
		return;
	for (size_t i = 0; i < entry->rules.len; i++) {
		if (entry->rules.items[i] == rule)
			return;
	}
	*pk_list_push(coverage->arena, &entry->rules) = rule;
}

static void carry_name(struct labelling *labelling, const char *name)
{
	char id[PK_LABEL_SIZE];
	size_t at = 0;
	while (name != NULL && pk_label_next(id, name, &at))
		carry(labelling, id);
}

/* --- a policy --- */

/* The RuleNames that events get from a rule inside a group: that of the filter, else `name`. */
static void carry_filters(struct labelling *labelling, const struct pk_expr *expr, const char *name)
{
	if (expr->kind == PK_EXPR_CONDITION)
		carry_name(labelling, expr->name != NULL ? expr->name : name);
	for (size_t i = 0; i < expr->children.len; i++)
		carry_filters(labelling, expr->children.items[i], name);
}

static void label_rule(struct labelling *labelling, const struct pk_rule *rule)
{
	const struct pk_coverage *coverage = labelling->coverage;
	unsigned target = coverage->platform == PK_LINUX ? PK_FOR_SYSMON_LINUX : PK_FOR_SYSMON;
	bool logs = rule->group != NULL
		? rule->group->onmatch == PK_INCLUDE
		: rule->action == PK_INCLUDE && (rule->targets & target) != 0;
	if (!rule->enabled || !logs || pk_schema_find_tag(coverage->schema, rule->event) == NULL)
		return;

	labelling->next = (struct pk_coverage_rule){
		.name = rule->id, .title = rule->title, .tag = rule->event, .span = rule->id_span};
	for (size_t i = 0; i < rule->attack.len; i++)
		carry(labelling, rule->attack.items[i].text);
	if (rule->group == NULL)
		carry_name(labelling, rule->name);
	else if (rule->when != NULL)
		carry_filters(
			labelling, rule->when, rule->name != NULL ? rule->name : rule->group->name);
}

static void label_policy(struct labelling *labelling, const struct pk_policy *policy)
{
	for (size_t i = 0; i < policy->rules.len; i++)
		label_rule(labelling, policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t r = 0; r < group->rules.len; r++)
			label_rule(labelling, group->rules.items[r]);
	}
}

/* --- an XML --- */

static void label_filter(struct labelling *labelling, const struct pk_element *element,
	const struct pk_term *term, const struct pk_filter *filter)
{
	const char *name = pk_filter_name(element, term, filter);
	if (name == NULL)
		return;
	labelling->next =
		(struct pk_coverage_rule){.name = name, .tag = element->tag, .span = filter->span};
	carry_name(labelling, name);
}

static void label_element(struct labelling *labelling, const struct pk_element *element)
{
	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		if (!term->is_rule)
			label_filter(labelling, element, term, &term->filter);
		for (size_t f = 0; term->is_rule && f < term->filters.len; f++)
			label_filter(labelling, element, term, &term->filters.items[f]);
	}
}

static void label_xml(struct labelling *labelling, const struct pk_sysmon *sysmon)
{
	for (size_t i = 0; i < sysmon->elements.len; i++) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (labelling->input->element_ids[i] != 0 && pk_element_is_include(element))
			label_element(labelling, element);
	}
}

void pk_coverage_label(struct pk_coverage *coverage, const struct pk_coverage_input *input)
{
	struct labelling labelling = {.coverage = coverage, .input = input};
	if (input->policy != NULL)
		label_policy(&labelling, input->policy);
	else
		label_xml(&labelling, input->sysmon);
}

#include "rulesets/group_read.h"

static const char *const group_keys[] = {
	"id",
	"event",
	"onmatch",
	"relation",
	"name",
	"verbatim",
	"variables",
	"rules",
};

static const struct pk_word onmatch_words[] = {
	{"exclude", PK_EXCLUDE},
	{"include", PK_INCLUDE},
};

static const struct pk_word relation_words[] = {
	{"and", true},
	{"or", false},
};

static void read_event(struct pk_read *read, struct pk_group *group, const struct pk_node *node)
{
	const struct pk_node *event = pk_read_need(read, node, "event");
	if (event == NULL)
		return;
	group->event = pk_read_filled(read, event, "event");
	group->event_span = event->span;
}

static void read_words(struct pk_read *read, struct pk_group *group, const struct pk_node *node)
{
	unsigned word;
	const struct pk_node *onmatch = pk_read_need(read, node, "onmatch");
	if (onmatch != NULL &&
		pk_read_word(
			read, &word, onmatch, "onmatch", onmatch_words, PK_COUNT(onmatch_words)))
		group->onmatch = (enum pk_action)word;
	const struct pk_node *relation = pk_read_need(read, node, "relation");
	if (relation != NULL &&
		pk_read_word(read, &word, relation, "a relation", relation_words,
			PK_COUNT(relation_words)))
		group->relation_and = word;
}

static void read_flags(struct pk_read *read, struct pk_group *group, const struct pk_node *node)
{
	pk_node_get_bool(&group->verbatim, node, "verbatim", read->diags);
	pk_node_get_bool(&group->variables, node, "variables", read->diags);
}

static void read_name(struct pk_read *read, struct pk_group *group, const struct pk_node *node)
{
	const struct pk_node *name = pk_node_find(node, "name");
	if (name == NULL)
		return;
	read->literal = !group->variables;
	group->name = pk_read_text(read, name, "name");
	read->literal = false;
}

static void read_id(struct pk_read *read, struct pk_group *group, const struct pk_node *node)
{
	const struct pk_node *id = pk_read_need(read, node, "id");
	group->id = id == NULL ? NULL : pk_read_id(read, id, "a group id");
	if (group->id == NULL)
		return;
	const struct pk_group *first =
		pk_map_set(read->arena, &read->groups_by_id, group->id, group);
	if (first == NULL)
		return;
	struct pk_diag *diag = pk_report(read->diags, PK_DUPLICATE_RULE_ID, id->span,
		"group id '%s' is used twice", group->id);
	pk_diag_relate(read->diags, diag, first->span, "first used here");
	pk_diag_hint(read->diags, diag, "give one of them another id");
}

static void read_group(
	struct pk_read *read, const struct pk_node *node, const struct pk_rule_home *home)
{
	if (!pk_read_is_map(read, node, "group"))
		return;
	pk_node_check_keys(node, group_keys, PK_COUNT(group_keys), PK_UNKNOWN_KEY, read->diags);
	struct pk_group *group = PK_NEW(read->arena, struct pk_group);
	group->span = node->span;
	group->comment = node->comment;
	group->set = home->set;
	read_flags(read, group, node);
	read_id(read, group, node);
	read_event(read, group, node);
	read_words(read, group, node);
	read_name(read, group, node);

	struct pk_rule_home inside = *home;
	inside.group = group;
	const struct pk_node *rules = pk_read_need(read, node, "rules");
	if (rules != NULL)
		pk_group_rules_read(read, rules, group, &inside);
	*pk_list_push(read->arena, &read->policy->groups) = group;
}

void pk_groups_read(
	struct pk_read *read, const struct pk_node *list, const struct pk_rule_home *home)
{
	if (!pk_read_is_list(read, list, "groups"))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		read_group(read, list->items.items[i], home);
}

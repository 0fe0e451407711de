#include "rulesets/rule_read.h"

#include <string.h>

#include "base/text.h"
#include "rulesets/expr_read.h"

/* Where a key may stand; bits. */
enum key_place {
	IN_RULE = 1,
	IN_GROUP = 2, /* a rule of a group */
	IN_PATCH = 4, /* `set` of a patch */
};

struct rule_key {
	const char *name;
	unsigned places;
	unsigned required; /* places where it must be given */
	void (*read)(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node);
};

static const struct pk_word action_words[] = {
	{"exclude", PK_EXCLUDE},
	{"include", PK_INCLUDE},
};

static const struct pk_word severity_words[] = {
	{"informational", PK_RULE_INFORMATIONAL},
	{"low", PK_RULE_LOW},
	{"medium", PK_RULE_MEDIUM},
	{"high", PK_RULE_HIGH},
	{"critical", PK_RULE_CRITICAL},
};

static void read_id(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->id = pk_read_id(read, node, "a rule id");
	rule->id_span = node->span;
}

static void read_title(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->title = pk_read_filled(read, node, "title");
}

static void read_description(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->description = pk_read_raw_text(read, node, "description");
}

static void read_event(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->event = pk_read_filled(read, node, "event");
	rule->event_span = node->span;
}

static void read_action(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	unsigned action;
	if (pk_read_word(read, &action, node, "an action", action_words, PK_COUNT(action_words)))
		rule->action = (enum pk_action)action;
}

static void read_when(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->when =
		rule->group == NULL ? pk_expr_read(read, node) : pk_expr_read_exact(read, node);
}

static void read_name(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->name = pk_read_text(read, node, "name");
	rule->name_span = node->span;
}

/* Ids are judged by the release that the file's ruleset is written for. */
static bool check_technique(struct pk_read *read, const char *id, struct pk_span span)
{
	const struct pk_ruleset *set = read->set;
	if (set == NULL)
		return pk_attack_check(read->attack, id, span, read->diags);
	if (set->attack != NULL)
		return pk_attack_check(set->attack, id, span, read->diags);
	const struct pk_history *history = pk_attack_history(read->attack);
	uint32_t release = pk_history_find_release(history, set->attack_release);
	return pk_history_check(history, release, id, span, read->diags);
}

static void read_attack(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->attack.items = NULL;
	rule->attack.len = 0;
	rule->attack.cap = 0;
	if (!pk_read_is_list(read, node, "attack"))
		return;
	for (size_t i = 0; i < node->items.len; i++) {
		const struct pk_node *item = node->items.items[i];
		const char *id = pk_read_raw_text(read, item, "technique");
		if (id == NULL || !check_technique(read, id, item->span))
			continue;
		*pk_list_push(read->arena, &rule->attack) =
			(struct pk_reference){.text = id, .span = item->span};
	}
}

static void read_severity(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	unsigned severity;
	if (pk_read_word(
		    read, &severity, node, "a severity", severity_words, PK_COUNT(severity_words)))
		rule->severity = (enum pk_rule_severity)severity;
}

static void read_references(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->references.items = NULL;
	rule->references.len = 0;
	rule->references.cap = 0;
	if (!pk_read_is_list(read, node, "references"))
		return;
	for (size_t i = 0; i < node->items.len; i++) {
		const struct pk_node *item = node->items.items[i];
		const char *text = pk_read_filled(read, item, "reference");
		if (text != NULL)
			*pk_list_push(read->arena, &rule->references) =
				(struct pk_reference){.text = text, .span = item->span};
	}
}

static void read_targets(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->targets = pk_read_targets(read, node);
}

static void read_schema(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->schema = pk_read_schema_version(read, node);
	rule->schema_span = node->span;
}

static void read_owner(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->owner = pk_read_filled(read, node, "owner");
}

static void read_reason(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	rule->reason = pk_read_filled(read, node, "reason");
}

static void read_expires(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	const char *text = pk_read_raw_text(read, node, "expires");
	if (text == NULL)
		return;
	if (pk_date_valid(text)) {
		rule->expires = text;
		rule->expires_span = node->span;
		return;
	}
	struct pk_diag *diag =
		pk_report(read->diags, PK_BAD_DATE, node->span, "'%s' is not a date", text);
	pk_diag_hint(read->diags, diag, "write a day that exists as YYYY-MM-DD");
}

static void read_enabled(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	pk_read_bool(read, &rule->enabled, node, "enabled");
}

/* In the order in which they are read. */
static const struct rule_key rule_keys[] = {
	{"id", IN_RULE | IN_GROUP, IN_RULE | IN_GROUP, read_id},
	{"title", IN_RULE | IN_GROUP | IN_PATCH, IN_RULE, read_title},
	{"description", IN_RULE | IN_GROUP | IN_PATCH, 0, read_description},
	{"event", IN_RULE, IN_RULE, read_event},
	{"action", IN_RULE, 0, read_action},
	{"when", IN_RULE | IN_GROUP | IN_PATCH, IN_RULE | IN_GROUP, read_when},
	{"name", IN_RULE | IN_GROUP | IN_PATCH, 0, read_name},
	{"attack", IN_RULE | IN_GROUP | IN_PATCH, 0, read_attack},
	{"severity", IN_RULE | IN_PATCH, 0, read_severity},
	{"references", IN_RULE | IN_PATCH, 0, read_references},
	{"targets", IN_RULE | IN_PATCH, 0, read_targets},
	{"schema", IN_RULE | IN_PATCH, 0, read_schema},
	{"owner", IN_RULE | IN_PATCH, 0, read_owner},
	{"reason", IN_RULE | IN_PATCH, 0, read_reason},
	{"expires", IN_RULE | IN_PATCH, 0, read_expires},
	{"enabled", IN_RULE | IN_GROUP, 0, read_enabled},
	{"tests", IN_RULE | IN_GROUP | IN_PATCH, 0, pk_tests_read},
};

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

bool pk_date_valid(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		if (form[i] == 'd' ? !digit : text[i] != form[i])
			return false;
	}

	int year = two_digits(text) * 100 + two_digits(text + 2);
	int month = two_digits(text + 5);
	int day = two_digits(text + 8);
	if (month < 1 || month > 12 || day < 1)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= month_days[month - 1] + (month == 2 && leap);
}

/* Reports keys that do not belong to any of `places`. */
static void report_unknown_keys(struct pk_read *read, const struct pk_node *map, unsigned places)
{
	const char *known[PK_COUNT(rule_keys)];
	size_t count = 0;
	for (size_t i = 0; i < PK_COUNT(rule_keys); i++) {
		if ((rule_keys[i].places & places) == places)
			known[count++] = rule_keys[i].name;
	}
	pk_node_check_keys(map, known, count, PK_UNKNOWN_KEY, read->diags);
}

static size_t find_key(const char *name, unsigned places)
{
	size_t i = 0;
	while (i < PK_COUNT(rule_keys) &&
		((rule_keys[i].places & places) != places ||
			!pk_text_equal(rule_keys[i].name, name)))
		i++;
	return i;
}

/* Reads the keys of `map` that may stand in all of `places`. */
static void read_keys(
	struct pk_read *read, struct pk_rule *rule, const struct pk_node *map, unsigned places)
{
	const struct pk_node *nodes[PK_COUNT(rule_keys) + 1] = {0}; /* the last: unknown keys */
	for (size_t i = 0; i < map->pair_count; i++)
		nodes[find_key(map->pairs[i].key->text, places)] = map->pairs[i].value;
	if (nodes[PK_COUNT(rule_keys)] != NULL)
		report_unknown_keys(read, map, places);

	for (size_t i = 0; i < PK_COUNT(rule_keys); i++) {
		const struct rule_key *key = &rule_keys[i];
		if (nodes[i] != NULL)
			key->read(read, rule, nodes[i]);
		else if ((key->required & places) == places)
			pk_read_report_missing(read, map, key->name);
	}
}

/* An exclude makes blind: somebody answers for it. */
static void check_exclude(
	struct pk_read *read, const struct pk_rule *rule, const struct pk_node *node)
{
	static const char *const needed[] = {"owner", "reason"};
	for (size_t i = 0; i < PK_COUNT(needed); i++) {
		if (pk_node_find(node, needed[i]) != NULL)
			continue;
		struct pk_diag *diag = pk_report(read->diags, PK_EXCLUDE_UNJUSTIFIED,
			rule->id == NULL ? node->span : rule->id_span, "exclude '%s' has no '%s'",
			rule->id == NULL ? "" : rule->id, needed[i]);
		pk_diag_hint(read->diags, diag, "add '%s'", needed[i]);
	}
}

static void report_duplicate(
	struct pk_read *read, const struct pk_rule *rule, const struct pk_rule *first)
{
	struct pk_diag *diag = pk_report(read->diags, PK_DUPLICATE_RULE_ID, rule->id_span,
		"rule id '%s' is used twice", rule->id);
	pk_diag_relate(read->diags, diag, first->id_span, "first used here, in '%s'",
		first->origins.items[0].layer);
	if (first->set == rule->set)
		pk_diag_hint(read->diags, diag, "give one of them another id");
	else
		pk_diag_hint(read->diags, diag,
			"use `patch` to change the lower layer's rule, or give this one another "
			"id");
}

/* Puts the rule into the index; false after a report if its id is taken or missing. */
static bool index_rule(struct pk_read *read, struct pk_rule *rule)
{
	if (rule->id == NULL)
		return false;
	struct pk_rule *first = pk_map_find(&read->policy->rules_by_id, rule->id);
	if (first != NULL) {
		report_duplicate(read, rule, first);
		return false;
	}
	pk_map_set(read->arena, &read->policy->rules_by_id, rule->id, rule);
	return true;
}

static struct pk_rule *make_rule(
	struct pk_read *read, const struct pk_node *node, const struct pk_rule_home *home)
{
	struct pk_rule *rule = PK_NEW(read->arena, struct pk_rule);
	rule->span = node->span;
	rule->set = home->set;
	rule->group = home->group;
	rule->targets = home->set->targets;
	rule->severity = PK_RULE_MEDIUM;
	rule->enabled = true;
	rule->comment = node->comment;
	*pk_list_push(read->arena, &rule->origins) =
		(struct pk_origin){.what = "defined", .layer = home->layer, .span = node->span};
	return rule;
}

void pk_rules_read(
	struct pk_read *read, const struct pk_node *list, const struct pk_rule_home *home)
{
	if (!pk_read_is_list(read, list, "rules"))
		return;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *node = list->items.items[i];
		if (!pk_read_is_map(read, node, "rule"))
			continue;
		struct pk_rule *rule = make_rule(read, node, home);
		read_keys(read, rule, node, IN_RULE);
		if (rule->action == PK_EXCLUDE)
			check_exclude(read, rule, node);
		if (index_rule(read, rule))
			*pk_list_push(read->arena, &read->policy->rules) = rule;
	}
}

void pk_group_rules_read(struct pk_read *read, const struct pk_node *list, struct pk_group *group,
	const struct pk_rule_home *home)
{
	if (!pk_read_is_list(read, list, "rules"))
		return;
	read->literal = !group->variables;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *node = list->items.items[i];
		if (!pk_read_is_map(read, node, "rule"))
			continue;
		struct pk_rule *rule = make_rule(read, node, home);
		rule->event = group->event;
		rule->event_span = group->event_span;
		rule->action = group->onmatch;
		read_keys(read, rule, node, IN_GROUP);
		if (index_rule(read, rule))
			*pk_list_push(read->arena, &group->rules) = rule;
	}
	read->literal = false;
}

void pk_rule_patch(struct pk_read *read, struct pk_rule *rule, const struct pk_node *set)
{
	if (!pk_read_is_map(read, set, "set"))
		return;
	unsigned places = rule->group == NULL ? IN_PATCH | IN_RULE : IN_PATCH | IN_GROUP;
	read->literal = rule->group != NULL && !rule->group->variables;
	read_keys(read, rule, set, places);
	read->literal = false;
}

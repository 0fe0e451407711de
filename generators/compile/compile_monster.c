/*
 * A policy as a Monster configuration. The agent has include and exclude lists for a few things
 * only; a rule goes in if it is one condition on one of them. How the agent compares is not
 * published, so where its list is known or presumed to match more than the rule says, that is
 * reported too.
 */
#include <string.h>

#include "base/text.h"
#include "generators/compile/compile.h"

enum shape {
	SHAPE_ANY,
	SHAPE_EXTENSION, /* ".exe": the value of an extension list, without the dot */
};

/* How a Sysmon condition is said in a list. The first row that the schema has is taken. */
struct mapping {
	const char *event;
	const char *field;
	enum pk_operator op;
	enum shape shape;
	enum pk_monster_path path;
	enum pk_monster_op list;
	bool wider; /* the list matches more than the condition */
};

static const struct mapping mappings[] = {
	{"ProcessCreate", "Image", PK_OP_CONTAINS, SHAPE_ANY, PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
		PK_MONSTER_OP_FLAT, false},
	{"ProcessCreate", "Image", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
		PK_MONSTER_OP_END_WIDTH, false},
	{"ProcessCreate", "Image", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
		PK_MONSTER_OP_FLAT, true},
	{"ProcessCreate", "Image", PK_OP_IMAGE, SHAPE_ANY, PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
		PK_MONSTER_OP_END_WIDTH, true},
	{"ProcessCreate", "Image", PK_OP_IMAGE, SHAPE_ANY, PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
		PK_MONSTER_OP_FLAT, true},
	{"FileCreate", "TargetFilename", PK_OP_CONTAINS, SHAPE_ANY, PK_MONSTER_PATH_FILE_PATH,
		PK_MONSTER_OP_CONTAINS, false},
	{"FileCreate", "TargetFilename", PK_OP_CONTAINS, SHAPE_ANY, PK_MONSTER_PATH_FILE_PATH,
		PK_MONSTER_OP_FLAT, false},
	{"FileCreate", "TargetFilename", PK_OP_END_WITH, SHAPE_EXTENSION, PK_MONSTER_PATH_FILE_EXT,
		PK_MONSTER_OP_FLAT, false},
	{"FileCreate", "TargetFilename", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_FILE_PATH,
		PK_MONSTER_OP_END_WIDTH, false},
	{"FileCreate", "TargetFilename", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_FILE_PATH,
		PK_MONSTER_OP_FLAT, true},
	{"RegistryEvent", "TargetObject", PK_OP_CONTAINS, SHAPE_ANY, PK_MONSTER_PATH_REGISTRY_KEY,
		PK_MONSTER_OP_CONTAINS, false},
	{"RegistryEvent", "TargetObject", PK_OP_CONTAINS, SHAPE_ANY, PK_MONSTER_PATH_REGISTRY_KEY,
		PK_MONSTER_OP_FLAT, false},
	{"RegistryEvent", "TargetObject", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_REGISTRY_KEY,
		PK_MONSTER_OP_END_WIDTH, false},
	{"RegistryEvent", "TargetObject", PK_OP_END_WITH, SHAPE_ANY, PK_MONSTER_PATH_REGISTRY_KEY,
		PK_MONSTER_OP_FLAT, true},
	{"NetworkConnect", "DestinationIp", PK_OP_IS, SHAPE_ANY, PK_MONSTER_PATH_NET_TARGET_IP,
		PK_MONSTER_OP_FLAT, false},
	{"NetworkConnect", "DestinationPort", PK_OP_IS, SHAPE_ANY, PK_MONSTER_PATH_NET_TARGET_PORT,
		PK_MONSTER_OP_FLAT, false},
};

struct compilation {
	struct pk_monster_config *config;
	const struct pk_rule *rule;
	struct pk_diags *diags;
};

/* contains any and is any say the same as contains and is with several values. */
static enum pk_operator single_form(enum pk_operator op)
{
	if (op == PK_OP_CONTAINS_ANY)
		return PK_OP_CONTAINS;
	return op == PK_OP_IS_ANY ? PK_OP_IS : op;
}

static bool has_shape(enum shape shape, const char *value)
{
	return shape == SHAPE_ANY ||
		(value[0] == '.' && value[1] != '\0' && strpbrk(value + 1, ".\\/") == NULL);
}

static const struct mapping *find_mapping(const struct compilation *compilation,
	const struct pk_expr *condition, const char *value, enum pk_monster_key *key_out)
{
	bool include = compilation->rule->action == PK_INCLUDE;
	for (size_t i = 0; i < sizeof(mappings) / sizeof(*mappings); i++) {
		const struct mapping *mapping = &mappings[i];
		if (mapping->op == single_form(condition->op) &&
			pk_text_equal(mapping->event, compilation->rule->event) &&
			pk_text_equal(mapping->field, condition->field) &&
			has_shape(mapping->shape, value) &&
			pk_monster_find_list(key_out, compilation->config->schema, mapping->path,
				include, mapping->list))
			return mapping;
	}
	return NULL;
}

static bool is_listed(const struct pk_monster_slot *slot, const char *value)
{
	for (size_t i = 0; i < slot->entries.len; i++) {
		const struct pk_monster_entry *entry = &slot->entries.items[i];
		if (entry->text != NULL && pk_text_equal_nocase(entry->text, value))
			return true;
	}
	return false;
}

/* False if no list of the schema can hold the condition. */
static bool add_condition(struct compilation *compilation, const struct pk_expr *condition)
{
	const struct pk_rule *rule = compilation->rule;
	bool wider = false;

	for (size_t i = 0; i < condition->values.len; i++) {
		const struct pk_value *value = &condition->values.items[i];
		enum pk_monster_key key;
		const struct mapping *mapping =
			find_mapping(compilation, condition, value->text, &key);
		if (mapping == NULL)
			return false;
		const char *text = value->text + (mapping->shape == SHAPE_EXTENSION);
		if (!is_listed(&compilation->config->slots[key], text))
			pk_monster_add(compilation->config, mapping->path,
				rule->action == PK_INCLUDE, mapping->list, text, value->span);
		wider |= mapping->wider;
	}
	if (wider)
		pk_report(compilation->diags, PK_MONSTER_WIDER, condition->span,
			"%s matches rule '%s' more widely than '%s' says",
			pk_monster_schema_name(compilation->config->schema), rule->id,
			pk_operator_info(condition->op)->name);
	return true;
}

/* True if every condition below can go into a list; nothing is added yet. */
static bool can_add(const struct compilation *compilation, const struct pk_expr *expr)
{
	enum pk_monster_key key;
	switch (expr->kind) {
	case PK_EXPR_CONDITION:
		for (size_t i = 0; i < expr->values.len; i++) {
			if (find_mapping(compilation, expr, expr->values.items[i].text, &key) ==
				NULL)
				return false;
		}
		return true;
	case PK_EXPR_ALL:
		return expr->children.len == 1 && can_add(compilation, expr->children.items[0]);
	case PK_EXPR_ANY:
		for (size_t i = 0; i < expr->children.len; i++) {
			if (!can_add(compilation, expr->children.items[i]))
				return false;
		}
		return true;
	}
	__builtin_unreachable();
}

static void add_expr(struct compilation *compilation, const struct pk_expr *expr)
{
	if (expr->kind == PK_EXPR_CONDITION) {
		add_condition(compilation, expr);
		return;
	}
	for (size_t i = 0; i < expr->children.len; i++)
		add_expr(compilation, expr->children.items[i]);
}

static void add_rule(struct compilation *compilation)
{
	const struct pk_rule *rule = compilation->rule;
	if (rule->when != NULL && can_add(compilation, rule->when)) {
		add_expr(compilation, rule->when);
		return;
	}
	struct pk_diag *diag = pk_report(compilation->diags, PK_MONSTER_CANNOT, rule->id_span,
		"rule '%s' is left out: %s has no list for it", rule->id,
		pk_monster_schema_name(compilation->config->schema));
	pk_diag_hint(compilation->diags, diag,
		"remove 'monster' from its targets, or make it one condition that the agent has");
}

/* Is the rule for this generation? One that names only the first is said to be left out. */
static bool is_meant(const struct compilation *compilation)
{
	const struct pk_rule *rule = compilation->rule;
	if (!rule->enabled)
		return false;
	if (rule->targets & PK_FOR_MONSTER)
		return true;
	if (!(rule->targets & PK_FOR_MONSTER_0_9))
		return false;
	if (compilation->config->schema == PK_MONSTER_0_9)
		return true;
	pk_report_as(compilation->diags, PK_NOTE, PK_MONSTER_CANNOT, rule->id_span,
		"rule '%s' is left out: it is for monster/0.9 only, as it says", rule->id);
	return false;
}

/* --- settings --- */

static void add_pair(
	struct pk_arena *arena, struct pk_node *root, const char *name, const struct pk_node *value)
{
	if (value == NULL)
		return;
	struct pk_node *key = PK_NEW(arena, struct pk_node);
	key->kind = PK_NODE_STRING;
	key->text = name;
	key->text_len = strlen(name);
	key->span = value->span;
	root->pairs[root->pair_count++] =
		(struct pk_node_pair){.key = key, .value = (struct pk_node *)value};
}

/* What the settings say, as the object that the agent's reader takes. */
static struct pk_node *settings_root(const struct pk_policy *policy, enum pk_monster_schema schema)
{
	const struct pk_settings *settings = &policy->settings;
	size_t extra = settings->monster_extra == NULL ? 0 : settings->monster_extra->pair_count;
	struct pk_node *root = PK_NEW(policy->arena, struct pk_node);
	root->kind = PK_NODE_MAP;
	root->pairs = PK_NEW_ARRAY(policy->arena, struct pk_node_pair, extra + 2);
	if (schema == PK_MONSTER_0_9)
		add_pair(policy->arena, root, "core", settings->monster_core);
	for (size_t i = 0; i < extra; i++)
		root->pairs[root->pair_count++] = settings->monster_extra->pairs[i];
	add_pair(policy->arena, root, "export", settings->monster_export);
	return root;
}

/* Is the key in a section of which the settings say something? */
static bool is_said(const struct pk_settings *settings, enum pk_monster_key key)
{
	while (key != PK_MONSTER_KEY_ROOT && pk_monster_row(key)->parent != PK_MONSTER_KEY_ROOT)
		key = pk_monster_row(key)->parent;
	return (key == PK_MONSTER_KEY_CORE && settings->monster_core != NULL) ||
		(key == PK_MONSTER_KEY_EXPORT && settings->monster_export != NULL);
}

/* Sections that no settings mention get the published sample values. */
static void add_samples(struct pk_monster_config *config, const struct pk_policy *policy)
{
	const struct pk_monster_config *samples = pk_monster_make(policy->arena, config->schema);
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		if (!config->slots[key].present && !is_said(&policy->settings, key))
			config->slots[key] = samples->slots[key];
	}
}

struct pk_monster_config *pk_compile_monster(
	const struct pk_policy *policy, enum pk_monster_schema schema, struct pk_diags *diags)
{
	struct pk_monster_config *config =
		pk_monster_read(policy->arena, settings_root(policy, schema), schema, diags);
	add_samples(config, policy);
	if (schema != PK_MONSTER_0_9 && policy->settings.monster_core != NULL)
		pk_report_as(diags, PK_NOTE, PK_SETTING_UNSUPPORTED,
			policy->settings.monster_core->span, "%s has no 'core'; it is left out",
			pk_monster_schema_name(schema));

	size_t meant = 0;
	for (size_t i = 0; i < policy->rules.len; i++) {
		struct compilation compilation = {config, policy->rules.items[i], diags};
		if (!is_meant(&compilation))
			continue;
		meant++;
		add_rule(&compilation);
	}
	if (meant == 0 && policy->settings.monster_extra == NULL)
		pk_report(diags, PK_TARGET_WITHOUT_RULES, PK_NO_SPAN,
			"no rule is meant for this target");
	pk_monster_check(config, NULL, diags);
	return config;
}

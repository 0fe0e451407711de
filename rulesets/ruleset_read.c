/*
 * Reading the outer form of a ruleset: the keys of its files and the mapping `ruleset`.
 */
#include "base/text.h"
#include "rulesets/layers.h"
#include "rulesets/version.h"

static const char *const file_keys[] = {
	"picket",
	"include",
	"variables",
	"lists",
	"collect",
	"settings",
	"rules",
	"groups",
	"patch",
	"ruleset",
	"extends",
	"profiles",
};

/* The first keys of file_keys may stand in a part too. */
enum { PART_KEYS = 9 };

static const char *const ruleset_keys[] = {
	"id",
	"version",
	"title",
	"description",
	"license",
	"authors",
	"attack",
	"targets",
	"schema",
	"rule_name",
};

static void report_misplaced(struct pk_read *read, const struct pk_node *key)
{
	struct pk_diag *diag = pk_report(read->diags, PK_MISPLACED_KEY, key->span,
		"an included file may not have '%s'", key->text);
	if (pk_text_equal(key->text, "ruleset"))
		pk_diag_hint(read->diags, diag,
			"name the file under `extends` instead of `include`, or remove the key");
	else
		pk_diag_hint(read->diags, diag, "move the key to the ruleset's main file");
}

void pk_ruleset_check_keys(struct pk_read *read, const struct pk_node *root, bool is_part)
{
	pk_node_check_keys(root, file_keys, PK_COUNT(file_keys), PK_UNKNOWN_KEY, read->diags);
	for (size_t i = PART_KEYS; is_part && i < PK_COUNT(file_keys); i++) {
		const struct pk_node *key = pk_node_find_key(root, file_keys[i]);
		if (key != NULL)
			report_misplaced(read, key);
	}
}

static void read_version(struct pk_read *read, struct pk_ruleset *set, const struct pk_node *map)
{
	const struct pk_node *node = pk_read_need(read, map, "version");
	const char *text = node == NULL ? NULL : pk_read_raw_text(read, node, "version");
	if (text == NULL || pk_version_parse(&set->version, text))
		return;
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_RULESET_VERSION, node->span,
		"'%s' is not a version MAJOR.MINOR.PATCH", text);
	pk_diag_hint(read->diags, diag, "write three numbers without leading zeros, as in 1.2.0");
}

/* The release that `attack` names; an unknown one is reported, and the newest given. */
static const char *read_release(struct pk_read *read, const struct pk_node *node)
{
	const char *text = pk_read_raw_text(read, node, "attack");
	if (text == NULL || pk_text_equal(text, PK_ATTACK_NEWEST))
		return PK_ATTACK_NEWEST;
	const struct pk_history *history = pk_attack_history(read->attack);
	struct pk_diag *diag;
	if (pk_history_find_release(history, text) == PK_RELEASE_UNKNOWN) {
		diag = pk_report(read->diags, PK_UNKNOWN_ATTACK_RELEASE, node->span,
			"ATT&CK '%s' is not a release that is known", text);
		pk_diag_hint(read->diags, diag, "write \"%s\", or another release from %s on",
			PK_ATTACK_NEWEST, pk_history_release_name(history, 0));
		return PK_ATTACK_NEWEST;
	}
	diag = pk_report(read->diags, PK_ATTACK_RELEASE, node->span,
		"ruleset is written for ATT&CK %s, not for %s", text, PK_ATTACK_NEWEST);
	pk_diag_hint(read->diags, diag,
		"run `picket attack migrate --to %s`; until then its technique ids are judged by "
		"%s",
		PK_ATTACK_NEWEST, text);
	return text;
}

static void read_attack(struct pk_read *read, struct pk_ruleset *set, const struct pk_node *map)
{
	const struct pk_node *node = pk_node_find(map, "attack");
	if (node == NULL)
		return;
	set->attack_release = read_release(read, node);
	if (!pk_text_equal(set->attack_release, PK_ATTACK_NEWEST))
		set->attack = pk_attack_open_version(read->arena, set->attack_release);
}

/* The text of an optional key, or NULL. */
static const char *get_text(struct pk_read *read, const struct pk_node *map, const char *key)
{
	const struct pk_node *node = pk_node_find(map, key);
	return node == NULL ? NULL : pk_read_raw_text(read, node, key);
}

static void read_optional(struct pk_read *read, struct pk_ruleset *set, const struct pk_node *map)
{
	set->description = get_text(read, map, "description");
	set->license = get_text(read, map, "license");
	const struct pk_node *authors = pk_node_find(map, "authors");
	if (authors != NULL)
		pk_read_check_texts(read, authors, "authors");
	const struct pk_node *targets = pk_node_find(map, "targets");
	set->targets = targets == NULL ? PK_FOR_SYSMON : pk_read_targets(read, targets);
	const struct pk_node *schema = pk_node_find(map, "schema");
	if (schema != NULL)
		set->schema = pk_read_schema_version(read, schema);
	set->rule_name = get_text(read, map, "rule_name");
}

struct pk_ruleset *pk_ruleset_read(struct pk_read *read, const struct pk_node *root)
{
	const struct pk_node *map = pk_node_find(root, "ruleset");
	struct pk_ruleset *set = PK_NEW(read->arena, struct pk_ruleset);
	set->root = root;
	set->path = root->span.source->path;
	set->span = map->span;
	set->attack_release = PK_ATTACK_NEWEST;
	set->attack = read->attack;
	if (!pk_read_is_map(read, map, "ruleset"))
		return set;

	pk_node_check_keys(map, ruleset_keys, PK_COUNT(ruleset_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *id = pk_read_need(read, map, "id");
	set->id = id == NULL ? NULL : pk_read_id(read, id, "a ruleset id");
	read_version(read, set, map);
	const struct pk_node *title = pk_read_need(read, map, "title");
	set->title = title == NULL ? NULL : pk_read_filled(read, title, "title");
	read_attack(read, set, map);
	read_optional(read, set, map);
	return set;
}

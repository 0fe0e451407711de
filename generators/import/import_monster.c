/*
 * Monster configurations as rules and settings. A list becomes a rule if compiling the rule gives
 * the list back; others, and members that no published configuration has, stay as they are in
 * settings.monster.extra.
 */
#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "generators/import/import_text.h"
#include "rulesets/model.h"

enum {
	SETTINGS_INDENT = 6,	 /* below settings.monster.core and its neighbours */
	RULE_VALUES_MAX = 10000, /* values of one condition, see picket-ruleset(5) */
	RULE_NODES = 24,
};

/* What a list says, in words of Sysmon. */
struct meaning {
	enum pk_monster_path path;
	enum pk_monster_op op;
	const char *event;
	const char *field;
	enum pk_operator condition;
};

static const struct meaning meanings[] = {
	{PK_MONSTER_PATH_PROCESS_IMAGE_NAME, PK_MONSTER_OP_FLAT, "ProcessCreate", "Image",
		PK_OP_CONTAINS},
	{PK_MONSTER_PATH_PROCESS_IMAGE_NAME, PK_MONSTER_OP_END_WIDTH, "ProcessCreate", "Image",
		PK_OP_END_WITH},
	{PK_MONSTER_PATH_FILE_PATH, PK_MONSTER_OP_FLAT, "FileCreate", "TargetFilename",
		PK_OP_CONTAINS},
	{PK_MONSTER_PATH_FILE_PATH, PK_MONSTER_OP_CONTAINS, "FileCreate", "TargetFilename",
		PK_OP_CONTAINS},
	{PK_MONSTER_PATH_FILE_PATH, PK_MONSTER_OP_END_WIDTH, "FileCreate", "TargetFilename",
		PK_OP_END_WITH},
	{PK_MONSTER_PATH_FILE_EXT, PK_MONSTER_OP_FLAT, "FileCreate", "TargetFilename",
		PK_OP_END_WITH},
	{PK_MONSTER_PATH_REGISTRY_KEY, PK_MONSTER_OP_FLAT, "RegistryEvent", "TargetObject",
		PK_OP_CONTAINS},
	{PK_MONSTER_PATH_REGISTRY_KEY, PK_MONSTER_OP_CONTAINS, "RegistryEvent", "TargetObject",
		PK_OP_CONTAINS},
	{PK_MONSTER_PATH_REGISTRY_KEY, PK_MONSTER_OP_END_WIDTH, "RegistryEvent", "TargetObject",
		PK_OP_END_WITH},
	{PK_MONSTER_PATH_NET_TARGET_IP, PK_MONSTER_OP_FLAT, "NetworkConnect", "DestinationIp",
		PK_OP_IS},
	{PK_MONSTER_PATH_NET_TARGET_PORT, PK_MONSTER_OP_FLAT, "NetworkConnect", "DestinationPort",
		PK_OP_IS},
};

struct monster_import {
	struct pk_importer importer;
	struct pk_imported *imported;
	const struct pk_monster_config *config;
	bool as_rule[PK_MONSTER_KEY_COUNT]; /* LIST: it becomes a rule */
};

/* --- lists as rules --- */

static const struct meaning *find_meaning(const struct pk_monster_row *row)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].path == row->path && meanings[i].op == row->op)
			return &meanings[i];
	}
	return NULL;
}

/* Rules hold no entry twice, whatever its case, and ports only as numbers. */
static bool is_rule_list(struct pk_arena *arena, const struct pk_monster_row *row,
	const struct pk_monster_slot *slot)
{
	bool ports = row->path == PK_MONSTER_PATH_NET_TARGET_PORT;
	struct pk_map seen = {0};
	if (find_meaning(row) == NULL || slot->entries.len > RULE_VALUES_MAX)
		return false;
	for (size_t i = 0; i < slot->entries.len; i++) {
		const struct pk_monster_entry *entry = &slot->entries.items[i];
		if (entry->text == NULL || entry->len == 0 || entry->number != ports)
			return false;
		char *lower = pk_arena_strdup(arena, entry->text);
		for (char *c = lower; *c != '\0'; c++)
			*c = pk_text_lower(*c);
		if (pk_map_set(arena, &seen, lower, lower) != NULL)
			return false;
	}
	return slot->entries.len > 0;
}

static void choose_lists(struct monster_import *import)
{
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_row *row = pk_monster_row(key);
		const struct pk_monster_slot *slot = &import->config->slots[key];
		import->as_rule[key] = row->type == PK_MONSTER_TYPE_LIST && slot->present &&
			is_rule_list(import->importer.arena, row, slot);
	}
}

/* "file-path-include", "file-path-include-contains". */
static const char *make_rule_id(struct pk_arena *arena, const struct pk_monster_row *row)
{
	char *id = pk_arena_printf(arena, "%s-%s%s%s", pk_monster_path_name(row->path),
		row->include ? "include" : "exclude", row->op == PK_MONSTER_OP_FLAT ? "" : "-",
		pk_monster_op_name(row->op));
	for (char *c = id; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	return id;
}

/* Somebody has to answer for an exclude: the importer says only where it comes from. */
static void put_exclude(struct monster_import *import)
{
	struct pk_importer *importer = &import->importer;
	pk_buf_puts(importer->out, "    action: exclude\n    owner: import\n    reason: ");
	pk_import_put_scalar(importer,
		pk_arena_printf(importer->arena, "Excluded in %s", importer->options->name), false);
	pk_buf_putc(importer->out, '\n');
}

static void put_rule(struct monster_import *import, enum pk_monster_key key)
{
	struct pk_importer *importer = &import->importer;
	struct pk_buf *out = importer->out;
	const struct pk_monster_row *row = pk_monster_row(key);
	const struct pk_monster_slot *slot = &import->config->slots[key];
	const struct meaning *meaning = find_meaning(row);
	bool extension = row->path == PK_MONSTER_PATH_FILE_EXT;

	if (import->imported->rule_count++ == 0)
		pk_buf_puts(out, "rules:\n");
	pk_buf_printf(out, "  - id: %s\n    title: Entries of %s\n    event: %s\n",
		make_rule_id(importer->arena, row), pk_monster_key_path(importer->arena, key),
		meaning->event);
	if (!row->include)
		put_exclude(import);
	pk_buf_printf(out, "    when:\n      %s:\n        %s:\n", meaning->field,
		pk_operator_info(meaning->condition)->name);
	for (size_t i = 0; i < slot->entries.len; i++) {
		const char *text = slot->entries.items[i].text;
		pk_buf_puts(out, "          - ");
		pk_import_put_literal(importer,
			extension ? pk_arena_printf(importer->arena, ".%s", text) : text, false);
		pk_buf_putc(out, '\n');
	}
	importer->nodes += RULE_NODES + slot->entries.len;
}

/* --- everything else as settings --- */

static void put_indent(struct pk_buf *out, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		pk_buf_putc(out, ' ');
}

/* A value that no row knows, on one line; numbers keep their spelling. */
static void put_node(struct pk_importer *importer, const struct pk_node *node)
{
	struct pk_buf *out = importer->out;
	importer->nodes++;
	switch (node->kind) {
	case PK_NODE_NULL:
	case PK_NODE_BOOL:
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
		pk_buf_puts(out, node->text);
		break;
	case PK_NODE_STRING:
		pk_import_put_literal(importer, node->text, true);
		break;
	case PK_NODE_LIST:
		pk_buf_putc(out, '[');
		for (size_t i = 0; i < node->items.len; i++) {
			pk_buf_puts(out, i > 0 ? ", " : "");
			put_node(importer, node->items.items[i]);
		}
		pk_buf_putc(out, ']');
		break;
	case PK_NODE_MAP:
		pk_buf_putc(out, '{');
		for (size_t i = 0; i < node->pair_count; i++) {
			pk_buf_puts(out, i > 0 ? ", " : "");
			pk_import_put_scalar(importer, node->pairs[i].key->text, true);
			pk_buf_puts(out, ": ");
			put_node(importer, node->pairs[i].value);
		}
		pk_buf_putc(out, '}');
		importer->nodes += node->pair_count;
		break;
	}
}

static void put_unknown(
	struct monster_import *import, const struct pk_monster_slot *slot, size_t indent)
{
	struct pk_importer *importer = &import->importer;
	for (size_t i = 0; i < slot->unknown.len; i++) {
		put_indent(importer->out, indent);
		pk_import_put_scalar(importer, slot->unknown.items[i].key->text, false);
		pk_buf_puts(importer->out, ": ");
		put_node(importer, slot->unknown.items[i].value);
		pk_buf_putc(importer->out, '\n');
	}
}

static void put_entries(
	struct monster_import *import, const struct pk_monster_slot *slot, size_t indent)
{
	struct pk_importer *importer = &import->importer;
	pk_buf_putc(importer->out, '\n');
	for (size_t i = 0; i < slot->entries.len; i++) {
		const struct pk_monster_entry *entry = &slot->entries.items[i];
		put_indent(importer->out, indent);
		pk_buf_puts(importer->out, "- ");
		if (entry->number)
			pk_buf_puts(importer->out, entry->text);
		else
			pk_import_put_literal(importer, entry->text, false);
		pk_buf_putc(importer->out, '\n');
	}
	importer->nodes += slot->entries.len;
}

/* Does anything of the key go into the settings? Lists that are empty are so without saying. */
static bool is_setting(const struct monster_import *import, enum pk_monster_key key)
{
	const struct pk_monster_slot *slot = &import->config->slots[key];
	const struct pk_monster_row *row = pk_monster_row(key);
	if (!slot->present)
		return false;
	if (row->type == PK_MONSTER_TYPE_LIST)
		return slot->entries.len > 0 && !import->as_rule[key];
	if (row->type != PK_MONSTER_TYPE_OBJECT || slot->unknown.len > 0)
		return true;
	for (enum pk_monster_key child = key + 1; child < PK_MONSTER_KEY_COUNT; child++) {
		if (pk_monster_row(child)->parent == key && is_setting(import, child))
			return true;
	}
	return false;
}

static void put_members(struct monster_import *import, enum pk_monster_key object, size_t indent);

/* `name: value`, if it goes into the settings. */
static void put_member(struct monster_import *import, enum pk_monster_key key, size_t indent)
{
	struct pk_importer *importer = &import->importer;
	const struct pk_monster_slot *slot = &import->config->slots[key];
	const struct pk_monster_row *row = pk_monster_row(key);
	if (!is_setting(import, key))
		return;

	put_indent(importer->out, indent);
	pk_buf_printf(importer->out, "%s:", row->name);
	switch (row->type) {
	case PK_MONSTER_TYPE_OBJECT:
		pk_buf_putc(importer->out, '\n');
		put_members(import, key, indent + 2);
		break;
	case PK_MONSTER_TYPE_FLAG:
	case PK_MONSTER_TYPE_NUMBER:
		pk_buf_printf(importer->out, " %" PRId64 "\n", slot->number);
		break;
	case PK_MONSTER_TYPE_TEXT:
		pk_buf_putc(importer->out, ' ');
		pk_import_put_literal(importer, slot->text, false);
		pk_buf_putc(importer->out, '\n');
		break;
	case PK_MONSTER_TYPE_LIST:
		put_entries(import, slot, indent + 2);
		break;
	}
}

static void put_members(struct monster_import *import, enum pk_monster_key object, size_t indent)
{
	for (enum pk_monster_key key = object + 1; key < PK_MONSTER_KEY_COUNT; key++) {
		if (pk_monster_row(key)->parent == object)
			put_member(import, key, indent);
	}
	put_unknown(import, &import->config->slots[object], indent);
}

/* A section the file lacks is said to be empty: unsaid it would get the sample values. */
static void put_section(struct monster_import *import, enum pk_monster_key key)
{
	if (is_setting(import, key))
		put_member(import, key, SETTINGS_INDENT - 2);
	else if (pk_monster_has_key(import->config->schema, key))
		pk_buf_printf(import->importer.out, "    %s: {}\n", pk_monster_row(key)->name);
}

static void put_settings(struct monster_import *import)
{
	struct pk_buf *out = import->importer.out;
	const struct pk_monster_slot *root = &import->config->slots[PK_MONSTER_KEY_ROOT];
	bool policy = is_setting(import, PK_MONSTER_KEY_POLICY);

	pk_buf_puts(out, "settings:\n  monster:\n");
	put_section(import, PK_MONSTER_KEY_CORE);
	put_section(import, PK_MONSTER_KEY_EXPORT);
	if (!policy && root->unknown.len == 0)
		return;
	pk_buf_puts(out, "    extra:\n");
	put_member(import, PK_MONSTER_KEY_POLICY, SETTINGS_INDENT);
	put_unknown(import, root, SETTINGS_INDENT);
}

bool pk_import_monster(struct pk_imported *out, const struct pk_monster_config *config,
	const struct pk_import_options *options, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct monster_import import = {
		.importer = {.arena = scratch,
			.out = &out->ruleset,
			.diags = diags,
			.options = options},
		.imported = out,
		.config = config,
	};
	const struct pk_import_header header = {
		.target = config->schema == PK_MONSTER_0_9 ? "monster" : "monster-1.0",
		.sensor = "monster",
	};

	choose_lists(&import);
	pk_import_put_project(&import.importer, &out->project, &header);
	pk_import_put_header(&import.importer, &header);
	put_settings(&import);
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		if (import.as_rule[key])
			put_rule(&import, key);
	}
	return pk_import_check_size(&import.importer, config->slots[PK_MONSTER_KEY_ROOT].span);
}

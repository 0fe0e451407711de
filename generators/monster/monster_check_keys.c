/* Are the keys known to the generation, and are their values of the right type? */
#include "generators/monster/monster_check.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* More members than any object of the table has. */
enum { MEMBERS_LIMIT = 16 };

static const char *const end_width_misspelt[] = {
	"end_with",
	"ends_with",
	"ends_width",
	"endswith",
	"endwith",
};

static enum pk_monster_schema other_schema(enum pk_monster_schema schema)
{
	return schema == PK_MONSTER_0_9 ? PK_MONSTER_1_0 : PK_MONSTER_0_9;
}

static const char *type_name(enum pk_monster_type type)
{
	switch (type) {
	case PK_MONSTER_TYPE_OBJECT:
		return "a mapping";
	case PK_MONSTER_TYPE_FLAG:
		return "the number 0 or 1";
	case PK_MONSTER_TYPE_NUMBER:
		return "a whole number";
	case PK_MONSTER_TYPE_TEXT:
		return "a string";
	case PK_MONSTER_TYPE_LIST:
		return "a list";
	}
	return "";
}

/* Could a value of this kind stand at a key of this type? */
static bool kind_fits(enum pk_monster_type type, enum pk_node_kind kind)
{
	if (type == PK_MONSTER_TYPE_OBJECT)
		return kind == PK_NODE_MAP;
	if (type == PK_MONSTER_TYPE_LIST)
		return kind == PK_NODE_LIST;
	return kind != PK_NODE_MAP && kind != PK_NODE_LIST;
}

/* Reports a member that only the other generation has in this form; false if it is none. */
static bool check_other_schema(struct pk_monster_checker *checker, enum pk_monster_key object,
	const struct pk_node *value, struct pk_span key_span, const char *name, size_t name_len)
{
	const enum pk_monster_schema schema = checker->config->schema;
	const enum pk_monster_schema other = other_schema(schema);
	enum pk_monster_key key;

	if (!pk_monster_find_member(&key, other, object, name, name_len) ||
		!kind_fits(pk_monster_row(key)->type, value->kind))
		return false;

	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_OTHER_SCHEMA, key_span,
		"'%s' (%s) is of %s, not of %s", pk_monster_key_path(checker->diags->arena, key),
		type_name(pk_monster_row(key)->type), pk_monster_schema_name(other),
		pk_monster_schema_name(schema));
	pk_diag_hint(checker->diags, diag, "write it as %s does, or take it out",
		pk_monster_schema_name(schema));
	return true;
}

/* Names of the members that the generation has in `object`; returns how many. */
static size_t member_names(
	const char *names[MEMBERS_LIMIT], enum pk_monster_schema schema, enum pk_monster_key object)
{
	size_t count = 0;

	for (enum pk_monster_key key = object + 1; key < PK_MONSTER_KEY_COUNT; key++) {
		if (pk_monster_row(key)->parent != object || !pk_monster_has_key(schema, key))
			continue;
		if (count < MEMBERS_LIMIT)
			names[count++] = pk_monster_row(key)->name;
	}
	return count;
}

/* Is `name` somebody's "ends with" where the agent has its "end_width", which is still free? */
static bool is_end_width_misspelt(
	const struct pk_monster_config *config, enum pk_monster_key object, const char *name)
{
	const char *const end_width = pk_monster_op_name(PK_MONSTER_OP_END_WIDTH);
	enum pk_monster_key key;

	if (!pk_monster_find_member(&key, config->schema, object, end_width, strlen(end_width)) ||
		config->slots[key].present)
		return false;
	for (size_t i = 0; i < sizeof(end_width_misspelt) / sizeof(end_width_misspelt[0]); i++) {
		if (pk_text_equal_nocase(name, end_width_misspelt[i]))
			return true;
	}
	return false;
}

static void report_unknown(
	struct pk_monster_checker *checker, enum pk_monster_key object, const struct pk_node *name)
{
	struct pk_diags *diags = checker->diags;
	const char *names[MEMBERS_LIMIT];
	const size_t count = member_names(names, checker->config->schema, object);
	struct pk_diag *diag = pk_report_as(diags, checker->options.strict ? PK_ERROR : PK_WARNING,
		PK_MONSTER_UNKNOWN_KEY, name->span,
		"no published %s configuration has the key '%s' in '%s'",
		pk_monster_schema_name(checker->config->schema),
		pk_monster_shown(diags->arena, name->text, name->text_len),
		pk_monster_key_path(diags->arena, object));

	if (is_end_width_misspelt(checker->config, object, name->text)) {
		pk_diag_hint(diags, diag, "write 'end_width', which is how the agent spells it");
		pk_diag_fix(diags, diag, name->span, "\"end_width\"", "spell it 'end_width'");
		return;
	}
	const char *near = pk_text_nearest(name->text, names, count);
	if (near != NULL)
		pk_diag_hint(diags, diag, "write '%s'", near);
	else
		pk_diag_hint(diags, diag, "take it out unless a newer agent reads it");
}

static void check_members(struct pk_monster_checker *checker, enum pk_monster_key object)
{
	const struct pk_monster_slot *slot = &checker->config->slots[object];

	for (size_t i = 0; i < slot->unknown.len; i++) {
		const struct pk_node_pair *pair = &slot->unknown.items[i];
		if (!check_other_schema(checker, object, pair->value, pair->key->span,
			    pair->key->text, pair->key->text_len))
			report_unknown(checker, object, pair->key);
	}
}

/* Puts a number into quotes or takes it out of them, and turns true and false into 1 and 0. */
static void suggest_value(struct pk_monster_checker *checker, struct pk_diag *diag,
	enum pk_monster_type type, const struct pk_node *odd)
{
	struct pk_diags *diags = checker->diags;
	const bool number = type == PK_MONSTER_TYPE_NUMBER || type == PK_MONSTER_TYPE_FLAG;
	const char *text = NULL;
	int64_t value;

	if (type == PK_MONSTER_TYPE_FLAG && odd->kind == PK_NODE_BOOL)
		text = odd->boolean ? "1" : "0";
	else if (type == PK_MONSTER_TYPE_TEXT && odd->kind == PK_NODE_INT)
		text = pk_arena_printf(diags->arena, "\"%s\"", odd->text);
	else if (number && odd->kind == PK_NODE_STRING && pk_text_parse_i64(&value, odd->text))
		text = pk_arena_printf(diags->arena, "%" PRId64, value);

	if (text == NULL) {
		pk_diag_hint(diags, diag, "write %s", type_name(type));
		return;
	}
	pk_diag_hint(diags, diag, "write %s", text);
	pk_diag_fix(diags, diag, odd->span, text, pk_arena_printf(diags->arena, "write %s", text));
}

static void check_type(struct pk_monster_checker *checker, enum pk_monster_key key)
{
	const struct pk_monster_slot *slot = &checker->config->slots[key];
	const struct pk_monster_row *row = pk_monster_row(key);
	const bool boolean = row->type == PK_MONSTER_TYPE_FLAG && slot->odd->kind == PK_NODE_BOOL;

	if (!kind_fits(row->type, slot->odd->kind) &&
		check_other_schema(checker, row->parent, slot->odd, slot->key_span, row->name,
			strlen(row->name)))
		return;

	struct pk_diag *diag = pk_report(checker->diags,
		boolean ? PK_MONSTER_NOT_FLAG : PK_MONSTER_WRONG_TYPE, slot->span,
		"'%s' is %s, not %s", pk_monster_key_path(checker->diags->arena, key),
		boolean ? slot->odd->text : pk_node_kind_name(slot->odd->kind),
		type_name(row->type));
	suggest_value(checker, diag, row->type, slot->odd);
}

void pk_monster_check_keys(struct pk_monster_checker *checker)
{
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_slot *slot = &checker->config->slots[key];
		if (slot->odd != NULL)
			check_type(checker, key);
		else if (pk_monster_row(key)->type == PK_MONSTER_TYPE_OBJECT)
			check_members(checker, key);
	}
}

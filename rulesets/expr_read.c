#include "rulesets/expr_read.h"

#include <string.h>

#include "base/text.h"

/* Words of other tools and what Sysmon calls them. */
struct other_word {
	const char *word;
	const char *ours;
};

static const struct other_word other_operators[] = {
	{"ends with", "end with"},
	{"endswith", "end with"},
	{"equals", "is"},
	{"in", "is any"},
	{"not", "is not"},
	{"not contains", "excludes"},
	{"not in", "is not"},
	{"prefix", "begin with"},
	{"starts with", "begin with"},
	{"startswith", "begin with"},
	{"suffix", "end with"},
};

/* Keys beside fields that are no fields: these would be taken for one. */
static const struct other_word other_keys[] = {
	{"and", "all"},
	{"or", "any"},
};

static const char *find_other(const struct other_word *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal_nocase(words[i].word, text))
			return words[i].ours;
	}
	return NULL;
}

const struct pk_operator_info *pk_expr_read_operator(
	struct pk_read *read, const struct pk_node *key)
{
	const struct pk_operator_info *info = pk_operator_find(key->text);
	if (info != NULL)
		return info;

	struct pk_diag *diag = pk_report(read->diags, PK_UNKNOWN_OPERATOR, key->span,
		"Sysmon has no operator '%s'", key->text);
	const char *meant = find_other(other_operators, PK_COUNT(other_operators), key->text);
	if (meant == NULL)
		meant = pk_read_nearest(read, key->text, pk_operator_names(), PK_OP_COUNT);
	if (meant != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", meant);
	else
		pk_diag_hint(read->diags, diag,
			"write one of Sysmon's operators, such as 'is', 'contains any' or 'end "
			"with'");
	return NULL;
}

static struct pk_expr *make_expr(struct pk_read *read, enum pk_expr_kind kind, struct pk_span span)
{
	struct pk_expr *expr = PK_NEW(read->arena, struct pk_expr);
	expr->kind = kind;
	expr->span = span;
	return expr;
}

struct pk_expr *pk_expr_make_condition(
	struct pk_read *read, const struct pk_node *key, enum pk_operator op, struct pk_span span)
{
	struct pk_expr *expr = make_expr(read, PK_EXPR_CONDITION, span);
	expr->field = key->text;
	expr->field_span = key->span;
	expr->op = op;
	return expr;
}

static void report_when(
	struct pk_read *read, struct pk_span span, const char *problem, const char *hint)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_WHEN, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "%s", hint);
}

static void check_token(struct pk_read *read, const struct pk_value *value, const char *operator)
{
	if (value->text[0] != '\0' && strchr(value->text, ';') == NULL)
		return;

	struct pk_diag *diag = pk_report(read->diags, PK_BAD_TOKEN, value->span,
		value->text[0] == '\0' ? "token '%s' of '%s' is empty"
				       : "token '%s' of '%s' holds a semicolon",
		value->text, operator);
	pk_diag_hint(read->diags, diag, "write each token as an item of a list");
}

/* Reads a text or a list of texts into the condition. */
static void read_values(struct pk_read *read, struct pk_expr *expr, const struct pk_node *node)
{
	struct pk_value_list values = {0};
	bool good = true;
	if (node->kind == PK_NODE_LIST) {
		for (size_t i = 0; i < node->items.len; i++)
			good &= pk_scope_add_values(read, &values, node->items.items[i]);
	} else {
		good = pk_scope_add_values(read, &values, node);
	}
	if (!good)
		return;
	if (values.len == 0)
		report_when(read, node->span, "condition has no values",
			"give a text or a list of at least one text");

	const struct pk_operator_info *info = pk_operator_info(expr->op);
	for (size_t i = 0; info->list && i < values.len; i++)
		check_token(read, &values.items[i], info->name);
	expr->values.items = values.items;
	expr->values.len = values.len;
	expr->values.cap = values.cap;
}

/* A condition; after an error without the values that cannot be used. */
static struct pk_expr *read_condition(struct pk_read *read, const struct pk_node *field,
	enum pk_operator op, struct pk_span place, const struct pk_node *value)
{
	struct pk_expr *expr = pk_expr_make_condition(
		read, field, op, pk_span_make(place.source, place.begin, value->span.end));
	read_values(read, expr, value);
	return expr;
}

/* Adds the conditions of one field to `parent`. */
static void read_field(
	struct pk_read *read, struct pk_expr *parent, const struct pk_node_pair *field)
{
	const struct pk_node *node = field->value;
	if (node->kind != PK_NODE_MAP) {
		*pk_list_push(read->arena, &parent->children) =
			read_condition(read, field->key, PK_OP_IS, field->key->span, node);
		return;
	}
	if (node->pair_count == 0)
		report_when(read, node->span, "condition has no operator",
			"write an operator and its value, as in '{end with: .exe}'");

	for (size_t i = 0; i < node->pair_count; i++) {
		const struct pk_node *key = node->pairs[i].key;
		const struct pk_operator_info *info = pk_expr_read_operator(read, key);
		*pk_list_push(read->arena, &parent->children) = read_condition(read, field->key,
			info == NULL ? PK_OP_IS : info->op,
			node->pair_count == 1 ? field->key->span : key->span, node->pairs[i].value);
	}
}

/* Adds the `all` or `any` of a mapping to `parent`. */
static void read_branch(struct pk_read *read, struct pk_expr *parent,
	const struct pk_node_pair *pair, enum pk_expr_kind kind)
{
	const struct pk_node *list = pair->value;
	if (!pk_read_is_list(read, list, pair->key->text))
		return;
	if (list->items.len == 0)
		report_when(read, list->span, "list of conditions is empty",
			"add a condition or remove the key");

	struct pk_expr *expr = make_expr(
		read, kind, pk_span_make(list->span.source, pair->key->span.begin, list->span.end));
	for (size_t i = 0; i < list->items.len; i++) {
		struct pk_expr *child = pk_expr_read(read, list->items.items[i]);
		if (child != NULL)
			*pk_list_push(read->arena, &expr->children) = child;
	}
	*pk_list_push(read->arena, &parent->children) = expr;
}

static void read_pair(struct pk_read *read, struct pk_expr *parent, const struct pk_node_pair *pair)
{
	const char *key = pair->key->text;
	if (pk_text_equal(key, "all")) {
		read_branch(read, parent, pair, PK_EXPR_ALL);
		return;
	}
	if (pk_text_equal(key, "any")) {
		read_branch(read, parent, pair, PK_EXPR_ANY);
		return;
	}

	const char *meant = find_other(other_keys, PK_COUNT(other_keys), key);
	if (meant != NULL) {
		report_when(read, pair->key->span,
			pk_arena_printf(
				read->arena, "'%s' is neither a field nor 'all' or 'any'", key),
			pk_arena_printf(read->arena, "write '%s'", meant));
		return;
	}
	read_field(read, parent, pair);
}

struct pk_expr *pk_expr_read(struct pk_read *read, const struct pk_node *node)
{
	if (!pk_read_is_map(read, node, "when"))
		return NULL;
	if (node->pair_count == 0) {
		report_when(read, node->span, "'when' has no conditions",
			"write a field and its condition, as in 'Image: {image: cmd.exe}'");
		return NULL;
	}

	struct pk_expr *expr = make_expr(read, PK_EXPR_ALL, node->span);
	for (size_t i = 0; i < node->pair_count; i++)
		read_pair(read, expr, &node->pairs[i]);
	return expr->children.len == 1 ? expr->children.items[0] : expr;
}

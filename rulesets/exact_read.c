/*
 * Reading the `when` of rules in groups: every condition is one filter, its value Sysmon's raw
 * text, in which a list is only another way to write tokens with ';' between them.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rulesets/expr_read.h"

static void report_when(
	struct pk_read *read, struct pk_span span, const char *problem, const char *hint)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_WHEN, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "%s", hint);
}

/* The tokens of a list, joined as in XML; NULL after a report. */
static const char *join_tokens(struct pk_read *read, const struct pk_node *list)
{
	PK_BUF_AUTO buf = {0};
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++) {
		const char *token = pk_read_text(read, list->items.items[i], "token");
		good &= token != NULL;
		if (token == NULL)
			continue;
		if (i > 0)
			pk_buf_putc(&buf, ';');
		pk_buf_puts(&buf, token);
	}
	return good ? pk_arena_strndup(read->arena, buf.data == NULL ? "" : buf.data, buf.len)
		    : NULL;
}

static const char *read_value(
	struct pk_read *read, const struct pk_operator_info *info, const struct pk_node *node)
{
	if (node->kind != PK_NODE_LIST)
		return pk_read_text(read, node, "value");
	if (info->list)
		return join_tokens(read, node);
	report_when(read, node->span,
		pk_arena_printf(
			read->arena, "'%s' in a group takes one value, not a list", info->name),
		"write one rule for each value, or an operator that takes a list");
	return NULL;
}

/* `Field: condition`, with exactly one operator. */
static struct pk_expr *read_filter(struct pk_read *read, const struct pk_node_pair *field)
{
	const struct pk_node *node = field->value;
	const struct pk_operator_info *info = pk_operator_info(PK_OP_IS);
	if (node->kind == PK_NODE_MAP) {
		if (node->pair_count != 1) {
			report_when(read, node->span,
				"condition in a group needs exactly one operator",
				"write each operator as a condition of its own under 'all'");
			return NULL;
		}
		info = pk_expr_read_operator(read, node->pairs[0].key);
		node = node->pairs[0].value;
	}

	const char *text = info == NULL ? NULL : read_value(read, info, node);
	if (text == NULL)
		return NULL;
	struct pk_expr *expr = pk_expr_make_condition(read, field->key, info->op,
		pk_span_make(field->key->span.source, field->key->span.begin, node->span.end));
	*pk_list_push(read->arena, &expr->values) =
		(struct pk_value){.text = text, .span = node->span};
	return expr;
}

/* A mapping with one field and perhaps `name`. */
static struct pk_expr *read_item(struct pk_read *read, const struct pk_node *node)
{
	if (!pk_read_is_map(read, node, "condition"))
		return NULL;

	const struct pk_node_pair *field = NULL;
	const struct pk_node *name = NULL;
	size_t fields = 0;
	for (size_t i = 0; i < node->pair_count; i++) {
		if (pk_text_equal(node->pairs[i].key->text, "name")) {
			name = node->pairs[i].value;
			continue;
		}
		field = &node->pairs[i];
		fields++;
	}
	if (fields != 1 || pk_text_equal(field->key->text, "all") ||
		pk_text_equal(field->key->text, "any")) {
		report_when(read, node->span, "item in a group needs exactly one field",
			"write one field and its condition; conditions in a group do not nest");
		return NULL;
	}

	struct pk_expr *expr = read_filter(read, field);
	if (name != NULL && expr != NULL)
		expr->name = pk_read_text(read, name, "name");
	return expr;
}

static struct pk_expr *read_branch(
	struct pk_read *read, const struct pk_node_pair *pair, enum pk_expr_kind kind)
{
	const struct pk_node *list = pair->value;
	if (!pk_read_is_list(read, list, pair->key->text))
		return NULL;

	struct pk_expr *expr = PK_NEW(read->arena, struct pk_expr);
	expr->kind = kind;
	expr->span = pk_span_make(list->span.source, pair->key->span.begin, list->span.end);
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++) {
		struct pk_expr *child = read_item(read, list->items.items[i]);
		good &= child != NULL;
		if (child != NULL)
			*pk_list_push(read->arena, &expr->children) = child;
	}
	return good ? expr : NULL;
}

struct pk_expr *pk_expr_read_exact(struct pk_read *read, const struct pk_node *node)
{
	if (!pk_read_is_map(read, node, "when"))
		return NULL;
	if (node->pair_count != 1) {
		report_when(read, node->span, "'when' in a group needs exactly one key",
			"write one field, 'all' or 'any'; the name of a filter is the rule's "
			"'name'");
		return NULL;
	}

	const struct pk_node_pair *pair = &node->pairs[0];
	if (pk_text_equal(pair->key->text, "all"))
		return read_branch(read, pair, PK_EXPR_ALL);
	if (pk_text_equal(pair->key->text, "any"))
		return read_branch(read, pair, PK_EXPR_ANY);
	return read_filter(read, pair);
}

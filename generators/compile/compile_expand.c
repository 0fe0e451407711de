/* A rule's any/all as alternatives of conditions that all must match, as Sysmon's Rule has them. */
#include <string.h>

#include "base/buf.h"
#include "generators/compile/compile_sysmon.h"

const char *pk_compile_value(struct pk_arena *arena, const struct pk_expr *condition)
{
	if (condition->values.len == 1)
		return condition->values.items[0].text;
	PK_BUF_AUTO text = {0};
	for (size_t i = 0; i < condition->values.len; i++) {
		if (i > 0)
			pk_buf_putc(&text, ';');
		pk_buf_puts(&text, condition->values.items[i].text);
	}
	return pk_arena_strndup(arena, text.data == NULL ? "" : text.data, text.len);
}

struct expansion {
	struct pk_arena *arena;
	const struct pk_rule *rule;
	const struct pk_schema *schema;
	struct pk_diags *diags;
};

static bool schema_has(const struct expansion *expansion, const struct pk_operator_info *op)
{
	uint32_t since;
	return pk_schema_parse_version(&since, op->since) && expansion->schema->version >= since;
}

static struct pk_filter make_filter(const struct pk_expr *condition,
	const struct pk_operator_info *op, const char *value, struct pk_span span)
{
	return (struct pk_filter){
		.field = condition->field,
		.condition = op->name,
		.value = value,
		.span = condition->field_span,
		.value_span = span,
	};
}

static void add_alternative(
	struct expansion *expansion, struct pk_alternatives *out, struct pk_filter filter)
{
	struct pk_filters *filters = pk_list_push(expansion->arena, &out->items);
	*pk_list_push(expansion->arena, &filters->filters) = filter;
}

/* True if every value can be a token: not empty and without the separator. */
static bool can_join(const struct pk_expr *condition)
{
	for (size_t i = 0; i < condition->values.len; i++) {
		const char *text = condition->values.items[i].text;
		if (text[0] == '\0' || strchr(text, ';') != NULL)
			return false;
	}
	return true;
}

/* One filter a value: alternatives, or, where all values must hold, one alternative with all. */
static void add_each(struct expansion *expansion, struct pk_alternatives *out,
	const struct pk_expr *condition, enum pk_operator single, bool together)
{
	const struct pk_operator_info *op = pk_operator_info(single);
	struct pk_filters *all = together ? pk_list_push(expansion->arena, &out->items) : NULL;

	for (size_t i = 0; i < condition->values.len; i++) {
		const struct pk_value *value = &condition->values.items[i];
		struct pk_filter filter = make_filter(condition, op, value->text, value->span);
		if (together)
			*pk_list_push(expansion->arena, &all->filters) = filter;
		else
			add_alternative(expansion, out, filter);
	}
}

/* List conditions for a schema that is older than they are. */
static bool expand_old(struct expansion *expansion, struct pk_alternatives *out,
	const struct pk_expr *condition, const struct pk_operator_info *op)
{
	switch (op->op) {
	case PK_OP_CONTAINS_ANY:
		add_each(expansion, out, condition, PK_OP_CONTAINS, false);
		return true;
	case PK_OP_IS_ANY:
		add_each(expansion, out, condition, PK_OP_IS, false);
		return true;
	case PK_OP_CONTAINS_ALL:
		add_each(expansion, out, condition, PK_OP_CONTAINS, true);
		return true;
	case PK_OP_EXCLUDES_ANY:
		add_each(expansion, out, condition, PK_OP_EXCLUDES, true);
		return true;
	case PK_OP_EXCLUDES_ALL:
		add_each(expansion, out, condition, PK_OP_EXCLUDES, false);
		return true;
	case PK_OP_IS:
	case PK_OP_IS_NOT:
	case PK_OP_CONTAINS:
	case PK_OP_EXCLUDES:
	case PK_OP_BEGIN_WITH:
	case PK_OP_END_WITH:
	case PK_OP_LESS_THAN:
	case PK_OP_MORE_THAN:
	case PK_OP_IMAGE:
	case PK_OP_NOT_BEGIN_WITH:
	case PK_OP_NOT_END_WITH:
	case PK_OP_COUNT:
		break;
	}
	pk_report(expansion->diags, PK_RULE_OPERATOR_UNSUPPORTED, condition->span,
		"rule '%s' is left out: schema %s has no condition '%s'", expansion->rule->id,
		pk_schema_version_text(expansion->arena, expansion->schema->version), op->name);
	return false;
}

static bool expand_condition(
	struct expansion *expansion, struct pk_alternatives *out, const struct pk_expr *condition)
{
	const struct pk_operator_info *op = pk_operator_info(condition->op);
	if (!schema_has(expansion, op))
		return expand_old(expansion, out, condition, op);
	if (op->list || condition->values.len == 1) {
		add_alternative(expansion, out,
			make_filter(condition, op, pk_compile_value(expansion->arena, condition),
				condition->values.items[0].span));
		return true;
	}
	const struct pk_operator_info *list =
		op->list_form == NULL ? NULL : pk_operator_find(op->list_form);
	if (list != NULL && schema_has(expansion, list) && can_join(condition)) {
		add_alternative(expansion, out,
			make_filter(condition, list, pk_compile_value(expansion->arena, condition),
				condition->values.items[0].span));
		return true;
	}
	add_each(expansion, out, condition, op->op, op->negative);
	return true;
}

/*
 * Only products are dangerous: a list of alternatives may be as long as its author made it. A
 * schema without list conditions makes an alternative of every value; there the rule is left out
 * as one that the schema cannot express. Otherwise it is the rule that is too wide.
 */
static bool check_count(const struct expansion *expansion, size_t count, struct pk_span span)
{
	if (count <= PK_ALTERNATIVES_LIMIT)
		return true;
	if (!schema_has(expansion, pk_operator_info(PK_OP_IS_ANY))) {
		pk_report_as(expansion->diags, PK_WARNING, PK_RULE_TOO_WIDE, span,
			"rule '%s' is left out: schema %s lacks list conditions, and without "
			"them it has more than %d alternatives",
			expansion->rule->id,
			pk_schema_version_text(expansion->arena, expansion->schema->version),
			PK_ALTERNATIVES_LIMIT);
		return false;
	}
	struct pk_diag *diag = pk_report(expansion->diags, PK_RULE_TOO_WIDE, span,
		"rule '%s' has more than %d alternatives once its any and all are multiplied out",
		expansion->rule->id, PK_ALTERNATIVES_LIMIT);
	pk_diag_hint(expansion->diags, diag, "split the rule, or use list conditions");
	return false;
}

static bool expand(
	struct expansion *expansion, struct pk_alternatives *out, const struct pk_expr *expr);

static void append_filters(
	struct pk_arena *arena, struct pk_filters *to, const struct pk_filters *from)
{
	for (size_t i = 0; i < from->filters.len; i++)
		*pk_list_push(arena, &to->filters) = from->filters.items[i];
}

/* Every alternative of `left` with every one of `right`. */
static struct pk_alternatives multiply(struct pk_arena *arena, const struct pk_alternatives *left,
	const struct pk_alternatives *right)
{
	struct pk_alternatives product = {0};
	for (size_t l = 0; l < left->items.len; l++) {
		for (size_t r = 0; r < right->items.len; r++) {
			struct pk_filters *both = pk_list_push(arena, &product.items);
			append_filters(arena, both, &left->items.items[l]);
			append_filters(arena, both, &right->items.items[r]);
		}
	}
	return product;
}

static bool expand_all(
	struct expansion *expansion, struct pk_alternatives *out, const struct pk_expr *expr)
{
	struct pk_alternatives product = {0};
	pk_list_push(expansion->arena, &product.items); /* one empty alternative: true */

	for (size_t i = 0; i < expr->children.len; i++) {
		struct pk_alternatives child = {0};
		if (!expand(expansion, &child, expr->children.items[i]))
			return false;
		if (!check_count(expansion, product.items.len * child.items.len, expr->span))
			return false;
		product = multiply(expansion->arena, &product, &child);
	}
	for (size_t i = 0; i < product.items.len; i++)
		*pk_list_push(expansion->arena, &out->items) = product.items.items[i];
	return true;
}

static bool expand(
	struct expansion *expansion, struct pk_alternatives *out, const struct pk_expr *expr)
{
	switch (expr->kind) {
	case PK_EXPR_CONDITION:
		return expand_condition(expansion, out, expr);
	case PK_EXPR_ALL:
		return expand_all(expansion, out, expr);
	case PK_EXPR_ANY:
		for (size_t i = 0; i < expr->children.len; i++) {
			if (!expand(expansion, out, expr->children.items[i]))
				return false;
		}
		return true;
	}
	__builtin_unreachable();
}

bool pk_rule_expand(struct pk_alternatives *out, struct pk_arena *arena, const struct pk_rule *rule,
	const struct pk_schema *schema, struct pk_diags *diags)
{
	struct expansion expansion = {arena, rule, schema, diags};
	struct pk_alternatives alternatives = {0};
	if (rule->when == NULL || !expand(&expansion, &alternatives, rule->when))
		return false;

	*out = alternatives;
	return true;
}

#include "rulesets/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rulesets/read.h"

/*
 * Texts are written with their length before them, so that no value can be mistaken for something
 * around it.
 */
static void put_text(struct pk_buf *out, const char *text)
{
	if (text == NULL)
		pk_buf_putc(out, '-');
	else
		pk_buf_printf(out, "%zu:%s", strlen(text), text);
}

static void put_folded(struct pk_buf *out, const char *text)
{
	pk_buf_printf(out, "%zu:", strlen(text));
	for (; *text != '\0'; text++)
		pk_buf_putc(out, pk_text_lower(*text));
}

/* --- sets of texts --- */

struct parts {
	PK_LIST(const char *) texts;
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_part(struct pk_arena *arena, struct parts *parts, const struct pk_buf *text)
{
	*pk_list_push(arena, &parts->texts) =
		pk_arena_strndup(arena, text->data == NULL ? "" : text->data, text->len);
}

static void sort_parts(struct parts *parts)
{
	if (parts->texts.len > 0)
		qsort(parts->texts.items, parts->texts.len, sizeof(*parts->texts.items),
			compare_texts);
}

/* "&(...)" of the parts, each once and in order; one alone is itself. */
static void put_parts(struct pk_buf *out, char sign, struct parts *parts)
{
	sort_parts(parts);
	size_t kept = 0;
	for (size_t i = 0; i < parts->texts.len; i++) {
		const char *text = parts->texts.items[i];
		if (kept == 0 || strcmp(parts->texts.items[kept - 1], text) != 0)
			parts->texts.items[kept++] = text;
	}
	if (kept == 1) {
		pk_buf_puts(out, parts->texts.items[0]);
		return;
	}
	pk_buf_printf(out, "%c(", sign);
	for (size_t i = 0; i < kept; i++)
		pk_buf_puts(out, parts->texts.items[i]);
	pk_buf_putc(out, ')');
}

/* --- conditions --- */

/* Conditions with a list that say the same as several with one value. */
static const struct {
	enum pk_operator list;
	enum pk_operator single;
	bool all;
} spread[] = {
	{PK_OP_CONTAINS_ANY, PK_OP_CONTAINS, false},
	{PK_OP_IS_ANY, PK_OP_IS, false},
	{PK_OP_CONTAINS_ALL, PK_OP_CONTAINS, true},
};

/* A value that is a list of tokens itself keeps the condition as it is written. */
static bool has_tokens(const struct pk_expr *condition)
{
	for (size_t i = 0; i < condition->values.len; i++) {
		if (strchr(condition->values.items[i].text, ';') != NULL)
			return true;
	}
	return false;
}

/* How the values of a condition are to be taken. */
struct reading {
	enum pk_operator op;
	bool together; /* as one list; else one by one */
	bool all;      /* one by one: all of them, else any */
};

static struct reading read_condition(const struct pk_expr *condition)
{
	const struct pk_operator_info *info = pk_operator_info(condition->op);
	if (!info->list)
		return (struct reading){.op = condition->op, .all = info->negative};
	for (size_t i = 0; i < PK_COUNT(spread); i++) {
		if (spread[i].list == condition->op && !has_tokens(condition))
			return (struct reading){.op = spread[i].single, .all = spread[i].all};
	}
	return (struct reading){.op = condition->op, .together = true};
}

/* Is the expression an `all`, whatever it is written as? */
static bool is_all(const struct pk_expr *expr)
{
	return expr->kind == PK_EXPR_ALL ||
		(expr->kind == PK_EXPR_CONDITION && read_condition(expr).all);
}

/* True if the expression is one thing only, which an `all` and an `any` take alike. */
static bool is_single(const struct pk_expr *expr)
{
	if (expr->kind == PK_EXPR_CONDITION)
		return expr->values.len == 1 || read_condition(expr).together;
	return expr->children.len == 1 && is_single(expr->children.items[0]);
}

static void begin_condition(
	struct pk_buf *out, const struct pk_expr *condition, enum pk_operator op)
{
	put_text(out, condition->field);
	put_text(out, pk_operator_info(op)->name);
	put_text(out, condition->name);
}

/* Adds a condition whose values are one list, in any order. */
static void collect_list(
	struct pk_arena *arena, struct parts *parts, const struct pk_expr *condition)
{
	struct parts values = {0};
	for (size_t i = 0; i < condition->values.len; i++) {
		PK_BUF_AUTO value = {0};
		put_folded(&value, condition->values.items[i].text);
		add_part(arena, &values, &value);
	}
	PK_BUF_AUTO text = {0};
	begin_condition(&text, condition, condition->op);
	put_parts(&text, ';', &values);
	add_part(arena, parts, &text);
}

static void collect_condition(
	struct pk_arena *arena, struct parts *parts, const struct pk_expr *condition)
{
	struct reading reading = read_condition(condition);
	if (reading.together) {
		collect_list(arena, parts, condition);
		return;
	}
	for (size_t i = 0; i < condition->values.len; i++) {
		PK_BUF_AUTO text = {0};
		begin_condition(&text, condition, reading.op);
		put_folded(&text, condition->values.items[i].text);
		add_part(arena, parts, &text);
	}
}

static void collect(
	struct pk_arena *arena, struct parts *parts, const struct pk_expr *expr, bool all);

static void put_expr(struct pk_buf *out, struct pk_arena *arena, const struct pk_expr *expr)
{
	struct parts parts = {0};
	bool all = is_all(expr);
	collect(arena, &parts, expr, all);
	put_parts(out, all ? '&' : '|', &parts);
}

/* Adds what `expr` joins to the parts of an `all`, or else of an `any`, that it is. */
static void collect(
	struct pk_arena *arena, struct parts *parts, const struct pk_expr *expr, bool all)
{
	if (expr->kind == PK_EXPR_CONDITION) {
		collect_condition(arena, parts, expr);
		return;
	}
	for (size_t i = 0; i < expr->children.len; i++) {
		const struct pk_expr *child = expr->children.items[i];
		if (is_single(child) || is_all(child) == all) {
			collect(arena, parts, child, all);
			continue;
		}
		PK_BUF_AUTO text = {0};
		put_expr(&text, arena, child);
		add_part(arena, parts, &text);
	}
}

/* --- rules --- */

/* What the RuleName comes from; the names of techniques are the catalogue's. */
static void put_name(struct pk_buf *out, const struct pk_policy *policy, const struct pk_rule *rule)
{
	put_text(out, rule->name);
	if (rule->name != NULL || rule->action == PK_EXCLUDE)
		return;
	const char *template = rule->attack.len > 0 ? policy->rule_name : NULL;
	put_text(out, template);
	if (template == NULL)
		return;
	if (strstr(template, "{title}") != NULL)
		put_text(out, rule->title);
	if (strstr(template, "{severity}") != NULL)
		pk_buf_printf(out, "%d", (int)rule->severity);
}

static void put_attack(struct pk_buf *out, struct pk_arena *arena, const struct pk_rule *rule)
{
	struct parts parts = {0};
	if (rule->attack.len > 0)
		put_text(out, rule->attack.items[0].text); /* the one that names the event */
	for (size_t i = 1; i < rule->attack.len; i++) {
		PK_BUF_AUTO text = {0};
		put_text(&text, rule->attack.items[i].text);
		add_part(arena, &parts, &text);
	}
	put_parts(out, '+', &parts);
}

void pk_canonical_put_rule(
	struct pk_buf *out, const struct pk_policy *policy, const struct pk_rule *rule)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	if (!rule->enabled) {
		pk_buf_puts(out, "disabled");
		return;
	}
	put_text(out, rule->event);
	pk_buf_printf(out, "%d,%u,", (int)rule->action, rule->targets);
	put_name(out, policy, rule);
	put_attack(out, scratch, rule);
	if (rule->when != NULL)
		put_expr(out, scratch, rule->when);
}

void pk_canonical_put_group(
	struct pk_buf *out, const struct pk_policy *policy, const struct pk_group *group)
{
	put_text(out, group->event);
	pk_buf_printf(out, "%d,%d,%d,", (int)group->onmatch, group->relation_and, group->verbatim);
	put_text(out, group->name);
	for (size_t i = 0; i < group->rules.len; i++) {
		pk_canonical_put_rule(out, policy, group->rules.items[i]);
		pk_buf_putc(out, '\n');
	}
}

/* --- nodes --- */

/* Keys that are for people. */
static const char *const silent_keys[] = {
	"description", "expires", "owner", "reason", "references", "tests", "title"};

static bool is_silent(const char *key)
{
	for (size_t i = 0; i < PK_COUNT(silent_keys); i++) {
		if (pk_text_equal(silent_keys[i], key))
			return true;
	}
	return false;
}

static void put_map(struct pk_buf *out, const struct pk_node *map)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct parts parts = {0};
	for (size_t i = 0; i < map->pair_count; i++) {
		if (is_silent(map->pairs[i].key->text))
			continue;
		PK_BUF_AUTO text = {0};
		put_text(&text, map->pairs[i].key->text);
		pk_canonical_put_node(&text, map->pairs[i].value);
		add_part(scratch, &parts, &text);
	}
	sort_parts(&parts);
	pk_buf_putc(out, '{');
	for (size_t i = 0; i < parts.texts.len; i++)
		pk_buf_puts(out, parts.texts.items[i]);
	pk_buf_putc(out, '}');
}

void pk_canonical_put_node(struct pk_buf *out, const struct pk_node *node)
{
	if (node == NULL)
		return;
	switch (node->kind) {
	case PK_NODE_NULL:
	case PK_NODE_BOOL:
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
	case PK_NODE_STRING:
		put_text(out, node->text);
		break;
	case PK_NODE_LIST:
		pk_buf_putc(out, '[');
		for (size_t i = 0; i < node->items.len; i++)
			pk_canonical_put_node(out, node->items.items[i]);
		pk_buf_putc(out, ']');
		break;
	case PK_NODE_MAP:
		put_map(out, node);
		break;
	}
}

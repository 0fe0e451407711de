#include "rulesets/scope.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rulesets/read.h"

enum variable_state {
	STATE_NEW,
	STATE_BUSY,
	STATE_DONE,
	STATE_BAD, /* reported */
};

struct pk_variable {
	const char *name;
	struct pk_span span; /* of its name */
	const struct pk_node *node;
	const void *owner;
	bool is_list;
	enum variable_state state;
	const char *text;	     /* a variable, when done */
	struct pk_value_list values; /* a list, when done */
};

/* One piece of a text: letters up to a reference, then the reference. */
struct piece {
	const char *text;
	size_t len;
	const char *name; /* NULL: no reference follows */
	const char *rest;
};

static void report_redefined(struct pk_read *read, const struct pk_variable *before,
	const struct pk_node *key, bool is_list)
{
	struct pk_diag *diag = pk_report(read->diags, PK_DUPLICATE_NAME, key->span,
		before->is_list == is_list ? "'%s' is defined twice in this ruleset"
					   : "'%s' is defined as a variable and as a list",
		key->text);
	pk_diag_relate(read->diags, diag, before->span, "first defined here");
	pk_diag_hint(read->diags, diag, "remove or rename one of them");
}

static void define(
	struct pk_read *read, const struct pk_node_pair *pair, bool is_list, const void *owner)
{
	struct pk_scope *scope = read->scope;
	const struct pk_node *key = pair->key;
	if (!pk_read_check_id(read, key->text, key->span, is_list ? "a list" : "a variable"))
		return;
	if (is_list && !pk_read_is_list(read, pair->value, key->text))
		return;
	if (!is_list && pk_read_raw_text(read, pair->value, key->text) == NULL)
		return;

	struct pk_variable *before = pk_map_find(&scope->by_name, key->text);
	if (before != NULL && (before->owner == owner || before->is_list != is_list)) {
		report_redefined(read, before, key, is_list);
		return;
	}
	if (before == NULL)
		*pk_list_push(read->arena, &scope->names) = key->text;
	struct pk_variable *variable = PK_NEW(read->arena, struct pk_variable);
	*variable = (struct pk_variable){.name = key->text,
		.span = key->span,
		.node = pair->value,
		.owner = owner,
		.is_list = is_list};
	pk_map_set(read->arena, &scope->by_name, key->text, variable);
}

static void define_all(struct pk_read *read, const struct pk_node *map, const char *key,
	bool is_list, const void *owner)
{
	const struct pk_node *names = pk_node_find(map, key);
	if (names == NULL || !pk_read_is_map(read, names, key))
		return;
	for (size_t i = 0; i < names->pair_count; i++)
		define(read, &names->pairs[i], is_list, owner);
}

void pk_scope_define(struct pk_read *read, const struct pk_node *map, const void *owner)
{
	define_all(read, map, "variables", false, owner);
	define_all(read, map, "lists", true, owner);
}

/* The place of "${name" inside the scalar at `span`, or all of it if it is written otherwise. */
static struct pk_span find_reference(struct pk_span span, const char *name)
{
	if (span.source == NULL)
		return span;
	const char *begin = span.source->text + span.begin;
	const char *end = span.source->text + span.end;
	size_t len = strlen(name);
	for (const char *at = begin; (at = memmem(at, (size_t)(end - at), "${", 2)) != NULL; at++) {
		if ((size_t)(end - at) < len + 3 || memcmp(at + 2, name, len) != 0 ||
			at[len + 2] != '}')
			continue;
		size_t offset = span.begin + (size_t)(at - begin);
		return pk_span_make(span.source, offset, offset + len + 3);
	}
	return span;
}

static void report_unknown(struct pk_read *read, const char *name, struct pk_span span)
{
	struct pk_scope *scope = read->scope;
	if (read->incomplete)
		return; /* the missing layer may have it, and is reported */
	struct pk_diag *diag = pk_report(read->diags, PK_UNKNOWN_VARIABLE,
		find_reference(span, name), "no variable or list '%s' is defined", name);
	const char *near = pk_read_nearest(read, name, scope->names.items, scope->names.len);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '${%s}'", near);
	else
		pk_diag_hint(read->diags, diag,
			"define it under `variables` or `lists`, or write '$${' for a literal "
			"'${'");
}

static void report_cycle(
	struct pk_read *read, const struct pk_variable *variable, struct pk_span span)
{
	struct pk_scope *scope = read->scope;
	size_t first = 0;
	while (scope->stack[first] != variable)
		first++;

	const char *chain = variable->name;
	for (size_t i = first + 1; i < scope->depth; i++)
		chain = pk_arena_printf(read->arena, "%s -> %s", chain, scope->stack[i]->name);
	struct pk_diag *diag =
		pk_report(read->diags, PK_VARIABLE_CYCLE, find_reference(span, variable->name),
			"'%s' refers to itself: %s -> %s", variable->name, chain, variable->name);
	for (size_t i = first; i < scope->depth; i++)
		pk_diag_relate(read->diags, diag, scope->stack[i]->span, "'%s' is defined here",
			scope->stack[i]->name);
	pk_diag_hint(read->diags, diag, "write one of them without the others");
}

static bool resolve_list(struct pk_read *read, struct pk_variable *variable)
{
	const struct pk_node *list = variable->node;
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++)
		good &= pk_scope_add_values(read, &variable->values, list->items.items[i]);
	return good;
}

static bool resolve_text(struct pk_read *read, struct pk_variable *variable)
{
	variable->text = pk_scope_expand(read, variable->node->text, variable->node->span);
	return variable->text != NULL;
}

/* Makes sure that the variable's text or values are there; `span` is who asks. */
static bool resolve(struct pk_read *read, struct pk_variable *variable, struct pk_span span)
{
	struct pk_scope *scope = read->scope;
	if (variable->state == STATE_DONE || variable->state == STATE_BAD)
		return variable->state == STATE_DONE;
	if (variable->state == STATE_BUSY) {
		report_cycle(read, variable, span);
		return false;
	}
	if (scope->depth == PK_EXPAND_DEPTH) {
		pk_report(read->diags, PK_VARIABLE_TOO_LARGE, find_reference(span, variable->name),
			"variables refer to variables more than %d deep", PK_EXPAND_DEPTH);
		return false;
	}

	variable->state = STATE_BUSY;
	scope->stack[scope->depth++] = variable;
	bool good = variable->is_list ? resolve_list(read, variable) : resolve_text(read, variable);
	scope->depth--;
	variable->state = good ? STATE_DONE : STATE_BAD;
	return good;
}

static struct pk_variable *find(struct pk_read *read, const char *name, struct pk_span span)
{
	struct pk_variable *variable = pk_map_find(&read->scope->by_name, name);
	if (variable == NULL)
		report_unknown(read, name, span);
	return variable;
}

void pk_scope_check(struct pk_read *read)
{
	struct pk_scope *scope = read->scope;
	for (size_t i = 0; i < scope->names.len; i++) {
		struct pk_variable *variable = pk_map_find(&scope->by_name, scope->names.items[i]);
		resolve(read, variable, variable->span);
	}
}

static bool report_malformed(struct pk_read *read, struct pk_span span, const char *problem)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_REFERENCE, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "write '${name}', or '$${' for a literal '${'");
	return false;
}

/* Cuts the next piece off `text`; false after a report if a reference is malformed. */
static bool cut_piece(
	struct pk_read *read, struct piece *out, const char *text, struct pk_span span)
{
	*out = (struct piece){.text = text};
	const char *open = strstr(text, "${");
	if (open == NULL) {
		out->len = strlen(text);
		out->rest = text + out->len;
		return true;
	}
	if (open > text && open[-1] == '$') {
		/* "$${" is "${": the first of its signs stays, the second goes. */
		out->len = (size_t)(open - text);
		out->rest = open + 1;
		return true;
	}

	const char *close = strchr(open, '}');
	if (close == NULL)
		return report_malformed(read, span, "reference '${' has no '}'");
	if (close == open + 2)
		return report_malformed(read, span, "reference '${}' names nothing");
	out->len = (size_t)(open - text);
	out->name = pk_arena_strndup(read->arena, open + 2, (size_t)(close - open - 2));
	out->rest = close + 1;
	return true;
}

static const char *find_text(struct pk_read *read, const char *name, struct pk_span span)
{
	struct pk_variable *variable = find(read, name, span);
	if (variable == NULL || !resolve(read, variable, span))
		return NULL;
	if (!variable->is_list)
		return variable->text;

	struct pk_diag *diag = pk_report(read->diags, PK_LIST_IN_TEXT, find_reference(span, name),
		"'%s' is a list and cannot stand in a text", name);
	pk_diag_relate(read->diags, diag, variable->span, "defined here");
	pk_diag_hint(read->diags, diag,
		"use '${%s}' alone as a value of a condition, or define a variable", name);
	return NULL;
}

/* Are `len` bytes more within the limits? Else reports, the limit of all texts only once. */
static bool check_size(struct pk_read *read, size_t len, size_t more, struct pk_span span)
{
	struct pk_scope *scope = read->scope;
	if (len + more > PK_EXPAND_MAX) {
		pk_report(read->diags, PK_VARIABLE_TOO_LARGE, span,
			"text is larger than %d bytes with its variables replaced", PK_EXPAND_MAX);
		return false;
	}
	if (scope->expanded > PK_EXPAND_TOTAL_MAX)
		return false;
	scope->expanded += more;
	if (scope->expanded <= PK_EXPAND_TOTAL_MAX)
		return true;
	pk_report(read->diags, PK_VARIABLE_TOO_LARGE, span,
		"all texts together are larger than %d bytes with their variables replaced",
		PK_EXPAND_TOTAL_MAX);
	return false;
}

static bool append(
	struct pk_read *read, struct pk_buf *buf, const char *text, size_t len, struct pk_span span)
{
	if (!check_size(read, buf->len, len, span))
		return false;
	pk_buf_put(buf, text, len);
	return true;
}

const char *pk_scope_expand(struct pk_read *read, const char *text, struct pk_span span)
{
	if (strstr(text, "${") == NULL)
		return text;

	PK_BUF_AUTO buf = {0};
	const char *rest = text;
	while (*rest != '\0') {
		struct piece piece;
		if (!cut_piece(read, &piece, rest, span) ||
			!append(read, &buf, piece.text, piece.len, span))
			return NULL;
		if (piece.name != NULL) {
			const char *value = find_text(read, piece.name, span);
			if (value == NULL || !append(read, &buf, value, strlen(value), span))
				return NULL;
		}
		/* The brace behind "$${" must not open a reference again. */
		if (piece.name == NULL && *piece.rest == '{')
			pk_buf_putc(&buf, *piece.rest++);
		rest = piece.rest;
	}
	return pk_arena_strndup(read->arena, buf.data == NULL ? "" : buf.data, buf.len);
}

/* The name in a text that is nothing but "${name}", or NULL. */
static const char *lone_reference(struct pk_read *read, const char *text)
{
	size_t len = strlen(text);
	if (len < 4 || !pk_text_starts(text, "${") || strchr(text, '}') != text + len - 1)
		return NULL;
	return pk_arena_strndup(read->arena, text + 2, len - 3);
}

static bool add_list(struct pk_read *read, struct pk_value_list *values,
	const struct pk_variable *list, struct pk_span span)
{
	for (size_t i = 0; i < list->values.len; i++) {
		if (!pk_read_add_value(read, values, list->values.items[i], span))
			return false;
	}
	return true;
}

bool pk_scope_add_values(
	struct pk_read *read, struct pk_value_list *values, const struct pk_node *node)
{
	const char *text = pk_read_raw_text(read, node, "value");
	if (text == NULL)
		return false;
	const char *name = lone_reference(read, text);
	if (name != NULL) {
		struct pk_variable *variable = find(read, name, node->span);
		if (variable == NULL || !resolve(read, variable, node->span))
			return false;
		if (variable->is_list)
			return add_list(read, values, variable, node->span);
	}
	text = pk_scope_expand(read, text, node->span);
	if (text == NULL)
		return false;
	return pk_read_add_value(
		read, values, (struct pk_value){.text = text, .span = node->span}, node->span);
}

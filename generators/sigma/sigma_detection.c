/*
 * The detection of a Sigma rule: search identifiers and the condition that joins them. Facts:
 * Sigma rules 2.0, sections "Search-Identifier" and "Condition".
 */
#include <string.h>

#include "base/text.h"
#include "generators/sigma/sigma_parts.h"

enum { DEPTH_MAX = 32 }; /* of parentheses and nots in a condition */

struct pk_sigma_expr *pk_sigma_make(struct pk_sigma_reader *reader, enum pk_sigma_kind kind)
{
	struct pk_sigma_expr *expr = PK_NEW(reader->arena, struct pk_sigma_expr);
	expr->kind = kind;
	reader->values += kind != PK_SIGMA_ALL && kind != PK_SIGMA_ANY;
	return expr;
}

struct pk_sigma_expr *pk_sigma_make_unsaid(struct pk_sigma_reader *reader, const char *what)
{
	struct pk_sigma_expr *expr = pk_sigma_make(reader, PK_SIGMA_UNSAID);
	expr->unsaid = what;
	return expr;
}

void pk_sigma_add(struct pk_sigma_reader *reader, struct pk_sigma_expr *parent,
	const struct pk_sigma_expr *child)
{
	*pk_list_push(reader->arena, &parent->children) = child;
}

/* --- search identifiers --- */

static bool check_size(struct pk_sigma_reader *reader, const struct pk_node *node)
{
	if (reader->values <= PK_SIGMA_VALUES)
		return true;
	if (!reader->too_large)
		pk_report(reader->diags, PK_SIGMA_LIMIT, node->span,
			"a rule with more than %d values", PK_SIGMA_VALUES);
	reader->too_large = true;
	return false;
}

static const struct pk_sigma_expr *read_map(
	struct pk_sigma_reader *reader, const struct pk_node *map)
{
	struct pk_sigma_expr *all = pk_sigma_make(reader, PK_SIGMA_ALL);
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_sigma_expr *field =
			pk_sigma_read_field(reader, map->pairs[i].key, map->pairs[i].value);
		if (field == NULL || !check_size(reader, map->pairs[i].key))
			return NULL;
		pk_sigma_add(reader, all, field);
	}
	return all;
}

/* A list: maps are alternatives; texts are looked for in all fields. */
static const struct pk_sigma_expr *read_list(
	struct pk_sigma_reader *reader, const struct pk_node *list)
{
	struct pk_sigma_expr *any = pk_sigma_make(reader, PK_SIGMA_ANY);
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		const struct pk_sigma_expr *read = item->kind == PK_NODE_MAP
			? read_map(reader, item)
			: pk_sigma_make_unsaid(reader, "a search in all fields");
		if (read == NULL || !check_size(reader, item))
			return NULL;
		pk_sigma_add(reader, any, read);
	}
	return any;
}

static const struct pk_sigma_expr *read_search(
	struct pk_sigma_reader *reader, const struct pk_node *node)
{
	if (node->kind == PK_NODE_MAP)
		return read_map(reader, node);
	if (node->kind == PK_NODE_LIST)
		return read_list(reader, node);
	return pk_sigma_make_unsaid(reader, "a search in all fields");
}

/* --- conditions --- */

struct search {
	const char *name;
	const struct pk_sigma_expr *expr;
};

struct parser {
	struct pk_sigma_reader *reader;
	struct pk_span span; /* of the condition */
	PK_LIST(struct search) searches;
	const char *words[PK_SIGMA_TOKENS + 1]; /* ends with "" */
	size_t at;
	size_t depth;
};

static const struct pk_sigma_expr *parse_or(struct parser *parser);

static const struct pk_sigma_expr *complain(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const struct pk_sigma_expr *complain(struct parser *parser, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(parser->reader->arena, format, args);
	va_end(args);
	pk_report(parser->reader->diags, PK_SIGMA_CONDITION, parser->span, "%s", message);
	return NULL;
}

/*
 * Divides the text into words and parentheses. What stands behind '|' counts events that the
 * condition before it found, and so needs the same events.
 */
static bool split_words(struct parser *parser, const char *text)
{
	size_t count = 0;
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text == '\0' || *text == '|')
			break;
		if (count == PK_SIGMA_TOKENS) {
			pk_report(parser->reader->diags, PK_SIGMA_LIMIT, parser->span,
				"a condition of more than %d words", PK_SIGMA_TOKENS);
			return false;
		}
		size_t len = *text == '(' || *text == ')' ? 1 : strcspn(text, " \t\r\n()|");
		parser->words[count++] = pk_arena_strndup(parser->reader->arena, text, len);
		text += len;
	}
	parser->words[count] = "";
	parser->at = 0;
	return true;
}

static bool accept(struct parser *parser, const char *word)
{
	if (!pk_text_equal_nocase(parser->words[parser->at], word))
		return false;
	parser->at++;
	return true;
}

/* '*' in a pattern of search identifiers is any text. */
static bool name_matches(const char *pattern, const char *name)
{
	const char *star = NULL;
	const char *resume = NULL;
	while (*name != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			resume = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star + 1;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* "1 of", "any of" and "all of" a pattern or "them". */
static const struct pk_sigma_expr *parse_quantity(struct parser *parser)
{
	bool all = pk_text_equal_nocase(parser->words[parser->at], "all");
	parser->at += 2;
	const char *pattern = parser->words[parser->at];
	bool them = pk_text_equal_nocase(pattern, "them");
	if (pattern[0] == '\0')
		return complain(parser, "'of' without search identifiers");
	parser->at++;

	struct pk_sigma_expr *expr =
		pk_sigma_make(parser->reader, all ? PK_SIGMA_ALL : PK_SIGMA_ANY);
	for (size_t i = 0; i < parser->searches.len; i++) {
		const struct search *search = &parser->searches.items[i];
		bool hidden = them && search->name[0] == '_';
		if (!hidden && (them || name_matches(pattern, search->name)))
			pk_sigma_add(parser->reader, expr, search->expr);
	}
	if (expr->children.len == 0)
		return complain(parser, "no search identifier is like '%s'", pattern);
	return expr;
}

static const struct pk_sigma_expr *parse_search(struct parser *parser)
{
	const char *word = parser->words[parser->at];
	for (size_t i = 0; i < parser->searches.len; i++) {
		if (!pk_text_equal(parser->searches.items[i].name, word))
			continue;
		parser->at++;
		return parser->searches.items[i].expr;
	}
	if (word[0] == '\0')
		return complain(parser, "the condition ends too early");
	return complain(parser, "there is no search identifier '%s'", word);
}

static const struct pk_sigma_expr *parse_primary(struct parser *parser)
{
	if (accept(parser, "(")) {
		const struct pk_sigma_expr *inner = parse_or(parser);
		if (inner != NULL && !accept(parser, ")"))
			return complain(parser, "')' is missing in the condition");
		return inner;
	}
	const char *word = parser->words[parser->at];
	bool counts = pk_text_equal(word, "1") || pk_text_equal_nocase(word, "any") ||
		pk_text_equal_nocase(word, "all");
	if (counts && pk_text_equal_nocase(parser->words[parser->at + 1], "of"))
		return parse_quantity(parser);
	return parse_search(parser);
}

static const struct pk_sigma_expr *parse_not(struct parser *parser)
{
	if (++parser->depth > DEPTH_MAX) {
		pk_report(parser->reader->diags, PK_SIGMA_LIMIT, parser->span,
			"a condition nested deeper than %d", DEPTH_MAX);
		return NULL;
	}
	const struct pk_sigma_expr *result = NULL;
	if (accept(parser, "not")) {
		const struct pk_sigma_expr *inner = parse_not(parser);
		if (inner != NULL) {
			struct pk_sigma_expr *expr = pk_sigma_make(parser->reader, PK_SIGMA_NOT);
			pk_sigma_add(parser->reader, expr, inner);
			result = expr;
		}
	} else {
		result = parse_primary(parser);
	}
	parser->depth--;
	return result;
}

static const struct pk_sigma_expr *parse_and(struct parser *parser)
{
	struct pk_sigma_expr *all = pk_sigma_make(parser->reader, PK_SIGMA_ALL);
	do {
		const struct pk_sigma_expr *part = parse_not(parser);
		if (part == NULL)
			return NULL;
		pk_sigma_add(parser->reader, all, part);
	} while (accept(parser, "and"));
	return all;
}

static const struct pk_sigma_expr *parse_or(struct parser *parser)
{
	struct pk_sigma_expr *any = pk_sigma_make(parser->reader, PK_SIGMA_ANY);
	do {
		const struct pk_sigma_expr *part = parse_and(parser);
		if (part == NULL)
			return NULL;
		pk_sigma_add(parser->reader, any, part);
	} while (accept(parser, "or"));
	return any;
}

static const struct pk_sigma_expr *parse_condition(
	struct parser *parser, const struct pk_node *condition)
{
	parser->span = condition->span;
	parser->depth = 0;
	if (condition->text == NULL || condition->kind == PK_NODE_NULL)
		return complain(parser, "a condition must be a text");
	if (!split_words(parser, condition->text))
		return NULL;
	const struct pk_sigma_expr *expr = parse_or(parser);
	if (expr != NULL && parser->words[parser->at][0] != '\0')
		return complain(parser, "'%s' is not expected here", parser->words[parser->at]);
	return expr;
}

static bool read_searches(struct parser *parser, const struct pk_node *detection)
{
	bool good = true;
	for (size_t i = 0; i < detection->pair_count; i++) {
		const struct pk_node_pair *pair = &detection->pairs[i];
		if (pk_text_equal(pair->key->text, "condition") ||
			pk_text_equal(pair->key->text, "timeframe"))
			continue;
		const struct pk_sigma_expr *expr = read_search(parser->reader, pair->value);
		good = good && expr != NULL;
		struct search *search = pk_list_push(parser->reader->arena, &parser->searches);
		*search = (struct search){pair->key->text, expr};
	}
	return good;
}

const struct pk_sigma_expr *pk_sigma_read_detection(
	struct pk_sigma_reader *reader, const struct pk_node *detection)
{
	struct parser parser = {.reader = reader, .span = detection->span};
	const struct pk_node *condition = pk_node_find(detection, "condition");
	bool good = read_searches(&parser, detection);
	if (condition == NULL)
		return complain(&parser, "the detection has no 'condition'");
	if (!good)
		return NULL;
	if (condition->kind != PK_NODE_LIST)
		return parse_condition(&parser, condition);

	struct pk_sigma_expr *any = pk_sigma_make(reader, PK_SIGMA_ANY);
	for (size_t i = 0; i < condition->items.len; i++) {
		const struct pk_sigma_expr *expr =
			parse_condition(&parser, condition->items.items[i]);
		if (expr == NULL)
			return NULL;
		pk_sigma_add(reader, any, expr);
	}
	return any;
}

#include "templates/objects/kuery.h"

#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

struct reader {
	struct pk_arena *arena;
	const char *text;
	size_t at;
	unsigned depth;
	struct pk_kuery_problem *problem;
};

/* A word or a quoted text. */
struct literal {
	const char *text;
	bool quoted;
	bool wild; /* holds PK_KUERY_ANY */
};

static struct pk_kuery *read_or(struct reader *reader, const char *field);

/* --- characters and words --- */

static void *fail(struct reader *reader, const char *what)
{
	if (reader->problem->what == NULL)
		*reader->problem = (struct pk_kuery_problem){reader->at, what};
	return NULL;
}

static char peek(const struct reader *reader)
{
	return reader->text[reader->at];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *reader)
{
	while (is_blank(peek(reader)))
		reader->at++;
}

static bool is_special(char c)
{
	return c != '\0' && strchr("\\():<>\"*{}", c) != NULL;
}

/* Does `word` stand here, whole, in any case? Then it is passed over. */
static bool take_word(struct reader *reader, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i < len; i++)
		if (pk_text_lower(reader->text[reader->at + i]) != word[i])
			return false;
	char next = reader->text[reader->at + len];
	if (!is_blank(next) && next != '(')
		return false;
	reader->at += len;
	skip_blanks(reader);
	return true;
}

static bool take_char(struct reader *reader, char c)
{
	if (peek(reader) != c)
		return false;
	reader->at++;
	return true;
}

static bool read_quoted(struct reader *reader, struct literal *out)
{
	PK_BUF_AUTO buf = {0};
	reader->at++;
	for (;;) {
		char c = peek(reader);
		if (c == '\0')
			return fail(reader, "a quotation mark is not closed") != NULL;
		reader->at++;
		if (c == '"')
			break;
		if (c == '\\' && peek(reader) != '\0') {
			char escaped = peek(reader);
			reader->at++;
			c = escaped == 't'	 ? '\t'
				: escaped == 'n' ? '\n'
				: escaped == 'r' ? '\r'
						 : escaped;
		}
		pk_buf_putc(&buf, c);
	}
	*out = (struct literal){
		pk_arena_strndup(reader->arena, buf.data == NULL ? "" : buf.data, buf.len), true,
		false};
	return true;
}

/* What is behind a backslash outside of quotes: a special character or a blank. */
static bool read_escaped(struct reader *reader, char *out)
{
	char c = peek(reader);
	if (!is_special(c) && c != 't' && c != 'n' && c != 'r')
		return fail(reader, "a backslash stands alone: write it twice") != NULL;
	reader->at++;
	*out = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
	return true;
}

/* Are the blanks here followed by `and` or `or`, or by the end of the word's place? */
static bool ends_at_blank(struct reader *reader)
{
	struct reader ahead = *reader;
	skip_blanks(&ahead);
	char c = peek(&ahead);
	return c == '\0' || c == ')' || c == '}' || c == ':' || c == '<' || c == '>' || c == '"' ||
		c == '(' || take_word(&ahead, "and") || take_word(&ahead, "or") ||
		take_word(&ahead, "not");
}

/* Words divided by blanks are one literal, as Kibana has it: `message:foo bar`. */
static bool read_word(struct reader *reader, struct literal *out)
{
	PK_BUF_AUTO buf = {0};
	bool wild = false;
	for (;;) {
		char c = peek(reader);
		if (is_blank(c) && ends_at_blank(reader))
			break;
		if (c == '\0' || (is_special(c) && c != '\\' && c != '*'))
			break;
		reader->at++;
		if (c == '*') {
			wild = true;
			c = PK_KUERY_ANY;
		} else if (c == '\\' && !read_escaped(reader, &c)) {
			return false;
		}
		pk_buf_putc(&buf, c);
	}
	if (buf.len == 0)
		return fail(reader, "a field or value is missing") != NULL;
	*out = (struct literal){pk_arena_strndup(reader->arena, buf.data, buf.len), false, wild};
	return true;
}

static bool read_literal(struct reader *reader, struct literal *out)
{
	return peek(reader) == '"' ? read_quoted(reader, out) : read_word(reader, out);
}

/* --- terms --- */

static struct pk_kuery *make(struct reader *reader, enum pk_kuery_kind kind, const char *field)
{
	struct pk_kuery *query = PK_NEW(reader->arena, struct pk_kuery);
	query->kind = kind;
	query->field = field;
	return query;
}

static struct pk_kuery *make_value(
	struct reader *reader, const char *field, const struct literal *value)
{
	static const char any[] = {PK_KUERY_ANY, '\0'};
	bool all = value->wild && pk_text_equal(value->text, any);
	enum pk_kuery_kind kind = value->quoted ? PK_KUERY_PHRASE
		: all && field != NULL		? PK_KUERY_EXISTS
		: all				? PK_KUERY_ALL
		: value->wild			? PK_KUERY_WILDCARD
						: PK_KUERY_IS;
	struct pk_kuery *query = make(reader, kind, field);
	query->value = value->text;
	return query;
}

/* Passes over what is below a nested field; brackets in texts do not count. */
static struct pk_kuery *read_nested(struct reader *reader, const char *field)
{
	unsigned open = 0;
	do {
		char c = peek(reader);
		struct literal ignored;
		if (c == '\0')
			return fail(reader, "a curly bracket is not closed");
		if (c == '"') {
			if (!read_quoted(reader, &ignored))
				return NULL;
			continue;
		}
		open += c == '{' ? 1 : 0;
		open -= c == '}' ? 1 : 0;
		reader->at++;
	} while (open > 0);
	return make(reader, PK_KUERY_NESTED, field);
}

static struct pk_kuery *read_range(struct reader *reader, const char *field)
{
	bool less = peek(reader) == '<';
	reader->at++;
	bool equal = take_char(reader, '=');
	skip_blanks(reader);
	struct literal value;
	if (!read_literal(reader, &value))
		return NULL;
	struct pk_kuery *query = make(reader, PK_KUERY_RANGE, field);
	query->value = value.text;
	query->range = less ? (equal ? "lte" : "lt") : (equal ? "gte" : "gt");
	return query;
}

/* A list in brackets, a negation or a value; of `field` if that is given. */
static struct pk_kuery *read_values(struct reader *reader, const char *field)
{
	struct literal value;
	if (take_char(reader, '(')) {
		struct pk_kuery *list = read_or(reader, field);
		skip_blanks(reader);
		if (list != NULL && !take_char(reader, ')'))
			return fail(reader, "a bracket is not closed");
		return list;
	}
	return read_literal(reader, &value) ? make_value(reader, field, &value) : NULL;
}

/* The value of a field, or a field with its values. */
static struct pk_kuery *read_term(struct reader *reader, const char *field)
{
	struct literal name;
	if (field != NULL || peek(reader) == '(')
		return read_values(reader, field);
	if (!read_literal(reader, &name))
		return NULL;
	size_t behind = reader->at;
	skip_blanks(reader);
	char c = peek(reader);
	if (c == '<' || c == '>')
		return read_range(reader, name.text);
	if (c != ':') {
		reader->at = behind;
		return make_value(reader, NULL, &name);
	}
	reader->at++;
	skip_blanks(reader);
	return peek(reader) == '{' ? read_nested(reader, name.text)
				   : read_values(reader, name.text);
}

/* --- and, or, not --- */

static struct pk_kuery *read_not(struct reader *reader, const char *field)
{
	if (reader->depth >= PK_KUERY_DEPTH)
		return fail(reader, "it is nested too deep");
	reader->depth++;
	struct pk_kuery *query = NULL;
	skip_blanks(reader);
	if (take_word(reader, "not")) {
		struct pk_kuery *inner = read_not(reader, field);
		if (inner != NULL) {
			query = make(reader, PK_KUERY_NOT, NULL);
			*pk_list_push(reader->arena, &query->items) = inner;
		}
	} else {
		query = read_term(reader, field);
	}
	reader->depth--;
	return query;
}

static struct pk_kuery *read_chain(struct reader *reader, const char *field, const char *word,
	enum pk_kuery_kind kind, struct pk_kuery *(*next)(struct reader *reader, const char *field))
{
	struct pk_kuery *first = next(reader, field);
	struct pk_kuery *chain = NULL;
	for (;;) {
		size_t before = reader->at;
		skip_blanks(reader);
		if (first == NULL || !take_word(reader, word)) {
			reader->at = before;
			return chain != NULL && first != NULL ? chain : first;
		}
		if (chain == NULL) {
			chain = make(reader, kind, NULL);
			*pk_list_push(reader->arena, &chain->items) = first;
		}
		first = next(reader, field);
		if (first != NULL)
			*pk_list_push(reader->arena, &chain->items) = first;
	}
}

static struct pk_kuery *read_and(struct reader *reader, const char *field)
{
	return read_chain(reader, field, "and", PK_KUERY_AND, read_not);
}

static struct pk_kuery *read_or(struct reader *reader, const char *field)
{
	return read_chain(reader, field, "or", PK_KUERY_OR, read_and);
}

struct pk_kuery *pk_kuery_read(
	struct pk_kuery_problem *problem_out, struct pk_arena *arena, const char *text)
{
	*problem_out = (struct pk_kuery_problem){0};
	struct reader reader = {arena, text, 0, 0, problem_out};
	if (strlen(text) > PK_KUERY_BYTES)
		return fail(&reader, "it is too long");
	if (strchr(text, PK_KUERY_ANY) != NULL)
		return fail(&reader, "it holds a control character");
	skip_blanks(&reader);
	if (peek(&reader) == '\0')
		return make(&reader, PK_KUERY_ALL, NULL);
	struct pk_kuery *query = read_or(&reader, NULL);
	skip_blanks(&reader);
	if (query != NULL && peek(&reader) != '\0')
		return fail(&reader, "'and' or 'or' is missing");
	return query;
}

/* --- the request --- */

/* As Kibana escapes for query_string; blanks too, so that a value stays one. */
static const char *query_string(struct pk_buf *buf, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == PK_KUERY_ANY) {
			pk_buf_putc(buf, '*');
			continue;
		}
		if (strchr("+-=&|><!(){}[]^\"~*?:\\/ ", *value) != NULL)
			pk_buf_putc(buf, '\\');
		pk_buf_putc(buf, *value);
	}
	return buf->data == NULL ? "" : buf->data;
}

static void put_query_string(struct pk_json_out *json, const struct pk_kuery *query)
{
	PK_BUF_AUTO buf = {0};
	pk_json_out_open_object(json, "query_string");
	if (query->field != NULL) {
		pk_json_out_open_array(json, "fields");
		pk_json_out_text(json, NULL, query->field);
		pk_json_out_close_array(json);
	}
	pk_json_out_text(json, "query", query_string(&buf, query->value));
	pk_json_out_close_object(json);
}

static void put_leaf(struct pk_json_out *json, const struct pk_kuery *query)
{
	if (query->field == NULL || query->kind == PK_KUERY_WILDCARD) {
		put_query_string(json, query);
		return;
	}
	pk_json_out_open_object(json, query->kind == PK_KUERY_PHRASE ? "match_phrase" : "match");
	pk_json_out_text(json, query->field, query->value);
	pk_json_out_close_object(json);
}

static void put_any(struct pk_json_out *json, const char *name, const struct pk_kuery *query);

static void put_bool(struct pk_json_out *json, const char *clause, const struct pk_kuery *query)
{
	pk_json_out_open_object(json, "bool");
	pk_json_out_open_array(json, clause);
	for (size_t i = 0; i < query->items.len; i++)
		put_any(json, NULL, query->items.items[i]);
	pk_json_out_close_array(json);
	if (query->kind == PK_KUERY_OR)
		pk_json_out_number(json, "minimum_should_match", 1);
	pk_json_out_close_object(json);
}

static void put_any(struct pk_json_out *json, const char *name, const struct pk_kuery *query)
{
	pk_json_out_open_object(json, name);
	switch (query->kind) {
	case PK_KUERY_ALL:
		pk_json_out_raw(json, "match_all", "{}");
		break;
	case PK_KUERY_AND:
		put_bool(json, "filter", query);
		break;
	case PK_KUERY_OR:
		put_bool(json, "should", query);
		break;
	case PK_KUERY_NOT:
		put_bool(json, "must_not", query);
		break;
	case PK_KUERY_IS:
	case PK_KUERY_PHRASE:
	case PK_KUERY_WILDCARD:
		put_leaf(json, query);
		break;
	case PK_KUERY_EXISTS:
	case PK_KUERY_NESTED:
		pk_json_out_open_object(json, "exists");
		pk_json_out_text(json, "field", query->field);
		pk_json_out_close_object(json);
		break;
	case PK_KUERY_RANGE:
		pk_json_out_open_object(json, "range");
		pk_json_out_open_object(json, query->field);
		pk_json_out_text(json, query->range, query->value);
		pk_json_out_close_object(json);
		pk_json_out_close_object(json);
		break;
	}
	pk_json_out_close_object(json);
}

void pk_kuery_put(struct pk_buf *buf, const struct pk_kuery *query)
{
	struct pk_json_out json = {.buf = buf};
	put_any(&json, NULL, query);
}

void pk_kuery_fields(
	const struct pk_kuery *query, void (*each)(void *context, const char *field), void *context)
{
	if (query->field != NULL && strchr(query->field, PK_KUERY_ANY) == NULL)
		each(context, query->field);
	for (size_t i = 0; i < query->items.len; i++)
		pk_kuery_fields(query->items.items[i], each, context);
}

/*
 * yajl says when a token ends. Where it begins is found by skipping what may stand between two
 * values: blanks, commas and colons.
 */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/builder.h"
#include "base/text.h"

struct reader {
	yajl_handle parser;
	struct pk_builder builder;
	struct pk_source *source;
	struct pk_diags *diags;
	size_t bom_len;
	size_t token_end; /* where the last value, key or bracket ended */
};

/* Span of the token of `len` bytes that comes next. */
static struct pk_span take_token(struct reader *reader, size_t len)
{
	const char *text = reader->source->text;
	size_t begin = reader->token_end;
	begin += strspn(text + begin, " \t\r\n,:");
	reader->token_end = begin + len;
	return pk_span_make(reader->source, begin, begin + len);
}

/* Span of the string that yajl has just read; it is longer than its text if it has escapes. */
static struct pk_span take_string(struct reader *reader)
{
	size_t end = reader->bom_len + yajl_get_bytes_consumed(reader->parser);
	struct pk_span span = take_token(reader, 0);
	reader->token_end = end;
	return pk_span_make(reader->source, span.begin, end);
}

static struct pk_node *make_node(struct reader *reader, enum pk_node_kind kind, struct pk_span span)
{
	struct pk_node *node = PK_NEW(reader->source->arena, struct pk_node);
	node->kind = kind;
	node->span = span;
	return node;
}

static struct pk_node *make_scalar(struct reader *reader, enum pk_node_kind kind,
	struct pk_span span, const char *text, size_t len)
{
	struct pk_node *node = make_node(reader, kind, span);
	node->text = pk_arena_strndup(reader->source->arena, text, len);
	node->text_len = len;
	return node;
}

static int on_null(void *context)
{
	struct reader *reader = context;
	struct pk_span span = take_token(reader, strlen("null"));
	pk_builder_add(
		&reader->builder, make_scalar(reader, PK_NODE_NULL, span, "null", strlen("null")));
	return 1;
}

static int on_boolean(void *context, int value)
{
	struct reader *reader = context;
	const char *text = value ? "true" : "false";
	struct pk_span span = take_token(reader, strlen(text));
	struct pk_node *node = make_scalar(reader, PK_NODE_BOOL, span, text, strlen(text));
	node->boolean = value != 0;
	pk_builder_add(&reader->builder, node);
	return 1;
}

static int on_number(void *context, const char *text, size_t len)
{
	struct reader *reader = context;
	struct pk_span span = take_token(reader, len);
	struct pk_node *node = make_scalar(reader, PK_NODE_INT, span, text, len);
	if (!pk_text_parse_i64(&node->integer, node->text)) {
		size_t used;
		node->kind = PK_NODE_FLOAT;
		if (!pk_text_parse_double(&node->number, &used, node->text))
			pk_report(reader->diags, PK_JSON_LIMIT, span, "number '%s' is out of range",
				node->text);
	}
	pk_builder_add(&reader->builder, node);
	return 1;
}

/* The four hex digits at `text`, which yajl has checked. */
static unsigned read_hex4(const char *text)
{
	char digits[] = {'0', 'x', text[0], text[1], text[2], text[3], '\0'};
	uint64_t value = 0;
	pk_text_parse_u64_any(&value, digits);
	return (unsigned)value;
}

/*
 * A \u escape of half a UTF-16 surrogate pair stands for no character (RFC 8259 section 8.2), and
 * yajl lets it pass.
 */
static void check_surrogates(struct reader *reader, struct pk_span span)
{
	const char *text = reader->source->text;
	for (size_t i = span.begin; i + 5 < span.end; i++) {
		if (text[i] != '\\')
			continue;
		i++;
		if (text[i] != 'u')
			continue;
		unsigned unit = read_hex4(text + i + 1);
		if (unit < 0xd800 || unit > 0xdfff)
			continue;
		bool is_pair = unit < 0xdc00 && text[i + 5] == '\\' && text[i + 6] == 'u' &&
			(read_hex4(text + i + 7) & 0xfc00) == 0xdc00;
		if (!is_pair)
			pk_report(reader->diags, PK_JSON_SYNTAX,
				pk_span_make(reader->source, i - 1, i + 5),
				"not JSON: escape '%.6s' is half a surrogate pair", text + i - 1);
		i += is_pair ? 10 : 4;
	}
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
	struct reader *reader = context;
	struct pk_span span = take_string(reader);
	check_surrogates(reader, span);
	struct pk_node *node = make_scalar(reader, PK_NODE_STRING, span, (const char *)text, len);
	node->quoted = true;
	pk_builder_add(&reader->builder, node);
	return 1;
}

static int open_collection(struct reader *reader, enum pk_node_kind kind)
{
	struct pk_span span = take_token(reader, 1);
	if (pk_builder_depth(&reader->builder) >= PK_JSON_DEPTH) {
		pk_report(reader->diags, PK_JSON_LIMIT, span, "nested deeper than %d levels",
			PK_JSON_DEPTH);
		return 0;
	}
	pk_builder_open(&reader->builder, make_node(reader, kind, span));
	return 1;
}

static int on_start_map(void *context)
{
	return open_collection(context, PK_NODE_MAP);
}

static int on_start_array(void *context)
{
	return open_collection(context, PK_NODE_LIST);
}

static int on_end(void *context)
{
	struct reader *reader = context;
	struct pk_span span = take_token(reader, 1);
	struct pk_node *node = pk_builder_close(&reader->builder);
	node->span.end = span.end;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_string,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* What yajl says, behind the class of the error, and what we say. */
static const struct {
	const char *theirs;
	const char *ours;
} error_words[] = {
	{"after array element, I expect ',' or ']'", "',' or ']' must follow an item"},
	{"after key and value, inside map, I expect ',' or '}'", "',' or '}' must follow a member"},
	{"invalid char in json text", "no value begins like this"},
	{"invalid character inside string", "control characters in strings must be escaped"},
	{"invalid object key (must be a string)", "a member name must be a string"},
	{"invalid string in json text", "only true, false and null are written without quotes"},
	{"object key and value must be separated by a colon (':')",
		"':' must follow a member name"},
	{"premature EOF", "the text ends before the value does"},
	{"probable comment found in input text, comments are not enabled",
		"comments are not allowed"},
	{"trailing garbage", "nothing may follow the value"},
	{"unallowed token at this point in JSON text", "a value must stand here"},
};

static void report_syntax(struct reader *reader, struct pk_span span, const char *error)
{
	const char *words = error;
	for (size_t i = 0; i < sizeof(error_words) / sizeof(error_words[0]); i++) {
		if (pk_text_equal(error, error_words[i].theirs))
			words = error_words[i].ours;
	}
	pk_report(reader->diags, PK_JSON_SYNTAX, span, "not JSON: %s", words);
}

/* The token that yajl refused after `consumed` bytes of the text; in strings, the character. */
static struct pk_span find_bad_token(struct reader *reader, size_t consumed, bool is_lexical)
{
	size_t end = reader->bom_len + consumed;
	size_t begin = take_token(reader, 0).begin;
	if (is_lexical && reader->source->text[begin] == '"')
		return pk_span_make(reader->source, end, end + 1);
	if (begin >= end)
		begin = end > reader->bom_len ? end - 1 : end;
	return pk_span_make(reader->source, begin, end);
}

static void report_error(struct reader *reader, size_t consumed, bool at_end)
{
	unsigned char *error = yajl_get_error(reader->parser, 0, NULL, 0);
	const char *text = (const char *)error;
	bool is_lexical = pk_text_starts(text, "lexical");
	struct pk_span span = at_end
		? pk_span_make(reader->source, reader->source->len, reader->source->len)
		: find_bad_token(reader, consumed, is_lexical);
	const char *colon = strstr(text, ": ");
	text = colon == NULL ? text : colon + 2;
	report_syntax(reader, span,
		pk_arena_strndup(reader->builder.scratch, text, strcspn(text, ".\n")));
	yajl_free_error(reader->parser, error);
}

static void read_all(struct reader *reader)
{
	size_t len = reader->source->len - reader->bom_len;
	const char *text = reader->source->text + reader->bom_len;
	yajl_status status = yajl_parse(reader->parser, (const unsigned char *)text, len);
	if (status == yajl_status_error)
		report_error(reader, yajl_get_bytes_consumed(reader->parser), false);
	if (status != yajl_status_ok)
		return; /* a callback that stops has reported why */
	if (yajl_complete_parse(reader->parser) == yajl_status_error)
		report_error(reader, 0, true);
}

struct pk_node *pk_json_read(struct pk_source *source, struct pk_diags *diags)
{
	if (!pk_builder_check_utf8(source, diags))
		return NULL;

	size_t errors = diags->errors;
	struct reader reader = {.source = source, .diags = diags};
	reader.bom_len = pk_source_bom_len(source);
	reader.token_end = reader.bom_len;
	pk_builder_init(
		&reader.builder, source->arena, diags, PK_JSON_DUPLICATE_KEY, PK_JSON_SYNTAX);
	reader.parser = yajl_alloc(&callbacks, NULL, &reader);
	if (reader.parser == NULL)
		abort(); /* out of memory ends the process */

	read_all(&reader);

	yajl_free(reader.parser);
	pk_builder_finish(&reader.builder);
	return diags->errors == errors ? reader.builder.root : NULL;
}

static void put_escape(struct pk_buf *buf, unsigned char c)
{
	switch (c) {
	case '"':
		pk_buf_puts(buf, "\\\"");
		return;
	case '\\':
		pk_buf_puts(buf, "\\\\");
		return;
	case '\n':
		pk_buf_puts(buf, "\\n");
		return;
	case '\r':
		pk_buf_puts(buf, "\\r");
		return;
	case '\t':
		pk_buf_puts(buf, "\\t");
		return;
	default:
		pk_buf_printf(buf, "\\u%04x", c);
	}
}

/* How many bytes from `text` on stand for themselves and are ASCII. */
static size_t count_plain(const char *text, size_t len)
{
	size_t count = 0;
	while (count < len && text[count] >= 0x20 && text[count] < 0x7f && text[count] != '"' &&
		text[count] != '\\')
		count++;
	return count;
}

void pk_json_put_string_len(struct pk_buf *buf, const char *text, size_t len)
{
	pk_buf_putc(buf, '"');
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t plain = count_plain(text + i, len - i);
		if (plain > 0) {
			pk_buf_put(buf, text + i, plain);
			i += plain;
			continue;
		}
		size_t used = pk_utf8_decode(&c, text + i, len - i);
		if (used == 0)
			pk_buf_puts(buf, "\xef\xbf\xbd"); /* U+FFFD */
		else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			put_escape(buf, (unsigned char)c);
		else
			pk_buf_put(buf, text + i, used);
		i += used == 0 ? 1 : used;
	}
	pk_buf_putc(buf, '"');
}

void pk_json_put_string(struct pk_buf *buf, const char *text)
{
	pk_json_put_string_len(buf, text, strlen(text));
}

/* Length of the decimal digits at `text`. */
static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* RFC 8259, section 6. */
static bool is_json_number(const char *text)
{
	text += *text == '-';
	if (digits(text) == 0 || (text[0] == '0' && digits(text) > 1))
		return false;
	text += digits(text);
	if (*text == '.') {
		if (digits(text + 1) == 0)
			return false;
		text += 1 + digits(text + 1);
	}
	if (*text != 'e' && *text != 'E')
		return *text == '\0';
	text += text[1] == '+' || text[1] == '-' ? 2 : 1;
	return digits(text) > 0 && text[digits(text)] == '\0';
}

void pk_json_put_number(struct pk_buf *buf, const struct pk_node *node)
{
	if (is_json_number(node->text))
		pk_buf_put(buf, node->text, node->text_len);
	else if (node->kind == PK_NODE_INT)
		pk_buf_printf(buf, "%" PRId64, node->integer);
	else if (isfinite(node->number))
		pk_buf_printf(buf, "%.17g", node->number);
	else
		pk_json_put_string_len(buf, node->text, node->text_len);
}

struct writer {
	struct pk_buf *buf;
	unsigned indent;
	unsigned depth;
};

static void put_line_end(const struct writer *writer)
{
	if (writer->indent == 0)
		return;
	pk_buf_putc(writer->buf, '\n');
	for (unsigned i = 0; i < writer->indent * writer->depth; i++)
		pk_buf_putc(writer->buf, ' ');
}

static void put_value(struct writer *writer, const struct pk_node *node);

static void put_list(struct writer *writer, const struct pk_node *node)
{
	pk_buf_putc(writer->buf, '[');
	writer->depth++;
	for (size_t i = 0; i < node->items.len; i++) {
		if (i > 0)
			pk_buf_putc(writer->buf, ',');
		put_line_end(writer);
		put_value(writer, node->items.items[i]);
	}
	writer->depth--;
	if (node->items.len > 0)
		put_line_end(writer);
	pk_buf_putc(writer->buf, ']');
}

static void put_map(struct writer *writer, const struct pk_node *node)
{
	pk_buf_putc(writer->buf, '{');
	writer->depth++;
	for (size_t i = 0; i < node->pair_count; i++) {
		const struct pk_node *key = node->pairs[i].key;
		if (i > 0)
			pk_buf_putc(writer->buf, ',');
		put_line_end(writer);
		pk_json_put_string_len(writer->buf, key->text, key->text_len);
		pk_buf_puts(writer->buf, writer->indent == 0 ? ":" : ": ");
		put_value(writer, node->pairs[i].value);
	}
	writer->depth--;
	if (node->pair_count > 0)
		put_line_end(writer);
	pk_buf_putc(writer->buf, '}');
}

/* As deep as the reader lets a tree be. */
static void put_value(struct writer *writer, const struct pk_node *node)
{
	switch (node->kind) {
	case PK_NODE_NULL:
		pk_buf_puts(writer->buf, "null");
		return;
	case PK_NODE_BOOL:
		pk_buf_puts(writer->buf, node->boolean ? "true" : "false");
		return;
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
		pk_json_put_number(writer->buf, node);
		return;
	case PK_NODE_STRING:
		pk_json_put_string_len(writer->buf, node->text, node->text_len);
		return;
	case PK_NODE_LIST:
		put_list(writer, node);
		return;
	case PK_NODE_MAP:
		put_map(writer, node);
		return;
	}
}

void pk_json_put_node(struct pk_buf *buf, const struct pk_node *node, unsigned indent)
{
	struct writer writer = {.buf = buf, .indent = indent};
	put_value(&writer, node);
}

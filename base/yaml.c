#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/builder.h"
#include "base/text.h"
#include "base/yaml_scalar.h"

/* Reading one document. */
struct reader {
	yaml_parser_t parser;
	struct pk_builder builder;
	struct pk_source *source;
	struct pk_diags *diags;
	size_t bom_len;
	size_t mark_index;  /* a mark of libyaml, which counts characters, ... */
	size_t mark_offset; /* ... and the byte offset that belongs to it */
	size_t token_end;   /* where the last scalar ended */
	size_t key_floor;   /* where the scalar before the last key ended */
	size_t nodes;
	size_t documents;
	bool stopped; /* reading on would help nobody */
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * The byte offset of a mark. Marks come nearly in order, so walking from the last one to the
 * next costs no more than reading the text once.
 */
static size_t find_offset(struct reader *reader, const yaml_mark_t *mark)
{
	const char *text = reader->source->text;
	size_t offset = reader->mark_offset;
	size_t index = reader->mark_index;
	for (; index < mark->index && offset < reader->source->len; index++) {
		do
			offset++;
		while (is_continuation(text[offset]));
	}
	for (; index > mark->index; index--) {
		do
			offset--;
		while (is_continuation(text[offset]));
	}
	reader->mark_index = index;
	reader->mark_offset = offset;
	return offset;
}

static struct pk_span make_span(
	struct reader *reader, const yaml_mark_t *begin, const yaml_mark_t *end)
{
	size_t from = find_offset(reader, begin);
	return pk_span_make(reader->source, from, find_offset(reader, end));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * The start of the line of `offset` if only blanks, and dashes if `dashes` is set, stand before it.
 * A line may hold the whole file: what it begins with must not be looked for at each value.
 */
static bool find_line(size_t *out, const char *text, size_t offset, bool dashes)
{
	for (; offset > 0 && text[offset - 1] != '\n'; offset--) {
		char before = text[offset - 1];
		if (!is_blank(before) && !(dashes && before == '-'))
			return false;
	}
	*out = offset;
	return true;
}

/* The start of the line that ends before `line`; false if that is before `floor`. */
static bool find_line_above(size_t *out, const char *text, size_t line, size_t floor)
{
	if (line <= floor)
		return false;
	const char *end = memrchr(text + floor, '\n', line - 1 - floor);
	if (end == NULL && floor > 0 && text[floor - 1] != '\n')
		return false;
	*out = end == NULL ? floor : (size_t)(end + 1 - text);
	return true;
}

static bool is_comment_line(const char *text, size_t line)
{
	return text[line + strspn(text + line, " \t")] == '#';
}

/* The text of the comment lines from `begin` to `end`, without '#' and one blank behind it. */
static const char *join_comment(struct reader *reader, size_t begin, size_t end)
{
	const char *text = reader->source->text;
	PK_BUF_AUTO buf = {0};
	for (size_t line = begin; line < end;) {
		size_t next = line + strcspn(text + line, "\n") + 1;
		size_t from = line + strspn(text + line, " \t") + 1;
		from += text[from] == ' ';
		size_t len = strcspn(text + from, "\r\n");
		if (buf.data != NULL)
			pk_buf_putc(&buf, '\n');
		pk_buf_put(&buf, text + from, len);
		line = next;
	}
	return pk_arena_strndup(reader->source->arena, buf.data, buf.len);
}

/*
 * The comment directly above the line that `offset` begins, or NULL. Lines before `floor` belong
 * to a scalar and are no comments whatever they look like.
 */
static const char *find_comment(struct reader *reader, size_t offset, size_t floor, bool dashes)
{
	const char *text = reader->source->text;
	size_t line;
	if (!find_line(&line, text, offset, dashes))
		return NULL;

	size_t begin = line;
	for (size_t above; find_line_above(&above, text, begin, floor); begin = above) {
		if (!is_comment_line(text, above))
			break;
	}
	return begin == line ? NULL : join_comment(reader, begin, line);
}

/* Values have the comment above their key, items of a list the one above themselves. */
static void attach_comment(struct reader *reader, struct pk_node *node)
{
	const struct pk_node *parent = pk_builder_parent(&reader->builder);
	const struct pk_node *key = pk_builder_pending_key(&reader->builder);
	if (parent == NULL)
		return;
	if (key != NULL)
		node->comment = find_comment(reader, key->span.begin, reader->key_floor, false);
	else if (parent->kind == PK_NODE_LIST)
		node->comment = find_comment(reader, node->span.begin, reader->token_end, true);
	else
		reader->key_floor = reader->token_end;
}

/* A node in the tree's arena; NULL after a report if there are too many. */
static struct pk_node *make_node(struct reader *reader, enum pk_node_kind kind, struct pk_span span)
{
	if (++reader->nodes > PK_YAML_NODES) {
		struct pk_diag *diag = pk_report(reader->diags, PK_YAML_LIMIT, span,
			"more than %d values in one file", PK_YAML_NODES);
		pk_diag_hint(reader->diags, diag, "split the file");
		reader->stopped = true;
		return NULL;
	}
	struct pk_node *node = PK_NEW(reader->source->arena, struct pk_node);
	node->kind = kind;
	node->span = span;
	return node;
}

static void check_properties(struct reader *reader, struct pk_span span, const yaml_char_t *anchor,
	const yaml_char_t *tag)
{
	struct pk_diag *diag = NULL;
	if (anchor != NULL)
		diag = pk_report(reader->diags, PK_YAML_ANCHOR, span, "anchor '&%s' is not allowed",
			(const char *)anchor);
	else if (tag != NULL)
		diag = pk_report(reader->diags, PK_YAML_ANCHOR, span, "tag '%s' is not allowed",
			(const char *)tag);
	if (diag != NULL)
		pk_diag_hint(reader->diags, diag, "remove it and write the value itself");
}

/* Block scalars end behind their last line end; the place of the text does not need it. */
static size_t trim_end(const char *text, size_t begin, size_t end)
{
	while (end > begin && strchr(" \t\r\n", text[end - 1]) != NULL)
		end--;
	return end;
}

static void add_scalar(struct reader *reader, const yaml_event_t *event)
{
	struct pk_span span = make_span(reader, &event->start_mark, &event->end_mark);
	check_properties(reader, span, event->data.scalar.anchor, event->data.scalar.tag);
	size_t token_end = span.end;
	span.end = (uint32_t)trim_end(reader->source->text, span.begin, span.end);

	struct pk_node *node = make_node(reader, PK_NODE_STRING, span);
	if (node == NULL)
		return;
	node->text = pk_arena_strndup(reader->source->arena, (const char *)event->data.scalar.value,
		event->data.scalar.length);
	node->text_len = event->data.scalar.length;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (!node->quoted)
		pk_yaml_resolve(node);
	attach_comment(reader, node);
	pk_builder_add(&reader->builder, node);
	reader->token_end = token_end;
}

static void add_alias(struct reader *reader, const yaml_event_t *event)
{
	struct pk_span span = make_span(reader, &event->start_mark, &event->end_mark);
	struct pk_diag *diag = pk_report(reader->diags, PK_YAML_ANCHOR, span,
		"alias '*%s' is not allowed", (const char *)event->data.alias.anchor);
	pk_diag_hint(reader->diags, diag, "write the value itself");

	/* Stands for the value, so that what follows keeps its meaning. */
	struct pk_node *node = make_node(reader, PK_NODE_STRING, span);
	if (node == NULL)
		return;
	node->text = pk_arena_strdup(reader->source->arena, (const char *)event->data.alias.anchor);
	node->text_len = strlen(node->text);
	pk_builder_add(&reader->builder, node);
}

static void open_collection(
	struct reader *reader, const yaml_event_t *event, enum pk_node_kind kind)
{
	bool is_list = kind == PK_NODE_LIST;
	struct pk_span span = make_span(reader, &event->start_mark, &event->end_mark);
	check_properties(reader, span,
		is_list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor,
		is_list ? event->data.sequence_start.tag : event->data.mapping_start.tag);
	if (pk_builder_depth(&reader->builder) >= PK_YAML_DEPTH) {
		pk_report(reader->diags, PK_YAML_LIMIT, span, "nested deeper than %d levels",
			PK_YAML_DEPTH);
		reader->stopped = true;
		return;
	}
	struct pk_node *node = make_node(reader, kind, span);
	if (node == NULL)
		return;
	attach_comment(reader, node);
	pk_builder_open(&reader->builder, node);
}

/* The end of the last child, or of the opening bracket if there is none. */
static uint32_t find_last_end(const struct pk_node *node)
{
	if (node->items.len > 0)
		return node->items.items[node->items.len - 1]->span.end;
	if (node->pair_count > 0)
		return node->pairs[node->pair_count - 1].value->span.end;
	return node->span.end;
}

static void close_collection(struct reader *reader, const yaml_event_t *event)
{
	struct pk_span mark = make_span(reader, &event->start_mark, &event->end_mark);
	struct pk_node *node = pk_builder_close(&reader->builder);
	/* Flow collections end with a bracket; block ones have an empty mark at the next token. */
	uint32_t end = mark.end > mark.begin ? mark.end : find_last_end(node);
	node->span = pk_span_make(reader->source, node->span.begin, end);
}

static void start_document(struct reader *reader, const yaml_event_t *event)
{
	if (reader->documents++ == 0)
		return;
	struct pk_span span = make_span(reader, &event->start_mark, &event->end_mark);
	struct pk_diag *diag =
		pk_report(reader->diags, PK_YAML_DOCUMENTS, span, "a second document begins here");
	pk_diag_hint(reader->diags, diag, "put each document into its own file");
	reader->stopped = true;
}

static void handle_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return;
	case YAML_STREAM_END_EVENT:
		reader->stopped = true;
		return;
	case YAML_DOCUMENT_START_EVENT:
		start_document(reader, event);
		return;
	case YAML_ALIAS_EVENT:
		add_alias(reader, event);
		return;
	case YAML_SCALAR_EVENT:
		add_scalar(reader, event);
		return;
	case YAML_SEQUENCE_START_EVENT:
		open_collection(reader, event, PK_NODE_LIST);
		return;
	case YAML_MAPPING_START_EVENT:
		open_collection(reader, event, PK_NODE_MAP);
		return;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(reader, event);
		return;
	}
}

/* What libyaml says, what we say instead (NULL: the same), and what to do. */
static const struct {
	const char *theirs;
	const char *ours;
	const char *hint;
} error_words[] = {
	{"did not find expected <document start>", "text follows the end of the document",
		"indent it as what it belongs to"},
	{"found character that cannot start any token", "no value begins like this",
		"indent with spaces; put text that begins with '@', '`' or '%' in quotes"},
	{"mapping values are not allowed in this context", NULL,
		"put text with ': ' in it in quotes, or indent the key as its neighbours"},
};

static void report_problem(struct reader *reader, struct pk_span span, const char *problem)
{
	const char *words = problem == NULL ? "the text cannot be read" : problem;
	const char *hint = NULL;
	for (size_t i = 0; i < sizeof(error_words) / sizeof(error_words[0]); i++) {
		if (!pk_text_equal(words, error_words[i].theirs))
			continue;
		words = error_words[i].ours == NULL ? words : error_words[i].ours;
		hint = error_words[i].hint;
		break;
	}
	struct pk_diag *diag =
		pk_report(reader->diags, PK_YAML_SYNTAX, span, "not YAML: %s", words);
	if (hint != NULL)
		pk_diag_hint(reader->diags, diag, "%s", hint);
	if (reader->parser.context == NULL)
		return;
	size_t context = find_offset(reader, &reader->parser.context_mark);
	pk_diag_relate(reader->diags, diag, pk_span_make(reader->source, context, context), "%s",
		reader->parser.context);
}

static void report_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	/* The reading layer counts bytes from behind a byte order mark; the others have marks. */
	size_t offset = parser->error == YAML_READER_ERROR
		? reader->bom_len + parser->problem_offset
		: find_offset(reader, &parser->problem_mark);
	report_problem(reader, pk_span_make(reader->source, offset, offset), parser->problem);
}

static void read_events(struct reader *reader)
{
	while (!reader->stopped) {
		yaml_event_t event;
		if (!yaml_parser_parse(&reader->parser, &event)) {
			report_syntax(reader);
			return;
		}
		handle_event(reader, &event);
		yaml_event_delete(&event);
	}
}

struct pk_node *pk_yaml_read(struct pk_source *source, struct pk_diags *diags)
{
	if (!pk_builder_check_utf8(source, diags))
		return NULL;

	size_t errors = diags->errors;
	struct reader reader = {.source = source, .diags = diags};
	reader.bom_len = pk_source_bom_len(source);
	reader.mark_offset = reader.bom_len;
	pk_builder_init(&reader.builder, source->arena, diags, PK_YAML_DUPLICATE_KEY, PK_YAML_KEY);
	if (!yaml_parser_initialize(&reader.parser))
		abort(); /* out of memory ends the process */
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser,
		(const unsigned char *)source->text + reader.bom_len, source->len - reader.bom_len);

	read_events(&reader);

	yaml_parser_delete(&reader.parser);
	struct pk_node *root = reader.builder.root;
	if (root == NULL && diags->errors == errors)
		root = make_node(&reader, PK_NODE_NULL, pk_span_file(source));
	pk_builder_finish(&reader.builder);
	return diags->errors == errors ? root : NULL;
}

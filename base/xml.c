/* The only file that reads with libxml2. */
#include "base/xml.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/text.h"
#include "base/xml_library.h"

enum {
	DECLARATION_BYTES = 1024, /* where an XML declaration is looked for */
	ERRORS_MOST = 1000,	  /* behind so many errors nothing is read */
};

struct reader {
	struct pk_xml_library xml;
	const struct pk_xml_handler *handler;
	void *user;
	xmlParserCtxtPtr ctxt;
	struct pk_source *shown;
	struct pk_diags *diags;
	struct pk_arena *arena;
	size_t text_len;
	size_t last_start; /* offset of the '<' found last; tags come in order */
	size_t last_end;   /* offset of the '>' found last */
	size_t errors;
	bool stopped;
};

/* --- places --- */

static size_t offset_now(const struct reader *reader)
{
	const xmlParserInput *input = reader->ctxt->input;
	if (input == NULL || input->cur < input->base)
		return reader->shown->len;

	size_t offset = (size_t)input->consumed + (size_t)(input->cur - input->base);
	return offset < reader->shown->len ? offset : reader->shown->len;
}

/* The offset of the last '<' before `end`: no '<' can stand inside a tag. */
static size_t tag_start(struct reader *reader, size_t end)
{
	const char *text = reader->shown->text;
	size_t from = reader->last_start < end ? reader->last_start : 0;
	const char *found = memrchr(text + from, '<', end - from);
	if (found == NULL)
		return end;
	reader->last_start = (size_t)(found - text);
	return reader->last_start;
}

/* Behind the next '>'. It is looked for once: unclosed tags must not cost the rest of the file. */
static size_t tag_end(struct reader *reader, size_t offset)
{
	const char *text = reader->shown->text;
	size_t len = reader->shown->len;
	if (reader->last_end < offset) {
		const char *found = memchr(text + offset, '>', len - offset);
		reader->last_end = found == NULL ? len : (size_t)(found - text);
	}
	return reader->last_end == len ? offset : reader->last_end + 1;
}

/* --- libxml2's calls --- */

static const char *qualified(struct reader *reader, const xmlChar *prefix, const xmlChar *name)
{
	if (prefix == NULL)
		return (const char *)name;
	return pk_arena_printf(reader->arena, "%s:%s", (const char *)prefix, (const char *)name);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attr_count, int defaulted,
	const xmlChar **attrs)
{
	(void)defaulted;
	struct reader *reader = user;
	struct pk_xml_attr stack[16];
	size_t count = (size_t)attr_count;
	struct pk_xml_attr *list = stack;
	if (count > sizeof(stack) / sizeof(*stack))
		list = PK_NEW_ARRAY(reader->arena, struct pk_xml_attr, count);

	/* libxml2 gives five pointers an attribute: name, prefix, URI, value, end of value. */
	for (size_t i = 0; i < count; i++) {
		const xmlChar **attr = &attrs[5 * i];
		list[i].name = qualified(reader, attr[1], attr[0]);
		list[i].value = (const char *)attr[3];
		list[i].len = (size_t)(attr[4] - attr[3]);
	}

	size_t now = offset_now(reader);
	struct pk_xml_element element = {
		.name = qualified(reader, prefix, name),
		.namespace_uri = (const char *)uri,
		.attrs = list,
		.attr_count = count,
		.span = pk_span_make(reader->shown, tag_start(reader, now), tag_end(reader, now)),
	};
	if (namespace_count > 0) {
		element.declared = namespaces[0] == NULL
			? "xmlns"
			: pk_arena_printf(reader->arena, "xmlns:%s", (const char *)namespaces[0]);
	}
	reader->text_len = 0;
	if (reader->handler->start != NULL)
		reader->handler->start(reader->user, &element);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)name;
	(void)prefix;
	(void)uri;
	struct reader *reader = user;
	size_t now = offset_now(reader);
	reader->text_len = 0;
	if (reader->handler->end != NULL)
		reader->handler->end(
			reader->user, pk_span_make(reader->shown, tag_start(reader, now), now));
}

static void stop(struct reader *reader)
{
	reader->stopped = true;
	reader->xml.StopParser(reader->ctxt);
}

/* Where the text of a call begins: it lies in the input itself, or libxml2 has read past it. */
static size_t text_begin(struct reader *reader, const xmlChar *text, size_t len, bool cdata)
{
	const xmlParserInput *input = reader->ctxt->input;
	if (text >= input->base && text < input->end)
		return (size_t)input->consumed + (size_t)(text - input->base);

	size_t now = offset_now(reader);
	size_t read = len + (cdata ? strlen("![CDATA[]]>") : 0);
	if (read > now)
		return 0;
	return cdata ? tag_start(reader, now - read) : now - read;
}

static void give_text(struct reader *reader, const xmlChar *text, int len, bool cdata)
{
	size_t begin = text_begin(reader, text, (size_t)len, cdata);
	struct pk_span span = pk_span_make(reader->shown, begin, begin + (size_t)len);
	reader->text_len += (size_t)len;

	if (reader->text_len > PK_XML_TEXT_LIMIT) {
		pk_report(reader->diags, PK_XML_HUGE,
			pk_span_make(reader->shown, span.begin, span.begin),
			"text is longer than %d bytes", PK_XML_TEXT_LIMIT);
		reader->errors++;
		stop(reader);
		return;
	}
	if (reader->handler->text != NULL)
		reader->handler->text(reader->user, (const char *)text, (size_t)len, cdata, span);
}

static void on_text(void *user, const xmlChar *text, int len)
{
	give_text(user, text, len, false);
}

static void on_cdata(void *user, const xmlChar *text, int len)
{
	give_text(user, text, len, true);
}

static void on_comment(void *user, const xmlChar *text)
{
	struct reader *reader = user;
	size_t now = offset_now(reader);
	if (reader->handler->comment != NULL)
		reader->handler->comment(reader->user, (const char *)text,
			pk_span_make(reader->shown, tag_start(reader, now), now));
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
	(void)target;
	(void)data;
	struct reader *reader = user;
	size_t now = offset_now(reader);
	if (reader->handler->instruction != NULL)
		reader->handler->instruction(
			reader->user, pk_span_make(reader->shown, tag_start(reader, now), now));
}

static void on_doctype(
	void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	struct reader *reader = user;
	size_t start = tag_start(reader, offset_now(reader));
	struct pk_diag *diag = pk_report(reader->diags, PK_XML_DOCTYPE,
		pk_span_make(reader->shown, start, start + strlen("<!DOCTYPE")),
		"a DOCTYPE is not allowed");
	pk_diag_hint(reader->diags, diag, "remove the DOCTYPE and write out its entities");
	reader->errors++;
	stop(reader);
}

/* --- errors --- */

struct error_hint {
	int error; /* libxml2's number */
	enum pk_code code;
	const char *hint;
};

static const struct error_hint error_hints[] = {
	{XML_ERR_UNSUPPORTED_ENCODING, PK_XML_ENCODING, "save the file as UTF-8"},
	{XML_ERR_INVALID_ENCODING, PK_XML_ENCODING, "save the file as UTF-8"},
	{XML_ERR_UNKNOWN_ENCODING, PK_XML_ENCODING, "save the file as UTF-8"},
	{XML_ERR_INVALID_CHAR, PK_XML_SYNTAX, "remove the control character"},
	{XML_ERR_LT_IN_ATTRIBUTE, PK_XML_SYNTAX, "write '&lt;' for '<'"},
	{XML_ERR_NAME_REQUIRED, PK_XML_SYNTAX, "write '&amp;' for '&' and '&lt;' for '<' in text"},
	{XML_ERR_ENTITYREF_SEMICOL_MISSING, PK_XML_SYNTAX, "write '&amp;' for '&'"},
	{XML_ERR_UNDECLARED_ENTITY, PK_XML_SYNTAX,
		"XML knows only &amp; &lt; &gt; &quot; &apos;; write others as &#NNN;"},
	{XML_ERR_RESERVED_XML_NAME, PK_XML_SYNTAX,
		"the XML declaration must be the first bytes of the file"},
	{XML_ERR_HYPHEN_IN_COMMENT, PK_XML_SYNTAX, "a comment cannot hold '--'"},
	{XML_ERR_TAG_NAME_MISMATCH, PK_XML_SYNTAX,
		"close elements in reverse order, in the same case"},
	{XML_ERR_DOCUMENT_EMPTY, PK_XML_SYNTAX, "the file must begin with an element"},
};

static const struct error_hint *find_hint(int error)
{
	for (size_t i = 0; i < sizeof(error_hints) / sizeof(*error_hints); i++) {
		if (error_hints[i].error == error)
			return &error_hints[i];
	}
	return NULL;
}

/* libxml2's words as one line without full stop, the first letter small. */
static const char *error_words(struct pk_arena *arena, const char *message)
{
	char *words = pk_arena_strdup(arena, message == NULL ? "not well-formed" : message);
	size_t len = strlen(words);
	while (len > 0 && strchr("\n .!", words[len - 1]) != NULL)
		words[--len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (words[i] == '\n')
			words[i] = ' ';
	}
	if (len > 1 && words[1] >= 'a' && words[1] <= 'z')
		words[0] = pk_text_lower(words[0]);
	return words;
}

/* As stop(), for a call in the midst of a token, which still needs the input. */
static void end_parsing(struct reader *reader)
{
	reader->stopped = true;
	reader->ctxt->disableSAX = 1;
	reader->ctxt->instate = XML_PARSER_EOF;
}

static void on_error(void *user, xmlErrorPtr error)
{
	struct reader *reader = user;
	if (reader->errors >= ERRORS_MOST)
		end_parsing(reader);
	if (error->level != XML_ERR_FATAL || reader->stopped)
		return; /* namespaces and warnings do not make a document ill-formed */
	reader->errors++;
	if (reader->errors == 1 && reader->handler->broken != NULL)
		reader->handler->broken(reader->user);
	if (reader->errors > PK_XML_ERRORS)
		return;

	const struct error_hint *known = find_hint(error->code);
	size_t now = offset_now(reader);
	const char *words = error_words(reader->arena, error->message);
	enum pk_code code = known != NULL ? known->code : PK_XML_SYNTAX;
	if (strstr(words, "XML_PARSE_HUGE") != NULL)
		code = PK_XML_HUGE;
	else if (strstr(words, "not proper UTF-8") != NULL)
		code = PK_XML_ENCODING;

	struct pk_diag *diag =
		pk_report(reader->diags, code, pk_span_make(reader->shown, now, now), "%s", words);
	if (known != NULL)
		pk_diag_hint(reader->diags, diag, "%s", known->hint);
	else if (code == PK_XML_ENCODING)
		pk_diag_hint(reader->diags, diag, "save the file as UTF-8 or declare its encoding");
}

/* --- entry --- */

static void set_handlers(struct reader *reader, bool recover)
{
	xmlSAXHandler sax = {0};
	sax.initialized = XML_SAX2_MAGIC;
	sax.startElementNs = on_start;
	sax.endElementNs = on_end;
	sax.characters = on_text;
	sax.ignorableWhitespace = on_text;
	sax.cdataBlock = on_cdata;
	sax.comment = on_comment;
	sax.processingInstruction = on_instruction;
	sax.internalSubset = on_doctype;
	sax.serror = on_error;
	*reader->ctxt->sax = sax;
	reader->ctxt->userData = reader;
	reader->ctxt->recovery = recover;
	/* No entity is ever declared here; without this '&amp;' in attributes comes as '&#38;'. */
	reader->ctxt->replaceEntities = 1;
}

/* --- what libxml2 would take too long for --- */

/* Behind what begins at `text`, if it is no tag: comment, CDATA or instruction; else NULL. */
static const char *skip_no_tag(const char *text, const char *end)
{
	static const char *const pairs[][2] = {
		{"<!--", "-->"},
		{"<![CDATA[", "]]>"},
		{"<?", "?>"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (!pk_text_starts(text, pairs[i][0]))
			continue;
		size_t open = strlen(pairs[i][0]);
		const char *close = memmem(
			text + open, (size_t)(end - text) - open, pairs[i][1], strlen(pairs[i][1]));
		return close == NULL ? end : close + strlen(pairs[i][1]);
	}
	return NULL;
}

/* Counts the quoted values of the tag at `text` into *count; the result is behind the tag. */
static const char *count_values(size_t *count, const char *text, const char *end)
{
	for (*count = 0; text < end && *text != '>' && *text != '\0'; (*count)++) {
		text += strcspn(text, "\"'>");
		if (text >= end || *text == '>' || *text == '\0')
			break;
		const char *close = memchr(text + 1, *text, (size_t)(end - text) - 1);
		text = close == NULL ? end : close + 1;
	}
	return text;
}

/* libxml2 compares each attribute of a tag with all others. False after a report. */
static bool check_attributes(struct reader *reader)
{
	const char *start = reader->shown->text;
	const char *end = start + reader->shown->len;
	const char *at = memchr(start, '<', reader->shown->len);
	while (at != NULL) {
		size_t count = 0;
		const char *behind = skip_no_tag(at, end);
		if (behind == NULL)
			behind = count_values(&count, at, end);
		if (count > PK_XML_ATTRIBUTES) {
			size_t offset = (size_t)(at - start);
			pk_report(reader->diags, PK_XML_HUGE,
				pk_span_make(reader->shown, offset, offset + 1),
				"tag has more than %d attributes", PK_XML_ATTRIBUTES);
			return false;
		}
		at = memchr(behind, '<', (size_t)(end - behind));
	}
	return true;
}

bool pk_xml_parse(struct pk_source *source, struct pk_source *shown,
	const struct pk_xml_options *options, const struct pk_xml_handler *handler, void *user,
	struct pk_diags *diags)
{
	struct reader reader = {
		.handler = handler,
		.user = user,
		.shown = shown,
		.diags = diags,
		.arena = diags->arena,
	};
	if (!check_attributes(&reader))
		return false;
	if (!pk_xml_library_open(&reader.xml)) {
		pk_report(diags, PK_FILE_READ, pk_span_file(shown),
			"file cannot be read: '%s' is not installed", pk_xml_library_name);
		return false;
	}
	reader.ctxt = reader.xml.CreateMemoryParserCtxt(source->text, (int)source->len);
	if (reader.ctxt == NULL) {
		pk_report(diags, PK_XML_SYNTAX, pk_span_file(shown), "document is empty");
		return false;
	}
	set_handlers(&reader, options->recover);
	if (options->encoding != NULL) {
		xmlCharEncodingHandlerPtr encoding =
			reader.xml.FindCharEncodingHandler(options->encoding);
		if (encoding != NULL)
			reader.xml.SwitchToEncoding(reader.ctxt, encoding);
	}
	reader.xml.ParseDocument(reader.ctxt);

	bool well_formed = reader.ctxt->wellFormed && reader.errors == 0;
	if (!well_formed && reader.errors == 0)
		pk_report(diags, PK_XML_SYNTAX, pk_span_file(shown), "not well-formed");
	reader.xml.FreeParserCtxt(reader.ctxt);
	return well_formed;
}

/* --- the text as UTF-8 --- */

/* The encoding named in the XML declaration at the start of `source`, or NULL. */
static const char *declared_encoding(struct pk_source *source)
{
	if (!pk_text_starts(source->text, "<?xml"))
		return NULL;

	size_t len = source->len < DECLARATION_BYTES ? source->len : DECLARATION_BYTES;
	char *head = pk_arena_strndup(source->arena, source->text, len);
	char *end = strstr(head, "?>");
	if (end == NULL)
		return NULL;
	*end = '\0';
	char *name = strstr(head, "encoding");
	if (name == NULL)
		return NULL;
	name = strpbrk(name, "\"'");
	if (name == NULL)
		return NULL;
	char quote = *name++;
	char *close = strchr(name, quote);
	if (close == NULL)
		return NULL;
	*close = '\0';
	return name;
}

static const char *encoding_of(struct pk_source *source, const char *encoding)
{
	const unsigned char *bytes = (const unsigned char *)source->text;
	if (encoding != NULL)
		return encoding;
	if (source->len >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return "UTF-16LE";
	if (source->len >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return "UTF-16BE";
	return declared_encoding(source);
}

static bool is_utf8_name(const char *encoding)
{
	return encoding == NULL || pk_text_equal_nocase(encoding, "UTF-8") ||
		pk_text_equal_nocase(encoding, "UTF8") ||
		pk_text_equal_nocase(encoding, "US-ASCII");
}

struct pk_source *pk_xml_source(struct pk_source *source, const char *encoding)
{
	encoding = encoding_of(source, encoding);
	if (is_utf8_name(encoding))
		return source;
	iconv_t convert = iconv_open("UTF-8", encoding);
	if (convert == (iconv_t)-1)
		return source;

	size_t room = source->len * 3 + 16;
	char *text = pk_arena_alloc(source->arena, room + 1);
	char *in = (char *)source->text;
	char *out = text;
	size_t in_left = source->len;
	size_t out_left = room;
	while (in_left > 0 && out_left > 4 &&
		iconv(convert, &in, &in_left, &out, &out_left) == (size_t)-1) {
		if (errno == E2BIG || in_left == 0)
			break;
		/* What the encoding has no character for is shown as '?'. */
		*out++ = '?';
		out_left--;
		in++;
		in_left--;
	}
	iconv_close(convert);

	size_t len = (size_t)(out - text);
	bool mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
	return pk_source_make(
		source->arena, source->path, text + (mark ? 3 : 0), len - (mark ? 3 : 0));
}

/* --- attributes --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct pk_span pk_xml_attr_span(struct pk_span tag, const char *name, bool value_only)
{
	if (tag.source == NULL)
		return tag;
	const char *text = tag.source->text;
	size_t len = strlen(name);
	size_t i = tag.begin;

	while (i < tag.end && !is_blank(text[i]))
		i++;
	while (i < tag.end) {
		while (i < tag.end && is_blank(text[i]))
			i++;
		size_t start = i;
		while (i < tag.end && !is_blank(text[i]) && strchr("=>/", text[i]) == NULL)
			i++;
		size_t name_end = i;
		while (i < tag.end && text[i] != '"' && text[i] != '\'')
			i++;
		if (i >= tag.end)
			break;
		const char *close = memchr(text + i + 1, text[i], tag.end - i - 1);
		if (close == NULL)
			break;
		size_t value = i + 1;
		i = (size_t)(close - text) + 1;
		if (name_end - start == len && memcmp(text + start, name, len) == 0)
			return value_only ? pk_span_make(tag.source, value, i - 1)
					  : pk_span_make(tag.source, start, i);
	}
	return tag;
}

/* --- writing --- */

/* What stands for `c`; line ends and tabs too, for in an attribute XML would make them blanks. */
static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	default:
		return "&#13;";
	}
}

static void put_escaped(struct pk_buf *buf, const char *text, const char *escaped)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, escaped);
		pk_buf_put(buf, text, plain);
		text += plain;
		if (*text != '\0')
			pk_buf_puts(buf, escape_of(*text++));
	}
}

void pk_xml_put_text(struct pk_buf *buf, const char *text)
{
	put_escaped(buf, text, "&<>\t\n\r");
}

void pk_xml_put_attr(struct pk_buf *buf, const char *text)
{
	put_escaped(buf, text, "&<>\"\t\n\r");
}

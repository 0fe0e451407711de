/* Fields, modifiers and values of Sigma; patterns. Facts: Sigma modifiers 2.1. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "generators/sigma/sigma_parts.h"

/* Where in the field's text the value is looked for. */
enum place {
	PLACE_WHOLE,
	PLACE_BEGIN,
	PLACE_END,
	PLACE_ANYWHERE,
};

struct modifiers {
	enum place place;
	enum pk_sigma_wide wide;
	bool all, cased, negated, dashes, base64, offsets, network, exists;
	const char *unsaid; /* what Sysmon has no words for */
};

enum modifier_kind {
	MODIFIER_PLACE,
	MODIFIER_WIDE,
	MODIFIER_FLAG,
	MODIFIER_UNSAID,
	MODIFIER_NOTHING, /* of a regular expression, which is not looked at */
};

struct modifier {
	const char *name;
	enum modifier_kind kind;
	unsigned value;	    /* enum place, enum pk_sigma_wide */
	size_t flag;	    /* offset of the flag in struct modifiers */
	const char *unsaid; /* what it is */
};

#define FLAG(name, field)                                                                          \
	{                                                                                          \
		name, MODIFIER_FLAG, 0, offsetof(struct modifiers, field), NULL                    \
	}
#define PLACE(name, place)                                                                         \
	{                                                                                          \
		name, MODIFIER_PLACE, place, 0, NULL                                               \
	}
#define WIDE(name, wide)                                                                           \
	{                                                                                          \
		name, MODIFIER_WIDE, wide, 0, NULL                                                 \
	}
#define UNSAID(name, what)                                                                         \
	{                                                                                          \
		name, MODIFIER_UNSAID, 0, 0, what                                                  \
	}
#define NOTHING(name)                                                                              \
	{                                                                                          \
		name, MODIFIER_NOTHING, 0, 0, NULL                                                 \
	}

static const struct modifier modifiers[] = {
	FLAG("all", all),
	FLAG("base64", base64),
	FLAG("base64offset", offsets),
	FLAG("cased", cased),
	FLAG("cidr", network),
	PLACE("contains", PLACE_ANYWHERE),
	UNSAID("day", "a part of a time"),
	PLACE("endswith", PLACE_END),
	FLAG("exists", exists),
	UNSAID("expand", "a placeholder"),
	UNSAID("fieldref", "a comparison of two fields"),
	UNSAID("gt", "an order of numbers"),
	UNSAID("gte", "an order of numbers"),
	UNSAID("hour", "a part of a time"),
	NOTHING("i"),
	UNSAID("lt", "an order of numbers"),
	UNSAID("lte", "an order of numbers"),
	NOTHING("m"),
	UNSAID("minute", "a part of a time"),
	UNSAID("month", "a part of a time"),
	FLAG("neq", negated),
	UNSAID("re", "a regular expression"),
	NOTHING("s"),
	PLACE("startswith", PLACE_BEGIN),
	WIDE("utf16", PK_SIGMA_UTF16),
	WIDE("utf16be", PK_SIGMA_UTF16BE),
	WIDE("utf16le", PK_SIGMA_UTF16LE),
	UNSAID("week", "a part of a time"),
	WIDE("wide", PK_SIGMA_UTF16LE),
	FLAG("windash", dashes),
	UNSAID("year", "a part of a time"),
};

/* Fields of Sigma that are parts of Sysmon's Hashes, as in "MD5=...,IMPHASH=...". */
static const struct {
	const char *field;
	const char *prefix;
} hashes[] = {
	{"imphash", "\x01imphash="},
	{"md5", "\x01md5="},
	{"sha1", "\x01sha1="},
	{"sha256", "\x01sha256="},
};

static bool add_modifier(struct pk_sigma_reader *reader, struct modifiers *out, const char *name,
	const struct pk_node *key)
{
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		const struct modifier *row = &modifiers[i];
		if (!pk_text_equal(row->name, name))
			continue;
		switch (row->kind) {
		case MODIFIER_PLACE:
			out->place = (enum place)row->value;
			break;
		case MODIFIER_WIDE:
			out->wide = (enum pk_sigma_wide)row->value;
			break;
		case MODIFIER_FLAG:
			*(bool *)((char *)out + row->flag) = true;
			break;
		case MODIFIER_UNSAID:
			out->unsaid = row->unsaid;
			break;
		case MODIFIER_NOTHING:
			break;
		}
		return true;
	}
	pk_report(reader->diags, PK_SIGMA_MODIFIER, key->span, "Sigma has no modifier '%s'", name);
	return false;
}

/* Divides "Field|modifier|modifier". */
static bool split_key(struct pk_sigma_reader *reader, const char **field_out,
	struct modifiers *modifiers_out, const struct pk_node *key)
{
	const char *bar = strchr(key->text, '|');
	*field_out = bar == NULL
		? key->text
		: pk_arena_strndup(reader->arena, key->text, (size_t)(bar - key->text));
	while (bar != NULL) {
		const char *name = bar + 1;
		bar = strchr(name, '|');
		size_t len = bar == NULL ? strlen(name) : (size_t)(bar - name);
		if (!add_modifier(
			    reader, modifiers_out, pk_arena_strndup(reader->arena, name, len), key))
			return false;
	}
	return true;
}

/* --- patterns --- */

/*
 * The text with its wildcards as PK_SIGMA_MANY and PK_SIGMA_ONE. A backslash takes the meaning of
 * a wildcard or backslash behind it and is itself elsewhere (Sigma rules 2.0, "Escaping").
 */
static const char *resolve_wildcards(struct pk_arena *arena, const char *text)
{
	PK_BUF_AUTO buf = {0};
	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0' && strchr("\\*?", text[1]) != NULL)
			pk_buf_putc(&buf, *++text);
		else if (*text == '*')
			pk_buf_putc(&buf, PK_SIGMA_MANY);
		else if (*text == '?')
			pk_buf_putc(&buf, PK_SIGMA_ONE);
		else
			pk_buf_putc(&buf, *text);
	}
	return pk_arena_strndup(arena, buf.data == NULL ? "" : buf.data, buf.len);
}

static void put_pattern_char(struct pk_buf *buf, char c)
{
	bool again = c == PK_SIGMA_MANY && buf->len > 0 && buf->data[buf->len - 1] == c;
	if (!again)
		pk_buf_putc(buf, c);
}

/* `text` at its place in the field, behind `prefix`. */
static const char *make_pattern(
	struct pk_arena *arena, const char *prefix, const char *text, const struct modifiers *how)
{
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, prefix);
	if (how->place == PLACE_END || how->place == PLACE_ANYWHERE)
		put_pattern_char(&buf, PK_SIGMA_MANY);
	for (; *text != '\0'; text++)
		put_pattern_char(&buf, *text);
	if (how->place == PLACE_BEGIN || how->place == PLACE_ANYWHERE || prefix[0] != '\0')
		put_pattern_char(&buf, PK_SIGMA_MANY);
	return pk_arena_strndup(arena, buf.data == NULL ? "" : buf.data, buf.len);
}

static const struct pk_sigma_expr *make_match(struct pk_sigma_reader *reader, const char *field,
	const char *text, const struct modifiers *how)
{
	struct pk_sigma_expr *expr = pk_sigma_make(reader, PK_SIGMA_MATCH);
	const char *prefix = "";
	expr->field = field;
	expr->cased = how->cased;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!pk_text_equal_nocase(hashes[i].field, field))
			continue;
		expr->field = "Hashes";
		prefix = hashes[i].prefix;
	}
	expr->pattern = make_pattern(reader->arena, prefix, text, how);
	return expr;
}

/* The texts that the modifiers make of a value; false if they can make none. */
static bool transform(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text,
	const struct modifiers *how)
{
	if (how->network)
		return pk_sigma_put_network(arena, out, text);
	if (how->base64 || how->offsets) {
		pk_sigma_put_base64(arena, out, text, how->wide, how->offsets);
		return out->items.len > 0;
	}
	if (how->wide != PK_SIGMA_NARROW)
		return false;
	const char *resolved = resolve_wildcards(arena, text);
	if (how->dashes)
		pk_sigma_put_dashes(arena, out, resolved);
	else
		*pk_list_push(arena, &out->items) = resolved;
	return true;
}

/* True if the text has none of the characters that stand for wildcards in a pattern. */
static bool is_clean(const struct pk_node *value)
{
	return strlen(value->text) == value->text_len &&
		strchr(value->text, PK_SIGMA_MANY) == NULL &&
		strchr(value->text, PK_SIGMA_ONE) == NULL;
}

static const struct pk_sigma_expr *read_exists(
	struct pk_sigma_reader *reader, const char *field, const struct pk_node *value)
{
	struct pk_sigma_expr *any = pk_sigma_make(reader, PK_SIGMA_MATCH);
	any->field = field;
	any->pattern = "\x01";
	if (value->kind != PK_NODE_BOOL || value->boolean)
		return any;
	struct pk_sigma_expr *none = pk_sigma_make(reader, PK_SIGMA_NOT);
	pk_sigma_add(reader, none, any);
	return none;
}

static const struct pk_sigma_expr *read_value(struct pk_sigma_reader *reader, const char *field,
	const struct modifiers *how, const struct pk_node *value)
{
	if (value->kind == PK_NODE_LIST || value->kind == PK_NODE_MAP) {
		pk_report(reader->diags, PK_SIGMA_RULE, value->span,
			"a value of '%s' must be a text, not %s", field,
			pk_node_kind_name(value->kind));
		return NULL;
	}
	if (how->unsaid != NULL)
		return pk_sigma_make_unsaid(reader, how->unsaid);
	bool absent = value->kind == PK_NODE_NULL ||
		(how->place == PLACE_WHOLE && value->text[0] == '\0');
	if (field[0] == '\0')
		return pk_sigma_make_unsaid(reader, "a search in all fields");
	if (absent) {
		struct pk_sigma_expr *expr = pk_sigma_make(reader, PK_SIGMA_ABSENT);
		expr->field = field;
		return expr;
	}
	if (!is_clean(value))
		return pk_sigma_make_unsaid(reader, "a control character");
	if (how->exists)
		return read_exists(reader, field, value);

	struct pk_sigma_texts texts = {0};
	if (!transform(reader->arena, &texts, value->text, how))
		return pk_sigma_make_unsaid(
			reader, how->network ? "a network" : "an encoding of text");
	if (texts.items.len == 1)
		return make_match(reader, field, texts.items.items[0], how);
	struct pk_sigma_expr *any = pk_sigma_make(reader, PK_SIGMA_ANY);
	for (size_t i = 0; i < texts.items.len; i++)
		pk_sigma_add(reader, any, make_match(reader, field, texts.items.items[i], how));
	return any;
}

const struct pk_sigma_expr *pk_sigma_read_field(
	struct pk_sigma_reader *reader, const struct pk_node *key, const struct pk_node *value)
{
	const char *field;
	struct modifiers how = {0};
	if (!split_key(reader, &field, &how, key))
		return NULL;

	const struct pk_sigma_expr *read = NULL;
	if (value->kind == PK_NODE_LIST) {
		struct pk_sigma_expr *list =
			pk_sigma_make(reader, how.all ? PK_SIGMA_ALL : PK_SIGMA_ANY);
		for (size_t i = 0; i < value->items.len; i++) {
			const struct pk_sigma_expr *item =
				read_value(reader, field, &how, value->items.items[i]);
			if (item == NULL)
				return NULL;
			pk_sigma_add(reader, list, item);
		}
		read = list;
	} else {
		read = read_value(reader, field, &how, value);
	}
	if (read == NULL || !how.negated)
		return read;
	struct pk_sigma_expr *none = pk_sigma_make(reader, PK_SIGMA_NOT);
	pk_sigma_add(reader, none, read);
	return none;
}

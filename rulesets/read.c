#include "rulesets/read.h"

#include <string.h>

#include "base/text.h"

static const struct pk_word target_words[] = {
	{"monster", PK_FOR_MONSTER},
	{"monster-0.9", PK_FOR_MONSTER_0_9},
	{"sysmon", PK_FOR_SYSMON},
	{"sysmon-linux", PK_FOR_SYSMON_LINUX},
};

static bool is_scalar(const struct pk_node *node)
{
	switch (node->kind) {
	case PK_NODE_BOOL:
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
	case PK_NODE_STRING:
		return true;
	case PK_NODE_NULL:
	case PK_NODE_LIST:
	case PK_NODE_MAP:
		break;
	}
	return false;
}

const char *pk_read_raw_text(struct pk_read *read, const struct pk_node *node, const char *what)
{
	if (!is_scalar(node)) {
		pk_node_expect(node, PK_NODE_STRING, what, read->diags);
		return NULL;
	}
	if (strlen(node->text) == node->text_len)
		return node->text;

	struct pk_diag *diag = pk_report(
		read->diags, PK_NUL_IN_TEXT, node->span, "'%s' holds a NUL character", what);
	pk_diag_hint(read->diags, diag, "remove the NUL character");
	return NULL;
}

const char *pk_read_text(struct pk_read *read, const struct pk_node *node, const char *what)
{
	const char *text = pk_read_raw_text(read, node, what);
	if (text == NULL || read->literal)
		return text;
	return pk_scope_expand(read, text, node->span);
}

const char *pk_read_filled(struct pk_read *read, const struct pk_node *node, const char *what)
{
	const char *text = pk_read_raw_text(read, node, what);
	if (text == NULL || text[0] != '\0')
		return text;

	struct pk_diag *diag =
		pk_report(read->diags, PK_EMPTY_VALUE, node->span, "'%s' is empty", what);
	pk_diag_hint(read->diags, diag, "write a text");
	return NULL;
}

static bool is_id_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !first && (c == '.' || c == '_' || c == '-');
}

bool pk_read_check_id(struct pk_read *read, const char *text, struct pk_span span, const char *what)
{
	size_t len = 0;
	while (is_id_char(text[len], len == 0))
		len++;
	if (len > 0 && len <= PK_ID_MAX && text[len] == '\0')
		return true;

	struct pk_diag *diag =
		pk_report(read->diags, PK_BAD_ID, span, "'%s' is not allowed as %s", text, what);
	pk_diag_hint(read->diags, diag,
		"write at most %d characters of a-z, 0-9, '.', '_' and '-', the first a letter or "
		"a "
		"digit",
		PK_ID_MAX);
	return false;
}

const char *pk_read_id(struct pk_read *read, const struct pk_node *node, const char *what)
{
	const char *text = pk_read_raw_text(read, node, what);
	if (text == NULL || !pk_read_check_id(read, text, node->span, what))
		return NULL;
	return text;
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

static bool is_schema_version(const char *text)
{
	size_t major = count_digits(text);
	if (major == 0 || text[major] != '.')
		return false;
	size_t minor = count_digits(text + major + 1);
	return major <= 5 && minor >= 1 && minor <= 4 && text[major + 1 + minor] == '\0';
}

const char *pk_read_schema_version(struct pk_read *read, const struct pk_node *node)
{
	const char *text = pk_read_raw_text(read, node, "schema");
	if (text == NULL || is_schema_version(text))
		return text;

	struct pk_diag *diag = pk_report(read->diags, PK_BAD_SCHEMA_VERSION, node->span,
		"'%s' is not a schema version", text);
	pk_diag_hint(read->diags, diag, "write it as in \"4.90\"");
	return NULL;
}

static const char *join_words(struct pk_read *read, const struct pk_word *words, size_t count)
{
	const char *joined = words[0].name;
	for (size_t i = 1; i < count; i++)
		joined = pk_arena_printf(read->arena, "%s%s%s", joined,
			i + 1 == count ? " or " : ", ", words[i].name);
	return joined;
}

static void report_word(struct pk_read *read, const struct pk_node *node, const char *text,
	const char *what, const struct pk_word *words, size_t count)
{
	struct pk_diag *diag = pk_report(
		read->diags, PK_UNKNOWN_WORD, node->span, "'%s' is not allowed as %s", text, what);
	const char **names = PK_NEW_ARRAY(read->arena, const char *, count);
	for (size_t i = 0; i < count; i++)
		names[i] = words[i].name;
	const char *near = pk_read_nearest(read, text, names, count);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(read->diags, diag, "write %s", join_words(read, words, count));
}

bool pk_read_word(struct pk_read *read, unsigned *out, const struct pk_node *node, const char *what,
	const struct pk_word *words, size_t count)
{
	const char *text = pk_read_raw_text(read, node, what);
	if (text == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal(words[i].name, text)) {
			*out = words[i].value;
			return true;
		}
	}
	report_word(read, node, text, what, words, count);
	return false;
}

bool pk_read_bool(struct pk_read *read, bool *out, const struct pk_node *node, const char *what)
{
	if (!pk_node_expect(node, PK_NODE_BOOL, what, read->diags))
		return false;
	*out = node->boolean;
	return true;
}

static void report_empty_list(struct pk_read *read, const struct pk_node *node, const char *what)
{
	struct pk_diag *diag =
		pk_report(read->diags, PK_EMPTY_VALUE, node->span, "'%s' is an empty list", what);
	pk_diag_hint(read->diags, diag, "give at least one item or leave the key out");
}

unsigned pk_read_targets(struct pk_read *read, const struct pk_node *node)
{
	if (!pk_read_is_list(read, node, "targets"))
		return 0;
	if (node->items.len == 0)
		report_empty_list(read, node, "targets");

	unsigned targets = 0;
	for (size_t i = 0; i < node->items.len; i++) {
		unsigned target = 0;
		if (pk_read_word(read, &target, node->items.items[i], "a target", target_words,
			    PK_COUNT(target_words)))
			targets |= target;
	}
	return targets;
}

void pk_read_check_texts(struct pk_read *read, const struct pk_node *node, const char *what)
{
	if (!pk_read_is_list(read, node, what))
		return;
	for (size_t i = 0; i < node->items.len; i++)
		pk_read_filled(read, node->items.items[i], what);
}

/* The first line of a mapping is enough to find it. */
static struct pk_span head_span(const struct pk_node *map)
{
	if (map->pair_count == 0)
		return map->span;
	return map->pairs[0].key->span;
}

void pk_read_report_missing(struct pk_read *read, const struct pk_node *map, const char *key)
{
	struct pk_diag *diag = pk_report(
		read->diags, PK_MISSING_KEY, head_span(map), "required key '%s' is missing", key);
	pk_diag_hint(read->diags, diag, "add '%s'", key);
}

const struct pk_node *pk_read_need(struct pk_read *read, const struct pk_node *map, const char *key)
{
	const struct pk_node *node = pk_node_find(map, key);
	if (node == NULL)
		pk_read_report_missing(read, map, key);
	return node;
}

bool pk_read_is_map(struct pk_read *read, const struct pk_node *node, const char *what)
{
	return pk_node_expect(node, PK_NODE_MAP, what, read->diags);
}

bool pk_read_is_list(struct pk_read *read, const struct pk_node *node, const char *what)
{
	return pk_node_expect(node, PK_NODE_LIST, what, read->diags);
}

const char *pk_read_nearest(
	struct pk_read *read, const char *text, const char *const *names, size_t count)
{
	if (read->suggestions >= PK_SUGGESTIONS_MAX)
		return NULL;
	read->suggestions++;
	return pk_text_nearest(text, names, count);
}

bool pk_read_add_value(struct pk_read *read, struct pk_value_list *values, struct pk_value value,
	struct pk_span span)
{
	if (values->len >= PK_VALUES_MAX) {
		struct pk_diag *diag = pk_report(read->diags, PK_TOO_MANY_VALUES, span,
			"more than %d values", PK_VALUES_MAX);
		pk_diag_hint(read->diags, diag, "split the rule");
		return false;
	}
	if (read->values >= PK_VALUES_TOTAL_MAX) {
		if (read->values++ == PK_VALUES_TOTAL_MAX)
			pk_report(read->diags, PK_TOO_MANY_VALUES, span,
				"more than %d values in all rules together", PK_VALUES_TOTAL_MAX);
		return false;
	}
	read->values++;
	*pk_list_push(read->arena, values) = value;
	return true;
}

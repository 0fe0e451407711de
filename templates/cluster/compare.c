#include "templates/cluster/compare.h"

#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/text.h"
#include "templates/assets/mark.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define KIND(kind) (1U << PK_ASSET_##kind)
#define ANY_KIND (~0U)

enum { VALUE_MOST = 60 }; /* bytes of a value that are shown */

/*
 * What servers add to a body: the path, with [] for any item, and the value, or NULL for any.
 * Everything below the path counts, too. Stack facts, docs/stack-facts.md section 1.
 */
struct addition {
	unsigned kinds;
	const char *path;
	const char *value;
};

static const struct addition additions[] = {
	{KIND(ILM), "version", NULL},
	{KIND(ILM), "modified_date", NULL},
	{KIND(ILM), "in_use_by", NULL},
	{KIND(ILM), "policy.phases.delete.actions.delete.delete_searchable_snapshot", "true"},
	{KIND(ISM), "_id", NULL},
	{KIND(ISM), "_version", NULL},
	{KIND(ISM), "_seq_no", NULL},
	{KIND(ISM), "_primary_term", NULL},
	{KIND(ISM), "policy.policy_id", NULL},
	{KIND(ISM), "policy.last_updated_time", NULL},
	{KIND(ISM), "policy.schema_version", NULL},
	{KIND(ISM), "policy.user", NULL},
	{KIND(ISM), "policy.ism_template[].last_updated_time", NULL},
	{KIND(ISM), "policy.states[].actions[].retry", NULL},
	{KIND(ISM), "policy.states[].actions[].rollover.copy_alias", "false"},
	{KIND(ISM), "policy.states[].actions[].rollover.prevent_empty_rollover", "false"},
	{KIND(INDEX_TEMPLATE), "data_stream.hidden", "false"},
	{KIND(INDEX_TEMPLATE), "data_stream.allow_custom_routing", "false"},
	{KIND(INDEX_TEMPLATE), "data_stream.timestamp_field.name", "@timestamp"},
	{ANY_KIND, "created_date", NULL},
	{ANY_KIND, "created_date_millis", NULL},
	{ANY_KIND, "modified_date", NULL},
	{ANY_KIND, "modified_date_millis", NULL},
};

struct comparison {
	struct pk_arena *arena;
	struct pk_buf *buf;
	enum pk_asset_kind kind;
	size_t most;
	size_t found;
};

/* --- what is no difference --- */

/* Is `path` the one of the pattern, or below it? */
static bool path_matches(const char *path, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, path++) {
		if (*path != *pattern)
			return false;
		if (*path == '[')
			path += strspn(path + 1, "0123456789");
	}
	return *path == '\0' || *path == '.' || *path == '[';
}

static bool is_empty(const struct pk_node *node)
{
	return node->kind == PK_NODE_NULL || (node->kind == PK_NODE_MAP && node->pair_count == 0) ||
		(node->kind == PK_NODE_LIST && node->items.len == 0);
}

static bool is_addition(
	const struct comparison *comparison, const char *path, const struct pk_node *theirs)
{
	if (is_empty(theirs))
		return true;
	for (size_t i = 0; i < COUNT(additions); i++) {
		const struct addition *addition = &additions[i];
		if ((addition->kinds & 1U << comparison->kind) != 0 &&
			path_matches(path, addition->path) &&
			(addition->value == NULL ||
				(theirs->text != NULL &&
					pk_text_equal(theirs->text, addition->value))))
			return true;
	}
	return false;
}

/* Is everything in it an addition? */
static bool is_all_addition(
	const struct comparison *comparison, const char *path, const struct pk_node *theirs)
{
	if (is_addition(comparison, path, theirs))
		return true;
	if (theirs->kind != PK_NODE_MAP)
		return false;
	for (size_t i = 0; i < theirs->pair_count; i++) {
		const char *below = pk_arena_printf(
			comparison->arena, "%s.%s", path, theirs->pairs[i].key->text);
		if (!is_all_addition(comparison, below, theirs->pairs[i].value))
			return false;
	}
	return true;
}

/* --- reporting --- */

static void put_value(struct pk_buf *buf, const struct pk_node *node)
{
	if (node == NULL) {
		pk_buf_puts(buf, "nothing");
		return;
	}
	PK_BUF_AUTO text = {0};
	pk_json_put_node(&text, node, 0);
	size_t len = 0;
	for (size_t i = 0; len < text.len && i < VALUE_MOST; i++) {
		uint32_t c = 0;
		size_t used = pk_utf8_decode(&c, text.data + len, text.len - len);
		len += used == 0 ? 1 : used;
	}
	pk_escape_put_len(buf, text.data, len);
	if (len < text.len)
		pk_buf_puts(buf, "...");
}

static void differ(struct comparison *comparison, const char *path, const struct pk_node *ours,
	const struct pk_node *theirs)
{
	struct pk_buf *buf = comparison->buf;
	if (comparison->found++ >= comparison->most)
		return;
	pk_escape_put(buf, *path == '\0' ? "body" : path);
	pk_buf_puts(buf, ": ours ");
	put_value(buf, ours);
	pk_buf_puts(buf, ", there ");
	put_value(buf, theirs);
	pk_buf_putc(buf, '\n');
}

/* --- settings --- */

struct setting {
	const char *name; /* without "index." */
	const struct pk_node *value;
};

struct settings {
	PK_LIST(struct setting) list;
};

static void flatten(struct settings *settings, struct pk_arena *arena, const char *path,
	const struct pk_node *node)
{
	if (node->kind != PK_NODE_MAP) {
		struct setting *setting = pk_list_push(arena, &settings->list);
		setting->name = pk_text_starts(path, "index.") ? path + strlen("index.") : path;
		setting->value = node;
		return;
	}
	for (size_t i = 0; i < node->pair_count; i++) {
		const char *key = node->pairs[i].key->text;
		flatten(settings, arena,
			*path == '\0' ? key : pk_arena_printf(arena, "%s.%s", path, key),
			node->pairs[i].value);
	}
}

static const struct pk_node *setting_find(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->list.len; i++)
		if (pk_text_equal(settings->list.items[i].name, name))
			return settings->list.items[i].value;
	return NULL;
}

static void compare_nodes(struct comparison *comparison, const char *path,
	const struct pk_node *ours, const struct pk_node *theirs);

static void compare_settings(struct comparison *comparison, const char *path,
	const struct pk_node *ours, const struct pk_node *theirs)
{
	struct settings a = {0};
	struct settings b = {0};
	flatten(&a, comparison->arena, "", ours);
	if (theirs != NULL)
		flatten(&b, comparison->arena, "", theirs);
	for (size_t i = 0; i < a.list.len; i++) {
		const struct setting *setting = &a.list.items[i];
		compare_nodes(comparison,
			pk_arena_printf(comparison->arena, "%s.%s", path, setting->name),
			setting->value, setting_find(&b, setting->name));
	}
	for (size_t i = 0; i < b.list.len; i++) {
		const struct setting *setting = &b.list.items[i];
		if (setting_find(&a, setting->name) == NULL)
			differ(comparison,
				pk_arena_printf(comparison->arena, "%s.%s", path, setting->name),
				NULL, setting->value);
	}
}

/* --- trees --- */

/* Is the member one that holds the mark? */
static bool is_mark(const char *path, const char *key)
{
	return pk_text_equal(key, "_meta") &&
		(*path == '\0' || pk_text_equal(path, "policy") ||
			pk_text_equal(path, "mappings") || pk_text_equal(path, "mappings.doc"));
}

static void compare_members(struct comparison *comparison, const char *path,
	const struct pk_node *ours, const struct pk_node *theirs)
{
	const char *dot = *path == '\0' ? "" : ".";
	for (size_t i = 0; i < ours->pair_count; i++) {
		const char *key = ours->pairs[i].key->text;
		if (!is_mark(path, key))
			compare_nodes(comparison,
				pk_arena_printf(comparison->arena, "%s%s%s", path, dot, key),
				ours->pairs[i].value, pk_node_find(theirs, key));
	}
	for (size_t i = 0; i < theirs->pair_count; i++) {
		const char *key = theirs->pairs[i].key->text;
		if (is_mark(path, key) || pk_node_find(ours, key) != NULL)
			continue;
		const char *below = pk_arena_printf(comparison->arena, "%s%s%s", path, dot, key);
		if (!is_all_addition(comparison, below, theirs->pairs[i].value))
			differ(comparison, below, NULL, theirs->pairs[i].value);
	}
}

static void compare_items(struct comparison *comparison, const char *path,
	const struct pk_node *ours, const struct pk_node *theirs)
{
	size_t most = ours->items.len > theirs->items.len ? ours->items.len : theirs->items.len;
	for (size_t i = 0; i < most; i++) {
		const char *below = pk_arena_printf(comparison->arena, "%s[%zu]", path, i);
		const struct pk_node *a = i < ours->items.len ? ours->items.items[i] : NULL;
		const struct pk_node *b = i < theirs->items.len ? theirs->items.items[i] : NULL;
		if (a == NULL)
			differ(comparison, below, NULL, b);
		else
			compare_nodes(comparison, below, a, b);
	}
}

/* The text without a mark at its end. */
static const char *without_mark(struct pk_arena *arena, const char *text)
{
	struct pk_mark mark;
	if (!pk_mark_find_text(&mark, arena, text))
		return text;
	size_t len =
		strlen(text) - strlen(" [picket  ]") - strlen(mark.version) - strlen(mark.digest);
	return pk_arena_strndup(arena, text, len);
}

static bool same_text(struct comparison *comparison, const char *path, const struct pk_node *ours,
	const struct pk_node *theirs)
{
	if (ours->text == NULL || theirs->text == NULL)
		return ours->kind == theirs->kind;
	if (!pk_text_equal(path, "description") && !pk_text_equal(path, "policy.description"))
		return pk_text_equal(ours->text, theirs->text);
	return pk_text_equal(without_mark(comparison->arena, ours->text),
		without_mark(comparison->arena, theirs->text));
}

static void compare_nodes(struct comparison *comparison, const char *path,
	const struct pk_node *ours, const struct pk_node *theirs)
{
	if (pk_text_equal(path, "settings") || pk_text_equal(path, "template.settings"))
		compare_settings(comparison, path, ours, theirs);
	else if (theirs == NULL || theirs->kind == PK_NODE_NULL) {
		if (ours->kind != PK_NODE_NULL)
			differ(comparison, path, ours, NULL);
	} else if (ours->kind == PK_NODE_MAP && theirs->kind == PK_NODE_MAP)
		compare_members(comparison, path, ours, theirs);
	else if (ours->kind == PK_NODE_LIST && theirs->kind == PK_NODE_LIST)
		compare_items(comparison, path, ours, theirs);
	else if (ours->kind == PK_NODE_MAP || ours->kind == PK_NODE_LIST ||
		!same_text(comparison, path, ours, theirs))
		differ(comparison, path, ours, theirs);
}

size_t pk_compare_bodies(struct pk_buf *buf, enum pk_asset_kind kind, const struct pk_node *ours,
	const struct pk_node *theirs, size_t most)
{
	if (kind == PK_ASSET_CUSTOM || kind == PK_ASSET_FIRST_INDEX)
		return 0;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct comparison comparison = {arena, buf, kind, most, 0};
	compare_nodes(&comparison, "", ours, theirs);
	return comparison.found;
}

#include "base/node.h"

#include <stdlib.h>

#include "base/text.h"

const char *pk_node_kind_name(enum pk_node_kind kind)
{
	switch (kind) {
	case PK_NODE_NULL:
		return "nothing";
	case PK_NODE_BOOL:
		return "true or false";
	case PK_NODE_INT:
		return "a whole number";
	case PK_NODE_FLOAT:
		return "a number";
	case PK_NODE_STRING:
		return "a string";
	case PK_NODE_LIST:
		return "a list";
	case PK_NODE_MAP:
		return "a mapping";
	}
	abort(); /* no value of the enum */
}

static const struct pk_node_pair *find_pair(const struct pk_node *map, const char *key)
{
	for (size_t i = 0; i < map->pair_count; i++) {
		if (pk_text_equal(map->pairs[i].key->text, key))
			return &map->pairs[i];
	}
	return NULL;
}

struct pk_node *pk_node_find(const struct pk_node *map, const char *key)
{
	const struct pk_node_pair *pair = find_pair(map, key);
	return pair == NULL ? NULL : pair->value;
}

struct pk_node *pk_node_find_key(const struct pk_node *map, const char *key)
{
	const struct pk_node_pair *pair = find_pair(map, key);
	return pair == NULL ? NULL : pair->key;
}

static void report_kind(
	const struct pk_node *node, const char *wanted, const char *what, struct pk_diags *diags)
{
	pk_report(diags, PK_NODE_WRONG_KIND, node->span, "'%s' must be %s, not %s", what, wanted,
		pk_node_kind_name(node->kind));
}

bool pk_node_expect(const struct pk_node *node, enum pk_node_kind kind, const char *what,
	struct pk_diags *diags)
{
	if (node->kind == kind)
		return true;
	report_kind(node, pk_node_kind_name(kind), what, diags);
	return false;
}

bool pk_node_get_text(
	const char **out, const struct pk_node *map, const char *key, struct pk_diags *diags)
{
	const struct pk_node *node = pk_node_find(map, key);
	if (node == NULL)
		return true;

	switch (node->kind) {
	case PK_NODE_BOOL:
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
	case PK_NODE_STRING:
		*out = node->text;
		return true;
	case PK_NODE_NULL:
	case PK_NODE_LIST:
	case PK_NODE_MAP:
		break;
	}
	report_kind(node, pk_node_kind_name(PK_NODE_STRING), key, diags);
	return false;
}

bool pk_node_get_bool(bool *out, const struct pk_node *map, const char *key, struct pk_diags *diags)
{
	const struct pk_node *node = pk_node_find(map, key);
	if (node == NULL)
		return true;
	if (!pk_node_expect(node, PK_NODE_BOOL, key, diags))
		return false;
	*out = node->boolean;
	return true;
}

/* Numbers that do not fit int64_t are PK_NODE_FLOAT; their text may still fit uint64_t. */
static bool read_u64(uint64_t *out, const struct pk_node *node)
{
	if (node->kind == PK_NODE_FLOAT)
		return pk_text_parse_u64_any(out, node->text);
	if (node->kind != PK_NODE_INT || node->integer < 0)
		return false;
	*out = (uint64_t)node->integer;
	return true;
}

bool pk_node_get_u64(
	uint64_t *out, const struct pk_node *map, const char *key, struct pk_diags *diags)
{
	const struct pk_node *node = pk_node_find(map, key);
	if (node == NULL || read_u64(out, node))
		return true;
	if (node->kind == PK_NODE_INT || node->kind == PK_NODE_FLOAT)
		pk_report(diags, PK_NODE_WRONG_KIND, node->span,
			"'%s' must be a whole number from 0 on, not '%s'", key, node->text);
	else
		report_kind(node, pk_node_kind_name(PK_NODE_INT), key, diags);
	return false;
}

static bool get_collection(const struct pk_node **out, const struct pk_node *map, const char *key,
	enum pk_node_kind kind, struct pk_diags *diags)
{
	const struct pk_node *node = pk_node_find(map, key);
	if (node != NULL && !pk_node_expect(node, kind, key, diags))
		return false;
	*out = node;
	return true;
}

bool pk_node_get_list(const struct pk_node **out, const struct pk_node *map, const char *key,
	struct pk_diags *diags)
{
	return get_collection(out, map, key, PK_NODE_LIST, diags);
}

bool pk_node_get_map(const struct pk_node **out, const struct pk_node *map, const char *key,
	struct pk_diags *diags)
{
	return get_collection(out, map, key, PK_NODE_MAP, diags);
}

static bool is_known(const char *key, const char *const *known, size_t known_count)
{
	for (size_t i = 0; i < known_count; i++) {
		if (pk_text_equal(key, known[i]))
			return true;
	}
	return false;
}

bool pk_node_check_keys(const struct pk_node *map, const char *const *known, size_t known_count,
	enum pk_code code, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		if (is_known(key->text, known, known_count))
			continue;

		struct pk_diag *diag =
			pk_report(diags, code, key->span, "key '%s' is not known here", key->text);
		const char *near = pk_text_nearest(key->text, known, known_count);
		if (near == NULL)
			continue;
		pk_diag_hint(diags, diag, "write '%s'", near);
	}
	return diags->errors == errors;
}

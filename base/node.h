/*
 * Node: the tree that the YAML and JSON readers give, with the place of every value.
 *
 * A mapping keeps the order of the file; its keys are scalars. All nodes live in the arena of
 * the source. Models are built from nodes with the pk_node_get_* helpers, which report wrong
 * kinds with place and return false; pk_node_check_keys reports unknown keys with "did you mean".
 */
#ifndef BASE_NODE_H
#define BASE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/list.h"
#include "base/source.h"

enum pk_node_kind {
	PK_NODE_NULL,
	PK_NODE_BOOL,
	PK_NODE_INT,
	PK_NODE_FLOAT,
	PK_NODE_STRING,
	PK_NODE_LIST,
	PK_NODE_MAP,
};

struct pk_node_pair;

struct pk_node {
	enum pk_node_kind kind;
	struct pk_span span;
	const char *text; /* scalars: as written, escapes resolved; never NULL for them */
	size_t text_len;  /* bytes; JSON and double-quoted YAML can hold \0 */
	bool quoted;	  /* scalar was quoted or a block: always a PK_NODE_STRING */
	union {
		bool boolean;
		int64_t integer;
		double number;
	};
	PK_LIST(struct pk_node *) items; /* PK_NODE_LIST */
	struct pk_node_pair *pairs;	 /* PK_NODE_MAP */
	size_t pair_count;
	size_t pair_cap;
	const char *comment; /* YAML: comment lines directly above, without '#'; NULL if none */
};

struct pk_node_pair {
	struct pk_node *key;
	struct pk_node *value;
};

/* "a mapping", "a list", "a string", ...: for messages. */
const char *pk_node_kind_name(enum pk_node_kind kind);
/* The value of `key` in a mapping, or NULL. */
struct pk_node *pk_node_find(const struct pk_node *map, const char *key);
/* The key node of `key`, for its place, or NULL. */
struct pk_node *pk_node_find_key(const struct pk_node *map, const char *key);

/* Is `node` of `kind`? Else reports PK_NODE_WRONG_KIND naming `what` and returns false. */
bool pk_node_expect(const struct pk_node *node, enum pk_node_kind kind, const char *what,
	struct pk_diags *diags);
/*
 * The value of `key` as text, unsigned number, bool: *out is untouched if the key is absent (true
 * is returned) or has another kind (reported, false). pk_node_get_text takes any scalar but null.
 */
bool pk_node_get_text(
	const char **out, const struct pk_node *map, const char *key, struct pk_diags *diags);
bool pk_node_get_bool(
	bool *out, const struct pk_node *map, const char *key, struct pk_diags *diags);
bool pk_node_get_u64(
	uint64_t *out, const struct pk_node *map, const char *key, struct pk_diags *diags);
/* *out gets the list or mapping at `key`, or NULL if absent; false if it is something else. */
bool pk_node_get_list(const struct pk_node **out, const struct pk_node *map, const char *key,
	struct pk_diags *diags);
bool pk_node_get_map(const struct pk_node **out, const struct pk_node *map, const char *key,
	struct pk_diags *diags);
/* Reports every key of `map` that is not in `known` as `code`, with the nearest as hint. */
bool pk_node_check_keys(const struct pk_node *map, const char *const *known, size_t known_count,
	enum pk_code code, struct pk_diags *diags);

#endif

/*
 * YAML: the part of YAML 1.2 that configuration needs, read through libyaml into nodes.
 *
 * Refused with a place: duplicate keys, anchors and aliases, tags, more than one document,
 * nesting deeper than PK_YAML_DEPTH, more than PK_YAML_NODES nodes, keys that are no plain text.
 * Plain scalars follow the YAML 1.2 core schema (so `no` and `on` are text).
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/node.h"

enum {
	PK_YAML_DEPTH = 32,
	PK_YAML_NODES = 2000000,
};

/* The document's root, or NULL after a report. An empty document is a PK_NODE_NULL. */
struct pk_node *pk_yaml_read(struct pk_source *source, struct pk_diags *diags);

/* True if `text` can be written as a plain scalar and is read back as that same string. */
bool pk_yaml_plain_ok(const char *text);
/*
 * `text` as a YAML scalar on one line: plain if possible, else in single quotes, else in double
 * quotes with escapes. Inside flow collections set `flow`.
 */
const char *pk_yaml_scalar(struct pk_arena *arena, const char *text, bool flow);

#endif

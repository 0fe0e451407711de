/*
 * Builder: puts together the tree of nodes from the events of a reader. For yaml.c and json.c.
 *
 * The reader makes nodes and adds, opens and closes them in the order of the file. Children are
 * collected on a stack and copied to arrays of exactly their number when a collection is closed,
 * so that a large file costs no more memory than its nodes. Keys are judged at that point: a key
 * given twice, or one that is no text, is reported.
 */
#ifndef BASE_BUILDER_H
#define BASE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/node.h"

/* A collection that has been opened, and where its children begin on the stack. */
struct pk_builder_frame {
	struct pk_node *node;
	size_t first;
};

struct pk_builder {
	struct pk_arena *arena;	  /* of the source: nodes */
	struct pk_arena *scratch; /* the stack and what finds duplicates */
	struct pk_diags *diags;
	enum pk_code duplicate_code; /* a key given twice */
	enum pk_code key_code;	     /* a key that cannot be one */
	struct pk_node *root;	     /* NULL until the first node is added */
	PK_LIST(struct pk_node *) children;
	PK_LIST(struct pk_builder_frame) open;
};

/* Is the whole text valid UTF-8? Else reports the first bad byte. */
bool pk_builder_check_utf8(struct pk_source *source, struct pk_diags *diags);

/* An empty builder in the caller's storage, which calls pk_builder_finish at the end. */
void pk_builder_init(struct pk_builder *builder, struct pk_arena *arena, struct pk_diags *diags,
	enum pk_code duplicate_code, enum pk_code key_code);
/* Releases what was needed for building; the nodes stay. */
void pk_builder_finish(struct pk_builder *builder);

/* Adds a scalar, or an empty collection that is about to be opened, where the file now is. */
void pk_builder_add(struct pk_builder *builder, struct pk_node *node);
/* Adds the list or mapping `node`; what is added until pk_builder_close goes into it. */
void pk_builder_open(struct pk_builder *builder, struct pk_node *node);
/* Ends the collection that was opened last and returns it. */
struct pk_node *pk_builder_close(struct pk_builder *builder);

/* Collections that are open now. */
size_t pk_builder_depth(const struct pk_builder *builder);
/* The collection that is open now, or NULL. */
const struct pk_node *pk_builder_parent(const struct pk_builder *builder);
/* The key whose value comes next, or NULL if no value comes next. */
const struct pk_node *pk_builder_pending_key(const struct pk_builder *builder);

#endif

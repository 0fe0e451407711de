/*
 * Check: what the parts of the saved-object linter share. Not for use outside of objects/.
 */
#ifndef TEMPLATES_OBJECTS_CHECK_H
#define TEMPLATES_OBJECTS_CHECK_H

#include "base/map.h"
#include "base/node.h"
#include "templates/objects/maker.h"

/* Most references, aggregations, columns of an object: they are compared with each other. */
enum { PK_CHECKED_MAX = 1000 };

/* A reference of an object, and whether the object names it. */
struct pk_checked_reference {
	const char *name;
	const char *type;
	const char *id;
	struct pk_span span;
	bool used;
};

/* An object that has the shape of one. */
struct pk_checked_object {
	const struct pk_node *node;
	const char *type;
	const char *id;
	struct pk_span span; /* of its id */
	const struct pk_node *attributes;
	PK_LIST(struct pk_checked_reference) references;
};

struct pk_object_check {
	struct pk_arena *arena;
	struct pk_diags *diags;
	enum pk_object_flavour flavour;
	PK_LIST(struct pk_checked_object) objects;
	struct pk_map ids; /* "type:id" to anything */
};

/* The member `key` of a mapping; NULL if `node` is NULL, no mapping, or lacks it. */
const struct pk_node *pk_checked_member(const struct pk_node *node, const char *key);
/* The text of the member `key`; NULL if it is none. */
const char *pk_checked_text(const struct pk_node *node, const char *key);
/* JSON within the member `key` of `node`; NULL if absent, or after a report. */
const struct pk_node *pk_checked_inner(struct pk_object_check *check,
	const struct pk_checked_object *object, const struct pk_node *node, const char *key);
/* The reference called `name`, now used; reports that there is none at `span`, and returns NULL. */
struct pk_checked_reference *pk_checked_use(struct pk_object_check *check,
	struct pk_checked_object *object, const char *name, struct pk_span span);

/* What is in the attributes: queries, aggregations, panels, layers; marks the references that are
 * used. */
void pk_object_check_inner(struct pk_object_check *check, struct pk_checked_object *object);

/* How a field is used. */
enum pk_field_use {
	PK_FIELD_SHOWN,	  /* or asked for */
	PK_FIELD_COUNTED, /* its values are counted */
	PK_FIELD_PLACED,  /* on a map */
};
/*
 * Reports if our templates lack the field or it cannot be used so; only for objects that look at a
 * data view of ours.
 */
void pk_object_check_field(struct pk_object_check *check, const struct pk_checked_object *object,
	const char *name, enum pk_field_use use, struct pk_span span);
/* Reports if `query` ({"language":..,"query":..}) is kuery that cannot be read, or asks for unknown
 * fields. */
void pk_object_check_query(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *query, struct pk_span span);
/* Reports panels beyond the grid or over each other. */
void pk_object_check_grid(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *panels, struct pk_span span);

#endif

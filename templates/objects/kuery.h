/*
 * Kuery: queries as Kibana and OpenSearch Dashboards write them, into a tree, and the request that
 * both make of it. Reads what saved objects hold: fields, values, ranges, lists of values, `and`,
 * `or`, `not`, brackets, wildcards; below a nested field (`a:{..}`) nothing is looked at.
 */
#ifndef TEMPLATES_OBJECTS_KUERY_H
#define TEMPLATES_OBJECTS_KUERY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/list.h"

enum {
	PK_KUERY_DEPTH = 32,
	PK_KUERY_BYTES = 64 * 1024,
};

enum pk_kuery_kind {
	PK_KUERY_ALL, /* nothing is asked for */
	PK_KUERY_AND,
	PK_KUERY_OR,
	PK_KUERY_NOT,
	PK_KUERY_IS,	   /* field:value */
	PK_KUERY_PHRASE,   /* field:"value" */
	PK_KUERY_WILDCARD, /* field:va*ue; '*' stands as \x01 in `value` */
	PK_KUERY_EXISTS,   /* field:* */
	PK_KUERY_RANGE,	   /* field >= value */
	PK_KUERY_NESTED,   /* field:{..} */
};

#define PK_KUERY_ANY '\x01'

struct pk_kuery {
	enum pk_kuery_kind kind;
	const char *field; /* NULL: every field; may hold PK_KUERY_ANY */
	const char *value;
	const char *range; /* "gt", "gte", "lt", "lte" */
	PK_LIST(struct pk_kuery *) items;
};

/* What is wrong with a query that could not be read. */
struct pk_kuery_problem {
	size_t at; /* byte of the text */
	const char *what;
};

/* The query `text`, in the arena; NULL and *problem_out if it is none. */
struct pk_kuery *pk_kuery_read(
	struct pk_kuery_problem *problem_out, struct pk_arena *arena, const char *text);
/* Appends the query of a search that Kibana makes of it. */
void pk_kuery_put(struct pk_buf *buf, const struct pk_kuery *query);
/* Calls `each` with every field that is named without wildcard. */
void pk_kuery_fields(const struct pk_kuery *query, void (*each)(void *context, const char *field),
	void *context);

#endif

/*
 * Scope: the variables and lists of a policy, by name. Later definitions replace earlier ones, so
 * everything is defined before the first ${name} is replaced.
 *
 * A variable's own text may hold references; it is resolved once, when first needed. Limits keep
 * that from blowing up: bytes of one text, bytes of all texts, depth of references.
 */
#ifndef RULESETS_SCOPE_H
#define RULESETS_SCOPE_H

#include "rulesets/model.h"

enum {
	PK_EXPAND_MAX = 64 * 1024,		/* bytes of one text with variables replaced */
	PK_EXPAND_TOTAL_MAX = 64 * 1024 * 1024, /* bytes of all of them */
	PK_EXPAND_DEPTH = 32,			/* variables in variables */
};

struct pk_read;
struct pk_value_list;
struct pk_variable;

struct pk_scope {
	struct pk_map by_name;				  /* struct pk_variable * */
	PK_LIST(const char *) names;			  /* for "did you mean" */
	const struct pk_variable *stack[PK_EXPAND_DEPTH]; /* being resolved, outermost first */
	size_t depth;
	size_t expanded; /* bytes made so far */
};

/*
 * Defines what the mappings `variables` and `lists` of `map` say. `owner` tells layers apart: a
 * name that the same owner defines twice is reported.
 */
void pk_scope_define(struct pk_read *read, const struct pk_node *map, const void *owner);
/* Resolves everything once, so that what is wrong in unused variables is reported too. */
void pk_scope_check(struct pk_read *read);

/* `text` with its references replaced; NULL after a report. The same pointer if it has none. */
const char *pk_scope_expand(struct pk_read *read, const char *text, struct pk_span span);
/* Appends the value of `node`: its text, or the items of the list that it names. */
bool pk_scope_add_values(
	struct pk_read *read, struct pk_value_list *values, const struct pk_node *node);

#endif

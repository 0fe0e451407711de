/*
 * Suggest: a test that tells a rule from a spoilt one. Used by policy_mutate.c only.
 */
#ifndef GENERATORS_COMPILE_POLICY_SUGGEST_H
#define GENERATORS_COMPILE_POLICY_SUGGEST_H

#include "generators/compile/policy_test.h"
#include "generators/meaning/prove.h"

/* One filter and what it was spoilt to. */
struct pk_spoilt {
	const char *field;
	enum pk_operator op, op_spoilt;
	const char *value, *value_spoilt;
};

struct pk_suggesting {
	const struct pk_meaning *meaning;      /* of the configuration as it is */
	const struct pk_engine *good;	       /* decides with the configuration as it is */
	const struct pk_engine *bad;	       /* decides with the spoilt one */
	PK_LIST(struct pk_engine_event) bases; /* events to vary, the best ones first */
};

/* Adds an event on which the clause of term `term` of element `element`, bound to `id`, holds. */
void pk_suggest_add_clause(struct pk_arena *arena, struct pk_suggesting *suggesting, uint32_t id,
	size_t element, size_t term);
/*
 * A test that passes with the good engine and fails with the bad one, as an item of `tests` in
 * YAML: "{dropped: {Image: ...}}". NULL if none was found.
 */
const char *pk_suggest_test(struct pk_arena *arena, const struct pk_suggesting *suggesting,
	const struct pk_spoilt *spoilt);

#endif

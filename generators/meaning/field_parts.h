/*
 * Parts: texts put together from what they have to begin with, contain and end with. Only for
 * field.c.
 */
#ifndef GENERATORS_MEANING_FIELD_PARTS_H
#define GENERATORS_MEANING_FIELD_PARTS_H

#include "generators/meaning/clause.h"
#include "generators/meaning/field_shapes.h"

/* What plain answers want of one text. */
struct pk_parts {
	const char *is;	    /* NULL: not fixed */
	const char *prefix; /* the longest; NULL: none */
	const char *suffix; /* the longest; NULL: none */
	const char *image;  /* what stands behind the last backslash, if there is one; NULL */
	const char *less;   /* NULL: no bound */
	const char *more;   /* NULL: no bound */
	PK_LIST(const char *) inner;
};

/* Gathers the positive ones of `count` answers. */
void pk_parts_gather(struct pk_arena *arena, struct pk_parts *out, const struct pk_answer *answers,
	size_t count);
/* Candidate number `index`, from 0, to be tried in this order; NULL when there are no more. */
const char *pk_parts_text(struct pk_arena *arena, const struct pk_parts *parts,
	const struct pk_shape *shape, size_t index);

#endif

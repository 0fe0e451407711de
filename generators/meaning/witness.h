/*
 * Draft: an event that is being made up, field by field. Only for the files beside it.
 */
#ifndef GENERATORS_MEANING_WITNESS_H
#define GENERATORS_MEANING_WITNESS_H

#include "generators/meaning/field.h"
#include "generators/meaning/prove.h"

struct pk_draft {
	struct pk_arena *arena;
	const struct pk_event *event; /* NULL: names of fields are not known */
	struct pk_field_wish wishes[PK_SCHEMA_FIELDS_MAX];
	const char *values[PK_SCHEMA_FIELDS_MAX];
	const char *folded[PK_SCHEMA_FIELDS_MAX];
	size_t steps; /* fields that have been solved */
};

/* An empty draft: nothing is wished of any field. */
void pk_draft_init(struct pk_draft *draft, struct pk_arena *arena, const struct pk_event *event);
/* Wishes that all questions of the clause are answered. */
void pk_draft_hold(struct pk_draft *draft, const struct pk_clause *clause);
/* Finds a text for each field, without regard to each other. False if none is found for one. */
bool pk_draft_fill(struct pk_draft *draft);
/* Copies the texts. */
void pk_draft_give(const struct pk_draft *draft, struct pk_engine_event *out);

#endif

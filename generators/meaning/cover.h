/*
 * Cover: clauses that together hold wherever another one does; and clauses that exclude each other.
 * Clauses must be finished (pk_clause_finish). Only for the files beside it.
 */
#ifndef GENERATORS_MEANING_COVER_H
#define GENERATORS_MEANING_COVER_H

#include "generators/meaning/clause.h"

struct pk_clauses {
	PK_LIST(const struct pk_clause *) list;
};

/* True: wherever `a` holds, `b` holds. False: not proven. */
bool pk_clause_follows(
	struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b);
/* True: no event fulfils both. False: not proven. */
bool pk_clauses_clash(struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b);
/* True: no event fulfils it. False: not proven. */
bool pk_clause_is_impossible(struct pk_arena *arena, const struct pk_clause *clause);

/* The first of `cover` that follows from the clause, or NULL. */
const struct pk_clause *pk_cover_find(
	struct pk_arena *arena, const struct pk_clause *clause, const struct pk_clauses *cover);
/*
 * True: wherever `clause` holds, one of `cover` holds. False: not proven. *by_out (may be NULL)
 * gets the one that alone is enough, or NULL if it takes several or the clause is impossible.
 */
bool pk_cover_proves(struct pk_arena *arena, const struct pk_clause *clause,
	const struct pk_clauses *cover, const struct pk_clause **by_out);

/* The clause that holds where both do, in the arena; it has the name and place of `a`. */
const struct pk_clause *pk_clause_join(
	struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b);

/* Adds the clauses of all includes, or all excludes, in the order in which Sysmon asks. */
void pk_clauses_of(struct pk_arena *arena, struct pk_clauses *out,
	const struct pk_meaning_event *event, bool include);
/* True if an include, or exclude, is opaque. */
bool pk_meaning_is_opaque(const struct pk_meaning_event *event, bool include);

#endif

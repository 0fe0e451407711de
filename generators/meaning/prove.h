/*
 * Prove: what follows from what. Answers are tri-state, and each "no" comes with a witness, an
 * event on which the claim fails; "unknown" is said where neither a proof nor a witness was found.
 * No caller may turn "unknown" into a finding.
 */
#ifndef GENERATORS_MEANING_PROVE_H
#define GENERATORS_MEANING_PROVE_H

#include "generators/meaning/clause.h"

enum pk_truth {
	PK_NO,
	PK_UNKNOWN,
	PK_YES,
};

/* Whatever text answers `a` answers `b`. Sound: PK_YES and PK_NO are certain. */
enum pk_truth pk_question_implies(const struct pk_question *a, const struct pk_question *b);
/*
 * Every event on which `a` holds, `b` holds on. With PK_NO `witness_out` (may be NULL) gets an
 * event on which only `a` holds; its texts are in the arena.
 */
enum pk_truth pk_clause_implies(struct pk_arena *arena, const struct pk_clause *a,
	const struct pk_clause *b, struct pk_engine_event *witness_out);
/* Is there an event on which the clause holds? With PK_YES *witness_out gets one. */
enum pk_truth pk_clause_possible(struct pk_arena *arena, const struct pk_clause *clause,
	const struct pk_meaning_event *event, struct pk_engine_event *witness_out);

/* What a witness shall be like. */
struct pk_wish {
	const struct pk_meaning_event *event;
	const struct pk_clause *const *holds; /* all of these hold */
	size_t holds_count;
	const struct pk_clause *const *fails; /* none of these holds; all are finished */
	size_t fails_count;
	size_t effort; /* most texts sought to make clauses fail; 0: as many as usual */
};

/*
 * An event that fulfils the wish, with texts that look like what Sysmon writes in such a field
 * where the wish leaves a choice. False if none was found, which proves nothing.
 */
bool pk_witness_find(
	struct pk_arena *arena, struct pk_engine_event *out, const struct pk_wish *wish);

/* What a configuration does with the events on which a clause holds. */
enum pk_sight {
	PK_SIGHT_ALL,	  /* proven: all of them are logged */
	PK_SIGHT_PART,	  /* a witness is logged and another is dropped */
	PK_SIGHT_NONE,	  /* proven: none of them is logged */
	PK_SIGHT_UNKNOWN, /* some are (or are not): see the witnesses that are there */
};

struct pk_sighting {
	enum pk_sight sight;
	bool has_logged, has_dropped;
	struct pk_engine_event logged;	    /* a witness, if has_logged */
	struct pk_engine_event dropped;	    /* a witness, if has_dropped */
	const struct pk_clause *stopped_by; /* an exclude that drops the second witness, or NULL */
};

/* What `event` of a configuration does with events on which `clause` holds. */
void pk_meaning_look(struct pk_arena *arena, struct pk_sighting *out,
	const struct pk_meaning *meaning, const struct pk_meaning_event *event,
	const struct pk_clause *clause);

#endif

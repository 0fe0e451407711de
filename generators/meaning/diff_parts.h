/*
 * What the files of the diff share: one event id of both configurations, side by side. Used by
 * diff*.c only.
 */
#ifndef GENERATORS_MEANING_DIFF_PARTS_H
#define GENERATORS_MEANING_DIFF_PARTS_H

#include "generators/engine/matcher.h"
#include "generators/meaning/cover.h"
#include "generators/meaning/diff.h"

/* Clauses in the order in which Sysmon asks, and sorted by hash. */
struct pk_diff_clauses {
	struct pk_clauses all;
	const struct pk_clause **sorted;
};

/* One event id of one configuration, with fields in the order of the larger schema. */
struct pk_diff_side {
	const struct pk_meaning *meaning;
	struct pk_matcher *matcher; /* decides as the meaning's engine does */
	const struct pk_meaning_event *event;
	int own_fields[PK_SCHEMA_FIELDS_MAX]; /* index in the side's own schema, or -1 */
	uint32_t id;
	struct pk_diff_clauses includes;
	struct pk_diff_clauses excludes;
	bool opaque_include, opaque_exclude; /* not proven to be in the other, too */
};

struct pk_diff_pair {
	struct pk_arena *arena;
	struct pk_diff_side sides[2]; /* before, after */
	struct pk_diff_event *out;
};

/* The first clause of `clauses` with equal questions, or NULL. */
const struct pk_clause *pk_diff_find(
	const struct pk_diff_clauses *clauses, const struct pk_clause *clause);
/* The same, with the same name. */
const struct pk_clause *pk_diff_find_named(
	const struct pk_diff_clauses *clauses, const struct pk_clause *clause);
bool pk_diff_same_name(const char *a, const char *b);
/* What a side does with an event. */
struct pk_decision pk_diff_decide(
	const struct pk_diff_side *side, const struct pk_engine_event *event);

/* diff_logged.c: fills the terms, widened and narrowed of pair->out. */
void pk_diff_logged(struct pk_diff_pair *pair);
/* diff_labels.c: fills relabelled, and what terms relabel; after pk_diff_logged. */
void pk_diff_labels(struct pk_diff_pair *pair);
/* diff_entries.c */
void pk_diff_entries(struct pk_arena *arena, struct pk_diff *diff, const struct pk_sysmon *before,
	const struct pk_sysmon *after);

#endif

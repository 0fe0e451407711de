/*
 * Diff: what changes in meaning from one configuration to another. Whatever is said to be logged
 * or dropped is shown by a witness that both engines have decided, or proven; the rest is unknown
 * and said to be. Everything is in the arena and borrows from both configurations.
 */
#ifndef GENERATORS_MEANING_DIFF_H
#define GENERATORS_MEANING_DIFF_H

#include "generators/meaning/prove.h"

/* An event that the two configurations treat differently, with what each does. */
struct pk_diff_witness {
	struct pk_engine_event event; /* fields as in pk_diff_event.event */
	struct pk_decision before;
	struct pk_decision after;
};

enum pk_diff_effect {
	PK_EFFECT_NONE,	    /* proven: the same events are logged with or without */
	PK_EFFECT_WIDENS,   /* see the witness */
	PK_EFFECT_NARROWS,  /* see the witness */
	PK_EFFECT_RELABELS, /* see the witness; the same events are logged */
	PK_EFFECT_UNKNOWN,  /* neither proven nor shown */
};

/* Why a rule that came or went changes nothing. */
enum pk_diff_reason {
	PK_REASON_NONE,
	PK_REASON_COVERED, /* `because` holds wherever it holds, and does the same */
	PK_REASON_COVERED_BY_SEVERAL,
	PK_REASON_DROPPED,    /* `because` is an exclude that drops all of its events */
	PK_REASON_NOT_LOGGED, /* an exclude of events that are not logged without it either */
	PK_REASON_REST,	      /* what no rule matches is logged, this too */
	PK_REASON_IMPOSSIBLE, /* no event matches it */
	PK_REASON_SAME_NAMES, /* only the name differs, and no event gets it */
};

struct pk_diff_part {
	const struct pk_clause *clause; /* NULL: there is none */
	enum pk_diff_effect effect;
	enum pk_diff_reason reason;
	const struct pk_clause *because; /* see the reason; else NULL */
	bool because_after;		 /* `because` is of the second configuration */
	bool has_witness;
	struct pk_diff_witness witness;
};

/* One rule that was removed, added, or changed in one question or in its name. */
struct pk_diff_term {
	bool include;
	struct pk_diff_part before;
	struct pk_diff_part after;
};

/* One event id that is not proven to be treated equally. */
struct pk_diff_event {
	const struct pk_event *event;
	enum pk_truth widened; /* PK_YES has a witness, PK_NO is proven */
	enum pk_truth narrowed;
	enum pk_truth relabelled;	/* of the events that both log */
	struct pk_diff_witness gained;	/* if widened */
	struct pk_diff_witness lost;	/* if narrowed */
	struct pk_diff_witness renamed; /* if relabelled */
	bool rules_before, rules_after; /* has elements; else its default holds */
	bool rest_before, rest_after;	/* what no rule matches is logged */
	bool opaque;			/* elements too large to look into differ */
	PK_LIST(struct pk_diff_term) terms;
};

/* A configuration entry in force, or whether an event is collected at all. */
struct pk_diff_entry {
	const char *name;
	const char *before; /* NULL: not set */
	const char *after;
	struct pk_span before_span;
	struct pk_span after_span;
};

struct pk_diff {
	PK_LIST(struct pk_diff_event) events; /* in order of id */
	PK_LIST(struct pk_diff_entry) entries;
	PK_LIST(struct pk_diff_entry) collection; /* tags that are switched on or off */
};

/* What changes from `before` to `after`. Events that only one schema has are passed over. */
const struct pk_diff *pk_diff_make(
	struct pk_arena *arena, const struct pk_meaning *before, const struct pk_meaning *after);
/* True if nothing changes: no event, entry or collection. */
bool pk_diff_is_empty(const struct pk_diff *diff);

#endif

/*
 * What the files of the lint of meaning share. A place is a clause and where it is asked; a rule
 * here is what its author can take out alone: a term of an or-element, a filter of an or-Rule, or
 * an and-element as a whole. Used by lint*.c only; all is in the scratch arena of the lint.
 */
#ifndef GENERATORS_MEANING_LINT_PARTS_H
#define GENERATORS_MEANING_LINT_PARTS_H

#include "generators/meaning/prove.h"

struct pk_lint_place {
	const struct pk_block *block;
	const struct pk_clause *clause;
	size_t rule; /* index in pk_lint_event.rules */
};

/* Places first to first + count of the event. */
struct pk_lint_rule {
	const struct pk_block *block;
	size_t first;
	size_t count;
};

/* A text of a clause's question that others are looked up by. */
struct pk_lint_key {
	const char *text;
	int field;
	size_t place;
	size_t next; /* + 1, in the same bucket; 0 at the end */
};

struct pk_lint_index {
	PK_LIST(struct pk_lint_key) keys;
	size_t *buckets; /* index of a key + 1 */
	size_t mask;
	PK_LIST(size_t) unkeyed; /* places that have no such text */
};

/* One event id while it is looked at. Places are in the order in which Sysmon asks. */
struct pk_lint_event {
	const struct pk_meaning *meaning;
	const struct pk_meaning_event *said;
	struct pk_arena *arena;
	PK_LIST(struct pk_lint_place) places;
	PK_LIST(struct pk_lint_rule) rules;
	size_t include_first; /* the first place of an include */
	struct pk_lint_index excludes;
	struct pk_lint_index includes;
	bool opaque; /* some element is not known clause by clause */
};

struct pk_lint_found {
	PK_LIST(size_t) places;
};

/* What a rule is found to be in one event. */
enum pk_lint_kind {
	PK_LINT_LIVE,	    /* nothing to say */
	PK_LINT_IMPOSSIBLE, /* matches nothing */
	PK_LINT_EATEN,	    /* every event is dropped by excludes */
	PK_LINT_POINTLESS,  /* exclude of what no include matches */
	PK_LINT_DUPLICATE,  /* another rule matches the same events, with the same effect */
	PK_LINT_REDUNDANT,  /* another one matches all of its events, with the same effect */
	PK_LINT_STOLEN,	    /* another one decides all of its events and names them */
};

struct pk_lint_verdict {
	/* The rule: element, term, filter in the configuration. */
	size_t element, term, filter;
	const struct pk_clause *clause;
	bool include;
	enum pk_lint_kind kind;
	const struct pk_clause *other;	       /* the rule that is the reason; NULL if none */
	const struct pk_meaning_event *said;   /* the event it was found in */
	const struct pk_engine_event *witness; /* NULL if there can be none */
	const char *name;		       /* STOLEN: what the witness is called */
};

struct pk_linter {
	const struct pk_meaning *meaning;
	struct pk_arena *arena;
	struct pk_diags *diags;
	size_t first; /* the first finding of the lint in `diags` */
	PK_LIST(struct pk_lint_verdict) verdicts;
};

/* lint_index.c */
/* Fills places, rules and indexes of `event`, whose meaning, said and arena are set. */
void pk_lint_event_make(struct pk_lint_event *event);
/*
 * Places of `index` whose clause may be implied by `clause`: all that are, and few others. In the
 * order in which Sysmon asks, each once.
 */
void pk_lint_find(struct pk_lint_found *out, const struct pk_lint_event *event,
	const struct pk_lint_index *index, const struct pk_clause *clause);
/* The question of `clause` about `field`, or NULL. */
const struct pk_question *pk_lint_question(const struct pk_clause *clause, int field);
/* `clause` with only answer `answer` of its question `question`. */
struct pk_clause pk_lint_split(
	struct pk_arena *arena, const struct pk_clause *clause, size_t question, size_t answer);
/* True if a question has the text of a plain, positive comparison in every answer. */
bool pk_lint_is_positive(const struct pk_question *question);

/* lint_rules.c: a rule among the others */
struct pk_lint_verdict pk_lint_judge(const struct pk_lint_event *event, size_t rule);
/* True if the answers of the question are looked at one by one: several, not too many. */
bool pk_lint_is_split(const struct pk_question *question);
/* The exclude that drops what the clause matches by this answer; NULL if not proven and shown. */
const struct pk_clause *pk_lint_answer_eater(const struct pk_lint_event *event,
	const struct pk_clause *clause, size_t question, size_t answer);
/* An exclude that drops `witness`, or NULL. */
const struct pk_clause *pk_lint_stopped_by(
	const struct pk_lint_event *event, const struct pk_engine_event *witness);

/* lint_report.c */
void pk_lint_report(struct pk_linter *linter, const struct pk_lint_verdict *verdict);
/* Has the lint said this at the place, with `subject` in quotes (NULL: any) at the start? */
bool pk_lint_is_told(const struct pk_linter *linter, enum pk_code code, struct pk_span span,
	const char *subject);
/* The condition of the rule that asks about `field` and holds `text`, or the first on the field. */
const struct pk_filter *pk_lint_filter(const struct pk_meaning *meaning, size_t element,
	const struct pk_clause *clause, const struct pk_event *event, int field, const char *text);
/* "Image 'c:\a.exe' and CommandLine 'x'": the fields of `witness` that the clauses ask about. */
const char *pk_lint_show(struct pk_arena *arena, const struct pk_event *event,
	const struct pk_engine_event *witness, const struct pk_clause *a,
	const struct pk_clause *b);

/* lint_values.c: values of one rule that do nothing or are too common */
void pk_lint_values(struct pk_linter *linter, const struct pk_lint_event *event, size_t rule);

/* lint_reach.c: excludes that can be used to hide */
void pk_lint_reach(struct pk_linter *linter, const struct pk_lint_event *event, size_t rule);

#endif

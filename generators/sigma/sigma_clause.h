/*
 * Sigma clauses: a rule's detection as alternatives in the terms of Sysmon, one event at a time.
 *
 * What cannot be said in clauses is left out of them, and so are filters on several fields at
 * once, which would multiply the alternatives. So a clause holds on every event that its
 * alternative looks for, and perhaps on more: whatever is proven for all events of the clause is
 * proven for the rule. An event at hand is shown to the detection itself (pk_sigma_match).
 */
#ifndef GENERATORS_SIGMA_SIGMA_CLAUSE_H
#define GENERATORS_SIGMA_SIGMA_CLAUSE_H

#include "generators/meaning/prove.h"
#include "generators/sigma/sigma.h"

enum {
	PK_SIGMA_CLAUSES = 256,	 /* of one rule and event */
	PK_SIGMA_QUESTIONS = 64, /* of one clause; further ones are left out */
};

/* One alternative. */
struct pk_sigma_case {
	struct pk_clause clause;
	const char *left_out; /* what the clause does not say, the first thing; NULL: it is exact */
	const char *foreign;  /* a field needed that no event of Sysmon has; NULL: none */
};

struct pk_sigma_cases {
	PK_LIST(struct pk_sigma_case) items; /* none: no such event can match */
	const char *missing; /* a field of Sysmon that this event lacks; NULL: none was asked for */
};

/* The event of Sysmon that a rule is asked about. */
struct pk_sigma_view {
	const struct pk_event *event;
	const struct pk_schema *newest;	  /* of the platform: tells which fields are Sysmon's */
	const struct pk_sigma_feed *feed; /* NULL: any event */
};

/* The alternatives of `rule`, which has a detection. */
void pk_sigma_expand(struct pk_arena *arena, struct pk_sigma_cases *out,
	const struct pk_sigma_rule *rule, const struct pk_sigma_view *view);

/* Does the rule match the event, which is one of the view's? */
enum pk_truth pk_sigma_match(const struct pk_sigma_rule *rule, const struct pk_sigma_view *view,
	const struct pk_engine_event *event);

/* What a field of Sigma is for an event of Sysmon. */
enum pk_sigma_field {
	PK_SIGMA_FIELD_HERE,
	PK_SIGMA_FIELD_MISSING, /* other events, or newer schemas, have it */
	PK_SIGMA_FIELD_FOREIGN, /* no event of Sysmon has it */
};

/* *index_out is set if the event has the field. Names are compared without regard to case. */
enum pk_sigma_field pk_sigma_find_field(
	int *index_out, const struct pk_sigma_view *view, const char *field);
/* Is the pattern of an EventID the id of the event? */
bool pk_sigma_is_id(const char *pattern, const struct pk_event *event);

#endif

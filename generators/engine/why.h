/*
 * Why: how the engine came to its decision on one event. Every element, Rule and filter that
 * concerns the event is there, in the order of asking, with what the engine did with it and what
 * it would have said. Everything is in the arena and borrows from configuration and event.
 */
#ifndef GENERATORS_ENGINE_WHY_H
#define GENERATORS_ENGINE_WHY_H

#include "generators/engine/engine.h"

/* What the engine did with an element, Rule or filter. */
enum pk_why_result {
	PK_WHY_MATCHED,
	PK_WHY_NOT_MATCHED,
	PK_WHY_COVERED,	  /* in an and-element another filter on the same field had matched */
	PK_WHY_NOT_ASKED, /* it was decided before */
};

struct pk_why_filter {
	const struct pk_filter *filter;
	const char *name; /* RuleName an event gets from it; NULL if it gives none */
	const char *text; /* of the event; NULL if its id has no such field in the place */
	bool holds;	  /* asked or not */
	enum pk_why_result result;
};

/* A filter outside Rules has one item in `filters`. */
struct pk_why_term {
	const struct pk_term *term;
	bool all; /* a Rule whose filters must all match */
	bool holds;
	bool near_miss; /* a Rule of which all but one hold, and not only negative ones */
	enum pk_why_result result;
	PK_LIST(struct pk_why_filter) filters;
};

struct pk_why_element {
	const struct pk_element *element;
	size_t index; /* in pk_sysmon.elements */
	bool include;
	bool all; /* relation and */
	bool holds;
	bool near_miss; /* relation and, and all but one of two or more fields and Rules hold */
	enum pk_why_result result;
	PK_LIST(struct pk_why_term) terms;
};

enum pk_why_reason {
	PK_WHY_NO_FILTERING, /* events of this id cannot be filtered */
	PK_WHY_DEFAULT,	     /* the configuration has no element for the event */
	PK_WHY_ELEMENT,	     /* an element matched */
	PK_WHY_COMPLEMENT,   /* the only element did not match: the opposite of it */
	PK_WHY_REST,	     /* none of several elements matched */
};

enum pk_why_origin {
	PK_WHY_OF_FILTER,
	PK_WHY_OF_RULE,
	PK_WHY_OF_GROUP, /* RuleGroup */
};

/* A decision, and where it and its RuleName came from. */
struct pk_why_verdict {
	struct pk_decision decision;
	enum pk_why_reason reason;
	const struct pk_why_element *element; /* that matched, or NULL */
	const struct pk_why_term *term;	      /* that matched; NULL also if the whole element did */
	const struct pk_why_element *name_element; /* the filter that left the name ... */
	const struct pk_why_term *name_term;
	const struct pk_why_filter *name_filter; /* ... or NULL if there is no name */
	enum pk_why_origin name_origin;		 /* whose attribute the name is */
	bool name_leaked;			 /* left by what did not decide */
};

struct pk_why {
	uint32_t id;
	const struct pk_event *event; /* NULL: cannot be filtered or is unknown */
	struct pk_why_verdict verdict;
	bool has_next;
	struct pk_why_verdict next; /* if what decided were not there */
	PK_LIST(struct pk_why_element) elements;
};

/* Why `event` is logged or dropped by `engine`, which was made of `sysmon`. */
const struct pk_why *pk_why_make(struct pk_arena *arena, const struct pk_engine *engine,
	const struct pk_sysmon *sysmon, const struct pk_engine_event *event);

#endif

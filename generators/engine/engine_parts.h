/*
 * The inside of an engine, for the files of this folder: conditions in the order in which they are
 * asked, and the asking itself with answers that were found beforehand or with a trace of it.
 */
#ifndef GENERATORS_ENGINE_ENGINE_PARTS_H
#define GENERATORS_ENGINE_ENGINE_PARTS_H

#include "generators/engine/engine.h"

/* A filter, ready to match. Filters of one Rule stand together and share its number. */
struct pk_condition {
	const struct pk_filter *filter;
	int field;
	enum pk_operator op;
	const char *value;
	const char *name;  /* NULL or not empty */
	size_t rule;	   /* 0: not in a Rule; else the number of its term, from 1 */
	size_t rule_begin; /* the first condition of its Rule; without a Rule itself */
	bool rule_and;
	bool asked_later; /* a later filter outside Rules asks the same field */
};

/* One element of the configuration, bound to an event id. */
struct pk_engine_group {
	const struct pk_event *event;
	size_t element; /* index in pk_sysmon.elements */
	bool include;
	bool relation_and;
	PK_LIST(struct pk_condition) conditions;
};

/* A group that an event is shown to; its conditions are numbered from `first`. */
struct pk_engine_part {
	const struct pk_engine_group *group;
	size_t first;
};

/* All that is asked of the events with one id. */
struct pk_engine_case {
	const struct pk_event *event;
	PK_LIST(struct pk_engine_part) parts; /* in the order in which Sysmon asks them */
	size_t condition_count;
};

/* The case of event `id`; NULL if the event is unknown or cannot be filtered. */
const struct pk_engine_case *pk_engine_find(const struct pk_engine *engine, uint32_t id);

/* A field counts only where the event has the same field in the same place as the element's. */
bool pk_engine_has_field(
	const struct pk_event *event, const struct pk_engine_group *group, int field);

/* What Sysmon's engine did with one condition. */
enum pk_asked {
	PK_ASKED_NOT,
	PK_ASKED_TRUE,
	PK_ASKED_FALSE,
	PK_ASKED_COVERED, /* in an and-group another filter on the same field had matched */
};

enum { PK_TRACE_NONE = -1 };

/* The way of one decision. Conditions and parts go by number; the arrays are the caller's. */
struct pk_trace {
	enum pk_asked *asked; /* one a condition */
	size_t hidden_from;   /* conditions from here ... */
	size_t hidden_to;     /* ... to here count as not being there */
	int64_t decider;      /* the part that matched, or PK_TRACE_NONE */
	int64_t decided_by;   /* the last condition asked in it */
	int64_t named_by;     /* the condition that gave the name, or PK_TRACE_NONE */
};

/*
 * What becomes of `event`, whose case is `of`. With `truth` (a bit for each condition, in whole
 * words; else NULL) conditions are looked up there; with `trace` (else NULL) the way is written
 * down. Not both.
 */
struct pk_decision pk_engine_ask(const struct pk_engine_case *of,
	const struct pk_engine_event *event, const uint64_t *truth, struct pk_trace *trace);

#endif

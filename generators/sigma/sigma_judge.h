/*
 * Sigma judge: which Sigma rules see all, some or none of the events they look for under a
 * configuration, and why not all.
 *
 * A verdict is only given where it is proven or shown by events; PK_SIGMA_UNKNOWN is no finding.
 * An alternative of a rule is taken to be meant: that some event is of its form.
 */
#ifndef GENERATORS_SIGMA_SIGMA_JUDGE_H
#define GENERATORS_SIGMA_SIGMA_JUDGE_H

#include "generators/sigma/sigma_clause.h"

enum pk_sigma_verdict {
	PK_SIGMA_SEES,	  /* every event that the rule looks for is logged */
	PK_SIGMA_HALF,	  /* some are logged and some are not */
	PK_SIGMA_BLIND,	  /* none is logged */
	PK_SIGMA_UNKNOWN, /* neither could be shown */
	PK_SIGMA_UNFED,	  /* not fed by this Sysmon, or no detection of its own */
};

/* "sees", "half", "blind", "unknown", "unfed". */
const char *pk_sigma_verdict_name(enum pk_sigma_verdict verdict);

/* Why events of a rule are not logged, or nothing is known of them. */
enum pk_sigma_cause {
	PK_SIGMA_NOT_COLLECTED, /* nothing asks for the event type */
	PK_SIGMA_NOT_INCLUDED,	/* no include matches */
	PK_SIGMA_EXCLUDED,	/* an exclude matches */
	PK_SIGMA_NO_EVENT,	/* the schema does not have the event */
	PK_SIGMA_NO_FIELD,	/* the event does not have a field that the rule needs */
	PK_SIGMA_NEVER,		/* no event can be what the rule asks for */
	PK_SIGMA_FOREIGN_FIELD, /* no event of Sysmon has a field that the rule needs */
	PK_SIGMA_LEFT_OUT,	/* Sysmon has no words for a part of the rule */
	PK_SIGMA_UNPROVEN,	/* neither a proof nor an event was found */
};

/* "not-collected", "not-included", ... */
const char *pk_sigma_cause_name(enum pk_sigma_cause cause);

struct pk_sigma_why {
	enum pk_sigma_cause cause;
	const struct pk_event *event;
	const char *what;		 /* the field, or what is left out; NULL: nothing */
	bool has_witness;		 /* an event that the rule matches and that is dropped */
	struct pk_engine_event witness;	 /* if has_witness */
	uint32_t fields;		 /* bits of the witness' fields that the rule asks */
	const struct pk_clause *exclude; /* EXCLUDED: what drops it */
};

/* Events that an include would have logged. */
struct pk_sigma_opening {
	const struct pk_event *event;
	const struct pk_clause *clause;
};

struct pk_sigma_result {
	const struct pk_sigma_rule *rule;
	enum pk_sigma_verdict verdict;
	size_t cases;			   /* alternatives of the rule, over all its events */
	size_t seen;			   /* of them, those all of whose events are logged */
	PK_LIST(struct pk_sigma_why) whys; /* one a cause and event */
	PK_LIST(struct pk_sigma_opening) openings;
};

/* The configuration that rules are judged under, and the newest schema of its platform. */
struct pk_sigma_sensor {
	const struct pk_meaning *meaning;
	const struct pk_schema *newest;
};

/* Judges one rule; everything in *out is in the arena. */
void pk_sigma_judge(struct pk_arena *arena, struct pk_sigma_result *out,
	const struct pk_sigma_rule *rule, const struct pk_sigma_sensor *sensor);

#endif

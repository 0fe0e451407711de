/*
 * Coverage: what a configuration of Sysmon says about the techniques of ATT&CK, on four levels
 * that are asked one by one:
 *
 *   needed     MITRE's own analytics for the platform name events of Sysmon
 *   collected  the configuration logs events of those ids at all
 *   labelled   a rule that carries the technique can log an event
 *   proven     an event that was put through the configuration is logged under the technique
 *
 * A technique that MITRE has retired is counted at the one that stands in its place today, and
 * listed apart. A sub-technique says nothing about its parent, nor the other way round.
 *
 * Sets of event ids are bits of a word: bit 1 is ProcessCreate. Everything lives in the arena of
 * the input and borrows from it.
 */
#ifndef GENERATORS_COVERAGE_COVERAGE_H
#define GENERATORS_COVERAGE_COVERAGE_H

#include "generators/compile/policy_test.h"
#include "generators/engine/engine.h"
#include "mitre/attack.h"

enum { PK_COVERAGE_IDS = 64 }; /* ids from here on (255, errors) are never asked for */

/* What is logged of the events of one id. */
enum pk_collection {
	PK_COLLECTION_NONE,
	PK_COLLECTION_RULES, /* what include rules match */
	PK_COLLECTION_REST,  /* all but what exclude rules match */
	PK_COLLECTION_ALL,
};

/* The highest level that a technique reaches: one colour a technique. */
enum pk_coverage_state {
	PK_COVERAGE_NOT_NEEDED, /* no analytic names Sysmon, and no rule carries it */
	PK_COVERAGE_MISSING,	/* none of the events that analytics name is collected */
	PK_COVERAGE_PARTLY,	/* some are */
	PK_COVERAGE_COLLECTED,	/* all are */
	PK_COVERAGE_LABELLED,
	PK_COVERAGE_PROVEN,
	PK_COVERAGE_STATES,
};

/* What carries a technique: a rule of a policy, or all filters of a tag with one RuleName. */
struct pk_coverage_rule {
	const char *name;    /* id of the rule, or the RuleName */
	const char *title;   /* NULL if it has none */
	const char *tag;     /* event */
	struct pk_span span; /* of the first */
	size_t number;	     /* its place in pk_coverage.rules */
};

struct pk_coverage_technique {
	const struct pk_technique *technique;
	bool on_platform;   /* else it does not count, whatever carries it */
	uint64_t needed;    /* ids that analytics name */
	uint64_t collected; /* those of them that are collected */
	PK_LIST(const struct pk_coverage_rule *) rules;
	size_t proofs;	   /* events logged under the technique */
	const char *proof; /* where the first one stands, for people; NULL without one */
};

/* A label that is no active technique. */
struct pk_coverage_stale {
	const char *id;
	const struct pk_technique *technique; /* NULL: ATT&CK has no such id */
	const struct pk_technique *current;   /* where it is counted; NULL: nowhere */
	PK_LIST(const struct pk_coverage_rule *) rules;
};

struct pk_coverage {
	struct pk_arena *arena;
	const struct pk_attack *attack;
	const struct pk_schema *schema;
	const struct pk_engine *engine;
	enum pk_platform platform;
	enum pk_collection collection[PK_COVERAGE_IDS];	  /* by event id */
	uint64_t collected;				  /* ids of which something is logged */
	PK_LIST(struct pk_coverage_technique) techniques; /* every active one, by id */
	PK_LIST(struct pk_coverage_stale) stale;
	PK_LIST(const struct pk_coverage_rule *) rules; /* that carry a technique */
	size_t tests;  /* events of rulesets that were put through */
	size_t events; /* recorded events that were */
};

struct pk_coverage_input {
	struct pk_arena *arena;
	const struct pk_attack *attack;
	const struct pk_sysmon *sysmon; /* accepted */
	const uint32_t *element_ids;	/* what pk_sysmon_convert gave */
	const struct pk_engine *engine;
	const struct pk_policy *policy;	 /* NULL: the RuleNames of `sysmon` are all that is known */
	const struct pk_test_run *tests; /* of that policy; NULL: none */
};

/* The coverage of a configuration; its tests have been put through. Cannot fail. */
struct pk_coverage *pk_coverage_make(const struct pk_coverage_input *input);

/* Puts one recorded event through, number `index` of the file `path`. */
void pk_coverage_add_event(struct pk_coverage *coverage, const struct pk_engine_event *event,
	const char *path, size_t index);

/* The active technique that `id` means today, or NULL. */
const struct pk_coverage_technique *pk_coverage_find(
	const struct pk_coverage *coverage, const char *id);

enum pk_coverage_state pk_coverage_state(const struct pk_coverage_technique *technique);

/* --- what is told of it --- */

/* Techniques of the platform on each level. */
struct pk_coverage_count {
	size_t techniques;
	size_t needed;
	size_t collected; /* of the needed ones: all of their events are */
	size_t partly;	  /* some are */
	size_t labelled;
	size_t proven;
};

/* Counts those of one tactic, or all if `tactic` (a short name) is NULL. */
struct pk_coverage_count pk_coverage_count(const struct pk_coverage *coverage, const char *tactic);
/* Techniques that rules carry, but that are not for the platform. */
size_t pk_coverage_count_elsewhere(const struct pk_coverage *coverage);

/* A data component, and the techniques whose analytics for the platform look at it. */
struct pk_coverage_component {
	const struct pk_component *component;
	uint64_t fed_by;    /* ids of the events of Sysmon that show it; 0: out of reach */
	uint64_t collected; /* those of them that are collected */
	PK_LIST(const struct pk_coverage_technique *) techniques; /* all, by id */
	/* To be gained: those that need an event of `fed_by` that is not collected, ... */
	PK_LIST(const struct pk_coverage_technique *) uncollected;
	/* ... and those that need Sysmon and are collected, but that no rule carries. */
	PK_LIST(const struct pk_coverage_technique *) unlabelled;
	size_t only; /* out of reach: techniques all of whose components are */
};

struct pk_coverage_components {
	PK_LIST(struct pk_coverage_component) items;
};

/*
 * The components that analytics for the platform look at: those that Sysmon can show, the most to
 * be gained first, then those it cannot, the most techniques first. On Linux, where the catalogue
 * does not tell analytics apart, those of any platform.
 */
struct pk_coverage_components pk_coverage_find_gaps(const struct pk_coverage *coverage);

/* The names of the components that analytics for the platform look at (on Linux: for any). */
const struct pk_attack_names *pk_coverage_components_of(
	const struct pk_coverage *coverage, const struct pk_technique *technique);

#endif

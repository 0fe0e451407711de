/*
 * What the parts of the Sysmon compiler share. Only compile_*.c include this.
 */
#ifndef GENERATORS_COMPILE_COMPILE_SYSMON_H
#define GENERATORS_COMPILE_COMPILE_SYSMON_H

#include "generators/compile/compile.h"
#include "mitre/attack.h"

enum { PK_FAMILY_MAX = 4 }; /* RegistryEvent and WmiEvent have three events */

struct pk_compilation {
	const struct pk_policy *policy;
	struct pk_arena *arena;
	struct pk_diags *diags;
	const struct pk_attack *attack;
	const struct pk_schema *schema; /* of the target */
	const char *commit;		/* that the policy is of, or NULL */
	unsigned target;		/* enum pk_target_bit */
	struct pk_sysmon *sysmon;	/* what is being made */
	size_t rules;			/* rules that went in */
};

/* The rules of one event and action, by the event id their elements are bound to. */
struct pk_event_rules {
	const struct pk_event *event; /* first of its family */
	size_t family;
	enum pk_action action;
	struct pk_element elements[PK_FAMILY_MAX]; /* tag NULL: none yet */
	size_t count;				   /* rules that went in */
	const struct pk_rule *first;		   /* of these */
};

/* "4.50" of the target's schema. */
const char *pk_compile_version(const struct pk_compilation *compilation);
/* The value of a filter on `condition`: its only value, else its values as tokens of a list. */
const char *pk_compile_value(struct pk_arena *arena, const struct pk_expr *condition);
/* Adds the groups of `event` as they are. */
void pk_compile_groups(struct pk_compilation *compilation, const struct pk_event *event);
/* Adds the configuration entries of the settings; those the target lacks are reported. */
void pk_compile_entries(struct pk_compilation *compilation);
/* Sets the comment at the head: what was compiled, from which versions. No clock. */
void pk_compile_head(struct pk_compilation *compilation);

#endif

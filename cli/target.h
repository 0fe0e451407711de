/*
 * Target: which sensor a policy is compiled for, as commands name it.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "rulesets/model.h"

enum pk_target {
	PK_TARGET_SYSMON,
	PK_TARGET_SYSMON_LINUX,
	PK_TARGET_MONSTER,
	PK_TARGET_MONSTER_1_0,
	PK_TARGET_UNSET,
};

/* The choices of --target, in the order of enum pk_target. */
#define PK_TARGET_CHOICES "sysmon|sysmon-linux|monster|monster-1.0"

/* The target that the policy's profile names, else the first that its top ruleset is for. */
enum pk_target pk_target_of(const struct pk_policy *policy);

/* "sysmon", "monster-1.0", ...; "sysmon" for PK_TARGET_UNSET. */
const char *pk_target_name(enum pk_target target);
/* The ruleset that is shipped for the target. */
const char *pk_target_shipped(enum pk_target target);

/*
 * What a command works on if it is given no project or ruleset: picket.yaml in the present folder,
 * else the shipped ruleset for the target.
 */
const char *pk_target_input(enum pk_target target);

#endif

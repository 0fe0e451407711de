/*
 * Compile: from a policy to the configuration of one sensor. What the chosen schema or sensor
 * cannot express is reported rule by rule and left out; nothing is guessed.
 */
#ifndef GENERATORS_COMPILE_COMPILE_H
#define GENERATORS_COMPILE_COMPILE_H

#include "generators/monster/monster.h"
#include "generators/sysmon/sysmon.h"
#include "mitre/attack.h"
#include "rulesets/model.h"

enum { PK_ALTERNATIVES_LIMIT = 64 }; /* of one rule, after any/all have been multiplied out */

struct pk_compile_options {
	enum pk_platform platform;
	const char *schema; /* "4.50"; NULL: the policy's, else the newest of the platform */
	const char *commit; /* for the comment at the head; NULL: nothing is said of it */
};

/*
 * The Sysmon configuration of `policy`. NULL after a report if it cannot be compiled at all;
 * otherwise check diags->errors. The result has been written to its `source` and judged: Sysmon's
 * parser of the schema accepts it.
 */
struct pk_sysmon *pk_compile_sysmon(const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags);

/* The Monster configuration of `policy` in one generation; NULL never. */
struct pk_monster_config *pk_compile_monster(
	const struct pk_policy *policy, enum pk_monster_schema schema, struct pk_diags *diags);

/*
 * Checks what rulesets/ cannot know, whatever the target: that events and fields exist, names fit,
 * placeholders are known. False if an error was reported.
 */
bool pk_policy_check(const struct pk_policy *policy, struct pk_diags *diags);

/* --- parts, for tests --- */

struct pk_filters {
	PK_LIST(struct pk_filter) filters; /* all of them must match */
};

/* Alternatives of a rule: it matches if one of them does. */
struct pk_alternatives {
	PK_LIST(struct pk_filters) items;
};

/*
 * Multiplies the conditions of `rule` out for `schema`: those with several values take their list
 * form where the schema has it. False after a report if the schema lacks an operator or an `all`
 * has more than PK_ALTERNATIVES_LIMIT alternatives.
 */
bool pk_rule_expand(struct pk_alternatives *out, struct pk_arena *arena, const struct pk_rule *rule,
	const struct pk_schema *schema, struct pk_diags *diags);

/*
 * The RuleName of a rule: its own, else the policy's template filled in; NULL for a rule that has
 * neither name nor reason for one (an exclude). False after a report if it is longer than
 * PK_RULE_NAME_LIMIT bytes or the template has an unknown placeholder.
 */
bool pk_rule_make_name(const char **out, const struct pk_policy *policy, const struct pk_rule *rule,
	const struct pk_attack *attack, struct pk_diags *diags);

#endif

/*
 * Reading rules: those of `rules`, those of groups, and the keys that a patch replaces.
 */
#ifndef RULESETS_RULE_READ_H
#define RULESETS_RULE_READ_H

#include "rulesets/read.h"

/* What a rule belongs to. */
struct pk_rule_home {
	const struct pk_ruleset *set;
	const struct pk_group *group; /* NULL in `rules` */
	const char *layer;	      /* "windows-base 1.0.0", for origins */
};

/* Reads the list `rules` into the policy; findings are reported. */
void pk_rules_read(
	struct pk_read *read, const struct pk_node *list, const struct pk_rule_home *home);
/* Reads the list `rules` of a group into it and the policy's index. */
void pk_group_rules_read(struct pk_read *read, const struct pk_node *list, struct pk_group *group,
	const struct pk_rule_home *home);
/* Replaces what the mapping `set` of a patch gives; findings are reported. */
void pk_rule_patch(struct pk_read *read, struct pk_rule *rule, const struct pk_node *set);
/* Is `text` a date YYYY-MM-DD of the Gregorian calendar? */
bool pk_date_valid(const char *text);

/* Reads the list `tests` in place of the rule's tests (test_read.c). */
void pk_tests_read(struct pk_read *read, struct pk_rule *rule, const struct pk_node *list);

#endif

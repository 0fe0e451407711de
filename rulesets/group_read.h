/*
 * Reading `groups`: event elements exactly as they are written.
 */
#ifndef RULESETS_GROUP_READ_H
#define RULESETS_GROUP_READ_H

#include "rulesets/rule_read.h"

/* Reads the list `groups` into the policy; findings are reported. */
void pk_groups_read(
	struct pk_read *read, const struct pk_node *list, const struct pk_rule_home *home);

#endif

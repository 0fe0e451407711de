/*
 * Budget: how many events a configuration logs per host and hour, measured on recorded events, and
 * whether that is more than the project allows.
 */
#ifndef GENERATORS_COMPILE_POLICY_BUDGET_H
#define GENERATORS_COMPILE_POLICY_BUDGET_H

#include "generators/compile/policy_test.h"

enum { PK_BUDGET_IDS = 256 }; /* of Sysmon; further ones count as the last */

struct pk_budget_result {
	double host_hours; /* sum over the hosts, each from its first event to its last */
	size_t hosts;
	size_t events;		     /* in the recordings */
	size_t logged;		     /* of these */
	size_t by_id[PK_BUDGET_IDS]; /* logged, by event id */
	double total_per_host_hour;  /* 0 if the time is not known */
	size_t limits;		     /* that were looked at */
	size_t exceeded;	     /* of these */
};

/*
 * Replays the recordings of the policy's budget, which are files beside its project file, through
 * `engine` and compares with the limits; each that is exceeded is reported at its place
 * (PK_BUDGET_EXCEEDED). False after a report if a recording cannot be read.
 */
bool pk_policy_budget(struct pk_budget_result *out, const struct pk_policy *policy,
	const struct pk_engine *engine, const struct pk_schema *schema, struct pk_diags *diags);

#endif

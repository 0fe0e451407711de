/*
 * Push: carries out a rollout with everything around it: writes it to the store, does it wave by
 * wave, lets people watch, and says how it ended. Shared by push, rollback and resume, which differ
 * in where the tasks come from only.
 */
#ifndef CLI_FLEET_PUSH_H
#define CLI_FLEET_PUSH_H

#include "cli/fleet/contents.h"
#include "cli/fleet/watch.h"

/* Rows of an option table whose struct has members `format`, `report`, `no_health`. */
#define PK_PUSH_OPTIONS(type)                                                                      \
	{PK_OPT_CHOICE, 0, "format", PK_WATCH_CHOICES, offsetof(type, push.format),                \
		"how to print what becomes of each host"},                                         \
		{PK_OPT_FLAG, 0, "no-health", NULL, offsetof(type, push.no_health),                \
			"do not ask the health of hosts before the next wave"},                    \
	{                                                                                          \
		PK_OPT_TEXT, 0, "report", "FILE", offsetof(type, push.report),                     \
			"also write a report of the rollout as one HTML page"                      \
	}

struct pk_push_options {
	int format; /* enum pk_watch_format */
	bool no_health;
	const char *report;
};

/* What is to be done. `desired` and the selection are those of the fleet. */
struct pk_push {
	struct pk_fleet *fleet; /* store and SSH are open */
	const struct pk_push_options *options;
	enum pk_rollout_kind kind;
	const char *const *expected; /* of each host, see pk_job_wish; NULL: any for all */
	const char *plan;	     /* digest of the plan it follows; NULL */
	const char *undoes;	     /* rollout that it takes back; NULL */
};

/* Does it. The exit status; what went wrong besides hosts is reported. */
int pk_push_run(const struct pk_push *push, struct pk_diags *diags);

/*
 * Goes on with a rollout that the store has: hosts that ended stay as they are, those that failed
 * are tried again with `retry_failed`. The fleet's
 * selection and what is desired are set from the store. The exit status.
 */
int pk_push_resume(struct pk_fleet *fleet, const struct pk_push_options *options,
	const struct pk_rollout_row *row, bool retry_failed, struct pk_diags *diags);

/* What is desired on a host by the text of pk_desired_put_json, with contents of the store. */
bool pk_push_read_desired(
	struct pk_desired *out, struct pk_fleet *fleet, const char *json, struct pk_diags *diags);

#endif

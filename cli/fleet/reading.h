/*
 * Reading: what the selected hosts are like now. Writes nothing on any host. Used by plan, drift,
 * status and `diff host:`; facts and plans are copied to the arena of the command.
 */
#ifndef CLI_FLEET_READING_H
#define CLI_FLEET_READING_H

#include "cli/fleet/contents.h"

struct pk_reading {
	bool read; /* false: see `failure` */
	struct pk_failure failure;
	struct pk_facts facts;
	const char *json; /* facts as JSON */
	char digest[PK_DIGEST_TEXT];
	struct pk_host_plan plan; /* what a push would do; only if something is wanted */
};

struct pk_readings {
	struct pk_reading *items; /* by the index of the selection */
	size_t len;
	size_t failed;
};

struct pk_reading_options {
	bool want_config; /* configurations in force and live rules, too */
	bool want_health;
};

/*
 * Asks all selected hosts, with progress on the terminal. False after a report if that could not be
 * done at all, or *end_out is not PK_END_DONE because a person wanted that; hosts that could not be
 * read are no failure of this function.
 */
bool pk_readings_take(struct pk_readings *out, struct pk_fleet *fleet,
	const struct pk_reading_options *options, enum pk_rollout_end *end_out,
	struct pk_diags *diags);

#endif

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
	int64_t read_ms;  /* since 1970 */
	char digest[PK_DIGEST_TEXT];
	struct pk_host_plan plan; /* what a push would do; see pk_readings_plan */
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

/*
 * The same from what the store has: the facts that were read last, whoever asked for them. Hosts
 * that nobody has read are not `read`. False after a report.
 */
bool pk_readings_recall(struct pk_readings *out, struct pk_fleet *fleet, struct pk_diags *diags);

/*
 * What was read last (`offline`), or what the hosts say now with their configurations; SSH is
 * opened for that. An exit status: PK_EXIT_OK, or why there is nothing to show.
 */
int pk_readings_get(
	struct pk_readings *out, struct pk_fleet *fleet, bool offline, struct pk_diags *diags);

/* Plans for hosts that were read what a push would do. */
void pk_readings_plan(struct pk_readings *readings, struct pk_fleet *fleet);

/* Facts by the text of pk_facts_put_json, NUL-terminated; false if it is NULL or none. */
bool pk_reading_parse_facts(struct pk_facts *out, struct pk_arena *arena, const char *json);

#endif

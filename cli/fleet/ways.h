/*
 * Ways: many hosts told as few: those on which the same would be done, or which drifted in the same
 * way, are one way with a list of hosts.
 */
#ifndef CLI_FLEET_WAYS_H
#define CLI_FLEET_WAYS_H

#include "cli/fleet/reading.h"

struct pk_way {
	const char *key;		/* what is the same: texts, digests */
	PK_LIST(const char *) lines;	/* what is done, or has drifted, in words */
	PK_LIST(size_t) hosts;		/* indices of the selection */
	const struct pk_config *before; /* configurations, if both can be read */
	const struct pk_config *after;
	const char *why; /* why they cannot be compared; NULL: they can, or need not be */
};

struct pk_ways {
	PK_LIST(struct pk_way) items; /* those of most hosts first */
	size_t hosts;		      /* in all of them */
};

/* What a push would do. */
void pk_ways_of_plan(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings);
/*
 * What is not as we left it, by the store; hosts that we never changed are in none.
 * `drifts` (one a host, may be NULL) gets what has drifted.
 */
bool pk_ways_of_drift(struct pk_ways *out, struct pk_drifts *drifts, struct pk_fleet *fleet,
	const struct pk_readings *readings, struct pk_diags *diags);
/* Why hosts could not be read, or nothing can be done on them. */
void pk_ways_of_trouble(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings);

/* Why hosts could not be read. */
void pk_ways_of_unread(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings);

/* Appends "ws1, ws2 and 410 more", escaped. */
void pk_ways_put_hosts(
	struct pk_buf *buf, const struct pk_fleet *fleet, const struct pk_way *way, bool all);
/* Appends a way for people: its lines, hosts, and what changes in meaning, cut unless `full`. */
void pk_ways_put_text(
	struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_way *way, bool full);
/* Appends a way as a line of JSON; `kind` is "change", "drift" or "trouble". */
void pk_ways_put_json(
	struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_way *way, const char *kind);

#endif

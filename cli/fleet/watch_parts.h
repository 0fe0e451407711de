/*
 * Watch_parts: what watch.c, watch_live.c and watch_print.c share. For these files only.
 */
#ifndef CLI_FLEET_WATCH_PARTS_H
#define CLI_FLEET_WATCH_PARTS_H

#include "cli/fleet/watch.h"

struct pk_watch {
	struct pk_cli *cli;
	struct pk_watched watched;
	enum pk_watch_format format;
	const char *report;
	bool *printed;		    /* of each host: its result was printed */
	bool *ended;		    /* of each host: it has ended in this run */
	uint64_t *working_since_ms; /* of each host; 0: nothing is done on it */
	size_t working;
	size_t wave;
	uint64_t begin_ms; /* by the monotonic clock; 0: nothing has happened yet */
	uint64_t now_ms;
	bool live;	    /* standard error is a terminal */
	size_t shown_lines; /* of the table that stands there now */
};

/* Draws the table anew. */
void pk_watch_live_show(struct pk_watch *watch);
/* Takes it away, so that a line can be printed. */
void pk_watch_live_hide(struct pk_watch *watch);
/* Appends the result of a host as a line for people. */
void pk_watch_put_line(
	struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task);
/* "install", "update", "none", "rollback", ...: what was done, by the kind of the rollout. */
const char *pk_watch_action(enum pk_rollout_kind kind, const struct pk_task_row *task);

#endif

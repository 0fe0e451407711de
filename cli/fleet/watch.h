/*
 * Watch: how a person or a program follows a rollout: a live table on a terminal, plain lines in a
 * log, JSON lines, JUnit, and afterwards a report in HTML. All of them are fed by the same events
 * and by the rows of the tasks, which are what the store keeps.
 */
#ifndef CLI_FLEET_WATCH_H
#define CLI_FLEET_WATCH_H

#include "cli/fleet/fleet.h"

/* The choices of --format for commands that change hosts, in this order. */
#define PK_WATCH_CHOICES "text|json|junit"

enum pk_watch_format {
	PK_WATCH_TEXT,
	PK_WATCH_JSON,
	PK_WATCH_JUNIT,
};

/* What is watched; everything is borrowed and stays while the watch does. */
struct pk_watched {
	const struct pk_fleet *fleet;
	const struct pk_rollout_row *rollout;
	const struct pk_task_row *tasks; /* kept up to date by the rollout */
	const struct pk_waves *waves;
	size_t count;
	bool health; /* hosts that were changed are asked for their health, too */
};

struct pk_watch;

/* Begins: says what is going to be done. `report` is the path of a report in HTML, or NULL. */
struct pk_watch *pk_watch_begin(struct pk_cli *cli, const struct pk_watched *watched,
	enum pk_watch_format format, const char *report);
/* As pk_rollout.event. */
void pk_watch_event(struct pk_watch *watch, const struct pk_rollout_event *event);
/* A person has asked for the end: says what that means now. */
void pk_watch_want(struct pk_watch *watch, enum pk_rollout_want want);
/* Ends: takes the table away, prints what comes last, writes the report; false if it cannot be. */
bool pk_watch_end(struct pk_watch *watch, enum pk_rollout_end end, struct pk_diags *diags);

/* The contract's line for one host (`picket push --format json`), with the line end. */
void pk_watch_put_json(
	struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task);
/* A rollout as JUnit and as one HTML page that needs nothing else; also for `picket history`. */
void pk_watch_put_junit(struct pk_buf *buf, const struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t count);
void pk_watch_put_html(struct pk_buf *buf, const struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t count, const struct pk_event_row *events,
	size_t event_count);

#endif

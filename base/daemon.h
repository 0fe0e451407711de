/*
 * Daemon: an installed program that goes on when we have ended, in a session of its own. It is
 * known again by its process id and the time of its start, so that another process with the same id
 * is never taken for it.
 */
#ifndef BASE_DAEMON_H
#define BASE_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

struct pk_daemon {
	int64_t pid;
	uint64_t started; /* in ticks since the system was booted: proc(5), field 22 of stat */
};

struct pk_daemon_start {
	const char *const *argv; /* argv[0] is a path; NULL at the end */
	const char *const *env;	 /* "NAME=value"; NULL at the end */
	const char *folder;	 /* to work in */
	const char *log;	 /* file that its output is added to; only the user can read it */
};

/* Starts the program. False after a report. */
bool pk_daemon_start(
	struct pk_daemon *out, const struct pk_daemon_start *start, struct pk_diags *diags);
/* Does it still run? */
bool pk_daemon_runs(const struct pk_daemon *daemon);
/*
 * Asks it to end (SIGTERM), waits at most `seconds`, then kills it (SIGKILL). True if it does not
 * run any more, also if it did not before; false after a report.
 */
bool pk_daemon_stop(const struct pk_daemon *daemon, unsigned seconds, struct pk_diags *diags);

#endif

/*
 * The steps of changing a Windows host (cmd_change.c), and what came of each (cmd_heard.c).
 */
#ifndef FLEET_HOST_CMD_CHANGE_H
#define FLEET_HOST_CMD_CHANGE_H

#include "fleet/host/cmd_part.h"

struct pk_cmd_step {
	const char *name; /* "lock", "put", "stage", "sysmon-config", ... */
	struct pk_cmd_line line;
	const char *path; /* a file is put there; NULL: `line` is run */
	const void *bytes;
	size_t len;	    /* of the file; "stage": of the file to be checked */
	const char *digest; /* "stage": of the file to be checked */
	size_t output_max;  /* 0: the usual */
};

/* What the steps are made from, and they themselves. */
struct pk_cmd_steps {
	struct pk_cmd_step *items;
	size_t len;
	size_t cap;
	struct pk_arena *arena;
	const struct pk_job_wish *wish;
	const struct pk_facts *facts;
	const struct pk_host_plan *plan;
	struct pk_failure *failure;
	const char *state;		      /* folder of the host */
	const char *service;		      /* to install under */
	const struct pk_bundle_file *program; /* to install; NULL: none */
};

/* All steps in their order; false after a failure. Finished in any case. */
bool pk_cmd_steps_make(struct pk_cmd_steps *steps);
void pk_cmd_steps_finish(struct pk_cmd_steps *steps);

#endif

/*
 * The steps of changing a Windows host (cmd_change.c; those about the sensor itself: cmd_sysmon.c,
 * cmd_agent.c), and what came of each (cmd_heard.c).
 *
 * Steps that follow one another go in one line as far as it is long enough, because every question
 * costs a program's start and a way there and back. A step that fails ends its line: what was asked
 * behind it is not done.
 */
#ifndef FLEET_HOST_CMD_CHANGE_H
#define FLEET_HOST_CMD_CHANGE_H

#include "fleet/host/cmd_part.h"

struct pk_cmd_step {
	const char *name; /* "lock", "put", "stage", "sysmon-config", ... */
	struct pk_cmd_line line;
	bool apart;	  /* not in one line with those before: their outcome decides */
	const char *path; /* a file is put there; NULL: `line` is run */
	const void *bytes;
	const struct pk_bundle_file *file; /* that is put; NULL: `bytes` are */
	size_t len;			   /* of the file; "stage": of the file to be checked */
	const char *digest;		   /* "stage": of the file to be checked */
	size_t output_max;		   /* 0: the usual */
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
	bool install;			      /* anew, or for the first time */
};

/* A question: the steps from `first` to before `end`. */
struct pk_cmd_question {
	size_t first;
	size_t end;
};

/* All steps in their order; false after a failure. Finished in any case. */
bool pk_cmd_steps_make(struct pk_cmd_steps *steps);
void pk_cmd_steps_finish(struct pk_cmd_steps *steps);
/* Question number `number`; false if there is none any more. */
bool pk_cmd_steps_question(
	struct pk_cmd_question *out, const struct pk_cmd_steps *steps, size_t number);

/* A step that is a line, begun with its name. */
struct pk_cmd_step *pk_cmd_step_add(struct pk_cmd_steps *steps, const char *name);
/* May `text` be put into lines (NULL may)? Else sets the failure and returns false. */
bool pk_cmd_step_safe(struct pk_cmd_steps *steps, const char *text, bool name);
/* Where a file of that digest lies ready, and where a configuration is kept to go back to. */
const char *pk_cmd_stage_path(const struct pk_cmd_steps *steps, const char *digest);
const char *pk_cmd_config_path(const struct pk_cmd_steps *steps, const char *digest);
/* FROM in `folder` takes the place of TO; "moved yes" says that it has. */
void pk_cmd_step_move(
	struct pk_cmd_line *line, const char *folder, const char *from, const char *to);
/* What is done if PKBAD is set: the record of before comes back, and the lock is given up. */
void pk_cmd_step_give_up(struct pk_cmd_line *line, const struct pk_cmd_steps *steps);

/* What the program is told: the words of the bundle, or the sensor's own. */
enum pk_cmd_words { PK_CMD_INSTALL, PK_CMD_UPDATE, PK_CMD_REMOVE };
struct pk_bundle_words pk_cmd_words(const struct pk_cmd_steps *steps, enum pk_cmd_words which);

void pk_cmd_sysmon_config(struct pk_cmd_steps *steps);
void pk_cmd_sysmon_remove(struct pk_cmd_steps *steps);
void pk_cmd_sysmon_install(struct pk_cmd_steps *steps);
void pk_cmd_sysmon_readback(struct pk_cmd_steps *steps);

#endif

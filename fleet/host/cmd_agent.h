/*
 * Agents of Windows: Monster, Winlogbeat. Each is a folder of files with a service, whose
 * configuration is one of these files: it is what the agent runs if it was started after the file
 * was put there, so changing it means to stop the agent, put the file in place at once, and start
 * it again. What sets them apart is in a table (cmd_agent_kinds.c); the steps are the same
 * (cmd_agent.c).
 */
#ifndef FLEET_HOST_CMD_AGENT_H
#define FLEET_HOST_CMD_AGENT_H

#include "fleet/host/cmd_change.h"

/* What a configuration is called, and what tells that it is called so. */
struct pk_cmd_agent_config {
	const char *name;
	const char *file;   /* a bundle that has it, or one called `name`, means this one */
	const char *driver; /* and so does a host with this driver; NULL: none */
};

struct pk_cmd_agent {
	const char *program;
	const char *folder;			   /* that it is put into */
	const char *const *services;		   /* that it may have; NULL ends them */
	const char *const *drivers;		   /* any of which proves that it is there */
	const struct pk_cmd_agent_config *configs; /* the usual one first; no name ends them */
	/*
	 * NULL: the program makes and starts its service, and does not say its version. Else
	 * Windows does, this is the service's name for people, and the program takes `version` and
	 * `test`.
	 */
	const char *display;
	const char *data; /* folder of what such a service keeps for itself */
};

/* How the service of a Beat is told where its files are; NULL: it is not told. */
struct pk_cmd_beat {
	const char *config; /* a whole path, also where the service names a part of it */
	const char *home;
	const char *config_home;
	const char *data;
	const char *logs;
};

/* The path with backslashes. */
const char *pk_cmd_windows_path(struct pk_arena *arena, const char *path);
/* NULL: the sensor is no agent of Windows. */
const struct pk_cmd_agent *pk_cmd_agent_find(enum pk_sensor sensor);
/* Takes what a service is started with apart; `folder` is that of its program. */
void pk_cmd_beat_read(struct pk_cmd_beat *out, struct pk_arena *arena,
	const struct pk_cmd_agent *agent, const char *folder, const char *command);

/* The folder that the agent is in, or is put into. */
const char *pk_cmd_agent_folder(
	struct pk_arena *arena, const struct pk_desired *desired, const struct pk_facts *facts);
/* Where a file of the bundle goes; NULL: it does not go along. */
const char *pk_cmd_agent_place(const struct pk_cmd_steps *steps, const struct pk_bundle_file *file);
/* May everything be put into lines? Else sets the failure. */
bool pk_cmd_agent_check(struct pk_cmd_steps *steps);
/* All steps of the plan about the agent. */
void pk_cmd_agent_change(struct pk_cmd_steps *steps, bool remove, bool config, bool start);

#endif

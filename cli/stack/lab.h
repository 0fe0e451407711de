/*
 * Lab: what the verbs of `picket lab` share. A lab is made by what a person would do: its servers
 * are started, then picket's own commands are run against them, each shown as it would be typed.
 */
#ifndef CLI_STACK_LAB_H
#define CLI_STACK_LAB_H

#include "cli/stack/access.h"
#include "templates/lab/lab.h"

struct pk_lab_options {
	struct pk_access access;
	const char *kibana;
	const char *dir;
	const char *archives;
	const char *version;
	const char *address;
	uint64_t engine_port;
	uint64_t kibana_port;
	uint64_t monster_port;
	uint64_t beats_port;
	uint64_t memory;
	uint64_t wait; /* seconds until a server has to answer */
	const char *sensor;
	uint64_t samples;
	bool no_samples;
	bool data;
	bool dry_run;
};

struct pk_lab_run {
	struct pk_cli *cli;
	const struct pk_lab_options *options;
	struct pk_diags diags;
	struct pk_lab lab;
	const char *dir; /* absolute */
	struct pk_secret *secret;
	const char *variable; /* where each command takes it from; NULL: not from one */
};

/* The verbs: each returns an exit status. */
int pk_lab_up(struct pk_lab_run *run);
int pk_lab_status(struct pk_lab_run *run);
int pk_lab_down(struct pk_lab_run *run);

/* --- the folder --- */

/* The path of `name` in the folder of the lab. */
const char *pk_lab_path(const struct pk_lab_run *run, const char *name);
/* Makes the folder and those in it; false after a report. */
bool pk_lab_make_dirs(struct pk_lab_run *run);
/* Removes those in it again if no lab began: the next one would take them for somebody else's. */
void pk_lab_drop_dirs(const struct pk_lab_run *run);
/* Writes a file that only the user can read; false after a report. */
bool pk_lab_write_secret(struct pk_lab_run *run, const char *name, const char *bytes, size_t len);
/* lab.json; *found is false if there is none. False after a report. */
bool pk_lab_load(struct pk_lab_run *run, bool *found);
bool pk_lab_save(struct pk_lab_run *run);
/* Makes passwords and certificates that are not there yet; false after a report. */
bool pk_lab_make_secrets(struct pk_lab_run *run);
/* The text of a password made so, in the arena; NULL after a report. */
const char *pk_lab_read_secret(struct pk_lab_run *run, const char *name);

/* What the lab's version is a release of; `oss`: without x-pack. False after a report. */
bool pk_lab_read_elk(
	struct pk_elk *out, struct pk_lab_run *run, enum pk_elk_product product, bool oss);

/*
 * Logstash's files for the engine at `url`; `url`, `ca` (may be NULL) and the folder `scripts` are
 * as Logstash finds them. False after a report.
 */
bool pk_lab_write_logstash(struct pk_lab_run *run, const struct pk_elk *elk, const char *url,
	const char *ca, const char *scripts);

/* --- programs --- */

/* Runs a program to its end; false after a report with what it said. `input` may be NULL. */
bool pk_lab_run_program(struct pk_lab_run *run, const char *const *argv, const char *const *env,
	const char *input, unsigned seconds);
/* The environment that programs of the lab get: PATH, HOME, what names a Java, and `more`. */
const char *const *pk_lab_environment(struct pk_lab_run *run, const char *const *more);
/* Says one thing that would be done; `what` goes on behind "would ". */
void pk_lab_put_would(struct pk_lab_run *run, const char *what);
/*
 * Runs a command of picket's, shown before it is run; `words` end with NULL. The options that reach
 * the lab's engine are added if `reach`. The exit status of the command.
 */
int pk_lab_command(struct pk_lab_run *run, const char *const *words, bool reach);

/* --- the ways to have an engine --- */

/* Writes the files, starts what does not run, waits until it answers. False after a report. */
bool pk_lab_docker_up(struct pk_lab_run *run);
bool pk_lab_docker_down(struct pk_lab_run *run);
/* Which of the lab's services run: bit n for enum pk_lab_program n. False after a report. */
bool pk_lab_docker_running(unsigned *out, struct pk_lab_run *run);
bool pk_lab_archives_up(struct pk_lab_run *run);
bool pk_lab_archives_down(struct pk_lab_run *run);

/* --- servers --- */

/*
 * Takes the secret for a stack that was there before. One of a variable or the terminal serves
 * several commands, each of which takes it away. False after a report.
 */
bool pk_lab_take_secret(struct pk_lab_run *run);

/* Opens the engine or Kibana as the lab's first user; NULL after a report. */
struct pk_http *pk_lab_open(struct pk_lab_run *run, const char *url, const char *header,
	unsigned seconds, struct pk_diags *diags);
/*
 * Asks until it answers with 200, at most as long as --wait says; ends early when `daemon` (may be
 * NULL) ends. False after a report.
 */
bool pk_lab_wait(struct pk_lab_run *run, const char *what, const char *url, const char *path,
	enum pk_lab_program program);
/* Makes the users of Kibana and Logstash, with their passwords. False after a report. */
bool pk_lab_make_users(struct pk_lab_run *run);
/* The local endpoint: the sensor of --sensor on this machine, pushed to. An exit status. */
int pk_lab_endpoint(struct pk_lab_run *run);

#endif

/*
 * Attack: what the files of the command `attack` share.
 */
#ifndef CLI_ATTACK_H
#define CLI_ATTACK_H

#include "cli/cli.h"
#include "cli/options.h"
#include "mitre/history.h"

struct pk_attack_options {
	const char *tactic;
	const char *release;
	const char *from;
	const char *to;
	int status; /* enum pk_technique_status, or -1: any */
	bool dry_run;
};

struct pk_attack_run {
	struct pk_cli *cli;
	struct pk_attack_options options;
	struct pk_texts arguments; /* behind the action */
	const struct pk_attack *attack;
	const struct pk_history *history;
	struct pk_diags diags;
};

/* Prints the findings as talk; the result is the exit status. */
int pk_attack_finish(struct pk_attack_run *run);
/* The line that goes with names of techniques: as text, or a record of its own in JSON. */
void pk_attack_put_copyright(struct pk_buf *buf, const struct pk_attack_run *run);
/* The action `migrate` (attack_migrate.c); the result is the exit status. */
int pk_attack_migrate(struct pk_attack_run *run);

#endif

/*
 * Progress: one line on a terminal that says how far long work has come. Nothing is shown where
 * standard error is no terminal, with --quiet, or for work that is done within a moment.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

#include "cli/cli.h"

struct pk_progress {
	struct pk_cli *cli;
	const char *what; /* "mutants" */
	bool active;	  /* somebody can see it */
	bool shown;	  /* a line stands on the terminal */
	uint64_t next_ms; /* when to show it next, by the monotonic clock */
};

/* Begins; `what` must stay alive. */
void pk_progress_begin(struct pk_progress *progress, struct pk_cli *cli, const char *what);
/* `done` of `total`; 0 as total: not known. Cheap enough to be called for each step. */
void pk_progress_step(struct pk_progress *progress, size_t done, size_t total);
/* Takes the line away. */
void pk_progress_end(struct pk_progress *progress);

#endif

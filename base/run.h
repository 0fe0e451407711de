/*
 * Run: an installed program, without a shell.
 *
 * It gets the arguments and the environment that are given here and nothing else of ours: its
 * standard input is the bytes of `input`, no descriptor but the first three is inherited, and
 * signals are as in a fresh process. It is ended if it takes longer or says more than it may.
 */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <stddef.h>

#include "base/buf.h"

struct pk_run {
	const char *const *argv; /* argv[0] is looked for in PATH; NULL at the end */
	const char *const *env;	 /* "NAME=value"; NULL at the end */
	const char *input;
	size_t input_len;
	size_t output_max; /* bytes of standard output, and of standard error */
	unsigned seconds_max;
};

enum pk_run_end {
	PK_RUN_EXITED,
	PK_RUN_NOT_FOUND, /* the program is not installed */
	PK_RUN_KILLED,	  /* a signal ended it */
	PK_RUN_TOO_LONG,
	PK_RUN_TOO_MUCH,
	PK_RUN_NOT_STARTED, /* the system refused; see `error` */
};

struct pk_run_result {
	enum pk_run_end end;
	int status; /* EXITED: what the program returned */
	int error;  /* NOT_STARTED: an errno */
	struct pk_buf out;
	struct pk_buf err;
};

/* Runs the program to its end. The caller finishes the result, whatever it is. */
void pk_run(struct pk_run_result *out, const struct pk_run *run);
/* Releases what the program said. */
void pk_run_finish(struct pk_run_result *result);

#define PK_RUN_AUTO __attribute__((cleanup(pk_run_finish))) struct pk_run_result

#endif

/*
 * Cli: what every command is given, how it speaks to the person, and the exit statuses.
 *
 * Only this room prints. The product of a command goes to `out`, talk goes to `err`; whatever
 * comes from an input or from the command line passes pk_escape_put first. Commands return an
 * exit status and never end the process.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

/* Exit statuses; scripts rely on them. */
enum pk_exit {
	PK_EXIT_OK = 0,
	PK_EXIT_FINDINGS = 1, /* errors found, or a difference where one was asked about */
	PK_EXIT_USAGE = 2,
	PK_EXIT_CANNOT = 3, /* file, network, server */
	PK_EXIT_SOME_HOSTS = 4,
	PK_EXIT_INTERRUPTED = 130,
};

/* The choices of --format that all printers of findings know. */
enum pk_format {
	PK_FORMAT_TEXT,
	PK_FORMAT_SHORT,
	PK_FORMAT_JSON,
	PK_FORMAT_SARIF,
	PK_FORMAT_JUNIT,
};

enum pk_color {
	PK_COLOR_AUTO,
	PK_COLOR_ALWAYS,
	PK_COLOR_NEVER,
};

enum pk_deny {
	PK_DENY_NOTHING,
	PK_DENY_WARNINGS,
};

/* The options every command takes. */
struct pk_common {
	enum pk_format format;
	enum pk_color color;
	enum pk_deny deny;
	bool quiet;
	bool help;
};

struct pk_command;

struct pk_cli {
	const char *program; /* "picket" */
	FILE *out;
	FILE *err;
	bool tty;	/* `out` is a terminal */
	bool color;	/* colour what goes to `out` */
	bool err_color; /* colour what goes to `err` */
	struct pk_arena *arena;
	const struct pk_command *command; /* the one that runs; NULL before it is known */
	struct pk_common common;	  /* set by pk_options_parse */
	int write_error;		  /* errno of the first write to a stream that failed */
	int status;			  /* what to return when pk_options_parse says false */
};

/*
 * Fills `cli` for two streams, which stay the caller's; terminal and colour are found out from
 * the streams, NO_COLOR and TERM.
 */
void pk_cli_init(struct pk_cli *cli, struct pk_arena *arena, FILE *out, FILE *err);
/* Decides about colour again, after --color has been read into `common`. */
void pk_cli_choose_color(struct pk_cli *cli);

/* Writes the bytes of `buf`; pk_cli_run says so if it failed. */
void pk_cli_put(struct pk_cli *cli, FILE *stream, const struct pk_buf *buf);
/* Says "picket: message" on `err`, escaped. */
void pk_cli_complain(struct pk_cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* As pk_cli_complain, then points to --help; the result is PK_EXIT_USAGE, to be returned. */
int pk_cli_usage_error(struct pk_cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The exit status for what was reported: PK_EXIT_CANNOT if a file could not be read or written,
 * PK_EXIT_FINDINGS for other errors and, with --deny warnings, for warnings.
 */
int pk_cli_status(const struct pk_cli *cli, const struct pk_diags *diags);

/*
 * Runs the command that `argv` names (argv[0] is the program) and returns its exit status;
 * PK_EXIT_CANNOT if not everything could be written to `out`.
 */
int pk_cli_run(struct pk_cli *cli, int argc, char **argv);

#endif

/*
 * Replay_print: the decisions of `picket replay`, one a line, collected in large blocks.
 */
#ifndef CLI_REPLAY_PRINT_H
#define CLI_REPLAY_PRINT_H

#include "cli/cli.h"
#include "generators/engine/event_reader.h"

/* The choices of --format. */
enum pk_replay_format {
	PK_REPLAY_TEXT,
	PK_REPLAY_TSV,
	PK_REPLAY_JSON,
};

struct pk_replay_printer {
	struct pk_cli *cli;
	enum pk_replay_format format;
	const char *path;   /* of the file that is being printed */
	struct pk_buf out;  /* what has not been written yet */
	struct pk_buf lead; /* TSV: how each line of the file begins */
};

/* A line for people is led by a heading for each file. */
void pk_replay_print_file(struct pk_replay_printer *printer, const char *path);
void pk_replay_print_event(struct pk_replay_printer *printer, const struct pk_record *record,
	const struct pk_decision *decision);
/* Writes what is left and releases the memory. */
void pk_replay_print_end(struct pk_replay_printer *printer);

#endif

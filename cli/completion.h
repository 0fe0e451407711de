/*
 * Completion: what the shells need to know about the command line, taken from the tables of
 * commands and options, so that it cannot be out of date.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stddef.h>

#include "base/buf.h"
#include "cli/commands.h"

/* Append a whole completion script. */
void pk_completion_bash(struct pk_buf *buf);
void pk_completion_zsh(struct pk_buf *buf);
void pk_completion_fish(struct pk_buf *buf);

/* What may stand as an argument of a command. */
enum pk_argument_kind {
	PK_ARGUMENT_NONE,
	PK_ARGUMENT_FILE,
	PK_ARGUMENT_WORDS,
};

/*
 * What arguments `command` takes; for PK_ARGUMENT_WORDS they are appended to `words_out` with
 * blanks between them: the choices that its synopsis gives, commands or codes.
 */
enum pk_argument_kind pk_completion_arguments(
	struct pk_buf *words_out, const struct pk_command *command);
/* The rows of `command` first, then the common ones that it does not have itself; NULL: the end. */
const struct pk_option *pk_completion_option(const struct pk_command *command, size_t index);
/* Appends "a|b|c" with blanks. */
void pk_completion_put_choices(struct pk_buf *buf, const char *choices);

#endif

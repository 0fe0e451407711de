/*
 * Commands: the list of what picket can do. It is made of commands.def; each command lives in a
 * file cmd_<name>.c that defines what is declared here for it.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stddef.h>

#include "cli/cli.h"
#include "cli/options.h"

struct pk_command {
	const char *name;
	const char *arguments; /* what stands behind the options, for people: "FILE..." */
	const char *summary;   /* one line, lower case, no full stop */
	const struct pk_option *options;
	/* `argv[0]` is the command's name; the result is an exit status. */
	int (*run)(struct pk_cli *cli, int argc, char **argv);
};

#define PK_COMMAND(name, arguments, summary)                                                       \
	extern const struct pk_option pk_cmd_##name##_options[];                                   \
	int pk_cmd_##name(struct pk_cli *cli, int argc, char **argv);
#include "cli/commands.def"
#undef PK_COMMAND

/* All commands in alphabetical order. */
const struct pk_command *pk_command_list(size_t *count_out);
/* The command called `name`, or NULL. */
const struct pk_command *pk_command_find(const char *name);
/* The command whose name is near enough to `name` for "did you mean", or NULL. */
const struct pk_command *pk_command_nearest(const char *name);
/* Prints how `command` is used, from its tables. */
void pk_command_print_help(struct pk_cli *cli, const struct pk_command *command);

#endif

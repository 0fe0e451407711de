#include "cli/commands.h"

#include "base/text.h"

/* A new command is a row in commands.def. */
static const struct pk_command commands[] = {
#define PK_COMMAND(name, arguments, summary)                                                       \
	{#name, arguments, summary, pk_cmd_##name##_options, pk_cmd_##name},
#include "cli/commands.def"
#undef PK_COMMAND
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

const struct pk_command *pk_command_list(size_t *count_out)
{
	*count_out = COMMAND_COUNT;
	return commands;
}

const struct pk_command *pk_command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (pk_text_equal(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

const struct pk_command *pk_command_nearest(const char *name)
{
	const char *names[COMMAND_COUNT];
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	const char *near = pk_text_nearest(name, names, COMMAND_COUNT);
	return near == NULL ? NULL : pk_command_find(near);
}

void pk_command_print_help(struct pk_cli *cli, const struct pk_command *command)
{
	PK_BUF_AUTO buf = {0};
	pk_buf_printf(&buf, "usage: picket %s [OPTION...]", command->name);
	if (command->arguments[0] != '\0')
		pk_buf_printf(&buf, " %s", command->arguments);
	pk_buf_printf(&buf, "\n\n%s\n", command->summary);

	if (command->options->kind != PK_OPT_END) {
		pk_buf_puts(&buf, "\nOptions:\n");
		pk_options_describe(&buf, command->options, NULL);
	}
	pk_buf_puts(&buf, "\nCommon options:\n");
	pk_options_describe(&buf, pk_common_options, command->options);
	pk_buf_printf(&buf, "\nThe manual page is picket-%s(1).\n", command->name);
	pk_cli_put(cli, cli->out, &buf);
}

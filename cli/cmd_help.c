#include "cli/commands.h"

const struct pk_option pk_cmd_help_options[] = {
	PK_OPTIONS_END,
};

static void print_overview(struct pk_cli *cli)
{
	size_t count;
	const struct pk_command *commands = pk_command_list(&count);
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "usage: picket COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n");
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(&buf, "  %-12s%s\n", commands[i].name, commands[i].summary);
	pk_buf_puts(&buf,
		"\n'picket COMMAND --help' tells the options of a command.\n"
		"The manual page is picket(1).\n");
	pk_cli_put(cli, cli->out, &buf);
}

int pk_cmd_help(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_texts names = {0};
	if (!pk_options_parse(cli, NULL, &names, argc, argv))
		return cli->status;
	if (names.len > 1)
		return pk_cli_usage_error(cli, "one command at a time");
	if (names.len == 0) {
		print_overview(cli);
		return PK_EXIT_OK;
	}

	const struct pk_command *command = pk_command_find(names.items[0]);
	if (command == NULL)
		return pk_cli_usage_error(cli, "unknown command '%s'", names.items[0]);
	pk_command_print_help(cli, command);
	return PK_EXIT_OK;
}

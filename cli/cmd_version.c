#include "cli/commands.h"

const struct pk_option pk_cmd_version_options[] = {
	PK_OPTIONS_END,
};

int pk_cmd_version(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, NULL, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 0)
		return pk_cli_usage_error(cli, "'version' takes no argument");
	fprintf(cli->out, "picket %s\n", PICKET_VERSION);
	return PK_EXIT_OK;
}

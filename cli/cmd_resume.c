/* resume: goes on with a rollout that was interrupted, paused or halted. */
#include "cli/commands.h"
#include "cli/fleet/push.h"

struct resume_options {
	struct pk_fleet_options fleet;
	struct pk_push_options push;
	bool retry_failed;
};

const struct pk_option pk_cmd_resume_options[] = {
	PK_FLEET_OPTIONS(struct resume_options),
	{PK_OPT_TEXT, 0, "bundles", "DIR", offsetof(struct resume_options, fleet.bundles),
		"store of sensor bundles (default in XDG_DATA_HOME)"},
	PK_FLEET_CONNECT_OPTIONS(struct resume_options),
	PK_PUSH_OPTIONS(struct resume_options),
	{PK_OPT_FLAG, 0, "retry-failed", NULL, offsetof(struct resume_options, retry_failed),
		"try hosts again that had failed"},
	PK_OPTIONS_END,
};

/* What the command was given. */
struct resume {
	const struct resume_options *options;
	const char *id; /* NULL: the last rollout */
};

static int run(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct resume *given = data;
	const char *id = given->id;
	struct pk_cli *cli = fleet->cli;
	struct pk_rollout_row row;
	bool found;
	if (!pk_fleet_find_store(fleet, true, diags) ||
		!pk_store_find_rollout(&row, &found, cli->arena, fleet->store, id, diags))
		return pk_cli_status(cli, diags);
	if (!found) {
		pk_report(diags, PK_ROLLOUT_UNKNOWN, PK_NO_SPAN,
			id == NULL ? "there is no rollout yet" : "there is no rollout '%s'", id);
		return PK_EXIT_FINDINGS;
	}
	bool again = given->options->retry_failed && row.failed > 0;
	if (row.state == PK_ROLLOUT_DONE && !again) {
		pk_report(diags, PK_ROLLOUT_OVER, PK_NO_SPAN, "rollout '%s' is done", row.id);
		return PK_EXIT_OK;
	}
	return pk_push_resume(
		fleet, &given->options->push, &row, given->options->retry_failed, diags);
}

int pk_cmd_resume(struct pk_cli *cli, int argc, char **argv)
{
	struct resume_options options = {0};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one rollout");

	const struct pk_texts all = {0};
	struct resume resume = {&options, arguments.len == 1 ? arguments.items[0] : NULL};
	return pk_fleet_command(cli, &options.fleet, &all, run, &resume);
}

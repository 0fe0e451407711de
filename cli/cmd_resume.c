/* resume: goes on with a rollout that was interrupted, paused or halted. */
#include "cli/commands.h"
#include "cli/fleet/push.h"
#include "cli/print.h"

struct resume_options {
	struct pk_fleet_options fleet;
	struct pk_push_options push;
};

const struct pk_option pk_cmd_resume_options[] = {
	PK_FLEET_OPTIONS(struct resume_options),
	{PK_OPT_TEXT, 0, "bundles", "DIR", offsetof(struct resume_options, fleet.bundles),
		"store of sensor bundles (default in XDG_DATA_HOME)"},
	PK_FLEET_CONNECT_OPTIONS(struct resume_options),
	PK_PUSH_OPTIONS(struct resume_options),
	PK_OPTIONS_END,
};

static int resume(struct pk_fleet *fleet, const struct resume_options *options, const char *id,
	struct pk_diags *diags)
{
	struct pk_cli *cli = fleet->cli;
	struct pk_rollout_row row;
	bool found;
	if (!pk_fleet_open_store(fleet, true, NULL, diags) ||
		!pk_store_find_rollout(&row, &found, cli->arena, fleet->store, id, diags))
		return pk_cli_status(cli, diags);
	if (!found) {
		pk_report(diags, PK_ROLLOUT_UNKNOWN, PK_NO_SPAN,
			id == NULL ? "there is no rollout yet" : "there is no rollout '%s'", id);
		return PK_EXIT_FINDINGS;
	}
	if (row.state == PK_ROLLOUT_DONE) {
		pk_report(diags, PK_ROLLOUT_OVER, PK_NO_SPAN, "rollout '%s' is done", row.id);
		return PK_EXIT_OK;
	}
	return pk_push_resume(fleet, &options->push, &row, diags);
}

int pk_cmd_resume(struct pk_cli *cli, int argc, char **argv)
{
	struct resume_options options = {0};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one rollout");

	struct pk_diags diags = {.arena = cli->arena};
	const struct pk_texts all = {0};
	PK_FLEET_AUTO fleet = {0};
	int status;
	if (pk_fleet_open(&fleet, cli, &options.fleet, &all, &diags))
		status = resume(
			&fleet, &options, arguments.len == 1 ? arguments.items[0] : NULL, &diags);
	else
		status = pk_cli_status(cli, &diags);
	struct pk_print_context context = {.to_err = true};
	pk_print_diags(cli, &diags, PK_FORMAT_TEXT, &context);
	return status;
}

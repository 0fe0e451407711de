/* drift: what is not as the last push left it. */
#include "base/escape.h"
#include "cli/commands.h"
#include "cli/fleet/ways.h"

struct drift_options {
	struct pk_fleet_options fleet;
	int format; /* 0 text, 1 json */
	bool full;
	bool offline;
};

const struct pk_option pk_cmd_drift_options[] = {
	PK_FLEET_OPTIONS(struct drift_options),
	PK_FLEET_CONNECT_OPTIONS(struct drift_options),
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct drift_options, format),
		"how to print what has drifted"},
	{PK_OPT_FLAG, 0, "full", NULL, offsetof(struct drift_options, full),
		"show all hosts and every line of what changed"},
	{PK_OPT_FLAG, 0, "offline", NULL, offsetof(struct drift_options, offline),
		"by what was read last; connect to no host"},
	PK_OPTIONS_END,
};

static void put_ways(struct pk_buf *buf, struct pk_fleet *fleet,
	const struct drift_options *options, const struct pk_ways *ways, const char *kind)
{
	for (size_t i = 0; i < ways->items.len; i++) {
		const struct pk_way *way = &ways->items.items[i];
		if (options->format == 1) {
			pk_ways_put_json(buf, fleet, way, kind);
			continue;
		}
		pk_buf_putc(buf, '\n');
		pk_ways_put_text(buf, fleet, way, options->full);
	}
}

static int show(struct pk_fleet *fleet, const struct drift_options *options,
	const struct pk_readings *readings, struct pk_diags *diags)
{
	struct pk_ways drifts = {0};
	struct pk_ways troubles = {0};
	PK_BUF_AUTO text = {0};
	if (!pk_ways_of_drift(&drifts, NULL, fleet, readings, diags))
		return PK_EXIT_CANNOT;
	pk_ways_of_unread(&troubles, fleet, readings);
	if (options->format == 0)
		pk_buf_printf(&text, "%zu of %zu host%s drifted, in %zu way%s; %zu not read\n",
			drifts.hosts, readings->len, readings->len == 1 ? "" : "s",
			drifts.items.len, drifts.items.len == 1 ? "" : "s", readings->failed);
	put_ways(&text, fleet, options, &drifts, "drift");
	put_ways(&text, fleet, options, &troubles, "trouble");
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	if (readings->failed > 0 && !options->offline)
		return PK_EXIT_SOME_HOSTS;
	return drifts.hosts > 0 ? PK_EXIT_FINDINGS : PK_EXIT_OK;
}

static int run(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct drift_options *options = data;
	struct pk_readings readings;
	pk_fleet_ask(fleet);
	if (!pk_fleet_find_store(fleet, false, diags))
		return pk_cli_status(fleet->cli, diags);
	int status = pk_readings_get(&readings, fleet, options->offline, diags);
	return status == PK_EXIT_OK ? show(fleet, options, &readings, diags) : status;
}

int pk_cmd_drift(struct pk_cli *cli, int argc, char **argv)
{
	struct drift_options options = {0};
	struct pk_texts selectors = {0};
	if (!pk_options_parse(cli, &options, &selectors, argc, argv))
		return cli->status;
	return pk_fleet_command(cli, &options.fleet, &selectors, run, &options);
}

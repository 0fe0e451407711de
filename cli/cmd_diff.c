/* diff: what changes in meaning from one configuration to another. */
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/diff_print.h"
#include "cli/fleet/live.h"
#include "cli/print.h"

struct diff_options {
	struct pk_fleet_options fleet; /* for host:NAME */
	bool all;
	int format; /* enum pk_diff_format */
	const char *library;
	int platform;
	const char *profile;
	struct pk_texts replay;
	const char *schema;
};

const struct pk_option pk_cmd_diff_options[] = {
	{PK_OPT_FLAG, 0, "all", NULL, offsetof(struct diff_options, all),
		"show rules that differ without effect, too"},
	{PK_OPT_CHOICE, 0, "format", "text|short|json|markdown",
		offsetof(struct diff_options, format), "how to print what changes"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct diff_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct diff_options, platform),
		"Sysmon to compare for (default the profile's, else windows)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct diff_options, profile),
		"profile of the projects or rulesets to apply"},
	{PK_OPT_LIST, 0, "replay", "EVENTS", offsetof(struct diff_options, replay),
		"count recorded events that are gained, lost, relabelled"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct diff_options, schema),
		"Sysmon schema to compare with (default the newest)"},
	PK_FLEET_OPTIONS(struct diff_options),
	PK_FLEET_CONNECT_OPTIONS(struct diff_options),
	PK_OPTIONS_END,
};

static bool open_side(struct pk_config *out, struct pk_cli *cli, const char *argument,
	const struct diff_options *options, struct pk_diags *diags)
{
	if (pk_text_starts(argument, PK_LIVE_PREFIX))
		return pk_live_open(out, cli, argument, &options->fleet, diags);
	const struct pk_config_options config = {.profile = options->profile,
		.library = options->library,
		.schema = options->schema,
		.platform = options->platform};
	return pk_config_open(out, cli, argument, &config, diags);
}

/* Opens both; of hosts first, because a file is meant for the platform of the host beside it. */
static bool open_both(struct pk_config sides[2], struct pk_cli *cli,
	const struct pk_texts *arguments, const struct diff_options *options,
	struct pk_diags *diags)
{
	struct diff_options known = *options;
	bool live[2], opened[2] = {false, false};
	for (size_t i = 0; i < 2; i++) {
		live[i] = pk_text_starts(arguments->items[i], PK_LIVE_PREFIX);
		if (!live[i])
			continue;
		opened[i] = open_side(&sides[i], cli, arguments->items[i], options, diags);
		if (opened[i] && known.platform == PK_CONFIG_ANY)
			known.platform = (int)sides[i].sysmon->parser->platform;
	}
	for (size_t i = 0; i < 2; i++) {
		if (!live[i])
			opened[i] = open_side(&sides[i], cli, arguments->items[i], &known, diags);
	}
	return opened[0] && opened[1];
}

static bool have_same_platform(
	const struct pk_config *before, const struct pk_config *after, struct pk_diags *diags)
{
	if (before->sysmon->parser->platform == after->sysmon->parser->platform)
		return true;
	struct pk_diag *diag = pk_report(diags, PK_DIFF_PLATFORM, PK_NO_SPAN,
		"'%s' and '%s' are for different platforms", before->name, after->name);
	pk_diag_hint(diags, diag, "give --platform to compare both for one");
	return false;
}

static void print(
	struct pk_cli *cli, enum pk_diff_format format, const struct pk_diff_report *report)
{
	PK_BUF_AUTO buf = {0};
	switch (format) {
	case PK_DIFF_TEXT:
		pk_diff_put_text(&buf, report);
		break;
	case PK_DIFF_SHORT:
		pk_diff_put_short(&buf, report);
		break;
	case PK_DIFF_JSON:
		pk_diff_put_json(&buf, report);
		break;
	case PK_DIFF_MARKDOWN:
		pk_diff_put_markdown(&buf, report);
		break;
	}
	pk_cli_put(cli, cli->out, &buf);
}

/* Compares and prints; the exit status. */
static int compare(struct pk_cli *cli, const struct diff_options *options,
	const struct pk_config *before, const struct pk_config *after, struct pk_diags *diags)
{
	struct pk_diff_replay replay = {0};
	struct pk_diff_report report = {.before = before->name,
		.after = after->name,
		.diff = pk_config_diff(cli->arena, before, after),
		.all = options->all,
		.color = cli->color};
	bool read = true;
	if (options->replay.len > 0) {
		read = pk_diff_replay(&replay, cli, before, after, &options->replay, diags);
		report.replay = &replay;
	}
	print(cli, (enum pk_diff_format)options->format, &report);
	if (!read)
		return PK_EXIT_CANNOT;
	return pk_diff_is_empty(report.diff) && replay.changes.len == 0 ? PK_EXIT_OK
									: PK_EXIT_FINDINGS;
}

int pk_cmd_diff(struct pk_cli *cli, int argc, char **argv)
{
	struct diff_options options = {.platform = PK_CONFIG_ANY};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len != 2)
		return pk_cli_usage_error(cli, "give two configurations to compare");

	struct pk_diags diags = {.arena = cli->arena};
	struct pk_config sides[2];
	int status = PK_EXIT_CANNOT;
	if (open_both(sides, cli, &arguments, &options, &diags) &&
		have_same_platform(&sides[0], &sides[1], &diags))
		status = compare(cli, &options, &sides[0], &sides[1], &diags);

	struct pk_print_context context = {
		.to_err = true, .inputs = arguments.items, .input_count = arguments.len};
	pk_print_diags(cli, &diags,
		options.format == PK_DIFF_JSON ? PK_FORMAT_JSON : PK_FORMAT_TEXT, &context);
	return status;
}

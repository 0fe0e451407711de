/* why: the whole decision of Sysmon's engine on one event. */
#include <string.h>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/print.h"
#include "cli/why_print.h"
#include "generators/engine/event_json.h"

struct why_options {
	bool all;
	int format; /* enum why_format */
	uint64_t index;
	const char *library;
	int platform;
	const char *profile;
	const char *rev;
	const char *schema;
};

enum why_format {
	WHY_TEXT,
	WHY_JSON,
};

const struct pk_option pk_cmd_why_options[] = {
	{PK_OPT_FLAG, 0, "all", NULL, offsetof(struct why_options, all),
		"show every filter, not only what matches or nearly does"},
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct why_options, format),
		"how to print the decision"},
	{PK_OPT_NUMBER, 0, "index", "N", offsetof(struct why_options, index),
		"take event N of the file, from 0 (default 0)"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct why_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct why_options, platform),
		"Sysmon to decide for (default the profile's, else windows)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct why_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "rev", "GITREV", offsetof(struct why_options, rev),
		"read the configuration from a git revision"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct why_options, schema),
		"Sysmon schema to decide with (default the newest)"},
	PK_OPTIONS_END,
};

struct why_run {
	struct pk_cli *cli;
	const struct why_options *options;
	const char *argument; /* EVENT */
	struct pk_config config;
	struct pk_diags diags;
};

/* An event may be written on the command line; no file of events begins so. */
static bool is_event_text(const char *argument)
{
	return argument[0] == '{';
}

static void explain(struct why_run *run, const struct pk_record *record)
{
	PK_BUF_AUTO buf = {0};
	struct pk_why_print print = {
		.config = &run->config,
		.why = pk_why_make(
			run->cli->arena, run->config.engine, run->config.sysmon, &record->event),
		.file = is_event_text(run->argument) ? NULL : run->argument,
		.index = record->index,
		.all = run->options->all,
	};
	if (run->options->format == WHY_JSON)
		pk_why_put_json(&buf, &print);
	else
		pk_why_put_text(&buf, &print);
	pk_cli_put(run->cli, run->cli->out, &buf);
}

static void explain_text(struct why_run *run)
{
	struct pk_event_types *types = PK_NEW(run->cli->arena, struct pk_event_types);
	struct pk_source *source =
		pk_source_make(run->cli->arena, "EVENT", run->argument, strlen(run->argument));
	struct pk_record record = {0};
	pk_event_types_init(types, run->config.sysmon->parser);
	if (pk_event_json_read(source, types, &record, &run->diags) == PK_EVENT_READ) {
		explain(run, &record);
		return;
	}
	if (run->diags.errors > 0)
		return;
	struct pk_diag *diag = pk_report(&run->diags, PK_NO_SUCH_EVENT, pk_span_file(source),
		"argument is no event of Sysmon");
	pk_diag_hint(&run->diags, diag, "write it as {\"EventID\":1,\"EventData\":{...}}");
}

/* False after a report if the file cannot be opened. */
static bool explain_file(struct why_run *run)
{
	PK_AUTO(pk_event_reader) *reader =
		pk_event_reader_open(run->argument, run->config.sysmon->parser, &run->diags);
	if (reader == NULL)
		return false;
	struct pk_record record;
	while (pk_event_reader_next(reader, &record)) {
		if (record.index == run->options->index) {
			explain(run, &record);
			return true;
		}
	}
	size_t count = pk_event_reader_counts(reader).read;
	struct pk_diag *diag = pk_report(&run->diags, PK_NO_SUCH_EVENT, PK_NO_SPAN,
		"'%s' has no event %zu", run->argument, (size_t)run->options->index);
	if (count > 0)
		pk_diag_hint(&run->diags, diag, "choose one from 0 to %zu", count - 1);
	return true;
}

int pk_cmd_why(struct pk_cli *cli, int argc, char **argv)
{
	struct why_options options = {.platform = PK_CONFIG_ANY};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len != 2)
		return pk_cli_usage_error(cli, "give a configuration and an event");
	if (strcmp(arguments.items[0], "-") == 0 && strcmp(arguments.items[1], "-") == 0)
		return pk_cli_usage_error(cli, "only one input can be standard input");
	if (options.index > 0 && is_event_text(arguments.items[1]))
		return pk_cli_usage_error(cli, "--index is for files of events");

	struct pk_config_options config_options = {.profile = options.profile,
		.library = options.library,
		.rev = options.rev,
		.schema = options.schema,
		.platform = options.platform};
	struct why_run run = {.cli = cli,
		.options = &options,
		.argument = arguments.items[1],
		.diags = {.arena = cli->arena}};
	bool opened = true;
	if (pk_config_open(&run.config, cli, arguments.items[0], &config_options, &run.diags)) {
		if (is_event_text(run.argument))
			explain_text(&run);
		else
			opened = explain_file(&run);
	}

	struct pk_print_context context = {
		.to_err = true, .inputs = arguments.items, .input_count = 1};
	pk_print_diags(cli, &run.diags,
		options.format == WHY_JSON ? PK_FORMAT_JSON : PK_FORMAT_TEXT, &context);
	return opened ? pk_cli_status(cli, &run.diags) : PK_EXIT_CANNOT;
}

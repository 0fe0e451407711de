/* replay: what Sysmon would do with recorded events. */
#include <string.h>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/replay_print.h"
#include "cli/replay_summary.h"
#include "generators/engine/matcher.h"

enum only {
	ONLY_ALL,
	ONLY_LOG,
	ONLY_DROP,
};

struct replay_options {
	int format; /* enum pk_replay_format */
	const char *library;
	int matcher; /* enum pk_matcher_kind */
	int only;
	int platform;
	const char *profile;
	const char *rev;
	const char *schema;
	bool strict;
	bool summary;
};

const struct pk_option pk_cmd_replay_options[] = {
	{PK_OPT_CHOICE, 0, "format", "text|tsv|json", offsetof(struct replay_options, format),
		"how to print decisions and the summary"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct replay_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_CHOICE, 0, "matcher", "auto|plain|hyperscan",
		offsetof(struct replay_options, matcher),
		"how conditions are asked; the answers are the same"},
	{PK_OPT_CHOICE, 0, "only", "all|log|drop", offsetof(struct replay_options, only),
		"print only what is logged or dropped"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct replay_options, platform),
		"Sysmon to replay for (default the profile's, else windows)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct replay_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "rev", "GITREV", offsetof(struct replay_options, rev),
		"read the configuration from a git revision"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct replay_options, schema),
		"Sysmon schema to replay with (default the newest)"},
	{PK_OPT_FLAG, 0, "strict", NULL, offsetof(struct replay_options, strict),
		"end at the first event that cannot be read"},
	{PK_OPT_FLAG, 0, "summary", NULL, offsetof(struct replay_options, summary),
		"print counts and events an hour instead of decisions"},
	PK_OPTIONS_END,
};

enum { STEP = 4096 }; /* events from one look at the progress to the next */

struct replay {
	struct pk_cli *cli;
	const struct replay_options *options;
	const struct pk_schema *schema;
	struct pk_matcher *matcher;
	struct pk_replay_printer printer;
	struct pk_replay_summary *summary; /* NULL: print decisions */
	struct pk_progress progress;
	size_t done;	 /* events of all files */
	bool unreadable; /* a file could not be opened */
	struct pk_diags diags;
};

static bool is_wanted(const struct replay_options *options, const struct pk_decision *decision)
{
	return options->only == ONLY_ALL || decision->logged == (options->only == ONLY_LOG);
}

static void replay_event(struct replay *replay, const struct pk_record *record)
{
	struct pk_decision decision = pk_matcher_decide(replay->matcher, &record->event);
	if (replay->summary != NULL)
		pk_replay_summary_add(replay->summary, record, &decision);
	else if (is_wanted(replay->options, &decision))
		pk_replay_print_event(&replay->printer, record, &decision);
	if (++replay->done % STEP == 0)
		pk_progress_step(&replay->progress, replay->done, 0);
}

/* False if the run is over: an error with --strict, or nobody reads on. */
static bool replay_file(struct replay *replay, const char *path)
{
	PK_AUTO(pk_event_reader) *reader =
		pk_event_reader_open(path, replay->schema, &replay->diags);
	if (reader == NULL) {
		replay->unreadable = true;
		return true;
	}
	if (replay->options->strict)
		pk_event_reader_set_strict(reader);
	if (replay->summary == NULL)
		pk_replay_print_file(&replay->printer, path);

	struct pk_record record;
	while (replay->cli->write_error == 0 && pk_event_reader_next(reader, &record))
		replay_event(replay, &record);
	return replay->cli->write_error == 0 &&
		!(replay->options->strict && replay->diags.errors > 0);
}

static void print_summary(struct replay *replay)
{
	PK_BUF_AUTO buf = {0};
	if (replay->options->format == PK_REPLAY_JSON)
		pk_replay_summary_put_json(&buf, replay->summary);
	else
		pk_replay_summary_put_text(&buf, replay->summary, replay->schema);
	pk_cli_put(replay->cli, replay->cli->out, &buf);
}

static void replay_files(
	struct replay *replay, const struct pk_config *config, const struct pk_texts *files)
{
	PK_AUTO(pk_matcher) *matcher =
		pk_matcher_create(config->engine, (enum pk_matcher_kind)replay->options->matcher);
	replay->matcher = matcher;
	replay->schema = config->sysmon->parser;
	if (replay->options->summary)
		replay->summary = pk_replay_summary_make(replay->cli->arena);

	pk_progress_begin(&replay->progress, replay->cli, "events");
	for (size_t i = 0; i < files->len && replay_file(replay, files->items[i]); i++)
		;
	pk_progress_end(&replay->progress);
	pk_replay_print_end(&replay->printer);
	if (replay->summary != NULL)
		print_summary(replay);
}

static int refuse_usage(
	struct pk_cli *cli, const struct replay_options *options, const struct pk_texts *arguments)
{
	size_t inputs = 0;
	for (size_t i = 0; i < arguments->len; i++)
		inputs += strcmp(arguments->items[i], "-") == 0;
	if (arguments->len < 2)
		return pk_cli_usage_error(cli, "give a configuration and files of events");
	if (inputs > 1)
		return pk_cli_usage_error(cli, "only one input can be standard input");
	if (options->summary && options->format == PK_REPLAY_TSV)
		return pk_cli_usage_error(cli, "--summary has no --format tsv");
	return PK_EXIT_OK;
}

int pk_cmd_replay(struct pk_cli *cli, int argc, char **argv)
{
	struct replay_options options = {.platform = PK_CONFIG_ANY};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	int refused = refuse_usage(cli, &options, &arguments);
	if (refused != PK_EXIT_OK)
		return refused;

	struct pk_config_options config_options = {.profile = options.profile,
		.library = options.library,
		.rev = options.rev,
		.schema = options.schema,
		.platform = options.platform};
	struct replay replay = {.cli = cli, .options = &options, .diags = {.arena = cli->arena}};
	replay.printer.cli = cli;
	replay.printer.format = (enum pk_replay_format)options.format;
	struct pk_texts files = {.items = arguments.items + 1, .len = arguments.len - 1};
	struct pk_config config;
	if (pk_config_open(&config, cli, arguments.items[0], &config_options, &replay.diags))
		replay_files(&replay, &config, &files);

	struct pk_print_context context = {
		.to_err = true, .inputs = arguments.items, .input_count = arguments.len};
	pk_print_diags(cli, &replay.diags,
		options.format == PK_REPLAY_JSON ? PK_FORMAT_JSON : PK_FORMAT_TEXT, &context);
	return replay.unreadable ? PK_EXIT_CANNOT : pk_cli_status(cli, &replay.diags);
}

/* sigma: which Sigma rules see their events under a configuration, and includes for those blind. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/print.h"
#include "cli/sigma_files.h"
#include "cli/sigma_print.h"
#include "generators/sigma/sigma_suggest.h"

enum sigma_format {
	SIGMA_TEXT,
	SIGMA_JSON,
};

enum fail_on {
	FAIL_ON_NOTHING,
	FAIL_ON_BLIND,
	FAIL_ON_HALF,
};

enum { ONLY_UNSET = -1 };

struct sigma_options {
	int fail_on;
	int format;
	const char *library;
	int only; /* enum pk_sigma_verdict */
	int platform;
	const char *profile;
	const char *rev;
	const char *schema;
	bool suggest;
	bool summary;
};

const struct pk_option pk_cmd_sigma_options[] = {
	{PK_OPT_CHOICE, 0, "fail-on", "nothing|blind|half", offsetof(struct sigma_options, fail_on),
		"let rules that are blind, or half blind, fail the command"},
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct sigma_options, format),
		"how to print verdicts and counts"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct sigma_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_CHOICE, 0, "only", "sees|half|blind|unknown|unfed",
		offsetof(struct sigma_options, only),
		"print only rules with this verdict (default half, blind and unknown)"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct sigma_options, platform),
		"Sysmon to judge for (default the profile's, else windows)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct sigma_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "rev", "GITREV", offsetof(struct sigma_options, rev),
		"read the configuration from a git revision"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct sigma_options, schema),
		"Sysmon schema to judge with (default the newest)"},
	{PK_OPT_FLAG, 0, "suggest", NULL, offsetof(struct sigma_options, suggest),
		"print a ruleset with includes for blind and half blind rules"},
	{PK_OPT_FLAG, 0, "summary", NULL, offsetof(struct sigma_options, summary),
		"print counts only"},
	PK_OPTIONS_END,
};

struct sigma {
	struct pk_cli *cli;
	const struct sigma_options *options;
	struct pk_sigma_sensor sensor;
	struct pk_sigma_counts counts;
	struct pk_sigma_suggestions suggestions; /* if asked for */
	struct pk_texts files;
	struct pk_diags diags;
};

/* --- judging --- */

static bool is_wanted(const struct sigma_options *options, enum pk_sigma_verdict verdict)
{
	if (options->summary || options->suggest)
		return false;
	if (options->only != ONLY_UNSET)
		return verdict == (enum pk_sigma_verdict)options->only;
	return verdict != PK_SIGMA_SEES && verdict != PK_SIGMA_UNFED;
}

static void judge_rule(struct sigma *sigma, const struct pk_sigma_rule *rule)
{
	/* Proofs leave much behind, so each rule has an arena of its own. */
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_sigma_result result;
	pk_sigma_judge(scratch, &result, rule, &sigma->sensor);
	pk_sigma_count_add(sigma->cli->arena, &sigma->counts, &result);
	if (sigma->options->suggest)
		pk_sigma_suggest(&sigma->suggestions, &result);
	if (!is_wanted(sigma->options, result.verdict))
		return;

	PK_BUF_AUTO buf = {0};
	if (sigma->options->format == SIGMA_JSON)
		pk_sigma_put_json(&buf, &result);
	else
		pk_sigma_put_text(&buf, &result);
	pk_cli_put(sigma->cli, sigma->cli->out, &buf);
}

static void judge_file(struct sigma *sigma, const char *path)
{
	struct pk_arena *arena = sigma->cli->arena;
	struct pk_sigma_rules rules = {0};
	struct pk_source *source = pk_file_read(arena, path, PK_SIGMA_FILE, &sigma->diags);
	if (source == NULL || !pk_sigma_read(&rules, source, &sigma->diags))
		sigma->counts.broken++;
	for (size_t i = 0; i < rules.items.len && sigma->cli->write_error == 0; i++)
		judge_rule(sigma, rules.items.items[i]);
}

static void judge_folder(struct sigma *sigma, const char *path)
{
	const struct pk_texts *files = &sigma->files;
	size_t errors = sigma->diags.errors;
	pk_sigma_files_find(sigma->cli->arena, &sigma->files, path, &sigma->diags);
	for (size_t i = 0; i < files->len && sigma->cli->write_error == 0; i++)
		judge_file(sigma, files->items[i]);

	const struct pk_sigma_counts *counts = &sigma->counts;
	size_t rules = 0;
	for (size_t i = 0; i < PK_SIGMA_VERDICTS; i++)
		rules += counts->total.rules[i];
	if (rules > 0 || sigma->diags.errors > errors)
		return;
	struct pk_source *source = pk_source_make(sigma->cli->arena, path, "", 0);
	struct pk_diag *diag = pk_report(&sigma->diags, PK_SIGMA_NO_RULES, pk_span_file(source),
		"there is no Sigma rule in '%s'", path);
	pk_diag_hint(&sigma->diags, diag, "give a folder with *.yml files of Sigma");
}

/* --- output --- */

static void print_counts(struct sigma *sigma)
{
	PK_BUF_AUTO buf = {0};
	if (sigma->options->format == SIGMA_JSON)
		pk_sigma_put_counts_json(&buf, &sigma->counts);
	else
		pk_sigma_put_counts_text(&buf, &sigma->counts);
	pk_cli_put(sigma->cli, sigma->cli->out, &buf);
}

/* The ruleset that suggestions can stand on: one with a file or a shipped one, no project. */
static const char *find_base(const struct pk_config *config)
{
	if (config->policy == NULL || config->policy->project_id != NULL ||
		pk_file_is_dir(config->name))
		return NULL;
	return config->name;
}

static void print_suggestions(struct sigma *sigma, const struct pk_buf *buf)
{
	const struct pk_sigma_suggestions *suggestions = &sigma->suggestions;
	pk_cli_put(sigma->cli, sigma->cli->out, buf);
	PK_BUF_AUTO talk = {0};
	pk_buf_printf(&talk, "%zu includes suggested\n", suggestions->written);
	if (suggestions->not_sayable > 0)
		pk_buf_printf(&talk, "Sigma rules that are too wide for an include: %zu\n",
			suggestions->not_sayable);
	if (!sigma->cli->common.quiet)
		pk_cli_put(sigma->cli, sigma->cli->err, &talk);
}

static void run(struct sigma *sigma, const struct pk_config *config, const char *folder)
{
	struct pk_arena *arena = sigma->cli->arena;
	PK_BUF_AUTO ruleset = {0};
	const struct pk_schema *schema = config->sysmon->parser;
	sigma->sensor.meaning = pk_meaning_make(arena, config->sysmon, config->element_ids);
	sigma->sensor.newest =
		pk_schema_make(arena, schema->platform, pk_schema_newest(schema->platform));
	sigma->suggestions = (struct pk_sigma_suggestions){
		.arena = arena, .attack = pk_attack_open(arena), .buf = &ruleset};

	if (sigma->options->suggest)
		pk_sigma_suggest_head(&sigma->suggestions, find_base(config));
	judge_folder(sigma, folder);
	if (sigma->options->suggest) {
		pk_sigma_suggest_end(&sigma->suggestions);
		print_suggestions(sigma, &ruleset);
	} else {
		print_counts(sigma);
	}
}

static int find_status(const struct sigma *sigma)
{
	int status = pk_cli_status(sigma->cli, &sigma->diags);
	const size_t *rules = sigma->counts.total.rules;
	bool fails = (sigma->options->fail_on != FAIL_ON_NOTHING && rules[PK_SIGMA_BLIND] > 0) ||
		(sigma->options->fail_on == FAIL_ON_HALF && rules[PK_SIGMA_HALF] > 0);
	return status == PK_EXIT_OK && fails ? PK_EXIT_FINDINGS : status;
}

int pk_cmd_sigma(struct pk_cli *cli, int argc, char **argv)
{
	struct sigma_options options = {.only = ONLY_UNSET, .platform = PK_CONFIG_ANY};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len != 2)
		return pk_cli_usage_error(cli, "give a folder of Sigma rules and a configuration");

	struct sigma sigma = {.cli = cli, .options = &options, .diags = {.arena = cli->arena}};
	struct pk_config_options config_options = {.profile = options.profile,
		.library = options.library,
		.rev = options.rev,
		.schema = options.schema,
		.platform = options.platform};
	struct pk_config config;
	if (pk_config_open(&config, cli, arguments.items[1], &config_options, &sigma.diags))
		run(&sigma, &config, arguments.items[0]);

	struct pk_print_context context = {
		.to_err = true, .inputs = sigma.files.items, .input_count = sigma.files.len};
	pk_print_diags(cli, &sigma.diags,
		options.format == SIGMA_JSON ? PK_FORMAT_JSON : PK_FORMAT_TEXT, &context);
	return find_status(&sigma);
}

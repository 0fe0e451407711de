/* compile: rulesets to the configuration of one sensor. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/stamp.h"
#include "cli/target.h"
#include "cli/today.h"
#include "generators/compile/compile.h"
#include "rulesets/policy.h"

struct compile_options {
	bool dry_run;
	int target;
	const char *library;
	const char *output;
	const char *profile;
	const char *provenance;
	const char *rev;
	const char *schema;
};

const struct pk_option pk_cmd_compile_options[] = {
	{PK_OPT_FLAG, 0, "dry-run", NULL, offsetof(struct compile_options, dry_run),
		"report only, write nothing"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct compile_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct compile_options, output),
		"write to FILE (default standard output)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct compile_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "provenance", "FILE", offsetof(struct compile_options, provenance),
		"also write what was compiled, from which commit and versions, as JSON to FILE"},
	{PK_OPT_TEXT, 0, "rev", "REV", offsetof(struct compile_options, rev),
		"read the files of the git revision REV instead of those on the disk"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct compile_options, schema),
		"Sysmon schema to write, such as 4.50"},
	{PK_OPT_CHOICE, 0, "target", PK_TARGET_CHOICES, offsetof(struct compile_options, target),
		"sensor to compile for (default the profile's, else sysmon)"},
	PK_OPTIONS_END,
};

/* What goes through the stages of one run. */
struct compilation {
	struct pk_cli *cli;
	struct compile_options options;
	struct pk_diags diags;
	struct pk_stamp stamp;
	struct pk_buf output;
};

/* Fills the output and says in the stamp which schema it is in. */
static void compile(struct compilation *run)
{
	struct pk_stamp *stamp = &run->stamp;
	struct pk_compile_options options = {
		.schema = run->options.schema, .commit = stamp->commit};
	enum pk_monster_schema monster = PK_MONSTER_0_9;
	struct pk_sysmon *sysmon;

	switch (stamp->target) {
	case PK_TARGET_MONSTER_1_0:
		monster = PK_MONSTER_1_0;
		__attribute__((fallthrough));
	case PK_TARGET_MONSTER:
		stamp->schema = pk_monster_schema_name(monster);
		pk_monster_write(
			&run->output, pk_compile_monster(stamp->policy, monster, &run->diags));
		break;
	case PK_TARGET_SYSMON_LINUX:
		options.platform = PK_LINUX;
		__attribute__((fallthrough));
	case PK_TARGET_SYSMON:
	case PK_TARGET_UNSET:
		sysmon = pk_compile_sysmon(stamp->policy, &options, &run->diags);
		if (sysmon == NULL)
			break;
		stamp->schema = sysmon->version_text;
		pk_buf_put(&run->output, sysmon->source->text, sysmon->source->len);
		break;
	}
}

static void write_output(struct compilation *run)
{
	const struct compile_options *options = &run->options;
	if (options->dry_run)
		return;
	if (options->output == NULL || strcmp(options->output, "-") == 0)
		pk_cli_put(run->cli, run->cli->out, &run->output);
	else if (!pk_file_write(options->output, run->output.data, run->output.len, &run->diags))
		return;
	if (options->provenance == NULL)
		return;
	PK_BUF_AUTO text = {0};
	pk_stamp_put(&text, &run->stamp);
	pk_file_write(options->provenance, text.data, text.len, &run->diags);
}

static void run_input(struct compilation *run, const struct pk_input *input)
{
	const struct compile_options *options = &run->options;
	struct pk_arena *arena = run->cli->arena;
	struct pk_policy_options policy_options = {.profile = options->profile,
		.library_dir = options->library,
		.tree = input->tree,
		.today = pk_today(arena),
		.partial = true};
	struct pk_policy *policy = pk_policy_read(arena, input->path, &policy_options, &run->diags);
	if (policy == NULL || !pk_policy_check(policy, &run->diags) || run->diags.errors > 0)
		return;

	run->stamp.policy = policy;
	run->stamp.output = &run->output;
	run->stamp.commit = pk_stamp_commit(arena, policy, input->tree);
	run->stamp.target = options->target == PK_TARGET_UNSET ? pk_target_of(policy)
							       : (enum pk_target)options->target;
	compile(run);
	if (pk_cli_status(run->cli, &run->diags) == PK_EXIT_OK)
		write_output(run);
}

int pk_cmd_compile(struct pk_cli *cli, int argc, char **argv)
{
	struct compilation run = {
		.cli = cli, .options = {.target = PK_TARGET_UNSET}, .diags = {.arena = cli->arena}};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &run.options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");

	struct pk_input_options where = {.rev = run.options.rev,
		.library = run.options.library,
		.shipped = pk_target_shipped((enum pk_target)run.options.target)};
	const char *argument = arguments.len == 1 ? arguments.items[0] : NULL;
	PK_INPUT_AUTO input = {0};
	if (pk_input_open(&input, cli->arena, argument, &where, &run.diags))
		run_input(&run, &input);
	pk_buf_finish(&run.output);

	const char *name = input.path != NULL ? input.path
		: argument != NULL	      ? argument
					      : run.options.rev;
	struct pk_print_context context = {.to_err = true, .inputs = &name, .input_count = 1};
	pk_print_diags(cli, &run.diags, cli->common.format, &context);
	return pk_cli_status(cli, &run.diags);
}

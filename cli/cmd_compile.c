/* compile: rulesets to the configuration of one sensor. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/print.h"
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
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct compile_options, schema),
		"Sysmon schema to write, such as 4.50"},
	{PK_OPT_CHOICE, 0, "target", PK_TARGET_CHOICES, offsetof(struct compile_options, target),
		"sensor to compile for (default the profile's, else sysmon)"},
	PK_OPTIONS_END,
};

static void compile(struct pk_buf *out, const struct pk_policy *policy, enum pk_target target,
	const char *schema, struct pk_diags *diags)
{
	struct pk_compile_options options = {.schema = schema};
	enum pk_monster_schema monster = PK_MONSTER_0_9;
	struct pk_sysmon *sysmon;

	switch (target) {
	case PK_TARGET_MONSTER_1_0:
		monster = PK_MONSTER_1_0;
		__attribute__((fallthrough));
	case PK_TARGET_MONSTER:
		pk_monster_write(out, pk_compile_monster(policy, monster, diags));
		break;
	case PK_TARGET_SYSMON_LINUX:
		options.platform = PK_LINUX;
		__attribute__((fallthrough));
	case PK_TARGET_SYSMON:
	case PK_TARGET_UNSET:
		sysmon = pk_compile_sysmon(policy, &options, diags);
		if (sysmon != NULL)
			pk_buf_put(out, sysmon->source->text, sysmon->source->len);
		break;
	}
}

static void write_output(struct pk_cli *cli, const struct compile_options *options,
	const struct pk_buf *out, struct pk_diags *diags)
{
	if (options->dry_run)
		return;
	if (options->output == NULL || strcmp(options->output, "-") == 0)
		pk_cli_put(cli, cli->out, out);
	else
		pk_file_write(options->output, out->data, out->len, diags);
}

int pk_cmd_compile(struct pk_cli *cli, int argc, char **argv)
{
	struct compile_options options = {.target = PK_TARGET_UNSET};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");

	struct pk_policy_options policy_options = {.profile = options.profile,
		.library_dir = options.library,
		.today = pk_today(cli->arena),
		.partial = true};
	struct pk_diags diags = {.arena = cli->arena};
	const char *input = arguments.len == 1 ? arguments.items[0]
					       : pk_target_input((enum pk_target)options.target);
	PK_BUF_AUTO out = {0};

	struct pk_policy *policy = pk_policy_read(cli->arena, input, &policy_options, &diags);
	if (policy != NULL && pk_policy_check(policy, &diags) && diags.errors == 0) {
		enum pk_target target = options.target == PK_TARGET_UNSET
			? pk_target_of(policy)
			: (enum pk_target)options.target;
		compile(&out, policy, target, options.schema, &diags);
		if (pk_cli_status(cli, &diags) == PK_EXIT_OK)
			write_output(cli, &options, &out, &diags);
	}
	struct pk_print_context context = {.to_err = true, .inputs = &input, .input_count = 1};
	pk_print_diags(cli, &diags, cli->common.format, &context);
	return pk_cli_status(cli, &diags);
}

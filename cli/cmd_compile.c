/* compile: rulesets to the configuration of one sensor. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/print.h"
#include "cli/target.h"

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

static void write_output(struct pk_cli *cli, const struct compile_options *options,
	const struct pk_compiled *compiled, struct pk_diags *diags)
{
	const struct pk_buf *bytes = &compiled->bytes;
	if (options->dry_run)
		return;
	if (options->output == NULL || strcmp(options->output, "-") == 0)
		pk_cli_put(cli, cli->out, bytes);
	else if (!pk_file_write(options->output, bytes->data, bytes->len, diags))
		return;
	if (options->provenance == NULL)
		return;
	PK_BUF_AUTO text = {0};
	pk_stamp_put(&text, &compiled->stamp);
	pk_file_write(options->provenance, text.data, text.len, diags);
}

static void run(struct pk_cli *cli, const struct compile_options *options,
	const struct pk_input *input, struct pk_diags *diags)
{
	struct pk_compiled_options how = {.target = (enum pk_target)options->target,
		.profile = options->profile,
		.library = options->library,
		.schema = options->schema};
	PK_COMPILED_AUTO compiled = {0};
	if (pk_compiled_make(&compiled, cli, input, &how, diags) &&
		pk_cli_status(cli, diags) == PK_EXIT_OK)
		write_output(cli, options, &compiled, diags);
}

int pk_cmd_compile(struct pk_cli *cli, int argc, char **argv)
{
	struct compile_options options = {.target = PK_TARGET_UNSET};
	struct pk_diags diags = {.arena = cli->arena};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");

	struct pk_input_options where = {.rev = options.rev,
		.library = options.library,
		.shipped = pk_target_shipped((enum pk_target)options.target)};
	const char *argument = arguments.len == 1 ? arguments.items[0] : NULL;
	PK_INPUT_AUTO input = {0};
	if (pk_input_open(&input, cli->arena, argument, &where, &diags))
		run(cli, &options, &input, &diags);

	const char *name = input.path != NULL ? input.path
		: argument != NULL	      ? argument
					      : options.rev;
	struct pk_print_context context = {.to_err = true, .inputs = &name, .input_count = 1};
	pk_print_diags(cli, &diags, cli->common.format, &context);
	return pk_cli_status(cli, &diags);
}

/* lock: pins what the rules of a project mean, and the versions that say so. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/target.h"
#include "generators/compile/compile.h"
#include "rulesets/lock.h"

struct lock_options {
	bool check;
	const char *library;
	const char *rev;
};

const struct pk_option pk_cmd_lock_options[] = {
	{PK_OPT_FLAG, 0, "check", NULL, offsetof(struct lock_options, check),
		"compare only, write nothing"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct lock_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_TEXT, 0, "rev", "REV", offsetof(struct lock_options, rev),
		"with --check: read the files of the git revision REV"},
	PK_OPTIONS_END,
};

static void write_lock(const struct pk_lock *lock, const char *root, struct pk_diags *diags)
{
	PK_BUF_AUTO text = {0};
	pk_lock_write(&text, lock);
	pk_file_write(pk_file_beside(diags->arena, root, PK_LOCK_FILE), text.data, text.len, diags);
}

static void report_no_lock(struct pk_source *root, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_LOCK_OUTDATED, pk_span_file(root),
		"there is no " PK_LOCK_FILE " beside this file");
	pk_diag_hint(diags, diag, "run `picket lock`");
}

static void report_no_place(const char *path, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_LOCK_NO_PLACE,
		pk_span_file(pk_source_make(diags->arena, path, "", 0)),
		"'%s' is no file that a " PK_LOCK_FILE " could stand beside", path);
	pk_diag_hint(diags, diag, "name a project or the file of a ruleset");
}

static void run(struct pk_cli *cli, const struct lock_options *options,
	const struct pk_input *input, struct pk_diags *diags)
{
	struct pk_policy_options policy_options = {
		.library_dir = options->library, .tree = input->tree};
	struct pk_policy *policy = pk_policy_read(cli->arena, input->path, &policy_options, diags);
	if (policy == NULL || !pk_policy_check(policy, diags))
		return;
	if (policy->sources.len == 0 || strcmp(policy->sources.items[0]->path, "-") == 0) {
		report_no_place(input->path, diags);
		return;
	}
	struct pk_source *root = policy->sources.items[0];
	struct pk_lock *locked;
	if (!pk_lock_find(&locked, cli->arena, root, &policy_options, diags))
		return;
	struct pk_lock *now = pk_lock_make(cli->arena, policy, root, &policy_options);
	if (options->check) {
		if (locked == NULL)
			report_no_lock(root, diags);
		else
			pk_lock_check(now, locked, diags);
		return;
	}
	if (locked != NULL && !pk_lock_check_versions(now, locked, diags))
		return;
	if (locked != NULL)
		pk_lock_keep(now, locked);
	write_lock(now, root->path, diags);
}

int pk_cmd_lock(struct pk_cli *cli, int argc, char **argv)
{
	struct lock_options options = {0};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");
	if (options.rev != NULL && !options.check)
		return pk_cli_usage_error(cli, "--rev needs --check: a revision cannot be written");

	struct pk_input_options where = {
		.rev = options.rev, .library = options.library, .shipped = "picket.yaml"};
	const char *argument = arguments.len == 1 ? arguments.items[0] : NULL;
	struct pk_diags diags = {.arena = cli->arena};
	PK_INPUT_AUTO input = {0};
	if (pk_input_open(&input, cli->arena, argument, &where, &diags))
		run(cli, &options, &input, &diags);

	struct pk_print_context context = {.to_err = !options.check};
	pk_print_diags(cli, &diags, cli->common.format, &context);
	return pk_cli_status(cli, &diags);
}

/* test: runs the tests that stand in rulesets. */
#include "cli/commands.h"
#include "cli/json_out.h"
#include "cli/print.h"
#include "cli/target.h"
#include "cli/today.h"
#include "generators/compile/policy_test.h"
#include "rulesets/policy.h"

struct test_options {
	int target;
	const char *library;
	const char *profile;
	const char *schema;
};

const struct pk_option pk_cmd_test_options[] = {
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct test_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct test_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct test_options, schema),
		"Sysmon schema to test with (default the newest)"},
	{PK_OPT_CHOICE, 0, "target", "sysmon|sysmon-linux", offsetof(struct test_options, target),
		"Sysmon to test for (default the profile's, else what the rulesets are for)"},
	PK_OPTIONS_END,
};

enum { TARGET_UNSET = -1 };

static enum pk_platform choose_platform(
	const struct test_options *options, const struct pk_policy *policy)
{
	if (options->target != TARGET_UNSET)
		return (enum pk_platform)options->target;
	return pk_target_of(policy) == PK_TARGET_SYSMON_LINUX ? PK_LINUX : PK_WINDOWS;
}

static void print_count(struct pk_cli *cli, const struct pk_test_count *count)
{
	PK_BUF_AUTO line = {0};
	if (cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &line};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_number(&json, "passed", count->passed);
		pk_json_out_number(&json, "failed", count->failed);
		pk_json_out_number(&json, "skipped", count->skipped);
		pk_json_out_number(&json, "untested", count->untested);
		pk_json_out_close_object(&json);
		pk_buf_putc(&line, '\n');
	} else {
		pk_buf_printf(&line, "%zu passed, %zu failed, %zu skipped\n", count->passed,
			count->failed, count->skipped);
		if (count->untested > 0)
			pk_buf_printf(&line,
				"rules without both a logged and a dropped event: %zu\n",
				count->untested);
	}
	if (cli->common.format == PK_FORMAT_TEXT || cli->common.format == PK_FORMAT_SHORT ||
		cli->common.format == PK_FORMAT_JSON)
		pk_cli_put(cli, cli->out, &line);
}

int pk_cmd_test(struct pk_cli *cli, int argc, char **argv)
{
	struct test_options options = {.target = TARGET_UNSET};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");

	const char *input =
		arguments.len == 1 ? arguments.items[0] : pk_target_input(PK_TARGET_UNSET);
	struct pk_policy_options policy_options = {.profile = options.profile,
		.library_dir = options.library,
		.today = pk_today(cli->arena),
		.partial = true};
	struct pk_diags diags = {.arena = cli->arena};
	struct pk_test_count count = {0};
	bool ran = false;

	struct pk_policy *policy = pk_policy_read(cli->arena, input, &policy_options, &diags);
	if (policy != NULL && pk_policy_check(policy, &diags) && diags.errors == 0) {
		struct pk_compile_options compile = {.platform = choose_platform(&options, policy)};
		compile.schema = options.schema != NULL
			? options.schema
			: pk_schema_version_text(cli->arena, pk_schema_newest(compile.platform));
		ran = pk_policy_test(&count, policy, &compile, &diags);
	}
	struct pk_print_context context = {.inputs = &input, .input_count = 1};
	pk_print_diags(cli, &diags, cli->common.format, &context);
	if (ran)
		print_count(cli, &count);
	return pk_cli_status(cli, &diags);
}

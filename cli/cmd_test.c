/* test: runs the tests that stand in rulesets. */
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/print_tests.h"
#include "cli/progress.h"
#include "cli/target.h"
#include "cli/today.h"
#include "generators/compile/policy_budget.h"
#include "generators/compile/policy_mutate.h"
#include "rulesets/policy.h"

struct test_options {
	bool conditions;
	bool mutate;
	bool mutate_values;
	bool suggest;
	uint64_t min_score;
	int target;
	const char *library;
	const char *profile;
	const char *rev;
	const char *schema;
};

const struct pk_option pk_cmd_test_options[] = {
	{PK_OPT_FLAG, 0, "conditions", NULL, offsetof(struct test_options, conditions),
		"report conditions that decide no test"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct test_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_NUMBER, 0, "min-score", "PERCENT", offsetof(struct test_options, min_score),
		"fail if fewer mutants are noticed"},
	{PK_OPT_FLAG, 0, "mutate", NULL, offsetof(struct test_options, mutate),
		"spoil each condition, and report what no test notices"},
	{PK_OPT_FLAG, 0, "mutate-values", NULL, offsetof(struct test_options, mutate_values),
		"as --mutate, and spoil each value of each list, too"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct test_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "rev", "REV", offsetof(struct test_options, rev),
		"read the files of the git revision REV instead of those on the disk"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct test_options, schema),
		"Sysmon schema to test with (default the newest)"},
	{PK_OPT_FLAG, 0, "suggest", NULL, offsetof(struct test_options, suggest),
		"with --mutate: hint at tests that would notice what none does"},
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

/* Compiles and runs the tests; false if there is nothing to be looked at further. */
static bool run_tests(struct pk_test_run *out, struct pk_cli *cli, const struct pk_input *input,
	const struct test_options *options, struct pk_diags *diags)
{
	struct pk_policy_options policy_options = {.profile = options->profile,
		.library_dir = options->library,
		.tree = input->tree,
		.today = pk_today(cli->arena),
		.partial = true};
	struct pk_policy *policy = pk_policy_read(cli->arena, input->path, &policy_options, diags);
	if (policy == NULL || !pk_policy_check(policy, diags) || diags->errors > 0)
		return false;

	struct pk_compile_options compile = {.platform = choose_platform(options, policy)};
	compile.schema = options->schema != NULL
		? options->schema
		: pk_schema_version_text(cli->arena, pk_schema_newest(compile.platform));
	return pk_policy_test(out, policy, &compile, diags);
}

static void step(void *user, size_t done, size_t total)
{
	pk_progress_step(user, done, total);
}

/* The mutants, or only those that tell which condition decides. False if tests failed before. */
static bool mutate(struct pk_mutation *out, struct pk_cli *cli, const struct pk_test_run *run,
	const struct test_options *options, struct pk_diags *diags)
{
	if (run->failed > 0) {
		pk_report(diags, PK_MUTANTS_NEED_TESTS, PK_NO_SPAN,
			"%zu test%s failed: mutants are not tried", run->failed,
			run->failed == 1 ? "" : "s");
		return false;
	}
	struct pk_progress progress;
	pk_progress_begin(&progress, cli, options->mutate ? "mutating conditions" : "conditions");
	struct pk_mutation_options mutation_options = {
		.only_coverage = !options->mutate && !options->mutate_values,
		.tokens = options->mutate_values,
		.suggest = options->suggest,
		.progress = step,
		.user = &progress,
	};
	pk_policy_mutate(out, run, &mutation_options, diags);
	pk_progress_end(&progress);

	size_t percent = out->all.made == 0 ? 100 : out->all.noticed * 100 / out->all.made;
	if (!mutation_options.only_coverage && percent < options->min_score)
		pk_report(diags, PK_MUTATION_SCORE, PK_NO_SPAN,
			"mutation score is %zu %%, below %zu %%", percent,
			(size_t)options->min_score);
	return true;
}

/* What a run of the command found out, for printing. */
struct report {
	struct pk_test_run run;
	struct pk_mutation mutation;
	struct pk_budget_result budget;
	bool ran;
	bool mutated;
	bool measured;
};

static void look(struct report *report, struct pk_cli *cli, const struct pk_input *input,
	const struct test_options *options, struct pk_diags *diags)
{
	const struct pk_test_run *run = &report->run;
	report->ran = run_tests(&report->run, cli, input, options, diags);
	if (!report->ran)
		return;
	if (options->mutate || options->mutate_values || options->conditions)
		report->mutated = mutate(&report->mutation, cli, run, options, diags);
	if (run->policy->budget.recordings.len > 0)
		report->measured = pk_policy_budget(
			&report->budget, run->policy, run->engine, run->sysmon->parser, diags);
}

static void print(struct pk_cli *cli, struct pk_diags *diags, const char *input,
	const struct report *report, const struct test_options *options)
{
	if (report->ran && cli->common.format == PK_FORMAT_JUNIT) {
		pk_print_tests_junit(cli, &report->run, diags);
		return;
	}
	struct pk_print_context context = {.inputs = &input, .input_count = 1};
	pk_print_diags(cli, diags, cli->common.format, &context);
	if (report->ran)
		pk_print_tests_count(cli, &report->run);
	if (report->mutated && (options->mutate || options->mutate_values))
		pk_print_mutation(cli, &report->mutation);
	else if (report->mutated)
		pk_print_conditions(cli, &report->mutation);
	if (report->measured)
		pk_print_budget(cli, &report->budget);
}

int pk_cmd_test(struct pk_cli *cli, int argc, char **argv)
{
	struct test_options options = {.target = TARGET_UNSET};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project or ruleset");

	struct pk_input_options where = {.rev = options.rev,
		.library = options.library,
		.shipped = pk_target_shipped(PK_TARGET_UNSET)};
	const char *argument = arguments.len == 1 ? arguments.items[0] : NULL;
	struct pk_diags diags = {.arena = cli->arena};
	struct report report = {0};
	PK_INPUT_AUTO input = {0};
	if (pk_input_open(&input, cli->arena, argument, &where, &diags))
		look(&report, cli, &input, &options, &diags);
	const char *name = input.path != NULL ? input.path
		: argument != NULL	      ? argument
					      : options.rev;
	print(cli, &diags, name, &report, &options);
	return pk_cli_status(cli, &diags);
}

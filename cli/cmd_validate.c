/* validate: says what is wrong with configurations, rulesets, projects and inventories. */
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/baseline.h"
#include "cli/blame.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/kind.h"
#include "cli/print.h"
#include "cli/target.h"
#include "cli/today.h"
#include "fleet/inventory/inventory.h"
#include "generators/compile/compile.h"
#include "generators/meaning/lint.h"
#include "generators/monster/monster.h"
#include "generators/sysmon/judge.h"
#include "rulesets/library.h"
#include "rulesets/lock.h"
#include "rulesets/policy.h"

enum { VERDICT_FINDINGS = 64 }; /* the first reason is all a verdict shows */

struct validate_options {
	bool blame;
	bool prove;
	bool verdict;
	bool strict;
	int as;
	int platform;
	const char *schema;
	const char *profile;
	const char *rev;
	const char *base;
};

const struct pk_option pk_cmd_validate_options[] = {
	{PK_OPT_CHOICE, 0, "as", PK_KIND_CHOICES, offsetof(struct validate_options, as),
		"what the files are, instead of telling it from their content"},
	{PK_OPT_TEXT, 0, "base", "REV", offsetof(struct validate_options, base),
		"report only what is new since the last common ancestor with the git revision REV"},
	{PK_OPT_FLAG, 0, "blame", NULL, offsetof(struct validate_options, blame),
		"also say who changed the line of a finding last"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct validate_options, platform),
		"whose Sysmon judges (default windows)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct validate_options, profile),
		"profile of a project or ruleset to apply"},
	{PK_OPT_FLAG, 0, "prove", NULL, offsetof(struct validate_options, prove),
		"Sysmon: also say which rules do nothing together, with proof (rulesets always)"},
	{PK_OPT_TEXT, 0, "rev", "REV", offsetof(struct validate_options, rev),
		"read the files of the git revision REV instead of those on the disk"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct validate_options, schema),
		"judge as the parser whose newest schema is V (default 4.91)"},
	{PK_OPT_FLAG, 0, "strict", NULL, offsetof(struct validate_options, strict),
		"Monster: unknown keys are errors"},
	{PK_OPT_FLAG, 0, "verdict", NULL, offsetof(struct validate_options, verdict),
		"print only what Sysmon would do: PATH, ACCEPT or REJECT, yes or no for lost "
		"elements, first reason"},
	PK_OPTIONS_END,
};

struct validation {
	struct pk_cli *cli;
	struct validate_options options;
	struct pk_tree *base; /* to compare with; NULL: none */
	struct pk_sysmon_options sysmon;
	struct pk_diags diags;
};

/* --- one file --- */

static void check_sysmon(struct validation *validation, struct pk_source *source)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_sysmon_options options = validation->sysmon;
	options.arena = scratch;
	options.recover = true;
	struct pk_sysmon *sysmon = pk_sysmon_judge(source, &options, true, &validation->diags);
	bool accepted = sysmon->schema != NULL && !sysmon->broken && !sysmon->rejected;
	if (validation->options.prove && accepted)
		pk_sysmon_lint(sysmon, &validation->diags);
}

static void check_monster(struct validation *validation, struct pk_source *source)
{
	struct pk_diags *diags = &validation->diags;
	struct pk_node *root = pk_json_read(source, diags);
	enum pk_monster_schema schema;
	if (root == NULL || !pk_monster_detect(&schema, root, diags))
		return;

	struct pk_monster_config *config =
		pk_monster_read(validation->cli->arena, root, schema, diags);
	struct pk_monster_check_options options = {.strict = validation->options.strict};
	if (config != NULL)
		pk_monster_check(config, &options, diags);
}

static bool is_shipped(const struct pk_source *source)
{
	return source != NULL && pk_text_starts(source->path, PK_LIBRARY_PREFIX);
}

/*
 * What the rules of a policy without errors mean together, once they are compiled for Sysmon. Notes
 * on shipped rules are for who maintains those, not for who uses them.
 */
static void lint_policy(struct validation *validation, const struct pk_policy *policy,
	const struct pk_source *judged)
{
	enum pk_target target = pk_target_of(policy);
	if (target != PK_TARGET_SYSMON && target != PK_TARGET_SYSMON_LINUX)
		return;
	struct pk_compile_options options = {
		.platform = target == PK_TARGET_SYSMON_LINUX ? PK_LINUX : PK_WINDOWS};
	struct pk_diags quiet = {.arena = validation->cli->arena};
	struct pk_diags found = {.arena = validation->cli->arena};
	struct pk_sysmon *sysmon = pk_compile_sysmon(policy, &options, &quiet);
	if (sysmon == NULL || quiet.errors > 0)
		return;
	pk_sysmon_lint(sysmon, &found);
	size_t kept = 0;
	for (size_t i = 0; i < found.all.len; i++) {
		const struct pk_diag *diag = &found.all.items[i];
		if (diag->severity > PK_NOTE || is_shipped(judged) ||
			!is_shipped(diag->span.source))
			found.all.items[kept++] = *diag;
	}
	found.all.len = kept;
	pk_diags_append(&validation->diags, &found, PK_NOTE);
}

static void check_policy(
	struct validation *validation, struct pk_source *source, const struct pk_tree *tree)
{
	size_t errors = validation->diags.errors;
	struct pk_policy_options options = {
		.profile = validation->options.profile,
		.tree = tree,
		.today = pk_today(validation->cli->arena),
		.partial = true,
	};
	struct pk_policy *policy =
		pk_policy_read_source(validation->cli->arena, source, &options, &validation->diags);
	if (policy == NULL || !pk_policy_check(policy, &validation->diags) ||
		validation->diags.errors > errors)
		return;
	lint_policy(validation, policy, source);
	pk_lock_check_policy(policy, source, &options, &validation->diags);
}

/* Judged alone: what a user's ssh_config would add is not the file's. */
static void check_inventory(struct validation *validation, struct pk_source *source)
{
	const struct pk_inventory_options options = {.ssh_config = NULL};
	pk_inventory_read_source(validation->cli->arena, source, &options, &validation->diags);
}

static void check_source(
	struct validation *validation, struct pk_source *source, const struct pk_tree *tree)
{
	struct pk_diags *diags = &validation->diags;
	enum pk_kind kind = (enum pk_kind)validation->options.as;
	if (kind == PK_KIND_UNKNOWN)
		kind = pk_kind_of(source);
	switch (kind) {
	case PK_KIND_SYSMON:
		check_sysmon(validation, source);
		break;
	case PK_KIND_MONSTER:
		check_monster(validation, source);
		break;
	case PK_KIND_RULESET:
	case PK_KIND_PROJECT:
		check_policy(validation, source, tree);
		break;
	case PK_KIND_INVENTORY:
		check_inventory(validation, source);
		break;
	case PK_KIND_UNKNOWN:
		pk_diag_hint(diags,
			pk_report(diags, PK_FILE_KIND, pk_span_file(source),
				"cannot tell what kind of file this is"),
			"say it with --as " PK_KIND_CHOICES);
		break;
	}
}

/* What is wrong with the same file in the base; nothing if it has none. */
static struct pk_diags check_before(
	struct validation *validation, const struct pk_source *source, const struct pk_tree *tree)
{
	struct pk_arena *arena = validation->cli->arena;
	struct validation before = *validation;
	before.diags = (struct pk_diags){.arena = arena};
	const char *path = pk_tree_path_of(arena, validation->base, source, tree);
	const char *there = path == NULL ? NULL : pk_tree_path(arena, validation->base, path);
	if (there == NULL || !pk_tree_exists(validation->base, there))
		return before.diags;
	struct pk_source *old = pk_tree_read(arena, validation->base, there, 0, &before.diags);
	if (old != NULL)
		check_source(&before, old, validation->base);
	return before.diags;
}

/* Checks a file, and says only what is new against the base, if there is one. */
static void check_new(
	struct validation *validation, struct pk_source *source, const struct pk_tree *tree)
{
	if (validation->base == NULL) {
		check_source(validation, source, tree);
		return;
	}
	struct validation now = *validation;
	now.diags = (struct pk_diags){.arena = validation->cli->arena};
	check_source(&now, source, tree);
	struct pk_diags before = check_before(validation, source, tree);
	pk_baseline_append_new(&validation->diags, &now.diags, &before, validation->base, tree);
}

static void check_file(struct validation *validation, const char *path)
{
	struct pk_diags *diags = &validation->diags;
	struct pk_arena *arena = validation->cli->arena;
	struct pk_input_options where = {.rev = validation->options.rev};
	PK_INPUT_AUTO input = {0};
	if (!pk_input_open(&input, arena, path, &where, diags))
		return;
	struct pk_source *source = pk_tree_read(arena, input.tree, input.path, 0, diags);
	if (source == NULL)
		return;
	size_t first = diags->all.len;
	check_new(validation, source, input.tree);
	if (validation->options.blame)
		pk_blame_findings(diags, first, input.tree);
}

/* Opens the base that --base names, if it does; false after a report. */
static bool open_base(struct validation *validation)
{
	const struct validate_options *options = &validation->options;
	if (options->base == NULL)
		return true;
	PK_AUTO(pk_tree) *tree =
		options->rev == NULL ? NULL : pk_tree_open(options->rev, &validation->diags);
	if (options->rev != NULL && tree == NULL)
		return false;
	validation->base = pk_tree_open_base(options->base, tree, &validation->diags);
	return validation->base != NULL;
}

/* --- verdicts --- */

/* The cause Sysmon would stop at comes first: bytes and XML, then document rules, then the rest. */
static const char *first_reason(const struct pk_diags *diags, bool rejected)
{
	const char *defect = NULL;
	for (size_t i = 0; i < diags->all.len; i++) {
		const struct pk_diag *diag = &diags->all.items[i];
		bool loses = diag->code >= PK_ELEMENT_TAKEN_BACK && diag->code <= PK_ELEMENT_LOST;
		if (diag->severity == PK_ERROR && !loses)
			return diag->message;
		if (loses && defect == NULL)
			defect = diag->message;
	}
	return rejected || defect == NULL ? "" : defect;
}

/* Prints the line of one file; true if Sysmon accepts it. */
static bool print_verdict(struct validation *validation, const char *path)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena, .limit = VERDICT_FINDINGS};
	bool rejected = true;
	bool defects = false;

	struct pk_source *source = pk_file_read(arena, path, 0, &diags);
	if (source != NULL) {
		struct pk_sysmon_options options = validation->sysmon;
		struct pk_sysmon *sysmon = pk_sysmon_judge(source, &options, false, &diags);
		rejected = sysmon->rejected;
		defects = !rejected && sysmon->defects;
	} else {
		validation->diags.errors++;
	}
	PK_BUF_AUTO line = {0};
	pk_escape_put_cell(&line, path);
	pk_buf_printf(&line, "\t%s\t%s\t", rejected ? "REJECT" : "ACCEPT", defects ? "yes" : "no");
	pk_escape_put_cell(&line, first_reason(&diags, rejected));
	pk_buf_putc(&line, '\n');
	pk_cli_put(validation->cli, validation->cli->out, &line);
	return !rejected;
}

static int run_verdicts(struct validation *validation, const struct pk_texts *paths)
{
	int status = PK_EXIT_OK;
	for (size_t i = 0; i < paths->len; i++) {
		if (!print_verdict(validation, paths->items[i]))
			status = PK_EXIT_FINDINGS;
	}
	return validation->diags.errors > 0 ? PK_EXIT_CANNOT : status;
}

/* --- the command --- */

static bool take_schema(struct validation *validation, int *status_out)
{
	const char *text = validation->options.schema;
	validation->sysmon.platform = (enum pk_platform)validation->options.platform;
	if (text == NULL)
		return true;
	uint32_t version;
	if (!pk_schema_parse_version(&version, text) ||
		pk_schema_make(validation->cli->arena, validation->sysmon.platform, version) ==
			NULL) {
		*status_out = pk_cli_usage_error(
			validation->cli, "no schema '%s'; they run from 4.00 to 4.91", text);
		return false;
	}
	validation->sysmon.parser = version;
	return true;
}

int pk_cmd_validate(struct pk_cli *cli, int argc, char **argv)
{
	struct validation validation = {
		.cli = cli,
		.options = {.as = PK_KIND_UNKNOWN},
		.diags = {.arena = cli->arena},
	};
	struct pk_texts paths = {0};
	int status;
	if (!pk_options_parse(cli, &validation.options, &paths, argc, argv))
		return cli->status;
	if (paths.len == 0)
		return pk_cli_usage_error(cli, "give one or more files");
	if (!take_schema(&validation, &status))
		return status;
	if (validation.options.verdict && validation.sysmon.platform == PK_LINUX)
		return pk_cli_usage_error(cli,
			"--verdict is about Windows; Sysmon for Linux takes nearly every file and "
			"ignores what it does not know");
	if (validation.options.verdict)
		return run_verdicts(&validation, &paths);

	if (open_base(&validation)) {
		for (size_t i = 0; i < paths.len; i++)
			check_file(&validation, paths.items[i]);
	}
	pk_tree_close(validation.base);

	struct pk_print_context context = {
		.inputs = paths.items, .input_count = paths.len, .summary = true};
	pk_print_diags(cli, &validation.diags, cli->common.format, &context);
	return pk_cli_status(cli, &validation.diags);
}

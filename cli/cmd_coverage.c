/* coverage: what a configuration says about the techniques of ATT&CK. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/coverage_print.h"
#include "cli/kind.h"
#include "cli/print.h"
#include "cli/target.h"
#include "generators/engine/event_reader.h"

enum coverage_format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_NAVIGATOR,
	FORMAT_HTML,
};

enum { TARGET_UNSET = -1 };

struct coverage_options {
	int format;
	int target;
	bool gaps;
	const char *attack;
	const char *library;
	const char *output;
	const char *profile;
	const char *rev;
	const char *schema;
	struct pk_texts events;
	struct pk_texts techniques;
};

const struct pk_option pk_cmd_coverage_options[] = {
	{PK_OPT_TEXT, 0, "attack", "V", offsetof(struct coverage_options, attack),
		"release of ATT&CK, such as 18.1 (default the newest)"},
	{PK_OPT_LIST, 0, "events", "FILE", offsetof(struct coverage_options, events),
		"recorded events that prove techniques; may be given several times"},
	{PK_OPT_CHOICE, 0, "format", "text|json|navigator|html",
		offsetof(struct coverage_options, format), "how to print the coverage"},
	{PK_OPT_FLAG, 0, "gaps", NULL, offsetof(struct coverage_options, gaps),
		"text: every data component, with the techniques to be gained"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct coverage_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct coverage_options, output),
		"write to FILE (default standard output)"},
	{PK_OPT_TEXT, 0, "profile", "NAME", offsetof(struct coverage_options, profile),
		"profile of the project or ruleset to apply"},
	{PK_OPT_TEXT, 0, "rev", "REV", offsetof(struct coverage_options, rev),
		"read the files of the git revision REV instead of those on the disk"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct coverage_options, schema),
		"Sysmon schema to judge or compile for, such as 4.50"},
	{PK_OPT_CHOICE, 0, "target", "sysmon|sysmon-linux",
		offsetof(struct coverage_options, target),
		"Sysmon to look at (default the profile's, else what the rulesets are for)"},
	{PK_OPT_LIST, 't', "technique", "ID", offsetof(struct coverage_options, techniques),
		"text, json: only this technique, in detail; may be given several times"},
	PK_OPTIONS_END,
};

struct covering {
	struct pk_cli *cli;
	struct coverage_options options;
	const char *input; /* as given; NULL: the project of the present folder */
	const struct pk_attack *attack;
	struct pk_diags diags;
};

/* --- the configuration --- */

/* The Monster agent gives events no RuleName and no event id of Sysmon's. */
static void report_monster(struct covering *covering, const char *name, struct pk_span span)
{
	struct pk_diag *diag = pk_report(&covering->diags, PK_COVERAGE_MONSTER, span,
		"'%s' is for the Monster agent, whose events carry no technique", name);
	pk_diag_hint(&covering->diags, diag,
		"give a configuration of Sysmon, or `--target sysmon` for a ruleset of both");
}

static bool is_monster_file(struct covering *covering)
{
	struct pk_diags quiet = {.arena = covering->cli->arena};
	bool is_file = covering->input != NULL && covering->options.rev == NULL &&
		pk_file_exists(covering->input) && !pk_file_is_dir(covering->input);
	if (!is_file)
		return false;
	struct pk_source *source = pk_file_read(quiet.arena, covering->input, 0, &quiet);
	if (source == NULL || pk_kind_of(source) != PK_KIND_MONSTER)
		return false;
	report_monster(covering, covering->input, pk_span_file(source));
	return true;
}

static bool is_for_monster(struct covering *covering, const struct pk_config *config)
{
	if (covering->options.target != TARGET_UNSET || config->policy == NULL)
		return false;
	enum pk_target target = pk_target_of(config->policy);
	if (target != PK_TARGET_MONSTER && target != PK_TARGET_MONSTER_1_0)
		return false;
	const struct pk_ruleset *top = config->policy->sets.items[config->policy->sets.len - 1];
	report_monster(covering, config->name, top->span);
	return true;
}

/* The tests of the policy; which of them fail is told by `picket test`. */
static const struct pk_test_run *run_tests(
	const struct covering *covering, const struct pk_config *config)
{
	if (config->policy == NULL)
		return NULL;
	struct pk_test_run *run = PK_NEW(covering->cli->arena, struct pk_test_run);
	struct pk_diags quiet = {.arena = covering->cli->arena};
	pk_policy_test_compiled(
		run, config->policy, config->sysmon, config->element_ids, config->engine, &quiet);
	return run;
}

static void add_events(struct covering *covering, struct pk_coverage *coverage, const char *path)
{
	PK_AUTO(pk_event_reader) *reader =
		pk_event_reader_open(path, coverage->schema, &covering->diags);
	if (reader == NULL)
		return;
	struct pk_record record;
	while (pk_event_reader_next(reader, &record))
		pk_coverage_add_event(coverage, &record.event, path, record.index);
}

static struct pk_coverage *cover(struct covering *covering)
{
	struct pk_config_options options = {.profile = covering->options.profile,
		.library = covering->options.library,
		.rev = covering->options.rev,
		.schema = covering->options.schema,
		.platform = covering->options.target == TARGET_UNSET ? PK_CONFIG_ANY
								     : covering->options.target};
	struct pk_config config;
	if (is_monster_file(covering) ||
		!pk_config_open(
			&config, covering->cli, covering->input, &options, &covering->diags) ||
		is_for_monster(covering, &config))
		return NULL;

	covering->input = config.name;
	struct pk_coverage_input input = {.arena = covering->cli->arena,
		.attack = covering->attack,
		.sysmon = config.sysmon,
		.element_ids = config.element_ids,
		.engine = config.engine,
		.policy = config.policy,
		.tests = run_tests(covering, &config)};
	struct pk_coverage *coverage = pk_coverage_make(&input);
	for (size_t i = 0; i < covering->options.events.len; i++)
		add_events(covering, coverage, covering->options.events.items[i]);
	if (coverage->rules.len == 0) {
		struct pk_diag *diag = pk_report(&covering->diags, PK_COVERAGE_NO_LABEL,
			pk_span_file(config.sysmon->source), "no rule of '%s' carries a technique",
			covering->input);
		pk_diag_hint(&covering->diags, diag,
			"put technique ids in `attack:` of rules, or in the RuleNames");
	}
	return coverage;
}

/* --- the report --- */

static void put_report(
	struct pk_buf *out, const struct covering *covering, const struct pk_coverage *coverage)
{
	struct pk_coverage_view view = {
		.coverage = coverage,
		.components = pk_coverage_find_gaps(coverage),
		.name = covering->input,
		.techniques = &covering->options.techniques,
		.all_gaps = covering->options.gaps,
		.color = covering->cli->color && covering->options.output == NULL,
	};
	switch ((enum coverage_format)covering->options.format) {
	case FORMAT_TEXT:
		pk_coverage_put_text(out, &view);
		break;
	case FORMAT_JSON:
		pk_coverage_put_json(out, &view);
		break;
	case FORMAT_NAVIGATOR:
		pk_coverage_put_navigator(out, &view);
		break;
	case FORMAT_HTML:
		pk_coverage_put_html(out, &view);
		break;
	}
}

static void write_report(struct covering *covering, const struct pk_buf *out)
{
	const char *path = covering->options.output;
	if (path == NULL || strcmp(path, "-") == 0)
		pk_cli_put(covering->cli, covering->cli->out, out);
	else
		pk_file_write(path, out->data, out->len, &covering->diags);
}

/* True if every --technique is an active one, or a retired one that has a successor. */
static bool check_techniques(struct covering *covering)
{
	const struct pk_texts *ids = &covering->options.techniques;
	for (size_t i = 0; i < ids->len; i++) {
		if (pk_attack_current(covering->attack, ids->items[i]) != NULL)
			continue;
		covering->cli->status =
			pk_cli_usage_error(covering->cli, "ATT&CK %s has no active technique '%s'",
				pk_attack_version(covering->attack), ids->items[i]);
		return false;
	}
	return true;
}

static bool open_attack(struct covering *covering)
{
	const char *version = covering->options.attack;
	covering->attack = version == NULL ? pk_attack_open(covering->cli->arena)
					   : pk_attack_open_version(covering->cli->arena, version);
	if (covering->attack == NULL) {
		covering->cli->status = pk_cli_usage_error(covering->cli,
			"ATT&CK %s is not built in; there is %s and %s", version,
			pk_attack_version_at(0), pk_attack_version_at(1));
		return false;
	}
	return true;
}

int pk_cmd_coverage(struct pk_cli *cli, int argc, char **argv)
{
	struct covering covering = {
		.cli = cli, .diags = {.arena = cli->arena}, .options = {.target = TARGET_UNSET}};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &covering.options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one project, ruleset or configuration");
	if (!open_attack(&covering) || !check_techniques(&covering))
		return cli->status;

	covering.input = arguments.len == 1 ? arguments.items[0] : pk_target_input(PK_TARGET_UNSET);
	const struct pk_coverage *coverage = cover(&covering);
	PK_BUF_AUTO out = {0};
	if (coverage != NULL && covering.diags.errors == 0) {
		put_report(&out, &covering, coverage);
		write_report(&covering, &out);
	}
	struct pk_print_context context = {
		.to_err = true, .inputs = &covering.input, .input_count = covering.input != NULL};
	pk_print_diags(cli, &covering.diags, PK_FORMAT_TEXT, &context);
	return pk_cli_status(cli, &covering.diags);
}

#include "cli/config.h"

#include <string.h>

#include "cli/input.h"
#include "cli/kind.h"
#include "cli/target.h"
#include "cli/today.h"
#include "generators/compile/compile.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

/* The platform asked for; without one that of the policy, if there is one. */
static enum pk_platform choose_platform(
	const struct pk_config_options *options, const struct pk_policy *policy)
{
	if (options->platform != PK_CONFIG_ANY)
		return (enum pk_platform)options->platform;
	return policy != NULL && pk_target_of(policy) == PK_TARGET_SYSMON_LINUX ? PK_LINUX
										: PK_WINDOWS;
}

static struct pk_sysmon *judge_xml(struct pk_cli *cli, struct pk_source *source,
	const struct pk_config_options *options, struct pk_diags *diags)
{
	struct pk_sysmon_options read = {
		.arena = cli->arena, .platform = choose_platform(options, NULL)};
	if (options->schema != NULL)
		pk_schema_parse_version(&read.parser, options->schema);

	struct pk_diags quiet = {.arena = cli->arena};
	struct pk_sysmon *sysmon = pk_sysmon_judge(source, &read, false, &quiet);
	if (sysmon->rejected) {
		pk_sysmon_judge(source, &read, false, diags);
		return NULL;
	}
	if (sysmon->defects) {
		struct pk_diag *diag = pk_report(diags, PK_CONFIG_DEFECTS, pk_span_file(source),
			"Sysmon leaves out elements of this configuration");
		pk_diag_hint(diags, diag, "see `picket validate` for the places");
	}
	return sysmon;
}

static struct pk_sysmon *compile_policy(struct pk_config *config, struct pk_cli *cli,
	const struct pk_input *input, const struct pk_config_options *options,
	struct pk_diags *diags)
{
	struct pk_policy_options policy_options = {.profile = options->profile,
		.library_dir = options->library,
		.tree = input->tree,
		.today = pk_today(cli->arena)};
	struct pk_diags found = {.arena = cli->arena};
	struct pk_sysmon *sysmon = NULL;

	config->policy = pk_policy_read(cli->arena, input->path, &policy_options, &found);
	if (config->policy != NULL && pk_policy_check(config->policy, &found)) {
		struct pk_compile_options compile = {.schema = options->schema,
			.platform = choose_platform(options, config->policy)};
		sysmon = pk_compile_sysmon(config->policy, &compile, &found);
	}
	pk_diags_append(diags, &found, PK_ERROR);
	return found.errors > 0 ? NULL : sysmon;
}

/* The text of the input if it is a file; NULL if it is none, or after a report. */
static struct pk_source *read_file(
	struct pk_cli *cli, const struct pk_input *input, struct pk_diags *diags)
{
	bool is_input = strcmp(input->path, "-") == 0 ||
		(pk_tree_exists(input->tree, input->path) &&
			!pk_tree_is_dir(input->tree, input->path));
	return is_input ? pk_tree_read(cli->arena, input->tree, input->path, 0, diags) : NULL;
}

static void report_monster(struct pk_source *source, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_CONFIG_MONSTER, pk_span_file(source),
		"'%s' is for the Monster agent, whose decisions are not known", source->path);
	pk_diag_hint(diags, diag, "give a configuration or ruleset of Sysmon");
}

static struct pk_sysmon *open_sysmon(struct pk_config *config, struct pk_cli *cli,
	const struct pk_input *input, const struct pk_config_options *options,
	struct pk_diags *diags)
{
	size_t errors = diags->errors;
	struct pk_source *source = read_file(cli, input, diags);
	if (diags->errors > errors)
		return NULL;
	enum pk_kind kind = source == NULL ? PK_KIND_UNKNOWN : pk_kind_of(source);
	if (kind == PK_KIND_SYSMON)
		return judge_xml(cli, source, options, diags);
	if (kind != PK_KIND_MONSTER)
		return compile_policy(config, cli, input, options, diags);
	report_monster(source, diags);
	return NULL;
}

void pk_config_take(
	struct pk_config *out, struct pk_cli *cli, struct pk_sysmon *sysmon, const char *name)
{
	struct pk_diags quiet = {.arena = cli->arena};
	out->name = name;
	out->sysmon = sysmon;
	out->element_ids = PK_NEW_ARRAY(cli->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, out->element_ids, &quiet);
	out->engine = pk_engine_make(cli->arena, sysmon, out->element_ids);
}

bool pk_config_open_source(struct pk_config *out, struct pk_cli *cli, struct pk_source *source,
	const struct pk_config_options *options, struct pk_diags *diags)
{
	struct pk_sysmon *sysmon = judge_xml(cli, source, options, diags);
	if (sysmon == NULL)
		return false;
	*out = (struct pk_config){0};
	pk_config_take(out, cli, sysmon, source->path);
	return true;
}

bool pk_config_open(struct pk_config *out, struct pk_cli *cli, const char *argument,
	const struct pk_config_options *options, struct pk_diags *diags)
{
	struct pk_config config = {0};
	struct pk_input_options where = {.rev = options->rev,
		.library = options->library,
		.shipped = pk_target_shipped(PK_TARGET_UNSET)};
	PK_INPUT_AUTO input = {0};

	if (!pk_input_open(&input, cli->arena, argument, &where, diags))
		return false;
	struct pk_sysmon *sysmon = open_sysmon(&config, cli, &input, options, diags);
	if (sysmon == NULL)
		return false;
	pk_config_take(&config, cli, sysmon, argument == NULL ? input.path : argument);
	*out = config;
	return true;
}

const struct pk_diff *pk_config_diff(
	struct pk_arena *arena, const struct pk_config *before, const struct pk_config *after)
{
	const struct pk_meaning *old = pk_meaning_make(arena, before->sysmon, before->element_ids);
	const struct pk_meaning *new = pk_meaning_make(arena, after->sysmon, after->element_ids);
	const struct pk_diff *diff = pk_diff_make(arena, old, new);
	if (!before->rules_only && !after->rules_only)
		return diff;
	struct pk_diff *rest = PK_NEW(arena, struct pk_diff);
	rest->events = diff->events;
	rest->collection = diff->collection;
	return rest;
}

/* import: makes a project of a configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/kind.h"
#include "cli/print.h"
#include "generators/import/import.h"
#include "generators/sysmon/judge.h"

struct import_options {
	const char *output;
	const char *id;
	bool force;
	int platform;
};

const struct pk_option pk_cmd_import_options[] = {
	{PK_OPT_FLAG, 'f', "force", NULL, offsetof(struct import_options, force),
		"replace the files of a project that is there"},
	{PK_OPT_TEXT, 0, "id", "NAME", offsetof(struct import_options, id),
		"id of the project and its ruleset (default: from the file name)"},
	{PK_OPT_TEXT, 'o', "output", "DIR", offsetof(struct import_options, output),
		"folder for picket.yaml and ruleset.yaml; made if missing"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct import_options, platform),
		"whose Sysmon reads the configuration (default windows)"},
	PK_OPTIONS_END,
};

/* One of the two files of a project. */
struct output {
	const char *path;
	const char *temporary; /* in the same folder, until both files are complete */
	const struct pk_buf *text;
};

struct import_run {
	struct pk_cli *cli;
	struct import_options options;
	struct pk_diags diags;
	struct pk_imported imported;
};

/* --- making the texts --- */

/* Findings in a configuration that the sensor accepts are those of validate, not of import. */

static bool import_sysmon(
	struct import_run *run, struct pk_source *source, const struct pk_import_options *import)
{
	struct pk_sysmon_options options = {
		.arena = run->cli->arena,
		.platform = (enum pk_platform)run->options.platform,
		.recover = true,
		.comments = true,
	};
	struct pk_diags judged = {.arena = run->cli->arena};
	struct pk_sysmon *sysmon = pk_sysmon_judge(source, &options, false, &judged);
	if (sysmon->rejected) {
		run->diags = judged;
		return false;
	}
	return pk_import_sysmon(&run->imported, sysmon, import, &run->diags);
}

static bool import_monster(
	struct import_run *run, struct pk_source *source, const struct pk_import_options *import)
{
	struct pk_node *root = pk_json_read(source, &run->diags);
	enum pk_monster_schema schema;
	if (root == NULL || !pk_monster_detect(&schema, root, &run->diags))
		return false;

	struct pk_diags judged = {.arena = run->cli->arena};
	const struct pk_monster_config *config =
		pk_monster_read(run->cli->arena, root, schema, &judged);
	if (config == NULL || !pk_monster_check(config, NULL, &judged)) {
		run->diags = judged;
		return false;
	}
	return pk_import_monster(&run->imported, config, import, &run->diags);
}

static bool import_file(struct import_run *run, const char *path)
{
	struct pk_source *source = pk_file_read(run->cli->arena, path, 0, &run->diags);
	if (source == NULL)
		return false;

	const char *slash = strrchr(path, '/');
	struct pk_import_options import = {
		.id = run->options.id,
		.name = slash == NULL ? path : slash + 1,
	};
	if (import.id == NULL)
		import.id = pk_import_make_id(run->cli->arena, path);
	switch (pk_kind_of(source)) {
	case PK_KIND_SYSMON:
		return import_sysmon(run, source, &import);
	case PK_KIND_MONSTER:
		return import_monster(run, source, &import);
	case PK_KIND_RULESET:
	case PK_KIND_PROJECT:
	case PK_KIND_INVENTORY:
	case PK_KIND_UNKNOWN:
		break;
	}
	struct pk_diag *diag = pk_report(&run->diags, PK_FILE_KIND, pk_span_file(source),
		"file is no configuration of a sensor");
	pk_diag_hint(&run->diags, diag, "give a Sysmon XML or a Monster JSON");
	return false;
}

/* --- writing them --- */

static void report_write(struct import_run *run, const char *path, int error)
{
	pk_report(&run->diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' cannot be written: %s", path,
		strerror(error));
}

/* False after a report if something is in the way. */
static bool check_free(struct import_run *run, const struct output *output)
{
	if (!pk_file_exists(output->path))
		return true;
	if (pk_file_is_dir(output->path)) {
		report_write(run, output->path, EISDIR);
		return false;
	}
	if (run->options.force)
		return true;
	struct pk_diag *diag = pk_report(
		&run->diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' is there already", output->path);
	pk_diag_hint(&run->diags, diag, "choose another folder, or replace it with --force");
	return false;
}

static bool rename_output(struct import_run *run, const struct output *output)
{
	if (rename(output->temporary, output->path) == 0)
		return true;
	report_write(run, output->path, errno);
	return false;
}

/* Both files or none: each is complete under another name before the first gets its own. */
static bool write_outputs(struct import_run *run, const struct output *outputs)
{
	bool done = pk_file_write(outputs[0].temporary, outputs[0].text->data, outputs[0].text->len,
			    &run->diags) &&
		pk_file_write(outputs[1].temporary, outputs[1].text->data, outputs[1].text->len,
			&run->diags);
	bool is_new = !pk_file_exists(outputs[0].path);
	done = done && rename_output(run, &outputs[0]);
	if (done && !rename_output(run, &outputs[1])) {
		if (is_new)
			unlink(outputs[0].path);
		done = false;
	}
	if (!done) {
		unlink(outputs[0].temporary);
		unlink(outputs[1].temporary);
	}
	return done;
}

/* picket.yaml comes last: without it a folder is no project. */
static bool write_project(struct import_run *run)
{
	struct pk_arena *arena = run->cli->arena;
	const char *folder = run->options.output;
	const struct output outputs[] = {
		{pk_arena_printf(arena, "%s/ruleset.yaml", folder),
			pk_arena_printf(arena, "%s/.ruleset.yaml.%ld", folder, (long)getpid()),
			&run->imported.ruleset},
		{pk_arena_printf(arena, "%s/picket.yaml", folder),
			pk_arena_printf(arena, "%s/.picket.yaml.%ld", folder, (long)getpid()),
			&run->imported.project},
	};
	bool is_free = check_free(run, &outputs[0]);
	is_free &= check_free(run, &outputs[1]);
	return is_free && pk_file_make_dirs(folder, &run->diags) && write_outputs(run, outputs);
}

/* --- the command --- */

static void print_summary(struct import_run *run, const char *path)
{
	const struct pk_imported *imported = &run->imported;
	PK_BUF_AUTO buf = {0};
	if (run->cli->common.quiet)
		return;
	pk_buf_puts(&buf, "picket: ");
	pk_escape_put(&buf, path);
	pk_buf_printf(&buf, " became %zu rule%s", imported->rule_count,
		imported->rule_count == 1 ? "" : "s");
	if (imported->group_count > 0)
		pk_buf_printf(&buf, " in %zu group%s", imported->group_count,
			imported->group_count == 1 ? "" : "s");
	pk_buf_puts(&buf, "; see ");
	pk_escape_put(&buf, run->options.output);
	pk_buf_puts(&buf, "/picket.yaml\n");
	pk_cli_put(run->cli, run->cli->err, &buf);
}

static int import_project(struct import_run *run, const char *path)
{
	bool done = import_file(run, path) && write_project(run);
	struct pk_print_context context = {.to_err = true, .inputs = &path, .input_count = 1};
	pk_print_diags(run->cli, &run->diags, run->cli->common.format, &context);
	if (done)
		print_summary(run, path);
	return pk_cli_status(run->cli, &run->diags);
}

int pk_cmd_import(struct pk_cli *cli, int argc, char **argv)
{
	struct import_run run = {.cli = cli, .diags = {.arena = cli->arena}};
	struct pk_texts paths = {0};
	if (!pk_options_parse(cli, &run.options, &paths, argc, argv))
		return cli->status;
	if (paths.len != 1)
		return pk_cli_usage_error(cli, "give one configuration");
	if (run.options.output == NULL)
		return pk_cli_usage_error(cli, "say where to with -o DIR");
	if (run.options.id != NULL && !pk_import_is_id(run.options.id))
		return pk_cli_usage_error(cli,
			"'%s' is no id; take a-z, 0-9, '.', '_' and '-', the first a letter or a "
			"digit",
			run.options.id);

	int status = import_project(&run, paths.items[0]);
	pk_imported_finish(&run.imported);
	return status;
}

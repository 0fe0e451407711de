/* bundle: versions of sensors, as their vendors give them out, kept to be taken to hosts. */
#include "base/escape.h"
#include "base/json_out.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fleet/folders.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "fleet/bundle/bundle.h"

struct bundle_options {
	const char *bundles;
	struct pk_bundle_add_options add;
};

struct bundle_run {
	struct pk_cli *cli;
	struct bundle_options options;
	const char *store;
	struct pk_texts arguments; /* behind the action's name */
	struct pk_diags diags;
	struct pk_buf out;
};

#define ADD(field)                                                                                 \
	(offsetof(struct bundle_options, add) + offsetof(struct pk_bundle_add_options, field))

const struct pk_option pk_cmd_bundle_options[] = {
	{PK_OPT_TEXT, 0, "bundles", "DIR", offsetof(struct bundle_options, bundles),
		"folder of the bundles (default ~/.local/share/picket/bundles)"},
	{PK_OPT_TEXT, 0, "digest", "SHA256", ADD(digest),
		"add: refuse an archive that has not this digest, sha256:..."},
	{PK_OPT_FLAG, 'n', "dry-run", NULL, ADD(dry_run), "add: check only, write nothing"},
	{PK_OPT_TEXT, 0, "licence", "NAME", ADD(licence),
		"add: what the vendor's licence is called"},
	{PK_OPT_TEXT, 0, "name", "NAME", ADD(name),
		"add: name of the bundle (default: the sensor's)"},
	{PK_OPT_TEXT, 0, "origin", "URL", ADD(origin), "add: where it was downloaded from"},
	{PK_OPT_FLAG, 0, "replace", NULL, ADD(replace),
		"add: take the place of another bundle of that name and version"},
	{PK_OPT_TEXT, 0, "sensor", "KIND", ADD(sensor),
		"add: " PK_SENSOR_CHOICES " (default: told from the files)"},
	{PK_OPT_TEXT, 0, "version", "V", ADD(version),
		"add: version of the bundle (default: told from the files)"},
	PK_OPTIONS_END,
};

/* What is said when all is well. */
static const char *const outcome_names[] = {
	[PK_BUNDLE_ADDED] = "added",
	[PK_BUNDLE_SAME] = "same",
	[PK_BUNDLE_REPLACED] = "replaced",
};

static const char not_passed_on[] = "The sensor is taken to your own hosts, and not passed on: the "
				    "vendor's licence is between\n"
				    "you and the vendor.\n";

static bool wants_json(const struct bundle_run *run)
{
	return run->cli->common.format == PK_FORMAT_JSON;
}

static int finish(struct bundle_run *run)
{
	struct pk_print_context context = {.to_err = true};
	pk_cli_put(run->cli, run->cli->out, &run->out);
	pk_buf_finish(&run->out);
	pk_print_diags(run->cli, &run->diags, run->cli->common.format, &context);
	return pk_cli_status(run->cli, &run->diags);
}

static uint64_t bytes_of(const struct pk_bundle *bundle)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < bundle->files.len; i++)
		bytes += bundle->files.items[i].bytes;
	return bytes;
}

static bool is_for_hosts(const struct pk_bundle_file *file)
{
	return file->role == PK_BUNDLE_PROGRAM || file->role == PK_BUNDLE_PACKAGE;
}

/* The first file with the vendor's licence; NULL if there is none. */
static const char *licence_file(const struct pk_bundle *bundle)
{
	for (size_t i = 0; i < bundle->files.len; i++) {
		if (bundle->files.items[i].role == PK_BUNDLE_LICENCE)
			return bundle->files.items[i].path;
	}
	return NULL;
}

/* --- text --- */

static void put_archs(struct pk_buf *buf, const struct pk_bundle *bundle)
{
	const char *between = "";
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		if (!is_for_hosts(file))
			continue;
		pk_buf_printf(buf, "%s%s", between, file->arch == NULL ? "any" : file->arch);
		between = " ";
	}
}

static void put_line(struct pk_buf *buf, const struct pk_bundle *bundle)
{
	pk_buf_printf(buf, "%-24s  %-12s  %-7s  %3zu file%s %10llu bytes  ", bundle->id,
		pk_sensor_name(bundle->sensor), pk_host_platform_name(bundle->platform),
		bundle->files.len, bundle->files.len == 1 ? ", " : "s,",
		(unsigned long long)bytes_of(bundle));
	put_archs(buf, bundle);
	pk_buf_putc(buf, '\n');
}

static void put_field(struct pk_buf *buf, const char *name, const char *text)
{
	if (text == NULL)
		return;
	pk_buf_printf(buf, "  %-8s  ", name);
	pk_escape_put(buf, text);
	pk_buf_putc(buf, '\n');
}

static void put_files(struct pk_buf *buf, const struct pk_bundle *bundle)
{
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		pk_buf_printf(buf, "  %-8s  ", pk_bundle_role_name(file->role));
		pk_escape_put(buf, file->path);
		if (is_for_hosts(file))
			pk_buf_printf(buf, " (%s)", file->arch == NULL ? "any" : file->arch);
		pk_buf_putc(buf, '\n');
	}
}

/* --- JSON --- */

static void put_json_text(struct pk_json_out *json, const char *name, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, name, text);
}

static void put_json_bundle(
	struct bundle_run *run, const struct pk_bundle *bundle, const char *result)
{
	struct pk_json_out json = {.buf = &run->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "bundle", bundle->id);
	put_json_text(&json, "result", result);
	pk_json_out_text(&json, "name", bundle->name);
	pk_json_out_text(&json, "version", bundle->version);
	pk_json_out_text(&json, "sensor", pk_sensor_name(bundle->sensor));
	pk_json_out_text(&json, "platform", pk_host_platform_name(bundle->platform));
	put_json_text(&json, "licence", bundle->licence);
	put_json_text(&json, "licence_file", licence_file(bundle));
	put_json_text(&json, "origin", bundle->origin);
	put_json_text(&json, "archive", bundle->archive_digest);
	pk_json_out_text(&json, "digest", bundle->digest);
	pk_json_out_text(&json, "folder", bundle->folder);
	pk_json_out_open_array(&json, "files");
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		pk_json_out_open_object(&json, NULL);
		pk_json_out_text(&json, "path", file->path);
		pk_json_out_text(&json, "role", pk_bundle_role_name(file->role));
		put_json_text(&json, "arch", file->arch);
		pk_json_out_number(&json, "bytes", file->bytes);
		pk_json_out_text(&json, "digest", file->digest);
		pk_json_out_close_object(&json);
	}
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(&run->out, '\n');
}

/* --- add --- */

static void step(void *context, size_t files)
{
	pk_progress_step(context, files, 0);
}

static void put_added(struct bundle_run *run, const struct pk_bundle *bundle, const char *outcome)
{
	struct pk_buf *buf = &run->out;
	if (run->options.add.dry_run)
		pk_buf_printf(buf, "would be %s: %s\n", outcome, bundle->id);
	else
		pk_buf_printf(buf, "%s: %s\n", outcome, bundle->id);
	put_field(buf, "sensor", pk_sensor_name(bundle->sensor));
	put_field(buf, "platform", pk_host_platform_name(bundle->platform));
	put_files(buf, bundle);
	put_field(buf, "terms", bundle->licence);
	put_field(buf, "origin", bundle->origin);
	put_field(buf, "archive", bundle->archive_digest);
	put_field(buf, "digest", bundle->digest);
	pk_buf_puts(buf, not_passed_on);
}

static int run_add(struct bundle_run *run)
{
	struct pk_progress progress;
	enum pk_bundle_outcome outcome;
	struct pk_bundle_add_options *options = &run->options.add;
	if (run->arguments.len != 1)
		return pk_cli_usage_error(run->cli, "give one archive, program, package or folder");
	pk_progress_begin(&progress, run->cli, "files");
	options->outcome_out = &outcome;
	options->step = step;
	options->step_context = &progress;
	const struct pk_bundle *bundle = pk_bundle_add(
		run->cli->arena, run->store, run->arguments.items[0], options, &run->diags);
	pk_progress_end(&progress);
	if (bundle != NULL && wants_json(run))
		put_json_bundle(run, bundle, outcome_names[outcome]);
	else if (bundle != NULL)
		put_added(run, bundle,
			outcome == PK_BUNDLE_SAME ? "there already" : outcome_names[outcome]);
	return finish(run);
}

/* --- list and verify --- */

static int run_list(struct bundle_run *run)
{
	struct pk_bundles bundles = {0};
	if (run->arguments.len != 0)
		return pk_cli_usage_error(run->cli, "list takes no arguments");
	pk_bundle_list(&bundles, run->cli->arena, run->store, &run->diags);
	for (size_t i = 0; i < bundles.len; i++) {
		if (wants_json(run))
			put_json_bundle(run, bundles.items[i], NULL);
		else
			put_line(&run->out, bundles.items[i]);
	}
	return finish(run);
}

static void verify(struct bundle_run *run, const struct pk_bundle *bundle)
{
	bool good = pk_bundle_verify(bundle, &run->diags);
	if (wants_json(run)) {
		put_json_bundle(run, bundle, good ? "ok" : "failed");
		return;
	}
	pk_buf_printf(&run->out, "%-24s  %s\n", bundle->id, good ? "ok" : "FAILED");
}

static int run_verify(struct bundle_run *run)
{
	struct pk_progress progress;
	struct pk_bundles bundles = {0};
	if (run->arguments.len == 0)
		pk_bundle_list(&bundles, run->cli->arena, run->store, &run->diags);
	for (size_t i = 0; i < run->arguments.len; i++) {
		const struct pk_bundle *bundle = pk_bundle_open(
			run->cli->arena, run->store, run->arguments.items[i], &run->diags);
		if (bundle != NULL)
			*pk_list_push(run->cli->arena, &bundles) = bundle;
	}
	pk_progress_begin(&progress, run->cli, "bundles");
	for (size_t i = 0; i < bundles.len; i++) {
		verify(run, bundles.items[i]);
		pk_progress_step(&progress, i + 1, bundles.len);
	}
	pk_progress_end(&progress);
	return finish(run);
}

/* --- the command --- */

struct bundle_action {
	const char *name;
	int (*run)(struct bundle_run *run);
};

static const struct bundle_action actions[] = {
	{"add", run_add},
	{"list", run_list},
	{"verify", run_verify},
};

int pk_cmd_bundle(struct pk_cli *cli, int argc, char **argv)
{
	struct bundle_run run = {.cli = cli, .diags = {.arena = cli->arena}};
	if (!pk_options_parse(cli, &run.options, &run.arguments, argc, argv))
		return cli->status;
	if (run.arguments.len == 0)
		return pk_cli_usage_error(cli, "give add, list or verify");
	run.store = pk_folder_bundles(cli->arena, run.options.bundles);
	if (run.store == NULL || run.store[0] == '\0')
		return pk_cli_usage_error(cli, "name the folder of the bundles by --bundles");

	const char *name = run.arguments.items[0];
	run.arguments.items++;
	run.arguments.len--;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (pk_text_equal(name, actions[i].name))
			return actions[i].run(&run);
	}
	return pk_cli_usage_error(cli, "'%s' is not add, list or verify", name);
}

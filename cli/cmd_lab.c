/* lab: a stack of one's own on this machine, with everything that picket can put into it. */
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fleet/folders.h"
#include "cli/print.h"
#include "cli/stack/lab.h"

enum { PORT_MOST = 65535 };

const struct pk_option pk_cmd_lab_options[] = {
	PK_ACCESS_OPTIONS(struct pk_lab_options, access),
	{PK_OPT_TEXT, 0, "address", "ADDR", offsetof(struct pk_lab_options, address),
		"up: where servers listen (default 127.0.0.1)"},
	{PK_OPT_TEXT, 0, "archives", "DIR", offsetof(struct pk_lab_options, archives),
		"up: start what downloaded archives in DIR hold, instead of Docker"},
	{PK_OPT_NUMBER, 0, "beats-port", "N", offsetof(struct pk_lab_options, beats_port),
		"up: port of Logstash for Winlogbeat (default 5044)"},
	{PK_OPT_FLAG, 0, "data", NULL, offsetof(struct pk_lab_options, data),
		"down: remove the events, too"},
	{PK_OPT_TEXT, 0, "dir", "DIR", offsetof(struct pk_lab_options, dir),
		"folder of the lab (default in XDG_STATE_HOME)"},
	{PK_OPT_FLAG, 'n', "dry-run", NULL, offsetof(struct pk_lab_options, dry_run),
		"up, down: say what would be done, do nothing"},
	{PK_OPT_TEXT, 0, "kibana", "URL", offsetof(struct pk_lab_options, kibana),
		"up: Kibana or OpenSearch Dashboards of the stack at --url"},
	{PK_OPT_NUMBER, 0, "kibana-port", "N", offsetof(struct pk_lab_options, kibana_port),
		"up: port of Kibana (default 5601)"},
	{PK_OPT_NUMBER, 0, "memory", "MB", offsetof(struct pk_lab_options, memory),
		"up: heap of the engine (default 1024)"},
	{PK_OPT_NUMBER, 0, "monster-port", "N", offsetof(struct pk_lab_options, monster_port),
		"up: port of Logstash for Monster (default 1514)"},
	{PK_OPT_FLAG, 0, "no-samples", NULL, offsetof(struct pk_lab_options, no_samples),
		"up: send no sample events"},
	{PK_OPT_NUMBER, 0, "port", "N", offsetof(struct pk_lab_options, engine_port),
		"up: port of the engine (default 9200)"},
	{PK_OPT_NUMBER, 0, "samples", "N", offsetof(struct pk_lab_options, samples),
		"up: number of sample events (default 1000)"},
	{PK_OPT_TEXT, 0, "sensor", "FILE", offsetof(struct pk_lab_options, sensor),
		"up: downloaded sensor for Linux, to be pushed to this machine"},
	{PK_OPT_TEXT, 0, "version", "V", offsetof(struct pk_lab_options, version),
		"up: version of the images (default " PK_LAB_ELASTIC ")"},
	{PK_OPT_NUMBER, 0, "wait", "SECONDS", offsetof(struct pk_lab_options, wait),
		"up: how long a server may take until it answers (default 300)"},
	PK_OPTIONS_END,
};

struct action {
	const char *name;
	int (*run)(struct pk_lab_run *run);
};

static const struct action actions[] = {
	{"up", pk_lab_up},
	{"status", pk_lab_status},
	{"down", pk_lab_down},
};

static int check(struct pk_cli *cli, const struct pk_lab_options *options)
{
	const uint64_t ports[] = {options->engine_port, options->kibana_port, options->monster_port,
		options->beats_port};
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		if (ports[i] > PORT_MOST)
			return pk_cli_usage_error(
				cli, "%llu is no port", (unsigned long long)ports[i]);
	}
	if (options->access.url != NULL && options->archives != NULL)
		return pk_cli_usage_error(cli, "give --url or --archives, not both");
	if (options->kibana != NULL && options->access.url == NULL)
		return pk_cli_usage_error(cli, "--kibana belongs to --url");
	if (!pk_access_check(cli, &options->access))
		return cli->status;
	return PK_EXIT_OK;
}

/* The folder of the lab, absolute: servers work elsewhere. */
static const char *folder(struct pk_cli *cli, const char *given)
{
	char here[4096];
	const char *dir = pk_folder_lab(cli->arena, given);
	if (dir == NULL || dir[0] == '/')
		return dir;
	if (getcwd(here, sizeof(here)) == NULL)
		return NULL;
	return pk_file_normalize(cli->arena, pk_arena_printf(cli->arena, "%s/%s", here, dir));
}

static int finish(struct pk_lab_run *run, int status)
{
	struct pk_print_context context = {.to_err = true};
	pk_secret_destroy(run->secret);
	pk_print_diags(run->cli, &run->diags, run->cli->common.format, &context);
	if (status == PK_EXIT_CANNOT)
		return status;
	int found = pk_cli_status(run->cli, &run->diags);
	return found > status ? found : status;
}

int pk_cmd_lab(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_lab_options options = {.samples = 1000, .wait = 300};
	struct pk_texts arguments = {0};
	struct pk_lab_run run = {.cli = cli, .options = &options, .diags = {.arena = cli->arena}};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len != 1)
		return pk_cli_usage_error(cli, "give up, status or down");
	int status = check(cli, &options);
	if (status != PK_EXIT_OK)
		return status;
	run.dir = folder(cli, options.dir);
	if (run.dir == NULL || run.dir[0] == '\0')
		return pk_cli_usage_error(cli, "name the folder of the lab by --dir");
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (pk_text_equal(arguments.items[0], actions[i].name))
			return finish(&run, actions[i].run(&run));
	}
	return pk_cli_usage_error(cli, "'%s' is not up, status or down", arguments.items[0]);
}

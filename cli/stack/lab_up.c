/* lab up: an engine, picket's assets, events to look at, and a machine to push to. */
#include <dirent.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/stack/lab.h"

static enum pk_lab_kind wanted_kind(const struct pk_lab_options *options)
{
	if (options->access.url != NULL)
		return PK_LAB_URL;
	return options->archives != NULL ? PK_LAB_ARCHIVES : PK_LAB_DOCKER;
}

static uint16_t port_of(uint64_t given, uint16_t known, uint16_t usual)
{
	if (given != 0)
		return (uint16_t)given;
	return known != 0 ? known : usual;
}

/* `lab down` removes the folder: what is in it has to be ours. */
static bool is_empty(struct pk_lab_run *run)
{
	bool empty = true;
	DIR *folder = opendir(run->dir);
	if (folder == NULL)
		return true;
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		empty = empty && entry->d_name[0] == '.';
	closedir(folder);
	if (!empty)
		pk_report(&run->diags, PK_LAB_OTHER, PK_NO_SPAN,
			"'%s' holds other files, and no lab", run->dir);
	return empty;
}

/* What was started before goes on; what is said now counts. */
static bool merge(struct pk_lab_run *run)
{
	bool found = false;
	struct pk_lab *lab = &run->lab;
	const struct pk_lab_options *options = run->options;
	if (!pk_lab_load(run, &found))
		return false;
	if (found && lab->kind != wanted_kind(options)) {
		struct pk_diag *diag = pk_report(&run->diags, PK_LAB_OTHER, PK_NO_SPAN,
			"'%s' holds a lab of the kind '%s'", run->dir, pk_lab_kind_name(lab->kind));
		pk_diag_hint(&run->diags, diag,
			"end it by 'picket lab down', or give the new one another --dir");
		return false;
	}
	if (!found && !is_empty(run))
		return false;
	lab->kind = wanted_kind(options);
	if (options->version != NULL)
		lab->version = options->version;
	if (options->address != NULL || lab->address == NULL)
		lab->address = options->address != NULL ? options->address : "127.0.0.1";
	lab->ports = (struct pk_lab_ports){
		.engine = port_of(options->engine_port, lab->ports.engine, 9200),
		.kibana = port_of(options->kibana_port, lab->ports.kibana, 5601),
		.monster = port_of(options->monster_port, lab->ports.monster, 1514),
		.beats = port_of(options->beats_port, lab->ports.beats, 5044),
	};
	if (options->memory != 0)
		lab->memory_mb = (unsigned)options->memory;
	return true;
}

/* An address with a password in it is neither shown nor kept. */
static bool check_address(struct pk_lab_run *run, const char *url)
{
	struct pk_diags diags = {.arena = run->cli->arena};
	PK_AUTO(pk_http) *http = pk_lab_open(run, url, NULL, 0, &diags);
	if (http == NULL)
		pk_diags_append(&run->diags, &diags, PK_NOTE);
	return http != NULL;
}

static bool url_up(struct pk_lab_run *run)
{
	struct pk_lab *lab = &run->lab;
	lab->url = run->options->access.url;
	lab->kibana = run->options->kibana;
	return pk_lab_take_secret(run) && check_address(run, lab->url) &&
		(lab->kibana == NULL || check_address(run, lab->kibana)) &&
		pk_lab_wait(run, "the stack", lab->url, "/", PK_LAB_ENGINE);
}

static bool engine_up(struct pk_lab_run *run)
{
	switch (run->lab.kind) {
	case PK_LAB_URL:
		return url_up(run);
	case PK_LAB_DOCKER:
		return pk_lab_docker_up(run);
	case PK_LAB_ARCHIVES:
		return pk_lab_archives_up(run);
	}
	return false;
}

static int put_samples(struct pk_lab_run *run)
{
	const char *count =
		pk_arena_printf(run->cli->arena, "%llu", (unsigned long long)run->options->samples);
	const char *const words[] = {"stack", "sample", "--count", count, NULL};
	return run->options->no_samples ? PK_EXIT_OK : pk_lab_command(run, words, true);
}

static void put_text_end(struct pk_lab_run *run)
{
	PK_BUF_AUTO buf = {0};
	const struct pk_lab *lab = &run->lab;
	pk_buf_printf(&buf, "\nThe lab is in %s\n", run->dir);
	pk_buf_printf(&buf, "  engine      %s\n", lab->url);
	if (lab->kibana != NULL)
		pk_buf_printf(&buf, "  dashboards  %s/app/dashboards#/view/picket-overview\n",
			lab->kibana);
	else
		pk_buf_puts(&buf, "  dashboards  none: no Kibana is in this lab\n");
	if (lab->security)
		pk_buf_printf(&buf,
			"  user        elastic; the password is in %s/secrets/elastic\n", run->dir);
	else if (lab->kind == PK_LAB_ARCHIVES)
		pk_buf_printf(&buf,
			"  users       none: this build has none; it listens on %s only\n",
			lab->address);
	pk_buf_puts(&buf, "  later       picket lab status, picket lab down\n");
	pk_cli_put(run->cli, run->cli->out, &buf);
}

static void put_json_end(struct pk_lab_run *run)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "lab", run->dir);
	pk_json_out_text(&json, "kind", pk_lab_kind_name(run->lab.kind));
	pk_json_out_text(&json, "url", run->lab.url);
	if (run->lab.kibana != NULL)
		pk_json_out_text(&json, "kibana", run->lab.kibana);
	pk_json_out_close_object(&json);
	pk_buf_putc(&buf, '\n');
	pk_cli_put(run->cli, run->cli->out, &buf);
}

void pk_lab_put_would(struct pk_lab_run *run, const char *what)
{
	PK_BUF_AUTO buf = {0};
	if (run->cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "would", what);
		pk_json_out_close_object(&json);
	} else {
		pk_buf_printf(&buf, "would %s", what);
	}
	pk_buf_putc(&buf, '\n');
	pk_cli_put(run->cli, run->cli->out, &buf);
}

/* What would be done, without doing it. */
static int put_would(struct pk_lab_run *run)
{
	static const char *const ways[] = {
		[PK_LAB_URL] = "use the stack at the given address",
		[PK_LAB_DOCKER] = "start Elasticsearch, Kibana and Logstash by Docker",
		[PK_LAB_ARCHIVES] = "unpack and start what the archives hold",
	};
	struct pk_arena *arena = run->cli->arena;
	pk_lab_put_would(run, pk_arena_printf(arena, "%s, in %s", ways[run->lab.kind], run->dir));
	pk_lab_put_would(run, "have it get picket's assets: picket stack up");
	if (!run->options->no_samples)
		pk_lab_put_would(run, "send sample events: picket stack sample");
	if (run->options->sensor != NULL)
		pk_lab_put_would(run, "install the sensor on this machine: picket push");
	return PK_EXIT_OK;
}

int pk_lab_up(struct pk_lab_run *run)
{
	static const char *const up[] = {"stack", "up", NULL};
	if (!merge(run))
		return PK_EXIT_CANNOT;
	if (run->options->dry_run)
		return put_would(run);
	if (!pk_lab_make_dirs(run) || !engine_up(run) || !pk_lab_save(run)) {
		pk_lab_drop_dirs(run);
		return PK_EXIT_CANNOT;
	}
	int status = pk_lab_command(run, up, true);
	if (status == PK_EXIT_OK)
		status = put_samples(run);
	if (status == PK_EXIT_OK)
		status = pk_lab_endpoint(run);
	if (status != PK_EXIT_OK)
		return status;
	if (run->cli->common.format == PK_FORMAT_JSON)
		put_json_end(run);
	else
		put_text_end(run);
	return PK_EXIT_OK;
}

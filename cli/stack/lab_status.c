/* lab status and down. */
#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cli/stack/lab.h"

/* One part of a lab. */
struct part {
	const char *name;
	bool ours; /* we started it, or know that it belongs to the lab */
	bool runs;
	const char *detail;
};

static void put_part(struct pk_lab_run *run, const struct part *part)
{
	PK_BUF_AUTO buf = {0};
	if (run->cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "part", part->name);
		pk_json_out_bool(&json, "runs", part->runs);
		pk_json_out_text(&json, "detail", part->detail);
		pk_json_out_close_object(&json);
	} else {
		pk_buf_printf(&buf, "%-10s  %-7s  ", part->name, part->runs ? "runs" : "down");
		pk_escape_put(&buf, part->detail);
	}
	pk_buf_putc(&buf, '\n');
	pk_cli_put(run->cli, run->cli->out, &buf);
}

/* Does the server answer? What it is, or why not. */
static bool answers(const char **detail, struct pk_lab_run *run, const char *url, const char *path)
{
	struct pk_diags diags = {.arena = run->cli->arena};
	PK_HTTP_ANSWER_AUTO answer = {0};
	if (url == NULL) {
		*detail = "was not started yet";
		return false;
	}
	PK_AUTO(pk_http) *http = pk_lab_open(run, url, NULL, 0, &diags);
	const struct pk_http_request request = {.method = "GET", .path = path};
	/* That a certificate is not checked is said whatever the answer is. */
	if (http != NULL)
		pk_diags_append(&run->diags, &diags, PK_NOTE);
	if (http == NULL || !pk_http_send(&answer, http, &request, &diags)) {
		*detail = diags.all.items[diags.all.len - 1].message;
		return false;
	}
	*detail = answer.status == 200 ? url
				       : pk_arena_printf(run->cli->arena,
						 "%s answers with status %ld", url, answer.status);
	return answer.status == 200;
}

/* Events that are there, for those who wonder whether something arrives. */
static const char *count_events(struct pk_lab_run *run)
{
	struct pk_diags diags = {.arena = run->cli->arena};
	struct pk_arena *arena = run->cli->arena;
	long status = 0;
	PK_AUTO(pk_http) *http = pk_lab_open(run, run->lab.url, NULL, 0, &diags);
	if (http == NULL)
		return "";
	const struct pk_node *answer = pk_http_json(http, "GET",
		"/logs-windows.sysmon_operational-*,logs-monster.events-*,winlogbeat-picket-*,"
		"monster-*/_count?ignore_unavailable=true",
		NULL, &status, &diags);
	const struct pk_node *count = answer == NULL ? NULL : pk_node_find(answer, "count");
	if (count == NULL || count->kind != PK_NODE_INT)
		return "";
	return pk_arena_printf(arena, ", %s events", count->text);
}

static void look_at_engine(struct part *part, struct pk_lab_run *run)
{
	const char *detail = NULL;
	part->runs = answers(&detail, run, run->lab.url, "/");
	part->detail = part->runs
		? pk_arena_printf(run->cli->arena, "%s%s", detail, count_events(run))
		: detail;
}

static void look_at_program(struct part *part, struct pk_lab_run *run, unsigned running)
{
	const struct pk_lab *lab = &run->lab;
	const struct pk_daemon *daemon = &lab->programs[PK_LAB_LOGSTASH];
	switch (lab->kind) {
	case PK_LAB_URL:
		return;
	case PK_LAB_DOCKER:
		part->ours = true;
		part->runs = (running & 1U << PK_LAB_LOGSTASH) != 0;
		break;
	case PK_LAB_ARCHIVES:
		part->ours = daemon->pid > 0;
		part->runs = pk_daemon_runs(daemon);
		break;
	}
	part->detail = pk_arena_printf(run->cli->arena, "UDP and TCP %u, Beats %u",
		(unsigned)lab->ports.monster, (unsigned)lab->ports.beats);
}

static bool find(struct pk_lab_run *run)
{
	bool found = false;
	if (!pk_lab_load(run, &found))
		return false;
	if (found)
		return run->lab.kind != PK_LAB_URL || pk_lab_take_secret(run);
	struct pk_diag *diag = pk_report(
		&run->diags, PK_LAB_MISSING, PK_NO_SPAN, "there is no lab in '%s'", run->dir);
	pk_diag_hint(&run->diags, diag, "'picket lab up' starts one");
	return false;
}

int pk_lab_status(struct pk_lab_run *run)
{
	unsigned running = 0;
	if (!find(run) || (run->lab.kind == PK_LAB_DOCKER && !pk_lab_docker_running(&running, run)))
		return PK_EXIT_CANNOT;
	struct part parts[] = {
		{.name = "engine", .ours = true},
		{.name = "kibana", .ours = run->lab.kibana != NULL},
		{.name = "logstash"},
	};
	look_at_engine(&parts[0], run);
	if (parts[1].ours)
		parts[1].runs = answers(&parts[1].detail, run, run->lab.kibana, "/api/status");
	look_at_program(&parts[2], run, running);
	int status = PK_EXIT_OK;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!parts[i].ours)
			continue;
		put_part(run, &parts[i]);
		if (!parts[i].runs)
			status = PK_EXIT_FINDINGS;
	}
	return status;
}

/* A stack that was there before goes on: only what is ours is taken away. */
static int url_down(struct pk_lab_run *run)
{
	static const char *const samples[] = {"stack", "sample", "--remove", NULL};
	static const char *const assets[] = {"stack", "down", NULL};
	static const char *const all[] = {"stack", "down", "--data", "--yes", NULL};
	int status = pk_lab_command(run, samples, true);
	if (status != PK_EXIT_OK)
		return status;
	return pk_lab_command(run, run->options->data ? all : assets, true);
}

static bool servers_down(struct pk_lab_run *run)
{
	return run->lab.kind == PK_LAB_DOCKER ? pk_lab_docker_down(run) : pk_lab_archives_down(run);
}

/* What would be done, without doing it. */
static int put_would(struct pk_lab_run *run)
{
	struct pk_arena *arena = run->cli->arena;
	bool data = run->options->data;
	if (run->lab.kind == PK_LAB_URL) {
		pk_lab_put_would(run, "remove sample events: picket stack sample --remove");
		pk_lab_put_would(run,
			pk_arena_printf(arena, "remove picket's assets: picket stack down%s",
				data ? " --data" : ""));
	} else {
		pk_lab_put_would(run, "stop the servers of the lab");
	}
	if (data || run->lab.kind == PK_LAB_URL)
		pk_lab_put_would(run, pk_arena_printf(arena, "remove %s", run->dir));
	return PK_EXIT_OK;
}

int pk_lab_down(struct pk_lab_run *run)
{
	const char *const clear[] = {"rm", "-rf", "--", run->dir, NULL};
	if (!find(run))
		return PK_EXIT_CANNOT;
	if (run->options->dry_run)
		return put_would(run);
	if (run->lab.kind == PK_LAB_URL) {
		int status = url_down(run);
		if (status == PK_EXIT_CANNOT)
			pk_cli_complain(run->cli,
				"if that stack is gone for good, remove the folder '%s'", run->dir);
		if (status != PK_EXIT_OK)
			return status;
	} else if (!servers_down(run)) {
		return PK_EXIT_CANNOT;
	}
	bool all = run->options->data || run->lab.kind == PK_LAB_URL;
	if (all ? !pk_lab_run_program(run, clear, pk_lab_environment(run, NULL), NULL, 600)
		: !pk_lab_save(run))
		return PK_EXIT_CANNOT;
	if (run->cli->common.format == PK_FORMAT_TEXT) {
		PK_BUF_AUTO buf = {0};
		pk_buf_printf(&buf,
			all ? "the lab is gone\n"
			    : "the lab is down; its data are kept in %s ('--data' removes them)\n",
			run->dir);
		pk_cli_put(run->cli, run->cli->out, &buf);
	}
	return PK_EXIT_OK;
}

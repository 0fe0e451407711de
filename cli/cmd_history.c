/* history: what was rolled out, when, by whom, and what became of it; offline. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/fleet/table.h"
#include "cli/fleet/watch.h"

enum { ROLLOUTS_SHOWN = 20 };

struct history_options {
	struct pk_fleet_options fleet;
	int format; /* enum pk_watch_format */
	const char *host;
	const char *report;
	bool verify;
};

const struct pk_option pk_cmd_history_options[] = {
	PK_FLEET_OPTIONS(struct history_options),
	{PK_OPT_CHOICE, 0, "format", PK_WATCH_CHOICES, offsetof(struct history_options, format),
		"how to print it; junit is for one rollout"},
	{PK_OPT_TEXT, 0, "host", "NAME", offsetof(struct history_options, host),
		"show what was done to this host"},
	{PK_OPT_TEXT, 0, "report", "FILE", offsetof(struct history_options, report),
		"write a report of the rollout as one HTML page"},
	{PK_OPT_FLAG, 0, "verify", NULL, offsetof(struct history_options, verify),
		"check that nobody has changed the journal"},
	PK_OPTIONS_END,
};

/* What the command was given. */
struct history {
	const struct history_options *options;
	const char *id; /* NULL: all rollouts */
};

/* --- all rollouts --- */

static const char *count_text(struct pk_arena *arena, size_t count)
{
	return pk_arena_printf(arena, "%zu", count);
}

static void put_rollout_json(
	struct pk_buf *buf, struct pk_arena *arena, const struct pk_rollout_row *row)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "rollout", row->id);
	pk_json_out_text(&json, "kind", pk_rollout_kind_name(row->kind));
	pk_json_out_text(&json, "state", pk_rollout_state_name(row->state));
	pk_json_out_text(&json, "by", row->by);
	pk_json_out_text(&json, "inventory", row->inventory_digest);
	pk_json_out_text(&json, "plan", row->plan == NULL ? "" : row->plan);
	pk_json_out_text(&json, "undoes", row->undoes == NULL ? "" : row->undoes);
	pk_json_out_text(&json, "started", pk_fleet_time_json(arena, row->started_ms));
	pk_json_out_text(
		&json, "ended", row->ended_ms == 0 ? "" : pk_fleet_time_json(arena, row->ended_ms));
	pk_json_out_number(&json, "hosts", row->tasks);
	pk_json_out_number(&json, "ok", row->ok);
	pk_json_out_number(&json, "failed", row->failed);
	pk_json_out_number(&json, "skipped", row->skipped);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static bool show_all(
	struct pk_fleet *fleet, const struct history_options *options, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct pk_rollout_rows rows = {0};
	struct pk_table table = {.arena = arena};
	PK_BUF_AUTO text = {0};
	size_t most = options->format == PK_WATCH_JSON ? 0 : ROLLOUTS_SHOWN;
	if (!pk_store_list_rollouts(&rows, arena, fleet->store, most, diags))
		return false;
	pk_table_line(&table, "ROLLOUT", "KIND", "STATE", "HOSTS", "OK", "FAILED", "SKIPPED", "BY");
	for (size_t i = 0; i < rows.len; i++) {
		const struct pk_rollout_row *row = &rows.items[i];
		if (options->format == PK_WATCH_JSON)
			put_rollout_json(&text, arena, row);
		else
			pk_table_line(&table, row->id, pk_rollout_kind_name(row->kind),
				pk_rollout_state_name(row->state), count_text(arena, row->tasks),
				count_text(arena, row->ok), count_text(arena, row->failed),
				count_text(arena, row->skipped), row->by);
	}
	if (options->format != PK_WATCH_JSON)
		pk_table_put(&text, &table);
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	return true;
}

/* --- the journal --- */

static void put_event_json(
	struct pk_buf *buf, struct pk_arena *arena, const struct pk_event_row *event)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_number(&json, "number", event->number);
	pk_json_out_text(&json, "time", pk_fleet_time_json(arena, event->time_ms));
	pk_json_out_text(&json, "rollout", event->rollout);
	pk_json_out_text(&json, "host", event->host == NULL ? "" : event->host);
	pk_json_out_text(&json, "what", event->what);
	pk_json_out_raw(&json, "detail", event->detail);
	pk_json_out_text(&json, "hash", event->hash);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

/* A host of which the journal knows nothing has to be in the inventory. */
static bool check_host(struct pk_fleet *fleet, const char *name, struct pk_diags *diags)
{
	if (pk_inventory_find(fleet->inventory, name) != NULL)
		return true;
	pk_report(diags, PK_SELECT_UNKNOWN, PK_NO_SPAN,
		"neither the journal nor the inventory has a host '%s'", name);
	return false;
}

static bool show_events(struct pk_fleet *fleet, const struct history_options *options,
	const char *rollout, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct pk_event_rows rows = {0};
	struct pk_table table = {.arena = arena};
	PK_BUF_AUTO text = {0};
	if (!pk_store_list_events(&rows, arena, fleet->store, rollout, options->host, diags))
		return false;
	if (rows.len == 0 && !check_host(fleet, options->host, diags))
		return false;
	pk_table_line(&table, "TIME (UTC)", "ROLLOUT", "HOST", "WHAT", "DETAIL");
	for (size_t i = 0; i < rows.len; i++) {
		const struct pk_event_row *event = &rows.items[i];
		if (options->format == PK_WATCH_JSON)
			put_event_json(&text, arena, event);
		else
			pk_table_line(&table, pk_fleet_time(arena, event->time_ms), event->rollout,
				event->host, event->what, event->detail);
	}
	if (options->format != PK_WATCH_JSON)
		pk_table_put(&text, &table);
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	return true;
}

/* --- one rollout --- */

static void put_tasks(struct pk_buf *buf, struct pk_arena *arena, const struct pk_rollout_row *row,
	const struct pk_task_rows *tasks)
{
	struct pk_table table = {.arena = arena};
	pk_buf_printf(buf, "%s %s by %s, %s, begun %s\n", pk_rollout_kind_name(row->kind), row->id,
		row->by, pk_rollout_state_name(row->state), pk_fleet_time(arena, row->started_ms));
	pk_table_line(&table, "HOST", "WAVE", "STATE", "ACTION", "CODE", "MESSAGE");
	for (size_t i = 0; i < tasks->len; i++) {
		const struct pk_task_row *task = &tasks->items[i];
		pk_table_line(&table, task->host, task->wave_name, pk_task_state_name(task->state),
			pk_action_name(task->action), task->code, task->message);
	}
	pk_table_put(buf, &table);
}

static bool write_report(struct pk_fleet *fleet, const struct history_options *options,
	const struct pk_rollout_row *row, const struct pk_task_rows *tasks, struct pk_diags *diags)
{
	struct pk_event_rows events = {0};
	PK_BUF_AUTO page = {0};
	if (!pk_store_list_events(&events, fleet->cli->arena, fleet->store, row->id, NULL, diags))
		return false;
	pk_watch_put_html(&page, row, tasks->items, tasks->len, events.items, events.len);
	return pk_file_write(options->report, page.data, page.len, diags);
}

static bool show_one(struct pk_fleet *fleet, const struct history *given, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	const struct history_options *options = given->options;
	struct pk_rollout_row row;
	struct pk_task_rows tasks = {0};
	PK_BUF_AUTO text = {0};
	bool found;
	if (!pk_store_find_rollout(&row, &found, arena, fleet->store, given->id, diags))
		return false;
	if (!found) {
		pk_report(diags, PK_ROLLOUT_UNKNOWN, PK_NO_SPAN, "there is no rollout '%s'",
			given->id);
		return false;
	}
	if (!pk_store_list_tasks(&tasks, arena, fleet->store, row.id, diags))
		return false;
	switch ((enum pk_watch_format)options->format) {
	case PK_WATCH_TEXT:
		put_tasks(&text, arena, &row, &tasks);
		break;
	case PK_WATCH_JSON:
		for (size_t i = 0; i < tasks.len; i++)
			pk_watch_put_json(&text, row.kind, &tasks.items[i]);
		break;
	case PK_WATCH_JUNIT:
		pk_watch_put_junit(&text, &row, tasks.items, tasks.len);
		break;
	}
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	return options->report == NULL || write_report(fleet, options, &row, &tasks, diags);
}

/* --- the command --- */

static void put_whole_json(struct pk_buf *buf, uint64_t count, const char *head)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "journal", "whole");
	pk_json_out_number(&json, "rows", count);
	pk_json_out_text(&json, "hash", head);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static bool verify(
	struct pk_fleet *fleet, const struct history_options *options, struct pk_diags *diags)
{
	char head[65];
	uint64_t count;
	PK_BUF_AUTO text = {0};
	if (!pk_store_verify(fleet->store, head, &count, diags))
		return false;
	if (options->format == PK_WATCH_JSON)
		put_whole_json(&text, count, head);
	else
		pk_buf_printf(
			&text, "journal is whole: %" PRIu64 " rows, the last is %s\n", count, head);
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	return true;
}

static int run(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct history *given = data;
	const struct history_options *options = given->options;
	if (!pk_fleet_find_store(fleet, false, diags))
		return pk_cli_status(fleet->cli, diags);
	bool shown;
	if (options->verify)
		shown = verify(fleet, options, diags);
	else if (options->host != NULL)
		shown = show_events(fleet, options, given->id, diags);
	else if (given->id != NULL)
		shown = show_one(fleet, given, diags);
	else
		shown = show_all(fleet, options, diags);
	return shown ? PK_EXIT_OK : pk_cli_status(fleet->cli, diags);
}

int pk_cmd_history(struct pk_cli *cli, int argc, char **argv)
{
	struct history_options options = {0};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	const char *id = arguments.len > 0 ? arguments.items[0] : NULL;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one rollout");
	bool other = id == NULL || options.host != NULL || options.verify;
	if (other && (options.report != NULL || options.format == PK_WATCH_JUNIT))
		return pk_cli_usage_error(cli, "--report and junit are for one rollout: name it");

	const struct pk_texts all = {0};
	struct history history = {&options, id};
	return pk_fleet_command(cli, &options.fleet, &all, run, &history);
}

#include "cli/fleet/reading.h"

#include <string.h>

#include "base/file.h"
#include "cli/fleet/interrupt.h"
#include "cli/progress.h"

/* What the callbacks work with. */
struct taking {
	struct pk_fleet *fleet;
	struct pk_readings *readings;
	struct pk_interrupt interrupt;
	struct pk_progress progress;
	size_t ended;
};

bool pk_reading_parse_facts(struct pk_facts *out, struct pk_arena *arena, const char *json)
{
	struct pk_diags quiet = {.arena = arena};
	if (json == NULL)
		return false;
	struct pk_node *node =
		pk_json_read(pk_source_make(arena, "facts", json, strlen(json)), &quiet);
	return node != NULL && pk_facts_read_json(out, arena, node, &quiet);
}

/* Fills in what the JSON says; false if that is no facts. */
static bool set_facts(
	struct pk_reading *reading, struct pk_arena *arena, const char *json, size_t len)
{
	reading->json = pk_arena_strndup(arena, json, len);
	if (!pk_reading_parse_facts(&reading->facts, arena, reading->json)) {
		pk_failure_set(&reading->failure, PK_FAILURE_APPLY, PK_FLEET_FACTS, false,
			"what the host says cannot be kept");
		return false;
	}
	reading->read = true;
	pk_facts_print(reading->digest, &reading->facts);
	return true;
}

/* Copies what the job found to the arena of the command. */
static void take_facts(
	struct pk_reading *reading, struct taking *taking, const struct pk_facts *facts)
{
	PK_BUF_AUTO json = {0};
	pk_facts_put_json(&json, facts);
	reading->read_ms = pk_fleet_now_ms();
	if (set_facts(reading, taking->fleet->cli->arena, json.data, json.len))
		pk_contents_take(taking->fleet->contents, facts);
}

static void take(struct taking *taking, const struct pk_rollout_event *event)
{
	const struct pk_job_result *result = event->result;
	struct pk_reading *reading = &taking->readings->items[event->task];
	reading->failure = result->failure;
	if (result->kind == PK_RESULT_OK && result->has_before)
		take_facts(reading, taking, &result->before);
	if (!reading->read)
		taking->readings->failed++;
	taking->ended++;
}

static void on_event(void *data, const struct pk_rollout_event *event)
{
	struct taking *taking = data;
	if (event->kind == PK_EVENT_ENDED)
		take(taking, event);
	pk_progress_step(&taking->progress, taking->ended, taking->readings->len);
}

static enum pk_rollout_want on_want(void *data)
{
	struct taking *taking = data;
	return pk_interrupt_poll(&taking->interrupt);
}

static const char *const *on_known(void *data, size_t *count_out)
{
	struct taking *taking = data;
	return pk_contents_known(taking->fleet->contents, count_out);
}

bool pk_readings_take(struct pk_readings *out, struct pk_fleet *fleet,
	const struct pk_reading_options *options, enum pk_rollout_end *end_out,
	struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	size_t count = fleet->selection.len;
	struct pk_rollout_wish wish = fleet->inventory->rollout;
	if (fleet->options->sessions > 0)
		wish.sessions = (uint32_t)fleet->options->sessions;
	struct pk_rollout rollout = {.wish = &wish,
		.tasks = PK_NEW_ARRAY(arena, struct pk_rollout_task, count),
		.count = count,
		.want_config = options->want_config,
		.want_health = options->want_health,
		.ssh = fleet->ssh,
		.event = on_event,
		.want = on_want,
		.known = on_known};
	for (size_t i = 0; i < count; i++) {
		rollout.tasks[i].host = fleet->selection.items[i];
		rollout.tasks[i].desired = &fleet->desired[i];
	}
	*out = (struct pk_readings){
		.items = PK_NEW_ARRAY(arena, struct pk_reading, count), .len = count};
	struct taking taking = {.fleet = fleet, .readings = out};
	rollout.data = &taking;

	struct pk_schedule_counts counts;
	pk_interrupt_begin(&taking.interrupt);
	pk_progress_begin(&taking.progress, fleet->cli, "hosts read");
	*end_out = pk_rollout_run(&rollout, &counts, diags);
	pk_progress_end(&taking.progress);
	pk_interrupt_end(&taking.interrupt);
	return *end_out == PK_END_DONE;
}

bool pk_readings_recall(struct pk_readings *out, struct pk_fleet *fleet, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct pk_host_rows rows = {0};
	struct pk_map by_host = {0};
	*out = (struct pk_readings){
		.items = PK_NEW_ARRAY(arena, struct pk_reading, fleet->selection.len),
		.len = fleet->selection.len};
	if (fleet->store != NULL && !pk_store_list_hosts(&rows, arena, fleet->store, diags))
		return false;
	for (size_t i = 0; i < rows.len; i++)
		pk_map_set(arena, &by_host, rows.items[i].host, &rows.items[i]);
	for (size_t i = 0; i < out->len; i++) {
		struct pk_reading *reading = &out->items[i];
		const struct pk_host_row *row =
			pk_map_find(&by_host, fleet->selection.items[i]->name);
		if (row == NULL || row->facts == NULL) {
			pk_failure_set(&reading->failure, PK_FAILURE_UNREACHABLE,
				PK_FLEET_NOT_READ_YET, false, "nobody has read this host yet");
			out->failed++;
			continue;
		}
		reading->read_ms = row->read_ms;
		if (!set_facts(reading, arena, row->facts, strlen(row->facts)))
			out->failed++;
	}
	return true;
}

/*
 * What was read is remembered for `status`, unless a rollout is writing just now, or nothing was
 * pushed yet: a look leaves no file.
 */
static void remember(struct pk_fleet *fleet, const struct pk_readings *readings)
{
	struct pk_diags quiet = {.arena = fleet->cli->arena};
	if (!pk_file_exists(fleet->store_path))
		return;
	PK_AUTO(pk_store) *store = pk_store_open(fleet->store_path, true, &quiet);
	if (store == NULL)
		return;
	for (size_t i = 0; i < readings->len; i++) {
		const struct pk_reading *reading = &readings->items[i];
		if (reading->read &&
			!pk_store_host(store, fleet->selection.items[i]->name, NULL, reading->json,
				NULL, reading->read_ms, &quiet))
			return;
	}
	pk_store_commit(store, &quiet);
}

int pk_readings_get(
	struct pk_readings *out, struct pk_fleet *fleet, bool offline, struct pk_diags *diags)
{
	const struct pk_reading_options how = {.want_config = true};
	enum pk_rollout_end end = PK_END_DONE;
	if (offline)
		return pk_readings_recall(out, fleet, diags) ? PK_EXIT_OK : PK_EXIT_CANNOT;
	if (!pk_fleet_open_ssh(fleet, diags))
		return pk_cli_status(fleet->cli, diags);
	if (pk_readings_take(out, fleet, &how, &end, diags)) {
		remember(fleet, out);
		return PK_EXIT_OK;
	}
	return end == PK_END_BROKEN ? PK_EXIT_CANNOT : PK_EXIT_INTERRUPTED;
}

void pk_readings_plan(struct pk_readings *readings, struct pk_fleet *fleet)
{
	for (size_t i = 0; i < readings->len; i++) {
		struct pk_reading *reading = &readings->items[i];
		if (reading->read)
			pk_change_plan(&reading->plan, fleet->cli->arena, &reading->facts,
				&fleet->desired[i]);
	}
}

#include "cli/fleet/push.h"

#include <string.h>

#include "base/json_out.h"
#include "cli/fleet/interrupt.h"

/* A rollout while it is carried out. */
struct run {
	struct pk_fleet *fleet;
	const struct pk_push_options *options;
	struct pk_rollout_row row;
	struct pk_task_row *tasks;
	struct pk_rollout_task *work;
	size_t count;
	struct pk_waves waves;
	struct pk_watch *watch;
	struct pk_interrupt interrupt;
	enum pk_rollout_want wanted;
	bool health;
	struct pk_diags *diags;
};

/* --- what the store says --- */

static const struct pk_content *find_content(void *data, const char *digest)
{
	struct pk_fleet *fleet = data;
	return pk_contents_find(fleet->contents, digest);
}

static const struct pk_bundle *find_bundle(void *data, const char *id, const char *digest)
{
	struct pk_fleet *fleet = data;
	struct pk_diags quiet = {.arena = fleet->cli->arena};
	const struct pk_bundle *bundle = pk_fleet_open_bundle(fleet, id, &quiet);
	return bundle != NULL && strcmp(bundle->digest, digest) == 0 ? bundle : NULL;
}

bool pk_push_read_desired(
	struct pk_desired *out, struct pk_fleet *fleet, const char *json, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	const struct pk_desired_finder finder = {fleet, find_content, find_bundle};
	struct pk_node *node =
		pk_json_read(pk_source_make(arena, "desired", json, strlen(json)), diags);
	return node != NULL && pk_desired_read_json(out, arena, node, &finder, diags);
}

/* --- callbacks of the rollout --- */

/* What the host has now is kept before it is changed, so that it can be brought back. */
static void keep_contents(struct run *run, const struct pk_facts *before)
{
	struct pk_store *store = run->fleet->store;
	pk_contents_take(run->fleet->contents, before);
	if (before->config_bytes != NULL && before->config != NULL)
		pk_store_content(store, before->config, before->config_bytes, before->config_len,
			run->diags);
	if (before->rules_bytes != NULL && before->rules != NULL)
		pk_store_content(
			store, before->rules, before->rules_bytes, before->rules_len, run->diags);
}

static void on_event(void *data, const struct pk_rollout_event *event)
{
	struct run *run = data;
	if (event->kind == PK_EVENT_CHANGING && event->result->has_before)
		keep_contents(run, &event->result->before);
	pk_watch_event(run->watch, event);
}

static enum pk_rollout_want on_want(void *data)
{
	struct run *run = data;
	enum pk_rollout_want want = pk_interrupt_poll(&run->interrupt);
	if (want != run->wanted)
		pk_watch_want(run->watch, want);
	run->wanted = want;
	return want;
}

static const char *const *on_known(void *data, size_t *count_out)
{
	struct run *run = data;
	return pk_contents_known(run->fleet->contents, count_out);
}

/* --- carrying out --- */

static enum pk_rollout_state state_after(enum pk_rollout_end end)
{
	switch (end) {
	case PK_END_DONE:
		return PK_ROLLOUT_DONE;
	case PK_END_HALTED:
		return PK_ROLLOUT_HALTED;
	case PK_END_FINISHED:
		return PK_ROLLOUT_PAUSED;
	case PK_END_ABORTED:
		return PK_ROLLOUT_ABORTED;
	case PK_END_BROKEN:
		break;
	}
	return PK_ROLLOUT_RUNNING;
}

static int status_after(enum pk_rollout_end end, const struct pk_schedule_counts *counts)
{
	switch (end) {
	case PK_END_BROKEN:
		return PK_EXIT_CANNOT;
	case PK_END_FINISHED:
	case PK_END_ABORTED:
		return PK_EXIT_INTERRUPTED;
	case PK_END_DONE:
	case PK_END_HALTED:
		break;
	}
	return counts->failed + counts->skipped > 0 || end == PK_END_HALTED ? PK_EXIT_SOME_HOSTS
									    : PK_EXIT_OK;
}

/* What many hosts get is packed once. */
static void pack(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct pk_content *content = run->fleet->desired[i].content;
		if (content != NULL)
			pk_contents_pack(run->fleet->contents, content->digest);
	}
}

static int carry_out(struct run *run)
{
	struct pk_fleet *fleet = run->fleet;
	pack(run);
	struct pk_rollout_wish wish = fleet->inventory->rollout;
	if (fleet->options->sessions > 0)
		wish.sessions = (uint32_t)fleet->options->sessions;
	const struct pk_rollout rollout = {.wish = &wish,
		.waves = &run->waves,
		.tasks = run->work,
		.count = run->count,
		.change = true,
		.health = run->health,
		.want_config = true,
		.ssh = fleet->ssh,
		.store = fleet->store,
		.id = run->row.id,
		.sequence = run->row.sequence,
		.data = run,
		.event = on_event,
		.want = on_want,
		.known = on_known};
	const struct pk_watched watched = {
		fleet, &run->row, run->tasks, &run->waves, run->count, rollout.health};

	pk_interrupt_begin(&run->interrupt);
	run->watch = pk_watch_begin(fleet->cli, &watched,
		(enum pk_watch_format)run->options->format, run->options->report);
	struct pk_schedule_counts counts = {0};
	enum pk_rollout_end end = pk_rollout_run(&rollout, &counts, run->diags);
	run->row.state = state_after(end);
	run->row.ended_ms = pk_fleet_now_ms();
	if (end != PK_END_BROKEN &&
		(!pk_store_rollout(fleet->store, run->row.id, run->row.state,
			 pk_rollout_state_name(run->row.state), "{}", run->row.ended_ms,
			 run->diags) ||
			!pk_store_commit(fleet->store, run->diags)))
		end = PK_END_BROKEN;
	bool reported = pk_watch_end(run->watch, end, run->diags);
	pk_interrupt_end(&run->interrupt);
	int status = status_after(end, &counts);
	return status == PK_EXIT_OK && !reported ? PK_EXIT_CANNOT : status;
}

static const char *print_desired(struct pk_arena *arena, const struct pk_desired *desired)
{
	PK_BUF_AUTO json = {0};
	pk_desired_put_json(&json, desired);
	return pk_arena_strndup(arena, json.data, json.len);
}

/* What is put on hosts is kept, so that an interrupted rollout can go on without the rulesets. */
static bool keep_desired(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct pk_content *content = run->fleet->desired[i].content;
		if (content != NULL &&
			!pk_store_content(run->fleet->store, content->digest, content->bytes,
				content->len, run->diags))
			return false;
	}
	return true;
}

/* How it was begun, for who goes on: also what hosts must be like that were not worked on yet. */
static bool keep_wish(struct run *run, const struct pk_push *push)
{
	const char *health = run->health ? "true" : "false";
	struct pk_arena *arena = run->fleet->cli->arena;
	if (push->expected == NULL) {
		run->row.wish = pk_arena_printf(arena, "{\"health\":%s}", health);
		return true;
	}
	char digest[PK_DIGEST_TEXT];
	PK_BUF_AUTO text = {0};
	struct pk_json_out json = {.buf = &text};
	pk_json_out_open_array(&json, NULL);
	for (size_t i = 0; i < run->count; i++)
		pk_json_out_text(&json, NULL, push->expected[i]);
	pk_json_out_close_array(&json);
	pk_digest_print(digest, text.data, text.len);
	run->row.wish =
		pk_arena_printf(arena, "{\"health\":%s,\"expected\":\"%s\"}", health, digest);
	return pk_store_content(run->fleet->store, digest, text.data, text.len, run->diags);
}

static void fill_tasks(struct run *run, const struct pk_push *push, struct pk_arena *scratch)
{
	const struct pk_fleet *fleet = run->fleet;
	for (size_t i = 0; i < run->count; i++) {
		const struct pk_desired *desired = &fleet->desired[i];
		uint32_t wave = run->waves.wave[i];
		run->tasks[i] = (struct pk_task_row){.task = i,
			.host = fleet->selection.items[i]->name,
			.wave = wave,
			.wave_name = run->waves.names[wave],
			.code = "",
			.message = "",
			.to = desired->content == NULL ? NULL : desired->content->digest,
			.desired = print_desired(scratch, desired)};
		run->work[i] = (struct pk_rollout_task){.host = fleet->selection.items[i],
			.desired = desired,
			.expected = push->expected == NULL ? NULL : push->expected[i],
			.row = &run->tasks[i]};
	}
}

/* What is desired is in the store from then on, and is not kept here for each host. */
static bool begin(struct run *run, const struct pk_push *push, int64_t now_ms)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	fill_tasks(run, push, scratch);
	bool begun = pk_store_begin(
		run->fleet->store, &run->row, run->tasks, run->count, now_ms, run->diags);
	for (size_t i = 0; i < run->count; i++)
		run->tasks[i].desired = NULL;
	return begun;
}

static void make_room(struct run *run)
{
	struct pk_arena *arena = run->fleet->cli->arena;
	run->count = run->fleet->selection.len;
	run->tasks = PK_NEW_ARRAY(arena, struct pk_task_row, run->count);
	run->work = PK_NEW_ARRAY(arena, struct pk_rollout_task, run->count);
}

int pk_push_run(const struct pk_push *push, struct pk_diags *diags)
{
	struct pk_fleet *fleet = push->fleet;
	struct pk_arena *arena = fleet->cli->arena;
	struct run run = {.fleet = fleet,
		.options = push->options,
		.health = !push->options->no_health,
		.diags = diags};
	int64_t now_ms = pk_fleet_now_ms();
	run.row = (struct pk_rollout_row){.kind = push->kind,
		.inventory = fleet->inventory->name,
		.inventory_digest = fleet->inventory->digest,
		.inventory_path = fleet->inventory->path,
		.plan = push->plan,
		.undoes = push->undoes,
		.by = pk_fleet_who(arena),
		.started_ms = now_ms};
	make_room(&run);
	if (!pk_store_make_id(run.row.id, now_ms, diags))
		return PK_EXIT_CANNOT;
	if (!pk_waves_make(
		    &run.waves, arena, run.row.id, fleet->inventory, &fleet->selection, diags))
		return PK_EXIT_FINDINGS;
	if (!keep_desired(&run) || !keep_wish(&run, push) || !begin(&run, push, now_ms))
		return PK_EXIT_CANNOT;
	return carry_out(&run);
}

/* --- going on --- */

/* The hosts of the rollout, as the inventory has them now; false after a report if one is gone. */
static bool select_hosts(
	struct pk_fleet *fleet, const struct pk_task_rows *rows, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	const struct pk_host **hosts = PK_NEW_ARRAY(arena, const struct pk_host *, rows->len);
	bool complete = true;
	for (size_t i = 0; i < rows->len; i++) {
		hosts[i] = pk_inventory_find(fleet->inventory, rows->items[i].host);
		if (hosts[i] != NULL)
			continue;
		pk_report(diags, PK_FLEET_HOST_GONE, PK_NO_SPAN,
			"host '%s' of the rollout is not in the inventory any more",
			rows->items[i].host);
		complete = false;
	}
	fleet->selection = (struct pk_selection){hosts, rows->len};
	return complete;
}

/* The waves as they were computed when the rollout began. */
static void remember_waves(struct run *run)
{
	struct pk_arena *arena = run->fleet->cli->arena;
	size_t waves = 0;
	for (size_t i = 0; i < run->count; i++)
		waves = run->tasks[i].wave + 1 > waves ? run->tasks[i].wave + 1 : waves;
	run->waves = (struct pk_waves){.wave = PK_NEW_ARRAY(arena, uint32_t, run->count),
		.order = PK_NEW_ARRAY(arena, uint32_t, run->count),
		.sizes = PK_NEW_ARRAY(arena, uint32_t, waves),
		.wave_count = waves,
		.names = PK_NEW_ARRAY(arena, const char *, waves),
		.soak_ms = PK_NEW_ARRAY(arena, uint64_t, waves)};
	size_t placed = 0;
	for (uint32_t wave = 0; wave < waves; wave++) {
		for (size_t i = 0; i < run->count; i++) {
			if (run->tasks[i].wave != wave)
				continue;
			run->waves.wave[i] = wave;
			run->waves.order[placed++] = (uint32_t)i;
			run->waves.sizes[wave]++;
			run->waves.names[wave] = run->tasks[i].wave_name;
		}
		const struct pk_rollout_wish *wish = &run->fleet->inventory->rollout;
		for (size_t i = 0; i < wish->stages.len; i++) {
			if (run->waves.names[wave] != NULL &&
				strcmp(wish->stages.items[i].name, run->waves.names[wave]) == 0)
				run->waves.soak_ms[wave] = wish->stages.items[i].soak_ms;
		}
	}
}

/* How it was begun; *expected_out is what each host must be like, or NULL. False after a report. */
static bool recall_wish(struct run *run, const struct pk_node **expected_out)
{
	struct pk_arena *arena = run->fleet->cli->arena;
	const char *text = run->row.wish;
	const char *digest = NULL;
	bool health = true;
	struct pk_node *wish =
		pk_json_read(pk_source_make(arena, "wish", text, strlen(text)), run->diags);
	if (wish == NULL || !pk_node_get_bool(&health, wish, "health", run->diags) ||
		!pk_node_get_text(&digest, wish, "expected", run->diags))
		return false;
	run->health = health && !run->options->no_health;
	*expected_out = NULL;
	if (digest == NULL)
		return true;
	struct pk_source *source = pk_store_find_content(arena, run->fleet->store, digest);
	struct pk_node *list = source == NULL ? NULL : pk_json_read(source, run->diags);
	*expected_out = list;
	if (list != NULL && list->kind == PK_NODE_LIST && list->items.len == run->count)
		return true;
	pk_report(run->diags, PK_DESIRED_GONE, PK_NO_SPAN,
		"what the hosts of rollout '%s' must be like is not in the store any more",
		run->row.id);
	return false;
}

/* What had been begun when it was interrupted is begun again; the host knows how far it came. */
static enum pk_task_state begin_again(enum pk_task_state state, bool retry_failed)
{
	switch (state) {
	case PK_TASK_FAILED:
		return retry_failed ? PK_TASK_WAITING : state;
	case PK_TASK_OK:
	case PK_TASK_SKIPPED:
	case PK_TASK_HEALTHY:
		return state;
	case PK_TASK_CHECKING:
		return PK_TASK_OK;
	case PK_TASK_WAITING:
	case PK_TASK_CONNECTING:
	case PK_TASK_WORKING:
	case PK_TASK_RETRYING:
		break;
	}
	return PK_TASK_WAITING;
}

int pk_push_resume(struct pk_fleet *fleet, const struct pk_push_options *options,
	const struct pk_rollout_row *row, bool retry_failed, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct run run = {.fleet = fleet, .options = options, .row = *row, .diags = diags};
	struct pk_task_rows rows = {0};
	if (!pk_store_list_tasks(&rows, arena, fleet->store, row->id, diags))
		return PK_EXIT_CANNOT;
	if (!select_hosts(fleet, &rows, diags))
		return PK_EXIT_FINDINGS;
	make_room(&run);
	const struct pk_node *expected;
	if (!recall_wish(&run, &expected))
		return PK_EXIT_CANNOT;
	fleet->desired = PK_NEW_ARRAY(arena, struct pk_desired, run.count);
	for (size_t i = 0; i < run.count; i++) {
		run.tasks[i] = rows.items[i];
		run.tasks[i].state = begin_again(rows.items[i].state, retry_failed);
		if (!pk_push_read_desired(&fleet->desired[i], fleet, rows.items[i].desired, diags))
			return PK_EXIT_CANNOT;
		run.work[i] = (struct pk_rollout_task){.host = fleet->selection.items[i],
			.desired = &fleet->desired[i],
			.expected = expected == NULL ? NULL : expected->items.items[i]->text,
			/* Failures of before were seen by who goes on: no budget counts them. */
			.begin = {.state = run.tasks[i].state},
			.row = &run.tasks[i]};
	}
	remember_waves(&run);
	int64_t now_ms = pk_fleet_now_ms();
	run.row.state = PK_ROLLOUT_RUNNING;
	if (!pk_fleet_open_ssh(fleet, diags) ||
		!pk_store_rollout(fleet->store, row->id, PK_ROLLOUT_RUNNING, "resumed", "{}",
			now_ms, diags) ||
		!pk_store_commit(fleet->store, diags))
		return PK_EXIT_CANNOT;
	return carry_out(&run);
}

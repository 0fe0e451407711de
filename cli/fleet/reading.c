#include "cli/fleet/reading.h"

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

/* Copies what the job found to the arena of the command. */
static void take_facts(struct pk_reading *reading, struct taking *taking,
	const struct pk_facts *facts, const struct pk_desired *desired)
{
	struct pk_arena *arena = taking->fleet->cli->arena;
	struct pk_diags quiet = {.arena = arena};
	PK_BUF_AUTO json = {0};
	pk_facts_put_json(&json, facts);
	reading->json = pk_arena_strndup(arena, json.data, json.len);
	struct pk_source *source = pk_source_make(arena, "facts", reading->json, json.len);
	struct pk_node *node = pk_json_read(source, &quiet);
	if (node == NULL || !pk_facts_read_json(&reading->facts, arena, node, &quiet)) {
		pk_failure_set(&reading->failure, PK_FAILURE_APPLY, PK_FLEET_FACTS, false,
			"what the host says cannot be kept");
		return;
	}
	reading->read = true;
	pk_contents_take(taking->fleet->contents, facts);
	pk_facts_print(reading->digest, &reading->facts);
	pk_change_plan(&reading->plan, arena, &reading->facts, desired);
}

static void take(struct taking *taking, const struct pk_rollout_event *event)
{
	const struct pk_job_result *result = event->result;
	struct pk_reading *reading = &taking->readings->items[event->task];
	reading->failure = result->failure;
	if (result->kind == PK_RESULT_OK && result->has_before)
		take_facts(reading, taking, &result->before, &taking->fleet->desired[event->task]);
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

#include "fleet/rollout/rollout.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "fleet/rollout/rollout_state.h"

enum {
	TICK_MS = 100,
	SAVE_MS = 100, /* most time that what needs no waiting is not durable */
	FDS_OF_LINK = 2,
	FDS_OF_LOCAL = 8, /* a link's streams, and those of the command while it is started */
	FDS_OF_US = 64,
};

/* --- Beginning --- */

static size_t fds_of_link(const struct pk_rollout *rollout)
{
	for (size_t i = 0; i < rollout->count; i++) {
		if (rollout->tasks[i].host->transport == PK_TRANSPORT_LOCAL)
			return FDS_OF_LOCAL;
	}
	return FDS_OF_LINK;
}

static uint32_t at_most(uint32_t number, size_t most)
{
	return number < most ? number : (uint32_t)most;
}

/* Descriptors for as many hosts as are worked on at once; fewer hosts if there are not enough. */
static void raise_limit(struct pk_run_state *run)
{
	const struct pk_rollout *rollout = run->rollout;
	struct rlimit limit;
	size_t each = fds_of_link(rollout);
	size_t most = (size_t)run->wish.sessions + run->wish.connects;
	if (most > 2 * rollout->count)
		most = 2 * rollout->count; /* a host may be said goodbye to, and one tried again */
	size_t need = most * each + FDS_OF_US;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= need)
		return;
	size_t hosts = limit.rlim_cur > FDS_OF_US ? (limit.rlim_cur - FDS_OF_US) / each : 0;
	hosts = hosts >= 2 ? hosts / 2 : 1; /* for each of the two */
	run->wish.sessions = at_most(run->wish.sessions, hosts);
	run->wish.connects = at_most(run->wish.connects, hosts);
	struct pk_diag *diag = pk_report(run->diags, PK_ROLLOUT_DESCRIPTORS, PK_NO_SPAN,
		"only %zu hosts are worked on at once: a process may have %llu descriptors here, "
		"not %zu",
		hosts, (unsigned long long)limit.rlim_cur, need);
	pk_diag_hint(run->diags, diag, "raise the hard limit (ulimit -Hn), or ask for less");
}

/* The number of the host's zone, from 1 in the order they are met; 0: none. */
static uint32_t number_zone(
	struct pk_arena *arena, struct pk_map *zones, const struct pk_host *host)
{
	if (host->zone == NULL || host->zone[0] == '\0')
		return 0;
	uint32_t *number = pk_map_find(zones, host->zone);
	if (number == NULL) {
		number = PK_NEW(arena, uint32_t);
		pk_map_set(arena, zones, host->zone, number);
		*number = (uint32_t)zones->len;
	}
	return *number;
}

static void begin_schedule(struct pk_run_state *run)
{
	const struct pk_rollout *rollout = run->rollout;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_schedule_task *tasks =
		PK_NEW_ARRAY(arena, struct pk_schedule_task, rollout->count);
	struct pk_map zones = {0};
	for (size_t i = 0; i < rollout->count; i++) {
		const struct pk_rollout_task *task = &rollout->tasks[i];
		tasks[i] = task->begin;
		tasks[i].zone = number_zone(arena, &zones, task->host);
		if (task->row != NULL && task->row->touched)
			tasks[i].touched = true;
	}
	run->schedule = pk_schedule_create(
		&run->wish, rollout->change ? rollout->waves : NULL, tasks, rollout->count);
	if (rollout->change && rollout->health)
		pk_schedule_ask_health(run->schedule);
}

static bool begin(struct pk_run_state *run)
{
	run->wish = *run->rollout->wish;
	raise_limit(run);
	begin_schedule(run);
	run->loop = pk_loop_create();
	if (run->loop == NULL)
		pk_note_system(run, "cannot wait for connections");
	if (run->rollout->store != NULL)
		run->kept = calloc(run->rollout->count + 1, sizeof(*run->kept));
	if (run->rollout->store != NULL && run->kept == NULL)
		abort(); /* out of memory ends the process */
	return run->loop != NULL;
}

/* --- Turns --- */

static void ask_want(struct pk_run_state *run)
{
	enum pk_rollout_want want = PK_WANT_GO;
	if (run->rollout->want != NULL)
		want = run->rollout->want(run->rollout->data);
	if (want == run->want)
		return;
	if (want == PK_WANT_PAUSE)
		pk_schedule_pause(run->schedule);
	else if (want == PK_WANT_GO)
		pk_schedule_resume(run->schedule);
	else
		pk_schedule_stop(run->schedule);
	if (want == PK_WANT_PAUSE || (want == PK_WANT_GO && run->want == PK_WANT_PAUSE))
		pk_note_pause(run, want == PK_WANT_PAUSE);
	run->want = want;
}

/* Does what the schedule orders now. When it wants to be asked again; 0: it is done. */
static uint64_t give_orders(struct pk_run_state *run)
{
	struct pk_order order;
	for (;;) {
		pk_schedule_next(run->schedule, run->now_ms, &order);
		pk_note_soaking(run);
		switch (order.kind) {
		case PK_ORDER_START:
		case PK_ORDER_CHECK:
			pk_work_begin(run, order.task, order.kind == PK_ORDER_CHECK);
			break;
		case PK_ORDER_WAVE:
			pk_note_wave(run, order.wave);
			break;
		case PK_ORDER_HALT:
			pk_note_halt(run, &order);
			break;
		case PK_ORDER_WAIT:
			return order.at_ms;
		case PK_ORDER_DONE:
			return 0;
		}
		if (run->broken)
			return PK_NEVER;
	}
}

/* What leads to a change is made durable before the change is sent. */
static void save(struct pk_run_state *run)
{
	if (run->held == NULL && run->now_ms < run->unsaved_ms + SAVE_MS)
		return;
	pk_note_commit(run);
	while (run->held != NULL && !run->broken) {
		struct pk_work *work = run->held;
		run->held = work->next_held;
		work->next_held = NULL;
		pk_work_release(run, work);
	}
}

static void tick(struct pk_run_state *run, uint64_t *next_ms)
{
	struct pk_rollout_event event = {.kind = PK_EVENT_TICK, .now_ms = run->now_ms};
	if (run->now_ms < *next_ms)
		return;
	*next_ms = run->now_ms + TICK_MS;
	if (run->rollout->event != NULL)
		run->rollout->event(run->rollout->data, &event);
}

/* Those that are ready now have one turn each; who becomes ready in it waits for the next. */
static void step_ready(struct pk_run_state *run)
{
	for (size_t left = pk_loop_count_ready(run->loop); left > 0 && !run->broken; left--) {
		struct pk_loop_item *item = pk_loop_take(run->loop);
		if (item == NULL)
			return;
		pk_work_step(run, (struct pk_work *)item);
	}
}

static enum pk_rollout_end end_of(const struct pk_run_state *run)
{
	if (run->broken)
		return PK_END_BROKEN;
	switch (run->want) {
	case PK_WANT_ABORT:
		return PK_END_ABORTED;
	case PK_WANT_FINISH:
		return run->halted ? PK_END_HALTED : PK_END_FINISHED;
	case PK_WANT_GO:
	case PK_WANT_PAUSE:
		break;
	}
	return run->halted ? PK_END_HALTED : PK_END_DONE;
}

/* Turns until nothing is left, or it must not go on. */
static void turn(struct pk_run_state *run)
{
	uint64_t tick_ms = 0;
	while (!run->broken) {
		run->now_ms = pk_loop_now_ms();
		ask_want(run);
		if (run->want == PK_WANT_ABORT)
			return;
		uint64_t at_ms = give_orders(run);
		save(run);
		tick(run, &tick_ms);
		if (run->broken || (at_ms == 0 && run->works == NULL))
			return;
		if (at_ms == 0 || tick_ms < at_ms)
			at_ms = tick_ms;
		if (!pk_loop_wait(run->loop, at_ms))
			pk_note_system(run, "cannot wait for connections");
		run->now_ms = pk_loop_now_ms();
		step_ready(run);
	}
}

enum pk_rollout_end pk_rollout_run(const struct pk_rollout *rollout,
	struct pk_schedule_counts *counts_out, struct pk_diags *diags)
{
	struct pk_run_state run = {.rollout = rollout, .diags = diags};
	if (begin(&run))
		turn(&run);
	while (run.works != NULL)
		pk_work_destroy(&run, run.works);
	pk_note_commit(&run);
	pk_schedule_count(run.schedule, counts_out);
	pk_note_finish(&run);
	pk_loop_destroy(run.loop);
	pk_schedule_destroy(run.schedule);
	return end_of(&run);
}

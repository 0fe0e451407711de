/* What happens is written to the row of the task, to the store, and told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/rollout/rollout_state.h"

/* --- Store --- */

static void wrote(struct pk_run_state *run, bool good)
{
	if (!good)
		run->broken = true;
	else if (run->unsaved_ms == 0)
		run->unsaved_ms = run->now_ms + 1; /* never 0 */
}

void pk_note_system(struct pk_run_state *run, const char *what)
{
	if (!run->broken)
		pk_report(run->diags, PK_ROLLOUT_SYSTEM, PK_NO_SPAN, "the system %s: %s", what,
			strerror(errno));
	run->broken = true;
}

void pk_note_commit(struct pk_run_state *run)
{
	if (run->unsaved_ms == 0 || run->broken)
		return;
	if (!pk_store_commit(run->rollout->store, run->diags))
		run->broken = true;
	run->unsaved_ms = 0;
}

static void write_task(
	struct pk_run_state *run, size_t task, const char *what, const struct pk_buf *detail)
{
	const struct pk_rollout *rollout = run->rollout;
	if (rollout->store == NULL || run->broken)
		return;
	wrote(run,
		pk_store_task(rollout->store, rollout->id, rollout->tasks[task].row, what,
			detail->data, pk_loop_time_ms(), run->diags));
}

static void write_rollout(struct pk_run_state *run, enum pk_rollout_state state, const char *what,
	const struct pk_buf *detail)
{
	const struct pk_rollout *rollout = run->rollout;
	if (rollout->store == NULL || run->broken)
		return;
	wrote(run,
		pk_store_rollout(rollout->store, rollout->id, state, what,
			detail->data != NULL ? detail->data : "{}", pk_loop_time_ms(), run->diags));
}

static void tell(struct pk_run_state *run, struct pk_rollout_event *event)
{
	event->now_ms = run->now_ms;
	if (run->rollout->event != NULL)
		run->rollout->event(run->rollout->data, event);
}

static void put_member(struct pk_buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	pk_buf_puts(out, out->len == 0 ? "{" : ",");
	pk_json_put_string(out, name);
	pk_buf_putc(out, ':');
	pk_json_put_string(out, text);
}

static void put_number(struct pk_buf *out, const char *name, uint64_t number)
{
	pk_buf_printf(
		out, "%s\"%s\":%llu", out->len == 0 ? "{" : ",", name, (unsigned long long)number);
}

/* --- Rows --- */

void pk_note_started(struct pk_run_state *run, const struct pk_work *work)
{
	struct pk_task_row *row = run->rollout->tasks[work->task].row;
	struct pk_rollout_event event = {
		.kind = PK_EVENT_STARTED, .task = work->task, .health = work->check};
	PK_BUF_AUTO detail = {0};
	if (row != NULL) {
		row->state = work->check ? PK_TASK_CHECKING : PK_TASK_CONNECTING;
		if (!work->check)
			row->tries++;
		if (row->started_ms == 0)
			row->started_ms = pk_loop_time_ms();
		put_number(&detail, "try", row->tries);
		pk_buf_putc(&detail, '}');
		write_task(run, work->task, work->check ? "checking" : "started", &detail);
	}
	tell(run, &event);
}

/* The text of the facts replaces what was kept in `*text`. */
static void keep_facts(char **text, const struct pk_facts *facts)
{
	PK_BUF_AUTO json = {0};
	pk_facts_put_json(&json, facts);
	free(*text);
	*text = json.data; /* given away */
	json = (struct pk_buf){0};
}

/* The row's facts are those that are kept, or those that it had when it began. */
static void keep_in_row(struct pk_run_state *run, size_t task, const struct pk_job_result *result)
{
	struct pk_task_row *row = run->rollout->tasks[task].row;
	struct pk_kept_facts *kept = &run->kept[task];
	if (result->has_before && row->before == NULL) {
		keep_facts(&kept->before, &result->before);
		row->before = kept->before;
	}
	if (result->has_after) {
		keep_facts(&kept->after, &result->after);
		row->after = kept->after;
	}
}

/* Nothing is written about the host any more. */
static void release_facts(struct pk_run_state *run, size_t task)
{
	struct pk_task_row *row = run->rollout->tasks[task].row;
	struct pk_kept_facts *kept = &run->kept[task];
	if (row->before == kept->before)
		row->before = NULL;
	if (row->after == kept->after)
		row->after = NULL;
	free(kept->before);
	free(kept->after);
	*kept = (struct pk_kept_facts){0};
}

void pk_note_finish(struct pk_run_state *run)
{
	if (run->kept == NULL)
		return;
	for (size_t i = 0; i < run->rollout->count; i++) {
		if (run->rollout->tasks[i].row != NULL)
			release_facts(run, i);
	}
	free(run->kept);
	run->kept = NULL;
}

static void set_plan(
	struct pk_run_state *run, struct pk_task_row *row, const struct pk_job_result *result)
{
	row->action = result->plan.action;
	if (row->from == NULL && result->plan.from != NULL)
		row->from = pk_arena_strdup(run->diags->arena, result->plan.from);
}

bool pk_note_changing(
	struct pk_run_state *run, const struct pk_work *work, const struct pk_job_result *result)
{
	struct pk_task_row *row = run->rollout->tasks[work->task].row;
	struct pk_rollout_event event = {
		.kind = PK_EVENT_CHANGING, .task = work->task, .result = result};
	PK_BUF_AUTO detail = {0};
	/* Who listens keeps the configuration of before in the same transaction. */
	tell(run, &event);
	if (row == NULL)
		return false;
	row->state = PK_TASK_WORKING;
	row->touched = true;
	set_plan(run, row, result);
	if (run->kept != NULL)
		keep_in_row(run, work->task, result);
	put_member(&detail, "action", pk_action_name(row->action));
	put_member(&detail, "from", row->from);
	put_member(&detail, "to", row->to);
	pk_buf_putc(&detail, '}');
	write_task(run, work->task, "changing", &detail);
	return run->rollout->store != NULL;
}

static void set_failure(
	struct pk_run_state *run, struct pk_task_row *row, const struct pk_failure *failure)
{
	row->class = failure->class;
	row->code = "";
	row->message = "";
	if (failure->message[0] != '\0')
		row->message = pk_arena_strdup(run->diags->arena, failure->message);
	if (failure->class != PK_FAILURE_NONE || failure->message[0] != '\0')
		row->code = pk_code_info(failure->code)->id;
}

/* What the row is after the try; its word for the journal. */
static const char *set_end(struct pk_task_row *row, const struct pk_work *work,
	const struct pk_job_result *result, bool retry)
{
	if (retry) {
		row->state = work->check ? PK_TASK_OK : PK_TASK_RETRYING;
		return "retry";
	}
	switch (result->kind) {
	case PK_RESULT_OK:
		row->state = work->check ? PK_TASK_HEALTHY : PK_TASK_OK;
		return work->check ? "healthy" : "ok";
	case PK_RESULT_FAILED:
		row->state = PK_TASK_FAILED;
		return "failed";
	case PK_RESULT_SKIPPED:
		row->state = PK_TASK_SKIPPED;
		return "skipped";
	}
	return "failed";
}

/* What was read of the host is known from now on, whoever asks. */
static void write_host(
	struct pk_run_state *run, const struct pk_work *work, const struct pk_job_result *result)
{
	const struct pk_rollout *rollout = run->rollout;
	const struct pk_facts *facts = result->has_after ? &result->after : &result->before;
	PK_BUF_AUTO json = {0};
	if (run->broken || (!result->has_after && !result->has_before))
		return;
	pk_facts_put_json(&json, facts);
	bool ours = result->touched && result->has_after && !work->check;
	wrote(run,
		pk_store_host(rollout->store, rollout->tasks[work->task].host->name, rollout->id,
			json.data, ours ? json.data : NULL, pk_loop_time_ms(), run->diags));
}

static void write_end(struct pk_run_state *run, const struct pk_work *work,
	const struct pk_job_result *result, bool retry)
{
	struct pk_task_row *row = run->rollout->tasks[work->task].row;
	PK_BUF_AUTO detail = {0};
	const char *what = set_end(row, work, result, retry);
	set_failure(run, row, &result->failure);
	if (!work->check) {
		row->touched = row->touched || result->touched;
		if (result->has_before)
			set_plan(run, row, result);
		row->action = result->kind == PK_RESULT_OK ? result->action : row->action;
		if (run->kept != NULL && row->touched)
			keep_in_row(run, work->task, result);
	}
	if (!retry)
		row->ended_ms = pk_loop_time_ms();
	put_number(&detail, "try", row->tries);
	if (result->kind == PK_RESULT_OK && !work->check)
		put_member(&detail, "action", pk_action_name(row->action));
	if (row->code[0] != '\0') {
		put_member(&detail, "class", pk_failure_class_name(row->class));
		put_member(&detail, "code", row->code);
		put_member(&detail, "message", row->message);
	}
	pk_buf_putc(&detail, '}');
	write_task(run, work->task, what, &detail);
}

void pk_note_ended(struct pk_run_state *run, const struct pk_work *work,
	const struct pk_job_result *result, bool retry)
{
	const struct pk_rollout_task *task = &run->rollout->tasks[work->task];
	struct pk_rollout_event event = {.kind = retry ? PK_EVENT_RETRY : PK_EVENT_ENDED,
		.task = work->task,
		.health = work->check,
		.result = result,
		.seconds_ms = run->now_ms - work->started_ms};
	if (task->row != NULL)
		write_end(run, work, result, retry);
	if (run->rollout->store != NULL && task->row != NULL)
		write_host(run, work, result);
	tell(run, &event);
	bool asked_later = run->rollout->health && !work->check && task->row != NULL &&
		task->row->touched && task->row->state == PK_TASK_OK;
	if (run->kept != NULL && task->row != NULL && !retry && !asked_later)
		release_facts(run, work->task);
}

bool pk_note_find_left(
	struct pk_run_state *run, struct pk_facts *out, struct pk_arena *arena, size_t task)
{
	const struct pk_task_row *row = run->rollout->tasks[task].row;
	struct pk_diags ignored = {.arena = arena};
	if (row == NULL || row->after == NULL)
		return false;
	struct pk_source *source = pk_source_make(arena, row->host, row->after, strlen(row->after));
	const struct pk_node *node = pk_json_read(source, &ignored);
	return node != NULL && pk_facts_read_json(out, arena, node, &ignored);
}

/* --- The rollout itself --- */

void pk_note_wave(struct pk_run_state *run, size_t wave)
{
	const struct pk_waves *waves = run->rollout->waves;
	struct pk_rollout_event event = {.kind = PK_EVENT_WAVE, .wave = wave};
	PK_BUF_AUTO detail = {0};
	if (waves != NULL) {
		put_number(&detail, "wave", wave);
		put_member(&detail, "name", waves->names[wave]);
		put_number(&detail, "hosts", waves->sizes[wave]);
		pk_buf_putc(&detail, '}');
		write_rollout(run, PK_ROLLOUT_RUNNING, "opened wave", &detail);
	}
	tell(run, &event);
}

void pk_note_soaking(struct pk_run_state *run)
{
	struct pk_schedule_counts counts;
	pk_schedule_count(run->schedule, &counts);
	if (counts.soaking == run->soaking)
		return;
	run->soaking = counts.soaking;
	if (!counts.soaking)
		return;
	struct pk_rollout_event event = {
		.kind = PK_EVENT_SOAKING, .wave = counts.wave, .at_ms = counts.soak_until_ms};
	PK_BUF_AUTO detail = {0};
	put_number(&detail, "wave", counts.wave);
	pk_buf_putc(&detail, '}');
	write_rollout(run, PK_ROLLOUT_RUNNING, "soaking", &detail);
	tell(run, &event);
}

void pk_note_halt(struct pk_run_state *run, const struct pk_order *halt)
{
	struct pk_rollout_event event = {
		.kind = PK_EVENT_HALTED, .task = halt->task, .wave = halt->wave, .halt = halt};
	PK_BUF_AUTO detail = {0};
	run->halted = true;
	put_number(&detail, "wave", halt->wave);
	put_member(&detail, "budget", halt->of_wave ? "wave" : "rollout");
	if (halt->class != PK_FAILURE_NONE)
		put_member(&detail, "class", pk_failure_class_name(halt->class));
	put_member(&detail, "host", run->rollout->tasks[halt->task].host->name);
	pk_buf_putc(&detail, '}');
	write_rollout(run, PK_ROLLOUT_HALTED, "halted", &detail);
	tell(run, &event);
}

void pk_note_pause(struct pk_run_state *run, bool paused)
{
	const struct pk_buf none = {0};
	write_rollout(run, paused ? PK_ROLLOUT_PAUSED : PK_ROLLOUT_RUNNING,
		paused ? "paused" : "went on", &none);
}

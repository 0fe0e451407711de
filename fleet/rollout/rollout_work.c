/*
 * The work on one host: its link is opened, the job's questions are carried over it, each phase
 * has its deadline. The place in a pool is given back before the link says goodbye.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fleet/rollout/rollout_state.h"

enum {
	ROUNDS = 64,		  /* of one host before others have their turn */
	CLOSE_MS = 2000,	  /* to say goodbye */
	DEADLINE_DEFAULT = 60000, /* where the wish says nothing */
	LEAST_BYTES_PER_MS = 4,	  /* a transfer that is slower than that never ends */
	NONCE_BYTES = 16,
};

/* --- Beginning and end --- */

static struct pk_link *open_link(const struct pk_rollout *rollout, const struct pk_host *host)
{
	if (rollout->open_link != NULL)
		return rollout->open_link(rollout->data, host);
	if (host->transport == PK_TRANSPORT_LOCAL)
		return pk_link_create_local(host);
	return pk_link_create_ssh(rollout->ssh, host);
}

void pk_work_begin(struct pk_run_state *run, size_t task, bool check)
{
	struct pk_work *work = calloc(1, sizeof(*work));
	if (work == NULL)
		abort(); /* out of memory ends the process */
	pk_loop_init_item(&work->item);
	work->task = task;
	work->check = check;
	work->link = open_link(run->rollout, run->rollout->tasks[task].host);
	work->phase = work->link->phase;
	work->started_ms = work->phase_ms = work->moved_ms = run->now_ms;
	work->after = run->works;
	if (run->works != NULL)
		run->works->before = work;
	run->works = work;
	pk_note_started(run, work);
	pk_loop_wake(run->loop, &work->item);
}

/* The bytes of an answer are the host's; nothing of them is kept. */
static void finish_io(struct pk_work *work)
{
	pk_buf_finish(&work->io.out);
	pk_buf_finish(&work->io.err);
	work->io = (struct pk_run_io){0};
}

static void drop_link(struct pk_run_state *run, struct pk_work *work)
{
	pk_loop_forget(run->loop, &work->item);
	if (work->link != NULL)
		work->link->ops->destroy(work->link);
	work->link = NULL;
}

void pk_work_destroy(struct pk_run_state *run, struct pk_work *work)
{
	drop_link(run, work);
	pk_job_destroy(work->job);
	finish_io(work);
	if (work->before != NULL)
		work->before->after = work->after;
	else
		run->works = work->after;
	if (work->after != NULL)
		work->after->before = work->before;
	free(work);
}

/* --- Results --- */

/* What the health gate says to what was read. */
static void judge_health(
	struct pk_run_state *run, const struct pk_work *work, struct pk_job_result *result)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_facts *now = result->has_after ? &result->after : &result->before;
	struct pk_facts left;
	if (!pk_note_find_left(run, &left, arena, work->task))
		left = *now;
	if (pk_change_healthy(&left, now, run->rollout->tasks[work->task].desired, &run->wish,
		    &result->failure))
		return;
	result->kind = PK_RESULT_FAILED;
}

static enum pk_task_state state_of(const struct pk_job_result *result)
{
	switch (result->kind) {
	case PK_RESULT_OK:
		return PK_TASK_OK;
	case PK_RESULT_FAILED:
		return PK_TASK_FAILED;
	case PK_RESULT_SKIPPED:
		return PK_TASK_SKIPPED;
	}
	return PK_TASK_FAILED;
}

/* The try has ended: everybody is told, the job goes, the link may still say goodbye. */
static void end_try(
	struct pk_run_state *run, struct pk_work *work, const struct pk_job_result *from)
{
	struct pk_job_result result = *from;
	if (work->check && result.kind == PK_RESULT_OK)
		judge_health(run, work, &result);
	if (result.touched && !work->check)
		pk_schedule_touched(run->schedule, work->task);
	bool retry = pk_schedule_ended(
		run->schedule, work->task, state_of(&result), &result.failure, run->now_ms);
	pk_note_ended(run, work, &result, retry);
	pk_job_destroy(work->job);
	work->job = NULL;
	finish_io(work);
	work->stage = PK_WORK_CLOSE;
	work->phase_ms = run->now_ms;
}

/* What was asked cannot be finished. The work is gone afterwards. */
static void break_work(
	struct pk_run_state *run, struct pk_work *work, const struct pk_failure *failure)
{
	struct pk_failure copy = *failure; /* it may be the link's */
	struct pk_job_result own = {.kind = PK_RESULT_FAILED, .failure = copy};
	const struct pk_job_result *result = &own;
	struct pk_ask ask;
	drop_link(run, work);
	if (work->job != NULL) {
		own.touched = work->sent_changes;
		pk_job_break(work->job, &copy);
		if (pk_job_next(work->job, &ask) == PK_JOB_DONE)
			result = pk_job_result(work->job);
	}
	end_try(run, work, result);
	pk_work_destroy(run, work);
}

/* --- Questions --- */

static bool make_nonce(char out[2 * NONCE_BYTES + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[NONCE_BYTES];
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * NONCE_BYTES] = '\0';
	return true;
}

/* False if the system refuses. */
static bool begin_job(struct pk_run_state *run, struct pk_work *work)
{
	const struct pk_rollout *rollout = run->rollout;
	const struct pk_rollout_task *task = &rollout->tasks[work->task];
	bool change = rollout->change && !work->check;
	work->wish = (struct pk_job_wish){.host = task->host,
		.desired = task->desired,
		.rollout = rollout->id,
		.sequence = rollout->sequence,
		.expected = change ? task->expected : NULL,
		.want_config = rollout->want_config && !work->check,
		.want_health = work->check || (!rollout->change && rollout->want_health)};
	if (rollout->known != NULL)
		work->wish.known = rollout->known(rollout->data, &work->wish.known_count);
	if (!make_nonce(work->wish.nonce)) {
		pk_note_system(run, "gives no random numbers");
		return false;
	}
	work->job = pk_job_create(&work->wish, change);
	work->stage = PK_WORK_NEXT;
	return true;
}

/* The host is about to be changed. True if that has to wait for the journal. */
static bool hold(struct pk_run_state *run, struct pk_work *work)
{
	bool wait = false;
	if (!work->changing)
		wait = pk_note_changing(run, work, pk_job_result(work->job));
	work->changing = true;
	work->sent_changes = true;
	if (!wait)
		return false;
	pk_loop_watch(run->loop, &work->item, -1, false, false, PK_NEVER);
	work->stage = PK_WORK_HELD;
	work->next_held = run->held;
	run->held = work;
	return true;
}

/* A time of waiting that was ours is not the host's. */
static void restart_deadline(struct pk_run_state *run, struct pk_work *work)
{
	work->phase_ms = work->moved_ms = run->now_ms;
	work->moved = work->link->moved;
	work->input_noted = false;
}

void pk_work_release(struct pk_run_state *run, struct pk_work *work)
{
	work->stage = PK_WORK_ASK;
	restart_deadline(run, work);
	pk_loop_wake(run->loop, &work->item);
}

/* Takes the next question from the job. False if the work waits. */
static bool take_question(struct pk_run_state *run, struct pk_work *work)
{
	if (pk_job_next(work->job, &work->ask) == PK_JOB_DONE) {
		end_try(run, work, pk_job_result(work->job));
		return true;
	}
	finish_io(work);
	work->replied = false;
	work->line = 0;
	work->io.command = work->ask.command;
	work->io.output_max = work->ask.output_max;
	work->io.input_open = work->ask.kind == PK_ASK_TALK;
	work->io.input = work->ask.input;
	work->io.input_len = work->ask.input_len;
	work->stage = PK_WORK_ASK;
	restart_deadline(run, work);
	return !work->ask.changes || !hold(run, work);
}

/* Is the `ready` line among the complete lines that have come since the last look? */
static bool is_ready(struct pk_work *work)
{
	const struct pk_buf *out = &work->io.out;
	size_t len = strlen(work->ask.ready);
	while (work->line < out->len) {
		const char *begin = out->data + work->line;
		const char *end = memchr(begin, '\n', out->len - work->line);
		if (end == NULL)
			return false;
		work->line += (size_t)(end + 1 - begin);
		size_t size = (size_t)(end - begin);
		if (size > 0 && begin[size - 1] == '\r')
			size--;
		if (size == len && memcmp(begin, work->ask.ready, len) == 0)
			return true;
	}
	return false;
}

/* New output: a command that waits for its input gets it. False if the work waits. */
static bool look_at_output(struct pk_run_state *run, struct pk_work *work)
{
	bool changes = false;
	if (work->ask.kind != PK_ASK_TALK || work->replied || !is_ready(work))
		return true;
	work->replied = true;
	pk_job_reply(work->job, work->io.out.data, work->io.out.len, &work->io.input,
		&work->io.input_len, &changes);
	work->io.files = pk_job_files(work->job);
	work->io.input_sent = 0;
	work->io.input_open = false;
	restart_deadline(run, work);
	return !changes || !hold(run, work);
}

static void give_answer(struct pk_work *work)
{
	struct pk_host_answer answer = {.has_status = work->io.has_status,
		.status = work->io.status,
		.out = work->io.out.data != NULL ? work->io.out.data : "",
		.out_len = work->io.out.len,
		.err = work->io.err.data != NULL ? work->io.err.data : "",
		.err_len = work->io.err.len};
	if (work->ask.kind == PK_ASK_PUT)
		answer.has_status = true;
	pk_job_answer(work->job, &answer);
	work->stage = PK_WORK_NEXT;
}

/* --- Deadlines --- */

static uint64_t or_default(uint64_t ms)
{
	return ms != 0 ? ms : DEADLINE_DEFAULT;
}

static bool is_sending(const struct pk_work *work)
{
	const char *bytes;
	return work->ask.kind == PK_ASK_PUT || pk_run_io_left(&work->io, &bytes) > 0;
}

/* A transfer must go on, and end at some time. */
static uint64_t transfer_deadline(const struct pk_run_state *run, const struct pk_work *work)
{
	uint64_t stalled = work->moved_ms + or_default(run->wish.stall_ms);
	uint64_t slow = work->phase_ms + or_default(run->wish.command_ms) +
		(work->io.input_len + work->io.input_sent) / LEAST_BYTES_PER_MS;
	return stalled < slow ? stalled : slow;
}

static uint64_t deadline(const struct pk_run_state *run, const struct pk_work *work)
{
	switch (work->stage) {
	case PK_WORK_OPEN:
		if (work->link->phase >= PK_LINK_LOGIN)
			return work->phase_ms + or_default(run->wish.login_ms);
		return work->phase_ms + or_default(run->wish.connect_ms);
	case PK_WORK_ASK:
		if (is_sending(work))
			return transfer_deadline(run, work);
		return work->phase_ms + or_default(run->wish.command_ms);
	case PK_WORK_CLOSE:
		return work->phase_ms + CLOSE_MS;
	case PK_WORK_NEXT:
	case PK_WORK_HELD:
		break;
	}
	return PK_NEVER;
}

/* Notes what the link has come to since it was looked at last. */
static void look_at_link(struct pk_run_state *run, struct pk_work *work)
{
	struct pk_link *link = work->link;
	bool was_login = work->phase >= PK_LINK_LOGIN;
	if (work->stage == PK_WORK_OPEN && link->phase >= PK_LINK_LOGIN && !was_login) {
		work->phase_ms = run->now_ms;
		pk_schedule_reached(run->schedule, work->task, run->now_ms);
	}
	work->phase = link->phase;
	if (work->moved == link->moved)
		return;
	work->moved = link->moved;
	work->moved_ms = run->now_ms;
	/* The command's time begins when it has got its input. */
	if (work->stage == PK_WORK_ASK && !work->input_noted && !is_sending(work)) {
		work->input_noted = true;
		work->phase_ms = run->now_ms;
	}
}

/* What is wrong when the deadline has passed. */
static void fail_late(
	const struct pk_run_state *run, const struct pk_work *work, struct pk_failure *out)
{
	unsigned long long s = (run->now_ms - work->phase_ms + 500) / 1000;
	if (work->stage == PK_WORK_OPEN && work->link->phase < PK_LINK_LOGIN) {
		pk_failure_set(out, PK_FAILURE_UNREACHABLE, PK_CONNECT_LATE, true,
			"no answer within %llu s", s);
	} else if (work->stage == PK_WORK_OPEN) {
		pk_failure_set(out, PK_FAILURE_UNREACHABLE, PK_LOGIN_LATE, true,
			"the login was not finished within %llu s", s);
	} else if (is_sending(work)) {
		pk_failure_set(out, PK_FAILURE_TRANSFER, PK_TRANSFER_STALLED, true,
			"the transfer stopped for %llu s",
			(unsigned long long)(run->now_ms - work->moved_ms + 500) / 1000);
	} else {
		pk_failure_set(out, work->sent_changes ? PK_FAILURE_APPLY : PK_FAILURE_TRANSFER,
			PK_COMMAND_LATE, !work->sent_changes,
			"the command was not finished within %llu s", s);
	}
}

/* Waits for what the link names. False if there is no time left. */
static bool wait_for_link(struct pk_run_state *run, struct pk_work *work)
{
	uint64_t at_ms = deadline(run, work);
	struct pk_link_wait wait = work->link->ops->wait(work->link);
	if (run->now_ms >= at_ms)
		return false;
	if (wait.again_ms > 0 && run->now_ms + wait.again_ms < at_ms)
		at_ms = run->now_ms + wait.again_ms;
	if (!pk_loop_watch(run->loop, &work->item, wait.fd, wait.read, wait.write, at_ms))
		pk_note_system(run, "cannot wait for a connection");
	return true;
}

/* --- Steps --- */

enum step {
	STEP_ON,
	STEP_WAIT, /* for what the link names */
	STEP_HELD, /* for somebody who calls pk_work_release */
	STEP_FAILED,
	STEP_OVER, /* the work is done with */
};

static enum step step_open(struct pk_run_state *run, struct pk_work *work)
{
	enum pk_io io = work->link->ops->open(work->link);
	look_at_link(run, work);
	switch (io) {
	case PK_IO_WAIT:
		return STEP_WAIT;
	case PK_IO_MORE:
		return STEP_ON;
	case PK_IO_DONE:
		break;
	case PK_IO_FAILED:
		return STEP_FAILED;
	}
	pk_schedule_reached(run->schedule, work->task, run->now_ms);
	pk_schedule_connected(run->schedule, work->task);
	return begin_job(run, work) ? STEP_ON : STEP_HELD;
}

static enum step step_ask(struct pk_run_state *run, struct pk_work *work)
{
	const struct pk_ask *ask = &work->ask;
	struct pk_link *link = work->link;
	enum pk_io io = ask->kind == PK_ASK_PUT
		? link->ops->put(link, ask->path, ask->input, ask->input_len)
		: link->ops->run(link, &work->io);
	look_at_link(run, work);
	switch (io) {
	case PK_IO_WAIT:
		return look_at_output(run, work) ? STEP_WAIT : STEP_HELD;
	case PK_IO_MORE:
		return look_at_output(run, work) ? STEP_ON : STEP_HELD;
	case PK_IO_DONE:
		give_answer(work);
		return STEP_ON;
	case PK_IO_FAILED:
		break;
	}
	return STEP_FAILED;
}

static enum step step_close(struct pk_work *work)
{
	return work->link->ops->close(work->link) == PK_IO_WAIT ? STEP_WAIT : STEP_OVER;
}

static enum step step_once(struct pk_run_state *run, struct pk_work *work)
{
	switch (work->stage) {
	case PK_WORK_OPEN:
		return step_open(run, work);
	case PK_WORK_NEXT:
		return take_question(run, work) ? STEP_ON : STEP_HELD;
	case PK_WORK_ASK:
		return step_ask(run, work);
	case PK_WORK_CLOSE:
		return step_close(work);
	case PK_WORK_HELD:
		break;
	}
	return STEP_HELD;
}

void pk_work_step(struct pk_run_state *run, struct pk_work *work)
{
	struct pk_failure late;
	for (int round = 0; round < ROUNDS; round++) {
		switch (step_once(run, work)) {
		case STEP_ON:
			continue;
		case STEP_HELD:
			return;
		case STEP_WAIT:
			if (wait_for_link(run, work))
				return;
			if (work->stage == PK_WORK_CLOSE) {
				pk_work_destroy(run, work);
				return;
			}
			fail_late(run, work, &late);
			break_work(run, work, &late);
			return;
		case STEP_FAILED:
			break_work(run, work, &work->link->failure);
			return;
		case STEP_OVER:
			pk_work_destroy(run, work);
			return;
		}
	}
	/* What keeps talking has a deadline, too. */
	if (work->stage != PK_WORK_CLOSE && run->now_ms >= deadline(run, work)) {
		fail_late(run, work, &late);
		break_work(run, work, &late);
		return;
	}
	pk_loop_wake(run->loop, &work->item);
}

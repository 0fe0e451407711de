#include "fleet/host/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What the next answer is about. */
enum phase {
	PHASE_PROBE,
	PHASE_FACTS, /* of a dialect that talks: the changes, too */
	PHASE_MORE,
	PHASE_CHANGE,
	PHASE_AFTER,
	PHASE_AFTER_MORE,
	PHASE_DONE,
};

struct pk_job {
	struct pk_arena *arena;
	struct pk_arena *asked; /* what was asked last, until it is answered */
	struct pk_job_wish wish;
	bool change;
	const struct pk_dialect *dialect;
	enum phase phase;
	size_t step;	      /* PHASE_CHANGE */
	struct pk_facts made; /* PHASE_CHANGE: facts before it, and what steps have noted since */
	struct pk_buf input;  /* of the talk; empty: no change */
	struct pk_input_parts files; /* behind it */
	bool replied;		     /* the facts of the talk are known, and what becomes of them */
	bool ended;		     /* `result` is as it will be, the talk only has to end */
	bool sent;		     /* what may change the host has been asked */
	struct pk_ask asking;	     /* PHASE_MORE, PHASE_CHANGE, PHASE_AFTER_MORE */
	struct pk_job_result result;
};

/* Where a host keeps its record follows from what it is, if the inventory says neither. */
static void choose_state_dir(struct pk_job *job)
{
	const struct pk_desired *given = job->wish.desired;
	if (job->dialect != &pk_dialect_sh || given == NULL || given->state_dir != NULL)
		return;
	struct pk_desired *desired = PK_NEW(job->arena, struct pk_desired);
	*desired = *given;
	desired->state_dir = "/var/lib/picket";
	job->wish.desired = desired;
}

struct pk_job *pk_job_create(const struct pk_job_wish *wish, bool change)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_job *job = PK_NEW(arena, struct pk_job);
	job->arena = arena;
	job->wish = *wish;
	job->change = change;
	job->dialect = wish->dialect;
	if (job->dialect == NULL && wish->host->platform == PK_HOST_LINUX)
		job->dialect = &pk_dialect_sh;
	job->phase = job->dialect != NULL ? PHASE_FACTS : PHASE_PROBE;
	choose_state_dir(job);
	return job;
}

void pk_job_destroy(struct pk_job *job)
{
	if (job == NULL)
		return;
	pk_buf_finish(&job->input);
	pk_arena_destroy(job->asked);
	pk_arena_destroy(job->arena);
}

/* Commands are long, and many jobs wait for their answers: only what was heard is kept. */
static void forget_asked(struct pk_job *job)
{
	pk_arena_destroy(job->asked);
	job->asked = NULL;
}

static struct pk_arena *arena_to_ask(struct pk_job *job)
{
	forget_asked(job);
	job->asked = pk_arena_create();
	return job->asked;
}

static void end(struct pk_job *job, enum pk_job_result_kind kind)
{
	job->result.kind = kind;
	job->ended = true;
	job->phase = PHASE_DONE;
}

/* Ends with the failure in the result; the first one counts. */
static void fail(struct pk_job *job, const struct pk_failure *failure)
{
	if (job->result.failure.class == PK_FAILURE_NONE)
		job->result.failure = *failure;
	bool skipped = !job->result.touched &&
		(job->result.failure.code == PK_HOST_MOVED ||
			job->result.failure.code == PK_HOST_NEWER);
	end(job, skipped ? PK_RESULT_SKIPPED : PK_RESULT_FAILED);
}

/* Is the record that of this very rollout? */
static bool is_ours(const struct pk_job *job)
{
	const struct pk_host_record *record = &job->result.before.record;
	return record->present && job->wish.rollout != NULL &&
		pk_text_equal(record->rollout, job->wish.rollout);
}

/* May the host be changed at all, as it is? */
static bool may_change(struct pk_job *job, struct pk_failure *failure)
{
	const struct pk_facts *before = &job->result.before;
	if (before->record.present && before->record.sequence > job->wish.sequence) {
		pk_failure_set(failure, PK_FAILURE_APPLY, PK_HOST_NEWER, false,
			"the host was changed by the newer rollout %s", before->record.rollout);
		return false;
	}
	char digest[PK_DIGEST_TEXT];
	pk_facts_print(digest, before);
	if (job->wish.expected != NULL && !is_ours(job) &&
		!pk_text_equal(digest, job->wish.expected)) {
		pk_failure_set(failure, PK_FAILURE_APPLY, PK_HOST_MOVED, false,
			"the host has been changed since");
		return false;
	}
	pk_change_plan(&job->result.plan, job->arena, before, job->wish.desired);
	if (job->result.plan.refused == NULL)
		return true;
	pk_failure_set(failure, PK_FAILURE_APPLY, job->result.plan.refused_code, false, "%s",
		job->result.plan.refused);
	return false;
}

/* The facts before are known. True: changes have to be made; else the job has ended. */
static bool decide(struct pk_job *job)
{
	struct pk_failure failure = {0};
	job->result.has_before = true;
	if (!job->change) {
		end(job, PK_RESULT_OK);
		return false;
	}
	if (!may_change(job, &failure)) {
		fail(job, &failure);
		return false;
	}
	job->result.action = job->result.plan.action;
	if (is_ours(job)) {
		job->result.touched = true;
		if (job->result.action == PK_ACTION_NONE)
			job->result.action = PK_ACTION_UPDATE;
	}
	/* What was begun and is done by now still has to be written down as done. */
	if (job->result.plan.changes.len > 0 || (is_ours(job) && job->result.before.record.open))
		return true;
	job->result.after = job->result.before;
	job->result.has_after = true;
	end(job, PK_RESULT_OK);
	return false;
}

/* Is the host as desired, by what it says of itself after the change? */
static void verify(struct pk_job *job)
{
	struct pk_failure failure = {0};
	struct pk_host_plan rest = {0};
	job->result.has_after = true;
	pk_change_plan(&rest, job->arena, &job->result.after, job->wish.desired);
	if (rest.refused != NULL)
		pk_failure_set(&failure, PK_FAILURE_APPLY, PK_SENSOR_NOT_AS_DESIRED, false,
			"after the change, %s", rest.refused);
	else if (rest.changes.len > 0)
		pk_failure_set(&failure, PK_FAILURE_APPLY, PK_SENSOR_NOT_AS_DESIRED, false,
			"the change was made, but this is still to be done: %s",
			pk_change_describe(job->arena, &rest.changes.items[0]));
	if (failure.class != PK_FAILURE_NONE || job->result.failure.class != PK_FAILURE_NONE)
		fail(job, &failure);
	else
		end(job, PK_RESULT_OK);
}

static const struct pk_facts *facts_now(const struct pk_job *job)
{
	return job->phase == PHASE_MORE ? &job->result.before : &job->result.after;
}

/* The talk ended before anything could be said to it. */
static void lose_talk(struct pk_job *job)
{
	struct pk_failure failure = {0};
	pk_failure_set(&failure, PK_FAILURE_TRANSFER, PK_HOST_CUT_OFF, true,
		"the host told its facts and did not wait for what to do");
	fail(job, &failure);
}

static void start_change(struct pk_job *job)
{
	job->made = job->result.before;
	job->phase = PHASE_CHANGE;
}

/* The facts are complete: goes on with what comes next. */
static void facts_done(struct pk_job *job)
{
	if (job->phase == PHASE_AFTER || job->phase == PHASE_AFTER_MORE)
		verify(job);
	else if (!decide(job))
		return;
	else if (job->dialect->ask_change != NULL)
		start_change(job);
	else
		lose_talk(job);
}

/* After the first question for facts. */
static void ask_more(struct pk_job *job)
{
	job->phase = job->phase == PHASE_FACTS ? PHASE_MORE : PHASE_AFTER_MORE;
	if (job->dialect->ask_more == NULL ||
		!job->dialect->ask_more(
			&job->asking, arena_to_ask(job), &job->wish, facts_now(job)))
		facts_done(job);
}

/* Fills in the next step of a change, or goes on to the facts after it. */
static void ask_change(struct pk_job *job)
{
	struct pk_failure failure = {0};
	if (job->dialect->ask_change(&job->asking, arena_to_ask(job), &job->wish, &job->made,
		    &job->result.plan, job->step, &failure)) {
		job->sent = job->sent || job->asking.changes;
		job->result.touched = job->result.touched || job->asking.changes;
		return;
	}
	if (failure.class != PK_FAILURE_NONE) {
		job->result.failure = failure;
		if (!job->sent) {
			fail(job, &failure);
			return;
		}
	}
	job->phase = PHASE_AFTER;
}

static void fill_ask(struct pk_job *job, struct pk_ask *out)
{
	switch (job->phase) {
	case PHASE_PROBE:
		pk_dialect_ask(out);
		break;
	case PHASE_FACTS:
	case PHASE_AFTER:
		job->dialect->ask_facts(out, arena_to_ask(job), &job->wish);
		if (!job->change || job->phase == PHASE_AFTER)
			out->kind = PK_ASK_RUN;
		break;
	case PHASE_MORE:
	case PHASE_CHANGE:
	case PHASE_AFTER_MORE:
		*out = job->asking;
		break;
	case PHASE_DONE:
		break;
	}
}

enum pk_job_state pk_job_next(struct pk_job *job, struct pk_ask *out)
{
	if (job->phase == PHASE_CHANGE)
		ask_change(job);
	if (job->phase == PHASE_DONE)
		return PK_JOB_DONE;
	fill_ask(job, out);
	return PK_JOB_ASKS;
}

void pk_job_reply(struct pk_job *job, const char *out, size_t out_len, const void **input_out,
	size_t *input_len_out, bool *changes_out)
{
	const struct pk_host_answer answer = {.out = out, .out_len = out_len};
	struct pk_failure failure = {0};
	forget_asked(job);
	job->replied = true;
	if (!job->dialect->hear_facts(
		    &job->result.before, job->arena, &job->wish, &answer, &failure)) {
		fail(job, &failure);
	} else if (decide(job)) {
		if (job->dialect->put_changes(&job->input, &job->files, job->arena, &job->wish,
			    &job->result.before, &job->result.plan, &failure)) {
			job->sent = true;
			job->result.touched = true;
		} else {
			pk_buf_finish(&job->input);
			job->files.len = 0;
			fail(job, &failure);
		}
	}
	/* The talk goes on until its answer. */
	job->phase = PHASE_FACTS;
	*input_out = job->input.data;
	*input_len_out = job->input.len;
	*changes_out = job->input.len > 0;
}

const struct pk_input_parts *pk_job_files(const struct pk_job *job)
{
	return &job->files;
}

/* The talk has ended, with or without changes. */
static void hear_talk(struct pk_job *job, const struct pk_host_answer *answer)
{
	if (job->ended) {
		job->phase = PHASE_DONE;
		return;
	}
	struct pk_failure failure = {0};
	bool changed = true;
	bool heard = job->dialect->hear_changes(
		&job->result.after, job->arena, &job->wish, answer, &changed, &failure);
	/* A try before this one may have changed it, whatever this one did. */
	job->result.touched = changed || is_ours(job);
	if (heard) {
		verify(job);
		return;
	}
	job->result.has_after = job->result.after.shell != NULL;
	fail(job, &failure);
}

static void hear_probe(struct pk_job *job, const struct pk_host_answer *answer)
{
	struct pk_failure failure = {0};
	job->dialect = pk_dialect_hear(&job->wish.shell, answer, &failure);
	if (job->dialect == NULL)
		fail(job, &failure);
	else
		job->phase = PHASE_FACTS;
	choose_state_dir(job);
}

static void hear_facts(struct pk_job *job, const struct pk_host_answer *answer)
{
	struct pk_failure failure = {0};
	struct pk_facts *out = job->phase == PHASE_FACTS ? &job->result.before : &job->result.after;
	if (!job->dialect->hear_facts(out, job->arena, &job->wish, answer, &failure)) {
		fail(job, &failure);
		return;
	}
	ask_more(job);
}

static void hear_more(struct pk_job *job, const struct pk_host_answer *answer)
{
	struct pk_failure failure = {0};
	struct pk_facts *facts =
		job->phase == PHASE_MORE ? &job->result.before : &job->result.after;
	if (job->dialect->hear_more(facts, job->arena, &job->wish, answer, &failure))
		facts_done(job);
	else
		fail(job, &failure);
}

static void hear_change(struct pk_job *job, const struct pk_host_answer *answer)
{
	struct pk_failure failure = {0};
	if (job->dialect->hear_change(job->arena, &job->wish, &job->made, &job->result.plan,
		    job->step, answer, &failure)) {
		job->step++;
		return;
	}
	/* What the host is like now is worth knowing, if it may be another. */
	job->result.failure = failure;
	if (job->sent)
		job->phase = PHASE_AFTER;
	else
		fail(job, &failure);
}

void pk_job_answer(struct pk_job *job, const struct pk_host_answer *answer)
{
	forget_asked(job);
	switch (job->phase) {
	case PHASE_PROBE:
		hear_probe(job, answer);
		break;
	case PHASE_FACTS:
		if (job->replied)
			hear_talk(job, answer);
		else
			hear_facts(job, answer);
		break;
	case PHASE_AFTER:
		hear_facts(job, answer);
		break;
	case PHASE_MORE:
	case PHASE_AFTER_MORE:
		hear_more(job, answer);
		break;
	case PHASE_CHANGE:
		hear_change(job, answer);
		break;
	case PHASE_DONE:
		break;
	}
}

void pk_job_break(struct pk_job *job, const struct pk_failure *failure)
{
	/* Nothing was to be changed: nothing is lost with the connection. */
	if (job->replied && job->ended)
		job->phase = PHASE_DONE;
	else if (job->phase != PHASE_DONE)
		fail(job, failure);
}

const struct pk_job_result *pk_job_result(const struct pk_job *job)
{
	return &job->result;
}

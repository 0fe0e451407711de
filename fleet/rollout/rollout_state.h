/*
 * What a rollout is made of while it runs, for the files rollout*.c only: rollout.c turns the loop
 * and gives orders, rollout_work.c does the work on one host, rollout_note.c writes down what
 * happens and tells it.
 */
#ifndef FLEET_ROLLOUT_ROLLOUT_STATE_H
#define FLEET_ROLLOUT_ROLLOUT_STATE_H

#include "fleet/rollout/loop.h"
#include "fleet/rollout/rollout.h"

/* Facts of a host that its row needs until nothing is written about it any more; on the heap. */
struct pk_kept_facts {
	char *before;
	char *after;
};

enum pk_work_stage {
	PK_WORK_OPEN,
	PK_WORK_NEXT, /* the job is asked what comes next */
	PK_WORK_ASK,  /* its question is under way */
	PK_WORK_HELD, /* it goes on when the journal is durable */
	PK_WORK_CLOSE,
};

/* A host that is worked on. */
struct pk_work {
	struct pk_loop_item item; /* first */
	struct pk_work *before;	  /* of all works */
	struct pk_work *after;
	struct pk_work *next_held;
	size_t task;
	bool check;
	enum pk_work_stage stage;
	struct pk_link *link;
	struct pk_job *job; /* NULL before the link is open, and when it has ended */
	struct pk_job_wish wish;
	struct pk_ask ask;
	struct pk_run_io io;
	size_t line; /* TALK: where the line begins that is not complete yet */
	bool replied;
	bool input_noted; /* all of the input has been sent */
	bool changing;	  /* the journal knows that the host is being changed */
	bool sent_changes;
	enum pk_link_phase phase; /* the link was in when it was looked at last */
	uint64_t started_ms;
	uint64_t phase_ms; /* when that phase began, or the question */
	uint64_t moved;
	uint64_t moved_ms; /* when a byte moved last */
};

struct pk_run_state {
	const struct pk_rollout *rollout;
	struct pk_diags *diags;
	struct pk_rollout_wish wish; /* with what the system allows */
	struct pk_schedule *schedule;
	struct pk_loop *loop;
	struct pk_kept_facts *kept; /* of each task; NULL without a store */
	struct pk_work *works;
	struct pk_work *held;
	uint64_t now_ms;     /* of this turn */
	uint64_t unsaved_ms; /* when the oldest write that is not committed was; 0: none */
	bool broken;	     /* the store or the system failed; reported */
	bool halted;
	bool soaking; /* it was told */
	enum pk_rollout_want want;
};

/* Begins the work of an order to START or CHECK. */
void pk_work_begin(struct pk_run_state *run, size_t task, bool check);
/* Goes on as far as it can without waiting. */
void pk_work_step(struct pk_run_state *run, struct pk_work *work);
/* The journal is durable: a held work goes on. */
void pk_work_release(struct pk_run_state *run, struct pk_work *work);
/* Ends the connection at once and releases everything; nobody is told. */
void pk_work_destroy(struct pk_run_state *run, struct pk_work *work);

/* Reports that the system refused something (errno): the rollout is broken. */
void pk_note_system(struct pk_run_state *run, const char *what);
void pk_note_started(struct pk_run_state *run, const struct pk_work *work);
/* The host is about to be changed; true if that has to be durable first. */
bool pk_note_changing(
	struct pk_run_state *run, const struct pk_work *work, const struct pk_job_result *result);
/* A try has ended; `retry`: another one follows. */
void pk_note_ended(struct pk_run_state *run, const struct pk_work *work,
	const struct pk_job_result *result, bool retry);
void pk_note_wave(struct pk_run_state *run, size_t wave);
/* Tells once that a wave soaks, if it does. */
void pk_note_soaking(struct pk_run_state *run);
void pk_note_halt(struct pk_run_state *run, const struct pk_order *halt);
/* The rollout pauses, or goes on. */
void pk_note_pause(struct pk_run_state *run, bool paused);
/* Makes durable what was written. */
void pk_note_commit(struct pk_run_state *run);
/* The facts of the host right after it was changed, from its row; false if they are not known. */
bool pk_note_find_left(
	struct pk_run_state *run, struct pk_facts *out, struct pk_arena *arena, size_t task);
void pk_note_finish(struct pk_run_state *run);

#endif

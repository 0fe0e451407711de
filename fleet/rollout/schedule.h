/*
 * Schedule: which hosts to start now, when a wave may open, when to stop. Pure: it never looks at a
 * clock or a socket, so every policy can be tested with a table of events and times.
 *
 * Two pools: hosts being connected to, and hosts that are worked on; dead hosts only ever fill the
 * first. A host that has not answered for some time, longer than others need, no longer counts as
 * one that will be worked on soon, and those to be tried again come after those never tried.
 *
 * A wave opens when all hosts of the wave before have ended, its soak time (from the last host that
 * was changed) is over, its health was asked and found good, and no budget is exceeded. A wave in
 * which nothing was changed neither soaks nor is asked. A budget is exceeded by more failures than
 * it says: with 0 the first one stops everything. Hosts that cannot be reached were not harmed:
 * they count in the budget of their class only. A wave of which every host failed stops the
 * rollout, unless its budget bears any number. A host key that is not the known one stops
 * everything at once. Hosts that were skipped are no failures.
 */
#ifndef FLEET_ROLLOUT_SCHEDULE_H
#define FLEET_ROLLOUT_SCHEDULE_H

#include "fleet/host/dialect.h"
#include "fleet/rollout/waves.h"

struct pk_schedule;

/* What a host of the schedule already is when it begins, for going on after an interruption. */
enum pk_task_state {
	PK_TASK_WAITING,
	PK_TASK_CONNECTING,
	PK_TASK_WORKING,
	PK_TASK_RETRYING, /* waits for its next try */
	PK_TASK_OK,
	PK_TASK_FAILED,
	PK_TASK_SKIPPED,
	PK_TASK_CHECKING, /* its health is being asked */
	PK_TASK_HEALTHY,
};

struct pk_schedule_task {
	/*
	 * As the store has it: WAITING, OK, FAILED, SKIPPED, HEALTHY; what was under way when it
	 * was interrupted is done again.
	 */
	enum pk_task_state state;
	enum pk_failure_class class; /* FAILED */
	uint32_t zone;		     /* number of its zone, from 1; 0: none, without limit */
	uint32_t tries;		     /* so far */
	bool touched;		     /* OK: it was changed, so that its health is worth asking */
};

enum pk_order_kind {
	PK_ORDER_START, /* connect to `task` and do its job */
	PK_ORDER_CHECK, /* connect to `task` and ask its health */
	PK_ORDER_WAVE,	/* for the journal: wave `wave` opens */
	PK_ORDER_WAIT,	/* nothing now: come back at `at_ms`, or when something has ended */
	PK_ORDER_HALT,	/* a budget is exceeded, see `class` and `wave`; what runs may end */
	PK_ORDER_DONE,	/* nothing is left, nothing runs */
};

struct pk_order {
	enum pk_order_kind kind;
	size_t task;
	size_t wave;
	uint64_t at_ms;		     /* WAIT: UINT64_MAX if only an end can change anything */
	enum pk_failure_class class; /* HALT: NONE if the budget of all together was exceeded */
	bool of_wave;		     /* HALT: the wave's budget, not the rollout's */
};

/*
 * `tasks` are those of `waves`, by the same index, and are copied; `wish` and `waves` outlive the
 * schedule. Without waves (NULL) there is one, by index, and no failure stops anything. Failures
 * that are there at the beginning count as if they had happened just now; those of class NONE do
 * not: somebody has seen them and goes on.
 */
struct pk_schedule *pk_schedule_create(const struct pk_rollout_wish *wish,
	const struct pk_waves *waves, const struct pk_schedule_task *tasks, size_t count);
void pk_schedule_destroy(struct pk_schedule *schedule);
PK_AUTO_DEFINE(pk_schedule, pk_schedule_destroy);

/* The health of changed hosts is asked (it is not, if this is never called). */
void pk_schedule_ask_health(struct pk_schedule *schedule);

/* The next order at the time `now_ms` of any clock that does not go back. */
void pk_schedule_next(struct pk_schedule *schedule, uint64_t now_ms, struct pk_order *out);
/* The task's host has answered: it is not dead. */
void pk_schedule_reached(struct pk_schedule *schedule, size_t task, uint64_t now_ms);
/* The task has logged in: its place among those being connected to is free. */
void pk_schedule_connected(struct pk_schedule *schedule, size_t task);
/* The task's host has been changed, or may have been; it stays so. */
void pk_schedule_touched(struct pk_schedule *schedule, size_t task);
/*
 * The task has ended with OK, FAILED (`failure` says why) or SKIPPED; a CHECK that went well with
 * OK or HEALTHY. True: it will be tried again, false: that is its result.
 */
bool pk_schedule_ended(struct pk_schedule *schedule, size_t task, enum pk_task_state state,
	const struct pk_failure *failure, uint64_t now_ms);
/* Starts nothing new until pk_schedule_resume; what runs goes on. */
void pk_schedule_pause(struct pk_schedule *schedule);
void pk_schedule_resume(struct pk_schedule *schedule);
/* Starts nothing new, ever. */
void pk_schedule_stop(struct pk_schedule *schedule);

struct pk_schedule_counts {
	size_t waiting, connecting, working, ok, failed, skipped;
	size_t failed_by_class[PK_FAILURE_CLASSES];
	size_t checking; /* of `ok`: whose health is being asked */
	size_t wave;	 /* that is open */
	bool soaking;
	uint64_t soak_until_ms;
};

void pk_schedule_count(const struct pk_schedule *schedule, struct pk_schedule_counts *out);

#endif

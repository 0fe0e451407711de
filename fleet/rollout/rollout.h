/*
 * Rollout: does the jobs of many hosts at once, in one thread with one loop. The only part of
 * fleet/ that reads a clock and waits. It takes orders from the schedule, opens links, carries
 * the questions of jobs over them, keeps the deadlines, and writes down every transition before and
 * after.
 */
#ifndef FLEET_ROLLOUT_ROLLOUT_H
#define FLEET_ROLLOUT_ROLLOUT_H

#include "fleet/rollout/schedule.h"
#include "fleet/store/store.h"
#include "fleet/transport/link.h"

/* What to do with one host. */
struct pk_rollout_task {
	const struct pk_host *host;
	const struct pk_desired *desired; /* what to ask about, too, when only reading */
	const char *expected;		  /* see pk_job_wish; NULL: any */
	/* WAITING, or as an interrupted rollout left it; zone and `touched` are filled in. */
	struct pk_schedule_task begin;
	struct pk_task_row *row; /* kept up to date; NULL without a store */
};

enum pk_rollout_event_kind {
	PK_EVENT_STARTED,  /* a try of `task` */
	PK_EVENT_CHANGING, /* the host is about to be changed; `result` has facts before and plan */
	PK_EVENT_ENDED,	   /* for good: `result` */
	PK_EVENT_RETRY,	   /* it failed, and will be tried again */
	PK_EVENT_WAVE,	   /* `wave` opened */
	PK_EVENT_SOAKING,  /* `wave` is done, its health is asked at `at_ms` */
	PK_EVENT_HALTED,   /* a budget is exceeded */
	PK_EVENT_TICK,	   /* ten times a second, for who shows a clock */
};

struct pk_rollout_event {
	enum pk_rollout_event_kind kind;
	size_t task;
	size_t wave;
	bool health; /* STARTED, ENDED, RETRY: of the health gate, not of the push */
	const struct pk_job_result *result; /* CHANGING, ENDED, RETRY: valid during the call */
	uint64_t seconds_ms;		    /* ENDED: how long the last try took */
	uint64_t now_ms;		    /* monotonic */
	uint64_t at_ms;
	const struct pk_order *halt; /* HALTED */
};

/* What a person wants by now. */
enum pk_rollout_want {
	PK_WANT_GO,
	PK_WANT_PAUSE,	/* nothing new for now */
	PK_WANT_FINISH, /* finish what runs, start nothing new */
	PK_WANT_ABORT,	/* end connections at once */
};

struct pk_rollout {
	const struct pk_rollout_wish *wish;
	const struct pk_waves *waves;
	struct pk_rollout_task *tasks;
	size_t count;
	bool change;	  /* push; else hosts are only read */
	bool health;	  /* ask health before the next wave opens, and at the end */
	bool want_config; /* read configurations in force and live rules, too */
	bool want_health; /* only reading: what the health gate asks, too */
	const char *const *(*known)(
		void *data, size_t *count_out); /* see pk_job_wish; may be NULL */
	/* A link to the host, not opened yet; NULL: as its transport says. */
	struct pk_link *(*open_link)(void *data, const struct pk_host *host);
	struct pk_ssh *ssh;
	struct pk_store *store; /* NULL: nothing is kept */
	const char *id;		/* NULL when only reading */
	uint64_t sequence;
	void *data; /* for all functions here */
	void (*event)(void *data, const struct pk_rollout_event *event);
	enum pk_rollout_want (*want)(void *data); /* asked at every turn; NULL: always GO */
};

enum pk_rollout_end {
	PK_END_DONE,
	PK_END_HALTED,
	PK_END_FINISHED, /* because a person wanted it */
	PK_END_ABORTED,
	PK_END_BROKEN, /* the store or the system failed; reported */
};

/*
 * Runs it to its end. *counts_out is how many ended how. Signals are the caller's: `want` looks at
 * what a handler has noted, and waiting is interrupted by them.
 */
enum pk_rollout_end pk_rollout_run(const struct pk_rollout *rollout,
	struct pk_schedule_counts *counts_out, struct pk_diags *diags);

#endif

/*
 * What a schedule is made of, for the files schedule*.c only: what becomes of hosts is counted in
 * schedule_tally.c, in one place, and schedule.c decides.
 */
#ifndef FLEET_ROLLOUT_SCHEDULE_STATE_H
#define FLEET_ROLLOUT_SCHEDULE_STATE_H

#include "fleet/rollout/schedule_queue.h"

enum pk_wave_phase {
	PK_PHASE_CLOSED, /* the wave has not been opened */
	PK_PHASE_PUSH,
	PK_PHASE_SOAK,
	PK_PHASE_CHECK,
	PK_PHASE_OVER, /* no wave is left */
};

struct pk_schedule_zone {
	uint32_t connecting;
	struct pk_task_queue blocked; /* hosts that may start when there is room */
	bool listed;		      /* in `ready` */
};

/* What has become of the hosts of a wave. */
struct pk_wave_tally {
	uint32_t size;
	uint32_t first; /* in `order` */
	uint32_t ended; /* OK, FAILED, SKIPPED */
	uint32_t failed;
	uint32_t unreachable; /* of `failed` */
	uint32_t accepted;    /* of `failed`: they do not count */
	uint32_t to_check;    /* OK and changed, health not known */
	uint32_t begun;	      /* had ended before we began */
	uint32_t gone_well;   /* OK or SKIPPED */
};

struct pk_schedule {
	const struct pk_rollout_wish *wish;
	const struct pk_waves *waves;
	struct pk_task_entry *tasks;
	size_t count;
	struct pk_wave_tally *tallies;
	size_t wave_count;
	struct pk_schedule_zone *zones; /* by number */
	size_t zone_count;
	uint32_t *ready; /* ring of zones that have room and blocked hosts */
	size_t ready_first, ready_len;
	struct pk_task_heap retries;
	struct pk_task_queue young;
	struct pk_schedule_counts counts;
	size_t places[PK_PLACE_WORKING + 1];
	uint64_t reach_ms16; /* sixteenths: how long hosts take to answer; 0: not known */
	enum pk_wave_phase phase;
	size_t cursor;	     /* in the order of the wave: next one to look at */
	uint64_t settled_ms; /* end of the last host that was changed in the wave */
	size_t checks_left;  /* CHECK: that have not ended */
	struct pk_order halt;
	bool health, paused, stopped, halted, halt_told;
};

/* Counts a task in or out as it is now: `change` is 1 or -1. */
void pk_schedule_count_state(struct pk_schedule *schedule, uint32_t task, size_t change);
/* The task is something else from now on. */
void pk_schedule_set_state(struct pk_schedule *schedule, uint32_t task, enum pk_task_state state,
	enum pk_task_place place);
size_t pk_schedule_connecting(const struct pk_schedule *schedule);
size_t pk_schedule_running(const struct pk_schedule *schedule);
/* Adds the failure of the task to its wave's, and halts if it is one too many. */
void pk_schedule_tally_failure(struct pk_schedule *schedule, uint32_t task);
/*
 * Halts if every host of a wave that is over failed: nothing was learnt then that speaks for the
 * next one.
 */
void pk_schedule_check_all_failed(struct pk_schedule *schedule, size_t wave);
/* Had a host of a later wave ended before we began? */
bool pk_schedule_went_on(const struct pk_schedule *schedule, size_t wave);

#endif

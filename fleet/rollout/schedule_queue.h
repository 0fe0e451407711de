/*
 * The queues of a schedule: hosts that may be started now, zone by zone; hosts that wait for their
 * next try; hosts that have been started and not answered yet. Nothing here knows policies. Every
 * operation takes O(1), or O(log n) where times are compared.
 */
#ifndef FLEET_ROLLOUT_SCHEDULE_QUEUE_H
#define FLEET_ROLLOUT_SCHEDULE_QUEUE_H

#include "fleet/rollout/schedule.h"

enum { PK_NO_TASK = UINT32_MAX };

/* Where a task is while it runs. */
enum pk_task_place {
	PK_PLACE_NONE,
	PK_PLACE_YOUNG,	  /* connecting, not answered yet, and not for long */
	PK_PLACE_LATE,	  /* connecting, not answered for long: dead, probably */
	PK_PLACE_REACHED, /* connecting, has answered */
	PK_PLACE_WORKING,
};

struct pk_task_entry {
	uint8_t state; /* enum pk_task_state */
	uint8_t place; /* enum pk_task_place */
	uint8_t class; /* FAILED */
	bool touched;
	bool check; /* what runs, or waits for a try, is a check */
	uint32_t tries;
	uint32_t zone;
	uint32_t wave;
	uint32_t before, after; /* neighbours in the only queue that it is in */
	uint64_t at_ms;		/* YOUNG: when it was started; RETRYING: when it is tried again */
};

/* Tasks in the order they came; PK_NO_TASK at both ends if empty. */
struct pk_task_queue {
	uint32_t first, last;
};

/* Tasks by `at_ms`, the earliest first. */
struct pk_task_heap {
	uint32_t *items;
	size_t len;
};

void pk_task_queue_init(struct pk_task_queue *queue);
void pk_task_queue_put(struct pk_task_queue *queue, struct pk_task_entry *entries, uint32_t task);
void pk_task_queue_remove(
	struct pk_task_queue *queue, struct pk_task_entry *entries, uint32_t task);

/* The heap's `items` have room for all tasks. */
void pk_task_heap_put(
	struct pk_task_heap *heap, const struct pk_task_entry *entries, uint32_t task);
/* Takes the first one out. */
uint32_t pk_task_heap_take(struct pk_task_heap *heap, const struct pk_task_entry *entries);

#endif

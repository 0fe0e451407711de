/*
 * Loop: waits for descriptors and times of many items at once. The only place that reads a clock.
 *
 * An item is watched for one thing at a time and is told once; who wants to be told again watches
 * again. Descriptors belong to who opened them and may be closed at any time without saying so:
 * what the loop knows of a number is only believed of the item that watched it last.
 */
#ifndef FLEET_ROLLOUT_LOOP_H
#define FLEET_ROLLOUT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

#define PK_NEVER UINT64_MAX

struct pk_loop;

/* Part of what is watched; the owner's storage, set up by pk_loop_init_item. */
struct pk_loop_item {
	int fd;		/* watched last; -1: none */
	uint64_t at_ms; /* PK_NEVER: none */
	size_t place;	/* among the times */
	bool is_ready;
	struct pk_loop_item *next; /* that is ready */
	struct pk_loop_item *before;
};

/* NULL with errno if the system refuses. */
struct pk_loop *pk_loop_create(void);
void pk_loop_destroy(struct pk_loop *loop);
PK_AUTO_DEFINE(pk_loop, pk_loop_destroy);

/* Milliseconds of a clock that never goes back. */
uint64_t pk_loop_now_ms(void);
/* Milliseconds since 1970. */
int64_t pk_loop_time_ms(void);

void pk_loop_init_item(struct pk_loop_item *item);
/*
 * Makes the item ready when `fd` (-1: none) can be read or written as wanted, or at `at_ms`. False
 * with errno if the system refuses.
 */
bool pk_loop_watch(struct pk_loop *loop, struct pk_loop_item *item, int fd, bool read, bool write,
	uint64_t at_ms);
/* Makes the item ready now. */
void pk_loop_wake(struct pk_loop *loop, struct pk_loop_item *item);
/* The item is not looked at any more; before its descriptor is closed, if possible. */
void pk_loop_forget(struct pk_loop *loop, struct pk_loop_item *item);

/* Waits until something is ready, `until_ms`, or a signal. False with errno. */
bool pk_loop_wait(struct pk_loop *loop, uint64_t until_ms);
size_t pk_loop_count_ready(const struct pk_loop *loop);
/* Takes the next item that is ready, or NULL. */
struct pk_loop_item *pk_loop_take(struct pk_loop *loop);

#endif

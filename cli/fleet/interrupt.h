/*
 * Interrupt: Ctrl-C and what else asks a program to end, noted instead of obeyed, so that work on
 * hosts is finished (once) or broken off (twice) in an orderly way.
 */
#ifndef CLI_FLEET_INTERRUPT_H
#define CLI_FLEET_INTERRUPT_H

#include <signal.h>

#include "fleet/rollout/rollout.h"

struct pk_interrupt {
	sigset_t before;
	unsigned count; /* of signals noted so far */
	bool paused;
};

/* From now on SIGINT, SIGTERM and SIGHUP only count, and SIGUSR1 pauses and goes on again. */
void pk_interrupt_begin(struct pk_interrupt *interrupt);
/* Notes what came since; what is wanted then: go on, pause, finish, abort. */
enum pk_rollout_want pk_interrupt_poll(struct pk_interrupt *interrupt);
/* As before pk_interrupt_begin. */
void pk_interrupt_end(struct pk_interrupt *interrupt);

#endif

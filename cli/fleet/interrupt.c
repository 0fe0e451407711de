#include "cli/fleet/interrupt.h"

#include <time.h>

/* What a person may send; not what is ignored, as SIGHUP is under nohup. */
static sigset_t signals(void)
{
	static const int wanted[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct sigaction now;
		if (sigaction(wanted[i], NULL, &now) != 0 || now.sa_handler != SIG_IGN)
			sigaddset(&set, wanted[i]);
	}
	return set;
}

void pk_interrupt_begin(struct pk_interrupt *interrupt)
{
	const sigset_t set = signals();
	*interrupt = (struct pk_interrupt){0};
	sigprocmask(SIG_BLOCK, &set, &interrupt->before);
}

enum pk_rollout_want pk_interrupt_poll(struct pk_interrupt *interrupt)
{
	const sigset_t set = signals();
	const struct timespec now = {0};
	int came;
	while ((came = sigtimedwait(&set, NULL, &now)) > 0) {
		if (came == SIGUSR1)
			interrupt->paused = !interrupt->paused;
		else
			interrupt->count++;
	}
	switch (interrupt->count) {
	case 0:
		return interrupt->paused ? PK_WANT_PAUSE : PK_WANT_GO;
	case 1:
		return PK_WANT_FINISH;
	default:
		return PK_WANT_ABORT;
	}
}

void pk_interrupt_end(struct pk_interrupt *interrupt)
{
	sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
}

/*
 * measured COMMAND...: runs a command and says what it and everything that it started has cost,
 * also what it left behind, on the file descriptor 3: wall clock, CPU of the command and of those
 * it waited for, CPU of the others (a private ssh-agent), all in milliseconds, and the most memory
 * that it had resident, in kilobytes. The exit status is the command's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIGURES = 3, CANNOT = 127 };

static double cpu_ms(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
		(double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct rusage own = {0};
	struct rusage one;
	double wall_ms = 0;
	double others_ms = 0;
	int status = 0;
	int ended;
	if (argc < 2)
		return 2;
	/* What is left behind becomes ours, so that it is counted. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return 2;
	double begin_ms = now_ms();
	pid_t command = fork();
	if (command == 0) {
		close(FIGURES);
		execvp(argv[1], argv + 1);
		_exit(CANNOT);
	}
	for (;;) {
		pid_t pid = wait4(-1, &ended, 0, &one);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (pid != command) {
			others_ms += cpu_ms(&one);
			continue;
		}
		wall_ms = now_ms() - begin_ms;
		own = one;
		status = ended;
	}
	dprintf(FIGURES, "%.1f %.1f %.1f %ld\n", wall_ms, cpu_ms(&own), others_ms, own.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : CANNOT;
}

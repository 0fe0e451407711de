#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/cli.h"

/*
 * A file that we open must never become standard input, output or error. /dev/null is opened
 * for reading only, so that writing to a closed stdout is still a failure.
 */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			(void)open("/dev/null", O_RDONLY);
	}
}

static void leave_interrupted(int signal_number)
{
	(void)signal_number;
	_exit(PK_EXIT_INTERRUPTED);
}

static void set_signals(void)
{
	struct sigaction interrupt = {.sa_handler = leave_interrupted};
	sigemptyset(&interrupt.sa_mask);
	sigaction(SIGINT, &interrupt, NULL);

	/* A closed pipe is a failed write, not the end. */
	struct sigaction pipe = {.sa_handler = SIG_IGN};
	sigemptyset(&pipe.sa_mask);
	sigaction(SIGPIPE, &pipe, NULL);
}

int main(int argc, char **argv)
{
	occupy_standard_streams();
	set_signals();
	/* For the widths of characters; numbers stay those of the C locale. */
	setlocale(LC_CTYPE, "C.UTF-8");

	struct pk_arena *arena = pk_arena_create();
	struct pk_cli cli;
	pk_cli_init(&cli, arena, stdout, stderr);
	int status = pk_cli_run(&cli, argc, argv);
	pk_arena_destroy(arena);
	return status;
}

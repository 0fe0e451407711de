#include "base/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "base/text.h"

enum {
	STAT_MOST = 4096,
	STARTED_FIELD = 22, /* proc(5) */
	KILL_MS = 10000,
	MS = 1000,
};

/* When the process was started; 0 if there is none, or it has ended and nobody has asked why. */
static uint64_t started(int64_t pid)
{
	char path[64];
	char text[STAT_MOST];
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	/* The second field is a name in brackets, which may hold blanks and brackets. */
	const char *at = strrchr(text, ')');
	if (at == NULL || at[1] == '\0' || at[2] == 'Z')
		return 0;
	for (unsigned field = 2; at != NULL && field < STARTED_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return 0;
	char digits[32] = {0};
	size_t len = strcspn(at + 1, " ");
	uint64_t ticks = 0;
	if (len >= sizeof(digits))
		return 0;
	memcpy(digits, at + 1, len);
	return pk_text_parse_u64(&ticks, digits) ? ticks : 0;
}

/* An errno, or 0. */
static int spawn_into(pid_t *out, const struct pk_daemon_start *start, int log)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0)
		return errno;
	int error = pk_spawn(out,
		&(struct pk_spawn){.program = start->argv[0],
			.argv = start->argv,
			.env = start->env,
			.streams = {nothing, log, log},
			.folder = start->folder,
			.group = PK_SPAWN_SESSION});
	close(nothing);
	return error;
}

/* An errno, or 0. */
static int spawn(pid_t *out, const struct pk_daemon_start *start)
{
	int log = open(start->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (log < 0)
		return errno;
	int error = spawn_into(out, start, log);
	close(log);
	return error;
}

bool pk_daemon_start(
	struct pk_daemon *out, const struct pk_daemon_start *start, struct pk_diags *diags)
{
	pid_t pid = 0;
	int error = spawn(&pid, start);
	if (error != 0) {
		pk_report(diags, PK_DAEMON_START, PK_NO_SPAN, "'%s' cannot be started: %s",
			start->argv[0], strerror(error));
		return false;
	}
	*out = (struct pk_daemon){.pid = pid, .started = started(pid)};
	return true;
}

bool pk_daemon_runs(const struct pk_daemon *daemon)
{
	if (daemon->pid <= 0)
		return false;
	/* Of a child of ours, so that it is no zombie. */
	waitpid((pid_t)daemon->pid, NULL, WNOHANG);
	uint64_t now = started(daemon->pid);
	return now != 0 && now == daemon->started;
}

/* Waits until the process behind the handle has ended; false if that takes longer. */
static bool wait_end(int handle, int ms)
{
	struct pollfd fd = {.fd = handle, .events = POLLIN};
	int ready;
	do
		ready = poll(&fd, 1, ms);
	while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static bool report_stop(const struct pk_daemon *daemon, const char *why, struct pk_diags *diags)
{
	pk_report(diags, PK_DAEMON_STOP, PK_NO_SPAN, "process %lld does not end: %s",
		(long long)daemon->pid, why);
	return false;
}

/* Sends the signal and waits; an errno if it cannot be sent, ETIMEDOUT if that does not end it. */
static int end_by(int handle, int signal, int ms)
{
	if (pidfd_send_signal(handle, signal, NULL, 0) != 0)
		return errno;
	return wait_end(handle, ms) ? 0 : ETIMEDOUT;
}

bool pk_daemon_stop(const struct pk_daemon *daemon, unsigned seconds, struct pk_diags *diags)
{
	if (!pk_daemon_runs(daemon))
		return true;
	int handle = pidfd_open((pid_t)daemon->pid, 0);
	/* Asked again, since the number may be another process's by now. */
	if (handle < 0 || !pk_daemon_runs(daemon)) {
		if (handle >= 0)
			close(handle);
		return true;
	}
	int error = end_by(handle, SIGTERM, (int)seconds * MS);
	if (error == ETIMEDOUT)
		error = end_by(handle, SIGKILL, KILL_MS);
	close(handle);
	if (error == 0 || error == ESRCH)
		return true;
	return report_stop(daemon, strerror(error), diags);
}

#include "base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/spawn.h"

enum {
	CHUNK = 16 * 1024,
	MS = 1000,
	NS_PER_MS = 1000000,
};

/* A pipe from the program. */
struct stream {
	int ours; /* -1: closed */
	int theirs;
	struct pk_buf *buf;
};

/* One program while it runs. */
struct child {
	const struct pk_run *run;
	struct pk_run_result *result;
	int input;
	struct stream out;
	struct stream err;
	pid_t pid;
	int handle; /* readable when the program has ended */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_stream(struct stream *stream)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	stream->ours = fds[0];
	stream->theirs = fds[1];
	return fcntl(stream->ours, F_SETFL, O_NONBLOCK) == 0;
}

/* The input as a file without a name: a program that does not read it all is no broken pipe. */
static bool open_input(struct child *child)
{
	const char *bytes = child->run->input;
	size_t left = child->run->input_len;
	child->input = memfd_create("picket", MFD_CLOEXEC);
	if (child->input < 0)
		return false;
	while (left > 0) {
		ssize_t put = write(child->input, bytes, left);
		if (put < 0 && errno != EINTR)
			return false;
		if (put < 0)
			continue;
		bytes += put;
		left -= (size_t)put;
	}
	return lseek(child->input, 0, SEEK_SET) == 0;
}

/* An errno, or 0. */
static int start(struct child *child)
{
	const struct pk_run *run = child->run;
	return pk_spawn(&child->pid,
		&(struct pk_spawn){.program = run->argv[0],
			.argv = run->argv,
			.env = run->env,
			.streams = {child->input, child->out.theirs, child->err.theirs}});
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS + now.tv_nsec / NS_PER_MS;
}

/* Reads what is there. False if it is more than the limit. */
static bool drain(struct stream *stream, size_t limit)
{
	char chunk[CHUNK];
	while (stream->ours >= 0) {
		ssize_t got = read(stream->ours, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0) {
			close_fd(&stream->ours);
			return true;
		}
		if ((size_t)got > limit - stream->buf->len)
			return false;
		pk_buf_put(stream->buf, chunk, (size_t)got);
	}
	return true;
}

static bool drain_both(struct child *child)
{
	size_t limit = child->run->output_max;
	return drain(&child->out, limit) && drain(&child->err, limit);
}

/*
 * Waits for the end of the program. What a process says that it leaves behind is not waited for.
 */
static enum pk_run_end watch(struct child *child)
{
	int64_t deadline = now_ms() + (int64_t)child->run->seconds_max * MS;
	for (;;) {
		struct pollfd fds[] = {
			{.fd = child->handle, .events = POLLIN},
			{.fd = child->out.ours, .events = POLLIN},
			{.fd = child->err.ours, .events = POLLIN},
		};
		int64_t left = deadline - now_ms();
		if (left <= 0)
			return PK_RUN_TOO_LONG;
		int ready = poll(fds, sizeof(fds) / sizeof(fds[0]), (int)left);
		if (ready < 0 && errno != EINTR)
			return PK_RUN_TOO_LONG;
		if (ready <= 0)
			continue;
		if (!drain_both(child))
			return PK_RUN_TOO_MUCH;
		if (fds[0].revents != 0)
			return drain_both(child) ? PK_RUN_EXITED : PK_RUN_TOO_MUCH;
	}
}

static void wait_for(struct child *child)
{
	int status = 0;
	enum pk_run_end end = watch(child);
	if (end != PK_RUN_EXITED)
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (end == PK_RUN_EXITED && !WIFEXITED(status))
		end = PK_RUN_KILLED;
	child->result->end = end;
	child->result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static void report_start(struct pk_run_result *result, int error)
{
	result->end = error == ENOENT ? PK_RUN_NOT_FOUND : PK_RUN_NOT_STARTED;
	result->error = error;
}

static void run_child(struct child *child)
{
	if (!open_input(child) || !open_stream(&child->out) || !open_stream(&child->err)) {
		report_start(child->result, errno);
		return;
	}
	int error = start(child);
	if (error != 0) {
		report_start(child->result, error);
		return;
	}
	close_fd(&child->out.theirs);
	close_fd(&child->err.theirs);
	child->handle = pidfd_open(child->pid, 0);
	if (child->handle >= 0) {
		wait_for(child);
		return;
	}
	report_start(child->result, errno);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

void pk_run(struct pk_run_result *out, const struct pk_run *run)
{
	*out = (struct pk_run_result){0};
	struct child child = {.run = run,
		.result = out,
		.input = -1,
		.out = {-1, -1, &out->out},
		.err = {-1, -1, &out->err},
		.handle = -1};
	run_child(&child);
	close_fd(&child.input);
	close_fd(&child.out.ours);
	close_fd(&child.out.theirs);
	close_fd(&child.err.ours);
	close_fd(&child.err.theirs);
	close_fd(&child.handle);
	/* So that what was said is always a text. */
	pk_buf_puts(&out->out, "");
	pk_buf_puts(&out->err, "");
}

void pk_run_finish(struct pk_run_result *result)
{
	pk_buf_finish(&result->out);
	pk_buf_finish(&result->err);
}

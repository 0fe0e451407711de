/*
 * The local transport: a command is run by `sh -c` in a process group of its own. It gets PATH,
 * HOME and LANG of ours and nothing else; its input is a socket, as sshd gives it. One descriptor
 * (an epoll) stands for its three streams and its end.
 *
 * What a command leaves running when it has ended is its own affair and is not waited for; a
 * command that has not ended is killed with its group when the link goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "fleet/transport/link.h"

enum {
	CHUNK = 64 * 1024,
	SLICE = 1024 * 1024, /* bytes of a file written at once */
	AGAIN_MS = 1,
	PATH_MOST = 4096,
	ENV_MOST = 4,
};

struct local_link {
	struct pk_link link; /* first */
	int poll;	     /* of all below; -1: no command runs */
	int input;
	int out;
	int err;
	int handle; /* readable when the command has ended */
	pid_t pid;  /* 0: none */
	int file;   /* of `put`; -1: none */
	size_t written;
	char temporary[PATH_MOST];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static enum pk_io fail(struct local_link *local, enum pk_failure_class class, enum pk_code code,
	const char *what, int error)
{
	pk_failure_set(&local->link.failure, class, code, false, "%s: %s", what, strerror(error));
	return PK_IO_FAILED;
}

static enum pk_io local_open(struct pk_link *link)
{
	link->phase = PK_LINK_IDLE;
	return PK_IO_DONE;
}

/* "NAME=value" of ours, on the heap; NULL if it is not set. */
static char *copy_variable(const char *name)
{
	const char *value = getenv(name);
	char *text = NULL;
	if (value == NULL || asprintf(&text, "%s=%s", name, value) < 0)
		return NULL;
	return text;
}

/* An errno, or 0. */
static int spawn(struct local_link *local, const char *command, const int theirs[3])
{
	static const char *const names[] = {"PATH", "HOME", "LANG"};
	const char *const argv[] = {"sh", "-c", command, NULL};
	char *env[ENV_MOST] = {NULL};
	size_t count = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		env[count] = copy_variable(names[i]);
		count += env[count] != NULL;
	}
	int error = pk_spawn(&local->pid,
		&(struct pk_spawn){.program = "/bin/sh",
			.argv = argv,
			.env = (const char *const *)env,
			.streams = {theirs[0], theirs[1], theirs[2]},
			.group = PK_SPAWN_GROUP});
	for (size_t i = 0; i < count; i++)
		free(env[i]);
	if (error != 0)
		local->pid = 0;
	return error;
}

static bool watch(struct local_link *local, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
		epoll_ctl(local->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Makes the streams: ours in the link, the command's in `theirs`. False with errno. */
static bool open_streams(struct local_link *local, int theirs[3])
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	theirs[0] = pair[0];
	local->input = pair[1];
	if (pipe2(pair, O_CLOEXEC) != 0)
		return false;
	local->out = pair[0];
	theirs[1] = pair[1];
	if (pipe2(pair, O_CLOEXEC) != 0)
		return false;
	local->err = pair[0];
	theirs[2] = pair[1];
	local->poll = epoll_create1(EPOLL_CLOEXEC);
	return local->poll >= 0;
}

/* False with errno. */
static bool start(struct local_link *local, const char *command)
{
	int theirs[3] = {-1, -1, -1};
	bool good = open_streams(local, theirs);
	int error = good ? spawn(local, command, theirs) : errno;
	for (int i = 0; i < 3; i++)
		close_fd(&theirs[i]);
	if (error == 0) {
		local->handle = pidfd_open(local->pid, 0);
		good = local->handle >= 0 && watch(local, local->handle) &&
			watch(local, local->out) && watch(local, local->err) &&
			fcntl(local->input, F_SETFL, O_NONBLOCK) == 0;
		error = good ? 0 : errno;
	}
	errno = error;
	return error == 0;
}

/* Ends the command if it runs, and closes everything of it. */
static void end_command(struct local_link *local, int *status_out)
{
	if (local->pid > 0) {
		if (status_out == NULL)
			kill(-local->pid, SIGKILL);
		int status = 0;
		while (waitpid(local->pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status_out != NULL)
			*status_out = status;
	}
	local->pid = 0;
	close_fd(&local->input);
	close_fd(&local->out);
	close_fd(&local->err);
	close_fd(&local->handle);
	close_fd(&local->poll);
}

/* Reads what is there. False if it is more than the limit. */
static bool drain(
	struct local_link *local, int *fd, struct pk_buf *buf, size_t limit, bool *more_out)
{
	char chunk[CHUNK];
	while (*fd >= 0) {
		ssize_t got = read(*fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0) {
			close_fd(fd);
			return true;
		}
		if ((size_t)got > limit - buf->len)
			return false;
		pk_buf_put(buf, chunk, (size_t)got);
		local->link.moved += (size_t)got;
		*more_out = true;
	}
	return true;
}

/*
 * Waits for room for the command's input, or no longer does: what is not wanted is taken out, since
 * the end of the other side would be told all the time.
 */
static void want_room(struct local_link *local, bool wanted)
{
	struct epoll_event event = {.events = EPOLLOUT};
	epoll_ctl(local->poll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, local->input, &event);
}

/* Sends what fits; a command that no longer reads gets no more, and is not wrong. */
static void feed(struct local_link *local, struct pk_run_io *io)
{
	const char *bytes;
	size_t left;
	while (local->input >= 0 && (left = pk_run_io_left(io, &bytes)) > 0) {
		ssize_t put = send(local->input, bytes, left, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN) {
			want_room(local, true);
			return;
		}
		if (put < 0) {
			close_fd(&local->input);
			return;
		}
		io->input_sent += (size_t)put;
		local->link.moved += (size_t)put;
	}
	if (local->input < 0)
		return;
	if (io->input_open)
		want_room(local, false);
	else
		close_fd(&local->input);
}

static bool has_ended(const struct local_link *local)
{
	siginfo_t info = {0};
	return waitid(P_PIDFD, (id_t)local->handle, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid != 0;
}

static bool drain_both(struct local_link *local, struct pk_run_io *io, bool *more_out)
{
	return drain(local, &local->out, &io->out, io->output_max, more_out) &&
		drain(local, &local->err, &io->err, io->output_max, more_out);
}

static enum pk_io local_run(struct pk_link *link, struct pk_run_io *io)
{
	struct local_link *local = (struct local_link *)link;
	bool more = false;
	int status = 0;
	if (local->poll < 0) {
		link->phase = PK_LINK_COMMAND;
		if (!start(local, io->command))
			return fail(local, PK_FAILURE_TRANSFER, PK_LOCAL_COMMAND,
				"cannot start a shell", errno);
	}
	feed(local, io);
	bool ended = has_ended(local); /* before reading: nothing is said after that */
	if (!drain_both(local, io, &more)) {
		pk_failure_set(&link->failure, PK_FAILURE_TRANSFER, PK_LOCAL_OUTPUT, false,
			"the command said more than %zu bytes", io->output_max);
		return PK_IO_FAILED;
	}
	if (!ended)
		return more ? PK_IO_MORE : PK_IO_WAIT;
	end_command(local, &status);
	io->has_status = WIFEXITED(status);
	io->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	link->phase = PK_LINK_IDLE;
	return PK_IO_DONE;
}

/* False with errno. */
static bool open_temporary(struct local_link *local, const char *path)
{
	int len = snprintf(local->temporary, sizeof(local->temporary), "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof(local->temporary)) {
		errno = ENAMETOOLONG;
		return false;
	}
	local->file = mkostemp(local->temporary, O_CLOEXEC);
	local->written = 0;
	return local->file >= 0;
}

static void drop_temporary(struct local_link *local)
{
	if (local->file < 0)
		return;
	unlink(local->temporary);
	close_fd(&local->file);
}

/* Writes a slice; false with errno. */
static bool write_slice(struct local_link *local, const void *bytes, size_t len)
{
	size_t slice = len - local->written < SLICE ? len - local->written : SLICE;
	ssize_t put = write(local->file, (const char *)bytes + local->written, slice);
	if (put < 0)
		return errno == EINTR;
	local->written += (size_t)put;
	local->link.moved += (size_t)put;
	return true;
}

/* False with errno. */
static bool finish_file(struct local_link *local, const char *path)
{
	return fdatasync(local->file) == 0 && rename(local->temporary, path) == 0;
}

static enum pk_io local_put(struct pk_link *link, const char *path, const void *bytes, size_t len)
{
	struct local_link *local = (struct local_link *)link;
	bool good = true;
	if (local->file < 0) {
		link->phase = PK_LINK_TRANSFER;
		good = open_temporary(local, path);
	}
	if (good && local->written < len) {
		good = write_slice(local, bytes, len);
		if (good && local->written < len)
			return PK_IO_WAIT;
	}
	good = good && finish_file(local, path);
	if (!good) {
		int error = errno;
		char what[PATH_MOST];
		drop_temporary(local);
		snprintf(what, sizeof(what), "cannot write '%.200s'", path);
		return fail(local, PK_FAILURE_TRANSFER, PK_LOCAL_FILE, what, error);
	}
	close_fd(&local->file);
	link->phase = PK_LINK_IDLE;
	return PK_IO_DONE;
}

static enum pk_io local_close(struct pk_link *link)
{
	link->phase = PK_LINK_CLOSE;
	return PK_IO_DONE;
}

static struct pk_link_wait local_wait(const struct pk_link *link)
{
	const struct local_link *local = (const struct local_link *)link;
	if (local->poll >= 0)
		return (struct pk_link_wait){.fd = local->poll, .read = true};
	return (struct pk_link_wait){.fd = -1, .again_ms = AGAIN_MS};
}

static void local_destroy(struct pk_link *link)
{
	struct local_link *local = (struct local_link *)link;
	end_command(local, NULL);
	drop_temporary(local);
	free(local);
}

static const struct pk_link_ops local_ops = {
	.name = "local",
	.open = local_open,
	.run = local_run,
	.put = local_put,
	.close = local_close,
	.wait = local_wait,
	.destroy = local_destroy,
};

struct pk_link *pk_link_create_local(const struct pk_host *host)
{
	struct local_link *local = calloc(1, sizeof(*local));
	(void)host; /* this machine, whatever it is called */
	if (local == NULL)
		abort(); /* out of memory ends the process */
	local->link.ops = &local_ops;
	local->link.phase = PK_LINK_CONNECT;
	local->poll = local->input = local->out = local->err = local->handle = local->file = -1;
	return &local->link;
}

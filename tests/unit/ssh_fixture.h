/*
 * Servers for tests of SSH: real ones, started for this test as this user on 127.0.0.1 with keys of
 * their own in a folder of their own, and false ones that say what a test tells them to.
 */
#ifndef TESTS_UNIT_SSH_FIXTURE_H
#define TESTS_UNIT_SSH_FIXTURE_H

#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/run.h"
#include "fleet/transport/link.h"

#define SSHD "/usr/sbin/sshd"

enum { SERVERS_MAX = 8, PATIENCE_MS = 30000 };

struct ssh_world {
	struct pk_arena *arena;
	struct pk_diags diags;
	char folder[64];
	const char *user;
	pid_t servers[SERVERS_MAX];
	size_t server_count;
	struct pk_ssh_options options;
	struct pk_host host;
	struct pk_ssh *ssh;
	struct pk_link *link;
};

static inline const char *in_world(struct ssh_world *world, const char *name)
{
	return pk_arena_printf(world->arena, "%s/%s", world->folder, name);
}

static inline void run_tool(const char *const *argv)
{
	static const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	struct pk_run run = {.argv = argv,
		.env = env,
		.input = "",
		.output_max = 1024 * 1024,
		.seconds_max = 60};
	PK_RUN_AUTO result;
	pk_run(&result, &run);
	if (result.end != PK_RUN_EXITED || result.status != 0)
		print_error("%s: %s\n", argv[0], result.err.data);
	assert_int_equal(result.end, PK_RUN_EXITED);
	assert_int_equal(result.status, 0);
}

static inline const char *make_key(
	struct ssh_world *world, const char *name, const char *type, const char *passphrase)
{
	const char *path = in_world(world, name);
	const char *const argv[] = {
		"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", path, NULL};
	run_tool(argv);
	return path;
}

static inline const char *read_text(struct ssh_world *world, const char *path)
{
	struct pk_source *source = pk_file_read(world->arena, path, 0, &world->diags);
	assert_non_null(source);
	return source->text;
}

static inline void write_text(struct ssh_world *world, const char *path, const char *text)
{
	assert_true(pk_file_write(path, text, strlen(text), &world->diags));
	assert_int_equal(chmod(path, 0600), 0);
}

/* "ssh-ed25519 AAAA..." of a public key file, without comment. */
static inline const char *public_key(struct ssh_world *world, const char *path)
{
	char *text = pk_arena_strdup(
		world->arena, read_text(world, pk_arena_printf(world->arena, "%s.pub", path)));
	char *space = strchr(strchr(text, ' ') + 1, ' ');
	if (space != NULL)
		*space = '\0';
	return text;
}

static inline int listen_anywhere(uint16_t *port_out)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port_out = ntohs(address.sin_port);
	return fd;
}

static inline bool answers(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return good;
}

static inline void rest(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Starts a server with the host keys and further lines of configuration; its port. */
static inline uint16_t start_sshd(
	struct ssh_world *world, const char *const *keys, const char *more)
{
	uint16_t port;
	close(listen_anywhere(&port));
	PK_BUF_AUTO text = {0};
	pk_buf_printf(&text,
		"ListenAddress 127.0.0.1:%u\nPidFile none\nUsePAM no\nStrictModes no\n"
		"PermitRootLogin yes\nMaxStartups 500\nLogLevel ERROR\nAuthorizedKeysFile %s\n%s\n",
		port, in_world(world, "authorized"), more);
	for (; *keys != NULL; keys++)
		pk_buf_printf(&text, "HostKey %s\n", *keys);
	const char *config = in_world(world, pk_arena_printf(world->arena, "config-%u", port));
	write_text(world, config, text.data);
	assert_true(world->server_count < SERVERS_MAX);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDERR_FILENO);
		execl(SSHD, SSHD, "-D", "-e", "-f", config, (char *)NULL);
		_exit(127);
	}
	world->servers[world->server_count++] = pid;
	for (int i = 0; i < 200 && !answers(port); i++)
		rest(25);
	assert_true(answers(port));
	return port;
}

/* A server that sends `text` to whoever comes, and then closes, or stays silent. */
static inline uint16_t start_false_server(
	struct ssh_world *world, const char *text, size_t len, bool stays)
{
	uint16_t port;
	int fd = listen_anywhere(&port);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (;;) {
			int client = accept(fd, NULL, NULL);
			if (client < 0 || (len > 0 && send(client, text, len, MSG_NOSIGNAL) < 0))
				_exit(1);
			if (stays)
				continue;
			/* With bytes that were not read it would be reset, and ours lost. */
			char rest[256];
			shutdown(client, SHUT_WR);
			while (recv(client, rest, sizeof(rest), 0) > 0)
				;
			close(client);
		}
	}
	close(fd);
	world->servers[world->server_count++] = pid;
	return port;
}

static inline void know(struct ssh_world *world, uint16_t port, const char *key)
{
	const char *path = in_world(world, ".ssh/known_hosts");
	const char *before = pk_file_exists(path) ? read_text(world, path) : "";
	write_text(world, path,
		pk_arena_printf(world->arena, "%s[127.0.0.1]:%u %s\n", before, port,
			public_key(world, key)));
}

static inline bool make_world(struct ssh_world *world)
{
	*world = (struct ssh_world){.arena = pk_arena_create(), .folder = "/tmp/test-ssh-XXXXXX"};
	world->diags.arena = world->arena;
	if (access(SSHD, X_OK) != 0)
		return false;
	assert_non_null(mkdtemp(world->folder));
	/* sshd started by root wants this folder; packages make it when the system starts. */
	if (geteuid() == 0)
		(void)mkdir("/run/sshd", 0755);
	world->user = getpwuid(geteuid())->pw_name;
	assert_int_equal(mkdir(in_world(world, ".ssh"), 0700), 0);
	world->options.home = world->folder;
	world->host = (struct pk_host){.name = "alpha", .address = "127.0.0.1", .zone = ""};
	world->host.ssh.user = world->user;
	return true;
}

static inline void use_identity(struct ssh_world *world, const char *path)
{
	world->host.ssh.identity_files.len = 0;
	*pk_list_push(world->arena, &world->host.ssh.identity_files) = path;
}

static inline void drop_link(struct ssh_world *world)
{
	if (world->link != NULL)
		world->link->ops->destroy(world->link);
	world->link = NULL;
	pk_ssh_destroy(world->ssh);
	world->ssh = NULL;
}

static inline void end_world(struct ssh_world *world)
{
	drop_link(world);
	for (size_t i = 0; i < world->server_count; i++) {
		kill(world->servers[i], SIGTERM);
		waitpid(world->servers[i], NULL, 0);
	}
	const char *const argv[] = {"rm", "-rf", world->folder, NULL};
	run_tool(argv);
	pk_arena_destroy(world->arena);
}

static inline int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits as the link wants it; false if it took too long. */
static inline bool wait_for_link(struct pk_link *link, int64_t deadline)
{
	struct pk_link_wait wait = link->ops->wait(link);
	short events = (short)((wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0));
	struct pollfd fd = {.fd = wait.fd, .events = events};
	int64_t left = deadline - clock_ms();
	assert_true(wait.fd >= 0 || wait.again_ms > 0);
	if (left <= 0)
		return false;
	poll(&fd, 1, wait.again_ms > 0 ? (int)wait.again_ms : (int)left);
	return true;
}

/* Opens the link to the world's host; the answer that is not WAIT. */
static inline enum pk_io open_link(struct ssh_world *world, int64_t patience)
{
	const struct pk_host *hosts[] = {&world->host};
	enum pk_io io;
	int64_t deadline = clock_ms() + patience;
	world->ssh = pk_ssh_create(&world->options, hosts, 1, &world->diags);
	for (size_t i = 0; world->ssh == NULL && i < world->diags.all.len; i++)
		print_error("%s\n", world->diags.all.items[i].message);
	assert_non_null(world->ssh);
	world->link = pk_link_create_ssh(world->ssh, &world->host);
	do {
		io = world->link->ops->open(world->link);
	} while (io == PK_IO_WAIT && wait_for_link(world->link, deadline));
	return io;
}

static inline void must_open(struct ssh_world *world)
{
	enum pk_io io = open_link(world, PATIENCE_MS);
	if (io == PK_IO_FAILED)
		print_error("%s\n", world->link->failure.message);
	assert_int_equal(io, PK_IO_DONE);
	assert_int_equal(world->link->phase, PK_LINK_IDLE);
}

#define assert_open_fails(world, want_class, want_code)                                            \
	do {                                                                                       \
		assert_int_equal(open_link((world), PATIENCE_MS), PK_IO_FAILED);                   \
		if ((world)->link->failure.code != (want_code))                                    \
			print_error("%s\n", (world)->link->failure.message);                       \
		assert_int_equal((world)->link->failure.code, want_code);                          \
		assert_int_equal((world)->link->failure.class, want_class);                        \
	} while (0)

static inline enum pk_io run_to_end(struct ssh_world *world, struct pk_run_io *io)
{
	enum pk_io got;
	int64_t deadline = clock_ms() + PATIENCE_MS;
	for (;;) {
		got = world->link->ops->run(world->link, io);
		if (got == PK_IO_MORE)
			continue;
		if (got != PK_IO_WAIT || !wait_for_link(world->link, deadline))
			return got;
	}
}

static inline enum pk_io put_to_end(
	struct ssh_world *world, const char *path, const void *bytes, size_t len)
{
	enum pk_io got;
	int64_t deadline = clock_ms() + PATIENCE_MS;
	do {
		got = world->link->ops->put(world->link, path, bytes, len);
	} while (got == PK_IO_WAIT && wait_for_link(world->link, deadline));
	return got;
}

#endif

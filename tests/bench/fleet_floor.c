/*
 * fleet_floor MODE ROOT PORT KEY HOST_KEY FILE COUNT CAP: what an upload to COUNT hosts costs at
 * least: one thread, one epoll, libssh2, and nothing else. No inventory, no schedule, no journal,
 * no deadlines, no second try; the first failure ends it. The address number n, from 0, is
 * 127.1.(1 + n / 250).(1 + n % 250), its folder ROOT/hosts/ADDRESS.
 *
 * MODE is what the hosts are asked to do with FILE:
 *	cat	write it and print its digest: the least that can be called an upload
 *	push	the very dialogue of `picket push`, made and understood by the same job: facts,
 *		digests, lock, record, the sensor's own work, facts again; nothing if FILE is in
 *		force
 *
 * The host key is compared with that of HOST_KEY. Ciphers are those that picket asks for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libssh2.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/host/job.h"
#include "fleet/transport/link.h"
#include "fleet/transport/ssh_wire.h"

enum {
	SLICE = 32000,
	CHUNK = 16 * 1024,
	EVENTS = 64,
	HOSTS_A_NET = 250,
	NONCE_BYTES = 16,
};

enum step {
	SHAKE,
	LOGIN,
	OPEN,
	EXEC,
	TALK,
	CLOSE,
	DONE,
};

/* What all hosts share. */
struct upload {
	const char *root;
	bool push;
	uint16_t port;
	const struct pk_source *key;
	const uint8_t *host_key;
	size_t host_key_len;
	struct pk_content content;
	int poll;
	uint64_t sequence;
};

struct host {
	const struct upload *upload;
	enum step step;
	char address[INET_ADDRSTRLEN];
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	struct pk_arena *arena;
	struct pk_job *job;
	struct pk_ask ask;
	struct pk_run_io io;
	bool eof_sent;
};

static void die(const struct host *host, const char *what)
{
	char *said = NULL;
	if (host != NULL && host->session != NULL)
		libssh2_session_last_error(host->session, &said, NULL, 0);
	fprintf(stderr, "fleet_floor: %s: %s: %s\n", host == NULL ? "" : host->address, what,
		said == NULL || said[0] == '\0' ? strerror(errno) : said);
	_exit(1);
}

/* --- What is asked --- */

static void begin_job(struct host *host)
{
	const struct upload *upload = host->upload;
	uint8_t random[NONCE_BYTES];
	const char *folder =
		pk_arena_printf(host->arena, "%s/hosts/%s", upload->root, host->address);
	struct pk_host *who = PK_NEW(host->arena, struct pk_host);
	struct pk_desired *desired = PK_NEW(host->arena, struct pk_desired);
	who->name = who->address = host->address;
	who->platform = PK_HOST_LINUX;
	*desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON_LINUX,
		.content = &upload->content,
		.state_dir = pk_arena_printf(host->arena, "%s/state", folder),
		.install_dir = pk_arena_printf(host->arena, "%s/opt/sysmon", folder)};
	struct pk_job_wish wish = {.host = who,
		.desired = desired,
		.rollout = "20261122T081502Z-4f2a9c1b",
		.sequence = upload->sequence};
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		die(host, "no random numbers");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(wish.nonce + 2 * i, 3, "%02x", random[i]);
	host->job = pk_job_create(&wish, true);
	pk_job_next(host->job, &host->ask);
}

static void begin_ask(struct host *host)
{
	if (host->upload->push) {
		begin_job(host);
		host->io.input_open = true;
		return;
	}
	host->ask.command = "cat >floor; sha256sum floor";
	host->io.input = host->upload->content.bytes;
	host->io.input_len = host->upload->content.len;
}

/* The host waits for what to do. */
static void reply(struct host *host)
{
	bool changes;
	if (!host->io.input_open ||
		memmem(host->io.out.data, host->io.out.len, host->ask.ready,
			strlen(host->ask.ready)) == NULL)
		return;
	pk_job_reply(host->job, host->io.out.data, host->io.out.len, &host->io.input,
		&host->io.input_len, &changes);
	host->io.files = pk_job_files(host->job);
	host->io.input_open = false;
}

/* Is what was said what had to be? */
static void check(struct host *host)
{
	if (!host->upload->push) {
		if (memmem(host->io.out.data, host->io.out.len,
			    host->upload->content.digest + strlen(PK_DIGEST_PREFIX), 64) == NULL)
			die(host, "the digest is another one");
		return;
	}
	const struct pk_host_answer answer = {.has_status = true,
		.out = host->io.out.data,
		.out_len = host->io.out.len,
		.err = ""};
	pk_job_answer(host->job, &answer);
	if (pk_job_next(host->job, &host->ask) != PK_JOB_DONE ||
		pk_job_result(host->job)->kind != PK_RESULT_OK)
		die(host, pk_job_result(host->job)->failure.message);
}

/* --- Connections --- */

static void watch(struct host *host, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = host};
	if (epoll_ctl(host->upload->poll, how, host->fd, &event) != 0)
		die(host, "epoll");
}

static struct host *begin(const struct upload *upload, size_t number)
{
	struct host *host = calloc(1, sizeof(*host));
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(upload->port)};
	if (host == NULL)
		abort();
	host->upload = upload;
	host->arena = pk_arena_create();
	snprintf(host->address, sizeof(host->address), "127.1.%hhu.%hhu",
		(uint8_t)(1 + number / HOSTS_A_NET), (uint8_t)(1 + number % HOSTS_A_NET));
	inet_pton(AF_INET, host->address, &to.sin_addr);
	host->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(host->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	if (connect(host->fd, (const struct sockaddr *)&to, sizeof(to)) != 0 &&
		errno != EINPROGRESS)
		die(host, "connect");
	host->session = libssh2_session_init();
	libssh2_session_set_blocking(host->session, 0);
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_HOSTKEY, "ssh-ed25519");
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_KEX, "curve25519-sha256");
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_CRYPT_CS, "aes128-ctr");
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_CRYPT_SC, "aes128-ctr");
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256");
	libssh2_session_method_pref(host->session, LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256");
	watch(host, EPOLL_CTL_ADD, EPOLLOUT);
	return host;
}

static int check_host_key(struct host *host)
{
	size_t len;
	int type;
	const char *key = libssh2_session_hostkey(host->session, &len, &type);
	if (key == NULL || len != host->upload->host_key_len ||
		memcmp(key, host->upload->host_key, len) != 0)
		die(host, "another host key");
	return 0;
}

static int send_input(struct host *host)
{
	const char *bytes;
	size_t left;
	while ((left = pk_run_io_left(&host->io, &bytes)) > 0) {
		ssize_t put =
			libssh2_channel_write(host->channel, bytes, left < SLICE ? left : SLICE);
		if (put < 0)
			return (int)put;
		host->io.input_sent += (size_t)put;
	}
	if (host->io.input_open || host->eof_sent)
		return 0;
	int rc = libssh2_channel_send_eof(host->channel);
	host->eof_sent = rc == 0;
	return rc;
}

/* Input and output until the host has ended the command; LIBSSH2_ERROR_EAGAIN until then. */
static int talk(struct host *host)
{
	char chunk[CHUNK];
	for (;;) {
		int rc = send_input(host);
		if (rc != 0 && rc != LIBSSH2_ERROR_EAGAIN)
			return rc;
		if (rc != 0 &&
			(libssh2_session_block_directions(host->session) &
				LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0)
			return rc;
		ssize_t got = libssh2_channel_read(host->channel, chunk, sizeof(chunk));
		if (got < 0)
			return (int)got;
		pk_buf_put(&host->io.out, chunk, (size_t)got);
		if (host->job != NULL && got > 0)
			reply(host);
		if (got == 0)
			return libssh2_channel_eof(host->channel) ? 0 : LIBSSH2_ERROR_EAGAIN;
	}
}

static int step_once(struct host *host)
{
	const struct upload *upload = host->upload;
	switch (host->step) {
	case SHAKE: {
		int rc = libssh2_session_handshake(host->session, host->fd);
		return rc != 0 ? rc : check_host_key(host);
	}
	case LOGIN:
		return libssh2_userauth_publickey_frommemory(host->session, "endpoint",
			strlen("endpoint"), NULL, 0, upload->key->text, upload->key->len, NULL);
	case OPEN:
		host->channel = libssh2_channel_open_session(host->session);
		if (host->channel == NULL)
			return libssh2_session_last_errno(host->session);
		begin_ask(host);
		return 0;
	case EXEC:
		return libssh2_channel_exec(host->channel, host->ask.command);
	case TALK:
		return talk(host);
	case CLOSE:
		return libssh2_session_disconnect(host->session, "bye");
	case DONE:
		break;
	}
	return 0;
}

static void finish(struct host *host)
{
	check(host);
	close(host->fd);
	while (libssh2_session_free(host->session) == LIBSSH2_ERROR_EAGAIN)
		;
	pk_job_destroy(host->job);
	pk_buf_finish(&host->io.out);
	pk_arena_destroy(host->arena);
	free(host);
}

/* Goes on until the socket is in the way; true: the host is done with. */
static bool go_on(struct host *host)
{
	while (host->step != DONE) {
		int rc = step_once(host);
		if (rc == LIBSSH2_ERROR_EAGAIN) {
			int way = libssh2_session_block_directions(host->session);
			uint32_t events =
				(way & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0 ? EPOLLOUT : 0;
			/* Or a small packet of the server waits for our acknowledgement. */
			setsockopt(host->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int));
			watch(host, EPOLL_CTL_MOD, events == 0 ? EPOLLIN : events);
			return false;
		}
		if (rc != 0)
			die(host, "libssh2");
		host->step++;
	}
	finish(host);
	return true;
}

static void run(struct upload *upload, size_t count, size_t cap)
{
	struct epoll_event events[EVENTS];
	size_t begun = 0;
	size_t live = 0;
	while (begun < count || live > 0) {
		for (; live < cap && begun < count; live++)
			begin(upload, begun++);
		int got = epoll_wait(upload->poll, events, EVENTS, -1);
		for (int i = 0; i < got; i++)
			live -= go_on(events[i].data.ptr);
	}
}

static size_t number_of(const char *text)
{
	uint64_t number;
	if (!pk_text_parse_u64(&number, text) || number == 0)
		die(NULL, "not a number");
	return (size_t)number;
}

static const struct pk_source *read_file(struct pk_arena *arena, const char *path)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = pk_file_read(arena, path, 0, &diags);
	if (source == NULL)
		die(NULL, path);
	return source;
}

int main(int argc, char **argv)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	if (argc != 9) {
		fputs("usage: fleet_floor cat|push ROOT PORT KEY HOST_KEY FILE COUNT CAP\n",
			stderr);
		return 2;
	}
	struct upload upload = {.push = strcmp(argv[1], "push") == 0,
		.root = argv[2],
		.port = (uint16_t)number_of(argv[3]),
		.key = read_file(arena, argv[4]),
		.poll = epoll_create1(EPOLL_CLOEXEC),
		.sequence = (uint64_t)time(NULL) * 1000};
	const struct pk_source *host_key = read_file(arena, argv[5]);
	const struct pk_source *file = read_file(arena, argv[6]);
	pk_content_init(&upload.content, file->text, file->len, "");
	pk_content_pack(&upload.content, arena);
	const char *words = strchr(host_key->text, ' ');
	if (words != NULL)
		upload.host_key = pk_base64_decode(
			&upload.host_key_len, arena, words + 1, strcspn(words + 1, " \n"));
	if (upload.host_key == NULL || libssh2_init(0) != 0)
		die(NULL, argv[5]);
	run(&upload, number_of(argv[7]), number_of(argv[8]));
	libssh2_exit();
	return 0;
}

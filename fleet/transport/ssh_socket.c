#include "fleet/transport/ssh_session.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HELLO_MAX = 32 * 1024,	/* bytes kept of what a server says first */
	BANNER_MAX = 16 * 1024, /* bytes before the line that names SSH */
	NEXT_ADDRESS_MS = 3000,
	WRITE_MOST = 32000, /* bytes of one packet */
	END_TRIES = 1000,
};

static void *allocate(size_t size, void **abstract)
{
	(void)abstract;
	return malloc(size);
}

/* What libssh2 gives back may hold a password. */
static void release(void *bytes, void **abstract)
{
	(void)abstract;
	if (bytes != NULL)
		explicit_bzero(bytes, malloc_usable_size(bytes));
	free(bytes);
}

static void *change(void *bytes, size_t size, void **abstract)
{
	(void)abstract;
	return realloc(bytes, size);
}

/* Keeps what is said before the keys are exchanged: it tells why they were not. False: enough. */
static bool hear(struct pk_hop *hop, const void *bytes, size_t len)
{
	if (!hop->hears || hop->hello.len + len > HELLO_MAX)
		return true;
	pk_buf_put(&hop->hello, bytes, len);
	return hop->hello.len < BANNER_MAX ||
		memmem(hop->hello.data, hop->hello.len, "SSH-", 4) != NULL;
}

static ssize_t send_socket(
	libssh2_socket_t fd, const void *bytes, size_t len, int flags, void **abstract)
{
	struct pk_hop *hop = *abstract;
	ssize_t put;
	(void)fd;
	(void)flags;
	if (hop->fd < 0)
		return -EPIPE;
	do {
		put = send(hop->fd, bytes, len, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	hop->send_blocked = put < 0 ? errno == EAGAIN : (size_t)put < len;
	if (put < 0) {
		int error = errno;
		hop->ended = hop->ended || error != EAGAIN;
		return -error;
	}
	hop->link->link.moved += (uint64_t)put;
	return put;
}

static ssize_t recv_socket(libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract)
{
	struct pk_hop *hop = *abstract;
	ssize_t got;
	(void)fd;
	(void)flags;
	if (hop->fd < 0)
		return -ECONNRESET;
	do {
		got = recv(hop->fd, bytes, len, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN) {
		hop->recv_empty = true;
		/* Else the server's second small packet waits 40 ms for our delayed answer. */
		setsockopt(hop->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int));
		return -EAGAIN;
	}
	if (got <= 0)
		hop->ended = true;
	if (got < 0)
		return -errno;
	hop->link->link.moved += (uint64_t)got;
	return hear(hop, bytes, (size_t)got) ? got : -ECONNRESET;
}

/* Writes what is left of `out` to the channel; false if the connection is gone. */
static bool write_through(struct pk_hop *via)
{
	while (via->out_sent < via->out.len) {
		size_t left = via->out.len - via->out_sent;
		ssize_t put = libssh2_channel_write(via->through, via->out.data + via->out_sent,
			left < WRITE_MOST ? left : WRITE_MOST);
		if (put == LIBSSH2_ERROR_EAGAIN || put == 0)
			return true;
		if (put < 0)
			return false;
		via->out_sent += (size_t)put;
	}
	via->out.len = 0;
	via->out_sent = 0;
	return true;
}

/* Reads into `in` if it is empty; false if the connection is gone. */
static bool read_through(struct pk_hop *via)
{
	char chunk[PK_SSH_CHUNK];
	if (via->in_taken < via->in.len)
		return true;
	ssize_t got = libssh2_channel_read(via->through, chunk, sizeof(chunk));
	via->read_blocked = got == LIBSSH2_ERROR_EAGAIN && via->send_blocked;
	if (got == LIBSSH2_ERROR_EAGAIN)
		return true;
	if (got < 0 || (got == 0 && libssh2_channel_eof(via->through) != 0))
		return false;
	via->in.len = 0;
	via->in_taken = 0;
	pk_buf_put(&via->in, chunk, (size_t)got);
	return true;
}

static ssize_t send_through(
	libssh2_socket_t fd, const void *bytes, size_t len, int flags, void **abstract)
{
	struct pk_hop *hop = *abstract;
	struct pk_hop *via = hop->via;
	(void)fd;
	(void)flags;
	if (via == NULL || via->through == NULL)
		return -EPIPE;
	if (via->read_blocked && !read_through(via))
		return -ECONNRESET;
	hop->send_blocked = true;
	if (via->read_blocked)
		return -EAGAIN;
	if (!write_through(via))
		return -ECONNRESET;
	if (via->out.len > 0)
		return -EAGAIN;
	pk_buf_put(&via->out, bytes, len);
	if (!write_through(via))
		return -ECONNRESET;
	hop->send_blocked = false;
	return (ssize_t)len;
}

static ssize_t recv_through(
	libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract)
{
	struct pk_hop *hop = *abstract;
	struct pk_hop *via = hop->via;
	(void)fd;
	(void)flags;
	if (via == NULL || via->through == NULL)
		return -ECONNRESET;
	/* A packet that is partly sent goes first, or libssh2 mixes the two up. */
	if (!via->read_blocked && !write_through(via))
		return -ECONNRESET;
	bool mid_packet = !via->read_blocked && via->out.len > 0 && via->send_blocked;
	if (!mid_packet && !read_through(via)) {
		hop->ended = true;
		return 0;
	}
	size_t have = via->in.len - via->in_taken;
	if (have == 0) {
		hop->recv_empty = true;
		return -EAGAIN;
	}
	size_t take = have < len ? have : len;
	memcpy(bytes, via->in.data + via->in_taken, take);
	via->in_taken += take;
	return hear(hop, bytes, take) ? (ssize_t)take : -ECONNRESET;
}

/* Functions as libssh2 keeps them: pointers without a type. */
static void set_callback(LIBSSH2_SESSION *session, int kind, void (*function)(void))
{
	void *pointer;
	memcpy(&pointer, &function, sizeof(pointer));
	libssh2_session_callback_set(session, kind, pointer);
}

bool pk_ssh_open_session(struct pk_hop *hop)
{
	hop->session = libssh2_session_init_ex(allocate, release, change, hop);
	if (hop->session == NULL)
		return false;
	bool direct = hop->via == NULL;
	set_callback(hop->session, LIBSSH2_CALLBACK_SEND,
		(void (*)(void))(direct ? send_socket : send_through));
	set_callback(hop->session, LIBSSH2_CALLBACK_RECV,
		(void (*)(void))(direct ? recv_socket : recv_through));
	libssh2_session_set_blocking(hop->session, 0);
	hop->hears = true;
	return true;
}

void pk_ssh_end_hop(struct pk_hop *hop)
{
	if (hop->fd >= 0)
		close(hop->fd);
	hop->fd = -1;
	hop->via = NULL; /* so that nothing is sent any more */
	/* It says EAGAIN as long as it believes that something could be sent. */
	for (int i = 0; hop->session != NULL && i < END_TRIES; i++) {
		if (libssh2_session_free(hop->session) != LIBSSH2_ERROR_EAGAIN)
			break;
	}
	hop->session = NULL;
	hop->through = NULL;
	pk_agent_sign_destroy(hop->sign);
	hop->sign = NULL;
	pk_arena_destroy(hop->scratch);
	hop->scratch = NULL;
	pk_buf_finish(&hop->hello);
	pk_buf_finish(&hop->out);
	pk_buf_finish(&hop->in);
}

enum pk_code pk_ssh_connect_code(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return PK_SSH_REFUSED;
	case ETIMEDOUT:
		return PK_SSH_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return PK_SSH_NO_ROUTE;
	}
	return PK_SSH_CONNECT;
}

static enum pk_io fail_connect(struct pk_hop *hop)
{
	return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, pk_ssh_connect_code(hop->error), true,
		"no connection to '%s' port %u: %s", hop->name, hop->port, strerror(hop->error));
}

/* Begins with the address whose turn it is, or the next one that can be begun with. */
static enum pk_io begin_address(struct pk_hop *hop)
{
	for (; hop->address_at < hop->address_count; hop->address_at++) {
		const struct pk_address *address = &hop->addresses[hop->address_at];
		hop->since_ms = pk_ssh_now_ms();
		hop->fd = socket(
			address->bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (hop->fd >= 0) {
			setsockopt(hop->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
			setsockopt(hop->fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
		}
		if (hop->fd >= 0 &&
			connect(hop->fd, (const struct sockaddr *)&address->bytes, address->len) ==
				0)
			return PK_IO_DONE;
		if (hop->fd >= 0 && errno == EINPROGRESS)
			return PK_IO_WAIT;
		hop->error = errno;
		if (hop->fd >= 0)
			close(hop->fd);
		hop->fd = -1;
	}
	return fail_connect(hop);
}

static enum pk_io next_address(struct pk_hop *hop, int error)
{
	hop->error = error;
	close(hop->fd);
	hop->fd = -1;
	hop->address_at++;
	return begin_address(hop);
}

static enum pk_io resolve(struct pk_hop *hop)
{
	const char *why = "";
	hop->link->link.phase = PK_LINK_RESOLVE;
	if (hop->addresses == NULL)
		hop->addresses = PK_NEW_ARRAY(hop->scratch, struct pk_address, PK_SSH_ADDRESSES);
	switch (pk_resolve(hop->link->ssh->resolver, hop->name, hop->port, hop->addresses,
		PK_SSH_ADDRESSES, &hop->address_count, &why)) {
	case PK_RESOLVE_WAIT:
		return PK_IO_WAIT;
	case PK_RESOLVE_FAILED:
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_RESOLVE, false,
			"the name '%s' cannot be resolved: %s", hop->name, why);
	case PK_RESOLVE_DONE:
		break;
	}
	hop->step = PK_HOP_CONNECT;
	hop->link->link.phase = PK_LINK_CONNECT;
	return begin_address(hop);
}

static enum pk_io check_connection(struct pk_hop *hop)
{
	int error = 0;
	struct sockaddr_storage peer;
	if (getsockopt(hop->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof(error)}) != 0)
		error = errno;
	if (error != 0)
		return next_address(hop, error);
	if (getpeername(hop->fd, (struct sockaddr *)&peer, &(socklen_t){sizeof(peer)}) == 0)
		return PK_IO_DONE;
	bool others = hop->address_at + 1 < hop->address_count;
	if (others && pk_ssh_now_ms() - hop->since_ms > NEXT_ADDRESS_MS)
		return next_address(hop, ETIMEDOUT);
	return PK_IO_WAIT;
}

/* A channel of the hop before to this one. */
static enum pk_io connect_through(struct pk_hop *hop)
{
	struct pk_hop *via = hop->via;
	hop->link->link.phase = PK_LINK_CONNECT;
	via->through = libssh2_channel_direct_tcpip_ex(
		via->session, hop->name, hop->port, "127.0.0.1", PK_SSH_PORT);
	if (via->through != NULL)
		return PK_IO_DONE;
	int rc = libssh2_session_last_errno(via->session);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != LIBSSH2_ERROR_CHANNEL_FAILURE)
		return pk_ssh_fail_call(hop->link, via, rc, "the jump host's connection");
	return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_JUMP, true,
		"the jump host '%s' makes no connection to '%s' port %u", via->name, hop->name,
		hop->port);
}

enum pk_io pk_ssh_connect(struct pk_hop *hop)
{
	if (hop->via != NULL)
		return connect_through(hop);
	return hop->step == PK_HOP_RESOLVE ? resolve(hop) : check_connection(hop);
}

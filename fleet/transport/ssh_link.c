/* A link by SSH: its table of operations, how it waits, how it ends. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fleet/transport/ssh_session.h"

enum {
	RESOLVE_MS = 5,	  /* between two looks at the resolver */
	ADDRESS_MS = 500, /* between two looks whether the next address has its turn */
	BACK_OFF_AFTER = 64,
	MS = 1000,
	NS_PER_MS = 1000000,
};

int64_t pk_ssh_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS + now.tv_nsec / NS_PER_MS;
}

enum pk_io pk_ssh_fail(struct pk_ssh_link *link, enum pk_failure_class class, enum pk_code code,
	bool passing, const char *format, ...)
{
	char text[sizeof(link->link.failure.message)];
	char clean[sizeof(text)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pk_ssh_clean(clean, sizeof(clean), text, strlen(text));
	pk_failure_set(&link->link.failure, class, code, passing, "%s", clean);
	return PK_IO_FAILED;
}

enum pk_io pk_ssh_fail_call(struct pk_ssh_link *link, struct pk_hop *hop, int rc, const char *what)
{
	bool login = link->link.phase < PK_LINK_IDLE;
	enum pk_failure_class class = login ? PK_FAILURE_UNREACHABLE : PK_FAILURE_TRANSFER;
	bool lost = link->hops[0].ended || hop->ended || rc == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
		rc == LIBSSH2_ERROR_SOCKET_SEND || rc == LIBSSH2_ERROR_SOCKET_RECV ||
		rc == LIBSSH2_ERROR_CHANNEL_CLOSED || rc == LIBSSH2_ERROR_BANNER_RECV;
	char *said = NULL;
	if (lost)
		return pk_ssh_fail(link, class, PK_SSH_LOST, true,
			"the connection to '%s' was lost during %s", hop->name, what);
	if (hop->session != NULL)
		libssh2_session_last_error(hop->session, &said, NULL, 0);
	return pk_ssh_fail(link, class, PK_SSH_BROKEN, true, "%s with '%s' went wrong: %s (%d)",
		what, hop->name, said == NULL ? "" : said, rc);
}

/* Looks whether we are called again and again although nothing moves. */
static void begin_call(struct pk_ssh_link *link)
{
	int64_t now = pk_ssh_now_ms();
	bool idle = link->link.moved == link->moved_before && now - link->called_ms <= 1;
	link->idle = idle ? link->idle + 1 : 0;
	link->moved_before = link->link.moved;
	link->called_ms = now;
	for (size_t i = 0; i < link->hop_count; i++)
		link->hops[i].recv_empty = false;
}

static enum pk_io open_link(struct pk_link *base)
{
	struct pk_ssh_link *link = (struct pk_ssh_link *)base;
	begin_call(link);
	if (link->target == NULL)
		return pk_ssh_fail(link, PK_FAILURE_UNREACHABLE, PK_SSH_BROKEN, false,
			"nothing was made ready for '%s'", link->host->name);
	for (size_t i = 0; i < link->hop_count; i++) {
		enum pk_io io = pk_ssh_login(&link->hops[i]);
		if (io != PK_IO_DONE)
			return io;
	}
	base->phase = PK_LINK_IDLE;
	return PK_IO_DONE;
}

static enum pk_io run(struct pk_link *base, struct pk_run_io *io)
{
	begin_call((struct pk_ssh_link *)base);
	return pk_ssh_run(base, io);
}

static enum pk_io put(struct pk_link *base, const char *path, const void *bytes, size_t len)
{
	begin_call((struct pk_ssh_link *)base);
	return pk_ssh_put(base, path, bytes, len);
}

/* Only the message is sent: nothing that the other side could say matters any more. */
static enum pk_io close_link(struct pk_link *base)
{
	struct pk_ssh_link *link = (struct pk_ssh_link *)base;
	begin_call(link);
	base->phase = PK_LINK_CLOSE;
	link->op = PK_OP_GOODBYE;
	struct pk_hop *hop = pk_ssh_last(link);
	if (hop->session != NULL &&
		libssh2_session_disconnect(hop->session, "bye") == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	for (size_t i = link->hop_count; i-- > 0;)
		pk_ssh_end_hop(&link->hops[i]);
	link->channel = NULL;
	link->sftp = NULL;
	link->file = NULL;
	return PK_IO_DONE;
}

static struct pk_link_wait wait_for(const struct pk_link *base)
{
	const struct pk_ssh_link *link = (const struct pk_ssh_link *)base;
	const struct pk_hop *first = &link->hops[0];
	if (first->step == PK_HOP_RESOLVE || first->fd < 0)
		return (struct pk_link_wait){.fd = -1, .again_ms = RESOLVE_MS};
	if (first->step == PK_HOP_CONNECT)
		return (struct pk_link_wait){.fd = first->fd,
			.write = true,
			.again_ms = first->address_at + 1 < first->address_count ? ADDRESS_MS : 0};
	if (link->idle > BACK_OFF_AFTER)
		return (struct pk_link_wait){.fd = -1, .again_ms = 1};
	for (size_t i = 0; i < link->hop_count; i++) {
		bool write = false;
		if (link->hops[i].sign == NULL)
			continue;
		int fd = pk_agent_sign_fd(link->hops[i].sign, &write);
		return (struct pk_link_wait){.fd = fd,
			.read = !write,
			.write = write,
			.again_ms = fd < 0 ? RESOLVE_MS : 0};
	}
	return (struct pk_link_wait){.fd = first->fd,
		.read = !first->send_blocked,
		.write = first->send_blocked,
		.again_ms = first->send_blocked || first->recv_empty ? 0 : 1};
}

static void destroy(struct pk_link *base)
{
	struct pk_ssh_link *link = (struct pk_ssh_link *)base;
	/* The socket first, so that nobody waits for what cannot be sent. */
	if (link->hops[0].fd >= 0)
		close(link->hops[0].fd);
	link->hops[0].fd = -1;
	for (size_t i = link->hop_count; i-- > 0;)
		pk_ssh_end_hop(&link->hops[i]);
	free(link->path);
	free(link->temp);
	free(link);
}

static const struct pk_link_ops ops = {
	.name = "ssh",
	.open = open_link,
	.run = run,
	.put = put,
	.close = close_link,
	.wait = wait_for,
	.destroy = destroy,
};

static void init_hop(struct pk_ssh_link *link, size_t at)
{
	const struct pk_host *host = link->host;
	struct pk_hop *hop = &link->hops[at];
	bool last = at + 1 == link->hop_count;
	hop->link = link;
	hop->via = at == 0 ? NULL : &link->hops[at - 1];
	hop->fd = -1;
	hop->user = host->ssh.user;
	if (last) {
		hop->name = host->address;
		hop->port = host->port == 0 ? PK_SSH_PORT : host->port;
		hop->known_as =
			host->ssh.host_key_alias == NULL ? hop->name : host->ssh.host_key_alias;
		return;
	}
	const struct pk_ssh_jump *jump = &link->target->jumps.items[at];
	hop->name = hop->known_as = jump->name;
	hop->port = jump->port;
	if (jump->user != NULL)
		hop->user = jump->user;
}

struct pk_link *pk_link_create_ssh(struct pk_ssh *ssh, const struct pk_host *host)
{
	const struct pk_ssh_target *target = pk_map_find(&ssh->targets, host->name);
	size_t count = 1 + (target == NULL ? 0 : target->jumps.len);
	struct pk_ssh_link *link = calloc(1, sizeof(*link) + count * sizeof(link->hops[0]));
	if (link == NULL)
		abort();
	link->link.ops = &ops;
	link->link.phase = PK_LINK_RESOLVE;
	link->ssh = ssh;
	link->host = host;
	link->target = target;
	link->hop_count = count;
	for (size_t i = 0; i < count; i++)
		init_hop(link, i);
	return &link->link;
}

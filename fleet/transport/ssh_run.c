/* One command: a channel of its own, its input, output, and how it ended. */
#include <stdlib.h>
#include <string.h>

#include "fleet/transport/ssh_session.h"

enum {
	SLICE = 32000,	   /* bytes of input in one call: what one packet holds */
	CHUNKS_A_TURN = 4, /* read before other hosts have their turn */
	NOT_BLOCKED = -1,
};

static LIBSSH2_SESSION *session_of(struct pk_ssh_link *link)
{
	return pk_ssh_last(link)->session;
}

static enum pk_io broke(struct pk_ssh_link *link, int rc)
{
	return pk_ssh_fail_call(link, pk_ssh_last(link), rc, "the command");
}

static enum pk_io open_channel(struct pk_ssh_link *link)
{
	link->channel = libssh2_channel_open_session(session_of(link));
	if (link->channel != NULL) {
		link->op = PK_OP_EXEC;
		return PK_IO_DONE;
	}
	int rc = libssh2_session_last_errno(session_of(link));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != LIBSSH2_ERROR_CHANNEL_FAILURE)
		return broke(link, rc);
	return pk_ssh_fail(link, PK_FAILURE_TRANSFER, PK_SSH_COMMAND, true,
		"'%s' opens no channel for a command", link->host->name);
}

static enum pk_io start(struct pk_ssh_link *link, const struct pk_run_io *io)
{
	int rc = libssh2_channel_process_startup(link->channel, "exec", strlen("exec"), io->command,
		(unsigned int)strlen(io->command));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
		return pk_ssh_fail(link, PK_FAILURE_TRANSFER, PK_SSH_COMMAND, false,
			"'%s' does not start a command", link->host->name);
	if (rc != 0)
		return broke(link, rc);
	link->op = PK_OP_PUMP;
	link->slice = 0;
	link->eof_sent = false;
	link->blocked_stream = NOT_BLOCKED;
	return PK_IO_DONE;
}

/* Sends as much as goes. WAIT: nothing goes now; DONE: there is nothing to be sent. */
static enum pk_io send_input(struct pk_ssh_link *link, struct pk_run_io *io)
{
	const char *bytes;
	size_t left;
	while ((left = pk_run_io_left(io, &bytes)) > 0) {
		if (link->slice == 0)
			link->slice = left < SLICE ? left : SLICE;
		ssize_t put = libssh2_channel_write(link->channel, bytes, link->slice);
		if (put == LIBSSH2_ERROR_EAGAIN || put == 0)
			return PK_IO_WAIT;
		if (put < 0)
			return broke(link, (int)put);
		io->input_sent += (size_t)put;
		link->slice = 0;
	}
	if (io->input_open || link->eof_sent)
		return PK_IO_DONE;
	int rc = libssh2_channel_send_eof(link->channel);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != 0)
		return broke(link, rc);
	link->eof_sent = true;
	return PK_IO_DONE;
}

/*
 * Reads what is there of one stream, as far as that is fair to the other hosts. WAIT: there is no
 * more now, or it was enough for this turn.
 */
static enum pk_io drain(
	struct pk_ssh_link *link, struct pk_run_io *io, int stream, struct pk_buf *out)
{
	char chunk[PK_SSH_CHUNK];
	for (int round = 0; round < CHUNKS_A_TURN; round++) {
		ssize_t got = libssh2_channel_read_ex(link->channel, stream, chunk, sizeof(chunk));
		if (got == LIBSSH2_ERROR_EAGAIN || got == 0)
			return PK_IO_WAIT;
		if (got < 0)
			return broke(link, (int)got);
		if ((size_t)got > io->output_max - out->len)
			return pk_ssh_fail(link, PK_FAILURE_TRANSFER, PK_SSH_OUTPUT, false,
				"a command on '%s' says more than %zu bytes", link->host->name,
				io->output_max);
		pk_buf_put(out, chunk, (size_t)got);
	}
	return PK_IO_WAIT;
}

/* As drain; a read that is blocked by its window message has to be repeated before all else. */
static enum pk_io drain_stream(struct pk_ssh_link *link, struct pk_run_io *io, int stream)
{
	enum pk_io got = drain(link, io, stream, stream == 0 ? &io->out : &io->err);
	link->blocked_stream = pk_ssh_last(link)->send_blocked ? stream : NOT_BLOCKED;
	return got;
}

/* One round; false: nothing goes on until the socket says so, or *got_out is a failure. */
static bool pump_once(struct pk_ssh_link *link, struct pk_run_io *io, enum pk_io *got_out)
{
	struct pk_hop *hop = pk_ssh_last(link);
	static const int streams[] = {0, SSH_EXTENDED_DATA_STDERR};
	if (link->blocked_stream != NOT_BLOCKED)
		*got_out = drain_stream(link, io, link->blocked_stream);
	else if (libssh2_channel_eof(link->channel) == 0 || link->slice > 0)
		*got_out = send_input(link, io);
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (*got_out == PK_IO_FAILED || hop->send_blocked)
			return false;
		*got_out = drain_stream(link, io, streams[i]);
	}
	return *got_out != PK_IO_FAILED && !hop->send_blocked;
}

/* Input and output until both stand still. While a packet is partly sent nothing is read. */
static enum pk_io pump(struct pk_ssh_link *link, struct pk_run_io *io)
{
	size_t before = io->out.len + io->err.len;
	for (;;) {
		enum pk_io got = PK_IO_DONE;
		uint64_t moved = link->link.moved;
		bool goes_on = pump_once(link, io, &got);
		if (got == PK_IO_FAILED)
			return got;
		if (goes_on && libssh2_channel_eof(link->channel) != 0) {
			link->op = PK_OP_WAIT_CLOSED;
			return PK_IO_DONE;
		}
		if (io->out.len + io->err.len > before)
			return PK_IO_MORE;
		if (!goes_on || link->link.moved == moved)
			return PK_IO_WAIT;
	}
}

/*
 * The status. 1.10 says 0 where none came, so 0 only counts if the host has ended the channel in
 * the order of things, without a signal.
 */
static void take_status(struct pk_ssh_link *link, struct pk_run_io *io)
{
	char *signal = NULL;
	size_t signal_len = 0;
	int status = libssh2_channel_get_exit_status(link->channel);
	libssh2_channel_get_exit_signal(
		link->channel, &signal, &signal_len, NULL, NULL, NULL, NULL);
	io->has_status = signal == NULL && (status != 0 || !pk_ssh_last(link)->ended);
	io->status = io->has_status ? (int64_t)(uint32_t)status : 0;
	if (signal != NULL)
		libssh2_free(session_of(link), signal);
}

static enum pk_io wait_closed(struct pk_ssh_link *link, struct pk_run_io *io)
{
	int rc = libssh2_channel_wait_closed(link->channel);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != 0)
		return broke(link, rc);
	take_status(link, io);
	link->op = PK_OP_FREE;
	return PK_IO_DONE;
}

static enum pk_io release(struct pk_ssh_link *link)
{
	int rc = libssh2_channel_free(link->channel);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	link->channel = NULL;
	link->op = PK_OP_NONE;
	return PK_IO_DONE;
}

enum pk_io pk_ssh_run(struct pk_link *base, struct pk_run_io *io)
{
	struct pk_ssh_link *link = (struct pk_ssh_link *)base;
	if (link->op == PK_OP_NONE) {
		link->op = PK_OP_CHANNEL;
		base->phase = PK_LINK_COMMAND;
	}
	for (;;) {
		enum pk_io got = PK_IO_DONE;
		if (link->op == PK_OP_CHANNEL)
			got = open_channel(link);
		else if (link->op == PK_OP_EXEC)
			got = start(link, io);
		else if (link->op == PK_OP_PUMP)
			got = pump(link, io);
		else if (link->op == PK_OP_WAIT_CLOSED)
			got = wait_closed(link, io);
		else
			got = release(link);
		if (got != PK_IO_DONE)
			return got;
		if (link->op == PK_OP_NONE) {
			base->phase = PK_LINK_IDLE;
			/* So that what was said is always a text. */
			pk_buf_put(&io->out, "", 0);
			pk_buf_put(&io->err, "", 0);
			return PK_IO_DONE;
		}
	}
}

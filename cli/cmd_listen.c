/*
 * listen: receives what Monster agents send and shows it decoded, for people without a stack, or
 * who want to see what arrives. The output is a stream: it is written in large pieces while records
 * come fast, and at once when no more are waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "templates/monster/decode.h"
#include "templates/monster/receive.h"

enum {
	PORT_DEFAULT = 1514,
	PORT_MOST = 65535,
	WRITE_AT = 256 * 1024, /* bytes */
	LOOK_MS = 100,	       /* from one look at losses to the next */
	TELL_MS = 2000,	       /* from one line about losses to the next */
};

struct listen_options {
	const char *bind;
	uint64_t buffer;
	uint64_t count;
	bool filter2017;
	int format; /* 0 text, 1 json */
	const char *output;
	uint64_t port;
	bool raw;
	uint64_t seconds;
};

const struct pk_option pk_cmd_listen_options[] = {
	{PK_OPT_TEXT, 0, "bind", "ADDR", offsetof(struct listen_options, bind),
		"listen on this address only (default all, IPv6 and IPv4)"},
	{PK_OPT_NUMBER, 0, "buffer", "BYTES", offsetof(struct listen_options, buffer),
		"what the system shall keep while picket writes (default 2097152)"},
	{PK_OPT_NUMBER, 0, "count", "N", offsetof(struct listen_options, count),
		"end after N datagrams"},
	{PK_OPT_FLAG, 0, "filter2017", NULL, offsetof(struct listen_options, filter2017),
		"columns are in the order of the filter published in 2017"},
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct listen_options, format),
		"lines for people, or the documents that a stack would index"},
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct listen_options, output),
		"append to FILE as records come"},
	{PK_OPT_NUMBER, 0, "port", "N", offsetof(struct listen_options, port),
		"UDP port (default 1514; 0 takes a free one)"},
	{PK_OPT_FLAG, 0, "raw", NULL, offsetof(struct listen_options, raw),
		"write what arrives as it is, a datagram a line"},
	{PK_OPT_NUMBER, 0, "seconds", "N", offsetof(struct listen_options, seconds),
		"end after N seconds"},
	PK_OPTIONS_END,
};

struct listen {
	struct pk_cli *cli;
	const struct listen_options *options;
	struct pk_receiver *receiver;
	FILE *out;
	bool escape; /* a terminal sees it */
	struct pk_buf buf;
	struct pk_buf line;
	uint64_t taken;
	uint64_t wrong; /* records that could not be read */
	uint64_t lost;
	uint64_t lost_told;
	uint64_t start_ms;
	uint64_t look_ms; /* when to look at losses next */
	uint64_t tell_ms; /* when a line about losses may be said */
	bool broken;	  /* the output takes no more */
	bool interrupted;
	sigset_t signals;
	struct pk_diags diags;
};

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- output --- */

static void flush(struct listen *listen)
{
	if (listen->buf.len == 0)
		return;
	size_t done = fwrite(listen->buf.data, 1, listen->buf.len, listen->out);
	if (done != listen->buf.len || fflush(listen->out) != 0) {
		listen->broken = true;
		if (listen->out == listen->cli->out)
			listen->cli->write_error = errno;
		else
			pk_report(&listen->diags, PK_FILE_WRITE, PK_NO_SPAN,
				"'%s' cannot be written: %s", listen->options->output,
				strerror(errno));
	}
	listen->buf.len = 0;
}

static bool open_output(struct listen *listen)
{
	const char *path = listen->options->output;
	listen->out = listen->cli->out;
	if (path == NULL || strcmp(path, "-") == 0) {
		listen->escape = listen->cli->tty;
		return true;
	}
	listen->out = fopen(path, "ae");
	if (listen->out != NULL)
		return true;
	pk_report(&listen->diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' cannot be written: %s", path,
		strerror(errno));
	return false;
}

static void put_datagram(struct listen *listen, struct pk_buf *buf, const struct pk_datagram *came)
{
	struct pk_monster_record record;
	size_t len = came->len;
	if (listen->options->raw) {
		while (len > 0 && (came->bytes[len - 1] == '\n' || came->bytes[len - 1] == '\r'))
			len--;
		pk_buf_put(buf, came->bytes, len);
		return;
	}
	if (!pk_monster_split(&record, came->bytes, len, listen->options->filter2017))
		listen->wrong++;
	if (listen->options->format == 1)
		pk_monster_put_json(buf, &record, came->bytes, len, came->sender);
	else
		pk_monster_put_text(buf, &record, came->bytes, len, came->sender);
}

/* Lines for people are made safe everywhere, what programs read only where a terminal shows it. */
static void take_datagram(struct listen *listen, const struct pk_datagram *came)
{
	bool text = !listen->options->raw && listen->options->format == 0;
	listen->taken++;
	if (text || listen->escape) {
		listen->line.len = 0;
		put_datagram(listen, &listen->line, came);
		pk_escape_put_len(&listen->buf, listen->line.data, listen->line.len);
	} else {
		put_datagram(listen, &listen->buf, came);
	}
	pk_buf_putc(&listen->buf, '\n');
	if (listen->buf.len >= WRITE_AT)
		flush(listen);
}

/* --- talk --- */

static void tell_start(struct listen *listen)
{
	PK_BUF_AUTO line = {0};
	if (listen->cli->common.quiet)
		return;
	pk_buf_printf(&line, "listening on port %u, with a buffer of %u bytes\n",
		pk_receiver_port(listen->receiver), pk_receiver_buffer(listen->receiver));
	pk_cli_put(listen->cli, listen->cli->err, &line);
	fflush(listen->cli->err);
}

/* The first loss is told at once, later ones every few seconds. */
static void look_at_losses(struct listen *listen, uint64_t now)
{
	if (now < listen->look_ms)
		return;
	listen->look_ms = now + LOOK_MS;
	listen->lost = pk_receiver_count(listen->receiver).lost;
	if (listen->cli->common.quiet || listen->lost == listen->lost_told || now < listen->tell_ms)
		return;
	PK_BUF_AUTO line = {0};
	pk_buf_printf(&line, "%llu datagrams lost so far, %llu received\n",
		(unsigned long long)listen->lost, (unsigned long long)listen->taken);
	pk_cli_put(listen->cli, listen->cli->err, &line);
	fflush(listen->cli->err);
	listen->lost_told = listen->lost;
	listen->tell_ms = now + TELL_MS;
}

static void tell_end(struct listen *listen)
{
	struct pk_receive_count count = pk_receiver_count(listen->receiver);
	PK_BUF_AUTO line = {0};
	if (count.lost > 0) {
		struct pk_diag *diag = pk_report(&listen->diags, PK_LISTEN_LOST, PK_NO_SPAN,
			"%llu datagrams were lost", (unsigned long long)count.lost);
		pk_diag_hint(&listen->diags, diag, "give --buffer more than %u",
			pk_receiver_buffer(listen->receiver));
	}
	if (listen->cli->common.quiet)
		return;
	pk_buf_printf(&line, "%llu datagrams, %llu bytes, %llu lost, %llu not understood\n",
		(unsigned long long)listen->taken, (unsigned long long)count.bytes,
		(unsigned long long)count.lost, (unsigned long long)listen->wrong);
	pk_cli_put(listen->cli, listen->cli->err, &line);
}

/* --- the loop --- */

/* What a person may send; not what is ignored, as SIGHUP is under nohup. */
static void block_signals(struct listen *listen, sigset_t *before)
{
	static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
	sigemptyset(&listen->signals);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct sigaction now;
		if (sigaction(wanted[i], NULL, &now) != 0 || now.sa_handler != SIG_IGN)
			sigaddset(&listen->signals, wanted[i]);
	}
	sigprocmask(SIG_BLOCK, &listen->signals, before);
}

static bool is_over(struct listen *listen, uint64_t now)
{
	static const struct timespec at_once = {0};
	const struct listen_options *options = listen->options;
	if (sigtimedwait(&listen->signals, NULL, &at_once) > 0)
		listen->interrupted = true;
	return listen->interrupted || listen->broken ||
		(options->count > 0 && listen->taken >= options->count) ||
		(options->seconds > 0 && now - listen->start_ms >= options->seconds * 1000);
}

/* Until something comes, or it is time to look at signals and the clock. */
static void wait_for_more(const struct listen *listen, uint64_t now)
{
	struct pollfd fd = {.fd = pk_receiver_fd(listen->receiver), .events = POLLIN};
	uint64_t left = LOOK_MS;
	if (listen->options->seconds > 0) {
		uint64_t end = listen->start_ms + listen->options->seconds * 1000;
		left = end - now < left ? end - now : left;
	}
	poll(&fd, 1, (int)left);
}

static void receive(struct listen *listen)
{
	uint64_t now = listen->start_ms = now_ms();
	while (!is_over(listen, now)) {
		const struct pk_datagram *came;
		size_t count = pk_receiver_take(&came, listen->receiver);
		uint64_t wanted = listen->options->count;
		if (wanted > 0 && count > wanted - listen->taken)
			count = (size_t)(wanted - listen->taken);
		for (size_t i = 0; i < count; i++)
			take_datagram(listen, &came[i]);
		if (count == 0) {
			flush(listen);
			wait_for_more(listen, now);
		}
		now = now_ms();
		look_at_losses(listen, now);
	}
	flush(listen);
}

/* --- the command --- */

/* Says what was found so far, and forgets it; the result is the exit status for it. */
static int say_diags(struct listen *listen)
{
	struct pk_print_context context = {.to_err = true};
	pk_print_diags(listen->cli, &listen->diags, PK_FORMAT_TEXT, &context);
	int status = pk_cli_status(listen->cli, &listen->diags);
	listen->diags = (struct pk_diags){.arena = listen->cli->arena};
	return status;
}

static int run(struct listen *listen)
{
	struct pk_receive_options options = {.address = listen->options->bind,
		.port = (uint16_t)listen->options->port,
		.buffer = (uint32_t)listen->options->buffer};
	sigset_t before;
	PK_AUTO(pk_receiver) *receiver = pk_receiver_open(&options, &listen->diags);
	bool ready = receiver != NULL && open_output(listen);
	int status = say_diags(listen);
	if (!ready)
		return status;
	listen->receiver = receiver;
	block_signals(listen, &before);
	tell_start(listen);
	receive(listen);
	tell_end(listen);
	if (listen->out != listen->cli->out)
		fclose(listen->out);
	sigprocmask(SIG_SETMASK, &before, NULL);
	int end = say_diags(listen);
	if (listen->interrupted)
		return PK_EXIT_INTERRUPTED;
	return end != PK_EXIT_OK ? end : status;
}

int pk_cmd_listen(struct pk_cli *cli, int argc, char **argv)
{
	struct listen_options options = {.port = PORT_DEFAULT};
	struct pk_texts words = {0};
	if (!pk_options_parse(cli, &options, &words, argc, argv))
		return cli->status;
	if (words.len > 0)
		return pk_cli_usage_error(cli, "listen takes no '%s'", words.items[0]);
	if (options.port > PORT_MOST)
		return pk_cli_usage_error(cli, "a port is a number up to 65535");
	if (options.buffer > UINT32_MAX)
		return pk_cli_usage_error(cli, "no system has a buffer of 4 GiB");
	if (options.raw && options.format == 1)
		return pk_cli_usage_error(cli, "--raw does not decode, so there is no JSON");

	struct listen listen = {.cli = cli, .options = &options, .diags = {.arena = cli->arena}};
	int status = run(&listen);
	pk_buf_finish(&listen.buf);
	pk_buf_finish(&listen.line);
	return status;
}

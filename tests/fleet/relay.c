/*
 * Relay: stands between picket and a test endpoint, and does something bad at a certain byte of a
 * connection. Its input says who it is; then it prints "ready" and goes on until it is killed.
 *
 *	ADDRESS PORT TARGET-PORT PHASE OFFSET ACTION TIMES
 *
 * It listens at ADDRESS and PORT, and connects to TARGET-PORT of the same address. ACTION is done
 * at byte OFFSET of the PHASE, on the first TIMES connections (0: on each). Phases are told apart
 * by what can be seen from outside: packets until NEWKEYS are plain, a command with its script and
 * what is uploaded after its answer are much larger than all that comes before them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RULES = 128,
	CONNECTIONS = 512,
	CHUNK = 16384,
	NEWKEYS = 21,
	LARGE = 3000, /* bytes of a script at least */
	FACTS = 300,  /* bytes that are said to a command before something is uploaded, at least */
	GARBAGE = 64,
	LISTEN = 128,
};

enum side { CLIENT, SERVER };

/* What a connection has come to. */
enum stage { STAGE_LOGIN, STAGE_COMMAND, STAGE_UPLOAD };

/* Where SSH is in one direction. */
enum part { PART_BANNER, PART_KEX, PART_CLOSED };

static const struct phase {
	const char *name;
	enum side from; /* who says it */
	enum part part;
	enum stage stage;
} phases[] = {
	{"connect", SERVER, PART_BANNER, STAGE_LOGIN},
	{"banner", SERVER, PART_BANNER, STAGE_LOGIN},
	{"kex", SERVER, PART_KEX, STAGE_LOGIN},
	{"kex-up", CLIENT, PART_KEX, STAGE_LOGIN},
	{"auth", SERVER, PART_CLOSED, STAGE_LOGIN},
	{"auth-up", CLIENT, PART_CLOSED, STAGE_LOGIN},
	{"exec", CLIENT, PART_CLOSED, STAGE_COMMAND},
	{"facts", SERVER, PART_CLOSED, STAGE_COMMAND},
	{"upload", CLIENT, PART_CLOSED, STAGE_UPLOAD},
	{"answer", SERVER, PART_CLOSED, STAGE_UPLOAD},
};

static const char *const actions[] = {
	"none", "drop", "truncate", "stall", "garbage", "huge", "flood"};
enum action { NONE, DROP, TRUNCATE, STALL, GARBLE, HUGE_LENGTH, FLOOD, ACTIONS };

struct rule {
	int fd;
	struct sockaddr_in target;
	const struct phase *phase;
	unsigned long long offset;
	enum action action;
	unsigned long times; /* left */
	bool always;
};

/* One direction: what its sender says. */
struct flow {
	enum part part;
	size_t line; /* bytes of the line of the banner */
	bool is_ssh;
	uint32_t length; /* of the packet */
	size_t at;	 /* in the packet */
	char bytes[2 * CHUNK];
	size_t len, sent;
	bool ended; /* the sender has ended it */
	bool shut;  /* that was told to the receiver */
};

struct connection {
	int fds[2];
	struct flow flows[2]; /* from CLIENT, from SERVER */
	struct rule *rule;    /* NULL: nothing is done (any more) */
	enum stage stage;
	size_t burst;		  /* bytes of the client since the server said something */
	size_t said;		  /* bytes of the server in this stage */
	unsigned long long count; /* bytes of the phase */
	enum action doing;
	enum side from; /* of what is done */
	size_t left;	/* bytes to be garbled */
};

static struct rule rules[RULES];
static size_t rule_count;
static struct connection *connections[CONNECTIONS];

static void die(const char *what)
{
	fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void read_rule(const char *line)
{
	char address[64], phase[32], action[32];
	unsigned port, target;
	struct rule *rule = &rules[rule_count];
	if (rule_count == RULES ||
		sscanf(line, "%63s %u %u %31s %llu %31s %lu", address, &port, &target, phase,
			&rule->offset, action, &rule->times) != 7)
		die(line);
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		if (strcmp(phases[i].name, phase) == 0)
			rule->phase = &phases[i];
	for (size_t i = 0; i < ACTIONS; i++)
		if (strcmp(actions[i], action) == 0)
			rule->action = (enum action)i;
	rule->always = rule->times == 0;
	rule->target.sin_family = AF_INET;
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	if (rule->phase == NULL || inet_pton(AF_INET, address, &own.sin_addr) != 1)
		die(line);
	rule->target = own;
	rule->target.sin_port = htons((uint16_t)target);
	int on = 1;
	rule->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(rule->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(rule->fd, (struct sockaddr *)&own, sizeof(own)) != 0 ||
		listen(rule->fd, LISTEN) != 0)
		die(line);
	rule_count++;
}

static void end(size_t number, bool reset)
{
	struct connection *connection = connections[number];
	const struct linger now = {.l_onoff = 1, .l_linger = 0};
	for (int i = 0; i < 2; i++) {
		if (reset)
			setsockopt(connection->fds[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(connection->fds[i]);
	}
	free(connection);
	connections[number] = NULL;
}

static void take(struct rule *rule)
{
	int client = accept4(rule->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (client < 0)
		return;
	size_t i = 0;
	while (i < CONNECTIONS && connections[i] != NULL)
		i++;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (i == CONNECTIONS ||
		connect(server, (struct sockaddr *)&rule->target, sizeof(rule->target)) != 0)
		die("connect");
	struct connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		die("calloc");
	connection->fds[CLIENT] = client;
	connection->fds[SERVER] = server;
	connections[i] = connection;
	if (rule->action == NONE || (!rule->always && rule->times == 0))
		return;
	if (!rule->always)
		rule->times--;
	connection->rule = rule;
	if (strcmp(rule->phase->name, "connect") != 0)
		return;
	if (rule->action == DROP)
		end(i, true);
	else
		connection->doing = STALL;
}

/* Follows SSH by one byte. */
static void follow(struct flow *flow, uint8_t byte)
{
	static const char magic[] = "SSH-";
	if (flow->part == PART_BANNER) {
		if (flow->line < 4)
			flow->is_ssh = (flow->line == 0 || flow->is_ssh) &&
				(char)byte == magic[flow->line];
		flow->line++;
		if (byte == '\n' && flow->is_ssh)
			flow->part = PART_KEX;
		if (byte == '\n')
			flow->line = 0;
		return;
	}
	if (flow->part == PART_CLOSED)
		return;
	if (flow->at < 4)
		flow->length = (flow->at == 0 ? 0 : flow->length) << 8 | byte;
	if (flow->at == 5 && byte == NEWKEYS)
		flow->line = 1; /* this packet is the last plain one */
	flow->at++;
	if (flow->at < 4 || flow->at != 4 + (size_t)flow->length)
		return;
	flow->at = 0;
	if (flow->line == 1)
		flow->part = PART_CLOSED;
}

/* The stage, before the bytes of `from` go on. */
static void look_at_stage(struct connection *connection, enum side from, size_t len)
{
	bool closed = connection->flows[CLIENT].part == PART_CLOSED;
	if (from == SERVER) {
		connection->burst = 0;
		connection->said += len;
		return;
	}
	connection->burst += len;
	if (!closed || connection->burst < LARGE || connection->stage == STAGE_UPLOAD ||
		(connection->stage == STAGE_COMMAND && connection->said < FACTS))
		return;
	connection->stage++;
	connection->said = 0;
	connection->burst = 0;
	if (connection->rule != NULL && connection->rule->phase->from == SERVER)
		connection->count = 0;
}

static bool is_time(struct connection *connection, enum side from)
{
	const struct rule *rule = connection->rule;
	if (rule == NULL || rule->phase->from != from ||
		rule->phase->part != connection->flows[from].part ||
		rule->phase->stage != connection->stage)
		return false;
	return connection->count++ == rule->offset;
}

/* What becomes of one byte; false: nothing comes after it. */
static bool pass(struct connection *connection, enum side from, uint8_t byte)
{
	static const uint8_t huge[] = {0x40, 0, 0, 0};
	struct flow *flow = &connection->flows[from];
	if (is_time(connection, from)) {
		connection->doing = connection->rule->action;
		connection->from = from;
		connection->left = connection->doing == HUGE_LENGTH ? sizeof(huge) : GARBAGE;
		connection->rule = NULL;
	}
	follow(flow, byte);
	if (connection->doing != NONE && connection->from == from) {
		if (connection->doing != GARBLE && connection->doing != HUGE_LENGTH)
			return false;
		if (connection->left > 0) {
			byte = connection->doing == GARBLE ? byte ^ 0x55
							   : huge[sizeof(huge) - connection->left];
			connection->left--;
		}
	}
	flow->bytes[flow->len++] = (char)byte;
	return true;
}

static void hear(struct connection *connection, enum side from)
{
	uint8_t bytes[CHUNK];
	struct flow *flow = &connection->flows[from];
	ssize_t got = recv(connection->fds[from], bytes, sizeof(bytes), MSG_DONTWAIT);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		flow->ended = true;
		return;
	}
	look_at_stage(connection, from, (size_t)got);
	for (ssize_t i = 0; i < got; i++)
		if (!pass(connection, from, bytes[i]))
			return;
}

static void say(struct connection *connection, enum side from)
{
	struct flow *flow = &connection->flows[from];
	int to = connection->fds[from == CLIENT ? SERVER : CLIENT];
	if (connection->doing == FLOOD && connection->from == from && flow->len == flow->sent) {
		memset(flow->bytes, 'A', CHUNK);
		flow->sent = 0;
		flow->len = CHUNK;
	}
	while (flow->sent < flow->len) {
		ssize_t put = send(to, flow->bytes + flow->sent, flow->len - flow->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0 && errno == EAGAIN)
			return;
		if (put < 0) {
			flow->ended = true;
			break;
		}
		flow->sent += (size_t)put;
	}
	flow->sent = flow->len = 0;
	bool cut = connection->doing == TRUNCATE && connection->from == from;
	if ((flow->ended || cut) && !flow->shut) {
		shutdown(to, SHUT_WR);
		flow->shut = true;
	}
}

/* One turn of a connection. */
static void work(size_t number)
{
	struct connection *connection = connections[number];
	for (int from = 0; from < 2; from++) {
		if (connection->doing != STALL && connection->flows[from].len == 0 &&
			!connection->flows[from].ended)
			hear(connection, (enum side)from);
		say(connection, (enum side)from);
	}
	bool both = connection->flows[CLIENT].ended && connection->flows[SERVER].ended;
	bool gone = connection->doing != NONE && connection->flows[CLIENT].ended;
	if (both || gone || connection->doing == DROP)
		end(number, connection->doing == DROP);
}

static size_t fill(struct pollfd *fds)
{
	size_t count = 0;
	for (size_t i = 0; i < rule_count; i++)
		fds[count++] = (struct pollfd){.fd = rules[i].fd, .events = POLLIN};
	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct connection *connection = connections[i];
		for (int from = 0; connection != NULL && from < 2; from++) {
			const struct flow *flow = &connection->flows[from];
			const struct flow *other = &connection->flows[1 - from];
			bool flood = connection->doing == FLOOD && (int)connection->from != from;
			bool hears = flow->len == 0 && !flow->ended && connection->doing != STALL;
			fds[count++] = (struct pollfd){
				.fd = hears || other->len > 0 || flood ? connection->fds[from] : -1,
				.events = (short)((hears ? POLLIN : 0) |
					(other->len > 0 || flood ? POLLOUT : 0))};
		}
	}
	return count;
}

int main(void)
{
	static struct pollfd fds[RULES + 2 * CONNECTIONS];
	char line[256];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (fgets(line, sizeof(line), stdin) != NULL)
		read_rule(line);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (poll(fds, fill(fds), 1000) < 0)
			die("poll");
		for (size_t i = 0; i < rule_count; i++)
			take(&rules[i]);
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (connections[i] != NULL)
				work(i);
	}
}

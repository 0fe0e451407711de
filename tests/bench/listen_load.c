/*
 * What listen.sh sends with, and what it compares with.
 *
 *	listen_load send PORT RATE COUNT	made-up records of every event to the port, RATE a
 *second listen_load count SECONDS		only counts what arrives; prints the port, and the
 *counts at the end
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/text.h"
#include "templates/sample/sample.h"

enum {
	BATCH = 64,
	SAMPLES = 2048,
	SLOT = 2048,
	BUFFER = 2 << 20,
};

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* --- sending --- */

struct sender {
	int fd;
	struct pk_buf samples[SAMPLES];
	struct iovec parts[SAMPLES];
	struct mmsghdr headers[BATCH];
};

static bool connect_to(struct sender *sender, uint64_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	sender->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sender->fd >= 0 && connect(sender->fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static void make_samples(struct sender *sender)
{
	const struct pk_sample_options options = {.seed = 1, .now_ms = INT64_C(1780000000000)};
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	for (size_t i = 0; i < SAMPLES; i++) {
		pk_sample_put_monster(&sender->samples[i], &options, i, &events[i % count]);
		sender->parts[i] = (struct iovec){sender->samples[i].data, sender->samples[i].len};
	}
}

/* Sends the datagrams from number `first`; returns how many. */
static unsigned send_batch(struct sender *sender, uint64_t first, uint64_t wanted)
{
	unsigned count = wanted < BATCH ? (unsigned)wanted : BATCH;
	for (unsigned i = 0; i < count; i++) {
		sender->headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &sender->parts[(first + i) % SAMPLES], .msg_iovlen = 1};
	}
	int sent = sendmmsg(sender->fd, sender->headers, count, 0);
	return sent > 0 ? (unsigned)sent : 0;
}

static int run_send(uint64_t port, uint64_t rate, uint64_t count)
{
	struct sender *sender = calloc(1, sizeof(*sender));
	if (sender == NULL || !connect_to(sender, port))
		return 1;
	make_samples(sender);
	uint64_t start = now_us();
	uint64_t sent = 0;
	while (sent < count) {
		uint64_t due = (now_us() - start) * rate / 1000000;
		due = due < count ? due : count;
		if (due > sent) {
			sent += send_batch(sender, sent, due - sent);
			continue;
		}
		const struct timespec pause = {.tv_nsec = 100000};
		nanosleep(&pause, NULL);
	}
	printf("%llu sent in %llu us\n", (unsigned long long)sent,
		(unsigned long long)(now_us() - start));
	for (size_t i = 0; i < SAMPLES; i++)
		pk_buf_finish(&sender->samples[i]);
	free(sender);
	return 0;
}

/* --- counting --- */

struct counter {
	char bytes[BATCH][SLOT];
	struct iovec parts[BATCH];
	struct mmsghdr headers[BATCH];
};

static int open_counter(void)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(own);
	int buffer = BUFFER;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&own, len) != 0 ||
		getsockname(fd, (struct sockaddr *)&own, &len) != 0)
		return -1;
	fprintf(stderr, "listening on port %u\n", ntohs(own.sin_port));
	return fd;
}

static int run_count(void)
{
	static const struct timespec at_once = {0};
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	struct counter *counter = calloc(1, sizeof(*counter));
	int fd = open_counter();
	if (counter == NULL || fd < 0)
		return 1;
	for (size_t i = 0; i < BATCH; i++) {
		counter->parts[i] = (struct iovec){counter->bytes[i], SLOT};
		counter->headers[i].msg_hdr =
			(struct msghdr){.msg_iov = &counter->parts[i], .msg_iovlen = 1};
	}
	uint64_t received = 0;
	while (sigtimedwait(&wanted, NULL, &at_once) <= 0) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int count = recvmmsg(fd, counter->headers, BATCH, MSG_DONTWAIT, NULL);
		received += count > 0 ? (uint64_t)count : 0;
		if (count <= 0)
			poll(&wait, 1, 100);
	}
	fprintf(stderr, "%llu datagrams\n", (unsigned long long)received);
	free(counter);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t numbers[3] = {0};
	for (int i = 2; i < argc && i < 5; i++) {
		if (!pk_text_parse_u64(&numbers[i - 2], argv[i]))
			return 2;
	}
	if (argc == 5 && strcmp(argv[1], "send") == 0)
		return run_send(numbers[0], numbers[1], numbers[2]);
	if (argc == 2 && strcmp(argv[1], "count") == 0)
		return run_count();
	fputs("usage: listen_load send PORT RATE COUNT | count\n", stderr);
	return 2;
}

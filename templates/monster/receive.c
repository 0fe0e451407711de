#include "templates/monster/receive.h"

#include <errno.h>
#include <limits.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum {
	BATCH = 128,
	SLOT = 65536 +
		64, /* more than any datagram; slots do not begin at the same place of a page */
	BUFFER_DEFAULT = 2 << 20,
	SENDER_TEXT = NI_MAXHOST,
};

/* Where one datagram is received. */
struct slot {
	struct iovec room;
	struct sockaddr_storage from;
	struct sockaddr_storage named; /* whose text `sender` is */
	char sender[SENDER_TEXT];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
};

struct pk_receiver {
	int fd;
	uint16_t port;
	uint32_t buffer;
	uint32_t drops; /* as the system counts them, around 2^32 */
	size_t used;	/* headers that the last call has written to */
	struct pk_receive_count count;
	char *bytes;
	struct slot slots[BATCH];
	struct mmsghdr headers[BATCH];
	struct pk_datagram datagrams[BATCH];
};

/* --- opening --- */

static void report_open(const struct pk_receive_options *options, int error, struct pk_diags *diags)
{
	unsigned port = options->port;
	struct pk_diag *diag;
	switch (error) {
	case EADDRNOTAVAIL:
		diag = pk_report(diags, PK_LISTEN_ADDRESS, PK_NO_SPAN,
			"this machine does not have the address '%s'",
			options->address != NULL ? options->address : "::");
		pk_diag_hint(diags, diag, "leave --bind out to listen on all addresses");
		break;
	case EADDRINUSE:
		diag = pk_report(diags, PK_LISTEN_TAKEN, PK_NO_SPAN, "port %u is taken", port);
		pk_diag_hint(diags, diag, "'ss -lunp' tells by whom; --port takes another one");
		break;
	case EACCES:
	case EPERM:
		diag = pk_report(diags, PK_LISTEN_REFUSED, PK_NO_SPAN,
			"port %u may not be opened by this user", port);
		pk_diag_hint(diags, diag, "take a port above 1023 with --port");
		break;
	default:
		pk_report(diags, PK_LISTEN_FAILED, PK_NO_SPAN, "port %u cannot be opened: %s", port,
			strerror(error));
	}
}

/* A socket that is bound, or -1 with errno. */
static int open_bound(const struct sockaddr *address, socklen_t len)
{
	static const int off = 0;
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (address->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, address, len) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* All addresses: those of IPv6 and IPv4 at once, or IPv4 alone where the system has no other. */
static int open_all(uint16_t port)
{
	struct sockaddr_in6 both = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = open_bound((const struct sockaddr *)&both, sizeof(both));
	if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
		return fd;
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
	return open_bound((const struct sockaddr *)&four, sizeof(four));
}

/* `address` is written in numbers: names are not asked for. */
static int open_one(const char *address, uint16_t port)
{
	const struct addrinfo wanted = {
		.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char service[8];
	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &wanted, &found) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	int fd = open_bound(found->ai_addr, found->ai_addrlen);
	int error = errno;
	freeaddrinfo(found);
	errno = error;
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage own = {0};
	socklen_t len = sizeof(own);
	getsockname(fd, (struct sockaddr *)&own, &len);
	return ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
					       : ((struct sockaddr_in *)&own)->sin_port);
}

/* The system counts twice what it is asked for, for what it needs itself: socket(7). */
static uint32_t set_buffer(int fd, uint32_t wanted)
{
	int bytes = wanted > INT_MAX ? INT_MAX : (int)wanted;
	socklen_t len = sizeof(bytes);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len) != 0)
		return 0;
	return (uint32_t)bytes / 2;
}

static void make_slots(struct pk_receiver *receiver)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct slot *slot = &receiver->slots[i];
		slot->room = (struct iovec){receiver->bytes + i * SLOT, SLOT};
		receiver->headers[i].msg_hdr = (struct msghdr){.msg_name = &slot->from,
			.msg_iov = &slot->room,
			.msg_iovlen = 1,
			.msg_control = slot->control};
	}
	receiver->used = BATCH;
}

struct pk_receiver *pk_receiver_open(
	const struct pk_receive_options *options, struct pk_diags *diags)
{
	static const int on = 1;
	int fd = options->address == NULL ? open_all(options->port)
					  : open_one(options->address, options->port);
	if (fd < 0) {
		report_open(options, errno, diags);
		return NULL;
	}
	struct pk_receiver *receiver = calloc(1, sizeof(*receiver));
	char *bytes = malloc((size_t)BATCH * SLOT);
	if (receiver == NULL || bytes == NULL)
		abort(); /* out of memory ends the process */
	uint32_t wanted = options->buffer == 0 ? BUFFER_DEFAULT : options->buffer;
	*receiver = (struct pk_receiver){
		.fd = fd, .port = port_of(fd), .buffer = set_buffer(fd, wanted), .bytes = bytes};
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	make_slots(receiver);
	if (receiver->buffer < wanted) {
		struct pk_diag *diag = pk_report(diags, PK_LISTEN_BUFFER, PK_NO_SPAN,
			"the system gave a buffer of %u bytes instead of %u", receiver->buffer,
			wanted);
		pk_diag_hint(diags, diag, "run 'sysctl -w net.core.rmem_max=%u'", wanted);
	}
	return receiver;
}

void pk_receiver_close(struct pk_receiver *receiver)
{
	if (receiver == NULL)
		return;
	close(receiver->fd);
	free(receiver->bytes);
	free(receiver);
}

/* --- receiving --- */

/* The system's count now, or as it was when a datagram arrived. */
static void note_drops(struct pk_receiver *receiver, uint32_t drops)
{
	uint32_t more = drops - receiver->drops;
	if (more == 0 || more > UINT32_MAX / 2)
		return;
	receiver->drops = drops;
	receiver->count.lost += more;
}

static void read_control(struct pk_receiver *receiver, struct msghdr *header)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
		uint32_t drops;
		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&drops, CMSG_DATA(at), sizeof(drops));
		note_drops(receiver, drops);
	}
}

/* Senders seldom change from one datagram of a slot to the next; their ports say nothing. */
static const char *name_sender(struct slot *slot, socklen_t len)
{
	static const char mapped[] = "::ffff:";
	if (slot->from.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&slot->from)->sin6_port = 0;
	else
		((struct sockaddr_in *)&slot->from)->sin_port = 0;
	if (len <= sizeof(slot->named) && memcmp(&slot->named, &slot->from, len) == 0)
		return slot->sender;
	slot->named = slot->from;
	char text[NI_MAXHOST];
	if (getnameinfo((const struct sockaddr *)&slot->from, len, text, sizeof(text), NULL, 0,
		    NI_NUMERICHOST) != 0)
		text[0] = '\0';
	bool four = pk_text_starts(text, mapped) && strchr(text, '.') != NULL;
	snprintf(slot->sender, sizeof(slot->sender), "%s", four ? text + sizeof(mapped) - 1 : text);
	return slot->sender;
}

size_t pk_receiver_take(const struct pk_datagram **out, struct pk_receiver *receiver)
{
	for (size_t i = 0; i < receiver->used; i++) {
		struct msghdr *header = &receiver->headers[i].msg_hdr;
		header->msg_namelen = sizeof(receiver->slots[i].from);
		header->msg_controllen = sizeof(receiver->slots[i].control);
	}
	int count = recvmmsg(receiver->fd, receiver->headers, BATCH, MSG_DONTWAIT, NULL);
	receiver->used = count > 0 ? (size_t)count : 0;
	for (size_t i = 0; i < receiver->used; i++) {
		struct slot *slot = &receiver->slots[i];
		struct mmsghdr *header = &receiver->headers[i];
		receiver->datagrams[i] = (struct pk_datagram){slot->room.iov_base, header->msg_len,
			name_sender(slot, header->msg_hdr.msg_namelen),
			(header->msg_hdr.msg_flags & MSG_TRUNC) != 0};
		receiver->count.bytes += header->msg_len;
	}
	if (receiver->used > 0)
		read_control(receiver, &receiver->headers[receiver->used - 1].msg_hdr);
	receiver->count.datagrams += receiver->used;
	*out = receiver->datagrams;
	return receiver->used;
}

struct pk_receive_count pk_receiver_count(struct pk_receiver *receiver)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);
	if (getsockopt(receiver->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 &&
		len > SK_MEMINFO_DROPS * sizeof(*info))
		note_drops(receiver, info[SK_MEMINFO_DROPS]);
	return receiver->count;
}

uint32_t pk_receiver_buffer(const struct pk_receiver *receiver)
{
	return receiver->buffer;
}

uint16_t pk_receiver_port(const struct pk_receiver *receiver)
{
	return receiver->port;
}

int pk_receiver_fd(const struct pk_receiver *receiver)
{
	return receiver->fd;
}

#include "fleet/transport/resolve.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"

enum {
	ADDRESSES_MAX = 8, /* kept of one name */
	TRY_MS = 3000,
	TRIES = 2,
};

/* One name that was asked for. */
struct answer {
	enum pk_resolved state;
	const char *why;
	struct pk_address addresses[ADDRESSES_MAX];
	size_t count;
};

struct pk_resolver {
	struct pk_arena *arena;
	struct pk_map names; /* struct answer * */
	ares_channel channel;
	bool asked; /* for the first name: most fleets have addresses only */
	bool works;
};

struct pk_resolver *pk_resolver_create(void)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_resolver *resolver = PK_NEW(arena, struct pk_resolver);
	resolver->arena = arena;
	return resolver;
}

static void start(struct pk_resolver *resolver)
{
	struct ares_options options = {.timeout = TRY_MS, .tries = TRIES};
	resolver->asked = true;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return;
	resolver->works = ares_init_options(&resolver->channel, &options,
				  ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) == ARES_SUCCESS;
	if (!resolver->works)
		ares_library_cleanup();
}

void pk_resolver_destroy(struct pk_resolver *resolver)
{
	if (resolver == NULL)
		return;
	if (resolver->works) {
		ares_destroy(resolver->channel);
		ares_library_cleanup();
	}
	pk_arena_destroy(resolver->arena);
}

static void set_port(struct pk_address *address, uint16_t port)
{
	if (address->bytes.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&address->bytes)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&address->bytes)->sin_port = htons(port);
}

static void keep(struct answer *answer, const struct sockaddr *address, socklen_t len)
{
	bool known = address->sa_family == AF_INET || address->sa_family == AF_INET6;
	if (!known || len > sizeof(struct sockaddr_storage) || answer->count == ADDRESSES_MAX)
		return;
	memcpy(&answer->addresses[answer->count].bytes, address, len);
	answer->addresses[answer->count++].len = len;
}

static void hear(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
	struct answer *answer = data;
	(void)timeouts;
	if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED)
		return;
	for (struct ares_addrinfo_node *node = info == NULL ? NULL : info->nodes; node != NULL;
		node = node->ai_next)
		keep(answer, node->ai_addr, (socklen_t)node->ai_addrlen);
	if (info != NULL)
		ares_freeaddrinfo(info);
	answer->state = answer->count > 0 ? PK_RESOLVE_DONE : PK_RESOLVE_FAILED;
	answer->why = status == ARES_SUCCESS ? "it has no address" : ares_strerror(status);
}

/* A numeric address needs nobody. IPv6 with a zone ("fe80::1%eth0"), too. */
static bool take_numeric(struct pk_address *out, const char *name, uint16_t port)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *info = NULL;
	if (getaddrinfo(name, NULL, &hints, &info) != 0)
		return false;
	*out = (struct pk_address){.len = (socklen_t)info->ai_addrlen};
	memcpy(&out->bytes, info->ai_addr, info->ai_addrlen);
	set_port(out, port);
	freeaddrinfo(info);
	return true;
}

static struct answer *ask(struct pk_resolver *resolver, const char *name)
{
	struct answer *answer = PK_NEW(resolver->arena, struct answer);
	struct ares_addrinfo_hints hints = {.ai_socktype = SOCK_STREAM};
	if (!resolver->asked)
		start(resolver);
	answer->state = PK_RESOLVE_WAIT;
	pk_map_set(
		resolver->arena, &resolver->names, pk_arena_strdup(resolver->arena, name), answer);
	if (resolver->works) {
		ares_getaddrinfo(resolver->channel, name, NULL, &hints, hear, answer);
	} else {
		answer->state = PK_RESOLVE_FAILED;
		answer->why = "the resolver does not start";
	}
	return answer;
}

enum pk_resolved pk_resolve(struct pk_resolver *resolver, const char *name, uint16_t port,
	struct pk_address *out, size_t max, size_t *count_out, const char **why_out)
{
	if (max > 0 && take_numeric(out, name, port)) {
		*count_out = 1;
		return PK_RESOLVE_DONE;
	}
	struct answer *answer = pk_map_find(&resolver->names, name);
	if (answer == NULL)
		answer = ask(resolver, name);
	else if (answer->state == PK_RESOLVE_WAIT)
		pk_resolver_work(resolver);
	if (answer->state == PK_RESOLVE_FAILED)
		*why_out = answer->why;
	if (answer->state != PK_RESOLVE_DONE)
		return answer->state;

	size_t count = answer->count < max ? answer->count : max;
	for (size_t i = 0; i < count; i++) {
		out[i] = answer->addresses[i];
		set_port(&out[i], port);
	}
	*count_out = count;
	return PK_RESOLVE_DONE;
}

/*
 * By the list of sockets and ares_process_fd: select cannot have descriptors above 1023, which a
 * rollout with many sessions reaches.
 */
void pk_resolver_work(struct pk_resolver *resolver)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	if (!resolver->works)
		return;
	unsigned bits = (unsigned)ares_getsock(resolver->channel, sockets, ARES_GETSOCK_MAXNUM);
	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		bool read = (bits >> i & 1) != 0;
		bool write = (bits >> (i + ARES_GETSOCK_MAXNUM) & 1) != 0;
		if (read || write)
			ares_process_fd(resolver->channel, read ? sockets[i] : ARES_SOCKET_BAD,
				write ? sockets[i] : ARES_SOCKET_BAD);
	}
	/* Without a socket: only what has taken too long. */
	ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

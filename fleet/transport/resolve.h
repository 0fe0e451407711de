/*
 * Resolve: addresses of names, without waiting for the answer. The library for it (c-ares) stays in
 * resolve.c. Answers are kept for the life of the resolver, failures too.
 */
#ifndef FLEET_TRANSPORT_RESOLVE_H
#define FLEET_TRANSPORT_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/auto.h"

struct pk_resolver;

struct pk_address {
	struct sockaddr_storage bytes;
	socklen_t len;
};

enum pk_resolved {
	PK_RESOLVE_WAIT,
	PK_RESOLVE_DONE,
	PK_RESOLVE_FAILED,
};

struct pk_resolver *pk_resolver_create(void);
void pk_resolver_destroy(struct pk_resolver *resolver);
PK_AUTO_DEFINE(pk_resolver, pk_resolver_destroy);

/*
 * The addresses of `name` with `port` filled in, in the order to try them: at most `max` in `out`,
 * *count_out of them. A numeric address is done at once. FAILED: *why_out is a static text.
 */
enum pk_resolved pk_resolve(struct pk_resolver *resolver, const char *name, uint16_t port,
	struct pk_address *out, size_t max, size_t *count_out, const char **why_out);
/* Lets the resolver work; for WAITing callers, whenever they are called again. */
void pk_resolver_work(struct pk_resolver *resolver);

#endif

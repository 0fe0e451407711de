/*
 * What a server says before keys are exchanged (RFC 4253, sections 4.2 and 7.1), as it is needed to
 * say why they were not. Pure.
 */
#ifndef FLEET_TRANSPORT_SSH_HELLO_H
#define FLEET_TRANSPORT_SSH_HELLO_H

#include <stdbool.h>
#include <stddef.h>

struct pk_hello {
	bool is_ssh;	 /* there is a line that begins with "SSH-" */
	bool has_offer;	 /* the server's first packet is there */
	char banner[80]; /* made harmless; the first line if it is no SSH */
	char kex[512];	 /* names, made harmless */
	char host_keys[512];
};

/* `len` bytes from the beginning of a connection. */
void pk_ssh_read_hello(struct pk_hello *out, const void *bytes, size_t len);

#endif

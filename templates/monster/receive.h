/*
 * Receive: datagrams of a UDP port, many at a time, with a count of those the system had to throw
 * away.
 */
#ifndef TEMPLATES_MONSTER_RECEIVE_H
#define TEMPLATES_MONSTER_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/diag.h"

struct pk_receiver;

struct pk_receive_options {
	const char *address; /* NULL: all, IPv6 and IPv4 */
	uint16_t port;	     /* 0: one that is free */
	uint32_t buffer;     /* bytes that the system shall keep for us; 0: 2 MiB */
};

struct pk_receive_count {
	uint64_t datagrams;
	uint64_t bytes;
	uint64_t lost; /* thrown away by the system since the port was opened (SO_RXQ_OVFL) */
};

struct pk_datagram {
	const char *bytes; /* valid until the next call */
	size_t len;
	const char *sender; /* "192.0.2.7" */
	bool cut;	    /* longer than what was kept */
};

/* Opens the port. NULL after a report. The buffer that was really given is in pk_receiver_buffer.
 */
struct pk_receiver *pk_receiver_open(
	const struct pk_receive_options *options, struct pk_diags *diags);
void pk_receiver_close(struct pk_receiver *receiver);
PK_AUTO_DEFINE(pk_receiver, pk_receiver_close);
/* Bytes; less than asked for where net.core.rmem_max says so. */
uint32_t pk_receiver_buffer(const struct pk_receiver *receiver);
uint16_t pk_receiver_port(const struct pk_receiver *receiver);
/* The descriptor, to wait on. */
int pk_receiver_fd(const struct pk_receiver *receiver);
/* What has arrived, without waiting: number of datagrams, 0 if none; *out is the receiver's. */
size_t pk_receiver_take(const struct pk_datagram **out, struct pk_receiver *receiver);
/* What was received so far; asks the system for what it has thrown away until now. */
struct pk_receive_count pk_receiver_count(struct pk_receiver *receiver);

#endif

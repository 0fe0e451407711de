/*
 * Doctor_udp: /proc/net/udp, which tells of every UDP socket what waits in it and what was lost.
 */
#ifndef TEMPLATES_CLUSTER_DOCTOR_UDP_H
#define TEMPLATES_CLUSTER_DOCTOR_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pk_doctor_udp {
	uint16_t port;
	uint64_t waiting; /* bytes that nobody has taken yet */
	uint64_t user;
	uint64_t lost; /* datagrams thrown away */
};

/* One line of the file; false if it is none of a socket. proc(5). */
bool pk_doctor_udp_parse(struct pk_doctor_udp *out, const char *line, size_t len);

#endif

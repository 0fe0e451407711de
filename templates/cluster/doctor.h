/*
 * Doctor: what is wrong with a stack, its Kibana and this machine as a receiver, and what to do
 * about it.
 */
#ifndef TEMPLATES_CLUSTER_DOCTOR_H
#define TEMPLATES_CLUSTER_DOCTOR_H

#include "templates/cluster/cluster.h"

enum pk_doctor_level {
	PK_DOCTOR_OK,
	PK_DOCTOR_NOTE,
	PK_DOCTOR_WARNING,
	PK_DOCTOR_WRONG,
};

struct pk_doctor_finding {
	const char *check; /* "geoip", "disk", "clock", "assets", "udp" */
	enum pk_doctor_level level;
	const char *found;
	const char *advice; /* NULL if there is nothing to do */
};

struct pk_doctor {
	struct pk_doctor_finding *items;
	size_t len;
	size_t cap;
};

/* What /proc tells about receiving; files are named so that tests can give their own. */
struct pk_doctor_system {
	const char *rmem_max; /* "/proc/sys/net/core/rmem_max" */
	const char *rmem_default;
	const char *udp; /* "/proc/net/udp" */
	const char *udp6;
	uint16_t port; /* 1514 */
	int64_t now;   /* seconds since 1970, to compare with the server's Date */
};

void pk_doctor_system(
	struct pk_doctor *out, struct pk_arena *arena, const struct pk_doctor_system *system);
bool pk_doctor_cluster(struct pk_doctor *out, struct pk_cluster *cluster,
	const struct pk_assets *assets, const struct pk_streams *streams, int64_t now,
	struct pk_diags *diags);
/* `kibana` answers at the URL of Kibana or OpenSearch Dashboards. */
bool pk_doctor_kibana(struct pk_doctor *out, struct pk_arena *arena, struct pk_http *kibana,
	const struct pk_elk *elk, struct pk_diags *diags);

#endif

/*
 * Verify: does the stack do what it is there for? Every sample event goes through the real
 * pipelines by
 * `_simulate`, and what comes out is compared with what the tables say; then a search tells whether
 * events arrive.
 */
#ifndef TEMPLATES_CLUSTER_VERIFY_H
#define TEMPLATES_CLUSTER_VERIFY_H

#include "templates/cluster/cluster.h"

struct pk_verify_result {
	const char *what; /* "Sysmon 13 RegistryEvent value set", "search logs-..." */
	bool ok;
	const char *problem; /* NULL if ok */
};

struct pk_verify {
	struct pk_verify_result *items;
	size_t len;
	size_t cap;
	size_t failed;
	uint64_t sysmon_count; /* documents the index has */
	uint64_t monster_count;
	uint64_t failed_count; /* documents with event.kind pipeline_error */
};

/* False only if it could not be done (reported); what is wrong is in `out`. */
bool pk_verify_run(struct pk_verify *out, struct pk_cluster *cluster,
	const struct pk_streams *streams, struct pk_diags *diags);

#endif

/*
 * Indices: what of ours holds events on a cluster: data streams, indices of a day, indices behind
 * an alias.
 */
#ifndef TEMPLATES_CLUSTER_INDICES_H
#define TEMPLATES_CLUSTER_INDICES_H

#include "templates/cluster/cluster.h"

struct pk_index_names {
	const char **items;
	size_t len;
	size_t cap;
};

/*
 * The answer to a GET, or NULL after a report; *there_out tells whether what was asked for exists
 * (a cluster without the plugin for it has it not either).
 */
const struct pk_node *pk_cluster_get(
	struct pk_cluster *cluster, const char *path, bool *there_out, struct pk_diags *diags);
/* The index template that the data stream `name` is made by, in *template_out; NULL: no such data
 * stream. */
bool pk_cluster_find_stream(const char **template_out, struct pk_cluster *cluster, const char *name,
	struct pk_diags *diags);
/* Indices of the dated `stream` ("x-%{+yyyy.MM.dd}"), sorted; those of no real day are left out. */
bool pk_cluster_dated_indices(struct pk_index_names *out, struct pk_cluster *cluster,
	const char *stream, struct pk_diags *diags);
/* Indices behind the alias `name`; none if there is no such alias. */
bool pk_cluster_alias_indices(struct pk_index_names *out, struct pk_cluster *cluster,
	const char *name, struct pk_diags *diags);

#endif

/*
 * Changes: single requests that change a cluster, shared by applying a plan and removing what is
 * ours.
 */
#ifndef TEMPLATES_CLUSTER_CHANGES_H
#define TEMPLATES_CLUSTER_CHANGES_H

#include "templates/cluster/cluster.h"

bool pk_cluster_is_written(long status);
/* Why the server refused, from its answer; "" if it does not say. */
const char *pk_cluster_reason(const struct pk_node *answer);
/*
 * Removes one asset. True also if it was not there, and if something uses it: that is reported as a
 * warning and *gone_out is false.
 */
bool pk_cluster_delete(struct pk_cluster *cluster, const struct pk_asset *asset, bool *gone_out,
	struct pk_diags *diags);

#endif

/*
 * Compare: is the body that a cluster gives back the one that was sent? Clusters write settings as
 * texts below "index", add what they default, and leave out what is empty. Source:
 * docs/stack-facts.md.
 */
#ifndef TEMPLATES_CLUSTER_COMPARE_H
#define TEMPLATES_CLUSTER_COMPARE_H

#include "base/buf.h"
#include "base/node.h"
#include "templates/assets/assets.h"

/*
 * Appends a line "path: ours X, there Y" for each difference, at most `most`; returns the number of
 * differences. The marks of both are left out of account. What a user may change as they like
 * (PK_ASSET_CUSTOM, PK_ASSET_FIRST_INDEX) never differs.
 */
size_t pk_compare_bodies(struct pk_buf *buf, enum pk_asset_kind kind, const struct pk_node *ours,
	const struct pk_node *theirs, size_t most);

#endif

/*
 * Baseline: leaves out what was wrong before. Against a base, the last common ancestor with a
 * revision, findings are new that stand in a file that differs from the base's, and those in other
 * files that the base did not have: a change of one file can spoil what another says.
 */
#ifndef CLI_BASELINE_H
#define CLI_BASELINE_H

#include "base/diag.h"
#include "base/tree.h"

/*
 * Reports into `out` those of `found` that are new. `before` are the findings in the same files of
 * `base`; `tree` is where the files of `found` were read, NULL the disk.
 */
void pk_baseline_append_new(struct pk_diags *out, const struct pk_diags *found,
	const struct pk_diags *before, const struct pk_tree *base, const struct pk_tree *tree);

#endif

/*
 * Blame: adds to findings who changed their lines last, as git knows it.
 */
#ifndef CLI_BLAME_H
#define CLI_BLAME_H

#include "base/diag.h"
#include "base/tree.h"

/*
 * Sets the blame of the findings from number `first` on. `tree` is where their files were read; of
 * files on the disk, NULL, the commit that is checked out in the present folder tells. Findings in
 * files that git does not know stay as they are.
 */
void pk_blame_findings(struct pk_diags *diags, size_t first, const struct pk_tree *tree);

#endif

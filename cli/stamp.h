/*
 * Stamp: what a compiled configuration was made of, so that everybody can make it again: commit,
 * versions, schema. It depends on what was read only, never on a clock or a machine.
 */
#ifndef CLI_STAMP_H
#define CLI_STAMP_H

#include "base/buf.h"
#include "base/tree.h"
#include "cli/target.h"
#include "generators/compile/compile.h"

/*
 * The commit that the files of `policy` belong to: its id, with "-dirty" if one of them is not as
 * the commit has it; "uncommitted" if they are in no repository; NULL if there are no files,
 * because only shipped rulesets were read. `tree` is where they were read, NULL the disk.
 */
const char *pk_stamp_commit(
	struct pk_arena *arena, const struct pk_policy *policy, const struct pk_tree *tree);

/* What was compiled, for pk_stamp_put. */
struct pk_stamp {
	const struct pk_policy *policy;
	enum pk_target target;
	const char *schema; /* "4.91", "monster/0.9" */
	const char *commit; /* of pk_stamp_commit */
	const struct pk_buf *output;
};

/* Appends the stamp as a JSON object with the digest of the output, and a line end. */
void pk_stamp_put(struct pk_buf *out, const struct pk_stamp *stamp);

#endif

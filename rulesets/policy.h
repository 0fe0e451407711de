/*
 * Policy: from files to one struct pk_policy. Reads a project file or a ruleset, its layers
 * (extends), parts (include) and profile, and reports every problem of every file.
 */
#ifndef RULESETS_POLICY_H
#define RULESETS_POLICY_H

#include "base/tree.h"
#include "rulesets/model.h"

struct pk_policy_options {
	const char *profile;	 /* profile to apply; NULL: the project's default, else none */
	const char *library_dir; /* look here for shipped sets first; NULL: the built-in copies */
	const struct pk_tree *tree; /* read files with its prefix from there; NULL: the disk */
	const char *today;	    /* YYYY-MM-DD for expiry dates; NULL: expiry is not judged */
	size_t layers; /* the lowest layers to take, without a profile; 0: all of them */
	bool partial;  /* after errors give what could be read, to be checked further */
};

/*
 * Reads `path`: a project file, a ruleset, a folder that holds picket.yaml, or the name of a
 * shipped ruleset. NULL after a report if the policy cannot be used; all problems are reported.
 */
struct pk_policy *pk_policy_read(struct pk_arena *arena, const char *path,
	const struct pk_policy_options *options, struct pk_diags *diags);

/*
 * As pk_policy_read for a root node already read from `source`. Used by validate and fuzzing;
 * files named by extends and include are looked for beside `source`, in its tree if it has one.
 */
struct pk_policy *pk_policy_read_source(struct pk_arena *arena, struct pk_source *source,
	const struct pk_policy_options *options, struct pk_diags *diags);

/* Names of profiles that a project file (or ruleset) offers, for messages; borrowed. */
const char *const *pk_policy_profiles(
	struct pk_arena *arena, const struct pk_node *root, size_t *count_out);

/* True if the mapping looks like a project file (has `project`) or a ruleset (has `ruleset`). */
bool pk_node_is_project(const struct pk_node *root);
bool pk_node_is_ruleset(const struct pk_node *root);

#endif

/*
 * Lock: which version of each ruleset gave its rules the meaning they have. picket.lock beside a
 * project pins it: a line for each ruleset with its version and the digest of all that it says, and
 * a line for each rule that it defines or patches with the version that brought the rule its
 * present meaning. Lines are sorted and change only with what they are about, so that git merges
 * them.
 *
 * Meaning is canonical (rulesets/canonical.h), of the layers up to the ruleset and without a
 * profile of the project. A ruleset that means something else needs a higher minor or major number;
 * the file is described in picket-project(5).
 */
#ifndef RULESETS_LOCK_H
#define RULESETS_LOCK_H

#include "base/buf.h"
#include "rulesets/policy.h"

#define PK_LOCK_FILE "picket.lock"

struct pk_lock_set {
	const char *id;
	struct pk_version version;
	const char *digest;
	struct pk_span span; /* of the version, in the ruleset or in the lock file */
	bool shipped;	     /* not known of one that was read */
};

struct pk_lock_rule {
	const char *set;
	const char *id;	     /* of the rule or group */
	const char *version; /* of the set, when the rule came to mean this */
	const char *digest;
	struct pk_span span;
};

/* Both lists are in the order of the file. */
struct pk_lock {
	struct pk_arena *arena;
	struct pk_source *source; /* NULL of one that was made */
	PK_LIST(struct pk_lock_set) sets;
	PK_LIST(struct pk_lock_rule) rules;
};

/*
 * What `policy` is now, which was read from `root`, the project or ruleset. `options` say where its
 * files are; their profile does not count.
 */
struct pk_lock *pk_lock_make(struct pk_arena *arena, const struct pk_policy *policy,
	struct pk_source *root, const struct pk_policy_options *options);
/* The lock of a file; NULL after a report. */
struct pk_lock *pk_lock_read(
	struct pk_arena *arena, struct pk_source *source, struct pk_diags *diags);
/*
 * The lock file beside `root`, which `options` say where to find; *out is NULL if there is none.
 * False after a report.
 */
bool pk_lock_find(struct pk_lock **out, struct pk_arena *arena, const struct pk_source *root,
	const struct pk_policy_options *options, struct pk_diags *diags);
/* Appends the lines. */
void pk_lock_write(struct pk_buf *out, const struct pk_lock *lock);
/* Rules that mean what they did keep the version that `locked` has of them. */
void pk_lock_keep(struct pk_lock *now, const struct pk_lock *locked);

/*
 * Reports rulesets whose meaning changed without a higher version, and versions that are higher
 * for nothing. False if there is an error.
 */
bool pk_lock_check_versions(
	const struct pk_lock *now, const struct pk_lock *locked, struct pk_diags *diags);
/* As pk_lock_check_versions; reports also what `locked` does not say as it is now. */
bool pk_lock_check(const struct pk_lock *now, const struct pk_lock *locked, struct pk_diags *diags);
/*
 * pk_lock_check of the lock file beside `root`, from which `policy` was read. True if there is
 * none: a project need not have one. True, too, if `options` choose a profile, which may have other
 * rulesets than those that are locked.
 */
bool pk_lock_check_policy(const struct pk_policy *policy, struct pk_source *root,
	const struct pk_policy_options *options, struct pk_diags *diags);

#endif

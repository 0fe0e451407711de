/*
 * What the files base/git*.c share: repositories and trees as libgit2 has them. Nobody else
 * includes this.
 */
#ifndef BASE_GIT_REPO_H
#define BASE_GIT_REPO_H

#include "base/git_library.h"
#include "base/map.h"
#include "base/tree.h"

struct pk_tree {
	struct pk_arena *arena; /* of what is remembered */
	struct pk_git git;
	git_commit *commit;
	git_tree *root;
	char id[GIT_OID_HEXSZ + 1];
	const char *prefix;	/* "HEAD~1:" */
	struct pk_map *folders; /* git_tree * by path, those looked into so far */
};

/* --- git.c: repositories and revisions --- */

/* The place of a finding about something that is no text, such as a revision. */
struct pk_span pk_git_span(const char *name, struct pk_diags *diags);
/* What libgit2 says of the last failure. */
const char *pk_git_reason(const struct pk_git *git);
/*
 * `path` on the disk, absolute or from the present folder, from the top of the working tree; "" is
 * the top. NULL if it is outside, or there is no working tree.
 */
char *pk_git_relative(const struct pk_tree *tree, struct pk_arena *arena, const char *path);

/* --- git_tree.c: files of a tree --- */

/* What `path` is without the prefix of the tree; NULL if it has not got it, or `tree` is NULL. */
const char *pk_git_inside(const struct pk_tree *tree, const char *path);

#endif

/*
 * Commits: what was added to a history since a revision, commit by commit, and tags.
 *
 * What a commit says of its author and committer is what somebody wrote; only its signature
 * (base/signature.h) tells who that was. Nothing is written and no program is run: files are merged
 * in memory. Only base/git*.c know libgit2.
 */
#ifndef BASE_COMMITS_H
#define BASE_COMMITS_H

#include "base/signature.h"
#include "base/tree.h"

struct pk_commit {
	const char *id;	       /* in hexadecimal */
	const char *committer; /* address as written */
	struct pk_signed object;
	PK_LIST(const char *) parents; /* their ids */
	PK_LIST(const char *) paths;   /* that it changes, from the top of the repository */
};

struct pk_tag {
	const char *ref;    /* as it is called, without "refs/tags/" */
	const char *name;   /* as it calls itself; NULL: it is no object, only a name */
	const char *tagger; /* address as written; NULL if it has none */
	struct pk_signed object;
};

struct pk_commits;

/*
 * The commits that `tree`, which outlives this, has and `base` has not; the caller owns it. NULL
 * after a report: there are more than `limit`, or the repository lacks some of them.
 */
struct pk_commits *pk_commits_open(const struct pk_tree *tree, const struct pk_tree *base,
	size_t limit, struct pk_diags *diags);
/* Closes what is open; NULL is fine. */
void pk_commits_close(struct pk_commits *commits);
PK_AUTO_DEFINE(pk_commits, pk_commits_close);

size_t pk_commits_count(const struct pk_commits *commits);
/*
 * The commit number `index`, parents before their children. Its paths are those that differ from
 * its parent; in a merge of two, those that are not what an automatic merge makes of them; in a
 * merge of more, those that differ from the first. A renamed file is two paths. False after a
 * report.
 */
bool pk_commits_read(struct pk_commits *commits, struct pk_commit *out, struct pk_arena *arena,
	size_t index, struct pk_diags *diags);

/* The tag that `rev` names; *found_out is false if it names none. False after a report. */
bool pk_tag_read(struct pk_tag *out, bool *found_out, struct pk_arena *arena,
	const struct pk_tree *tree, const char *rev, struct pk_diags *diags);
/* The branch that others are merged into, that of the remote repository first; NULL if none. */
const char *pk_tree_main_branch(const struct pk_tree *tree);

#endif

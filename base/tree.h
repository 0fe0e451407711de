/*
 * Tree: the files of a git revision, read as those on the disk are, without a checkout.
 *
 * A path in a tree is "REV:PATH", with REV as the user wrote it and PATH from the top of the
 * repository; sources read from a tree have such paths, too. Every function that takes a tree takes
 * NULL, and a path without the tree's prefix, for a file on the disk: who reads files asks here and
 * need not know where they are. Nothing is written and no program is run. A tree holds the
 * repository open; what was read from it is the arena's and outlives it. Only base/git*.c know
 * libgit2.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/diag.h"
#include "base/source.h"

struct pk_tree;

/*
 * The files of the commit that `rev` names in the repository of the present folder; the caller
 * owns it. NULL after a report: no repository, none that may be read, no such commit.
 */
struct pk_tree *pk_tree_open(const char *rev, struct pk_diags *diags);
/* As pk_tree_open in `folder`; NULL without a report. */
struct pk_tree *pk_tree_find(const char *folder, const char *rev);
/*
 * As pk_tree_open for the last common ancestor of `rev` and of what is looked at: the commit of
 * `tree`, or, if that is NULL, the one checked out.
 */
struct pk_tree *pk_tree_open_base(
	const char *rev, const struct pk_tree *tree, struct pk_diags *diags);
/* Closes the repository; NULL is fine. */
void pk_tree_close(struct pk_tree *tree);
PK_AUTO_DEFINE(pk_tree, pk_tree_close);

/* The id of the commit in hexadecimal; borrowed from the tree. */
const char *pk_tree_commit(const struct pk_tree *tree);
/* The path in the tree of `path`, which is meant from the top of the repository. */
char *pk_tree_path(struct pk_arena *arena, const struct pk_tree *tree, const char *path);
/*
 * The path in the tree of `path`, which is meant from the present folder, or is absolute; NULL
 * after a report if that is outside of the repository's files.
 */
char *pk_tree_path_here(struct pk_arena *arena, const struct pk_tree *tree, const char *path,
	struct pk_diags *diags);

/* As pk_file_read. Links are followed inside the tree; one that leads out of it is reported. */
struct pk_source *pk_tree_read(struct pk_arena *arena, const struct pk_tree *tree, const char *path,
	size_t limit, struct pk_diags *diags);
/* As pk_file_exists: also true of what pk_tree_read then refuses, such as a submodule. */
bool pk_tree_exists(const struct pk_tree *tree, const char *path);
/* As pk_file_is_dir. */
bool pk_tree_is_dir(const struct pk_tree *tree, const char *path);
/* `name` as the file at `base` means it, without "." and ".."; in the tree if `base` is. */
char *pk_tree_beside(
	struct pk_arena *arena, const struct pk_tree *tree, const char *base, const char *name);
/*
 * The path, from the top of the repository, of the file that `source` was read from, `from` being
 * as in pk_tree_has. NULL if it is not among the files of the repository.
 */
const char *pk_tree_path_of(struct pk_arena *arena, const struct pk_tree *tree,
	const struct pk_source *source, const struct pk_tree *from);
/*
 * True if `tree` has the file that `source` was read from, with the same bytes. `from` is where it
 * was read: another tree of the repository, `tree` itself, or NULL, the disk.
 */
bool pk_tree_has(
	const struct pk_tree *tree, const struct pk_source *source, const struct pk_tree *from);

/* Who changed the lines of a file last. */
struct pk_tree_lines {
	struct pk_blame *items; /* the first is line 1 */
	size_t len;
};

/*
 * Who changed the lines of `source`, as pk_tree_has has it, up to the commit of `tree`. Empty if
 * the tree does not have the file, or the repository lacks the commits that would tell.
 */
struct pk_tree_lines pk_tree_blame(struct pk_arena *arena, const struct pk_tree *tree,
	const struct pk_source *source, const struct pk_tree *from);

#endif

/* Repositories and revisions. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/git_repo.h"

#define HINT_SHALLOW "the clone is shallow: fetch the rest with `git fetch --unshallow`"

struct pk_span pk_git_span(const char *name, struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, name);
	return pk_span_file(pk_source_make(diags->arena, copy, "", 0));
}

const char *pk_git_reason(const struct pk_git *git)
{
	const git_error *error = git->error_last();
	return error == NULL || error->message == NULL ? "no reason is given" : error->message;
}

/* --- repositories --- */

/*
 * Was a repository refused because of its owner? libgit2 before 1.6 says "not found" if the user
 * has a configuration that does not list safe directories; only the class tells.
 */
static bool is_foreign(const struct pk_git *git, int error)
{
	const git_error *last = git->error_last();
	return error == GIT_EOWNER ||
		(error == GIT_ENOTFOUND && last != NULL && last->klass == GIT_ERROR_CONFIG);
}

static void report_library(const char *name, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_GIT_REPOSITORY, pk_git_span(name, diags),
		"no git repository can be read: '%s' is not installed", PK_GIT_LIBRARY);
	pk_diag_hint(diags, diag, "install libgit2 %s", LIBGIT2_SOVERSION);
}

static void report_open(const struct pk_git *git, int error, const char *folder, const char *name,
	struct pk_diags *diags)
{
	struct pk_span span = pk_git_span(name, diags);
	struct pk_diag *diag;
	if (is_foreign(git, error)) {
		diag = pk_report(diags, PK_GIT_REPOSITORY, span,
			"the git repository belongs to somebody else, so it is not read");
		pk_diag_hint(diags, diag,
			"if you trust it, run `git config --global --add safe.directory` with its "
			"path");
	} else if (error == GIT_ENOTFOUND) {
		diag = pk_report(diags, PK_GIT_NO_REPOSITORY, span,
			"'%s' needs a git repository, and '%s' is in none", name, folder);
		pk_diag_hint(diags, diag, "run picket inside of the repository");
	} else {
		diag = pk_report(diags, PK_GIT_REPOSITORY, span,
			"cannot open the git repository: %s", pk_git_reason(git));
		pk_diag_hint(diags, diag, "see what `git fsck` says of it");
	}
}

/* False, after a report unless `diags` is NULL. `name` is what the repository is needed for. */
static bool open_repository(
	struct pk_git *out, const char *folder, const char *name, struct pk_diags *diags)
{
	struct pk_git git = {0};
	if (!pk_git_library_open(&git)) {
		if (diags != NULL)
			report_library(name, diags);
		return false;
	}
	int error = git.repository_open_ext(&git.repository, folder, 0, NULL);
	if (error == 0)
		*out = git;
	else if (diags != NULL)
		report_open(&git, error, folder, name, diags);
	return error == 0;
}

/* --- paths --- */

/* The path without links; of a file that is not there its folder decides. Freed by the arena. */
static char *real_path(struct pk_arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	if (real != NULL) {
		char *copy = pk_arena_strdup(arena, real);
		free(real);
		return copy;
	}
	const char *slash = strrchr(path, '/');
	if (slash == path || path[0] == '\0')
		return NULL;
	const char *name = slash == NULL ? path : slash + 1;
	const char *folder =
		slash == NULL ? "." : pk_arena_strndup(arena, path, (size_t)(slash - path));
	char *above = real_path(arena, folder);
	return above == NULL
		? NULL
		: pk_file_normalize(arena, pk_arena_printf(arena, "%s/%s", above, name));
}

char *pk_git_relative(const struct pk_tree *tree, struct pk_arena *arena, const char *path)
{
	const char *top = tree->git.repository_workdir(tree->git.repository);
	char *real = top == NULL ? NULL : real_path(arena, path);
	if (real == NULL)
		return NULL;
	size_t len = strlen(top) - 1; /* it ends in a slash */
	if (strncmp(real, top, len) != 0 || (real[len] != '/' && real[len] != '\0'))
		return NULL;
	return real[len] == '\0' ? real + len : real + len + 1;
}

/* --- commits --- */

static void report_revision(
	const struct pk_git *git, int error, const char *rev, struct pk_diags *diags)
{
	struct pk_span span = pk_git_span(rev, diags);
	if (error == GIT_EAMBIGUOUS) {
		struct pk_diag *diag = pk_report(diags, PK_GIT_REVISION, span,
			"revision '%s' may be one of several objects", rev);
		pk_diag_hint(diags, diag, "write more digits of its id");
		return;
	}
	struct pk_diag *diag =
		pk_report(diags, PK_GIT_REVISION, span, "revision '%s' does not exist", rev);
	if (git->repository_is_shallow(git->repository) > 0)
		pk_diag_hint(diags, diag, HINT_SHALLOW);
	else
		pk_diag_hint(diags, diag,
			"name a branch, a tag or a commit; `git log --oneline --all` lists them");
}

/* The commit that `rev` names, to be freed; NULL, after a report unless `diags` is NULL. */
static git_commit *find_commit(const struct pk_git *git, const char *rev, struct pk_diags *diags)
{
	git_object *object = NULL;
	git_object *commit = NULL;
	int error = git->revparse_single(&object, git->repository, rev);
	if (error != 0) {
		if (diags != NULL)
			report_revision(git, error, rev, diags);
		return NULL;
	}
	error = git->object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git->object_free(object);
	if (error == 0)
		return (git_commit *)commit;
	if (diags != NULL) {
		struct pk_diag *diag = pk_report(
			diags, PK_GIT_REVISION, pk_git_span(rev, diags), "'%s' is no commit", rev);
		pk_diag_hint(diags, diag, "name a branch, a tag or a commit");
	}
	return NULL;
}

/* --- trees --- */

/*
 * Takes the repository and the commit; NULL, after a report unless `diags` is NULL, if the commit
 * has no files to read.
 */
static struct pk_tree *make_tree(
	const struct pk_git *git, git_commit *commit, const char *rev, struct pk_diags *diags)
{
	git_tree *root = NULL;
	if (commit != NULL && git->commit_tree(&root, commit) != 0 && diags != NULL)
		pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot read the files of '%s': %s", rev, pk_git_reason(git));
	if (root == NULL) {
		git->commit_free(commit);
		git->repository_free(git->repository);
		return NULL;
	}
	struct pk_arena *arena = pk_arena_create();
	struct pk_tree *tree = PK_NEW(arena, struct pk_tree);
	tree->arena = arena;
	tree->git = *git;
	tree->commit = commit;
	tree->root = root;
	tree->folders = PK_NEW(arena, struct pk_map);
	tree->prefix = pk_arena_printf(arena, "%s:", rev);
	git->oid_tostr(tree->id, sizeof(tree->id), git->commit_id(commit));
	return tree;
}

static struct pk_tree *open_tree(const char *folder, const char *rev, struct pk_diags *diags)
{
	struct pk_git git;
	if (!open_repository(&git, folder, rev, diags))
		return NULL;
	return make_tree(&git, find_commit(&git, rev, diags), rev, diags);
}

struct pk_tree *pk_tree_open(const char *rev, struct pk_diags *diags)
{
	return open_tree(".", rev, diags);
}

struct pk_tree *pk_tree_find(const char *folder, const char *rev)
{
	return open_tree(folder, rev, NULL);
}

static void report_base(
	const struct pk_git *git, int error, const char *rev, struct pk_diags *diags)
{
	bool is_shallow = git->repository_is_shallow(git->repository) > 0;
	struct pk_diag *diag;
	if (error == GIT_ENOTFOUND || is_shallow)
		diag = pk_report(diags, PK_GIT_UNRELATED, pk_git_span(rev, diags),
			"no common ancestor with '%s' is known", rev);
	else
		diag = pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot follow the history of '%s': %s", rev, pk_git_reason(git));
	pk_diag_hint(
		diags, diag, is_shallow ? HINT_SHALLOW : "name a revision of the same history");
}

/* The id of what is looked at; false after a report. */
static bool find_here(git_oid *out, const struct pk_git *git, const char *rev,
	const struct pk_tree *tree, struct pk_diags *diags)
{
	if (tree != NULL) {
		*out = *git->commit_id(tree->commit);
		return true;
	}
	if (git->repository_is_bare(git->repository)) {
		struct pk_diag *diag = pk_report(diags, PK_GIT_BARE, pk_git_span(rev, diags),
			"the git repository is bare: it has no files to compare with '%s'", rev);
		pk_diag_hint(diags, diag, "say with --rev which revision to look at");
		return false;
	}
	int error = git->reference_name_to_id(out, git->repository, "HEAD");
	if (error != 0)
		report_revision(git, error, "HEAD", diags);
	return error == 0;
}

/* The id of the common ancestor; false after a report. */
static bool find_base(git_oid *out, const struct pk_git *git, const char *rev,
	const struct pk_tree *tree, struct pk_diags *diags)
{
	git_oid here;
	git_commit *commit = find_commit(git, rev, diags);
	if (commit == NULL)
		return false;
	git_oid there = *git->commit_id(commit);
	git->commit_free(commit);
	if (!find_here(&here, git, rev, tree, diags))
		return false;
	int error = git->merge_base(out, git->repository, &there, &here);
	if (error != 0)
		report_base(git, error, rev, diags);
	return error == 0;
}

struct pk_tree *pk_tree_open_base(
	const char *rev, const struct pk_tree *tree, struct pk_diags *diags)
{
	git_oid id;
	git_commit *commit = NULL;
	struct pk_git git;
	if (!open_repository(&git, ".", rev, diags))
		return NULL;
	if (find_base(&id, &git, rev, tree, diags) &&
		git.commit_lookup(&commit, git.repository, &id) != 0)
		pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot read the commit before '%s': %s", rev, pk_git_reason(&git));
	return make_tree(&git, commit, rev, diags);
}

void pk_tree_close(struct pk_tree *tree)
{
	if (tree == NULL)
		return;
	const struct pk_git *git = &tree->git;
	for (size_t i = 0; i < tree->folders->cap; i++)
		git->tree_free(tree->folders->slots[i].value);
	git->tree_free(tree->root);
	git->commit_free(tree->commit);
	git->repository_free(git->repository);
	pk_arena_destroy(tree->arena);
}

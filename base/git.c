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

const char *pk_git_reason(void)
{
	const git_error *error = git_error_last();
	return error == NULL || error->message == NULL ? "no reason is given" : error->message;
}

/* --- repositories --- */

/*
 * Was a repository refused because of its owner? libgit2 before 1.6 says "not found" if the user
 * has a configuration that does not list safe directories; only the class tells.
 */
static bool is_foreign(int error)
{
	const git_error *last = git_error_last();
	return error == GIT_EOWNER ||
		(error == GIT_ENOTFOUND && last != NULL && last->klass == GIT_ERROR_CONFIG);
}

static void report_open(int error, const char *folder, const char *name, struct pk_diags *diags)
{
	struct pk_span span = pk_git_span(name, diags);
	struct pk_diag *diag;
	if (is_foreign(error)) {
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
			"cannot open the git repository: %s", pk_git_reason());
		pk_diag_hint(diags, diag, "see what `git fsck` says of it");
	}
}

/* NULL, after a report unless `diags` is NULL. `name` is what the repository is needed for. */
static git_repository *open_repository(const char *folder, const char *name, struct pk_diags *diags)
{
	/*
	 * What this sets up, certificates among it, costs more than reading a revision, so it is
	 * not undone before the program ends.
	 */
	git_libgit2_init();
	git_repository *repository = NULL;
	int error = git_repository_open_ext(&repository, folder, 0, NULL);
	if (error != 0 && diags != NULL)
		report_open(error, folder, name, diags);
	return error == 0 ? repository : NULL;
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
	const char *top = git_repository_workdir(tree->repository);
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
	git_repository *repository, int error, const char *rev, struct pk_diags *diags)
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
	if (git_repository_is_shallow(repository) > 0)
		pk_diag_hint(diags, diag, HINT_SHALLOW);
	else
		pk_diag_hint(diags, diag,
			"name a branch, a tag or a commit; `git log --oneline --all` lists them");
}

/* The commit that `rev` names, to be freed; NULL, after a report unless `diags` is NULL. */
static git_commit *find_commit(git_repository *repository, const char *rev, struct pk_diags *diags)
{
	git_object *object = NULL;
	git_object *commit = NULL;
	int error = git_revparse_single(&object, repository, rev);
	if (error != 0) {
		if (diags != NULL)
			report_revision(repository, error, rev, diags);
		return NULL;
	}
	error = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git_object_free(object);
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

/* Takes both; NULL, after a report unless `diags` is NULL, if the commit has no files to read. */
static struct pk_tree *make_tree(
	git_repository *repository, git_commit *commit, const char *rev, struct pk_diags *diags)
{
	git_tree *root = NULL;
	if (commit != NULL && git_commit_tree(&root, commit) != 0 && diags != NULL)
		pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot read the files of '%s': %s", rev, pk_git_reason());
	if (root == NULL) {
		git_commit_free(commit);
		git_repository_free(repository);
		return NULL;
	}
	struct pk_arena *arena = pk_arena_create();
	struct pk_tree *tree = PK_NEW(arena, struct pk_tree);
	tree->arena = arena;
	tree->repository = repository;
	tree->commit = commit;
	tree->root = root;
	tree->folders = PK_NEW(arena, struct pk_map);
	tree->prefix = pk_arena_printf(arena, "%s:", rev);
	git_oid_tostr(tree->id, sizeof(tree->id), git_commit_id(commit));
	return tree;
}

static struct pk_tree *open_tree(const char *folder, const char *rev, struct pk_diags *diags)
{
	git_repository *repository = open_repository(folder, rev, diags);
	if (repository == NULL)
		return NULL;
	return make_tree(repository, find_commit(repository, rev, diags), rev, diags);
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
	git_repository *repository, int error, const char *rev, struct pk_diags *diags)
{
	bool is_shallow = git_repository_is_shallow(repository) > 0;
	struct pk_diag *diag;
	if (error == GIT_ENOTFOUND || is_shallow)
		diag = pk_report(diags, PK_GIT_UNRELATED, pk_git_span(rev, diags),
			"no common ancestor with '%s' is known", rev);
	else
		diag = pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot follow the history of '%s': %s", rev, pk_git_reason());
	pk_diag_hint(
		diags, diag, is_shallow ? HINT_SHALLOW : "name a revision of the same history");
}

/* The id of what is looked at; false after a report. */
static bool find_here(git_oid *out, git_repository *repository, const char *rev,
	const struct pk_tree *tree, struct pk_diags *diags)
{
	if (tree != NULL) {
		*out = *git_commit_id(tree->commit);
		return true;
	}
	if (git_repository_is_bare(repository)) {
		struct pk_diag *diag = pk_report(diags, PK_GIT_BARE, pk_git_span(rev, diags),
			"the git repository is bare: it has no files to compare with '%s'", rev);
		pk_diag_hint(diags, diag, "say with --rev which revision to look at");
		return false;
	}
	int error = git_reference_name_to_id(out, repository, "HEAD");
	if (error != 0)
		report_revision(repository, error, "HEAD", diags);
	return error == 0;
}

/* The id of the common ancestor; false after a report. */
static bool find_base(git_oid *out, git_repository *repository, const char *rev,
	const struct pk_tree *tree, struct pk_diags *diags)
{
	git_oid here;
	git_commit *commit = find_commit(repository, rev, diags);
	if (commit == NULL)
		return false;
	git_oid there = *git_commit_id(commit);
	git_commit_free(commit);
	if (!find_here(&here, repository, rev, tree, diags))
		return false;
	int error = git_merge_base(out, repository, &there, &here);
	if (error != 0)
		report_base(repository, error, rev, diags);
	return error == 0;
}

struct pk_tree *pk_tree_open_base(
	const char *rev, const struct pk_tree *tree, struct pk_diags *diags)
{
	git_oid id;
	git_commit *commit = NULL;
	git_repository *repository = open_repository(".", rev, diags);
	if (repository == NULL)
		return NULL;
	if (find_base(&id, repository, rev, tree, diags) &&
		git_commit_lookup(&commit, repository, &id) != 0)
		pk_report(diags, PK_GIT_OBJECT, pk_git_span(rev, diags),
			"cannot read the commit before '%s': %s", rev, pk_git_reason());
	return make_tree(repository, commit, rev, diags);
}

void pk_tree_close(struct pk_tree *tree)
{
	if (tree == NULL)
		return;
	for (size_t i = 0; i < tree->folders->cap; i++)
		git_tree_free(tree->folders->slots[i].value);
	git_tree_free(tree->root);
	git_commit_free(tree->commit);
	git_repository_free(tree->repository);
	pk_arena_destroy(tree->arena);
}

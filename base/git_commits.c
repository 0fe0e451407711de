/* Commits since a revision, and tags. */
#include "base/commits.h"

#include <string.h>

#include <git2/sys/mempack.h>

#include "base/git_repo.h"
#include "base/text.h"

#define TAGS "refs/tags/"

enum {
	OBJECT_MAX = 1024 * 1024, /* bytes of a commit or a tag */
	MEMORY_PRIORITY = 1000,	  /* above what writes to the disk */
};

struct pk_commits {
	struct pk_arena *arena;
	git_repository *repository; /* the tree's */
	git_odb *odb;
	git_odb_backend *memory; /* takes what merging makes; the odb's */
	PK_LIST(git_oid) ids;
};

/* Where paths are gathered, each once. */
struct path_list {
	struct pk_arena *arena;
	struct pk_commit *commit;
	struct pk_map seen;
};

static bool report_object(git_repository *repository, const char *name, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_GIT_OBJECT, pk_git_span(name, diags),
		"cannot read '%s': %s", name, pk_git_reason());
	pk_diag_hint(diags, diag,
		git_repository_is_shallow(repository) > 0
			? "the clone is shallow: fetch the rest with `git fetch --unshallow`"
			: "fetch what the clone lacks with `git fetch`, or see what `git fsck` "
			  "says");
	return false;
}

static const char *print_id(struct pk_arena *arena, const git_oid *id)
{
	char text[GIT_OID_HEXSZ + 1];
	return pk_arena_strdup(arena, git_oid_tostr(text, sizeof(text), id));
}

/* --- which commits --- */

static bool report_too_many(size_t limit, const char *id, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_TOO_MANY_COMMITS, pk_git_span(id, diags),
		"there are more than %zu commits to look at", limit);
	pk_diag_hint(diags, diag, "name a later revision as base");
	return false;
}

static bool walk(struct pk_commits *commits, git_revwalk *walker, const struct pk_tree *tree,
	const struct pk_tree *base, size_t limit, struct pk_diags *diags)
{
	git_oid id;
	int error = git_revwalk_sorting(walker, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	if (error == 0)
		error = git_revwalk_push(walker, git_commit_id(tree->commit));
	if (error == 0)
		error = git_revwalk_hide(walker, git_commit_id(base->commit));
	while (error == 0 && (error = git_revwalk_next(&id, walker)) == 0) {
		if (commits->ids.len >= limit)
			return report_too_many(limit, tree->id, diags);
		*pk_list_push(commits->arena, &commits->ids) = id;
	}
	return error == GIT_ITEROVER || report_object(tree->repository, tree->id, diags);
}

/* Objects that are made are kept in memory. */
static bool open_memory(struct pk_commits *commits)
{
	if (git_repository_odb(&commits->odb, commits->repository) != 0 ||
		git_mempack_new(&commits->memory) != 0)
		return false;
	return git_odb_add_backend(commits->odb, commits->memory, MEMORY_PRIORITY) == 0;
}

struct pk_commits *pk_commits_open(const struct pk_tree *tree, const struct pk_tree *base,
	size_t limit, struct pk_diags *diags)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_commits *commits = PK_NEW(arena, struct pk_commits);
	commits->arena = arena;
	commits->repository = tree->repository;

	git_revwalk *walker = NULL;
	bool done = false;
	if (!open_memory(commits) || git_revwalk_new(&walker, tree->repository) != 0)
		report_object(tree->repository, tree->id, diags);
	else
		done = walk(commits, walker, tree, base, limit, diags);
	git_revwalk_free(walker);
	if (done)
		return commits;
	pk_commits_close(commits);
	return NULL;
}

void pk_commits_close(struct pk_commits *commits)
{
	if (commits == NULL)
		return;
	git_odb_free(commits->odb);
	pk_arena_destroy(commits->arena);
}

size_t pk_commits_count(const struct pk_commits *commits)
{
	return commits->ids.len;
}

/* --- which paths --- */

static void add_path(struct path_list *list, const char *path)
{
	if (path == NULL || pk_map_find(&list->seen, path) != NULL)
		return;
	char *copy = pk_arena_strdup(list->arena, path);
	pk_map_set(list->arena, &list->seen, copy, copy);
	*pk_list_push(list->arena, &list->commit->paths) = copy;
}

/* Adds what differs between two trees; `from` may be NULL, the empty one. False on failure. */
static bool add_difference(
	struct path_list *list, git_repository *repository, git_tree *from, git_tree *to)
{
	git_diff_options options;
	git_diff *diff = NULL;
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
	if (git_diff_tree_to_tree(&diff, repository, from, to, &options) != 0)
		return false;
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);
		add_path(list, delta->old_file.path);
		add_path(list, delta->new_file.path);
	}
	git_diff_free(diff);
	return true;
}

static const char *path_of(const git_index_entry *entry)
{
	return entry == NULL ? NULL : entry->path;
}

/* Adds the paths that cannot be merged automatically, and takes them out of `index`. */
static bool take_conflicts(struct path_list *list, git_index *index)
{
	git_index_conflict_iterator *conflicts = NULL;
	const git_index_entry *base;
	const git_index_entry *first;
	const git_index_entry *second;
	if (git_index_conflict_iterator_new(&conflicts, index) != 0)
		return false;
	while (git_index_conflict_next(&base, &first, &second, conflicts) == 0) {
		add_path(list, path_of(base));
		add_path(list, path_of(first));
		add_path(list, path_of(second));
	}
	git_index_conflict_iterator_free(conflicts);
	return git_index_conflict_cleanup(index) == 0;
}

/* The tree that merging the two parents without anybody's help gives; NULL on failure. */
static git_tree *merge(struct path_list *list, git_repository *repository, git_commit *commit)
{
	git_commit *first = NULL;
	git_commit *second = NULL;
	git_index *index = NULL;
	git_tree *tree = NULL;
	git_oid id;
	if (git_commit_parent(&first, commit, 0) == 0 &&
		git_commit_parent(&second, commit, 1) == 0 &&
		git_merge_commits(&index, repository, first, second, NULL) == 0 &&
		take_conflicts(list, index) && git_index_write_tree_to(&id, index, repository) == 0)
		git_tree_lookup(&tree, repository, &id);
	git_index_free(index);
	git_commit_free(second);
	git_commit_free(first);
	return tree;
}

/* The tree that the commit is compared with; *out is NULL for the first commit of a history. */
static bool open_before(
	git_tree **out, struct path_list *list, git_repository *repository, git_commit *commit)
{
	enum { MERGED = 2 };
	git_commit *parent = NULL;
	*out = NULL;
	if (git_commit_parentcount(commit) == 0)
		return true;
	if (git_commit_parentcount(commit) == MERGED) {
		*out = merge(list, repository, commit);
		return *out != NULL;
	}
	bool done = git_commit_parent(&parent, commit, 0) == 0 && git_commit_tree(out, parent) == 0;
	git_commit_free(parent);
	return done;
}

static bool read_paths(struct pk_commit *out, struct pk_arena *arena, git_repository *repository,
	git_commit *commit)
{
	struct path_list list = {.arena = arena, .commit = out};
	git_tree *before = NULL;
	git_tree *tree = NULL;
	bool done = git_commit_tree(&tree, commit) == 0 &&
		open_before(&before, &list, repository, commit) &&
		add_difference(&list, repository, before, tree);
	git_tree_free(before);
	git_tree_free(tree);
	return done;
}

/* --- what they say --- */

/* The bytes of a commit or tag, in the arena; NULL on failure. */
static const char *read_bytes(
	size_t *len_out, struct pk_arena *arena, git_odb *odb, const git_oid *id)
{
	size_t size = 0;
	git_object_t type;
	git_odb_object *object = NULL;
	if (git_odb_read_header(&size, &type, odb, id) != 0 || size > OBJECT_MAX ||
		git_odb_read(&object, odb, id) != 0)
		return NULL;
	*len_out = git_odb_object_size(object);
	char *bytes = pk_arena_strndup(arena, git_odb_object_data(object), *len_out);
	git_odb_object_free(object);
	return bytes;
}

static const char *address_of(struct pk_arena *arena, const git_signature *signature)
{
	return signature == NULL ? NULL : pk_arena_strdup(arena, signature->email);
}

bool pk_commits_read(struct pk_commits *commits, struct pk_commit *out, struct pk_arena *arena,
	size_t index, struct pk_diags *diags)
{
	const git_oid *id = &commits->ids.items[index];
	git_commit *commit = NULL;
	size_t len;
	*out = (struct pk_commit){.id = print_id(arena, id)};
	git_error_clear();
	const char *bytes = read_bytes(&len, arena, commits->odb, id);
	bool done = bytes != NULL && git_commit_lookup(&commit, commits->repository, id) == 0 &&
		read_paths(out, arena, commits->repository, commit);
	git_mempack_reset(commits->memory);
	if (done) {
		pk_signed_split_commit(&out->object, arena, bytes, len);
		out->committer = address_of(arena, git_commit_committer(commit));
		for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
			*pk_list_push(arena, &out->parents) =
				print_id(arena, git_commit_parent_id(commit, i));
	}
	git_commit_free(commit);
	return done || report_object(commits->repository, out->id, diags);
}

/* --- tags --- */

/* The tag that the reference leads to. False on failure. */
static bool read_tag(struct pk_tag *out, struct pk_arena *arena, git_repository *repository,
	const git_reference *reference)
{
	git_object *object = NULL;
	git_odb *odb = NULL;
	size_t len;
	const git_oid *id = git_reference_target(reference);
	bool done = id != NULL && git_object_lookup(&object, repository, id, GIT_OBJECT_ANY) == 0;
	if (done && git_object_type(object) == GIT_OBJECT_TAG) {
		const git_tag *tag = (const git_tag *)object;
		const char *bytes = git_repository_odb(&odb, repository) == 0
			? read_bytes(&len, arena, odb, id)
			: NULL;
		done = bytes != NULL;
		out->name = pk_arena_strdup(arena, git_tag_name(tag));
		out->tagger = address_of(arena, git_tag_tagger(tag));
		if (done)
			pk_signed_split_tag(&out->object, arena, bytes, len);
	}
	git_odb_free(odb);
	git_object_free(object);
	return done;
}

bool pk_tag_read(struct pk_tag *out, bool *found_out, struct pk_arena *arena,
	const struct pk_tree *tree, const char *rev, struct pk_diags *diags)
{
	git_object *object = NULL;
	git_reference *reference = NULL;
	git_error_clear();
	int error = git_revparse_ext(&object, &reference, tree->repository, rev);
	git_object_free(object);
	if (error != 0)
		return report_object(tree->repository, rev, diags);
	*found_out = reference != NULL && git_reference_is_tag(reference) != 0;
	bool done = true;
	if (*found_out) {
		const char *name = git_reference_name(reference) + strlen(TAGS);
		*out = (struct pk_tag){.ref = pk_arena_strdup(arena, name)};
		done = read_tag(out, arena, tree->repository, reference);
	}
	git_reference_free(reference);
	return done || report_object(tree->repository, rev, diags);
}

/* Whole names: a tag may be called as a branch is, and would go before it. */
const char *pk_tree_main_branch(const struct pk_tree *tree)
{
	static const char *const names[] = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
		"refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		git_oid id;
		if (git_reference_name_to_id(&id, tree->repository, names[i]) == 0)
			return names[i];
	}
	return NULL;
}

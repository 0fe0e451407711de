/* Commits since a revision, and tags. */
#include "base/commits.h"

#include <string.h>

#include "base/git_repo.h"
#include "base/text.h"

#define TAGS "refs/tags/"

enum {
	OBJECT_MAX = 1024 * 1024, /* bytes of a commit or a tag */
	MEMORY_PRIORITY = 1000,	  /* above what writes to the disk */
};

struct pk_commits {
	struct pk_arena *arena;
	const struct pk_git *git; /* the tree's */
	git_odb *odb;
	git_odb_backend *memory; /* takes what merging makes; the odb's */
	PK_LIST(git_oid) ids;
};

/* Where paths are gathered, each once. */
struct path_list {
	const struct pk_git *git;
	struct pk_arena *arena;
	struct pk_commit *commit;
	struct pk_map seen;
};

static bool report_object(const struct pk_git *git, const char *name, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_GIT_OBJECT, pk_git_span(name, diags),
		"cannot read '%s': %s", name, pk_git_reason(git));
	pk_diag_hint(diags, diag,
		git->repository_is_shallow(git->repository) > 0
			? "the clone is shallow: fetch the rest with `git fetch --unshallow`"
			: "fetch what the clone lacks with `git fetch`, or see what `git fsck` "
			  "says");
	return false;
}

static const char *print_id(struct pk_arena *arena, const struct pk_git *git, const git_oid *id)
{
	char text[GIT_OID_HEXSZ + 1];
	return pk_arena_strdup(arena, git->oid_tostr(text, sizeof(text), id));
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
	const struct pk_git *git = commits->git;
	git_oid id;
	int error = git->revwalk_sorting(walker, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	if (error == 0)
		error = git->revwalk_push(walker, git->commit_id(tree->commit));
	if (error == 0)
		error = git->revwalk_hide(walker, git->commit_id(base->commit));
	while (error == 0 && (error = git->revwalk_next(&id, walker)) == 0) {
		if (commits->ids.len >= limit)
			return report_too_many(limit, tree->id, diags);
		*pk_list_push(commits->arena, &commits->ids) = id;
	}
	return error == GIT_ITEROVER || report_object(git, tree->id, diags);
}

/* Objects that are made are kept in memory. */
static bool open_memory(struct pk_commits *commits)
{
	const struct pk_git *git = commits->git;
	if (git->repository_odb(&commits->odb, git->repository) != 0 ||
		git->mempack_new(&commits->memory) != 0)
		return false;
	return git->odb_add_backend(commits->odb, commits->memory, MEMORY_PRIORITY) == 0;
}

struct pk_commits *pk_commits_open(const struct pk_tree *tree, const struct pk_tree *base,
	size_t limit, struct pk_diags *diags)
{
	const struct pk_git *git = &tree->git;
	struct pk_arena *arena = pk_arena_create();
	struct pk_commits *commits = PK_NEW(arena, struct pk_commits);
	commits->arena = arena;
	commits->git = git;

	git_revwalk *walker = NULL;
	bool done = false;
	if (!open_memory(commits) || git->revwalk_new(&walker, git->repository) != 0)
		report_object(git, tree->id, diags);
	else
		done = walk(commits, walker, tree, base, limit, diags);
	git->revwalk_free(walker);
	if (done)
		return commits;
	pk_commits_close(commits);
	return NULL;
}

void pk_commits_close(struct pk_commits *commits)
{
	if (commits == NULL)
		return;
	commits->git->odb_free(commits->odb);
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
static bool add_difference(struct path_list *list, git_tree *from, git_tree *to)
{
	const struct pk_git *git = list->git;
	git_diff_options options;
	git_diff *diff = NULL;
	git->diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
	if (git->diff_tree_to_tree(&diff, git->repository, from, to, &options) != 0)
		return false;
	for (size_t i = 0; i < git->diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git->diff_get_delta(diff, i);
		add_path(list, delta->old_file.path);
		add_path(list, delta->new_file.path);
	}
	git->diff_free(diff);
	return true;
}

static const char *path_of(const git_index_entry *entry)
{
	return entry == NULL ? NULL : entry->path;
}

/* Adds the paths that cannot be merged automatically, and takes them out of `index`. */
static bool take_conflicts(struct path_list *list, git_index *index)
{
	const struct pk_git *git = list->git;
	git_index_conflict_iterator *conflicts = NULL;
	const git_index_entry *base;
	const git_index_entry *first;
	const git_index_entry *second;
	if (git->index_conflict_iterator_new(&conflicts, index) != 0)
		return false;
	while (git->index_conflict_next(&base, &first, &second, conflicts) == 0) {
		add_path(list, path_of(base));
		add_path(list, path_of(first));
		add_path(list, path_of(second));
	}
	git->index_conflict_iterator_free(conflicts);
	return git->index_conflict_cleanup(index) == 0;
}

/* The tree that merging the two parents without anybody's help gives; NULL on failure. */
static git_tree *merge(struct path_list *list, git_commit *commit)
{
	const struct pk_git *git = list->git;
	git_commit *first = NULL;
	git_commit *second = NULL;
	git_index *index = NULL;
	git_tree *tree = NULL;
	git_oid id;
	if (git->commit_parent(&first, commit, 0) == 0 &&
		git->commit_parent(&second, commit, 1) == 0 &&
		git->merge_commits(&index, git->repository, first, second, NULL) == 0 &&
		take_conflicts(list, index) &&
		git->index_write_tree_to(&id, index, git->repository) == 0)
		git->tree_lookup(&tree, git->repository, &id);
	git->index_free(index);
	git->commit_free(second);
	git->commit_free(first);
	return tree;
}

/* The tree that the commit is compared with; *out is NULL for the first commit of a history. */
static bool open_before(git_tree **out, struct path_list *list, git_commit *commit)
{
	enum { MERGED = 2 };
	const struct pk_git *git = list->git;
	git_commit *parent = NULL;
	*out = NULL;
	if (git->commit_parentcount(commit) == 0)
		return true;
	if (git->commit_parentcount(commit) == MERGED) {
		*out = merge(list, commit);
		return *out != NULL;
	}
	bool done =
		git->commit_parent(&parent, commit, 0) == 0 && git->commit_tree(out, parent) == 0;
	git->commit_free(parent);
	return done;
}

static bool read_paths(
	struct pk_commit *out, struct pk_arena *arena, const struct pk_git *git, git_commit *commit)
{
	struct path_list list = {.git = git, .arena = arena, .commit = out};
	git_tree *before = NULL;
	git_tree *tree = NULL;
	bool done = git->commit_tree(&tree, commit) == 0 && open_before(&before, &list, commit) &&
		add_difference(&list, before, tree);
	git->tree_free(before);
	git->tree_free(tree);
	return done;
}

/* --- what they say --- */

/* The bytes of a commit or tag, in the arena; NULL on failure. */
static const char *read_bytes(size_t *len_out, struct pk_arena *arena, const struct pk_git *git,
	git_odb *odb, const git_oid *id)
{
	size_t size = 0;
	git_object_t type;
	git_odb_object *object = NULL;
	if (git->odb_read_header(&size, &type, odb, id) != 0 || size > OBJECT_MAX ||
		git->odb_read(&object, odb, id) != 0)
		return NULL;
	*len_out = git->odb_object_size(object);
	char *bytes = pk_arena_strndup(arena, git->odb_object_data(object), *len_out);
	git->odb_object_free(object);
	return bytes;
}

static const char *address_of(struct pk_arena *arena, const git_signature *signature)
{
	return signature == NULL ? NULL : pk_arena_strdup(arena, signature->email);
}

bool pk_commits_read(struct pk_commits *commits, struct pk_commit *out, struct pk_arena *arena,
	size_t index, struct pk_diags *diags)
{
	const struct pk_git *git = commits->git;
	const git_oid *id = &commits->ids.items[index];
	git_commit *commit = NULL;
	size_t len;
	*out = (struct pk_commit){.id = print_id(arena, git, id)};
	git->error_clear();
	const char *bytes = read_bytes(&len, arena, git, commits->odb, id);
	bool done = bytes != NULL && git->commit_lookup(&commit, git->repository, id) == 0 &&
		read_paths(out, arena, git, commit);
	git->mempack_reset(commits->memory);
	if (done) {
		pk_signed_split_commit(&out->object, arena, bytes, len);
		out->committer = address_of(arena, git->commit_committer(commit));
		for (unsigned i = 0; i < git->commit_parentcount(commit); i++)
			*pk_list_push(arena, &out->parents) =
				print_id(arena, git, git->commit_parent_id(commit, i));
	}
	git->commit_free(commit);
	return done || report_object(git, out->id, diags);
}

/* --- tags --- */

/* The tag that the reference leads to. False on failure. */
static bool read_tag(struct pk_tag *out, struct pk_arena *arena, const struct pk_git *git,
	const git_reference *reference)
{
	git_object *object = NULL;
	git_odb *odb = NULL;
	size_t len;
	const git_oid *id = git->reference_target(reference);
	bool done =
		id != NULL && git->object_lookup(&object, git->repository, id, GIT_OBJECT_ANY) == 0;
	if (done && git->object_type(object) == GIT_OBJECT_TAG) {
		const git_tag *tag = (const git_tag *)object;
		const char *bytes = git->repository_odb(&odb, git->repository) == 0
			? read_bytes(&len, arena, git, odb, id)
			: NULL;
		done = bytes != NULL;
		out->name = pk_arena_strdup(arena, git->tag_name(tag));
		out->tagger = address_of(arena, git->tag_tagger(tag));
		if (done)
			pk_signed_split_tag(&out->object, arena, bytes, len);
	}
	git->odb_free(odb);
	git->object_free(object);
	return done;
}

bool pk_tag_read(struct pk_tag *out, bool *found_out, struct pk_arena *arena,
	const struct pk_tree *tree, const char *rev, struct pk_diags *diags)
{
	const struct pk_git *git = &tree->git;
	git_object *object = NULL;
	git_reference *reference = NULL;
	git->error_clear();
	int error = git->revparse_ext(&object, &reference, git->repository, rev);
	git->object_free(object);
	if (error != 0)
		return report_object(git, rev, diags);
	*found_out = reference != NULL && git->reference_is_tag(reference) != 0;
	bool done = true;
	if (*found_out) {
		const char *name = git->reference_name(reference) + strlen(TAGS);
		*out = (struct pk_tag){.ref = pk_arena_strdup(arena, name)};
		done = read_tag(out, arena, git, reference);
	}
	git->reference_free(reference);
	return done || report_object(git, rev, diags);
}

/* Whole names: a tag may be called as a branch is, and would go before it. */
const char *pk_tree_main_branch(const struct pk_tree *tree)
{
	static const char *const names[] = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
		"refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		git_oid id;
		if (tree->git.reference_name_to_id(&id, tree->git.repository, names[i]) == 0)
			return names[i];
	}
	return NULL;
}

/* The files of a revision. */
#include <string.h>

#include "base/file.h"
#include "base/git_repo.h"
#include "base/text.h"

enum { LINKS_MAX = 40 }; /* symbolic links on the way to one file, as Linux has it */

/* What is at a path of a tree. */
enum found {
	FOUND_NOTHING,
	FOUND_FILE,
	FOUND_FOLDER,
	FOUND_SUBMODULE,
	FOUND_OUTSIDE, /* it leads out of the tree */
	FOUND_LOOP,    /* too many links */
	FOUND_BROKEN,  /* an object is missing or damaged */
};

const char *pk_tree_commit(const struct pk_tree *tree)
{
	return tree->id;
}

/* --- paths --- */

const char *pk_git_inside(const struct pk_tree *tree, const char *path)
{
	return tree != NULL && pk_text_starts(path, tree->prefix) ? path + strlen(tree->prefix)
								  : NULL;
}

static bool is_outside(const char *path)
{
	return path[0] == '/' || pk_text_equal(path, "..") || pk_text_starts(path, "../");
}

char *pk_tree_path(struct pk_arena *arena, const struct pk_tree *tree, const char *path)
{
	return pk_arena_printf(arena, "%s%s", tree->prefix, pk_file_normalize(arena, path));
}

char *pk_tree_path_here(struct pk_arena *arena, const struct pk_tree *tree, const char *path,
	struct pk_diags *diags)
{
	if (tree->git.repository_is_bare(tree->git.repository) && path[0] != '/')
		return pk_tree_path(arena, tree, path);
	const char *inside = pk_git_relative(tree, arena, path);
	if (inside != NULL)
		return pk_tree_path(arena, tree, inside);
	struct pk_diag *diag = pk_report(diags, PK_GIT_OUTSIDE, pk_git_span(path, diags),
		"'%s' is not among the files of the git repository", path);
	pk_diag_hint(diags, diag, "write '%sPATH' with a path from its top", tree->prefix);
	return NULL;
}

char *pk_tree_beside(
	struct pk_arena *arena, const struct pk_tree *tree, const char *base, const char *name)
{
	const char *inside = pk_git_inside(tree, base);
	if (inside == NULL)
		return pk_file_normalize(arena, pk_file_beside(arena, base, name));
	return pk_tree_path(arena, tree, pk_file_beside(arena, inside, name));
}

/* --- looking up --- */

/*
 * The folder `id` at the `len` bytes of `path`, borrowed. Folders are kept: libgit2 would read a
 * large one again for each file in it.
 */
static git_tree *open_folder(
	const struct pk_tree *tree, const git_oid *id, const char *path, size_t len)
{
	const char *key = pk_arena_strndup(tree->arena, path, len);
	git_tree *folder = pk_map_find(tree->folders, key);
	if (folder == NULL && tree->git.tree_lookup(&folder, tree->git.repository, id) == 0)
		pk_map_set(tree->arena, tree->folders, key, folder);
	return folder;
}

/* The text of the link `id`, which the path up to `end` names, put in its place. */
static char *follow(const struct pk_tree *tree, struct pk_arena *arena, const git_oid *id,
	const char *path, const char *end)
{
	const struct pk_git *git = &tree->git;
	git_blob *blob = NULL;
	if (git->blob_lookup(&blob, git->repository, id) != 0)
		return NULL;
	const char *link = pk_arena_strndup(
		arena, git->blob_rawcontent(blob), (size_t)git->blob_rawsize(blob));
	git->blob_free(blob);
	const char *here = pk_arena_strndup(arena, path, (size_t)(end - path));
	const char *target = pk_file_beside(arena, here, link);
	return pk_file_normalize(arena, pk_arena_printf(arena, "%s%s", target, end));
}

/*
 * Walks down `path`. FOUND_NOTHING with *next_out set: a link was met, and that is where it leads.
 */
static enum found walk(const struct pk_tree *tree, struct pk_arena *arena, git_oid *id_out,
	const char **next_out, const char *path)
{
	const struct pk_git *git = &tree->git;
	git_tree *folder = tree->root;
	for (const char *part = path; *part != '\0';) {
		const char *end = strchrnul(part, '/');
		const char *name = pk_arena_strndup(arena, part, (size_t)(end - part));
		const git_tree_entry *entry = git->tree_entry_byname(folder, name);
		if (entry == NULL)
			return FOUND_NOTHING;
		*id_out = *git->tree_entry_id(entry);
		git_filemode_t mode = git->tree_entry_filemode(entry);
		if (mode == GIT_FILEMODE_COMMIT)
			return FOUND_SUBMODULE;
		if (mode == GIT_FILEMODE_LINK) {
			*next_out = follow(tree, arena, id_out, path, end);
			return *next_out == NULL ? FOUND_BROKEN : FOUND_NOTHING;
		}
		if (mode != GIT_FILEMODE_TREE)
			return *end == '\0' ? FOUND_FILE : FOUND_NOTHING;
		folder = open_folder(tree, id_out, path, (size_t)(end - path));
		if (folder == NULL)
			return FOUND_BROKEN;
		part = end + (*end == '/');
	}
	return FOUND_FOLDER;
}

static enum found find(const struct pk_tree *tree, git_oid *id_out, const char *path)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	for (size_t links = 0; links < LINKS_MAX; links++) {
		const char *next = NULL;
		if (is_outside(path))
			return FOUND_OUTSIDE;
		enum found found = walk(tree, scratch, id_out, &next, path);
		if (next == NULL)
			return found;
		path = next;
	}
	return FOUND_LOOP;
}

bool pk_tree_exists(const struct pk_tree *tree, const char *path)
{
	const char *inside = pk_git_inside(tree, path);
	git_oid id;
	return inside == NULL ? pk_file_exists(path) : find(tree, &id, inside) != FOUND_NOTHING;
}

bool pk_tree_is_dir(const struct pk_tree *tree, const char *path)
{
	const char *inside = pk_git_inside(tree, path);
	git_oid id;
	return inside == NULL ? pk_file_is_dir(path) : find(tree, &id, inside) == FOUND_FOLDER;
}

/* --- reading --- */

static void report_object(const struct pk_tree *tree, const char *path, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_GIT_OBJECT, pk_git_span(path, diags),
		"cannot read '%s': %s", path, pk_git_reason(&tree->git));
	pk_diag_hint(diags, diag,
		"fetch what the clone lacks with `git fetch`, or see what `git fsck` says");
}

static void report_found(
	const struct pk_tree *tree, enum found found, const char *path, struct pk_diags *diags)
{
	struct pk_span span = pk_git_span(path, diags);
	struct pk_diag *diag;
	switch (found) {
	case FOUND_FILE:
		break;
	case FOUND_NOTHING:
		diag = pk_report(
			diags, PK_GIT_PATH, span, "file '%s' is not in the revision", path);
		pk_diag_hint(diags, diag,
			"write the path from the top of the repository, or './' before one from "
			"here");
		break;
	case FOUND_FOLDER:
		pk_report(diags, PK_GIT_PATH, span, "'%s' is a folder", path);
		break;
	case FOUND_SUBMODULE:
		diag = pk_report(diags, PK_GIT_SUBMODULE, span,
			"'%s' is in a submodule, whose files are in another repository", path);
		pk_diag_hint(diags, diag, "run picket in the submodule");
		break;
	case FOUND_OUTSIDE:
	case FOUND_LOOP:
		diag = pk_report(diags, PK_GIT_OUTSIDE, span,
			found == FOUND_LOOP ? "'%s' is a symbolic link that leads nowhere"
					    : "'%s' leads out of the repository",
			path);
		pk_diag_hint(diags, diag, "commit the file itself");
		break;
	case FOUND_BROKEN:
		report_object(tree, path, diags);
		break;
	}
}

/* The size is asked for first: a blob is read as a whole. */
static bool check_size(const struct pk_tree *tree, const git_oid *id, const char *path,
	size_t limit, struct pk_diags *diags)
{
	const struct pk_git *git = &tree->git;
	git_odb *odb = NULL;
	size_t size = 0;
	git_object_t type;
	bool known = git->repository_odb(&odb, git->repository) == 0 &&
		git->odb_read_header(&size, &type, odb, id) == 0;
	git->odb_free(odb);
	if (!known) {
		report_object(tree, path, diags);
		return false;
	}
	if (size <= limit)
		return true;
	struct pk_diag *diag = pk_report(diags, PK_FILE_TOO_LARGE, pk_git_span(path, diags),
		"'%s' is larger than %zu bytes", path, limit);
	pk_diag_hint(diags, diag, "split the file");
	return false;
}

static struct pk_source *read_inside(struct pk_arena *arena, const struct pk_tree *tree,
	const char *path, size_t limit, struct pk_diags *diags)
{
	const struct pk_git *git = &tree->git;
	git_oid id;
	enum found found = find(tree, &id, pk_git_inside(tree, path));
	if (found != FOUND_FILE) {
		report_found(tree, found, path, diags);
		return NULL;
	}
	if (!check_size(tree, &id, path, limit, diags))
		return NULL;
	git_blob *blob = NULL;
	if (git->blob_lookup(&blob, git->repository, &id) != 0) {
		report_object(tree, path, diags);
		return NULL;
	}
	size_t len = (size_t)git->blob_rawsize(blob);
	const char *text = pk_arena_strndup(arena, git->blob_rawcontent(blob), len);
	git->blob_free(blob);
	return pk_source_make(arena, pk_arena_strdup(arena, path), text, len);
}

struct pk_source *pk_tree_read(struct pk_arena *arena, const struct pk_tree *tree, const char *path,
	size_t limit, struct pk_diags *diags)
{
	if (pk_git_inside(tree, path) == NULL)
		return pk_file_read(arena, path, limit, diags);
	return read_inside(arena, tree, path, limit == 0 ? PK_FILE_LIMIT : limit, diags);
}

/* --- comparing --- */

const char *pk_tree_path_of(struct pk_arena *arena, const struct pk_tree *tree,
	const struct pk_source *source, const struct pk_tree *from)
{
	const char *inside = pk_git_inside(from, source->path);
	return inside != NULL ? inside : pk_git_relative(tree, arena, source->path);
}

bool pk_tree_has(
	const struct pk_tree *tree, const struct pk_source *source, const struct pk_tree *from)
{
	if (tree == from && pk_git_inside(tree, source->path) != NULL)
		return true;
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	const char *path = pk_tree_path_of(scratch, tree, source, from);
	const struct pk_git *git = &tree->git;
	git_oid here;
	git_oid there;
	return path != NULL && find(tree, &there, path) == FOUND_FILE &&
		git->odb_hash(&here, source->text, source->len, GIT_OBJECT_BLOB) == 0 &&
		git->oid_equal(&here, &there);
}

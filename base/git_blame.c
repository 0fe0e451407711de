/* Who changed the lines of a file last. */
#include <string.h>
#include <time.h>

#include "base/git_repo.h"

enum { DATE_TEXT = 32 };

/* The day on which it was signed, in the time zone of whoever signed. */
static const char *date_of(struct pk_arena *arena, const git_signature *signature)
{
	enum { SECONDS = 60 };
	time_t local = (time_t)(signature->when.time + signature->when.offset * SECONDS);
	struct tm parts;
	char text[DATE_TEXT];
	if (gmtime_r(&local, &parts) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%d", &parts) == 0)
		return "";
	return pk_arena_strdup(arena, text);
}

static struct pk_blame read_hunk(
	struct pk_arena *arena, const struct pk_git *git, const git_blame_hunk *hunk)
{
	char id[GIT_OID_HEXSZ + 1];
	if (git->oid_is_zero(&hunk->final_commit_id) || hunk->final_signature == NULL)
		return (struct pk_blame){0};
	git->oid_tostr(id, sizeof(id), &hunk->final_commit_id);
	return (struct pk_blame){
		.commit = pk_arena_strdup(arena, id),
		.author = pk_arena_strdup(arena, hunk->final_signature->name),
		.date = date_of(arena, hunk->final_signature),
	};
}

static struct pk_tree_lines read_lines(
	struct pk_arena *arena, const struct pk_git *git, git_blame *blame)
{
	struct pk_tree_lines lines = {0};
	uint32_t count = git->blame_get_hunk_count(blame);
	for (uint32_t i = 0; i < count; i++)
		lines.len += git->blame_get_hunk_byindex(blame, i)->lines_in_hunk;
	lines.items = PK_NEW_ARRAY(arena, struct pk_blame, lines.len + 1);
	size_t at = 0;
	for (uint32_t i = 0; i < count; i++) {
		const git_blame_hunk *hunk = git->blame_get_hunk_byindex(blame, i);
		struct pk_blame line = read_hunk(arena, git, hunk);
		for (size_t k = 0; k < hunk->lines_in_hunk && at < lines.len; k++)
			lines.items[at++] = line;
	}
	return lines;
}

/* libgit2 1.5 leaks the commit if it is asked about a file that is not in it. */
static bool is_file(const struct pk_tree *tree, const char *path)
{
	const struct pk_git *git = &tree->git;
	git_tree_entry *entry = NULL;
	bool found = git->tree_entry_bypath(&entry, tree->root, path) == 0 &&
		git->tree_entry_type(entry) == GIT_OBJECT_BLOB;
	git->tree_entry_free(entry);
	return found;
}

struct pk_tree_lines pk_tree_blame(struct pk_arena *arena, const struct pk_tree *tree,
	const struct pk_source *source, const struct pk_tree *from)
{
	const struct pk_git *git = &tree->git;
	git_blame_options options = {.version = GIT_BLAME_OPTIONS_VERSION};
	git_blame *committed = NULL;
	git_blame *present = NULL;
	struct pk_tree_lines lines = {0};
	const char *path = pk_tree_path_of(arena, tree, source, from);

	git->oid_cpy(&options.newest_commit, git->commit_id(tree->commit));
	if (path != NULL && is_file(tree, path) &&
		git->blame_file(&committed, git->repository, path, &options) == 0 &&
		git->blame_buffer(&present, committed, source->text, source->len) == 0)
		lines = read_lines(arena, git, present);
	git->blame_free(present);
	git->blame_free(committed);
	return lines;
}

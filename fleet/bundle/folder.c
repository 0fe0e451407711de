#include "fleet/bundle/folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/bundle/bundle.h"
#include "fleet/bundle/path.h"

struct walk {
	const char *folder;
	const struct pk_folder_visitor *visitor;
	struct pk_diags *diags;
	size_t entries;
};

static void close_dir(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

static bool report_limit(const struct walk *walk, const char *what)
{
	const char *copy = pk_arena_strdup(walk->diags->arena, walk->folder);
	pk_report(walk->diags, PK_BUNDLE_LIMIT,
		pk_span_file(pk_source_make(walk->diags->arena, copy, "", 0)), "'%s' has %s",
		walk->folder, what);
	return false;
}

static bool walk_below(struct walk *walk, const char *below, size_t depth);

static bool visit(struct walk *walk, const char *path, size_t depth)
{
	struct stat st;
	const char *full = pk_arena_printf(walk->diags->arena, "%s/%s", walk->folder, path);
	if (++walk->entries > PK_BUNDLE_FILES + 1) /* the manifest is no file of the bundle */
		return report_limit(walk, "more than 1000 entries");
	if (lstat(full, &st) != 0) {
		pk_file_report_read(full, strerror(errno), walk->diags);
		return false;
	}
	if (S_ISDIR(st.st_mode))
		return walk_below(walk, path, depth + 1);
	return walk->visitor->visit(walk->visitor->context, path, S_ISREG(st.st_mode), walk->diags);
}

static bool walk_below(struct walk *walk, const char *below, size_t depth)
{
	struct pk_arena *arena = walk->diags->arena;
	const char *full = pk_arena_printf(arena, "%s/%s", walk->folder, below);
	if (depth > PK_BUNDLE_PATH_DEPTH)
		return report_limit(walk, "more than 16 folders in each other");
	__attribute__((cleanup(close_dir))) DIR *dir = opendir(full);
	if (dir == NULL) {
		pk_file_report_read(full, strerror(errno), walk->diags);
		return false;
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		const char *name = entry->d_name;
		if (pk_text_equal(name, ".") || pk_text_equal(name, ".."))
			continue;
		const char *path = below[0] == '\0' ? pk_arena_strdup(arena, name)
						    : pk_arena_printf(arena, "%s/%s", below, name);
		if (!visit(walk, path, depth))
			return false;
	}
	return true;
}

bool pk_folder_walk(
	const char *folder, const struct pk_folder_visitor *visitor, struct pk_diags *diags)
{
	struct walk walk = {.folder = folder, .visitor = visitor, .diags = diags};
	return walk_below(&walk, "", 0);
}

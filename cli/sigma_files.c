#include "cli/sigma_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

struct search {
	struct pk_arena *arena;
	struct pk_texts *out;
	struct pk_diags *diags;
};

static bool search_folder(struct search *search, const char *path, size_t depth);

static void close_folder(DIR **folder)
{
	if (*folder != NULL)
		closedir(*folder);
}

static int compare_names(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;
	return strcmp(*a, *b);
}

static bool complain(struct search *search, const char *path, const char *reason)
{
	const char *copy = pk_arena_strdup(search->arena, path);
	struct pk_source *source = pk_source_make(search->arena, copy, "", 0);
	pk_report(search->diags, PK_FILE_READ, pk_span_file(source), "cannot read '%s': %s", path,
		reason);
	return false;
}

static bool read_names(struct search *search, struct pk_texts *out, const char *path)
{
	__attribute__((cleanup(close_folder))) DIR *folder = opendir(path);
	if (folder == NULL)
		return complain(search, path, strerror(errno));
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] != '.')
			*pk_list_push(search->arena, out) =
				pk_arena_strdup(search->arena, entry->d_name);
	}
	if (out->len > 1)
		qsort(out->items, out->len, sizeof(*out->items), compare_names);
	return true;
}

static bool is_rule_file(const char *path)
{
	return pk_text_ends(path, ".yml") || pk_text_ends(path, ".yaml");
}

static bool take(struct search *search, const char *path, size_t depth)
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return complain(search, path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return search_folder(search, path, depth + 1);
	if (!is_rule_file(path) || pk_file_is_dir(path))
		return true;
	if (search->out->len == PK_SIGMA_FILES_MAX)
		return complain(search, path, "too many files");
	*pk_list_push(search->arena, search->out) = path;
	return true;
}

static bool search_folder(struct search *search, const char *path, size_t depth)
{
	struct pk_texts names = {0};
	bool good = true;
	if (depth > PK_SIGMA_FOLDERS_DEEP)
		return complain(search, path, "folders nested too deep");
	if (!read_names(search, &names, path))
		return false;
	const char *slash = pk_text_ends(path, "/") ? "" : "/";
	for (size_t i = 0; i < names.len && search->out->len < PK_SIGMA_FILES_MAX; i++) {
		const char *below =
			pk_arena_printf(search->arena, "%s%s%s", path, slash, names.items[i]);
		good = take(search, below, depth) && good;
	}
	return good;
}

bool pk_sigma_files_find(
	struct pk_arena *arena, struct pk_texts *out, const char *path, struct pk_diags *diags)
{
	struct search search = {arena, out, diags};
	if (pk_file_is_dir(path))
		return search_folder(&search, path, 0);
	*pk_list_push(arena, out) = path;
	return true;
}

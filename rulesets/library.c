#include "rulesets/library.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

/* Made by the build from the files below rulesets/library (rulesets/CMakeLists.txt). */
extern const struct pk_library_file pk_library_table[];
extern const size_t pk_library_count;

const struct pk_library_file *pk_library_files(size_t *count_out)
{
	*count_out = pk_library_count;
	return pk_library_table;
}

static int compare_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct pk_library_file *)file)->path);
}

struct pk_source *pk_library_file(struct pk_arena *arena, const char *path)
{
	const struct pk_library_file *file = bsearch(path, pk_library_table, pk_library_count,
		sizeof(pk_library_table[0]), compare_path);
	if (file == NULL)
		return NULL;
	return pk_source_make(
		arena, pk_arena_printf(arena, PK_LIBRARY_PREFIX "%s", path), file->text, file->len);
}

struct pk_source *pk_library_find(struct pk_arena *arena, const char *name)
{
	return pk_library_file(arena, pk_arena_printf(arena, "%s/" PK_LIBRARY_MAIN, name));
}

const char *pk_library_locate(struct pk_arena *arena, const char *dir, const char *name)
{
	if (dir != NULL) {
		const char *path = pk_arena_printf(arena, "%s/%s/" PK_LIBRARY_MAIN, dir, name);
		if (pk_file_exists(path))
			return path;
	}
	const struct pk_source *source = pk_library_find(arena, name);
	return source == NULL ? NULL : source->path;
}

const char *const *pk_library_names(struct pk_arena *arena, size_t *count_out)
{
	const char **names = PK_NEW_ARRAY(arena, const char *, pk_library_count + 1);
	size_t count = 0;
	for (size_t i = 0; i < pk_library_count; i++) {
		const char *path = pk_library_table[i].path;
		const char *slash = strchr(path, '/');
		if (slash != NULL && pk_text_equal(slash + 1, PK_LIBRARY_MAIN))
			names[count++] = pk_arena_strndup(arena, path, (size_t)(slash - path));
	}
	*count_out = count;
	return names;
}

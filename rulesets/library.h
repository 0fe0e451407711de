/*
 * Library: the rulesets that picket ships, built into the program. Their sources are the files
 * below rulesets/library/; nothing is read from disk at run time.
 */
#ifndef RULESETS_LIBRARY_H
#define RULESETS_LIBRARY_H

#include <stddef.h>

#include "base/source.h"

#define PK_LIBRARY_PREFIX "library:"   /* of the path of a built-in source */
#define PK_LIBRARY_MAIN "ruleset.yaml" /* main file of every shipped set */

/* The build writes the table of these in assembly: three words a row, in this order. */
struct pk_library_file {
	const char *path; /* "windows-base/ruleset.yaml" */
	const char *text; /* NUL-terminated */
	size_t len;
};

/* All shipped files, in order of path. */
const struct pk_library_file *pk_library_files(size_t *count_out);
/* The main file of the set `name` ("windows-base"), as a source with path "library:NAME/..."; NULL
 * if there is none. */
struct pk_source *pk_library_find(struct pk_arena *arena, const char *name);
/* A file of the library by its path below it, or NULL. */
struct pk_source *pk_library_file(struct pk_arena *arena, const char *path);
/*
 * The path of the main file of the set `name`: in the folder `dir` (NULL: none) if it is there,
 * else "library:NAME/ruleset.yaml"; NULL if there is none.
 */
const char *pk_library_locate(struct pk_arena *arena, const char *dir, const char *name);
/* The names of all shipped sets, in order; the array is in the arena. */
const char *const *pk_library_names(struct pk_arena *arena, size_t *count_out);

#endif

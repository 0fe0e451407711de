/*
 * Glob: patterns of paths and names.
 *
 * `*` stands for any characters of one name, `?` for one of them, `**` as a whole name for any
 * number of folders or, at the end, for all that is in one; `\` takes the meaning of the next
 * character. A pattern matches the whole path. The time is bounded by length of both, whatever the
 * pattern.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

enum { PK_GLOB_MAX = 1024 }; /* bytes of a pattern */

/* What is wrong with the pattern, "it is empty"; NULL if nothing is. */
const char *pk_glob_fault(const char *pattern);
/* Does the pattern, in which nothing is wrong, match `path`? */
bool pk_glob_match(const char *pattern, const char *path);

#endif

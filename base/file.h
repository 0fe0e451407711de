/*
 * Files: reading whole inputs, and writing outputs so that a reader never sees half a file.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

enum { PK_FILE_LIMIT = 64 * 1024 * 1024 }; /* bytes of one input */

/*
 * The bytes of `path` ("-" is standard input) as a source in the arena; NULL after a report if
 * it cannot be read, is no regular file or pipe, or is larger than `limit` bytes (0 means
 * PK_FILE_LIMIT).
 */
struct pk_source *pk_file_read(
	struct pk_arena *arena, const char *path, size_t limit, struct pk_diags *diags);
/*
 * Opens `path` ("-" is standard input) for reading piece by piece: a descriptor, or -1 after a
 * report. The caller closes it unless it is STDIN_FILENO.
 */
int pk_file_open(const char *path, struct pk_diags *diags);
/* Reports that `path` cannot be read, and why. */
void pk_file_report_read(const char *path, const char *reason, struct pk_diags *diags);
/*
 * Writes `len` bytes to `path` ("-" is standard output) by way of a temporary name in the same
 * folder and a rename; an existing file keeps its mode. False after a report.
 */
bool pk_file_write(const char *path, const void *bytes, size_t len, struct pk_diags *diags);
/* Makes the folder and its missing parents; false after a report. */
bool pk_file_make_dirs(const char *path, struct pk_diags *diags);
/* True if something exists at `path`. */
bool pk_file_exists(const char *path);
/* True if `path` is a folder. */
bool pk_file_is_dir(const char *path);
/* `name` relative to the folder of `base` (a file's path), or `name` itself if it is absolute. */
char *pk_file_beside(struct pk_arena *arena, const char *base, const char *name);
/* `path` without ".", empty parts, and names that ".." takes back. Links are not looked at. */
char *pk_file_normalize(struct pk_arena *arena, const char *path);

#endif

/* Sigma files: the files of Sigma rules below a folder. */
#ifndef CLI_SIGMA_FILES_H
#define CLI_SIGMA_FILES_H

#include "base/diag.h"
#include "cli/options.h"

enum {
	PK_SIGMA_FOLDERS_DEEP = 32,
	PK_SIGMA_FILES_MAX = 100000,
};

/*
 * Appends the paths of all *.yml and *.yaml below the folder `path`, in the order of their names,
 * or `path` itself if it is no folder. Links to folders and hidden names are passed over. False
 * after a report if a folder cannot be read.
 */
bool pk_sigma_files_find(
	struct pk_arena *arena, struct pk_texts *out, const char *path, struct pk_diags *diags);

#endif

/*
 * Writing a new repository: all of its files, or none.
 *
 * The files are complete in a folder of their own, inside the one they are for, before the first of
 * them gets its name. Nothing that is there is ever replaced, not even if it appears meanwhile: a
 * file gets its name as a link, which fails if the name is taken. After a failure nothing is left.
 */
#ifndef CLI_INIT_WRITE_H
#define CLI_INIT_WRITE_H

#include "base/auto.h"
#include "base/diag.h"

/* A file to be made. */
struct pk_new_file {
	const char *path; /* below the folder */
	const char *text;
	size_t len;
	bool program; /* may be run */
};

/*
 * False after a report for each of the files, and folders of them, that has something in its way:
 * `folder` is a file, a file is there, or a folder of one is none or is a link.
 */
bool pk_new_files_check(const char *folder, const struct pk_new_file *files, size_t file_count,
	struct pk_diags *diags);

struct pk_staging;

/*
 * Makes `folder`, if it is missing, and another one in it for pk_staging_add; the caller owns it.
 * NULL after a report.
 */
struct pk_staging *pk_staging_open(const char *folder, struct pk_diags *diags);
/* Where the files are before they get their names: a folder, borrowed. */
const char *pk_staging_folder(const struct pk_staging *staging);
/* Adds a file; false after a report. */
bool pk_staging_add(struct pk_staging *staging, const struct pk_new_file *file);
/* Gives all files their names; false after a report, and then no file has got one. */
bool pk_staging_commit(struct pk_staging *staging);
/* Removes what is not needed any more; what was made stays only after pk_staging_commit. */
void pk_staging_close(struct pk_staging *staging);
PK_AUTO_DEFINE(pk_staging, pk_staging_close);

#endif

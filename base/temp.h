/*
 * Temp: a folder for files that programs we run have to find on the disk.
 *
 * Only the user can look into it. While one is open, signals that would end the process wait, so
 * that the folder is removed before they do: who works for long in between asks pk_temp_is_wanted.
 */
#ifndef BASE_TEMP_H
#define BASE_TEMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/diag.h"

struct pk_temp;

/* A new folder in TMPDIR, or /tmp; the caller owns it. NULL after a report. */
struct pk_temp *pk_temp_open(struct pk_diags *diags);
/* As pk_temp_open, in `folder`: what is made there can be renamed to a place beside it. */
struct pk_temp *pk_temp_open_in(const char *folder, struct pk_diags *diags);
/* Removes the folder with all that is in it; then signals end the process again. NULL is fine. */
void pk_temp_close(struct pk_temp *temp);
PK_AUTO_DEFINE(pk_temp, pk_temp_close);

/* The path of `name` in the folder, "" for itself; it lives as long as the folder. */
const char *pk_temp_path(struct pk_temp *temp, const char *name);
/* Writes a file of this name; false after a report. */
bool pk_temp_write(struct pk_temp *temp, const char *name, const void *bytes, size_t len,
	struct pk_diags *diags);
/* False if a signal waits to end the process. */
bool pk_temp_is_wanted(const struct pk_temp *temp);

#endif

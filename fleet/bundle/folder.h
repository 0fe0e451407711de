/*
 * Folder: everything in a folder, with what is below it, no link followed.
 */
#ifndef FLEET_BUNDLE_FOLDER_H
#define FLEET_BUNDLE_FOLDER_H

#include <stdbool.h>

#include "base/diag.h"

struct pk_folder_visitor {
	/* False after a report ends the walk. `path` is meant from the folder. */
	bool (*visit)(void *context, const char *path, bool is_file, struct pk_diags *diags);
	void *context;
};

/*
 * Visits all but folders, in no order; more than a bundle can have are refused, and so is more
 * depth. False after a report.
 */
bool pk_folder_walk(
	const char *folder, const struct pk_folder_visitor *visitor, struct pk_diags *diags);

#endif

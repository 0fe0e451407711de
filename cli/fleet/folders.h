/*
 * Folders: where the user's data of picket is kept (XDG Base Directory Specification).
 */
#ifndef CLI_FLEET_FOLDERS_H
#define CLI_FLEET_FOLDERS_H

#include "base/arena.h"

/*
 * Where the bundles of sensors are: `given` (what --bundles says) if it is not NULL; else
 * picket/bundles in XDG_DATA_HOME, or in ~/.local/share. NULL if there is no home folder either.
 */
const char *pk_folder_bundles(struct pk_arena *arena, const char *given);
/* Where the store of the inventory called `name` is, in the same way: in XDG_STATE_HOME. */
const char *pk_folder_store(struct pk_arena *arena, const char *given, const char *name);
/* Where the lab is, in the same way: picket/lab in XDG_STATE_HOME. */
const char *pk_folder_lab(struct pk_arena *arena, const char *given);

#endif

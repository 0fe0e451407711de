#include "cli/fleet/folders.h"

#include <stdlib.h>

/* The user's folder for a kind of data; NULL: there is none. */
static const char *find(struct pk_arena *arena, const char *variable, const char *in_home)
{
	/* A relative folder is to be passed over, by the specification. */
	const char *folder = getenv(variable);
	const char *home = getenv("HOME");
	if (folder != NULL && folder[0] == '/')
		return folder;
	if (home != NULL && home[0] == '/')
		return pk_arena_printf(arena, "%s/%s", home, in_home);
	return NULL;
}

const char *pk_folder_bundles(struct pk_arena *arena, const char *given)
{
	const char *folder = find(arena, "XDG_DATA_HOME", ".local/share");
	if (given != NULL || folder == NULL)
		return given;
	return pk_arena_printf(arena, "%s/picket/bundles", folder);
}

const char *pk_folder_store(struct pk_arena *arena, const char *given, const char *name)
{
	const char *folder = find(arena, "XDG_STATE_HOME", ".local/state");
	if (given != NULL || folder == NULL)
		return given;
	return pk_arena_printf(arena, "%s/picket/%s.db", folder, name);
}

const char *pk_folder_lab(struct pk_arena *arena, const char *given)
{
	const char *folder = find(arena, "XDG_STATE_HOME", ".local/state");
	if (given != NULL || folder == NULL)
		return given;
	return pk_arena_printf(arena, "%s/picket/lab", folder);
}

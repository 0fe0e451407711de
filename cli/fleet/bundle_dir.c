#include "cli/fleet/bundle_dir.h"

#include <stdlib.h>

const char *pk_bundle_dir(struct pk_arena *arena, const char *given)
{
	/* A relative folder is to be passed over (XDG Base Directory Specification). */
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	if (given != NULL)
		return given;
	if (data != NULL && data[0] == '/')
		return pk_arena_printf(arena, "%s/picket/bundles", data);
	if (home != NULL && home[0] == '/')
		return pk_arena_printf(arena, "%s/.local/share/picket/bundles", home);
	return NULL;
}

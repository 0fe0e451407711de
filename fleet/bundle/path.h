/*
 * Path: which names a file of a bundle may have.
 *
 * A bundle is unpacked here and written again on hosts of every platform, so a path is refused if
 * it leads out of the bundle or means something else than a plain file on one of them. Pure.
 */
#ifndef FLEET_BUNDLE_PATH_H
#define FLEET_BUNDLE_PATH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"

enum {
	PK_BUNDLE_PATH_MAX = 200, /* bytes */
	PK_BUNDLE_PATH_DEPTH = 16,
};

/* Why the path is refused, as "it is absolute"; NULL if it is not. */
const char *pk_bundle_path_refused(const char *path);

/*
 * Remembers the path of a file in `seen`, in any case of letters as Windows compares them. False
 * if the name is taken by a file or by a folder on the way to one.
 */
bool pk_bundle_path_claim(struct pk_arena *arena, struct pk_map *seen, const char *path);

#endif

/*
 * Bundle_dir: where the bundles of sensors are kept.
 */
#ifndef CLI_FLEET_BUNDLE_DIR_H
#define CLI_FLEET_BUNDLE_DIR_H

#include "base/arena.h"

/*
 * `given` (what --bundles says) if it is not NULL; else picket/bundles in XDG_DATA_HOME, or in
 * ~/.local/share. NULL if there is no home folder either.
 */
const char *pk_bundle_dir(struct pk_arena *arena, const char *given);

#endif

/*
 * Paths, jump hosts and contradictions: what inventory_apply.c and the filling in of ssh_config
 * both need.
 */
#ifndef FLEET_INVENTORY_INVENTORY_PATHS_H
#define FLEET_INVENTORY_INVENTORY_PATHS_H

#include "fleet/inventory/inventory_parts.h"

/* `text` as a path: "~" is the home folder, others are meant beside the file of `span`. */
const char *pk_inventory_path(
	struct pk_inventory_build *build, const char *text, struct pk_span span);
/* Adds the jump hosts of `text`, with commas between them, to those of `host`. */
bool pk_jumps_add(struct pk_inventory_build *build, struct pk_host *host, const char *text,
	struct pk_span span);
/* Reports a sensor whose settings contradict one another or the platform, which is filled in. */
bool pk_sensor_wish_check(
	struct pk_host *host, const struct pk_wishes *wishes, struct pk_inventory_build *build);

#endif

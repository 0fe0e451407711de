/*
 * Live: the configuration that a host runs, read from it now, as `host:NAME` in `picket diff`.
 */
#ifndef CLI_FLEET_LIVE_H
#define CLI_FLEET_LIVE_H

#include "cli/config.h"
#include "cli/fleet/fleet.h"

#define PK_LIVE_PREFIX "host:"

/*
 * Reads the host that `argument` names. False after a report: it is not in the inventory, cannot be
 * read, or does not tell what its sensor does.
 */
bool pk_live_open(struct pk_config *out, struct pk_cli *cli, const char *argument,
	const struct pk_fleet_options *options, struct pk_diags *diags);

#endif

/*
 * Select: which hosts a person means.
 *
 * A selector is a name of a host or group, a pattern for names (`web*`, `db[0-9]`), or
 * `group:NAME`, `platform:NAME`, `tag:NAME`, `sensor:NAME`, `zone:NAME`, `name:PATTERN`, put
 * together with `and`, `or`, `not` and brackets; `all` is every host. Several selectors mean the
 * hosts of any; one may stand in several texts, if each but the last ends with an operator or the
 * next begins with one: "web", "and", "not", "web1". A name or group that does not exist is
 * reported with the nearest one, and a selection without hosts is reported: nothing is ever done to
 * no hosts by mistake.
 */
#ifndef FLEET_INVENTORY_SELECT_H
#define FLEET_INVENTORY_SELECT_H

#include "fleet/inventory/inventory.h"

enum { PK_SELECT_DEPTH = 64 }; /* brackets and `not` in one another */

/* Hosts, borrowed from an inventory, in its order. */
struct pk_selection {
	const struct pk_host **items;
	size_t len;
};

/*
 * The hosts that `texts` select; no text at all selects every host. The source of a text for
 * reports is made here, called "selector". False after a report.
 */
bool pk_select(struct pk_selection *out, struct pk_arena *arena,
	const struct pk_inventory *inventory, const char *const *texts, size_t count,
	struct pk_diags *diags);

#endif

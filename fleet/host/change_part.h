/*
 * What the parts of change.h (change*.c) share with each other and with the dialects.
 */
#ifndef FLEET_HOST_CHANGE_PART_H
#define FLEET_HOST_CHANGE_PART_H

#include "fleet/host/change.h"

/* Sysmon's own channel: it comes with the sensor and goes with it. */
#define PK_SYSMON_CHANNEL "Microsoft-Windows-Sysmon/Operational"

struct pk_log_changes {
	struct pk_arena *arena;
	bool windows;
	const struct pk_log_wish *wish;
	const struct pk_log_facts *is; /* NULL: it does not exist yet */
	struct pk_host_change items[3];
	size_t count;
	const char *unknown; /* "size", "retention", "access": what the host did not say */
};

/* The facts of the log of that name (any case), or NULL. */
const struct pk_log_facts *pk_log_find(const struct pk_facts *facts, const char *name);
/* Fills in the changes; false: a fact that is wished about is `unknown`. */
bool pk_log_compare(struct pk_log_changes *changes);
/* The size that a log of Windows gets for `bytes`: steps of 64 KiB. */
uint64_t pk_log_windows_bytes(uint64_t bytes);

/* Is this Sysmon the feature of Windows? Told from where its program is. */
enum pk_fact pk_change_is_feature(const struct pk_facts *facts);

#endif

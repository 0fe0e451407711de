/*
 * Waves: which host belongs to which wave. Pure, and a function of the rollout's id and the hosts'
 * names only: everybody who computes it gets the same, nobody edits groups, and it is not always
 * the same host that goes first. Within a wave each stratum (platform, zone, groups) has its share,
 * so that a canary wave has one of each kind as far as its size goes.
 *
 * Percentages are of all hosts of the selection and are rounded up together. A stage with a
 * selector takes only hosts that it selects, and chooses before those without; the last stage takes
 * the rest, whatever it says.
 */
#ifndef FLEET_ROLLOUT_WAVES_H
#define FLEET_ROLLOUT_WAVES_H

#include "fleet/inventory/select.h"

struct pk_waves {
	uint32_t *wave;	    /* of each host of the selection, from 0 */
	uint32_t *order;    /* indices of hosts, wave by wave, in the order they are started */
	uint32_t *sizes;    /* of each wave */
	size_t wave_count;  /* waves without hosts are left out */
	const char **names; /* "canary", ... */
	uint64_t *soak_ms;
};

/* False after a report: a selector of a stage is wrong. Everything is in the arena. */
bool pk_waves_make(struct pk_waves *out, struct pk_arena *arena, const char *rollout,
	const struct pk_inventory *inventory, const struct pk_selection *selection,
	struct pk_diags *diags);

#endif

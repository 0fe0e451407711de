/*
 * Sensor: what picket knows of each kind of sensor's files, as their vendors give them out.
 */
#ifndef FLEET_BUNDLE_SENSOR_H
#define FLEET_BUNDLE_SENSOR_H

#include "fleet/bundle/bundle.h"
#include "fleet/bundle/part.h"

struct pk_sensor_kind {
	enum pk_host_platform platform;
	const char *const *install; /* words that the program is given; NULL ends them */
	const char *const *update;
	const char *const *remove;
};

/* Facts of a kind; never NULL for a value of the enum. */
const struct pk_sensor_kind *pk_sensor_kind(enum pk_sensor sensor);

/*
 * Makes the files of `out`, its sensor, name and version of `parts`. What `options` say goes
 * first. False after a report: no program of a sensor, of more than one, or a version that cannot
 * be told. `place` is what is named for findings.
 */
bool pk_sensor_recognise(struct pk_bundle *out, struct pk_arena *arena,
	const struct pk_parts *parts, const struct pk_bundle_add_options *options,
	struct pk_span place, struct pk_diags *diags);

/* As pk_sensor_recognise, of the version alone; the roles of the files are known. */
bool pk_sensor_find_version(struct pk_bundle *out, const struct pk_parts *parts,
	struct pk_span place, struct pk_diags *diags);

#endif

/*
 * Contents: configurations by their digests, wherever they came from (compiled, read on a host,
 * kept in the store), and what a change from one to another means. Each is read and compared once,
 * however many hosts have it.
 */
#ifndef CLI_FLEET_CONTENTS_H
#define CLI_FLEET_CONTENTS_H

#include "cli/config.h"
#include "cli/fleet/fleet.h"
#include "generators/meaning/diff.h"

struct pk_contents;

struct pk_contents *pk_contents_make(struct pk_fleet *fleet);

/*
 * The configuration that `wish` names, for that sensor; made once for the same wish. NULL after a
 * report: it does not compile, or the sensor would refuse it.
 */
const struct pk_content *pk_contents_want(struct pk_contents *contents,
	const struct pk_sensor_wish *wish, const struct pk_bundle *bundle, struct pk_diags *diags);

/* Packs the content with that digest for sending, if it is here. */
void pk_contents_pack(struct pk_contents *contents, const char *digest);

/* Keeps what a host said of its configuration and rules; the bytes are copied once. */
void pk_contents_take(struct pk_contents *contents, const struct pk_facts *facts);
/* The bytes with that digest, also from the store; NULL if nobody has them. */
const struct pk_content *pk_contents_find(struct pk_contents *contents, const char *digest);
/* Digests of all that is known, for pk_job_wish.known. */
const char *const *pk_contents_known(struct pk_contents *contents, size_t *count_out);

/*
 * What the content with that digest means, as a configuration of `sensor`: XML, or binary rules.
 * NULL if nobody has it, or it is none that can be read; *why_out then says why, for people.
 */
const struct pk_config *pk_contents_open(struct pk_contents *contents, const char *digest,
	enum pk_sensor sensor, const char **why_out);

/*
 * The configuration in force on a host: by the configuration file if its digest is known, else by
 * the live rules.
 */
const struct pk_config *pk_contents_live(
	struct pk_contents *contents, const struct pk_facts *facts, const char **why_out);

/* What changes from one to the other; made once for each pair. */
const struct pk_diff *pk_contents_diff(struct pk_contents *contents, const struct pk_config *before,
	const struct pk_config *after);

#endif

/*
 * Sample: made-up events that harm nobody: names of no real host or person, addresses of the
 * documentation ranges (RFC 5737, RFC 3849), files that do not exist. One for every event id, or
 * many with a seed. Each carries the tag "picket-sample", so that it can be found and removed.
 */
#ifndef TEMPLATES_SAMPLE_SAMPLE_H
#define TEMPLATES_SAMPLE_SAMPLE_H

#include <stdint.h>

#include "base/buf.h"
#include "templates/model/monster.h"

#define PK_SAMPLE_TAG "picket-sample"

struct pk_sample_options {
	uint64_t seed;	/* the same seed, the same bytes */
	int64_t now_ms; /* milliseconds since 1970: the newest event's time; others lie before it */
	int64_t span_ms; /* within which they lie; 0: one hour */
};

/* Event number `index` of Sysmon as Winlogbeat 7+ sends it, one line of JSON; ids take turns (1-29,
 * 255). */
void pk_sample_put_sysmon(
	struct pk_buf *buf, const struct pk_sample_options *options, uint64_t index);
/* Event `id` with the number `index`. */
void pk_sample_put_sysmon_id(
	struct pk_buf *buf, const struct pk_sample_options *options, uint64_t index, unsigned id);
/* A line of TSV as the agent sends it, without line end. */
void pk_sample_put_monster(struct pk_buf *buf, const struct pk_sample_options *options,
	uint64_t index, const struct pk_monster_event *event);
/* That line as a document for the ingest pipeline: {"message":..,"tags":[..]}. */
void pk_sample_put_monster_document(struct pk_buf *buf, const struct pk_sample_options *options,
	uint64_t index, const struct pk_monster_event *event);

#endif

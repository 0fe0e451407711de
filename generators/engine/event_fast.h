/*
 * Event fast: reads a line of JSON that has one of the two plain shapes of recorded events, in one
 * pass and without a tree: fields at the top, or in an object EventData; all else are texts, whole
 * numbers, true, false and null.
 *
 * It judges nothing: a line of any other shape, or with anything wrong in it, is "not plain" and
 * for event_json.c to read. Where it gives a record, event_json.c gives the same.
 */
#ifndef GENERATORS_ENGINE_EVENT_FAST_H
#define GENERATORS_ENGINE_EVENT_FAST_H

#include "generators/engine/event_record.h"

struct pk_event_fast;

struct pk_event_fast *pk_event_fast_create(const struct pk_event_types *types);
void pk_event_fast_destroy(struct pk_event_fast *fast); /* NULL is fine */
PK_AUTO_DEFINE(pk_event_fast, pk_event_fast_destroy);

/*
 * Reads `len` bytes, behind which PK_LINES_SLACK more may be looked at. The record's texts are
 * valid until the next call. Never PK_EVENT_BROKEN.
 */
enum pk_event_result pk_event_fast_read(
	struct pk_event_fast *fast, const char *text, size_t len, struct pk_record *out);

#endif

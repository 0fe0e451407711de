/*
 * Event JSON: reads an event in any of the shapes that tools write, through the tree of
 * base/json.h, and says what is wrong with what is none. Shapes:
 *
 *   {"EventID":1,"EventData":{...}}            also event_id, event_data
 *   {"EventID":1,"Image":...}                  fields at the top
 *   {"Event":{"System":{...},"EventData":{...}}}   Windows' XML as evtx_dump and others write it
 *   {"winlog":{"event_id":1,"event_data":{...}}}   winlogbeat
 *
 * EventData may be a list of {"@Name":...,"#text":...}, too.
 */
#ifndef GENERATORS_ENGINE_EVENT_JSON_H
#define GENERATORS_ENGINE_EVENT_JSON_H

#include "generators/engine/event_record.h"

/*
 * Reads the event in `source`. The record's texts live in the arena of the source. PK_EVENT_BROKEN
 * comes after a report.
 */
enum pk_event_result pk_event_json_read(struct pk_source *source,
	const struct pk_event_types *types, struct pk_record *out, struct pk_diags *diags);

#endif

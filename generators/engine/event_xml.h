/*
 * Event XML: reads one <Event> of Windows' event XML, as `wevtutil qe /f:xml`, the event viewer and
 * event log files have it. Format: the Event schema of Windows,
 * https://learn.microsoft.com/windows/win32/wes/eventschema-schema.
 */
#ifndef GENERATORS_ENGINE_EVENT_XML_H
#define GENERATORS_ENGINE_EVENT_XML_H

#include "generators/engine/event_record.h"

/*
 * Reads the event that is the document `source`. The record's texts live in the arena
 * of the source. PK_EVENT_BROKEN comes after a report.
 */
enum pk_event_result pk_event_xml_read(struct pk_source *source, const struct pk_event_types *types,
	struct pk_record *out, struct pk_diags *diags);

#endif

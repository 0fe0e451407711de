/*
 * Event reader: recorded events one by one, from a stream of any size in flat memory.
 *
 * Reads NDJSON ({"EventID":1,"EventData":{...}}, flat with the fields at the top, and the shapes of
 * shippers: Event.System/Event.EventData, winlog.event_id/winlog.event_data), Windows event XML
 * (<Event> one after the other or below <Events>) and .evtx files; the kind is told from the first
 * bytes. Events of other providers are counted and passed over. What cannot be read is reported at
 * its place as a warning, the first PK_EVENT_REPORTS of a file, and counted; at the end of the file
 * their number is reported, too.
 */
#ifndef GENERATORS_ENGINE_EVENT_READER_H
#define GENERATORS_ENGINE_EVENT_READER_H

#include "generators/engine/engine.h"

enum {
	PK_EVENT_REPORTS = 10,
	PK_EVENT_BYTES = 1024 * 1024, /* of one event */
};

struct pk_record {
	size_t index; /* from 0, over the Sysmon events of the file; broken lines do not count */
	struct pk_engine_event event; /* texts are valid until the next call */
	const char *computer;	      /* NULL if not said */
	const char *time;	      /* UtcTime, else the time the log gave it; NULL if not said */
};

struct pk_event_counts {
	size_t read;	/* Sysmon events given */
	size_t broken;	/* lines, elements or records that could not be read */
	size_t foreign; /* events of other providers */
};

struct pk_event_reader;

/*
 * Opens `path` ("-" is standard input, but not for .evtx). Fields are placed as `schema` has them;
 * those it lacks are passed over. `path`, `schema` and `diags` must live as long. NULL after a
 * report.
 */
struct pk_event_reader *pk_event_reader_open(
	const char *path, const struct pk_schema *schema, struct pk_diags *diags);
void pk_event_reader_close(struct pk_event_reader *reader); /* NULL is fine */
PK_AUTO_DEFINE(pk_event_reader, pk_event_reader_close);

/* From now on what cannot be read is an error, which ends the reading. */
void pk_event_reader_set_strict(struct pk_event_reader *reader);
/* The next event; false at the end, or after a report if reading failed. */
bool pk_event_reader_next(struct pk_event_reader *reader, struct pk_record *out);
/* What has been met so far. */
struct pk_event_counts pk_event_reader_counts(const struct pk_event_reader *reader);

#endif

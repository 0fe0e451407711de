#include "generators/engine/event_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/evtx.h"
#include "base/lines.h"
#include "base/text.h"
#include "generators/engine/event_fast.h"
#include "generators/engine/event_json.h"
#include "generators/engine/event_record.h"
#include "generators/engine/event_xml.h"

enum { PEEK = 512 }; /* bytes by which the kind of a file is told */

struct pk_event_reader {
	const char *path;
	struct pk_diags *diags;
	struct pk_event_types types;
	struct pk_event_counts counts;
	bool strict;
	bool done;

	struct pk_lines *lines;	    /* JSON and XML */
	struct pk_event_fast *fast; /* JSON */
	struct pk_evtx *evtx;
	size_t next_record; /* of `evtx` */
	struct pk_buf xml;  /* of the record */

	struct pk_arena *scratch; /* texts of the last event, unless `fast` has them; may be NULL */
};

static struct pk_span span_of_file(const struct pk_event_reader *reader)
{
	const char *path = pk_arena_strdup(reader->diags->arena, reader->path);
	return pk_span_file(pk_source_make(reader->diags->arena, path, "", 0));
}

/* --- opening --- */

/* What the first bytes are decides who reads the file; false after a report. */
static bool choose_kind(struct pk_event_reader *reader)
{
	size_t len;
	const char *text = pk_lines_peek(reader->lines, PEEK, &len);
	if (!pk_evtx_is(text, len)) {
		size_t blanks = strspn(text, " \t\r\n");
		if (blanks >= len || text[blanks] != '<')
			reader->fast = pk_event_fast_create(&reader->types);
		return true;
	}
	if (strcmp(reader->path, "-") == 0) {
		struct pk_diag *diag = pk_report(reader->diags, PK_EVENT_LOG, span_of_file(reader),
			"event log file cannot be read: standard input has no records to jump to");
		pk_diag_hint(reader->diags, diag, "name the file");
		return false;
	}
	pk_lines_close(pk_steal(&reader->lines));
	reader->evtx = pk_evtx_open(reader->path, reader->diags);
	return reader->evtx != NULL;
}

struct pk_event_reader *pk_event_reader_open(
	const char *path, const struct pk_schema *schema, struct pk_diags *diags)
{
	PK_AUTO(pk_lines) *lines = pk_lines_open(path, PK_EVENT_BYTES, diags);
	if (lines == NULL)
		return NULL;
	PK_AUTO(pk_event_reader) *reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		abort(); /* out of memory ends the process */
	reader->path = path;
	reader->diags = diags;
	reader->lines = pk_steal(&lines);
	pk_event_types_init(&reader->types, schema);
	return choose_kind(reader) ? pk_steal(&reader) : NULL;
}

void pk_event_reader_close(struct pk_event_reader *reader)
{
	if (reader == NULL)
		return;
	pk_lines_close(reader->lines);
	pk_event_fast_destroy(reader->fast);
	pk_evtx_close(reader->evtx);
	pk_buf_finish(&reader->xml);
	pk_arena_destroy(reader->scratch);
	free(reader);
}

void pk_event_reader_set_strict(struct pk_event_reader *reader)
{
	reader->strict = true;
}

struct pk_event_counts pk_event_reader_counts(const struct pk_event_reader *reader)
{
	return reader->counts;
}

/* --- reports --- */

/*
 * Counts what could not be read. The first finding in `found` says why; its place is in `source`,
 * of which a copy is kept.
 */
static void report_broken(struct pk_event_reader *reader, const struct pk_source *source,
	const struct pk_diags *found)
{
	reader->counts.broken++;
	reader->done = reader->strict;
	if (reader->counts.broken > PK_EVENT_REPORTS)
		return;

	const struct pk_diag *why = &found->all.items[0];
	struct pk_arena *arena = reader->diags->arena;
	struct pk_source *kept = pk_source_make(arena, pk_arena_strdup(arena, reader->path),
		pk_arena_strndup(arena, source->text, source->len), source->len);
	kept->lines_before = source->lines_before;
	struct pk_diag *diag = pk_report_as(reader->diags, reader->strict ? PK_ERROR : PK_WARNING,
		why->code, pk_span_make(kept, why->span.begin, why->span.end), "%s", why->message);
	if (why->hint != NULL)
		pk_diag_hint(reader->diags, diag, "%s", why->hint);
}

/* At the end of the file, once. */
static void report_end(struct pk_event_reader *reader)
{
	const struct pk_event_counts *counts = &reader->counts;
	reader->done = true;
	if (counts->broken > 0) {
		struct pk_diag *diag = pk_report(reader->diags, PK_EVENTS_BROKEN,
			span_of_file(reader), "passed over %zu of %zu events that cannot be read",
			counts->broken, counts->broken + counts->read + counts->foreign);
		pk_diag_hint(reader->diags, diag, "see above for the first of them");
	} else if (counts->read == 0) {
		pk_report(reader->diags, PK_NO_EVENTS, span_of_file(reader),
			"holds no event of Sysmon; %zu of other providers", counts->foreign);
	}
}

/* --- reading --- */

/* Forgets the last event. */
static struct pk_arena *renew_scratch(struct pk_event_reader *reader)
{
	pk_arena_destroy(reader->scratch);
	reader->scratch = pk_arena_create();
	return reader->scratch;
}

static struct pk_source *source_of(struct pk_event_reader *reader, const struct pk_line *line)
{
	struct pk_source *source =
		pk_source_make(reader->scratch, reader->path, line->text, line->len);
	source->lines_before = (uint32_t)(line->number - 1);
	return source;
}

/* A part of what is too long, for its place. */
static enum pk_event_result refuse_long(struct pk_event_reader *reader, struct pk_line *line)
{
	enum { SHOWN = 200 };
	struct pk_diags found = {.arena = renew_scratch(reader)};
	line->len = SHOWN;
	struct pk_source *source = source_of(reader, line);
	pk_report(&found, PK_EVENT_LIMIT, pk_span_file(source), "event is longer than %d bytes",
		PK_EVENT_BYTES);
	report_broken(reader, source, &found);
	return PK_EVENT_BROKEN;
}

static enum pk_event_result read_json(
	struct pk_event_reader *reader, struct pk_line *line, struct pk_record *out)
{
	if (line->cut)
		return refuse_long(reader, line);
	enum pk_event_result result = pk_event_fast_read(reader->fast, line->text, line->len, out);
	if (result != PK_EVENT_NOT_PLAIN)
		return result;

	struct pk_diags found = {.arena = renew_scratch(reader)};
	struct pk_source *source = source_of(reader, line);
	result = pk_event_json_read(source, &reader->types, out, &found);
	if (result == PK_EVENT_BROKEN)
		report_broken(reader, source, &found);
	return result;
}

static enum pk_event_result read_xml(
	struct pk_event_reader *reader, struct pk_source *source, struct pk_record *out)
{
	struct pk_diags found = {.arena = reader->scratch};
	enum pk_event_result result = pk_event_xml_read(source, &reader->types, out, &found);
	if (result == PK_EVENT_BROKEN)
		report_broken(reader, source, &found);
	return result;
}

static bool is_blank(const struct pk_line *line)
{
	return strspn(line->text, " \t\r\n") == line->len;
}

/* The start tag of an element "Event" in `text`, or NULL. */
static const char *find_event(const char *text)
{
	while ((text = strstr(text, "<Event")) != NULL) {
		if (strchr(" \t\r\n>", text[strlen("<Event")]) != NULL)
			return text;
		text++;
	}
	return NULL;
}

/* Goes on to where the event begins, behind the declaration and the start tag <Events>. */
static void skip_to_event(struct pk_line *line)
{
	const char *begin = find_event(line->text);
	if (begin == NULL)
		return;
	for (const char *at = line->text; at < begin; at++)
		line->number += *at == '\n';
	line->len -= (size_t)(begin - line->text);
	line->text = begin;
}

/* The bytes behind the last event: blanks and the end tag of <Events>. */
static bool is_tail(const struct pk_line *line)
{
	const char *text = line->text + strspn(line->text, " \t\r\n");
	if (pk_text_starts(text, "</Events>"))
		text += strlen("</Events>");
	else if (pk_text_starts(text, "<Events/>"))
		text += strlen("<Events/>");
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* The next line or element; false at the end. */
static bool next_text(
	struct pk_event_reader *reader, struct pk_record *out, enum pk_event_result *result_out)
{
	struct pk_line line;
	if (reader->fast != NULL) {
		do {
			if (!pk_lines_next(reader->lines, "\n", &line))
				return false;
		} while (is_blank(&line));
		*result_out = read_json(reader, &line, out);
		return true;
	}
	if (!pk_lines_next(reader->lines, "</Event>", &line) || is_tail(&line))
		return false;
	if (line.cut) {
		*result_out = refuse_long(reader, &line);
		return true;
	}
	skip_to_event(&line);
	renew_scratch(reader);
	*result_out = read_xml(reader, source_of(reader, &line), out);
	return true;
}

/* The next record of an event log file; false at the end. */
static bool next_record(
	struct pk_event_reader *reader, struct pk_record *out, enum pk_event_result *result_out)
{
	if (reader->next_record >= pk_evtx_count(reader->evtx))
		return false;
	size_t index = reader->next_record++;
	const char *reason;
	struct pk_arena *arena = renew_scratch(reader);
	if (pk_evtx_read(reader->evtx, &reader->xml, index, arena, &reason)) {
		*result_out = read_xml(reader,
			pk_source_make(arena, reader->path, reader->xml.data, reader->xml.len),
			out);
		return true;
	}
	struct pk_diags found = {.arena = arena};
	struct pk_source *source = pk_source_make(arena, reader->path, "", 0);
	pk_report(&found, PK_EVENT_RECORD, pk_span_file(source), "record %zu cannot be read: %s",
		index, reason);
	report_broken(reader, source, &found);
	*result_out = PK_EVENT_BROKEN;
	return true;
}

bool pk_event_reader_next(struct pk_event_reader *reader, struct pk_record *out)
{
	size_t errors = reader->diags->errors;
	while (!reader->done) {
		enum pk_event_result result;
		bool more = reader->evtx != NULL ? next_record(reader, out, &result)
						 : next_text(reader, out, &result);
		if (!more) {
			reader->done = true;
			if (reader->diags->errors == errors)
				report_end(reader);
			return false;
		}
		if (result == PK_EVENT_READ) {
			out->index = reader->counts.read++;
			return true;
		}
		reader->counts.foreign += result == PK_EVENT_FOREIGN;
	}
	return false;
}

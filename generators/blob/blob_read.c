/* Binary rules, record by record. Facts: docs/sysmon-facts.md sections 3, 10 and 16. */
#include "generators/blob/blob_read.h"

#include <string.h>

#include "base/text.h"
#include "base/xml.h"
#include "generators/sysmon/sysmon_convert.h"
#include "generators/sysmon/sysmon_read.h"

enum {
	OLD_HEADER_SIZE = 16, /* Sysmon 9 and older */
	EBPF_EVENT = 100,     /* only Sysmon for Linux has it */
	FILTER_VALUE = 536,
	NO_OFFSET = 0,
};

struct reader {
	struct pk_blob *blob;
	struct pk_diags *diags;
	const char *bytes;
	uint32_t len;
	struct pk_blob_event *event; /* the open one */
	struct pk_blob_rule rule;    /* last one of the open event; offset 0: none */
	uint32_t rule_filters;	     /* filters of that Rule so far */
	uint32_t rule_first_filter;
	bool rule_closed; /* a filter without Rule came behind it */
};

uint32_t pk_blob_word(const char *bytes, size_t offset)
{
	const unsigned char *at = (const unsigned char *)bytes + offset;
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

static uint32_t word(const struct reader *reader, size_t offset)
{
	return pk_blob_word(reader->bytes, offset);
}

static struct pk_span place(const struct reader *reader, size_t offset)
{
	return pk_span_make(reader->blob->place, offset, offset);
}

/* --- text --- */

/* What XML 1.0 section 2.2 lets a document hold. */
static bool is_xml_char(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xd800 || (c > 0xdfff && c < 0xfffe) || c > 0xffff;
}

static uint32_t unit(const struct reader *reader, size_t offset)
{
	const unsigned char *at = (const unsigned char *)reader->bytes + offset;
	return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* The character of one or two units at `at`; *used gets the units. */
static uint32_t decode_units(const struct reader *reader, size_t at, size_t left, size_t *used)
{
	uint32_t c = unit(reader, at);
	*used = 1;
	if (c < 0xd800 || c > 0xdbff || left < 2)
		return c;
	uint32_t low = unit(reader, at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return c;
	*used = 2;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* `units` UTF-16 units as UTF-8; NULL after a report if XML cannot hold them. */
static const char *read_text(struct reader *reader, size_t offset, size_t units)
{
	char *text = pk_arena_alloc(reader->diags->arena, units * 3 + 1);
	size_t len = 0;
	size_t used;
	for (size_t i = 0; i < units; i += used) {
		size_t at = offset + i * 2;
		uint32_t c = decode_units(reader, at, units - i, &used);
		if (!is_xml_char(c)) {
			pk_report(reader->diags, PK_BLOB_TEXT, place(reader, at),
				"character U+%04X at byte %zu cannot stand in XML", c, at);
			return NULL;
		}
		len += pk_utf8_encode(text + len, c);
	}
	return text;
}

/* The name at `offset`, which ends before `limit` units; "" after a report. */
static const char *read_name(struct reader *reader, size_t offset, size_t limit)
{
	size_t units = 0;
	while (units < limit && unit(reader, offset + units * 2) != 0)
		units++;
	if (units == limit) {
		pk_report(reader->diags, PK_BLOB_TEXT, place(reader, offset),
			"name at byte %zu has no end", offset);
		return "";
	}
	const char *name = read_text(reader, offset, units);
	return name == NULL ? "" : name;
}

/* Sysmon looks at the length of the names that filters give, not at those of Rules. */
static const char *read_filter_name(struct reader *reader, size_t offset)
{
	const char *name = read_name(reader, offset, PK_BLOB_FILTER_NAME);
	if (strlen(name) > PK_RULE_NAME_LIMIT)
		pk_report(reader->diags, PK_BLOB_NAME, place(reader, offset),
			"name at byte %zu has %zu bytes in UTF-8; Sysmon takes %d", offset,
			strlen(name), PK_RULE_NAME_LIMIT);
	return name;
}

static const char *read_value(struct reader *reader, size_t offset, uint32_t size)
{
	size_t units = size / 2;
	if (size % 2 != 0 || units == 0 || unit(reader, offset + (units - 1) * 2) != 0) {
		pk_report(reader->diags, PK_BLOB_TEXT, place(reader, offset),
			"value at byte %zu is no text with an end", offset);
		return "";
	}
	const char *value = read_text(reader, offset, units - 1);
	if (value == NULL)
		return "";
	if (strlen(value) >= PK_XML_TEXT_LIMIT)
		pk_report(reader->diags, PK_BLOB_TEXT, place(reader, offset),
			"value at byte %zu has %zu bytes in UTF-8; XML takes %d", offset,
			strlen(value), PK_XML_TEXT_LIMIT);
	return value;
}

/* --- offsets and flags --- */

/* True if `size` bytes at `offset` lie before `end`; else reports where the file ends too early. */
static bool has_room(struct reader *reader, uint32_t offset, uint64_t size, uint32_t end)
{
	if (offset <= end && size <= end - offset)
		return true;
	pk_report(reader->diags, PK_BLOB_TRUNCATED, place(reader, offset),
		"record at byte %u does not fit before byte %u", offset, end);
	return false;
}

/* Is the link at byte `from` a place where a record behind `least` can begin? */
static bool check_link(struct reader *reader, uint32_t from, uint32_t least)
{
	uint32_t to = word(reader, from);
	if (to >= least && to <= reader->len && to % PK_BLOB_ALIGN == 0)
		return true;
	struct pk_diag *diag = pk_report(reader->diags, PK_BLOB_OFFSET, place(reader, from),
		"offset %u at byte %u leads to no record", to, from);
	pk_diag_hint(
		reader->diags, diag, "the next record can begin at byte %u at the earliest", least);
	return false;
}

static bool read_flag(struct reader *reader, uint32_t offset, const char *what)
{
	uint32_t value = word(reader, offset);
	if (value > 1)
		pk_report(reader->diags, PK_BLOB_FLAG, place(reader, offset),
			"%s at byte %u is %u, not 0 or 1", what, offset, value);
	return value == 1;
}

static void check_count(struct reader *reader, uint32_t offset, uint32_t counted, const char *what)
{
	uint32_t written = word(reader, offset);
	if (written != counted)
		pk_report(reader->diags, PK_BLOB_COUNT, place(reader, offset),
			"number of %s at byte %u is %u, but there are %u", what, offset, written,
			counted);
}

/* --- Rules --- */

/* Compares what the record of the last Rule says of its filters with the filters found. */
static void close_rule(struct reader *reader)
{
	uint32_t at = reader->rule.offset;
	if (at == NO_OFFSET)
		return;
	check_count(reader, at + 276, reader->rule_filters, "filters of the Rule");
	uint32_t first = word(reader, at + 268);
	if (first != reader->rule_first_filter)
		pk_report(reader->diags, PK_BLOB_OFFSET, place(reader, at + 268),
			"offset %u at byte %u is not that of the Rule's first filter", first,
			at + 268);
}

static bool read_rule(struct reader *reader, uint32_t at, uint32_t end, uint32_t *next_out)
{
	uint32_t size = (PK_BLOB_RULE_SIZE + PK_BLOB_ALIGN - 1) / PK_BLOB_ALIGN * PK_BLOB_ALIGN;
	if (!has_room(reader, at, size, end))
		return false;

	close_rule(reader);
	struct pk_blob_record *record = pk_list_push(reader->diags->arena, &reader->event->records);
	record->is_rule = true;
	record->rule = (struct pk_blob_rule){
		.offset = at,
		.name = read_name(reader, at, PK_BLOB_RULE_NAME),
		.number = word(reader, at + 264),
		.next = word(reader, at + 272),
		.relation_and = read_flag(reader, at + 280, "relation"),
	};
	reader->rule = record->rule;
	reader->rule_filters = 0;
	reader->rule_first_filter = NO_OFFSET;
	reader->rule_closed = false;
	*next_out = at + size;
	return true;
}

/* --- filters --- */

/* The filters of a Rule follow its record without others between. */
static void join_rule(struct reader *reader, struct pk_blob_filter *filter)
{
	uint32_t at = filter->offset;
	uint32_t number = word(reader, at + 528);
	filter->rule = word(reader, at + 532);
	if (number == 0 && filter->rule == NO_OFFSET) {
		reader->rule_closed = true;
		return;
	}
	if (filter->rule == NO_OFFSET || filter->rule != reader->rule.offset ||
		number != reader->rule.number) {
		pk_report(reader->diags, PK_BLOB_RULE, place(reader, at + 528),
			"filter at byte %u belongs to Rule %u at byte %u, which is not the one "
			"before it",
			at, number, filter->rule);
		return;
	}
	if (reader->rule_closed)
		pk_report(reader->diags, PK_BLOB_RULE, place(reader, at + 528),
			"filter at byte %u belongs to a Rule that has ended", at);
	if (reader->rule_filters++ == 0)
		reader->rule_first_filter = at;
}

/* The schema of the file must let the field stand where the filter is. */
static void check_field(struct reader *reader, struct pk_blob_filter *filter)
{
	const struct pk_event *event = reader->event->event;
	const struct pk_schema *schema = reader->blob->schema;
	if (filter->field >= event->field_count) {
		pk_report(reader->diags, PK_BLOB_FIELD, place(reader, filter->offset),
			"field %u at byte %u: %s has %zu fields", filter->field, filter->offset,
			event->tag, event->field_count);
		filter->field_name = "";
		return;
	}
	filter->field_name = event->fields[filter->field];
	bool known = filter->rule != NO_OFFSET
		? pk_schema_has_field(schema, filter->field_name)
		: pk_schema_tag_has_field(schema, event->tag, filter->field_name);
	if (!known)
		pk_report(reader->diags, PK_BLOB_FIELD, place(reader, filter->offset),
			"field at byte %u is '%s', which %s does not have in schema %s",
			filter->offset, filter->field_name, event->tag,
			pk_schema_version_text(reader->diags->arena, schema->version));
}

static bool read_filter(struct reader *reader, uint32_t at, uint32_t end, uint32_t *next_out)
{
	if (!has_room(reader, at, PK_BLOB_FILTER_SIZE, end))
		return false;
	uint32_t data = word(reader, at + 524);
	uint64_t size = ((uint64_t)PK_BLOB_FILTER_SIZE + data + PK_BLOB_ALIGN - 1) / PK_BLOB_ALIGN *
		PK_BLOB_ALIGN;
	if (!has_room(reader, at, size, end))
		return false;

	struct pk_blob_record *record = pk_list_push(reader->diags->arena, &reader->event->records);
	struct pk_blob_filter *filter = &record->filter;
	filter->offset = at;
	filter->field = word(reader, at);
	join_rule(reader, filter);
	check_field(reader, filter);
	filter->name = read_filter_name(reader, at + 4);
	filter->value = read_value(reader, at + FILTER_VALUE, data);
	uint32_t op = word(reader, at + 516);
	if (op >= PK_OP_COUNT)
		pk_report(reader->diags, PK_BLOB_CONDITION, place(reader, at + 516),
			"condition %u at byte %u is not known", op, at + 516);
	else
		filter->op = (enum pk_operator)op;
	*next_out = at + (uint32_t)size;
	return true;
}

/* --- events --- */

/*
 * The records of the open event up to `end`. A filter stands where the link before it says; what
 * stands before such a place is the record of a Rule.
 */
static bool read_records(struct reader *reader, uint32_t end)
{
	uint32_t at = reader->event->offset + PK_BLOB_EVENT_SIZE;
	uint32_t link = reader->event->offset + 20;
	uint32_t filters = 0;

	while (at < end) {
		uint32_t filter = word(reader, link);
		if (filter != NO_OFFSET && !check_link(reader, link, at))
			return false;
		if (filter == at) {
			link = at + 520;
			filters++;
			if (!read_filter(reader, at, end, &at))
				return false;
		} else if (!read_rule(reader, at,
				   filter != NO_OFFSET && filter < end ? filter : end, &at)) {
			return false;
		}
	}
	if (word(reader, link) != NO_OFFSET) {
		pk_report(reader->diags, PK_BLOB_OFFSET, place(reader, link),
			"offset %u at byte %u leads out of the event", word(reader, link), link);
		return false;
	}
	close_rule(reader);
	check_count(reader, reader->event->offset + 16, filters, "filters");
	return true;
}

static const struct pk_event *find_event(struct reader *reader, uint32_t at)
{
	struct pk_blob *blob = reader->blob;
	uint32_t id = word(reader, at);
	const struct pk_event *event = pk_schema_find_id(blob->parser, id);
	const struct pk_schema *lacking = NULL;
	if (event == NULL || event->tag == NULL)
		lacking = blob->parser;
	else if (pk_schema_find_tag(blob->schema, event->tag) == NULL)
		lacking = blob->schema;
	if (lacking == NULL)
		return event;
	pk_report(reader->diags, PK_BLOB_EVENT, place(reader, at),
		"event id %u at byte %u cannot be filtered in schema %s", id, at,
		pk_schema_version_text(reader->diags->arena, lacking->version));
	return NULL;
}

/* Reads the event at `at`; *next_out is the one after it, or the end of the file. */
static bool read_event(struct reader *reader, uint32_t at, uint32_t *next_out)
{
	if (!has_room(reader, at, PK_BLOB_EVENT_SIZE, reader->len))
		return false;
	uint32_t next = word(reader, at + 12);
	if (next != NO_OFFSET && !check_link(reader, at + 12, at + PK_BLOB_EVENT_SIZE))
		return false;
	const struct pk_event *event = find_event(reader, at);
	if (event == NULL)
		return false;

	reader->event = pk_list_push(reader->diags->arena, &reader->blob->events);
	reader->event->offset = at;
	reader->event->next = next;
	reader->event->event = event;
	reader->event->include = read_flag(reader, at + 4, "default action");
	reader->event->relation_and = read_flag(reader, at + 8, "relation");
	reader->rule.offset = NO_OFFSET;
	*next_out = next != NO_OFFSET ? next : reader->len;
	return read_records(reader, *next_out);
}

static bool read_events(struct reader *reader)
{
	for (uint32_t at = PK_BLOB_HEADER_SIZE; at < reader->len;) {
		if (!read_event(reader, at, &at))
			return false;
	}
	check_count(reader, 4, (uint32_t)reader->blob->events.len, "events");
	return true;
}

/* --- header --- */

static bool check_size(struct reader *reader)
{
	size_t len = reader->blob->source->len;
	struct pk_span file = place(reader, 0);
	if (len == 0) {
		pk_report(reader->diags, PK_BLOB_EMPTY, file, "file is empty: it holds no rules");
		return false;
	}
	if (len > PK_BLOB_LIMIT) {
		pk_report(reader->diags, PK_FILE_TOO_LARGE, file,
			"binary rules have %zu bytes; the limit is %d", len, PK_BLOB_LIMIT);
		return false;
	}
	reader->len = (uint32_t)len;
	if (!has_room(reader, 0, OLD_HEADER_SIZE, reader->len))
		return false;
	return true;
}

/* Only Sysmon for Linux writes the event eBPFEvent, and it writes no other that is its own. */
static enum pk_platform guess_platform(const struct reader *reader)
{
	uint32_t at = PK_BLOB_HEADER_SIZE;
	while (at <= reader->len - PK_BLOB_EVENT_SIZE) {
		if (word(reader, at) == EBPF_EVENT)
			return PK_LINUX;
		uint32_t next = word(reader, at + 12);
		if (next < at + PK_BLOB_EVENT_SIZE)
			break;
		at = next;
	}
	return PK_WINDOWS;
}

static bool choose_parser(struct reader *reader)
{
	struct pk_blob *blob = reader->blob;
	enum pk_platform platform = guess_platform(reader);
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(platform, &count);

	while (count > 0 && versions[count - 1].binary_version != blob->binary_version)
		count--;
	if (count == 0) {
		pk_report(reader->diags, PK_BLOB_VERSION, place(reader, 0),
			"binary version %u.%02u at byte 0 is not known", blob->binary_version >> 16,
			blob->binary_version & 0xffff);
		return false;
	}
	blob->parser = pk_schema_make(reader->diags->arena, platform, versions[count - 1].version);
	return true;
}

/* The version of the configuration must be one that a schemaversion attribute can give. */
static bool choose_schema(struct reader *reader)
{
	struct pk_blob *blob = reader->blob;
	struct pk_arena *arena = reader->diags->arena;
	const char *text = pk_schema_version_text(arena, blob->version);
	uint32_t version = 0;
	uint32_t applied = 0;

	if (pk_sysmon_read_version(&version, text) == PK_VERSION_GOOD && version == blob->version)
		applied = pk_schema_applied(
			blob->parser->platform, blob->parser->version, blob->version);
	if (applied == 0) {
		pk_report(reader->diags, PK_BLOB_SCHEMA, place(reader, 12),
			"schema version %s at byte 12 is none that Sysmon takes", text);
		return false;
	}
	blob->schema = pk_schema_make(arena, blob->parser->platform, applied);
	return true;
}

static bool read_header(struct reader *reader)
{
	struct pk_blob *blob = reader->blob;
	blob->binary_version = word(reader, 0);
	uint32_t header = word(reader, 8);
	if (header == OLD_HEADER_SIZE || blob->binary_version < PK_VERSION(9, 10)) {
		struct pk_diag *diag = pk_report(reader->diags, PK_BLOB_OLD, place(reader, 0),
			"binary rules of version %u.%02u, as Sysmon 9 and older write them",
			blob->binary_version >> 16, blob->binary_version & 0xffff);
		pk_diag_hint(reader->diags, diag,
			"load the configuration with a newer Sysmon and take the rules of that");
		return false;
	}
	if (!has_room(reader, 0, PK_BLOB_HEADER_SIZE, reader->len))
		return false;
	blob->version = word(reader, 12);
	blob->first_rule = word(reader, 20);
	if (header != PK_BLOB_HEADER_SIZE || word(reader, 16) != PK_BLOB_HEADER_SIZE) {
		pk_report(reader->diags, PK_BLOB_HEADER, place(reader, 8),
			"header size %u at byte 8 and first event %u at byte 16 are not %d", header,
			word(reader, 16), PK_BLOB_HEADER_SIZE);
		return false;
	}
	return choose_parser(reader) && choose_schema(reader);
}

struct pk_blob *pk_blob_read(struct pk_source *source, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	struct pk_blob *blob = PK_NEW(diags->arena, struct pk_blob);
	blob->source = source;
	blob->place = pk_source_make(diags->arena, source->path, "", 0);
	struct reader reader = {.blob = blob, .diags = diags, .bytes = source->text};

	if (!check_size(&reader) || !read_header(&reader) || !read_events(&reader))
		return NULL;
	return diags->errors == errors ? blob : NULL;
}

/* Writing binary rules. The order of writes is that of Sysmon's loader, so its traces come out. */
#include <string.h>

#include "base/text.h"
#include "generators/blob/blob.h"
#include "generators/sysmon/sysmon_convert.h"

/* Offsets inside the records. */
enum {
	HEADER_EVENTS = 4,
	HEADER_FIRST_RULE = 20,
	EVENT_NEXT = 12,
	EVENT_FILTERS = 16,
	EVENT_FIRST_FILTER = 20,
	FILTER_NEXT = 520,
	RULE_ID = 264,
	RULE_FIRST_FILTER = 268,
	RULE_NEXT = 272,
	RULE_FILTERS = 276,
};

static void put32(struct pk_buf *out, size_t offset, uint32_t value)
{
	unsigned char *bytes = (unsigned char *)out->data + offset;
	bytes[0] = (unsigned char)value;
	bytes[1] = (unsigned char)(value >> 8);
	bytes[2] = (unsigned char)(value >> 16);
	bytes[3] = (unsigned char)(value >> 24);
}

static uint32_t get32(const struct pk_buf *out, size_t offset)
{
	const unsigned char *bytes = (const unsigned char *)out->data + offset;
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

/* Appends a record of zeros and returns its offset. */
static uint32_t add_record(struct pk_buf *out, size_t size)
{
	size_t padded = (size + PK_BLOB_ALIGN - 1) / PK_BLOB_ALIGN * PK_BLOB_ALIGN;
	return (uint32_t)pk_buf_zeros(out, padded);
}

/* Writes `text` as at most `units` UTF-16 units; no terminator. A pair is never cut in two. */
static void put_utf16(struct pk_buf *out, size_t offset, const char *text, size_t units)
{
	size_t len = strlen(text);
	unsigned char *to = (unsigned char *)out->data + offset;

	for (size_t i = 0; i < len && units > 0;) {
		uint32_t c;
		size_t used = pk_utf8_decode(&c, text + i, len - i);
		if (used == 0) {
			c = 0xfffd;
			used = 1;
		}
		i += used;
		uint16_t pair[2] = {(uint16_t)c, 0};
		size_t count = 1;
		if (c > 0xffff) {
			pair[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			pair[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
			count = 2;
		}
		if (count > units)
			return;
		for (size_t u = 0; u < count; u++) {
			*to++ = (unsigned char)pair[u];
			*to++ = (unsigned char)(pair[u] >> 8);
		}
		units -= count;
	}
}

void pk_blob_writer_init(struct pk_blob_writer *writer, struct pk_buf *out, uint32_t binary_version,
	uint32_t schema_version)
{
	*writer = (struct pk_blob_writer){
		.out = out,
		.binary_version = binary_version,
		.schema_version = schema_version,
	};
}

static void add_header(struct pk_blob_writer *writer)
{
	uint32_t at = add_record(writer->out, PK_BLOB_HEADER_SIZE);
	put32(writer->out, at, writer->binary_version);
	put32(writer->out, at + 8, PK_BLOB_HEADER_SIZE);
	put32(writer->out, at + 12, writer->schema_version);
	put32(writer->out, at + 16, PK_BLOB_HEADER_SIZE);
}

void pk_blob_add_event(
	struct pk_blob_writer *writer, uint32_t event_id, bool include, bool relation_and)
{
	struct pk_buf *out = writer->out;
	writer->undo_size = (uint32_t)out->len;
	writer->undo_event = writer->last_event;
	if (writer->last_event != 0)
		put32(out, writer->last_event + EVENT_NEXT, (uint32_t)out->len);
	else
		add_header(writer);

	uint32_t at = add_record(out, PK_BLOB_EVENT_SIZE);
	put32(out, at, event_id);
	put32(out, at + 4, include ? 1 : 0);
	put32(out, at + 8, relation_and ? 1 : 0);
	put32(out, HEADER_EVENTS, get32(out, HEADER_EVENTS) + 1);
	writer->last_event = at;
	writer->last_filter = 0;
}

void pk_blob_undo_event(struct pk_blob_writer *writer)
{
	struct pk_buf *out = writer->out;
	put32(out, HEADER_EVENTS, get32(out, HEADER_EVENTS) - 1);
	out->len = writer->undo_size;
	writer->last_event = writer->undo_event;
	writer->last_filter = 0;
	if (writer->last_event == 0)
		out->len = 0;
}

/*
 * Links the Rule before to the one at `at`. After a taken-back element that record may be gone or
 * overwritten; Sysmon's loader writes there all the same, and the header keeps what it had.
 */
static void link_rule(struct pk_blob_writer *writer, uint32_t at)
{
	struct pk_buf *out = writer->out;
	if (writer->rule == 0)
		put32(out, HEADER_FIRST_RULE, at);
	else if (writer->rule + RULE_NEXT + 4 <= at)
		put32(out, writer->rule + RULE_NEXT, at);
}

void pk_blob_add_rule(
	struct pk_blob_writer *writer, const char *name, uint32_t number, bool relation_and)
{
	struct pk_buf *out = writer->out;
	link_rule(writer, (uint32_t)out->len);

	uint32_t at = add_record(out, PK_BLOB_RULE_SIZE);
	if (name != NULL)
		put_utf16(out, at, name, PK_BLOB_RULE_NAME - 1);
	put32(out, at + RULE_ID, number);
	put32(out, at + 280, relation_and ? 1 : 0);
	writer->rule = at;
}

void pk_blob_add_filter(struct pk_blob_writer *writer, uint32_t field, enum pk_operator op,
	const char *name, const char *value, uint32_t rule)
{
	struct pk_buf *out = writer->out;
	size_t units = pk_utf8_utf16_len(value);
	uint32_t data_size = (uint32_t)((units + 1) * 2);
	uint32_t at = add_record(out, PK_BLOB_FILTER_SIZE + data_size);

	if (writer->last_filter != 0)
		put32(out, writer->last_filter + FILTER_NEXT, at);
	else
		put32(out, writer->last_event + EVENT_FIRST_FILTER, at);
	writer->last_filter = at;

	put32(out, at, field);
	if (name != NULL)
		put_utf16(out, at + 4, name, PK_BLOB_FILTER_NAME - 1);
	put32(out, at + 516, (uint32_t)op);
	put32(out, at + 524, data_size);
	put_utf16(out, at + PK_BLOB_FILTER_SIZE - 1, value, units);
	put32(out, writer->last_event + EVENT_FILTERS,
		get32(out, writer->last_event + EVENT_FILTERS) + 1);
	if (rule == 0)
		return;
	put32(out, at + 528, rule);
	put32(out, at + 532, writer->rule);
	if (get32(out, writer->rule + RULE_FIRST_FILTER) == 0)
		put32(out, writer->rule + RULE_FIRST_FILTER, at);
	put32(out, writer->rule + RULE_FILTERS, get32(out, writer->rule + RULE_FILTERS) + 1);
}

bool pk_blob_encode(struct pk_buf *out, struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	struct pk_blob_writer writer;
	pk_blob_writer_init(&writer, out, sysmon->parser->binary_version, sysmon->version);
	if (!sysmon->rejected)
		pk_sysmon_convert(sysmon, &writer, NULL, diags);
	if (!sysmon->rejected)
		pk_sysmon_check_entries(sysmon, diags);
	return !sysmon->rejected;
}

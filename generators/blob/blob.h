/*
 * Binary rules: the blob that Sysmon keeps in the registry value Rules (on Linux in rules.bin).
 * Little-endian, packed, every record at a multiple of 8. Facts: docs/sysmon-facts.md section 10.
 */
#ifndef GENERATORS_BLOB_BLOB_H
#define GENERATORS_BLOB_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/list.h"
#include "generators/sysmon/sysmon.h"

enum {
	PK_BLOB_HEADER_SIZE = 24,
	PK_BLOB_EVENT_SIZE = 24,
	PK_BLOB_FILTER_SIZE = 537, /* without its data */
	PK_BLOB_RULE_SIZE = 292,
	PK_BLOB_FILTER_NAME = 256, /* UTF-16 units with terminator */
	PK_BLOB_RULE_NAME = 128,
	PK_BLOB_ALIGN = 8,
	PK_BLOB_LIMIT = 256 * 1024 * 1024,
};

/* --- writing, record by record, as Sysmon's loader does --- */

struct pk_blob_writer {
	struct pk_buf *out;
	uint32_t binary_version;
	uint32_t schema_version;
	uint32_t last_event;  /* offset; 0: none */
	uint32_t undo_event;  /* offset of the event before it */
	uint32_t undo_size;   /* size before the last event */
	uint32_t last_filter; /* offset; 0: none in this event */
	uint32_t rule;	      /* offset of the last Rule record; survives a taken-back element */
};

/* Prepares to append to `out`, which must be empty. */
void pk_blob_writer_init(struct pk_blob_writer *writer, struct pk_buf *out, uint32_t binary_version,
	uint32_t schema_version);
/* Starts the record of an event element. */
void pk_blob_add_event(
	struct pk_blob_writer *writer, uint32_t event_id, bool include, bool relation_and);
/*
 * Takes the last event back. Like Sysmon's loader it leaves traces: the link of the record
 * before it, and the chain of Rules.
 */
void pk_blob_undo_event(struct pk_blob_writer *writer);
/* Adds the record of a Rule to the last event; its filters follow. `name` may be NULL. */
void pk_blob_add_rule(
	struct pk_blob_writer *writer, const char *name, uint32_t number, bool relation_and);
/* Adds a filter to the last event; `rule` is the number of its Rule or 0. `name` may be NULL. */
void pk_blob_add_filter(struct pk_blob_writer *writer, uint32_t field, enum pk_operator op,
	const char *name, const char *value, uint32_t rule);

/*
 * The binary rules of `sysmon` in `out`: empty if it has no rules. False after a report if Sysmon
 * refuses the configuration. The version word is the parser's.
 */
bool pk_blob_encode(struct pk_buf *out, struct pk_sysmon *sysmon, struct pk_diags *diags);

#endif

/*
 * Reading binary rules: bytes to records, records to a configuration.
 *
 * The bytes are taken as hostile. Sysmon's loader writes record behind record, so a reader that
 * goes through the file once can demand that every offset leads to the record that comes next;
 * cycles and overlaps are thereby impossible. Everything lives in the arena of the diagnostics.
 * The place of a finding is the byte offset; codes are PK09xx.
 */
#ifndef GENERATORS_BLOB_BLOB_READ_H
#define GENERATORS_BLOB_BLOB_READ_H

#include "generators/blob/blob.h"
#include "generators/sysmon/sysmon.h"

/* The record of a filter. Offsets are bytes from the start of the file. */
struct pk_blob_filter {
	uint32_t offset;
	uint32_t field; /* index in the event's fields */
	const char *field_name;
	enum pk_operator op;
	const char *name; /* "" if it has none */
	const char *value;
	uint32_t rule; /* offset of its Rule's record or 0 */
};

/* The record of a Rule; the filters that name it follow. */
struct pk_blob_rule {
	uint32_t offset;
	const char *name; /* "" if it has none; cut to 127 units by Sysmon */
	uint32_t number;
	uint32_t next; /* as written: Sysmon leaves links here that lead nowhere */
	bool relation_and;
};

/* What follows the record of an event. */
struct pk_blob_record {
	bool is_rule;
	struct pk_blob_rule rule;     /* if is_rule */
	struct pk_blob_filter filter; /* if not is_rule */
};

struct pk_blob_event {
	uint32_t offset;
	uint32_t next; /* as written */
	const struct pk_event *event;
	bool include;
	bool relation_and;
	PK_LIST(struct pk_blob_record) records; /* in order of the file */
};

struct pk_blob {
	struct pk_source *source;
	struct pk_source *place; /* the same file without text: binary has no lines to show */
	uint32_t binary_version;
	uint32_t version;		/* schema version of the configuration */
	uint32_t first_rule;		/* as written */
	const struct pk_schema *parser; /* the newest with this binary version */
	const struct pk_schema *schema; /* what that parser checks the configuration against */
	PK_LIST(struct pk_blob_event) events;
};

/* The records of `source`; NULL after a report if Sysmon 10.0 or later cannot have written it. */
struct pk_blob *pk_blob_read(struct pk_source *source, struct pk_diags *diags);

/*
 * The configuration of `source`, or NULL after a report. Encoding it gives the same bytes again,
 * apart from the version word; PK_BLOB_NOT_SAME is reported where it does not. Elements that
 * Sysmon took back while it wrote the rules are put in again where their traces demand it
 * (PK_BLOB_LOST_ELEMENT). Entries such as HashAlgorithms are not part of binary rules.
 */
struct pk_sysmon *pk_blob_decode(struct pk_source *source, struct pk_diags *diags);

/* Appends a listing of `blob` for people. */
void pk_blob_show(struct pk_buf *out, const struct pk_blob *blob);

/* The little-endian word at `offset`, which must lie inside. */
uint32_t pk_blob_word(const char *bytes, size_t offset);

#endif

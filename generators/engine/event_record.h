/*
 * Event record: makes a struct pk_record of what a reader of one syntax has found. For the readers
 * of events only (event_fast.c, event_json.c, event_xml.c), which say what stands in the event;
 * what its names mean is told here, once for all.
 *
 * First comes the head: id, where the event comes from, when and on which computer. From it follow
 * the type of the event and whether it is Sysmon's at all. Then come the fields.
 */
#ifndef GENERATORS_ENGINE_EVENT_RECORD_H
#define GENERATORS_ENGINE_EVENT_RECORD_H

#include "generators/engine/event_reader.h"

enum { PK_EVENT_IDS = 256 }; /* Sysmon's ids are below */

enum pk_head_part {
	PK_HEAD_ID,
	PK_HEAD_PROVIDER,
	PK_HEAD_CHANNEL,
	PK_HEAD_COMPUTER,
	PK_HEAD_TIME,
	PK_HEAD_PARTS,
};

/* Texts are borrowed; NULL if not said. */
struct pk_event_head {
	const char *parts[PK_HEAD_PARTS];
	uint8_t ranks[PK_HEAD_PARTS]; /* of the name each came by; 0: none yet */
};

/* What the fields of an event are found by. */
struct pk_event_type {
	const struct pk_event *event; /* NULL: the schema has no such event */
	int time_field;		      /* index of UtcTime, or -1 */
	uint8_t lens[PK_SCHEMA_FIELDS_MAX];
};

/* The types of a schema by id. */
struct pk_event_types {
	const struct pk_schema *schema;
	struct pk_event_type items[PK_EVENT_IDS];
};

enum pk_event_result {
	PK_EVENT_READ,
	PK_EVENT_FOREIGN,   /* of another provider or channel */
	PK_EVENT_BROKEN,    /* no event, or one that cannot be: reported */
	PK_EVENT_NOT_PLAIN, /* only event_fast.c: nothing can be said of it */
};

enum pk_event_put {
	PK_PUT_DONE,
	PK_PUT_UNKNOWN, /* the event has no such field */
	PK_PUT_TWICE,
};

/* A record that is being made. */
struct pk_event_draft {
	const struct pk_event_type *type;
	struct pk_record *record;
	uint32_t seen; /* bit i: field i has been put */
	size_t next;   /* field that is looked at first: events keep the order of the schema */
};

/* The types of `schema`, in the caller's storage. */
void pk_event_types_init(struct pk_event_types *out, const struct pk_schema *schema);

/* Takes a member of the event or of its System part; names that say nothing are passed over. */
void pk_event_head_put(
	struct pk_event_head *head, const char *name, size_t name_len, const char *value);
/* Is it of another program, by provider or channel? Without either it is taken for Sysmon's. */
bool pk_event_head_is_foreign(const struct pk_event_head *head);
/* The type that the id names, or NULL. */
const struct pk_event_type *pk_event_head_type(
	const struct pk_event_head *head, const struct pk_event_types *types);
/* Reports why pk_event_head_type gave NULL. */
void pk_event_head_report(const struct pk_event_head *head, const struct pk_event_types *types,
	struct pk_span span, struct pk_diags *diags);

/* Begins `record` with an event of `type`, which the schema has. */
void pk_event_draft_begin(
	struct pk_event_draft *out, struct pk_record *record, const struct pk_event_type *type);
/* Puts a field; the value is borrowed, NULL stands for one that is absent. */
enum pk_event_put pk_event_draft_put(
	struct pk_event_draft *draft, const char *name, size_t name_len, const char *value);
/* As pk_event_draft_put for a field whose index is known. */
enum pk_event_put pk_event_draft_put_at(
	struct pk_event_draft *draft, size_t field, const char *value);
/* Ends the record: computer and time. */
void pk_event_draft_end(struct pk_event_draft *draft, const struct pk_event_head *head);

#endif

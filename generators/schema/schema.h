/*
 * Schema: which events, fields, configuration entries and conditions each Sysmon schema has.
 *
 * The tables are schema/events.def, schema/entries.def and schema/versions.def. A struct
 * pk_schema is a view of them for one schema version and platform. Facts: the schema listings
 * that Sysmon prints (-s) for 4.00 to 4.91, and SysmonCommon's manifest for what they leave out.
 */
#ifndef GENERATORS_SCHEMA_SCHEMA_H
#define GENERATORS_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"

enum pk_platform {
	PK_WINDOWS,
	PK_LINUX,
};

/* Major and minor of a version number in one word, as the binary rules keep it. */
#define PK_VERSION(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor))

enum {
	PK_SCHEMA_FIELDS_MAX = 32, /* the largest event has 23 */
};

/* An event in one schema. */
struct pk_event {
	uint32_t id;
	const char *tag;	/* NULL if it cannot be filtered (4, 16, 255) */
	const char *title;	/* "Process Create" */
	bool logged_by_default; /* if its tag has no element: ProcessCreate, ProcessTerminate */
	bool hidden; /* listed by the schema although that Sysmon did not have the event yet */
	const char *fields[PK_SCHEMA_FIELDS_MAX]; /* in the order of the field index */
	size_t field_count;
};

enum pk_entry_argument {
	PK_ENTRY_EMPTY, /* must have no content */
	PK_ENTRY_TEXT,
};

/* A configuration entry in one schema. */
struct pk_entry_info {
	const char *name;
	enum pk_entry_argument argument;
	const char *switch_name; /* command-line switch, or NULL */
};

/* One row of versions.def. */
struct pk_schema_version {
	uint32_t version;	 /* PK_VERSION(4, 90) */
	uint32_t binary_version; /* first word of the binary rules that this parser writes */
	const char *releases;	 /* Sysmon releases seen with it */
};

struct pk_schema {
	uint32_t version;
	uint32_t binary_version;
	enum pk_platform platform;
	PK_LIST(struct pk_event) events; /* in the order in which Sysmon takes them */
	PK_LIST(struct pk_entry_info) entries;
	struct pk_map tags;   /* tag -> its first struct pk_event */
	struct pk_map fields; /* field of any event that can be filtered -> a struct pk_event */
};

/* The versions a platform knows, oldest first. */
const struct pk_schema_version *pk_schema_versions(enum pk_platform platform, size_t *count_out);
/* 4.91 on Windows, 4.90 on Linux. */
uint32_t pk_schema_newest(enum pk_platform platform);
/* The tables of exactly this schema, in the arena; NULL if the platform has no such version. */
const struct pk_schema *pk_schema_make(
	struct pk_arena *arena, enum pk_platform platform, uint32_t version);
/*
 * The version whose rules a parser with newest schema `parser` applies to a file that declares
 * `file`: `parser` itself if equal, else the newest one below `parser` that is not above `file`;
 * 0 if there is none. So a file that is newer than the parser is checked by its second-newest
 * schema.
 */
uint32_t pk_schema_applied(enum pk_platform platform, uint32_t parser, uint32_t file);
/*
 * Parses "4.90" as a version for options and rulesets: digits, dot, one or two digits ("4.9" is
 * 4.90). False if it has another form; Sysmon's own reading of a file's attribute is laxer and
 * lives in sysmon_version.c.
 */
bool pk_schema_parse_version(uint32_t *out, const char *text);
/* "4.90", in the arena. */
const char *pk_schema_version_text(struct pk_arena *arena, uint32_t version);

/* The first event with this tag (its family follows it in `events`), or NULL. */
const struct pk_event *pk_schema_find_tag(const struct pk_schema *schema, const char *tag);
/* How many events in a row share the tag of `first`: 3 for RegistryEvent. */
size_t pk_schema_family(const struct pk_schema *schema, const struct pk_event *first);
/* The event with this id, or NULL. */
const struct pk_event *pk_schema_find_id(const struct pk_schema *schema, uint32_t id);
/* Index of `field` in the event, or -1. Case matters. */
int pk_event_field(const struct pk_event *event, const char *field);
/* True if any event of the tag has the field. */
bool pk_schema_tag_has_field(const struct pk_schema *schema, const char *tag, const char *field);
/* True if any event that can be filtered has the field: what a Rule may hold. */
bool pk_schema_has_field(const struct pk_schema *schema, const char *field);
/* The entry, or NULL. */
const struct pk_entry_info *pk_schema_find_entry(const struct pk_schema *schema, const char *name);
/* The first schema of the platform that has the tag, the field of the tag, the entry; 0 if none. */
uint32_t pk_schema_tag_since(enum pk_platform platform, const char *tag);
uint32_t pk_schema_field_since(enum pk_platform platform, const char *tag, const char *field);

/* Nearest tag, field of a tag, or entry for "did you mean"; NULL if nothing is near. */
const char *pk_schema_nearest_tag(const struct pk_schema *schema, const char *tag);
const char *pk_schema_nearest_field(
	const struct pk_schema *schema, const char *tag, const char *field);
const char *pk_schema_nearest_entry(const struct pk_schema *schema, const char *name);

#endif

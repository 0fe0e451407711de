/*
 * Monster: events of the Monster agent and their columns, both generations. The rows are in
 * monster_events.def; the decoder of `picket listen`, the Logstash filter, the ingest pipeline, the
 * samples and the mapping are made of them. Source: docs/stack-facts.md, section Monster.
 */
#ifndef TEMPLATES_MODEL_MONSTER_H
#define TEMPLATES_MODEL_MONSTER_H

#include <stddef.h>
#include <stdint.h>

enum pk_monster_generation {
	PK_MONSTER_GEN1 = 1, /* monster/0.9: EventID is the first column */
	PK_MONSTER_GEN2 = 2, /* monster/1.0: EventID is the third column */
};

enum pk_column_type {
	PK_COLUMN_TEXT,
	PK_COLUMN_LONG,
	PK_COLUMN_IP,
	PK_COLUMN_FILETIME, /* 100 ns since 1601 UTC: kept as the number, a date beside it */
	PK_COLUMN_UNIX,	    /* ImageTimestamp(UTC): most likely a PE stamp, never a FILETIME */
	PK_COLUMN_LIST,	    /* list of texts */
	PK_COLUMN_IPS,	    /* list of addresses */
	PK_COLUMN_GROUPS,   /* lists of objects: pk_column_object_find */
	PK_COLUMN_PRIVILEGES,
	PK_COLUMN_ACCOUNTS,
	PK_COLUMN_PROGRAMS,
};

/* How a value gets into ECS. */
enum pk_column_how {
	PK_COLUMN_NOT,	/* it stays where it is */
	PK_COLUMN_COPY, /* to `ecs`, in the type of the column; dates with seven digits of a second
			 */
	PK_COLUMN_NUMBER,    /* a text that is a number; any other text is not copied */
	PK_COLUMN_FIRST,     /* the first item of a list */
	PK_COLUMN_HASH,	     /* small letters; not if it is all zeros */
	PK_COLUMN_PATH,	     /* and what is behind the last backslash to `name` beside it */
	PK_COLUMN_FILE,	     /* .path, .name, .directory, .extension below `ecs` */
	PK_COLUMN_USER,	     /* DOMAIN\name: .domain and .name below `ecs` */
	PK_COLUMN_KEY,	     /* key of the registry, or the first part of it */
	PK_COLUMN_KEY_PART,  /* what follows after the first part */
	PK_COLUMN_VALUE,     /* name of a value in that key */
	PK_COLUMN_DATA_TYPE, /* of that value: 1 is REG_SZ */
	PK_COLUMN_TIME,	     /* of the event: @timestamp to the millisecond, monster.time exactly */
};

struct pk_monster_column {
	const char *name; /* as published: "ParentProcessId" */
	enum pk_column_type type;
	enum pk_column_how how;
	const char *ecs;     /* field of ECS, or the object above several; NULL if there is none */
	const char *derived; /* FILETIME: the published field with the date, or NULL */
};

struct pk_monster_event {
	enum pk_monster_generation generation;
	unsigned id;	  /* 1500 */
	const char *name; /* EventType of generation 2, ours for generation 1: "ProcessCreate" */
	const char *constant; /* FileEventType or RegEventType of generation 1; else NULL */
	const char *category; /* event.category; '|' between values */
	const char *type;     /* event.type; the same */
	const char *fixed;    /* further fields of ECS: "event.outcome=success"; '|' between them */
	const char *shown;    /* names of columns for a line for people; '|' between them */
	const struct pk_monster_column *columns; /* all, header columns included */
	size_t column_count;
};

/* All events, by generation and id. */
const struct pk_monster_event *pk_monster_event_list(size_t *count_out);
/* The event, or NULL: later generations have ids that are not known here. */
const struct pk_monster_event *pk_monster_event_find(
	enum pk_monster_generation generation, unsigned id);

/* As pk_monster_event_find for generation 1, with columns as the filter of 2017 had them. */
const struct pk_monster_event *pk_monster_event_find_2017(unsigned id);

/* Columns that every record of the generation begins with, also of events that are not known. */
const struct pk_monster_column *pk_monster_header(
	size_t *count_out, enum pk_monster_generation generation);

/* FileEventType, RegEventType (generation 1) or EventType: the field that tells the kind; NULL:
 * none does. */
const char *pk_monster_event_kind(const struct pk_monster_event *event);

/* What the items of a list of objects have: "name|sid|attributes"; numbers are those in `numbers`.
 */
struct pk_column_object {
	enum pk_column_type type;
	const char *field; /* that the list gets, or NULL: the name of the column */
	const char *members;
	const char *numbers;
};

/* NULL if columns of this type are no lists of objects. */
const struct pk_column_object *pk_column_object_find(enum pk_column_type type);
/* "text", "long", ...: for scripts that are given the table. */
const char *pk_column_type_name(enum pk_column_type type);
const char *pk_column_how_name(enum pk_column_how how);

/* FILETIMEs that are dates: after 1970, and before 2262, where dates of nanoseconds end. */
#define PK_FILETIME_1970 INT64_C(116444736000000000)
#define PK_FILETIME_2262 INT64_C(208591200000000000)

/* A hive of the registry, as the kernel, tools or people begin paths with it. */
struct pk_registry_hive {
	const char *prefix;
	const char *hive;
};

const struct pk_registry_hive *pk_registry_hive_list(size_t *count_out);
/* What types of a value of the registry are called, from 0: "REG_NONE"; NULL behind the last. */
const char *pk_registry_type_name(uint64_t number);

#endif

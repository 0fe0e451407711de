/*
 * Monster: events of the Monster agent and their columns, both generations. The rows are in
 * monster_events.def; the decoder of `picket listen`, the Logstash filter, the ingest pipeline, the
 * samples and the mapping are made of them. Source: docs/stack-facts.md, section Monster.
 */
#ifndef TEMPLATES_MODEL_MONSTER_H
#define TEMPLATES_MODEL_MONSTER_H

#include <stddef.h>

enum pk_monster_generation {
	PK_MONSTER_GEN1 = 1, /* monster/0.9: EventID is the first column */
	PK_MONSTER_GEN2 = 2, /* monster/1.0: EventID is the third column */
};

enum pk_column_type {
	PK_COLUMN_TEXT,
	PK_COLUMN_LONG,
	PK_COLUMN_IP,
	PK_COLUMN_FILETIME,   /* 100 ns since 1601 UTC: kept as the number, a date beside it */
	PK_COLUMN_UNIX,	      /* ImageTimestamp(UTC): most likely a PE stamp, never a FILETIME */
	PK_COLUMN_GROUPS,     /* list: name, sid, attributes */
	PK_COLUMN_PRIVILEGES, /* list: name, attributes */
	PK_COLUMN_LIST,	      /* list of texts */
	PK_COLUMN_ACCOUNTS,   /* list of objects; names of members in monster.c */
	PK_COLUMN_PROGRAMS,
	PK_COLUMN_ADAPTERS,
};

struct pk_monster_column {
	const char *name; /* as published: "ParentProcessId" */
	enum pk_column_type type;
	const char *ecs; /* field of ECS it is copied to; NULL if none */
};

struct pk_monster_event {
	enum pk_monster_generation generation;
	unsigned id;	  /* 1500 */
	const char *name; /* EventType of generation 2, ours for generation 1: "ProcessCreate" */
	const char *constant; /* FileEventType or RegEventType of generation 1; else NULL */
	const char *category; /* event.category; '|' between values */
	const char *type;     /* event.type */
	const struct pk_monster_column *columns; /* all, header columns included */
	size_t column_count;
};

/* All events, by generation and id. */
const struct pk_monster_event *pk_monster_event_list(size_t *count_out);
/* The event, or NULL: later generations have ids that are not known here. */
const struct pk_monster_event *pk_monster_event_find(
	enum pk_monster_generation generation, unsigned id);

#endif

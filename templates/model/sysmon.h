/*
 * Sysmon: events of Sysmon and what becomes of their fields in ECS. The rows are in sysmon_events.def and
 * sysmon_fields.def; the pipeline, its samples and what `stack verify` expects are made of them.
 * Source: docs/stack-facts.md, section Sysmon.
 */
#ifndef TEMPLATES_MODEL_SYSMON_H
#define TEMPLATES_MODEL_SYSMON_H

#include <stddef.h>
#include <stdint.h>

struct pk_sysmon_ecs_event {
	unsigned id;	      /* 1-29, 255 */
	const char *name;     /* "ProcessCreate" */
	const char *category; /* event.category; values divided by '|' */
	const char *type;     /* event.type; the same */
	const char *action;   /* event.action */
};

/* How a value is taken over. The pipeline's script knows each of them. */
enum pk_sysmon_how {
	PK_SYSMON_MOVE, /* as it is */
	PK_SYSMON_COPY, /* as it is, and it stays in winlog.event_data */
	PK_SYSMON_LONG,
	PK_SYSMON_BOOLEAN,
	PK_SYSMON_IP,
	PK_SYSMON_DATE,	      /* "2026-03-04 10:00:01.001", UTC */
	PK_SYSMON_EXECUTABLE, /* and the name behind the last backslash, beside it */
	PK_SYSMON_COMMAND,    /* and its arguments, beside it */
	PK_SYSMON_USER,	      /* DOMAIN\name: .domain and .name below the target */
	PK_SYSMON_FILE,	      /* path, name, directory, extension below the target */
	PK_SYSMON_HASHES, /* MD5=..,SHA256=..,IMPHASH=..: .hash.* and .pe.imphash below the target */
	PK_SYSMON_REGISTRY, /* hive, key, value, path below the target */
	PK_SYSMON_DETAILS,  /* data of a registry value, and its type */
	PK_SYSMON_DNS,	    /* answers of a query */
	PK_SYSMON_RULE,	    /* name of the rule, and the technique in it */
};

struct pk_sysmon_ecs_field {
	uint32_t events;    /* bit n: event n; bit 0: event 255 */
	const char *field;  /* of winlog.event_data */
	const char *target; /* field of ECS, or the object above several */
	enum pk_sysmon_how how;
};

const struct pk_sysmon_ecs_event *pk_sysmon_ecs_events(size_t *count_out);
const struct pk_sysmon_ecs_event *pk_sysmon_ecs_find_event(unsigned id);
const struct pk_sysmon_ecs_field *pk_sysmon_ecs_fields(size_t *count_out);

#endif

/*
 * Sysmon: events of Sysmon and what becomes of their fields in ECS. The rows are in
 * sysmon_events.def and sysmon_fields.def; the pipeline, its samples and what `stack verify`
 * expects are made of them. Source: docs/stack-facts.md, section 3.
 */
#ifndef TEMPLATES_MODEL_SYSMON_H
#define TEMPLATES_MODEL_SYSMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/node.h"

#define PK_SYSMON_DATASET "windows.sysmon_operational"

struct pk_sysmon_ecs_event {
	unsigned id;	      /* 1-29, 255 */
	const char *name;     /* "ProcessCreate" */
	const char *task;     /* as the event log calls it: "Process Create" */
	const char *category; /* event.category; values divided by '|'; "" if ECS has none */
	const char *type;     /* event.type; the same */
	const char *outcome;  /* event.outcome; "" for none */
	const char *action;   /* event.action */
};

/* How a value is taken over. The pipeline's script knows each of them. */
enum pk_sysmon_how {
	PK_SYSMON_STAY, /* nothing has a place for it: only in winlog.event_data */
	PK_SYSMON_MOVE, /* as it is */
	PK_SYSMON_LONG,
	PK_SYSMON_BOOLEAN,     /* "true", "false", or text that begins so */
	PK_SYSMON_IP,	       /* without a prefix that maps IPv4 into IPv6 */
	PK_SYSMON_DATE,	       /* "2026-03-04 10:00:01.001", UTC */
	PK_SYSMON_LOWER,       /* in lower case */
	PK_SYSMON_HOST,	       /* as it is, and into related.hosts */
	PK_SYSMON_PROTOCOL,    /* as it is, if no row before had a value for the target */
	PK_SYSMON_EXECUTABLE,  /* .executable and .name (what is behind the last backslash) */
	PK_SYSMON_COMMAND,     /* .command_line, .args, .args_count */
	PK_SYSMON_USER,	       /* DOMAIN\name: .domain and .name */
	PK_SYSMON_FILE,	       /* .path, .name, .directory, .extension, .drive_letter, .fork_name */
	PK_SYSMON_LIBRARY,     /* .path and .name */
	PK_SYSMON_HASHES,      /* MD5=..,SHA256=..,IMPHASH=..: .hash.* and .pe.imphash */
	PK_SYSMON_SIGNED,      /* .code_signature.exists */
	PK_SYSMON_SIGNATURE,   /* .code_signature.status and .valid */
	PK_SYSMON_REGISTRY,    /* .hive, .key, .value, .path */
	PK_SYSMON_DETAILS,     /* data of a registry value: .strings, .type */
	PK_SYSMON_CHANGE,      /* EventType of the registry: event.type */
	PK_SYSMON_DIRECTION,   /* whether this host began a connection: network.direction */
	PK_SYSMON_FAMILY,      /* whether an address is IPv6: network.type */
	PK_SYSMON_DNS,	       /* answers of a query: .answers, .resolved_ip */
	PK_SYSMON_STATUS,      /* of a query: its name, and dns.response_code */
	PK_SYSMON_ACCESS,      /* rights to a process, by name */
	PK_SYSMON_ZONE,	       /* what Zone.Identifier says of the origin of a file */
	PK_SYSMON_CONFIG,      /* .path, and .version: the file's name without folder and ending */
	PK_SYSMON_CONFIG_HASH, /* .hash and .algorithm */
};

enum { PK_SYSMON_HOWS = PK_SYSMON_CONFIG_HASH + 1 };

struct pk_sysmon_ecs_field {
	uint32_t events;    /* bit n: event n; bit 0: event 255 */
	const char *field;  /* of winlog.event_data; may have several rows */
	const char *target; /* field of ECS, or the object above several; "" if it stays */
	enum pk_sysmon_how how;
	bool keep; /* stays in winlog.event_data, too */
};

/* Event `id` in the bits of a row; 0 for ids that are not in the table. */
uint32_t pk_sysmon_ecs_bit(unsigned id);
const struct pk_sysmon_ecs_event *pk_sysmon_ecs_events(size_t *count_out);
const struct pk_sysmon_ecs_event *pk_sysmon_ecs_find_event(unsigned id);
/* By topic. */
const struct pk_sysmon_ecs_field *pk_sysmon_ecs_fields(size_t *count_out);
/* The word for it in the parameters of the script: "executable". */
const char *pk_sysmon_how_name(enum pk_sysmon_how how);

/*
 * Does `document`, as the pipeline made it, hold what the tables say of event `id` whose fields
 * (the object winlog.event_data that was sent) are `sent`? Appends a line to `problems` for each
 * thing that is missing or another; returns how many.
 */
size_t pk_sysmon_ecs_check(struct pk_buf *problems, unsigned id, const struct pk_node *sent,
	const struct pk_node *document);

#endif

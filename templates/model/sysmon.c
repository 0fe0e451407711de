#include "templates/model/sysmon.h"

#define PK_SYSMON_EVENT(id_, name_, task_, category_, type_, outcome_, action_)                    \
	{.id = (id_),                                                                              \
		.name = (name_),                                                                   \
		.task = (task_),                                                                   \
		.category = (category_),                                                           \
		.type = (type_),                                                                   \
		.outcome = (outcome_),                                                             \
		.action = (action_)},
static const struct pk_sysmon_ecs_event events[] = {
#include "templates/model/sysmon_events.def"
};
#undef PK_SYSMON_EVENT

/* Sets of events in the rows of fields. */
#define ON(n) (UINT32_C(1) << (n))
#define EVERY UINT32_C(0x3fffffff)
/* Sysmon tells of itself whatever the rules are. */
#define RULED (EVERY & ~(ON(0) | ON(4) | ON(16)))
#define WMI (ON(19) | ON(20) | ON(21))
#define REGISTRY (ON(12) | ON(13) | ON(14))
#define PIPE (ON(17) | ON(18))
#define IMAGE (ON(6) | ON(7))
/* Events that say which process did it in the fields that most have. */
#define ACTOR (EVERY & ~(ON(0) | ON(4) | ON(6) | ON(8) | ON(10) | ON(16) | WMI))
#define HASHED_FILE (ON(23) | ON(26) | ON(27) | ON(28) | ON(29))
#define TARGET_FILE (ON(2) | ON(11) | ON(15) | HASHED_FILE)

#define TAKE false
#define KEEP true

#define PK_SYSMON_FIELD(events_, field_, target_, how_, keep_)                                     \
	{.events = (events_),                                                                      \
		.field = (field_),                                                                 \
		.target = (target_),                                                               \
		.how = PK_SYSMON_##how_,                                                           \
		.keep = (keep_)},
static const struct pk_sysmon_ecs_field fields[] = {
#include "templates/model/sysmon_fields.def"
};
#undef PK_SYSMON_FIELD

uint32_t pk_sysmon_ecs_bit(unsigned id)
{
	if (id == 255)
		return ON(0);
	return id >= 1 && id <= 29 ? ON(id) : 0;
}

const struct pk_sysmon_ecs_event *pk_sysmon_ecs_events(size_t *count_out)
{
	*count_out = sizeof(events) / sizeof(*events);
	return events;
}

const struct pk_sysmon_ecs_event *pk_sysmon_ecs_find_event(unsigned id)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (events[i].id == id)
			return &events[i];
	return NULL;
}

const struct pk_sysmon_ecs_field *pk_sysmon_ecs_fields(size_t *count_out)
{
	*count_out = sizeof(fields) / sizeof(*fields);
	return fields;
}

const char *pk_sysmon_how_name(enum pk_sysmon_how how)
{
	static const char *const names[] = {
		[PK_SYSMON_STAY] = "stay",
		[PK_SYSMON_MOVE] = "move",
		[PK_SYSMON_LONG] = "long",
		[PK_SYSMON_BOOLEAN] = "boolean",
		[PK_SYSMON_IP] = "ip",
		[PK_SYSMON_DATE] = "date",
		[PK_SYSMON_LOWER] = "lower",
		[PK_SYSMON_HOST] = "host",
		[PK_SYSMON_PROTOCOL] = "protocol",
		[PK_SYSMON_EXECUTABLE] = "executable",
		[PK_SYSMON_COMMAND] = "command",
		[PK_SYSMON_USER] = "user",
		[PK_SYSMON_FILE] = "file",
		[PK_SYSMON_LIBRARY] = "library",
		[PK_SYSMON_HASHES] = "hashes",
		[PK_SYSMON_SIGNED] = "signed",
		[PK_SYSMON_SIGNATURE] = "signature",
		[PK_SYSMON_REGISTRY] = "registry",
		[PK_SYSMON_DETAILS] = "details",
		[PK_SYSMON_CHANGE] = "change",
		[PK_SYSMON_DIRECTION] = "direction",
		[PK_SYSMON_FAMILY] = "family",
		[PK_SYSMON_DNS] = "dns",
		[PK_SYSMON_STATUS] = "status",
		[PK_SYSMON_ACCESS] = "access",
		[PK_SYSMON_ZONE] = "zone",
		[PK_SYSMON_CONFIG] = "config",
		[PK_SYSMON_CONFIG_HASH] = "config_hash",
	};
	return names[how];
}

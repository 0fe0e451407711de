/*
 * Engine: what Sysmon does with one event under a configuration. It follows the rule engine of
 * Sysmon step by step: order of elements, and-groups with several filters on one field, nested
 * Rules, names that leak. Facts: docs/sysmon-facts.md sections 6 and 7.
 */
#ifndef GENERATORS_ENGINE_ENGINE_H
#define GENERATORS_ENGINE_ENGINE_H

#include "generators/sysmon/sysmon.h"

struct pk_engine;

/* An event: the texts of its fields in the order of the schema; NULL counts as "-". */
struct pk_engine_event {
	uint32_t id;
	const char *values[PK_SCHEMA_FIELDS_MAX];
};

struct pk_decision {
	bool logged;
	const char *rule_name; /* the name Sysmon ends with; NULL if none. Borrowed */
};

/*
 * An engine for `sysmon`, which must have been judged and accepted. `element_ids` is what
 * pk_sysmon_convert gave: the event id of each element, 0 for those Sysmon leaves out.
 */
struct pk_engine *pk_engine_make(
	struct pk_arena *arena, const struct pk_sysmon *sysmon, const uint32_t *element_ids);

/* What becomes of `event`. Events that cannot be filtered are always logged. */
struct pk_decision pk_engine_decide(
	const struct pk_engine *engine, const struct pk_engine_event *event);

/* True if a field with this text matches the condition. */
bool pk_operator_match(enum pk_operator op, const char *value, const char *field);

#endif

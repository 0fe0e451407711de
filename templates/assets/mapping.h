/*
 * Mapping: what the fields of model/fields.def become in a mapping of a stack.
 */
#ifndef TEMPLATES_ASSETS_MAPPING_H
#define TEMPLATES_ASSETS_MAPPING_H

#include "base/json_out.h"
#include "templates/model/fields.h"

/* `groups` is a sum of 1 << PK_FIELDS_... */
enum {
	PK_MAPPING_ECS = 1 << PK_FIELDS_ECS,
	PK_MAPPING_SYSMON = 1 << PK_FIELDS_SYSMON,
	PK_MAPPING_MONSTER = 1 << PK_FIELDS_MONSTER,
};

/*
 * Writes the members of a mapping: `date_detection` and the dynamic templates that belong to the
 * groups, and `properties` of their fields.
 */
void pk_mapping_put(struct pk_json_out *json, struct pk_arena *arena, const struct pk_elk *elk,
	unsigned groups);

#endif

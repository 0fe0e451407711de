/*
 * What the pipelines share: their scripts, and the parts that their bodies are made of.
 */
#ifndef TEMPLATES_PIPELINES_PIPELINES_PART_H
#define TEMPLATES_PIPELINES_PIPELINES_PART_H

#include "base/json_out.h"
#include "templates/model/fields.h"

/* The scripts, NUL-terminated (pipelines_text.S). */
extern const char pk_sysmon_script[];
extern const char pk_failed_script[];
extern const char pk_rule_script[];
extern const char pk_network_script[];
extern const char pk_network_after_script[];
extern const char pk_monster_script[];

/*
 * Opens {"script":{"lang":"painless","tag":tag,"source":..; the caller adds `params`, if any, and
 * closes with pk_script_close. Comments and the blanks that lines begin with are left out of the
 * source.
 */
void pk_script_open(struct pk_json_out *json, const char *tag, const char *text);
void pk_script_close(struct pk_json_out *json);
/* "a|b" of the tables as an array, for the parameters of a script. */
void pk_script_put_list(struct pk_json_out *json, const char *name, const char *list);

/*
 * What the mapping of a stream makes of its fields - those of ECS and of the group `own` - for the
 * scripts that begin with shape.painless.
 */
void pk_script_put_shape(struct pk_json_out *json, enum pk_field_group own);

/* Sets a field, also if it has a value. */
void pk_processor_put_set(struct pk_json_out *json, const char *field, const char *value);
/* event.ingested, and @timestamp if there is none: a data stream takes nothing without it. */
void pk_processor_put_times(struct pk_json_out *json);
/* The member `on_failure`: a document that could not be read is kept as a text, and says why. */
void pk_pipeline_put_failure(struct pk_json_out *json, const char *module, const char *dataset);

/* The members `events` and `fields` and what else the script of Sysmon asks for. */
void pk_sysmon_put_params(struct pk_json_out *json, bool streams);

#endif

/*
 * What the pipelines for Sysmon and for addresses share: their scripts, and how a script becomes
 * part of a body.
 */
#ifndef TEMPLATES_PIPELINES_SYSMON_PART_H
#define TEMPLATES_PIPELINES_SYSMON_PART_H

#include "base/json_out.h"

/* The scripts, NUL-terminated (sysmon_text.S). */
extern const char pk_sysmon_script[];
extern const char pk_sysmon_failed_script[];
extern const char pk_rule_script[];
extern const char pk_network_script[];
extern const char pk_network_after_script[];

/*
 * Opens {"script":{"lang":"painless","tag":tag,"source":..; the caller adds `params`, if any, and
 * closes with pk_script_close. Comments and the blanks that lines begin with are left out of the
 * source.
 */
void pk_script_open(struct pk_json_out *json, const char *tag, const char *text);
void pk_script_close(struct pk_json_out *json);

/* The members `events` and `fields` and what else the script of Sysmon asks for. */
void pk_sysmon_put_params(struct pk_json_out *json, bool streams);

#endif

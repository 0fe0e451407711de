/*
 * Fields: every field that our events have in the index, with its type. The rows are in fields.def;
 * the mappings, the data views and the check of dashboards are made of them.
 */
#ifndef TEMPLATES_MODEL_FIELDS_H
#define TEMPLATES_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "templates/model/elk.h"

/* Version of ECS whose fields are written. */
#define PK_ECS_VERSION "8.11.0"

/* As pipelines and dashboards see them; what they become in a mapping depends on the stack. */
enum pk_field_type {
	PK_FIELD_KEYWORD, /* ignore_above 1024 */
	PK_FIELD_LINE, /* long text that is searched in parts: command lines, paths of registries */
	PK_FIELD_TEXT, /* full text only: not aggregatable */
	PK_FIELD_LONG,
	PK_FIELD_FLOAT,
	PK_FIELD_BOOLEAN,
	PK_FIELD_DATE,
	PK_FIELD_DATE_NANOS,
	PK_FIELD_IP,
	PK_FIELD_GEO_POINT,
	PK_FIELD_ALIAS,	 /* of the field named in `alias` */
	PK_FIELD_OBJECT, /* list of objects, mapped by their dotted names */
	PK_FIELD_KEPT,	 /* only kept: neither searched nor counted */
};

/* Whose field it is: which component template and which mapping has it. */
enum pk_field_group {
	PK_FIELDS_ECS,	   /* fields of ECS that our pipelines write */
	PK_FIELDS_SYSMON,  /* sysmon.*, winlog.* */
	PK_FIELDS_MONSTER, /* the published names of Monster's columns, monster.* */
};

struct pk_field {
	const char *name; /* "process.hash.sha256", "CollectTimestamp(UTC)" */
	enum pk_field_type type;
	enum pk_field_group group;
	const char *alias; /* of PK_FIELD_ALIAS; else NULL */
};

/* All fields, by group and name. */
const struct pk_field *pk_field_list(size_t *count_out);
/* The field with exactly this name, or NULL. */
const struct pk_field *pk_field_find(const char *name);
/* Can dashboards count its values (an alias: those of its target)? */
bool pk_field_is_aggregatable(const struct pk_field *field);

#endif

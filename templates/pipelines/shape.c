/* What mappings make of fields, as a parameter of the scripts that begin with shape.painless. */
#include "templates/pipelines/pipelines_part.h"

#include <string.h>

static const char *kind_of(const struct pk_field *field)
{
	switch (field->type) {
	case PK_FIELD_BOOLEAN:
		return "boolean";
	case PK_FIELD_GEO_POINT:
		return "point";
	case PK_FIELD_ALIAS:
		return "alias";
	case PK_FIELD_OBJECT:
		return "object";
	case PK_FIELD_KEYWORD:
	case PK_FIELD_LINE:
	case PK_FIELD_TEXT:
	case PK_FIELD_LONG:
	case PK_FIELD_FLOAT:
	case PK_FIELD_DATE:
	case PK_FIELD_DATE_NANOS:
	case PK_FIELD_IP:
	case PK_FIELD_KEPT:
		break;
	}
	return "value";
}

static bool is_wanted(const struct pk_field *field, enum pk_field_group own)
{
	return field->group == PK_FIELDS_ECS || field->group == own;
}

/* Is one of the first fields, or what it is in, named so? Groups may share objects. */
static bool is_told(const struct pk_field *fields, size_t count, enum pk_field_group own,
	const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		char end = strncmp(fields[i].name, name, len) == 0 ? fields[i].name[len] : 'x';
		if (is_wanted(&fields[i], own) && (end == '.' || end == '\0'))
			return true;
	}
	return false;
}

void pk_script_put_shape(struct pk_json_out *json, enum pk_field_group own)
{
	size_t count;
	const struct pk_field *fields = pk_field_list(&count);
	pk_json_out_open_object(json, "shape");
	for (size_t i = 0; i < count; i++) {
		const char *name = fields[i].name;
		if (!is_wanted(&fields[i], own))
			continue;
		for (size_t len = strcspn(name, "."); name[len] == '.';
			len += 1 + strcspn(name + len + 1, ".")) {
			PK_BUF_AUTO object = {0};
			pk_buf_put(&object, name, len);
			if (!is_told(fields, i, own, name, len))
				pk_json_out_text(json, object.data, "object");
		}
		pk_json_out_text(json, name, kind_of(&fields[i]));
	}
	pk_json_out_close_object(json);
}

#include "templates/model/fields.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct pk_field fields[] = {
#define PK_STACK_FIELD(group, type, name) {name, PK_FIELD_##type, PK_FIELDS_##group, NULL},
#define PK_STACK_ALIAS(group, name, target) {name, PK_FIELD_ALIAS, PK_FIELDS_##group, target},
#include "templates/model/fields.def"
#undef PK_STACK_FIELD
#undef PK_STACK_ALIAS
};

const struct pk_field *pk_field_list(size_t *count_out)
{
	*count_out = COUNT(fields);
	return fields;
}

/* In the group that begins at `first`; *end_out gets where the next one begins. */
static const struct pk_field *find_in_group(size_t *end_out, size_t first, const char *name)
{
	size_t low = first;
	size_t end = first;
	while (end < COUNT(fields) && fields[end].group == fields[first].group)
		end++;
	*end_out = end;
	for (size_t high = end; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, fields[middle].name);
		if (order == 0)
			return &fields[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct pk_field *pk_field_find(const char *name)
{
	const struct pk_field *field = NULL;
	for (size_t first = 0; field == NULL && first < COUNT(fields);)
		field = find_in_group(&first, first, name);
	return field;
}

bool pk_field_is_aggregatable(const struct pk_field *field)
{
	switch (field->type) {
	case PK_FIELD_KEYWORD:
	case PK_FIELD_LINE:
	case PK_FIELD_LONG:
	case PK_FIELD_FLOAT:
	case PK_FIELD_BOOLEAN:
	case PK_FIELD_DATE:
	case PK_FIELD_DATE_NANOS:
	case PK_FIELD_IP:
	case PK_FIELD_GEO_POINT:
		return true;
	case PK_FIELD_ALIAS:
		return pk_field_is_aggregatable(pk_field_find(field->alias));
	case PK_FIELD_TEXT:
	case PK_FIELD_OBJECT:
	case PK_FIELD_KEPT:
		break;
	}
	return false;
}

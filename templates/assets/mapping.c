#include "templates/assets/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Lucene keeps terms of at most 32766 bytes, and a character can have four. */
enum { IGNORE_ABOVE = 1024, IGNORE_ABOVE_LINE = 8191 };

struct mapping {
	struct pk_json_out *json;
	const struct pk_elk *elk;
};

/* --- a field --- */

static void put_type(struct mapping *mapping, const char *type)
{
	pk_json_out_text(mapping->json, "type", type);
}

static void put_text(struct mapping *mapping)
{
	if (pk_elk_has(mapping->elk, PK_ELK_MATCH_ONLY_TEXT)) {
		put_type(mapping, "match_only_text");
		return;
	}
	put_type(mapping, "text");
	pk_json_out_bool(mapping->json, "norms", false);
}

/*
 * To be found in parts and counted as a whole. A wildcard takes lines of any length; a keyword that
 * is too long is still found by its words.
 */
static void put_line(struct mapping *mapping)
{
	struct pk_json_out *json = mapping->json;
	if (pk_elk_has(mapping->elk, PK_ELK_WILDCARD)) {
		put_type(mapping, "wildcard");
	} else {
		put_type(mapping, "keyword");
		pk_json_out_number(json, "ignore_above", IGNORE_ABOVE_LINE);
	}
	pk_json_out_open_object(json, "fields");
	pk_json_out_open_object(json, "text");
	put_text(mapping);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_keyword(struct mapping *mapping)
{
	put_type(mapping, "keyword");
	pk_json_out_number(mapping->json, "ignore_above", IGNORE_ABOVE);
}

static void put_kept(struct mapping *mapping)
{
	put_type(mapping, "keyword");
	pk_json_out_bool(mapping->json, "index", false);
	pk_json_out_bool(mapping->json, "doc_values", false);
}

static void put_date(struct mapping *mapping, const struct pk_field *field)
{
	/* Elasticsearch 6 has none of nanoseconds. */
	bool nanos = field->type == PK_FIELD_DATE_NANOS &&
		!pk_elk_has(mapping->elk, PK_ELK_MAPPING_TYPE);
	put_type(mapping, nanos ? "date_nanos" : "date");
	/* What is in a data stream must have this one, whatever the index says of others. */
	if (pk_text_equal(field->name, "@timestamp"))
		pk_json_out_bool(mapping->json, "ignore_malformed", false);
}

static void put_field(struct mapping *mapping, const struct pk_field *field)
{
	switch (field->type) {
	case PK_FIELD_KEYWORD:
		put_keyword(mapping);
		break;
	case PK_FIELD_LINE:
		put_line(mapping);
		break;
	case PK_FIELD_TEXT:
		put_text(mapping);
		break;
	case PK_FIELD_LONG:
		put_type(mapping, "long");
		break;
	case PK_FIELD_FLOAT:
		put_type(mapping, "float");
		break;
	case PK_FIELD_BOOLEAN:
		put_type(mapping, "boolean");
		break;
	case PK_FIELD_DATE:
	case PK_FIELD_DATE_NANOS:
		put_date(mapping, field);
		break;
	case PK_FIELD_IP:
		put_type(mapping, "ip");
		break;
	case PK_FIELD_GEO_POINT:
		put_type(mapping, "geo_point");
		break;
	case PK_FIELD_ALIAS:
		put_type(mapping, "alias");
		pk_json_out_text(mapping->json, "path", field->alias);
		break;
	case PK_FIELD_OBJECT:
		put_type(mapping, "object");
		break;
	case PK_FIELD_KEPT:
		put_kept(mapping);
		break;
	}
}

/* --- all of them --- */

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct pk_field *const *)a)->name,
		(*(const struct pk_field *const *)b)->name);
}

/* Are both, from byte `from` on, the same name or below it? `len` is that of the name. */
static bool same_name(
	const struct pk_field *field, const struct pk_field *first, size_t from, size_t len)
{
	if (strncmp(field->name + from, first->name + from, len) != 0)
		return false;
	char end = field->name[from + len];
	return end == '\0' || end == '.';
}

/* Fields sorted by name, which are equal before byte `from`: objects within objects. */
static void put_properties(
	struct mapping *mapping, const struct pk_field *const *fields, size_t count, size_t from)
{
	struct pk_json_out *json = mapping->json;
	pk_json_out_open_object(json, "properties");
	for (size_t i = 0, next; i < count; i = next) {
		size_t len = strcspn(fields[i]->name + from, ".");
		for (next = i + 1; next < count && same_name(fields[next], fields[i], from, len);)
			next++;
		PK_BUF_AUTO name = {0};
		pk_buf_put(&name, fields[i]->name + from, len);
		pk_json_out_open_object(json, name.data);
		bool whole = fields[i]->name[from + len] == '\0';
		if (whole && next == i + 1)
			put_field(mapping, fields[i]);
		else
			put_properties(mapping, fields + i + (whole ? 1 : 0),
				next - i - (whole ? 1 : 0), from + len + 1);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

/* Texts that no row names are words to count by. */
static void put_dynamic(struct mapping *mapping)
{
	struct pk_json_out *json = mapping->json;
	pk_json_out_open_array(json, "dynamic_templates");
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "picket_strings");
	pk_json_out_text(json, "match_mapping_type", "string");
	pk_json_out_open_object(json, "mapping");
	put_keyword(mapping);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
}

void pk_mapping_put(
	struct pk_json_out *json, struct pk_arena *arena, const struct pk_elk *elk, unsigned groups)
{
	struct mapping mapping = {json, elk};
	size_t all = 0;
	size_t count = 0;
	const struct pk_field *list = pk_field_list(&all);
	const struct pk_field **fields = PK_NEW_ARRAY(arena, const struct pk_field *, all);
	for (size_t i = 0; i < all; i++)
		if ((groups & 1U << list[i].group) != 0)
			fields[count++] = &list[i];
	qsort(fields, count, sizeof(*fields), compare_names);
	if ((groups & PK_MAPPING_ECS) != 0) {
		pk_json_out_bool(json, "date_detection", false);
		put_dynamic(&mapping);
	}
	put_properties(&mapping, fields, count, 0);
}

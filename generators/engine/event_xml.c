#include "generators/engine/event_xml.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xml.h"

enum { FIELDS_MOST = 256 }; /* of one event; Sysmon's have 23 */

struct field {
	const char *name;
	const char *value;
	struct pk_span span;
};

struct reading {
	struct pk_arena *arena;
	struct pk_event_head head;
	PK_LIST(struct field) fields;
	enum {
		OUTSIDE,
		IN_SYSTEM,
		IN_DATA,
	} part;
	size_t depth;	  /* open elements */
	const char *leaf; /* name whose text is being read, or NULL */
	struct pk_span leaf_span;
	struct pk_buf text;
	bool is_event; /* the root is <Event> */
	bool too_many;
};

static const char *find_attr(
	struct pk_arena *arena, const struct pk_xml_element *element, const char *name)
{
	for (size_t i = 0; i < element->attr_count; i++) {
		const struct pk_xml_attr *attr = &element->attrs[i];
		if (pk_text_equal(attr->name, name))
			return pk_arena_strndup(arena, attr->value, attr->len);
	}
	return NULL;
}

static void put_head(struct reading *reading, const char *name, const char *value)
{
	if (value != NULL)
		pk_event_head_put(&reading->head, name, strlen(name), value);
}

static void start_child(struct reading *reading, const struct pk_xml_element *element)
{
	reading->text.len = 0;
	reading->leaf_span = element->span;
	if (reading->part == IN_SYSTEM) {
		const char *name = pk_arena_strdup(reading->arena, element->name);
		put_head(reading, name, find_attr(reading->arena, element, "Name"));
		put_head(reading, name, find_attr(reading->arena, element, "SystemTime"));
		reading->leaf = name;
	} else if (reading->part == IN_DATA) {
		reading->leaf = find_attr(reading->arena, element, "Name");
	}
}

static void on_start(void *user, const struct pk_xml_element *element)
{
	struct reading *reading = user;
	reading->depth++;
	if (reading->depth == 1)
		reading->is_event = pk_text_equal(element->name, "Event");
	else if (reading->depth == 2)
		reading->part = pk_text_equal(element->name, "System") ? IN_SYSTEM
			: pk_text_equal(element->name, "EventData")    ? IN_DATA
								       : OUTSIDE;
	else if (reading->depth == 3)
		start_child(reading, element);
}

static void on_text(void *user, const char *text, size_t len, bool cdata, struct pk_span span)
{
	(void)cdata;
	(void)span;
	struct reading *reading = user;
	if (reading->leaf != NULL && reading->depth == 3)
		pk_buf_put(&reading->text, text, len);
}

static void end_child(struct reading *reading)
{
	const char *name = reading->leaf;
	reading->leaf = NULL;
	if (name == NULL)
		return;
	const char *text = pk_arena_strndup(reading->arena,
		reading->text.len == 0 ? "" : reading->text.data, reading->text.len);
	if (reading->part == IN_SYSTEM) {
		if (text[0] != '\0')
			put_head(reading, name, text);
		return;
	}
	reading->too_many = reading->fields.len >= FIELDS_MOST;
	if (!reading->too_many)
		*pk_list_push(reading->arena, &reading->fields) =
			(struct field){name, text, reading->leaf_span};
}

static void on_end(void *user, struct pk_span end_tag)
{
	(void)end_tag;
	struct reading *reading = user;
	if (reading->depth == 3)
		end_child(reading);
	reading->depth--;
}

static const struct pk_xml_handler handler = {
	.start = on_start,
	.end = on_end,
	.text = on_text,
};

/* False after a report. */
static bool put_fields(
	struct reading *reading, struct pk_event_draft *draft, struct pk_diags *diags)
{
	for (size_t i = 0; i < reading->fields.len; i++) {
		const struct field *field = &reading->fields.items[i];
		if (pk_event_draft_put(draft, field->name, strlen(field->name), field->value) !=
			PK_PUT_TWICE)
			continue;
		pk_report(diags, PK_EVENT_FIELD, field->span, "field '%s' is given twice",
			field->name);
		return false;
	}
	return true;
}

/* False after a report. */
static bool parse(struct reading *reading, struct pk_source *source, struct pk_diags *diags)
{
	static const struct pk_xml_options options = {.encoding = "UTF-8"};
	if (!pk_xml_parse(source, source, &options, &handler, reading, diags))
		return false;
	if (!reading->is_event)
		pk_report(diags, PK_EVENT_SHAPE, pk_span_file(source), "element is no Event");
	else if (reading->too_many)
		pk_report(diags, PK_EVENT_LIMIT, pk_span_file(source),
			"event has more than %d fields", FIELDS_MOST);
	return reading->is_event && !reading->too_many;
}

static enum pk_event_result read_event(struct reading *reading, struct pk_source *source,
	const struct pk_event_types *types, struct pk_record *out, struct pk_diags *diags)
{
	if (!parse(reading, source, diags))
		return PK_EVENT_BROKEN;
	if (pk_event_head_is_foreign(&reading->head))
		return PK_EVENT_FOREIGN;
	const struct pk_event_type *type = pk_event_head_type(&reading->head, types);
	if (type == NULL) {
		pk_event_head_report(&reading->head, types, pk_span_file(source), diags);
		return PK_EVENT_BROKEN;
	}

	struct pk_event_draft draft;
	pk_event_draft_begin(&draft, out, type);
	if (!put_fields(reading, &draft, diags))
		return PK_EVENT_BROKEN;
	pk_event_draft_end(&draft, &reading->head);
	return PK_EVENT_READ;
}

enum pk_event_result pk_event_xml_read(struct pk_source *source, const struct pk_event_types *types,
	struct pk_record *out, struct pk_diags *diags)
{
	struct reading reading = {.arena = source->arena};
	enum pk_event_result result = read_event(&reading, source, types, out, diags);
	pk_buf_finish(&reading.text);
	return result;
}

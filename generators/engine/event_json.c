#include "generators/engine/event_json.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Where head and fields of an event stand. */
struct parts {
	const struct pk_node *heads[2]; /* the first may be NULL */
	const struct pk_node *data;	/* fields; NULL if there are none */
	bool flat;			/* the fields stand among other members */
};

/* --- values --- */

static bool is_scalar(const struct pk_node *node)
{
	return node->kind != PK_NODE_LIST && node->kind != PK_NODE_MAP;
}

/* XML elements become objects, whose text or only attribute is meant. */
static const struct pk_node *unwrap(const struct pk_node *node)
{
	static const char *const names[] = {"#text", "Value", "@Value", "content", "Name", "@Name",
		"SystemTime", "@SystemTime"};
	while (node->kind == PK_NODE_MAP) {
		const struct pk_node *inner = pk_node_find(node, "#attributes");
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			const struct pk_node *found = pk_node_find(node, names[i]);
			if (found != NULL) {
				inner = found;
				break;
			}
		}
		if (inner == NULL)
			return node;
		node = inner;
	}
	return node;
}

/* The text of a scalar as it is spelt; NULL for null. */
static const char *text_of(const struct pk_node *node)
{
	return node->kind == PK_NODE_NULL ? NULL : node->text;
}

static const struct pk_node *find_map(const struct pk_node *node, const char *name)
{
	const struct pk_node *found = pk_node_find(node, name);
	return found != NULL && found->kind == PK_NODE_MAP ? found : NULL;
}

/* --- shapes --- */

static const struct pk_node *find_either(
	const struct pk_node *node, const char *name, const char *other)
{
	const struct pk_node *found = pk_node_find(node, name);
	return found != NULL ? found : pk_node_find(node, other);
}

static struct parts find_parts(const struct pk_node *root)
{
	struct parts parts = {.heads = {NULL, root}};
	const struct pk_node *event = find_map(root, "Event");
	const struct pk_node *winlog = find_map(root, "winlog");

	if (event == NULL && find_map(root, "System") != NULL)
		event = root;
	if (event != NULL) {
		const struct pk_node *system = find_map(event, "System");
		parts.heads[1] = system != NULL ? system : event;
		parts.data = pk_node_find(event, "EventData");
	} else if (winlog != NULL) {
		parts.heads[0] = root;
		parts.heads[1] = winlog;
		parts.data = pk_node_find(winlog, "event_data");
	} else {
		parts.data = find_either(root, "EventData", "event_data");
		parts.flat = parts.data == NULL;
		if (parts.flat)
			parts.data = root;
	}
	/* <EventData><Data Name="Image">...</Data></EventData> */
	if (!parts.flat && parts.data != NULL && parts.data->kind == PK_NODE_MAP) {
		const struct pk_node *list = pk_node_find(parts.data, "Data");
		if (list != NULL && list->kind == PK_NODE_LIST)
			parts.data = list;
	}
	return parts;
}

/* --- head and fields --- */

static void read_head(struct pk_event_head *head, const struct pk_node *map)
{
	for (size_t i = 0; map != NULL && i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		const struct pk_node *value = unwrap(map->pairs[i].value);
		if (is_scalar(value))
			pk_event_head_put(head, key->text, key->text_len, text_of(value));
	}
}

/* False after a report. */
static bool put_field(struct pk_event_draft *draft, const struct pk_node *name,
	const struct pk_node *value, struct pk_diags *diags)
{
	static const char not_text[] = ""; /* stands for a value until it is known to matter */
	const struct pk_node *inner = unwrap(value);
	enum pk_event_put put = pk_event_draft_put(
		draft, name->text, name->text_len, is_scalar(inner) ? text_of(inner) : not_text);
	if (put == PK_PUT_TWICE) {
		pk_report(
			diags, PK_EVENT_FIELD, name->span, "field '%s' is given twice", name->text);
		return false;
	}
	if (put == PK_PUT_DONE && !is_scalar(inner)) {
		pk_report(diags, PK_EVENT_FIELD, value->span, "field '%s' must be a text, not %s",
			name->text, pk_node_kind_name(inner->kind));
		return false;
	}
	return true;
}

/* An item {"@Name":"Image","#text":"..."}; a missing text is absent. */
static bool put_item(
	struct pk_event_draft *draft, const struct pk_node *item, struct pk_diags *diags)
{
	static const struct pk_node absent = {.kind = PK_NODE_NULL, .text = "null"};
	const struct pk_node *name = NULL;
	const struct pk_node *value = NULL;
	if (item->kind == PK_NODE_MAP) {
		const struct pk_node *attributes = find_map(item, "#attributes");
		name = find_either(attributes != NULL ? attributes : item, "@Name", "Name");
		value = find_either(item, "#text", "Value");
		if (value == NULL)
			value = pk_node_find(item, "content");
	}
	if (name == NULL || name->kind != PK_NODE_STRING) {
		struct pk_diag *diag = pk_report(
			diags, PK_EVENT_SHAPE, item->span, "item of EventData has no name");
		pk_diag_hint(diags, diag, "write items as {\"@Name\":\"Image\",\"#text\":\"...\"}");
		return false;
	}
	return put_field(draft, name, value != NULL ? value : &absent, diags);
}

static bool put_data(
	struct pk_event_draft *draft, const struct pk_node *data, struct pk_diags *diags)
{
	if (data == NULL || data->kind == PK_NODE_NULL)
		return true;
	if (is_scalar(data)) {
		pk_report(diags, PK_EVENT_SHAPE, data->span,
			"EventData must be an object or a list, not %s",
			pk_node_kind_name(data->kind));
		return false;
	}
	for (size_t i = 0; i < data->pair_count; i++) {
		if (!put_field(draft, data->pairs[i].key, data->pairs[i].value, diags))
			return false;
	}
	for (size_t i = 0; i < data->items.len; i++) {
		if (!put_item(draft, data->items.items[i], diags))
			return false;
	}
	return true;
}

static const struct pk_node *read_root(struct pk_source *source, struct pk_diags *diags)
{
	const struct pk_node *root = pk_json_read(source, diags);
	if (root == NULL || root->kind == PK_NODE_MAP)
		return root;
	struct pk_diag *diag = pk_report(diags, PK_EVENT_SHAPE, root->span,
		"an event is an object, not %s", pk_node_kind_name(root->kind));
	if (root->kind == PK_NODE_LIST)
		pk_diag_hint(diags, diag, "write one event a line, as `jq -c '.[]'` does");
	return NULL;
}

enum pk_event_result pk_event_json_read(struct pk_source *source,
	const struct pk_event_types *types, struct pk_record *out, struct pk_diags *diags)
{
	const struct pk_node *root = read_root(source, diags);
	if (root == NULL)
		return PK_EVENT_BROKEN;

	struct parts parts = find_parts(root);
	struct pk_event_head head = {0};
	read_head(&head, parts.heads[0]);
	read_head(&head, parts.heads[1]);
	if (pk_event_head_is_foreign(&head))
		return PK_EVENT_FOREIGN;
	const struct pk_event_type *type = pk_event_head_type(&head, types);
	if (type == NULL) {
		pk_event_head_report(&head, types, root->span, diags);
		return PK_EVENT_BROKEN;
	}

	struct pk_event_draft draft;
	pk_event_draft_begin(&draft, out, type);
	if (!put_data(&draft, parts.data, diags))
		return PK_EVENT_BROKEN;
	pk_event_draft_end(&draft, &head);
	return PK_EVENT_READ;
}

/*
 * The linter of saved objects: what is in the attributes. JSON in a text has no places of its own:
 * findings point at the text.
 */
#include <string.h>

#include "base/text.h"
#include "templates/objects/check.h"

/* Inner trees are as deep as JSON may be, and each member is visited once. */
static void use_named(struct pk_object_check *check, struct pk_checked_object *object,
	const struct pk_node *node, struct pk_span span)
{
	if (node->kind == PK_NODE_LIST)
		for (size_t i = 0; i < node->items.len; i++)
			use_named(check, object, node->items.items[i], span);
	if (node->kind != PK_NODE_MAP)
		return;
	for (size_t i = 0; i < node->pair_count; i++) {
		const struct pk_node_pair *pair = &node->pairs[i];
		if (pair->value->kind == PK_NODE_STRING && pk_text_ends(pair->key->text, "RefName"))
			pk_checked_use(check, object, pair->value->text, span);
		else
			use_named(check, object, pair->value, span);
	}
}

static struct pk_span span_of(
	const struct pk_checked_object *object, const struct pk_node *parent, const char *key)
{
	const struct pk_node *node = pk_checked_member(parent, key);
	return node == NULL ? object->span : node->span;
}

static void report_many(struct pk_object_check *check, const struct pk_checked_object *object,
	const char *what, struct pk_span span)
{
	pk_report(check->diags, PK_OBJECT_SHAPE, span, "'%s' of '%s' does not hold %d at most",
		what, object->id, PK_CHECKED_MAX);
}

/* --- search sources --- */

static void check_search_source(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *meta = pk_checked_member(object->attributes, "kibanaSavedObjectMeta");
	const struct pk_node *inner = pk_checked_inner(check, object, meta, "searchSourceJSON");
	struct pk_span span = span_of(object, meta, "searchSourceJSON");
	if (inner == NULL)
		return;
	use_named(check, object, inner, span);
	pk_object_check_query(check, object, pk_checked_member(inner, "query"), span);
}

static void check_columns(struct pk_object_check *check, const struct pk_checked_object *object)
{
	const struct pk_node *columns = pk_checked_member(object->attributes, "columns");
	if (columns == NULL || columns->kind != PK_NODE_LIST)
		return;
	for (size_t i = 0; i < columns->items.len; i++) {
		const struct pk_node *column = columns->items.items[i];
		if (column->kind == PK_NODE_STRING && !pk_text_equal(column->text, "_source"))
			pk_object_check_field(
				check, object, column->text, PK_FIELD_SHOWN, column->span);
	}
}

/* --- aggregations of a visualization --- */

static bool has_agg(const struct pk_node *aggs, const char *id)
{
	for (size_t i = 0; i < aggs->items.len; i++) {
		const char *there = pk_checked_text(aggs->items.items[i], "id");
		if (there != NULL && pk_text_equal(there, id))
			return true;
	}
	return false;
}

static void check_agg(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *aggs, const struct pk_node *agg, struct pk_span span)
{
	static const char *const words[] = {"_key", "_term", "_count", "custom"};
	const struct pk_node *params = pk_checked_member(agg, "params");
	const char *type = pk_checked_text(agg, "type");
	const char *field = pk_checked_text(params, "field");
	const char *order = pk_checked_text(params, "orderBy");
	if (field != NULL)
		pk_object_check_field(check, object, field,
			type != NULL && pk_text_starts(type, "geo") ? PK_FIELD_PLACED
								    : PK_FIELD_COUNTED,
			span);
	for (size_t i = 0; order != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		if (pk_text_equal(order, words[i]))
			order = NULL;
	/* "1.50" is a percentile of aggregation 1. */
	if (order != NULL)
		order = pk_arena_strndup(check->arena, order, strcspn(order, "."));
	if (order != NULL && !has_agg(aggs, order))
		pk_report(check->diags, PK_OBJECT_ORDER, span,
			"'%s' orders terms by aggregation '%s', which it does not have", object->id,
			order);
}

static void check_vis_state(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *state =
		pk_checked_inner(check, object, object->attributes, "visState");
	struct pk_span span = span_of(object, object->attributes, "visState");
	const struct pk_node *aggs = pk_checked_member(state, "aggs");
	const char *search = pk_checked_text(object->attributes, "savedSearchRefName");
	pk_checked_inner(check, object, object->attributes, "uiStateJSON");
	if (search != NULL)
		pk_checked_use(check, object, search,
			span_of(object, object->attributes, "savedSearchRefName"));
	if (state != NULL)
		use_named(check, object, state, span);
	if (aggs == NULL)
		return;
	if (aggs->kind != PK_NODE_LIST || aggs->items.len > PK_CHECKED_MAX) {
		report_many(check, object, "aggs", span);
		return;
	}
	for (size_t i = 0; i < aggs->items.len; i++)
		check_agg(check, object, aggs, aggs->items.items[i], span);
}

/* --- dashboards --- */

static void check_dashboard(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *panels =
		pk_checked_inner(check, object, object->attributes, "panelsJSON");
	struct pk_span span = span_of(object, object->attributes, "panelsJSON");
	pk_checked_inner(check, object, object->attributes, "optionsJSON");
	if (panels == NULL)
		return;
	use_named(check, object, panels, span);
	pk_object_check_grid(check, object, panels, span);
}

/* --- Lens --- */

static void check_column(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *columns, const struct pk_node *column)
{
	const char *field = pk_checked_text(column, "sourceField");
	const struct pk_node *order =
		pk_checked_member(pk_checked_member(column, "params"), "orderBy");
	const char *by = pk_checked_text(order, "columnId");
	const char *operation = pk_checked_text(column, "operationType");
	/* The newest value of a field is taken from documents: nothing is counted. */
	bool counted = operation == NULL || !pk_text_equal(operation, "last_value");
	if (field != NULL && !pk_text_equal(field, "___records___"))
		pk_object_check_field(check, object, field,
			counted ? PK_FIELD_COUNTED : PK_FIELD_SHOWN, column->span);
	if (by != NULL && pk_node_find(columns, by) == NULL)
		pk_report(check->diags, PK_OBJECT_ORDER, order->span,
			"'%s' orders terms by column '%s', which it does not have", object->id, by);
}

static void check_layer(struct pk_object_check *check, struct pk_checked_object *object,
	const struct pk_node *name, const struct pk_node *layer)
{
	const struct pk_node *columns = pk_checked_member(layer, "columns");
	const struct pk_node *order = pk_checked_member(layer, "columnOrder");
	pk_checked_use(check, object,
		pk_arena_printf(check->arena, "indexpattern-datasource-layer-%s", name->text),
		name->span);
	if (columns == NULL)
		return;
	if (columns->kind != PK_NODE_MAP || columns->pair_count > PK_CHECKED_MAX) {
		report_many(check, object, "columns", columns->span);
		return;
	}
	for (size_t i = 0; i < columns->pair_count; i++)
		check_column(check, object, columns, columns->pairs[i].value);
	for (size_t i = 0; order != NULL && order->kind == PK_NODE_LIST && i < order->items.len;
		i++) {
		const struct pk_node *column = order->items.items[i];
		if (column->kind == PK_NODE_STRING && pk_node_find(columns, column->text) == NULL)
			pk_report(check->diags, PK_OBJECT_ORDER, column->span,
				"'%s' has no column '%s'", object->id, column->text);
	}
}

static void check_lens(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *state = pk_checked_member(object->attributes, "state");
	const struct pk_node *layers = pk_checked_member(
		pk_checked_member(pk_checked_member(state, "datasourceStates"), "formBased"),
		"layers");
	const struct pk_node *query = pk_checked_member(state, "query");
	if (state != NULL)
		use_named(check, object, state, state->span);
	if (layers != NULL && layers->kind == PK_NODE_MAP)
		for (size_t i = 0; i < layers->pair_count; i++)
			check_layer(check, object, layers->pairs[i].key, layers->pairs[i].value);
	pk_object_check_query(check, object, query, query == NULL ? object->span : query->span);
}

/* --- maps --- */

static void check_map(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *layers =
		pk_checked_inner(check, object, object->attributes, "layerListJSON");
	struct pk_span span = span_of(object, object->attributes, "layerListJSON");
	pk_checked_inner(check, object, object->attributes, "mapStateJSON");
	pk_checked_inner(check, object, object->attributes, "uiStateJSON");
	if (layers == NULL)
		return;
	use_named(check, object, layers, span);
	for (size_t i = 0; layers->kind == PK_NODE_LIST && i < layers->items.len; i++) {
		const struct pk_node *layer = layers->items.items[i];
		const char *field =
			pk_checked_text(pk_checked_member(layer, "sourceDescriptor"), "geoField");
		if (field != NULL)
			pk_object_check_field(check, object, field, PK_FIELD_PLACED, span);
		pk_object_check_query(check, object, pk_checked_member(layer, "query"), span);
	}
}

/* --- data views --- */

static void check_view(struct pk_object_check *check, const struct pk_checked_object *object)
{
	static const char *const texts[] = {"fields", "fieldFormatMap", "typeMeta", "sourceFilters",
		"fieldAttrs", "runtimeFieldMap"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		pk_checked_inner(check, object, object->attributes, texts[i]);
}

void pk_object_check_inner(struct pk_object_check *check, struct pk_checked_object *object)
{
	static const struct {
		const char *type;
		void (*run)(struct pk_object_check *check, struct pk_checked_object *object);
	} parts[] = {
		{"visualization", check_vis_state},
		{"dashboard", check_dashboard},
		{"lens", check_lens},
		{"map", check_map},
	};
	check_search_source(check, object);
	check_columns(check, object);
	if (pk_text_equal(object->type, "index-pattern"))
		check_view(check, object);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (pk_text_equal(object->type, parts[i].type))
			parts[i].run(check, object);
}

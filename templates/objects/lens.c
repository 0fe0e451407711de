/*
 * Panels as Lens wrote them in Kibana 8.9, and the map of the Maps application. Columns of a layer
 * are called "split0", "split1", ..., "time" and "value". Shapes: docs/stack-facts.md section 5.
 */
#include <string.h>

#include "base/text.h"
#include "templates/model/fields.h"
#include "templates/objects/maker.h"

#define LAYER "events"
#define LAYER_REF "indexpattern-datasource-layer-" LAYER
#define MAP_REF "layer_1_source_index_pattern"

static const char *const split_ids[PK_PANEL_SPLITS] = {"split0", "split1", "split2", "split3"};

/* --- columns --- */

/* What Lens calls the type of a field's values. */
static const char *data_type(const char *name)
{
	const struct pk_field *field = pk_field_find(name);
	if (field != NULL && field->type == PK_FIELD_ALIAS)
		field = pk_field_find(field->alias);
	if (field == NULL)
		return "string";
	switch (field->type) {
	case PK_FIELD_LONG:
	case PK_FIELD_FLOAT:
		return "number";
	case PK_FIELD_IP:
		return "ip";
	case PK_FIELD_BOOLEAN:
		return "boolean";
	case PK_FIELD_DATE:
	case PK_FIELD_DATE_NANOS:
		return "date";
	case PK_FIELD_KEYWORD:
	case PK_FIELD_LINE:
	case PK_FIELD_TEXT:
	case PK_FIELD_GEO_POINT:
	case PK_FIELD_ALIAS:
	case PK_FIELD_OBJECT:
	case PK_FIELD_KEPT:
		break;
	}
	return "string";
}

static void open_column(struct pk_json_out *json, const char *id, const char *label,
	const char *type, const char *operation)
{
	pk_json_out_open_object(json, id);
	pk_json_out_bool(json, "customLabel", true);
	pk_json_out_text(json, "label", label);
	pk_json_out_text(json, "dataType", type);
	pk_json_out_text(json, "operationType", operation);
}

static void put_scale(struct pk_json_out *json, bool bucketed, const char *scale)
{
	pk_json_out_bool(json, "isBucketed", bucketed);
	pk_json_out_text(json, "scale", scale);
}

static void put_order(struct pk_json_out *json, const struct pk_panel *panel)
{
	/* Lens orders terms by plain numbers only, neither by times nor by parts of a formula. */
	bool plain = panel->kind != PK_PANEL_LAST && panel->kind != PK_PANEL_RATIO;
	pk_json_out_open_object(json, "orderBy");
	pk_json_out_text(json, "type", plain ? "column" : "alphabetical");
	if (plain)
		pk_json_out_text(json, "columnId", "value");
	else
		pk_json_out_bool(json, "fallback", panel->kind == PK_PANEL_RATIO);
	pk_json_out_close_object(json);
	pk_json_out_text(
		json, "orderDirection", plain && panel->kind != PK_PANEL_RARE ? "desc" : "asc");
}

static void put_terms(struct pk_json_out *json, const struct pk_panel *panel, size_t index)
{
	const char *field = panel->split[index];
	open_column(json, split_ids[index], field, data_type(field), "terms");
	pk_json_out_text(json, "sourceField", field);
	put_scale(json, true, "ordinal");
	pk_json_out_open_object(json, "params");
	pk_json_out_number(json, "size", panel->size);
	put_order(json, panel);
	pk_json_out_bool(json, "otherBucket", false);
	pk_json_out_bool(json, "missingBucket", false);
	pk_json_out_raw(json, "parentFormat", "{\"id\":\"terms\"}");
	pk_json_out_raw(json, "include", "[]");
	pk_json_out_raw(json, "exclude", "[]");
	pk_json_out_bool(json, "includeIsRegex", false);
	pk_json_out_bool(json, "excludeIsRegex", false);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_time(struct pk_json_out *json)
{
	open_column(json, "time", "@timestamp", "date", "date_histogram");
	pk_json_out_text(json, "sourceField", "@timestamp");
	put_scale(json, true, "interval");
	pk_json_out_raw(json, "params",
		"{\"interval\":\"auto\",\"includeEmptyRows\":true,\"dropPartials\":false}");
	pk_json_out_close_object(json);
}

static void put_count(struct pk_json_out *json)
{
	open_column(json, "value", "Events", "number", "count");
	pk_json_out_text(json, "sourceField", "___records___");
	put_scale(json, false, "ratio");
	pk_json_out_raw(json, "params", "{\"emptyAsNull\":true}");
	pk_json_out_close_object(json);
}

static void put_last(struct pk_json_out *json)
{
	open_column(json, "value", "Newest", "date", "last_value");
	pk_json_out_text(json, "sourceField", "@timestamp");
	put_scale(json, false, "ratio");
	pk_json_out_raw(json, "params", "{\"sortField\":\"@timestamp\",\"showArrayValues\":false}");
	pk_json_out_close_object(json);
}

static void put_sum(struct pk_json_out *json, const char *id, const char *field, const char *label)
{
	open_column(json, id, label, "number", "sum");
	pk_json_out_text(json, "sourceField", field);
	put_scale(json, false, "ratio");
	pk_json_out_raw(json, "params", "{\"emptyAsNull\":false}");
	pk_json_out_close_object(json);
}

/* A formula, and the columns that Lens keeps below it: both sums and their quotient. */
static void put_formula(
	struct pk_json_out *json, struct pk_arena *arena, const struct pk_panel *panel)
{
	const char *formula =
		pk_arena_printf(arena, "sum(%s) / sum(%s)", panel->split[0], panel->split[1]);
	const char *part = pk_arena_printf(arena, "Part of %s", formula);
	open_column(json, "value", "Sent to received", "number", "formula");
	put_scale(json, false, "ratio");
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "formula", formula);
	pk_json_out_bool(json, "isFormulaBroken", false);
	pk_json_out_close_object(json);
	pk_json_out_raw(json, "references", "[\"valueX2\"]");
	pk_json_out_close_object(json);
	put_sum(json, "valueX0", panel->split[0], part);
	put_sum(json, "valueX1", panel->split[1], part);
	open_column(json, "valueX2", part, "number", "math");
	put_scale(json, false, "ratio");
	pk_json_out_open_object(json, "params");
	pk_json_out_open_object(json, "tinymathAst");
	pk_json_out_text(json, "type", "function");
	pk_json_out_text(json, "name", "divide");
	pk_json_out_raw(json, "args", "[\"valueX0\",\"valueX1\"]");
	pk_json_out_open_object(json, "location");
	pk_json_out_number(json, "min", 0);
	pk_json_out_number(json, "max", strlen(formula));
	pk_json_out_close_object(json);
	pk_json_out_text(json, "text", formula);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_raw(json, "references", "[\"valueX0\",\"valueX1\"]");
	pk_json_out_close_object(json);
}

/* --- layers --- */

/* The first and the number of the splits that are terms. */
static size_t terms_range(const struct pk_panel *panel, size_t *first_out)
{
	size_t count = 0;
	while (panel->split[count] != NULL)
		count++;
	*first_out = panel->kind == PK_PANEL_RATIO ? 2 : 0;
	return count;
}

static bool has_time(const struct pk_panel *panel)
{
	return panel->kind == PK_PANEL_TIME || panel->kind == PK_PANEL_RATIO;
}

static void put_layer(
	struct pk_json_out *json, struct pk_arena *arena, const struct pk_panel *panel)
{
	size_t first = 0;
	size_t end = terms_range(panel, &first);
	bool ratio = panel->kind == PK_PANEL_RATIO;
	pk_json_out_open_object(json, LAYER);
	pk_json_out_open_array(json, "columnOrder");
	for (size_t i = first; i < end; i++)
		pk_json_out_text(json, NULL, split_ids[i]);
	if (has_time(panel))
		pk_json_out_text(json, NULL, "time");
	pk_json_out_text(json, NULL, "value");
	for (unsigned i = 0; ratio && i < 3; i++)
		pk_json_out_text(json, NULL, pk_arena_printf(arena, "valueX%u", i));
	pk_json_out_close_array(json);
	pk_json_out_open_object(json, "columns");
	for (size_t i = first; i < end; i++)
		put_terms(json, panel, i);
	if (has_time(panel))
		put_time(json);
	if (ratio)
		put_formula(json, arena, panel);
	else if (panel->kind == PK_PANEL_LAST)
		put_last(json);
	else
		put_count(json);
	pk_json_out_close_object(json);
	pk_json_out_raw(json, "incompleteColumns", "{}");
	pk_json_out_close_object(json);
}

/* --- what the layer is drawn as --- */

static void put_layer_name(struct pk_json_out *json)
{
	pk_json_out_text(json, "layerId", LAYER);
	pk_json_out_text(json, "layerType", "data");
}

static void put_table(struct pk_json_out *json, const struct pk_panel *panel)
{
	put_layer_name(json);
	pk_json_out_open_array(json, "columns");
	for (size_t i = 0; panel->split[i] != NULL; i++) {
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "columnId", split_ids[i]);
		pk_json_out_close_object(json);
	}
	pk_json_out_raw(json, NULL, "{\"columnId\":\"value\"}");
	pk_json_out_close_array(json);
	pk_json_out_raw(json, "paging", "{\"enabled\":true,\"size\":10}");
}

static void put_pie(struct pk_json_out *json, const struct pk_panel *panel)
{
	pk_json_out_text(json, "shape", "donut");
	pk_json_out_open_array(json, "layers");
	pk_json_out_open_object(json, NULL);
	put_layer_name(json);
	pk_json_out_open_array(json, "primaryGroups");
	for (size_t i = 0; panel->split[i] != NULL; i++)
		pk_json_out_text(json, NULL, split_ids[i]);
	pk_json_out_close_array(json);
	pk_json_out_raw(json, "metrics", "[\"value\"]");
	pk_json_out_text(json, "numberDisplay", "percent");
	pk_json_out_text(json, "categoryDisplay", "default");
	pk_json_out_text(json, "legendDisplay", "default");
	pk_json_out_bool(json, "nestedLegend", false);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
}

/* x: a column; split: one more, or NULL. */
static void put_xy(struct pk_json_out *json, const char *series, const char *x, const char *split)
{
	pk_json_out_raw(json, "legend", "{\"isVisible\":true,\"position\":\"right\"}");
	pk_json_out_text(json, "valueLabels", "hide");
	pk_json_out_text(json, "fittingFunction", "None");
	pk_json_out_text(json, "preferredSeriesType", series);
	pk_json_out_open_array(json, "layers");
	pk_json_out_open_object(json, NULL);
	put_layer_name(json);
	pk_json_out_text(json, "seriesType", series);
	pk_json_out_text(json, "xAccessor", x);
	pk_json_out_raw(json, "accessors", "[\"value\"]");
	if (split != NULL)
		pk_json_out_text(json, "splitAccessor", split);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
}

static void put_heat(struct pk_json_out *json)
{
	put_layer_name(json);
	pk_json_out_text(json, "shape", "heatmap");
	pk_json_out_text(json, "xAccessor", split_ids[1]);
	pk_json_out_text(json, "yAccessor", split_ids[0]);
	pk_json_out_text(json, "valueAccessor", "value");
	pk_json_out_raw(json, "legend",
		"{\"isVisible\":true,\"position\":\"right\",\"type\":\"heatmap_legend\"}");
	pk_json_out_raw(json, "gridConfig",
		"{\"type\":\"heatmap_grid\",\"isCellLabelVisible\":false,"
		"\"isYAxisLabelVisible\":true,\"isXAxisLabelVisible\":true,"
		"\"isYAxisTitleVisible\":false,\"isXAxisTitleVisible\":false}");
}

/* The name of Lens' visualization; its state is written. */
static const char *put_drawing(struct pk_json_out *json, const struct pk_panel *panel)
{
	switch (panel->kind) {
	case PK_PANEL_METRIC:
		put_layer_name(json);
		pk_json_out_text(json, "metricAccessor", "value");
		return "lnsMetric";
	case PK_PANEL_PIE:
		put_pie(json, panel);
		return "lnsPie";
	case PK_PANEL_BAR:
		put_xy(json, "bar_stacked", split_ids[0],
			panel->split[1] == NULL ? NULL : split_ids[1]);
		return "lnsXY";
	case PK_PANEL_TIME:
		put_xy(json, "bar_stacked", "time", panel->split[0] == NULL ? NULL : split_ids[0]);
		return "lnsXY";
	case PK_PANEL_RATIO:
		put_xy(json, "line", "time", split_ids[2]);
		return "lnsXY";
	case PK_PANEL_HEAT:
		put_heat(json);
		return "lnsHeatmap";
	case PK_PANEL_TABLE:
	case PK_PANEL_RARE:
	case PK_PANEL_LAST:
	case PK_PANEL_MAP:
	case PK_PANEL_TEXT:
		break;
	}
	put_table(json, panel);
	return "lnsDatatable";
}

/* --- objects --- */

static void add_chart(struct pk_object_maker *maker, const struct pk_panel *panel)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_object(&json, "state");
	pk_json_out_raw(&json, "adHocDataViews", "{}");
	pk_json_out_open_object(&json, "datasourceStates");
	pk_json_out_open_object(&json, "formBased");
	pk_json_out_open_object(&json, "layers");
	put_layer(&json, maker->arena, panel);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_raw(&json, "filters", "[]");
	pk_json_out_raw(&json, "internalReferences", "[]");
	pk_json_out_open_object(&json, "query");
	pk_json_out_text(&json, "language", "kuery");
	pk_json_out_text(&json, "query", panel->query);
	pk_json_out_close_object(&json);
	pk_json_out_open_object(&json, "visualization");
	const char *type = put_drawing(&json, panel);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_text(&json, "visualizationType", type);
	struct pk_object_draft draft = {
		.type = "lens",
		.id = pk_object_id(maker->arena, panel->id),
		.title = panel->title,
		.description = panel->title,
		.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len),
	};
	pk_object_refer(
		maker, &draft, LAYER_REF, "index-pattern", pk_object_view_id(panel->source));
	pk_object_add(maker, &draft);
}

static const char map_base[] =
	"{\"id\":\"base\",\"type\":\"EMS_VECTOR_TILE\",\"label\":null,\"locale\":\"autoselect\","
	"\"minZoom\":0,\"maxZoom\":24,\"alpha\":1,\"visible\":true,\"includeInFitToBounds\":true,"
	"\"sourceDescriptor\":{\"type\":\"EMS_TMS\",\"isAutoSelect\":true},"
	"\"style\":{\"type\":\"EMS_VECTOR_TILE\",\"color\":\"\"}}";
static const char map_style[] =
	"{\"type\":\"VECTOR\",\"isTimeAware\":true,\"properties\":{"
	"\"fillColor\":{\"type\":\"DYNAMIC\",\"options\":{\"color\":\"Yellow to Red\","
	"\"type\":\"ORDINAL\",\"field\":{\"name\":\"doc_count\",\"origin\":\"source\"},"
	"\"fieldMetaOptions\":{\"isEnabled\":false,\"sigma\":3}}},"
	"\"lineColor\":{\"type\":\"STATIC\",\"options\":{\"color\":\"#FFFFFF\"}},"
	"\"lineWidth\":{\"type\":\"STATIC\",\"options\":{\"size\":0}},"
	"\"iconSize\":{\"type\":\"DYNAMIC\",\"options\":{\"minSize\":5,\"maxSize\":30,"
	"\"field\":{\"name\":\"doc_count\",\"origin\":\"source\"},"
	"\"fieldMetaOptions\":{\"isEnabled\":false,\"sigma\":3}}}}}";

static const char *make_map_layers(struct pk_arena *arena, const struct pk_panel *panel)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_array(&json, NULL);
	pk_json_out_raw(&json, NULL, map_base);
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "id", LAYER);
	pk_json_out_text(&json, "type", "GEOJSON_VECTOR");
	pk_json_out_text(&json, "label", panel->title);
	pk_json_out_raw(&json, "joins", "[]");
	pk_json_out_number(&json, "minZoom", 0);
	pk_json_out_number(&json, "maxZoom", 24);
	pk_json_out_raw(&json, "alpha", "0.75");
	pk_json_out_bool(&json, "visible", true);
	pk_json_out_bool(&json, "includeInFitToBounds", true);
	pk_json_out_open_object(&json, "query");
	pk_json_out_text(&json, "language", "kuery");
	pk_json_out_text(&json, "query", panel->query);
	pk_json_out_close_object(&json);
	pk_json_out_open_object(&json, "sourceDescriptor");
	pk_json_out_text(&json, "id", LAYER "-source");
	pk_json_out_text(&json, "type", "ES_GEO_GRID");
	pk_json_out_text(&json, "geoField", panel->split[0]);
	pk_json_out_text(&json, "requestType", "point");
	pk_json_out_text(&json, "resolution", "COARSE");
	pk_json_out_raw(&json, "metrics", "[{\"type\":\"count\"}]");
	pk_json_out_bool(&json, "applyGlobalQuery", true);
	pk_json_out_bool(&json, "applyGlobalTime", true);
	pk_json_out_bool(&json, "applyForceRefresh", true);
	pk_json_out_text(&json, "indexPatternRefName", MAP_REF);
	pk_json_out_close_object(&json);
	pk_json_out_raw(&json, "style", map_style);
	pk_json_out_close_object(&json);
	pk_json_out_close_array(&json);
	return pk_arena_strndup(arena, buf.data, buf.len);
}

static void add_map(struct pk_object_maker *maker, const struct pk_panel *panel)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_text(&json, "layerListJSON", make_map_layers(maker->arena, panel));
	pk_json_out_text(&json, "mapStateJSON",
		"{\"zoom\":1.5,\"center\":{\"lon\":10,\"lat\":30},\"filters\":[],"
		"\"query\":{\"language\":\"kuery\",\"query\":\"\"},"
		"\"refreshConfig\":{\"isPaused\":true,\"interval\":0}}");
	pk_json_out_text(&json, "uiStateJSON", "{\"isLayerTOCOpen\":false,\"openTOCDetails\":[]}");
	struct pk_object_draft draft = {
		.type = "map",
		.id = pk_object_id(maker->arena, panel->id),
		.title = panel->title,
		.description = panel->title,
		.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len),
	};
	pk_object_refer(maker, &draft, MAP_REF, "index-pattern", pk_object_view_id(panel->source));
	pk_object_add(maker, &draft);
}

void pk_object_add_lens(struct pk_object_maker *maker, const struct pk_panel *panel)
{
	if (panel->kind == PK_PANEL_MAP)
		add_map(maker, panel);
	else
		add_chart(maker, panel);
}

const char *pk_object_panel_type(enum pk_object_flavour flavour, enum pk_panel_kind kind)
{
	if (flavour == PK_OBJECTS_CLASSIC || kind == PK_PANEL_TEXT)
		return "visualization";
	return kind == PK_PANEL_MAP ? "map" : "lens";
}

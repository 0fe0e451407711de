/*
 * Visualizations made of aggregations, as Kibana 7.4.2 wrote them: what Kibana 7.6 to 9 and
 * OpenSearch Dashboards show. Shapes: docs/stack-facts.md section 5.
 */
#include <assert.h>

#include "templates/objects/maker.h"

#define AXES                                                                                       \
	"\"grid\":{\"categoryLines\":false},"                                                      \
	"\"categoryAxes\":[{\"id\":\"CategoryAxis-1\",\"type\":\"category\",\"position\":"         \
	"\"bottom\",\"show\":true,\"style\":{},\"scale\":{\"type\":\"linear\"},"                   \
	"\"labels\":{\"show\":true,\"filter\":true,\"truncate\":100},\"title\":{}}],"              \
	"\"valueAxes\":[{\"id\":\"ValueAxis-1\",\"name\":\"LeftAxis-1\",\"type\":\"value\","       \
	"\"position\":\"left\",\"show\":true,\"style\":{},\"scale\":{\"type\":\"linear\","         \
	"\"mode\":\"normal\"},\"labels\":{\"show\":true,\"rotate\":0,\"filter\":false,"            \
	"\"truncate\":100},\"title\":{\"text\":\"Events\"}}],"                                     \
	"\"seriesParams\":[{\"show\":true,\"type\":\"histogram\",\"mode\":\"stacked\","            \
	"\"data\":{\"label\":\"Events\",\"id\":\"1\"},\"valueAxis\":\"ValueAxis-1\","              \
	"\"drawLinesBetweenPoints\":true,\"lineWidth\":2,\"showCircles\":true}]"

static const char table_params[] =
	"{\"perPage\":10,\"showPartialRows\":false,\"showMetricsAtAllLevels\":false,"
	"\"sort\":{\"columnIndex\":null,\"direction\":null},\"showTotal\":false,"
	"\"totalFunc\":\"sum\"}";
static const char pie_params[] =
	"{\"type\":\"pie\",\"addTooltip\":true,\"addLegend\":true,\"legendPosition\":\"right\","
	"\"isDonut\":true,\"labels\":{\"show\":false,\"values\":true,\"last_level\":true,"
	"\"truncate\":100}}";
static const char bar_params[] =
	"{\"type\":\"histogram\"," AXES
	",\"addTooltip\":true,\"addLegend\":true,\"legendPosition\":\"right\",\"times\":[],"
	"\"addTimeMarker\":false,\"labels\":{\"show\":false},\"thresholdLine\":{\"show\":false,"
	"\"value\":10,\"width\":1,\"style\":\"full\",\"color\":\"#E7664C\"}}";
static const char metric_params[] =
	"{\"type\":\"metric\",\"addTooltip\":true,\"addLegend\":false,\"metric\":{"
	"\"percentageMode\":false,\"useRanges\":false,\"colorSchema\":\"Green to Red\","
	"\"metricColorMode\":\"None\",\"colorsRange\":[{\"from\":0,\"to\":10000}],"
	"\"labels\":{\"show\":true},\"invertColors\":false,\"style\":{\"bgFill\":\"#000\","
	"\"bgColor\":false,\"labelColor\":false,\"subText\":\"\",\"fontSize\":36}}}";
static const char map_params[] =
	"{\"colorSchema\":\"Yellow to Red\",\"mapType\":\"Scaled Circle Markers\","
	"\"isDesaturated\":true,\"addTooltip\":true,\"heatClusterSize\":1.5,"
	"\"legendPosition\":\"bottomright\",\"mapZoom\":2,\"mapCenter\":[0,0],"
	"\"wms\":{\"enabled\":false,\"options\":{\"format\":\"image/png\",\"transparent\":true}}}";
static const char heat_params[] =
	"{\"type\":\"heatmap\",\"addTooltip\":true,\"addLegend\":true,\"enableHover\":false,"
	"\"legendPosition\":\"right\",\"times\":[],\"colorsNumber\":5,"
	"\"colorSchema\":\"Yellow to Red\",\"setColorRange\":false,\"colorsRange\":[],"
	"\"invertColors\":false,\"percentageMode\":false,\"valueAxes\":[{\"show\":false,"
	"\"id\":\"ValueAxis-1\",\"type\":\"value\",\"scale\":{\"type\":\"linear\","
	"\"defaultYExtents\":false},\"labels\":{\"show\":true,\"rotate\":0,"
	"\"overwriteColor\":false,\"color\":\"#555\"}}]}";

enum { SPLITS_SHOWN = PK_PANEL_SPLITS };

/* How a kind is shown: type of visualization, its parameters, where the terms of each split go. */
static const struct kind_shape {
	const char *type;
	const char *params;
	const char *schemas[SPLITS_SHOWN];
} shapes[] = {
	[PK_PANEL_METRIC] = {"metric", metric_params, {NULL}},
	[PK_PANEL_TABLE] = {"table", table_params, {"bucket", "bucket", "bucket", "bucket"}},
	[PK_PANEL_RARE] = {"table", table_params, {"bucket", "bucket", "bucket", "bucket"}},
	[PK_PANEL_LAST] = {"table", table_params, {"bucket", "bucket", "bucket", "bucket"}},
	[PK_PANEL_PIE] = {"pie", pie_params, {"segment", "segment", "segment", "segment"}},
	[PK_PANEL_BAR] = {"histogram", bar_params, {"segment", "group", NULL}},
	[PK_PANEL_TIME] = {"histogram", bar_params, {"group", NULL}},
	[PK_PANEL_RATIO] = {"timelion", NULL, {NULL}},
	[PK_PANEL_MAP] = {"tile_map", map_params, {"segment", NULL}},
	[PK_PANEL_HEAT] = {"heatmap", heat_params, {"group", "segment", NULL}},
	[PK_PANEL_TEXT] = {"markdown", NULL, {NULL}},
};

static void open_agg(struct pk_json_out *json, const char *id, const char *type, const char *schema)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "id", id);
	pk_json_out_bool(json, "enabled", true);
	pk_json_out_text(json, "type", type);
	pk_json_out_text(json, "schema", schema);
	pk_json_out_open_object(json, "params");
}

static void close_agg(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_terms(struct pk_json_out *json, const struct pk_panel *panel, size_t index,
	const char *id, const char *schema)
{
	bool rising = panel->kind == PK_PANEL_RARE || (panel->kind == PK_PANEL_LAST && index == 0);
	open_agg(json, id, "terms", schema);
	pk_json_out_text(json, "field", panel->split[index]);
	pk_json_out_number(json, "size", panel->size);
	pk_json_out_text(json, "order", rising ? "asc" : "desc");
	pk_json_out_text(json, "orderBy", "1");
	pk_json_out_bool(json, "otherBucket", false);
	pk_json_out_text(json, "otherBucketLabel", "Other");
	pk_json_out_bool(json, "missingBucket", false);
	pk_json_out_text(json, "missingBucketLabel", "Missing");
	close_agg(json);
}

static void put_time(struct pk_json_out *json)
{
	open_agg(json, "2", "date_histogram", "segment");
	pk_json_out_text(json, "field", "@timestamp");
	pk_json_out_bool(json, "useNormalizedEsInterval", true);
	pk_json_out_text(json, "interval", "auto");
	pk_json_out_bool(json, "drop_partials", false);
	pk_json_out_number(json, "min_doc_count", 1);
	pk_json_out_raw(json, "extended_bounds", "{}");
	close_agg(json);
}

static void put_grid(struct pk_json_out *json, const struct pk_panel *panel)
{
	open_agg(json, "2", "geohash_grid", "segment");
	pk_json_out_text(json, "field", panel->split[0]);
	pk_json_out_bool(json, "autoPrecision", true);
	pk_json_out_number(json, "precision", 2);
	pk_json_out_bool(json, "useGeocentroid", true);
	pk_json_out_bool(json, "isFilteredByCollar", true);
	close_agg(json);
}

/* What is counted: agg 1. */
static void put_measure(struct pk_json_out *json, const struct pk_panel *panel)
{
	bool last = panel->kind == PK_PANEL_LAST;
	open_agg(json, "1", last ? "max" : "count", "metric");
	if (last)
		pk_json_out_text(json, "field", "@timestamp");
	pk_json_out_text(json, "customLabel", last ? "Newest" : "Events");
	close_agg(json);
}

static void put_aggs(struct pk_json_out *json, const struct pk_panel *panel)
{
	const struct kind_shape *shape = &shapes[panel->kind];
	pk_json_out_open_array(json, "aggs");
	if (shape->params != NULL) {
		put_measure(json, panel);
		if (panel->kind == PK_PANEL_MAP)
			put_grid(json, panel);
		if (panel->kind == PK_PANEL_TIME)
			put_time(json);
		for (size_t i = 0; panel->kind != PK_PANEL_MAP && panel->split[i] != NULL; i++) {
			static const char *const ids[SPLITS_SHOWN] = {"3", "4", "5", "6"};
			assert(shape->schemas[i] != NULL);
			put_terms(json, panel, i, ids[i], shape->schemas[i]);
		}
	}
	pk_json_out_close_array(json);
}

/* sum(split[0]) / sum(split[1]) of the busiest split[2]; where nothing was received there is no
 * value. */
static const char *ratio_expression(
	const struct pk_object_maker *maker, const struct pk_panel *panel)
{
	static const char series[] = ".es(index='%s', timefield='@timestamp', metric='sum:%s', "
				     "split='%s:%u')";
	const char *pattern = panel->source == PK_PANEL_SYSMON ? maker->streams->sysmon_pattern
							       : maker->streams->monster_pattern;
	char *above = pk_arena_printf(
		maker->arena, series, pattern, panel->split[0], panel->split[2], panel->size);
	char *below = pk_arena_printf(
		maker->arena, series, pattern, panel->split[1], panel->split[2], panel->size);
	return pk_arena_printf(maker->arena, "%s.divide(%s)", above, below);
}

static void put_params(
	struct pk_json_out *json, const struct pk_object_maker *maker, const struct pk_panel *panel)
{
	const struct kind_shape *shape = &shapes[panel->kind];
	if (shape->params != NULL) {
		pk_json_out_raw(json, "params", shape->params);
		return;
	}
	pk_json_out_open_object(json, "params");
	if (panel->kind == PK_PANEL_RATIO) {
		pk_json_out_text(json, "expression", ratio_expression(maker, panel));
		pk_json_out_text(json, "interval", "auto");
	} else {
		pk_json_out_text(json, "markdown", panel->query);
		pk_json_out_bool(json, "openLinksInNewTab", true);
		pk_json_out_number(json, "fontSize", 12);
	}
	pk_json_out_close_object(json);
}

static const char *make_state(const struct pk_object_maker *maker, const struct pk_panel *panel)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "title", panel->title);
	pk_json_out_text(&json, "type", shapes[panel->kind].type);
	put_params(&json, maker, panel);
	put_aggs(&json, panel);
	pk_json_out_close_object(&json);
	return pk_arena_strndup(maker->arena, buf.data, buf.len);
}

void pk_object_add_classic(struct pk_object_maker *maker, const struct pk_panel *panel)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	/* Text has no events; a ratio names its index in its expression. */
	bool view = shapes[panel->kind].params != NULL;
	pk_json_out_open_object(&json, "kibanaSavedObjectMeta");
	pk_json_out_text(&json, "searchSourceJSON",
		pk_object_search_source(maker->arena, view ? panel->query : "", view));
	pk_json_out_close_object(&json);
	pk_json_out_text(&json, "uiStateJSON", "{}");
	pk_json_out_number(&json, "version", 1);
	pk_json_out_text(&json, "visState", make_state(maker, panel));
	struct pk_object_draft draft = {
		.type = "visualization",
		.id = pk_object_id(maker->arena, panel->id),
		.title = panel->title,
		.description = panel->title,
		.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len),
	};
	if (view)
		pk_object_refer(maker, &draft, PK_OBJECT_INDEX_REF, "index-pattern",
			pk_object_view_id(panel->source));
	pk_object_add(maker, &draft);
}

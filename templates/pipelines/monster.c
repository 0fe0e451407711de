/* The pipeline of Monster's records: the table of events as parameters of one script. */
#include <string.h>

#include "templates/model/fields.h"
#include "templates/model/monster.h"
#include "templates/model/piece.h"
#include "templates/pipelines/pipelines.h"
#include "templates/pipelines/pipelines_part.h"

enum { COLUMNS_MAX = 256 }; /* different ones of all events */

/* Columns of all events, each once; events name them by number. */
struct columns {
	const struct pk_monster_column *items[COLUMNS_MAX];
	size_t len;
};

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static size_t number_of(struct columns *columns, const struct pk_monster_column *wanted)
{
	for (size_t i = 0; i < columns->len; i++) {
		const struct pk_monster_column *column = columns->items[i];
		if (is_same_text(column->name, wanted->name) && column->type == wanted->type &&
			column->how == wanted->how && is_same_text(column->ecs, wanted->ecs) &&
			is_same_text(column->derived, wanted->derived))
			return i;
	}
	if (columns->len < COLUMNS_MAX)
		columns->items[columns->len++] = wanted;
	return columns->len - 1;
}

static void put_text_or_null(struct pk_json_out *json, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, NULL, text);
	else
		pk_json_out_raw(json, NULL, "null");
}

static void put_columns(struct pk_json_out *json, const struct columns *columns)
{
	pk_json_out_open_array(json, "columns");
	for (size_t i = 0; i < columns->len; i++) {
		const struct pk_monster_column *column = columns->items[i];
		pk_json_out_open_array(json, NULL);
		pk_json_out_text(json, NULL, column->name);
		pk_json_out_text(json, NULL, pk_column_type_name(column->type));
		pk_json_out_text(json, NULL, pk_column_how_name(column->how));
		put_text_or_null(json, column->ecs);
		put_text_or_null(json, column->derived);
		pk_json_out_close_array(json);
	}
	pk_json_out_close_array(json);
}

/* "field=value|field=value" as an object. */
static void put_fixed(struct pk_json_out *json, const char *fixed)
{
	struct pk_piece list = pk_piece_of(fixed);
	struct pk_piece name;
	struct pk_piece value;
	pk_json_out_open_object(json, "fixed");
	while (pk_piece_next_pair(&name, &value, &list)) {
		PK_BUF_AUTO field = {0};
		PK_BUF_AUTO text = {0};
		pk_buf_put(&field, name.text, name.len);
		pk_buf_put(&text, value.text, value.len);
		pk_json_out_text(json, field.data, text.data);
	}
	pk_json_out_close_object(json);
}

static void put_numbers(struct pk_json_out *json, const char *name, struct columns *columns,
	const struct pk_monster_column *items, size_t count)
{
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < count; i++)
		pk_json_out_number(json, NULL, number_of(columns, &items[i]));
	pk_json_out_close_array(json);
}

static void put_event(
	struct pk_json_out *json, struct columns *columns, const struct pk_monster_event *event)
{
	PK_BUF_AUTO id = {0};
	pk_buf_printf(&id, "%u", event->id);
	pk_json_out_open_object(json, id.data);
	pk_json_out_text(json, "name", event->name);
	const char *field = pk_monster_event_kind(event);
	if (field != NULL) {
		pk_json_out_open_array(json, "kind");
		pk_json_out_text(json, NULL, field);
		pk_json_out_text(
			json, NULL, event->constant != NULL ? event->constant : event->name);
		pk_json_out_close_array(json);
	}
	pk_script_put_list(json, "category", event->category);
	pk_script_put_list(json, "type", event->type);
	put_fixed(json, event->fixed);
	put_numbers(json, "columns", columns, event->columns, event->column_count);
	pk_json_out_close_object(json);
}

static void put_events(struct pk_json_out *json, struct columns *columns)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	pk_json_out_open_object(json, "events");
	for (size_t i = 0; i < count; i++) {
		bool first = i == 0 || events[i].generation != events[i - 1].generation;
		if (first && i > 0)
			pk_json_out_close_object(json);
		if (first)
			pk_json_out_open_object(
				json, events[i].generation == PK_MONSTER_GEN1 ? "1" : "2");
		put_event(json, columns, &events[i]);
	}
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_headers(struct pk_json_out *json, struct columns *columns)
{
	size_t one_count;
	size_t two_count;
	const struct pk_monster_column *one = pk_monster_header(&one_count, PK_MONSTER_GEN1);
	const struct pk_monster_column *two = pk_monster_header(&two_count, PK_MONSTER_GEN2);
	pk_json_out_open_object(json, "headers");
	put_numbers(json, "1", columns, one, one_count);
	put_numbers(json, "2", columns, two, two_count);
	pk_json_out_close_object(json);
}

static void put_objects(struct pk_json_out *json)
{
	pk_json_out_open_object(json, "objects");
	for (int type = PK_COLUMN_TEXT; type <= PK_COLUMN_PROGRAMS; type++) {
		const struct pk_column_object *object =
			pk_column_object_find((enum pk_column_type)type);
		if (object == NULL)
			continue;
		pk_json_out_open_object(json, pk_column_type_name(object->type));
		if (object->field != NULL)
			pk_json_out_text(json, "field", object->field);
		pk_script_put_list(json, "members", object->members);
		pk_json_out_text(json, "number", object->numbers);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

static void put_registry(struct pk_json_out *json)
{
	size_t count;
	const struct pk_registry_hive *hives = pk_registry_hive_list(&count);
	pk_json_out_open_array(json, "hives");
	for (size_t i = 0; i < count; i++) {
		pk_json_out_open_array(json, NULL);
		pk_json_out_text(json, NULL, hives[i].prefix);
		pk_json_out_text(json, NULL, hives[i].hive);
		pk_json_out_close_array(json);
	}
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "registry_types");
	for (uint64_t i = 0; pk_registry_type_name(i) != NULL; i++)
		pk_json_out_text(json, NULL, pk_registry_type_name(i));
	pk_json_out_close_array(json);
}

/* Painless of old releases has no escapes for what is not printed. */
static void put_params(struct pk_json_out *json)
{
	struct columns columns = {0};
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "ecs", PK_ECS_VERSION);
	pk_json_out_raw(json, "tab", "\"\\t\"");
	pk_json_out_raw(json, "cr", "\"\\r\"");
	pk_json_out_raw(json, "lf", "\"\\n\"");
	pk_json_out_raw(json, "mark", "\"\\ufeff\"");
	put_events(json, &columns);
	put_headers(json, &columns);
	put_columns(json, &columns);
	put_objects(json);
	put_registry(json);
	pk_script_put_shape(json, PK_FIELDS_MONSTER);
	pk_json_out_close_object(json);
}

/* Places under the name that the dashboards of 2017 know; geoip was asked by the pipeline before.
 */
static void put_places(struct pk_json_out *json)
{
	static const char script[] = "Map geo = ctx.destination.geo;"
				     "Map out = new HashMap();"
				     "out.ip = ctx.destination.ip;"
				     "out.location = geo.location;"
				     "out.longitude = geo.location.lon;"
				     "out.latitude = geo.location.lat;"
				     "out.country_name = geo.country_name;"
				     "out.country_code2 = geo.country_iso_code;"
				     "out.city_name = geo.city_name;"
				     "out.region_name = geo.region_name;"
				     "out.values().removeIf(value -> value == null);"
				     "ctx.DestinationGeoip = out;";
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "script");
	pk_json_out_text(json, "lang", "painless");
	pk_json_out_text(json, "if",
		"ctx.DestinationIp != null && "
		"ctx.destination?.geo?.location != null");
	pk_json_out_text(json, "source", script);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

/* Elastic's naming of streams, in fields that its own agents set. */
static void put_stream(struct pk_json_out *json)
{
	static const char script[] =
		"String index = ctx['_index'];"
		"if (index.startsWith(params.stream)) {"
		"Map stream = new HashMap();"
		"stream.put('type', 'logs');"
		"stream.put('dataset', 'monster.events');"
		"stream.put('namespace', index.substring(params.stream.length()));"
		"ctx.put('data_stream', stream);"
		"}";
	pk_script_open(json, "monster-stream", script);
	pk_json_out_raw(json, "params", "{\"stream\":\"logs-monster.events-\"}");
	pk_script_close(json);
}

void pk_pipeline_put_monster(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "description",
		"Records of the Monster agent, raw or as Logstash has split them.");
	pk_json_out_open_array(&json, "processors");
	pk_script_open(&json, "monster", pk_monster_script);
	pk_json_out_text(&json, "if", "!(ctx.monster instanceof Map)");
	put_params(&json);
	pk_script_close(&json);
	pk_json_out_raw(&json, NULL,
		"{\"pipeline\":{\"name\":\"" PK_PIPELINE_NETWORK
		"\",\"if\":\"ctx.source?.ip != null || ctx.destination?.ip != null\"}}");
	if (pk_elk_has(elk, PK_ELK_GEOIP) && !options->no_geoip)
		put_places(&json);
	if (pk_elk_has(elk, PK_ELK_DATA_STREAMS))
		put_stream(&json);
	pk_processor_put_times(&json);
	pk_json_out_close_array(&json);
	pk_pipeline_put_failure(&json, "monster", "monster.events");
	pk_json_out_close_object(&json);
}

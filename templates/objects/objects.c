#include "templates/objects/objects.h"

#include "templates/model/piece.h"
#include "templates/objects/maker.h"

enum {
	ON_SYSMON = 1 << PK_PANEL_SYSMON,
	ON_MONSTER = 1 << PK_PANEL_MONSTER,
	ON_BOTH = 1 << PK_PANEL_BOTH,
	EVERYWHERE = ON_SYSMON | ON_MONSTER | ON_BOTH,
};

#define LINK(url)                                                                                  \
	"{\"id\":\"url\",\"params\":{\"urlTemplate\":\"" url "\",\"labelTemplate\":\"{{value}}\"}" \
	"}"
#define BYTES "{\"id\":\"bytes\",\"params\":{}}"
#define DIGITS "{\"id\":\"number\",\"params\":{\"pattern\":\"0\"}}"

/* How values are shown: ids of techniques as links, numbers that count nothing without commas. */
static const struct field_format {
	unsigned views;
	const char *field;
	const char *format;
} field_formats[] = {
	{ON_SYSMON | ON_BOTH, "threat.tactic.id",
		LINK("https://attack.mitre.org/tactics/{{value}}/")},
	{ON_SYSMON | ON_BOTH, "threat.technique.id",
		LINK("https://attack.mitre.org/techniques/{{value}}/")},
	{ON_SYSMON | ON_BOTH, "threat.tactic.reference", LINK("{{value}}")},
	{ON_SYSMON | ON_BOTH, "threat.technique.reference", LINK("{{value}}")},
	{ON_SYSMON | ON_BOTH, "threat.technique.subtechnique.reference", LINK("{{value}}")},
	{EVERYWHERE, "source.bytes", BYTES},
	{EVERYWHERE, "destination.bytes", BYTES},
	{EVERYWHERE, "file.size", BYTES},
	{ON_MONSTER, "SendBytes", BYTES},
	{ON_MONSTER, "RecvBytes", BYTES},
	{ON_MONSTER, "WriteBytes", BYTES},
	{EVERYWHERE, "source.port", DIGITS},
	{EVERYWHERE, "destination.port", DIGITS},
	{EVERYWHERE, "process.pid", DIGITS},
	{EVERYWHERE, "process.parent.pid", DIGITS},
	{ON_MONSTER, "ProcessId", DIGITS},
	{ON_MONSTER, "ParentProcessId", DIGITS},
	{ON_MONSTER, "DestinationPort", DIGITS},
	{ON_MONSTER, "SourcePort", DIGITS},
	{ON_MONSTER, "ServerPort", DIGITS},
	{ON_MONSTER, "ClientPort", DIGITS},
};

enum pk_object_flavour pk_object_flavour_of(const struct pk_elk *elk)
{
	return pk_elk_has(elk, PK_ELK_LENS) ? PK_OBJECTS_LENS : PK_OBJECTS_CLASSIC;
}

/* Is the stack's own Kibana this old or older? Never true for OpenSearch Dashboards, which began
 * at 7.10. */
static bool is_before(const struct pk_elk *elk, unsigned major, unsigned minor)
{
	return elk->product == PK_ELK_ELASTICSEARCH &&
		(elk->major < major || (elk->major == major && elk->minor < minor));
}

/* --- data views --- */

static const char *view_pattern(const struct pk_object_maker *maker, enum pk_panel_source source)
{
	const struct pk_streams *streams = maker->streams;
	switch (source) {
	case PK_PANEL_SYSMON:
		return streams->sysmon_pattern;
	case PK_PANEL_MONSTER:
		return streams->monster_pattern;
	case PK_PANEL_BOTH:
		break;
	}
	return pk_arena_printf(
		maker->arena, "%s,%s", streams->sysmon_pattern, streams->monster_pattern);
}

static void put_formats(struct pk_json_out *json, enum pk_panel_source source)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out inner = {.buf = &buf};
	pk_json_out_open_object(&inner, NULL);
	for (size_t i = 0; i < sizeof(field_formats) / sizeof(field_formats[0]); i++)
		if ((field_formats[i].views & (1U << source)) != 0)
			pk_json_out_raw(&inner, field_formats[i].field, field_formats[i].format);
	pk_json_out_close_object(&inner);
	pk_json_out_text(json, "fieldFormatMap", buf.data);
}

static void add_view(struct pk_object_maker *maker, enum pk_panel_source source, const char *name)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	const char *pattern = view_pattern(maker, source);
	/* Kibana before 7.8 maps the attributes of data views strictly and knows neither. */
	if (!is_before(maker->elk, 7, 8))
		pk_json_out_bool(&json, "allowNoIndex", true);
	put_formats(&json, source);
	/* None: the server asks for them when the view is opened. */
	pk_json_out_text(&json, "fields", "[]");
	if (maker->flavour == PK_OBJECTS_LENS)
		pk_json_out_text(&json, "name", name);
	pk_json_out_text(&json, "timeFieldName", "@timestamp");
	pk_object_add(maker,
		&(struct pk_object_draft){
			.type = "index-pattern",
			.id = pk_object_view_id(source),
			.title = pattern,
			.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len),
		});
}

/* --- saved searches --- */

static void put_columns(struct pk_json_out *json, struct pk_arena *arena, const char *columns)
{
	struct pk_piece list = pk_piece_of(columns);
	struct pk_piece name;
	pk_json_out_open_array(json, "columns");
	while (pk_piece_next(&name, &list))
		pk_json_out_text(json, NULL, pk_arena_strndup(arena, name.text, name.len));
	pk_json_out_close_array(json);
}

static void add_search(struct pk_object_maker *maker, const struct pk_saved_search *search)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	put_columns(&json, maker->arena, search->columns);
	pk_json_out_open_object(&json, "kibanaSavedObjectMeta");
	pk_json_out_text(&json, "searchSourceJSON",
		pk_object_search_source(maker->arena, search->query, true));
	pk_json_out_close_object(&json);
	pk_json_out_raw(&json, "sort", "[[\"@timestamp\",\"desc\"]]");
	struct pk_object_draft draft = {
		.type = "search",
		.id = pk_object_id(maker->arena, search->id),
		.title = search->title,
		.description = "Saved search",
		.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len),
	};
	pk_object_refer(maker, &draft, PK_OBJECT_INDEX_REF, "index-pattern",
		pk_object_view_id(search->source));
	pk_object_add(maker, &draft);
}

/* --- dashboards --- */

static const char *place_type(enum pk_object_flavour flavour, const char *id)
{
	const struct pk_panel *panel = pk_panel_find(id);
	return panel == NULL ? "search" : pk_object_panel_type(flavour, panel->kind);
}

static void put_place(struct pk_json_out *json, const struct pk_object_maker *maker,
	const struct pk_dashboard_panel *place, const char *index)
{
	bool lens = maker->flavour == PK_OBJECTS_LENS;
	pk_json_out_open_object(json, NULL);
	pk_json_out_raw(json, "embeddableConfig", "{}");
	pk_json_out_open_object(json, "gridData");
	pk_json_out_number(json, "x", place->x);
	pk_json_out_number(json, "y", place->y);
	pk_json_out_number(json, "w", place->w);
	pk_json_out_number(json, "h", place->h);
	pk_json_out_text(json, "i", index);
	pk_json_out_close_object(json);
	pk_json_out_text(json, "panelIndex", index);
	pk_json_out_text(json, "panelRefName", pk_arena_printf(maker->arena, "panel_%s", index));
	if (lens)
		pk_json_out_text(json, "type", place_type(maker->flavour, place->panel));
	/* Without it Kibana 7 takes the panel for one of 6.0. */
	pk_json_out_text(json, "version", pk_object_version(maker->flavour, "dashboard"));
	pk_json_out_close_object(json);
}

static const char *make_places(struct pk_object_maker *maker, struct pk_object_draft *draft,
	const struct pk_dashboard *dashboard)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_array(&json, NULL);
	for (size_t i = 0; i < dashboard->panel_count; i++) {
		const struct pk_dashboard_panel *place = &dashboard->panels[i];
		const char *index = pk_arena_printf(maker->arena, "%zu", i + 1);
		put_place(&json, maker, place, index);
		/* In the references of Kibana 8 the panel's index stands before the name. */
		const char *name = maker->flavour == PK_OBJECTS_LENS
			? pk_arena_printf(maker->arena, "%s:panel_%s", index, index)
			: pk_arena_printf(maker->arena, "panel_%s", index);
		pk_object_refer(maker, draft, name, place_type(maker->flavour, place->panel),
			pk_object_id(maker->arena, place->panel));
	}
	pk_json_out_close_array(&json);
	return pk_arena_strndup(maker->arena, buf.data, buf.len);
}

static void add_dashboard(struct pk_object_maker *maker, const struct pk_dashboard *dashboard)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	struct pk_object_draft draft = {
		.type = "dashboard",
		.id = pk_object_id(maker->arena, dashboard->id),
		.title = dashboard->title,
		.description = dashboard->description,
	};
	pk_json_out_open_object(&json, "kibanaSavedObjectMeta");
	pk_json_out_text(
		&json, "searchSourceJSON", pk_object_search_source(maker->arena, "", false));
	pk_json_out_close_object(&json);
	pk_json_out_text(&json, "optionsJSON", "{\"hidePanelTitles\":false,\"useMargins\":true}");
	pk_json_out_text(&json, "panelsJSON", make_places(maker, &draft, dashboard));
	pk_json_out_text(&json, "timeFrom", dashboard->from);
	pk_json_out_bool(&json, "timeRestore", true);
	pk_json_out_text(&json, "timeTo", "now");
	pk_json_out_number(&json, "version", 1);
	draft.attributes = pk_arena_strndup(maker->arena, buf.data, buf.len);
	pk_object_add(maker, &draft);
}

/* --- all --- */

static void add_panels(struct pk_object_maker *maker)
{
	size_t count = 0;
	const struct pk_panel *panels = pk_panel_list(&count);
	for (size_t i = 0; i < count; i++) {
		if (maker->flavour == PK_OBJECTS_LENS && panels[i].kind != PK_PANEL_TEXT)
			pk_object_add_lens(maker, &panels[i]);
		else
			pk_object_add_classic(maker, &panels[i]);
	}
}

void pk_objects_make(struct pk_objects *out, struct pk_arena *arena, const struct pk_elk *elk,
	enum pk_object_flavour flavour, const struct pk_streams *streams)
{
	struct pk_objects objects = {0};
	struct pk_object_maker maker = {&objects, arena, elk, flavour, streams};
	size_t count = 0;
	if (is_before(elk, 7, 6)) {
		*out = objects;
		return;
	}
	add_view(&maker, PK_PANEL_SYSMON, "Sysmon");
	add_view(&maker, PK_PANEL_MONSTER, "Monster");
	add_view(&maker, PK_PANEL_BOTH, "Sysmon and Monster");
	const struct pk_saved_search *searches = pk_saved_search_list(&count);
	for (size_t i = 0; i < count; i++)
		add_search(&maker, &searches[i]);
	add_panels(&maker);
	const struct pk_dashboard *dashboards = pk_dashboard_list(&count);
	for (size_t i = 0; i < count; i++)
		add_dashboard(&maker, &dashboards[i]);
	*out = objects;
}

void pk_objects_put(struct pk_buf *buf, const struct pk_objects *objects)
{
	for (size_t i = 0; i < objects->len; i++) {
		pk_buf_puts(buf, objects->items[i].json);
		pk_buf_putc(buf, '\n');
	}
}

const char *pk_objects_header(const struct pk_elk *elk)
{
	return elk->product == PK_ELK_OPENSEARCH ? "osd-xsrf: true" : "kbn-xsrf: picket";
}

/* Saved objects that picket makes: what the linter wants, the same every time, with marks. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "base/text.h"
#include "templates/assets/mark.h"
#include "templates/model/panels.h"
#include "templates/objects/objects.h"

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_objects objects;
};

static const struct pk_streams streams = {
	.sysmon = "logs-windows.sysmon_operational-lab",
	.monster = "logs-monster.events-lab",
	.sysmon_pattern = "logs-windows.sysmon_operational-*",
	.monster_pattern = "logs-monster.events-*",
};

static void begin(struct trial *trial, const char *stack, enum pk_object_flavour flavour)
{
	struct pk_elk elk;
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	assert_true(pk_elk_parse(&elk, stack, &trial->diags));
	pk_objects_make(&trial->objects, trial->arena, &elk, flavour, &streams);
}

static void end(struct trial *trial)
{
	pk_arena_destroy(trial->arena);
}

static const struct pk_object *find(const struct trial *trial, const char *type, const char *id)
{
	for (size_t i = 0; i < trial->objects.len; i++)
		if (pk_text_equal(trial->objects.items[i].type, type) &&
			pk_text_equal(trial->objects.items[i].id, id))
			return &trial->objects.items[i];
	fail_msg("there is no %s %s", type, id);
	return NULL;
}

static const struct pk_node *read(struct trial *trial, const char *text)
{
	const struct pk_node *node =
		pk_json_read(source_from_text(trial->arena, text), &trial->diags);
	assert_non_null(node);
	return node;
}

/* The member at a path of keys and indices divided by '/'; JSON in a text is opened. */
static const struct pk_node *at(struct trial *trial, const struct pk_node *node, const char *path)
{
	while (*path != '\0') {
		size_t len = strcspn(path, "/");
		const char *key = pk_arena_strndup(trial->arena, path, len);
		uint64_t index = 0;
		if (node->kind == PK_NODE_STRING)
			node = read(trial, node->text);
		if (node->kind == PK_NODE_LIST && pk_text_parse_u64(&index, key))
			node = index < node->items.len ? node->items.items[index] : NULL;
		else
			node = pk_node_find(node, key);
		if (node == NULL)
			fail_msg("nothing at %s", path);
		path += path[len] == '/' ? len + 1 : len;
	}
	return node;
}

static void holds(
	struct trial *trial, const struct pk_object *object, const char *path, const char *want)
{
	assert_string_equal(at(trial, read(trial, object->json), path)->text, want);
}

static void passes_the_linter(const char *stack, enum pk_object_flavour flavour)
{
	struct trial trial;
	PK_BUF_AUTO buf = {0};
	begin(&trial, stack, flavour);
	pk_objects_put(&buf, &trial.objects);
	bool good =
		pk_objects_check(source_from_text(trial.arena, buf.data), flavour, &trial.diags);
	if (!good)
		fail_msg("%s", trial.diags.all.items[0].message);
	end(&trial);
}

static void what_is_made_passes_the_linter(void **state)
{
	(void)state;
	passes_the_linter("es7.6", PK_OBJECTS_CLASSIC);
	passes_the_linter("es9", PK_OBJECTS_CLASSIC);
	passes_the_linter("os1", PK_OBJECTS_CLASSIC);
	passes_the_linter("os3", PK_OBJECTS_CLASSIC);
	passes_the_linter("es8.9", PK_OBJECTS_LENS);
	passes_the_linter("es9", PK_OBJECTS_LENS);
}

static void the_flavour_follows_the_stack(void **state)
{
	static const struct {
		const char *stack;
		enum pk_object_flavour flavour;
		const char *header;
	} rows[] = {
		{"es7.17", PK_OBJECTS_CLASSIC, "kbn-xsrf: picket"},
		{"es8.8", PK_OBJECTS_CLASSIC, "kbn-xsrf: picket"},
		{"es8.9", PK_OBJECTS_LENS, "kbn-xsrf: picket"},
		{"es9", PK_OBJECTS_LENS, "kbn-xsrf: picket"},
		{"os3", PK_OBJECTS_CLASSIC, "osd-xsrf: true"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags = {.arena = arena};
		struct pk_elk elk;
		assert_true(pk_elk_parse(&elk, rows[i].stack, &diags));
		assert_int_equal(pk_object_flavour_of(&elk), rows[i].flavour);
		assert_string_equal(pk_objects_header(&elk), rows[i].header);
	}
}

static void kibana_before_7_6_gets_nothing(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "es6", PK_OBJECTS_CLASSIC);
	assert_int_equal(trial.objects.len, 0);
	end(&trial);
	begin(&trial, "es7.5", PK_OBJECTS_CLASSIC);
	assert_int_equal(trial.objects.len, 0);
	end(&trial);
}

static void objects_are_the_same_every_time(void **state)
{
	struct trial one;
	struct trial two;
	(void)state;
	begin(&one, "os2", PK_OBJECTS_CLASSIC);
	begin(&two, "os2", PK_OBJECTS_CLASSIC);
	assert_int_equal(one.objects.len, two.objects.len);
	for (size_t i = 0; i < one.objects.len; i++)
		assert_string_equal(one.objects.items[i].json, two.objects.items[i].json);
	end(&one);
	end(&two);
}

static void every_object_has_a_mark(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "es9", PK_OBJECTS_LENS);
	for (size_t i = 0; i < trial.objects.len; i++) {
		const struct pk_object *object = &trial.objects.items[i];
		bool view = pk_text_equal(object->type, "index-pattern");
		struct pk_mark mark;
		const struct pk_node *text = at(&trial, read(&trial, object->json),
			view ? "attributes/typeMeta/managed" : "attributes/description");
		assert_true(pk_mark_find_text(&mark, trial.arena, text->text));
		assert_string_equal(mark.version, PICKET_VERSION);
		assert_true(pk_text_starts(object->id, PK_OBJECT_PREFIX));
	}
	end(&trial);
}

static void a_mark_follows_what_the_object_holds(void **state)
{
	struct trial one;
	struct trial two;
	struct pk_elk elk;
	struct pk_streams others = streams;
	(void)state;
	others.monster_pattern = "monster-*";
	begin(&one, "os2", PK_OBJECTS_CLASSIC);
	begin(&two, "os2", PK_OBJECTS_CLASSIC);
	assert_true(pk_elk_parse(&elk, "os2", &two.diags));
	pk_objects_make(&two.objects, two.arena, &elk, PK_OBJECTS_CLASSIC, &others);
	const struct pk_object *a = find(&one, "index-pattern", "picket-data-monster");
	const struct pk_object *b = find(&two, "index-pattern", "picket-data-monster");
	assert_string_not_equal(at(&one, read(&one, a->json), "attributes/typeMeta/managed")->text,
		at(&two, read(&two, b->json), "attributes/typeMeta/managed")->text);
	a = find(&one, "dashboard", "picket-monster");
	b = find(&two, "dashboard", "picket-monster");
	assert_string_equal(a->json, b->json);
	end(&one);
	end(&two);
}

static void what_is_referred_to_stands_before(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "es9", PK_OBJECTS_LENS);
	for (size_t i = 0; i < trial.objects.len; i++) {
		const struct pk_node *list =
			at(&trial, read(&trial, trial.objects.items[i].json), "references");
		for (size_t j = 0; j < list->items.len; j++) {
			const struct pk_node *reference = list->items.items[j];
			const struct pk_object *object =
				find(&trial, at(&trial, reference, "type")->text,
					at(&trial, reference, "id")->text);
			assert_true(object < &trial.objects.items[i]);
		}
	}
	end(&trial);
}

static void data_views_are_of_the_streams(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "es9", PK_OBJECTS_LENS);
	const struct pk_object *view = find(&trial, "index-pattern", "picket-data-both");
	holds(&trial, view, "attributes/title",
		"logs-windows.sysmon_operational-*,logs-monster.events-*");
	holds(&trial, view, "attributes/timeFieldName", "@timestamp");
	holds(&trial, view, "attributes/name", "Sysmon and Monster");
	holds(&trial, view, "attributes/allowNoIndex", "true");
	holds(&trial, view, "attributes/fieldFormatMap/threat.technique.id/params/urlTemplate",
		"https://attack.mitre.org/techniques/{{value}}/");
	end(&trial);
	/* Kibana 7.6 maps attributes strictly. */
	begin(&trial, "es7.6", PK_OBJECTS_CLASSIC);
	view = find(&trial, "index-pattern", "picket-data-both");
	assert_null(
		pk_node_find(at(&trial, read(&trial, view->json), "attributes"), "allowNoIndex"));
	assert_null(pk_node_find(at(&trial, read(&trial, view->json), "attributes"), "name"));
	end(&trial);
}

static void the_heat_map_of_attack_is_made_of_tactics_and_techniques(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "os2", PK_OBJECTS_CLASSIC);
	const struct pk_object *heat = find(&trial, "visualization", "picket-sysmon-heat");
	holds(&trial, heat, "attributes/visState/type", "heatmap");
	holds(&trial, heat, "attributes/visState/aggs/1/schema", "group");
	holds(&trial, heat, "attributes/visState/aggs/1/params/field", "threat.tactic.name");
	holds(&trial, heat, "attributes/visState/aggs/2/schema", "segment");
	holds(&trial, heat, "attributes/visState/aggs/2/params/field", "threat.technique.id");
	holds(&trial, heat, "migrationVersion/visualization", "7.4.2");
	end(&trial);
	begin(&trial, "es9", PK_OBJECTS_LENS);
	heat = find(&trial, "lens", "picket-sysmon-heat");
	holds(&trial, heat, "attributes/visualizationType", "lnsHeatmap");
	holds(&trial, heat, "attributes/state/visualization/yAccessor", "split0");
	holds(&trial, heat,
		"attributes/state/datasourceStates/formBased/layers/events/columns/split0/"
		"sourceField",
		"threat.tactic.name");
	holds(&trial, heat, "typeMigrationVersion", "8.9.0");
	holds(&trial, heat, "coreMigrationVersion", "8.8.0");
	end(&trial);
}

static void a_ratio_is_timelion_or_a_formula(void **state)
{
	struct trial trial;
	static const char layer[] =
		"attributes/state/datasourceStates/formBased/layers/events/columns";
	(void)state;
	begin(&trial, "os2", PK_OBJECTS_CLASSIC);
	const struct pk_object *ratio = find(&trial, "visualization", "picket-monster-ratio");
	holds(&trial, ratio, "attributes/visState/type", "timelion");
	holds(&trial, ratio, "attributes/visState/params/expression",
		".es(index='logs-monster.events-*', timefield='@timestamp', "
		"metric='sum:SendBytes', "
		"split='IP:10').divide(.es(index='logs-monster.events-*', timefield='@timestamp', "
		"metric='sum:RecvBytes', split='IP:10'))");
	end(&trial);
	begin(&trial, "es9", PK_OBJECTS_LENS);
	ratio = find(&trial, "lens", "picket-monster-ratio");
	holds(&trial, ratio, pk_arena_printf(trial.arena, "%s/value/params/formula", layer),
		"sum(SendBytes) / sum(RecvBytes)");
	holds(&trial, ratio, pk_arena_printf(trial.arena, "%s/split2/sourceField", layer), "IP");
	holds(&trial, ratio, pk_arena_printf(trial.arena, "%s/split2/dataType", layer), "ip");
	end(&trial);
}

static void a_map_is_a_grid_of_places(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "os2", PK_OBJECTS_CLASSIC);
	const struct pk_object *map = find(&trial, "visualization", "picket-monster-map");
	holds(&trial, map, "attributes/visState/type", "tile_map");
	holds(&trial, map, "attributes/visState/aggs/1/type", "geohash_grid");
	holds(&trial, map, "attributes/visState/aggs/1/params/field", "DestinationGeoip.location");
	end(&trial);
	begin(&trial, "es9", PK_OBJECTS_LENS);
	map = find(&trial, "map", "picket-sysmon-map");
	holds(&trial, map, "attributes/layerListJSON/1/sourceDescriptor/geoField",
		"destination.geo.location");
	holds(&trial, map, "attributes/layerListJSON/1/query/query", "event.code:3");
	holds(&trial, map, "references/0/name", "layer_1_source_index_pattern");
	end(&trial);
}

static void a_dashboard_names_its_panels_as_its_flavour_does(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "os2", PK_OBJECTS_CLASSIC);
	const struct pk_object *board = find(&trial, "dashboard", "picket-sysmon-rollout");
	holds(&trial, board, "references/0/name", "panel_1");
	holds(&trial, board, "references/0/type", "visualization");
	holds(&trial, board, "attributes/panelsJSON/0/panelRefName", "panel_1");
	holds(&trial, board, "attributes/panelsJSON/0/version", "7.3.0");
	holds(&trial, board, "attributes/timeFrom", "now-30d");
	end(&trial);
	begin(&trial, "es9", PK_OBJECTS_LENS);
	board = find(&trial, "dashboard", "picket-sysmon-rollout");
	holds(&trial, board, "references/1/name", "2:panel_2");
	holds(&trial, board, "references/1/type", "lens");
	holds(&trial, board, "attributes/panelsJSON/1/type", "lens");
	holds(&trial, board, "attributes/panelsJSON/1/panelRefName", "panel_2");
	end(&trial);
}

static void a_saved_search_keeps_its_columns(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "os2", PK_OBJECTS_CLASSIC);
	const struct pk_object *search = find(&trial, "search", "picket-monster-not-microsoft");
	holds(&trial, search, "attributes/columns/0", "HostIP");
	holds(&trial, search, "attributes/columns/6", "SHA2");
	holds(&trial, search, "attributes/sort/0/0", "@timestamp");
	holds(&trial, search, "attributes/kibanaSavedObjectMeta/searchSourceJSON/query/query",
		"EventID:1500 and not Signer:*Microsoft*");
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_passes_the_linter),
		cmocka_unit_test(the_flavour_follows_the_stack),
		cmocka_unit_test(kibana_before_7_6_gets_nothing),
		cmocka_unit_test(objects_are_the_same_every_time),
		cmocka_unit_test(every_object_has_a_mark),
		cmocka_unit_test(a_mark_follows_what_the_object_holds),
		cmocka_unit_test(what_is_referred_to_stands_before),
		cmocka_unit_test(data_views_are_of_the_streams),
		cmocka_unit_test(the_heat_map_of_attack_is_made_of_tactics_and_techniques),
		cmocka_unit_test(a_ratio_is_timelion_or_a_formula),
		cmocka_unit_test(a_map_is_a_grid_of_places),
		cmocka_unit_test(a_dashboard_names_its_panels_as_its_flavour_does),
		cmocka_unit_test(a_saved_search_keeps_its_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

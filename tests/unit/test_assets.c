#include "tests/unit/test.h"

#include "base/json.h"
#include "base/text.h"
#include "templates/assets/assets.h"
#include "templates/assets/mark.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_asset_options options;
	struct pk_elk elk;
	struct pk_assets assets;
	struct pk_streams streams;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	f->diags.arena = arena;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pk_arena_destroy(f->arena);
	return 0;
}

static void make(struct fixture *f, const char *flavour)
{
	assert_true(pk_elk_parse(&f->elk, flavour, &f->diags));
	pk_assets_make(&f->assets, f->arena, &f->elk, &f->options);
	pk_streams_make(&f->streams, f->arena, &f->elk, &f->options);
}

static const struct pk_asset *find(struct fixture *f, enum pk_asset_kind kind, const char *id)
{
	for (size_t i = 0; i < f->assets.len; i++)
		if (f->assets.items[i].kind == kind && pk_text_equal(f->assets.items[i].id, id))
			return &f->assets.items[i];
	return NULL;
}

static const struct pk_node *body(struct fixture *f, enum pk_asset_kind kind, const char *id)
{
	const struct pk_asset *asset = find(f, kind, id);
	if (asset == NULL)
		fail_msg("there is no %s '%s'", pk_asset_kind_name(kind), id);
	const struct pk_node *node =
		pk_json_read(source_from_text(f->arena, asset->body), &f->diags);
	assert_non_null(node);
	return node;
}

/* What is at a path like "template.settings.index.priority"; NULL if there is nothing. */
static const struct pk_node *at(struct fixture *f, const struct pk_node *node, const char *path)
{
	while (node != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");
		node = node->kind == PK_NODE_MAP
			? pk_node_find(node, pk_arena_strndup(f->arena, path, len))
			: NULL;
		path += len + (path[len] == '.');
	}
	return node;
}

static const char *text(struct fixture *f, const struct pk_node *node, const char *path)
{
	const struct pk_node *value = at(f, node, path);
	return value == NULL || value->text == NULL ? "" : value->text;
}

/* Flavours whose assets differ in kind. */
static const char *const flavours[] = {"es6.6", "es6.6-oss", "es6", "es7.5", "es7.5-oss", "es7.8",
	"es7.8-oss", "es7.10", "es7", "es8", "es9", "os1", "os2", "os3"};

enum { FLAVOURS = sizeof(flavours) / sizeof(*flavours) };

/* --- of all flavours --- */

static void bodies_are_objects_of_json_on_one_line(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < FLAVOURS; i++) {
		make(f, flavours[i]);
		assert_true(f->assets.len >= 6);
		for (size_t k = 0; k < f->assets.len; k++) {
			const struct pk_asset *asset = &f->assets.items[k];
			assert_int_equal(body(f, asset->kind, asset->id)->kind, PK_NODE_MAP);
			assert_null(strchr(asset->body, '\n'));
			assert_int_equal(asset->path[0], '/');
			assert_true(pk_text_ends(asset->path, asset->id));
		}
	}
}

/* Lifecycles before 7.14 and indices have no place for a mark. */
static void whatever_can_be_marked_is(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < FLAVOURS; i++) {
		make(f, flavours[i]);
		for (size_t k = 0; k < f->assets.len; k++) {
			const struct pk_asset *asset = &f->assets.items[k];
			struct pk_mark mark = {"", ""};
			bool marked =
				pk_mark_find(&mark, f->arena, body(f, asset->kind, asset->id));
			bool can = asset->kind != PK_ASSET_FIRST_INDEX &&
				(asset->kind != PK_ASSET_ILM ||
					pk_elk_has(&f->elk, PK_ELK_LIFECYCLE_META));
			assert_int_equal(marked, can);
			if (can)
				assert_string_equal(mark.digest, asset->digest);
		}
	}
}

static void assert_stands_before(
	struct fixture *f, enum pk_asset_kind kind, const char *id, const struct pk_asset *user)
{
	const struct pk_asset *used = find(f, kind, id);
	if (used == NULL && kind == PK_ASSET_COMPONENT)
		used = find(f, PK_ASSET_CUSTOM, id);
	if (used == NULL || used >= user)
		fail_msg("'%s' needs '%s' before it", user->id, id);
}

/* Wants all that the settings of a template refer to. */
static void check_settings(
	struct fixture *f, const struct pk_asset *asset, const struct pk_node *settings)
{
	assert_stands_before(
		f, PK_ASSET_PIPELINE, text(f, settings, "index.default_pipeline"), asset);
	const char *lifecycle = text(f, settings, "index.lifecycle.name");
	assert_int_equal(*lifecycle != '\0', pk_elk_has(&f->elk, PK_ELK_ILM));
	if (*lifecycle != '\0')
		assert_stands_before(f, PK_ASSET_ILM, lifecycle, asset);
}

static void nothing_refers_to_what_is_not_there_yet(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < FLAVOURS; i++) {
		make(f, flavours[i]);
		for (size_t k = 0; k < f->assets.len; k++) {
			const struct pk_asset *asset = &f->assets.items[k];
			const struct pk_node *node = body(f, asset->kind, asset->id);
			if (k > 0)
				assert_true(asset->kind >= asset[-1].kind);
			if (asset->kind == PK_ASSET_LEGACY_TEMPLATE)
				check_settings(f, asset, at(f, node, "settings"));
			if (asset->kind != PK_ASSET_INDEX_TEMPLATE)
				continue;
			check_settings(f, asset, at(f, node, "template.settings"));
			const struct pk_node *parts = at(f, node, "composed_of");
			assert_int_equal(parts->items.len, 4);
			for (size_t n = 0; n < parts->items.len; n++)
				assert_stands_before(
					f, PK_ASSET_COMPONENT, parts->items.items[n]->text, asset);
		}
	}
}

/* Wants every pipeline that is called somewhere in the tree to be there before. */
static void check_calls(struct fixture *f, const struct pk_asset *asset, const struct pk_node *node)
{
	for (size_t i = 0; node->kind == PK_NODE_LIST && i < node->items.len; i++)
		check_calls(f, asset, node->items.items[i]);
	for (size_t i = 0; node->kind == PK_NODE_MAP && i < node->pair_count; i++) {
		const struct pk_node *value = node->pairs[i].value;
		if (pk_text_equal(node->pairs[i].key->text, "pipeline") &&
			value->kind == PK_NODE_MAP)
			assert_stands_before(f, PK_ASSET_PIPELINE, text(f, value, "name"), asset);
		check_calls(f, asset, value);
	}
}

static void pipelines_stand_behind_those_they_call(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < FLAVOURS; i++) {
		make(f, flavours[i]);
		for (size_t k = 0; k < f->assets.len; k++) {
			const struct pk_asset *asset = &f->assets.items[k];
			if (asset->kind == PK_ASSET_PIPELINE)
				check_calls(f, asset, body(f, asset->kind, asset->id));
		}
	}
}

static void the_same_options_make_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	make(f, "es9");
	struct pk_assets first = f->assets;
	make(f, "es9");
	assert_int_equal(first.len, f->assets.len);
	for (size_t i = 0; i < first.len; i++) {
		assert_string_equal(first.items[i].body, f->assets.items[i].body);
		assert_string_equal(first.items[i].digest, f->assets.items[i].digest);
	}
	f->options.retention_days = 31;
	make(f, "es9");
	assert_string_not_equal(first.items[0].digest, f->assets.items[0].digest);
}

/* --- shapes --- */

static void streams_have_index_templates_and_a_lifecycle(void **state)
{
	struct fixture *f = *state;
	make(f, "es9");
	const struct pk_node *node = body(f, PK_ASSET_INDEX_TEMPLATE, "picket-sysmon");
	assert_string_equal(at(f, node, "index_patterns")->items.items[0]->text,
		"logs-windows.sysmon_operational-lab");
	assert_int_equal(at(f, node, "index_patterns")->items.len, 1);
	assert_non_null(at(f, node, "data_stream"));
	assert_string_equal(text(f, node, "priority"), "300");
	assert_null(at(f, node, "template.settings.index.lifecycle.rollover_alias"));
	node = body(f, PK_ASSET_ILM, "picket");
	assert_string_equal(
		text(f, node, "policy.phases.hot.actions.rollover.max_primary_shard_size"), "30gb");
	assert_string_equal(text(f, node, "policy.phases.delete.min_age"), "30d");
	assert_string_equal(f->streams.sysmon_pattern, "logs-windows.sysmon_operational-*");
	assert_false(f->streams.dated);
}

static void opensearch_manages_the_streams_by_state(void **state)
{
	struct fixture *f = *state;
	make(f, "os2");
	const struct pk_node *node = body(f, PK_ASSET_ISM, "picket");
	const struct pk_node *match = at(f, node, "policy.ism_template")->items.items[0];
	assert_string_equal(
		at(f, match, "index_patterns")->items.items[1]->text, "logs-monster.events-lab");
	assert_null(find(f, PK_ASSET_ILM, "picket"));
	pk_elk_set(&f->elk, PK_ELK_ISM, false);
	pk_assets_make(&f->assets, f->arena, &f->elk, &f->options);
	assert_null(find(f, PK_ASSET_ISM, "picket"));
	assert_non_null(find(f, PK_ASSET_INDEX_TEMPLATE, "picket-monster"));
}

static void without_streams_an_alias_rolls_over(void **state)
{
	struct fixture *f = *state;
	make(f, "es7.8");
	const struct pk_node *node = body(f, PK_ASSET_INDEX_TEMPLATE, "picket-monster");
	assert_null(at(f, node, "data_stream"));
	assert_string_equal(at(f, node, "index_patterns")->items.items[0]->text, "monster-*");
	assert_string_equal(
		text(f, node, "template.settings.index.lifecycle.rollover_alias"), "monster");
	node = body(f, PK_ASSET_FIRST_INDEX, "winlogbeat-picket-000001");
	assert_string_equal(text(f, node, "aliases.winlogbeat-picket.is_write_index"), "true");
	assert_string_equal(f->streams.sysmon, "winlogbeat-picket");
	assert_string_equal(f->streams.sysmon_pattern, "winlogbeat-picket-*");
	node = body(f, PK_ASSET_ILM, "picket");
	assert_string_equal(text(f, node, "policy.phases.hot.actions.rollover.max_size"), "30gb");
}

static void without_lifecycles_there_is_an_index_a_day(void **state)
{
	struct fixture *f = *state;
	make(f, "es7.10-oss");
	assert_true(f->streams.dated);
	assert_string_equal(f->streams.monster, "monster-%{+yyyy.MM.dd}");
	assert_null(find(f, PK_ASSET_FIRST_INDEX, "monster-000001"));
	assert_non_null(find(f, PK_ASSET_INDEX_TEMPLATE, "picket-sysmon"));
}

static void old_stacks_have_legacy_templates(void **state)
{
	struct fixture *f = *state;
	make(f, "es7.5");
	const struct pk_node *node = body(f, PK_ASSET_LEGACY_TEMPLATE, "picket-sysmon");
	assert_string_equal(text(f, node, "order"), "300");
	assert_string_equal(
		text(f, node, "mappings.properties.winlog.properties.channel.type"), "keyword");
	assert_null(at(f, node, "mappings.properties.HostIP"));
	assert_null(find(f, PK_ASSET_COMPONENT, "picket@ecs"));
	make(f, "es6");
	node = body(f, PK_ASSET_LEGACY_TEMPLATE, "picket-monster");
	assert_string_equal(text(f, node, "mappings.doc.properties.HostIP.type"), "ip");
	assert_string_equal(text(f, node, "mappings.doc.properties.IP.path"), "HostIP");
}

/* --- options --- */

static void options_are_obeyed(void **state)
{
	struct fixture *f = *state;
	f->options = (struct pk_asset_options){.name_space = "site7",
		.retention_days = 90,
		.rollover_days = 1,
		.rollover_gb = 5,
		.replicas = 2};
	make(f, "es8");
	assert_string_equal(f->streams.monster, "logs-monster.events-site7");
	const struct pk_node *node = body(f, PK_ASSET_INDEX_TEMPLATE, "picket-monster");
	assert_string_equal(
		at(f, node, "index_patterns")->items.items[0]->text, "logs-monster.events-site7");
	node = body(f, PK_ASSET_ILM, "picket");
	assert_string_equal(text(f, node, "policy.phases.delete.min_age"), "90d");
	assert_string_equal(text(f, node, "policy.phases.hot.actions.rollover.max_age"), "1d");
	node = body(f, PK_ASSET_COMPONENT, "picket@settings");
	assert_string_equal(text(f, node, "template.settings.index.number_of_replicas"), "2");
}

/* --- mappings --- */

#define ECS "template.mappings.properties."

static void types_are_those_that_the_stack_has(void **state)
{
	struct fixture *f = *state;
	make(f, "es9");
	const struct pk_node *node = body(f, PK_ASSET_COMPONENT, "picket@ecs");
	assert_string_equal(text(f, node, ECS "process.properties.command_line.type"), "wildcard");
	assert_string_equal(text(f, node, ECS "message.type"), "match_only_text");
	assert_string_equal(text(f, node, "template.mappings.date_detection"), "false");
	make(f, "os2");
	node = body(f, PK_ASSET_COMPONENT, "picket@ecs");
	assert_string_equal(text(f, node, ECS "process.properties.command_line.type"), "keyword");
	assert_string_equal(text(f, node, ECS "process.properties.command_line.fields.text.type"),
		"match_only_text");
	make(f, "os1");
	node = body(f, PK_ASSET_COMPONENT, "picket@ecs");
	assert_string_equal(text(f, node, ECS "process.properties.command_line.type"), "keyword");
	assert_string_equal(
		text(f, node, ECS "process.properties.command_line.fields.text.type"), "text");
	assert_string_equal(text(f, node, ECS "message.type"), "text");
}

static void objects_hold_their_members(void **state)
{
	struct fixture *f = *state;
	make(f, "es8");
	const struct pk_node *node = body(f, PK_ASSET_COMPONENT, "picket@ecs");
	assert_string_equal(
		text(f, node, ECS "destination.properties.geo.properties.location.type"),
		"geo_point");
	assert_string_equal(
		text(f, node, ECS "dns.properties.answers.properties.ttl.type"), "long");
	assert_null(at(f, node, ECS "dns.properties.answers.type"));
	assert_string_equal(text(f, node, ECS "labels.type"), "object");
	assert_string_equal(text(f, node, ECS "@timestamp.ignore_malformed"), "false");
	node = body(f, PK_ASSET_COMPONENT, "picket@monster");
	assert_null(at(f, node, ECS "process"));
	assert_string_equal(text(f, node, ECS "CommandLine.type"), "wildcard");
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(pk_asset_kind_name(PK_ASSET_PIPELINE), "ingest pipeline");
	for (unsigned kind = 0; kind <= PK_ASSET_FIRST_INDEX; kind++)
		assert_non_null(pk_asset_kind_name((enum pk_asset_kind)kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(bodies_are_objects_of_json_on_one_line),
		TEST(whatever_can_be_marked_is),
		TEST(nothing_refers_to_what_is_not_there_yet),
		TEST(pipelines_stand_behind_those_they_call),
		TEST(the_same_options_make_the_same_bytes),
		TEST(streams_have_index_templates_and_a_lifecycle),
		TEST(opensearch_manages_the_streams_by_state),
		TEST(without_streams_an_alias_rolls_over),
		TEST(without_lifecycles_there_is_an_index_a_day),
		TEST(old_stacks_have_legacy_templates),
		TEST(options_are_obeyed),
		TEST(types_are_those_that_the_stack_has),
		TEST(objects_hold_their_members),
		TEST(kinds_have_names),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

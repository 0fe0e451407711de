/*
 * The layer for the ATT&CK Navigator has the form that MITRE describes for version 4.5
 * (layers/LAYERFORMATv4_5.md of mitre-attack/attack-navigator).
 */
#include "tests/unit/sysmon_fixture.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/coverage_print.h"
#include "generators/sysmon/sysmon_convert.h"

struct layer_field {
	const char *name;
	enum pk_node_kind kind;
	bool required;
};

/* Every member is one of the rows, of its kind, and the required ones are there. */
static void assert_object(
	const struct pk_node *object, const struct layer_field *fields, size_t count)
{
	assert_non_null(object);
	assert_int_equal(object->kind, PK_NODE_MAP);
	for (size_t i = 0; i < object->pair_count; i++) {
		const struct layer_field *field = NULL;
		for (size_t f = 0; f < count; f++) {
			if (strcmp(fields[f].name, object->pairs[i].key->text) == 0)
				field = &fields[f];
		}
		if (field == NULL)
			fail_msg("the format has no member '%s'", object->pairs[i].key->text);
		else
			assert_int_equal(object->pairs[i].value->kind, field->kind);
	}
	for (size_t f = 0; f < count; f++) {
		if (fields[f].required && pk_node_find(object, fields[f].name) == NULL)
			fail_msg("'%s' is missing", fields[f].name);
	}
}

#define ASSERT_OBJECT(object, ...)                                                                 \
	assert_object(object, (const struct layer_field[]){__VA_ARGS__},                           \
		sizeof((const struct layer_field[]){__VA_ARGS__}) / sizeof(struct layer_field))

static const struct pk_node *read_layer(struct sysmon_fixture *fixture, const char *text)
{
	struct pk_arena *arena = fixture->arena;
	fixture->options.arena = arena;
	struct pk_sysmon *sysmon = read_good(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	struct pk_coverage_input input = {.arena = arena,
		.attack = pk_attack_open(arena),
		.sysmon = sysmon,
		.element_ids = ids,
		.engine = pk_engine_make(arena, sysmon, ids)};
	struct pk_coverage *coverage = pk_coverage_make(&input);
	struct pk_texts none = {0};
	struct pk_coverage_view view = {.coverage = coverage,
		.components = pk_coverage_find_gaps(coverage),
		.name = "a \"b\".xml",
		.techniques = &none};

	PK_BUF_AUTO out = {0};
	pk_coverage_put_navigator(&out, &view);
	const char *layer = pk_arena_strndup(arena, out.data, out.len);
	const struct pk_node *root = pk_json_read(source_from_text(arena, layer), &fixture->diags);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_non_null(root);
	return root;
}

static const char label_xml[] =
	EVENT("<Image name=\"technique_id=T1059.001\">a</Image><Image name=\"T1105\">b</Image>");

static bool is_color(const char *text)
{
	return strlen(text) == 7 && text[0] == '#' &&
		strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static const char *text_of(const struct pk_node *object, const char *name)
{
	const struct pk_node *node = pk_node_find(object, name);
	assert_non_null(node);
	return node->text;
}

static void the_layer_has_the_members_of_the_format(void **state)
{
	const struct pk_node *layer = read_layer(*state, label_xml);
	ASSERT_OBJECT(layer, {"name", PK_NODE_STRING, true}, {"versions", PK_NODE_MAP, false},
		{"domain", PK_NODE_STRING, true}, {"description", PK_NODE_STRING, false},
		{"filters", PK_NODE_MAP, false}, {"sorting", PK_NODE_INT, false},
		{"layout", PK_NODE_MAP, false}, {"hideDisabled", PK_NODE_BOOL, false},
		{"techniques", PK_NODE_LIST, false}, {"gradient", PK_NODE_MAP, false},
		{"legendItems", PK_NODE_LIST, false}, {"metadata", PK_NODE_LIST, false});
	assert_string_equal(text_of(layer, "domain"), "enterprise-attack");
	assert_string_equal(text_of(layer, "name"), "Sysmon coverage of a \"b\".xml");
}

static void the_versions_are_those_the_format_asks_for(void **state)
{
	const struct pk_node *versions = pk_node_find(read_layer(*state, label_xml), "versions");
	ASSERT_OBJECT(versions, {"attack", PK_NODE_STRING, false},
		{"navigator", PK_NODE_STRING, true}, {"layer", PK_NODE_STRING, true});
	assert_string_equal(text_of(versions, "layer"), "4.5");
	assert_string_equal(text_of(versions, "attack"), "19");
}

static void parts_beside_the_techniques_are_well_formed(void **state)
{
	const struct pk_node *layer = read_layer(*state, label_xml);
	ASSERT_OBJECT(pk_node_find(layer, "filters"), {"platforms", PK_NODE_LIST, false});
	ASSERT_OBJECT(pk_node_find(layer, "layout"), {"layout", PK_NODE_STRING, false},
		{"showID", PK_NODE_BOOL, false}, {"showName", PK_NODE_BOOL, false},
		{"expandedSubtechniques", PK_NODE_STRING, false});

	const struct pk_node *gradient = pk_node_find(layer, "gradient");
	ASSERT_OBJECT(gradient, {"colors", PK_NODE_LIST, true}, {"minValue", PK_NODE_INT, true},
		{"maxValue", PK_NODE_INT, true});
	const struct pk_node *colors = pk_node_find(gradient, "colors");
	assert_true(colors->items.len >= 2);
	for (size_t i = 0; i < colors->items.len; i++)
		assert_true(is_color(colors->items.items[i]->text));

	const struct pk_node *legend = pk_node_find(layer, "legendItems");
	assert_int_equal(legend->items.len, PK_COVERAGE_STATES);
	for (size_t i = 0; i < legend->items.len; i++) {
		ASSERT_OBJECT(legend->items.items[i], {"label", PK_NODE_STRING, true},
			{"color", PK_NODE_STRING, true});
		assert_true(is_color(text_of(legend->items.items[i], "color")));
	}
}

static void assert_technique(const struct pk_node *technique, const struct pk_attack *attack)
{
	ASSERT_OBJECT(technique, {"techniqueID", PK_NODE_STRING, true},
		{"tactic", PK_NODE_STRING, false}, {"score", PK_NODE_INT, false},
		{"color", PK_NODE_STRING, false}, {"comment", PK_NODE_STRING, false},
		{"enabled", PK_NODE_BOOL, false}, {"metadata", PK_NODE_LIST, false},
		{"showSubtechniques", PK_NODE_BOOL, false});
	const struct pk_technique *known =
		pk_attack_find(attack, text_of(technique, "techniqueID"));
	assert_non_null(known);
	assert_true(pk_coverage_has_tactic(known, text_of(technique, "tactic")));
	assert_true(is_color(text_of(technique, "color")));
	const struct pk_node *score = pk_node_find(technique, "score");
	assert_true(score == NULL || (score->integer >= 0 && score->integer <= 100));

	const struct pk_node *metadata = pk_node_find(technique, "metadata");
	for (size_t i = 0; i < metadata->items.len; i++)
		ASSERT_OBJECT(metadata->items.items[i], {"name", PK_NODE_STRING, true},
			{"value", PK_NODE_STRING, true});
}

static void every_technique_is_known_and_well_formed(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_attack *attack = pk_attack_open(fixture->arena);
	const struct pk_node *techniques =
		pk_node_find(read_layer(fixture, label_xml), "techniques");
	assert_true(techniques->items.len >= 474);
	for (size_t i = 0; i < techniques->items.len; i++)
		assert_technique(techniques->items.items[i], attack);
}

static void a_label_gives_score_and_opens_the_parent(void **state)
{
	const struct pk_node *techniques =
		pk_node_find(read_layer(*state, label_xml), "techniques");
	size_t met = 0;
	for (size_t i = 0; i < techniques->items.len; i++) {
		const struct pk_node *technique = techniques->items.items[i];
		const char *id = text_of(technique, "techniqueID");
		if (strcmp(id, "T1059.001") == 0) {
			met++;
			assert_int_equal(pk_node_find(technique, "score")->integer, 75);
			assert_non_null(pk_text_find_nocase(
				text_of(technique, "comment"), "technique_id=T1059.001"));
		}
		if (strcmp(id, "T1059") == 0) {
			met++;
			assert_true(pk_node_find(technique, "showSubtechniques")->boolean);
		}
	}
	assert_int_equal(met, 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_layer_has_the_members_of_the_format),
		TEST(the_versions_are_those_the_format_asks_for),
		TEST(parts_beside_the_techniques_are_well_formed),
		TEST(every_technique_is_known_and_well_formed),
		TEST(a_label_gives_score_and_opens_the_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

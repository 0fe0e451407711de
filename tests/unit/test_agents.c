#include "tests/unit/test.h"

#include "base/json.h"
#include "base/yaml.h"
#include "templates/agents/agents.h"

static const struct pk_streams streams = {
	.sysmon = "logs-windows.sysmon_operational-lab",
	.monster = "logs-monster.events-lab",
};

static const struct pk_agent_options options = {
	.url = "https://[2001:db8::5]:9200",
	.ca = "C:\\Program Files\\ca.crt",
	.streams = &streams,
};

static int setup(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int teardown(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

static const struct pk_node *read_yaml(struct pk_arena *arena, const struct pk_buf *buf)
{
	struct pk_diags diags = {.arena = arena};
	const struct pk_node *root = pk_yaml_read(source_from_text(arena, buf->data), &diags);
	assert_non_null(root);
	return root;
}

static const struct pk_node *winlogbeat(
	struct pk_arena *arena, const char *flavour, const struct pk_agent_options *with)
{
	PK_BUF_AUTO buf = {0};
	struct pk_elk elk;
	struct pk_diags diags = {.arena = arena};
	assert_true(pk_elk_parse(&elk, flavour, &diags));
	pk_agent_put_winlogbeat(&buf, &elk, with);
	return read_yaml(arena, &buf);
}

static const char *text_at(const struct pk_node *map, const char *key)
{
	const struct pk_node *node = pk_node_find(map, key);
	assert_non_null(node);
	return node->text;
}

static void winlogbeat_writes_to_the_stream_and_makes_nothing_of_its_own(void **state)
{
	const struct pk_node *root = winlogbeat(*state, "es9", &options);
	const struct pk_node *output = pk_node_find(root, "output.elasticsearch");
	assert_non_null(output);
	assert_string_equal(text_at(output, "index"), streams.sysmon);
	assert_string_equal(pk_node_find(output, "hosts")->items.items[0]->text, options.url);
	assert_string_equal(text_at(output, "api_key"), "${PICKET_API_KEY}");
	assert_string_equal(text_at(root, "setup.template.enabled"), "false");
	assert_string_equal(pk_node_find(root, "output.elasticsearch.ssl.certificate_authorities")
				    ->items.items[0]
				    ->text,
		options.ca);
}

static void winlogbeat_names_the_pipeline_only_where_templates_cannot(void **state)
{
	const struct pk_node *old = winlogbeat(*state, "es6", &options);
	const struct pk_node *new = winlogbeat(*state, "es8", &options);
	assert_string_equal(
		text_at(pk_node_find(old, "output.elasticsearch"), "pipeline"), PK_PIPELINE_SYSMON);
	assert_null(pk_node_find(pk_node_find(new, "output.elasticsearch"), "pipeline"));
}

static void winlogbeat_sends_to_logstash_if_told_so(void **state)
{
	struct pk_agent_options with = options;
	with.logstash = "lab:5044";
	const struct pk_node *root = winlogbeat(*state, "os2", &with);
	assert_null(pk_node_find(root, "output.elasticsearch"));
	assert_string_equal(
		pk_node_find(pk_node_find(root, "output.logstash"), "hosts")->items.items[0]->text,
		"lab:5044");
}

static const struct pk_node *monster_export(
	struct pk_arena *arena, enum pk_monster_generation generation)
{
	PK_BUF_AUTO buf = {0};
	struct pk_diags diags = {.arena = arena};
	pk_agent_put_monster(&buf, generation, &options);
	const struct pk_node *root = pk_json_read(source_from_text(arena, buf.data), &diags);
	assert_non_null(root);
	return pk_node_find(root, "export");
}

static void monster_sends_datagrams_to_the_host_of_the_stack(void **state)
{
	const struct pk_node *gen1 = monster_export(*state, PK_MONSTER_GEN1);
	const struct pk_node *gen2 = monster_export(*state, PK_MONSTER_GEN2);
	const struct pk_node *syslog = pk_node_find(gen1, "syslog");
	assert_string_equal(text_at(syslog, "server"), "2001:db8::5");
	assert_string_equal(text_at(syslog, "port"), "1514");
	assert_string_equal(text_at(syslog, "enabled"), "1");
	assert_null(pk_node_find(pk_node_find(gen1, "kafka"), "batch.num.messages"));
	assert_non_null(pk_node_find(pk_node_find(gen2, "kafka"), "batch.num.messages"));
}

static void a_layer_says_the_same_as_the_section(void **state)
{
	PK_BUF_AUTO buf = {0};
	pk_agent_put_monster_layer(&buf, PK_MONSTER_GEN1, &options);
	const struct pk_node *root = read_yaml(*state, &buf);
	const struct pk_node *section =
		pk_node_find(pk_node_find(pk_node_find(root, "settings"), "monster"), "export");
	const struct pk_node *json = monster_export(*state, PK_MONSTER_GEN1);
	assert_int_equal(section->pair_count, json->pair_count);
	for (size_t i = 0; i < json->pair_count; i++) {
		const struct pk_node *theirs = section->pairs[i].value;
		const struct pk_node *ours = json->pairs[i].value;
		assert_string_equal(section->pairs[i].key->text, json->pairs[i].key->text);
		assert_int_equal(theirs->pair_count, ours->pair_count);
		for (size_t k = 0; k < ours->pair_count; k++) {
			assert_string_equal(theirs->pairs[k].key->text, ours->pairs[k].key->text);
			assert_int_equal(theirs->pairs[k].value->kind, ours->pairs[k].value->kind);
			assert_string_equal(
				theirs->pairs[k].value->text, ours->pairs[k].value->text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			winlogbeat_writes_to_the_stream_and_makes_nothing_of_its_own, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			winlogbeat_names_the_pipeline_only_where_templates_cannot, setup, teardown),
		cmocka_unit_test_setup_teardown(
			winlogbeat_sends_to_logstash_if_told_so, setup, teardown),
		cmocka_unit_test_setup_teardown(
			monster_sends_datagrams_to_the_host_of_the_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_layer_says_the_same_as_the_section, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

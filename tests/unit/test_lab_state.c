#include "tests/unit/test.h"

#include "base/yaml.h"
#include "templates/lab/lab.h"

static const struct pk_lab docker = {
	.kind = PK_LAB_DOCKER,
	.version = "9.5.1",
	.url = "https://localhost:9200",
	.kibana = "https://localhost:5601",
	.address = "127.0.0.1",
	.ports = {.engine = 9200, .kibana = 5601, .monster = 1514, .beats = 5044},
	.memory_mb = 2048,
	.security = true,
	.programs = {[PK_LAB_KIBANA] = {.pid = 4711, .started = 123456789012}},
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

static void what_was_written_is_read_back(void **state)
{
	PK_BUF_AUTO buf = {0};
	struct pk_lab lab;
	struct pk_diags diags = {.arena = *state};
	pk_lab_put_state(&buf, &docker);
	assert_true(pk_lab_read_state(&lab, source_from_text(*state, buf.data), &diags));
	assert_int_equal(lab.kind, docker.kind);
	assert_string_equal(lab.version, docker.version);
	assert_string_equal(lab.url, docker.url);
	assert_string_equal(lab.kibana, docker.kibana);
	assert_string_equal(lab.address, docker.address);
	assert_memory_equal(&lab.ports, &docker.ports, sizeof(lab.ports));
	assert_int_equal(lab.memory_mb, docker.memory_mb);
	assert_int_equal(lab.security, docker.security);
	assert_memory_equal(lab.programs, docker.programs, sizeof(lab.programs));
}

static void a_state_that_is_not_ours_is_refused(void **state)
{
	static const char *const texts[] = {
		"{\"kind\":\"moon\"}",
		"{}",
		"{\"kind\":\"url\",\"ports\":{\"engine\":70000}}",
		"{\"kind\":\"url\",\"passwords\":1}",
		"{\"kind\":\"url\",\"programs\":{\"sshd\":{\"pid\":1}}}",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct pk_lab lab;
		struct pk_diags diags = {.arena = *state};
		assert_false(pk_lab_read_state(&lab, source_from_text(*state, texts[i]), &diags));
		assert_int_equal(diags.all.items[0].code, PK_LAB_STATE);
	}
}

static const struct pk_node *service(const struct pk_node *root, const char *name, const char *key)
{
	const struct pk_node *found = pk_node_find(pk_node_find(root, "services"), name);
	assert_non_null(found);
	return pk_node_find(found, key);
}

static void compose_pins_images_and_listens_on_the_loopback_address_only(void **state)
{
	static const char *const names[] = {"elasticsearch", "kibana", "logstash"};
	PK_BUF_AUTO buf = {0};
	struct pk_diags diags = {.arena = *state};
	pk_lab_put_compose(&buf, &docker);
	const struct pk_node *root = pk_yaml_read(source_from_text(*state, buf.data), &diags);
	assert_non_null(root);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct pk_node *ports = service(root, names[i], "ports");
		assert_non_null(strstr(service(root, names[i], "image")->text, ":9.5.1"));
		assert_true(ports->items.len > 0);
		for (size_t k = 0; k < ports->items.len; k++)
			assert_int_equal(strncmp(ports->items.items[k]->text, "127.0.0.1:", 10), 0);
	}
}

static void no_password_stands_in_the_compose_file(void **state)
{
	static const char *const names[] = {"elasticsearch", "kibana", "logstash"};
	PK_BUF_AUTO buf = {0};
	struct pk_diags diags = {.arena = *state};
	pk_lab_put_compose(&buf, &docker);
	const struct pk_node *root = pk_yaml_read(source_from_text(*state, buf.data), &diags);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct pk_node *variables = service(root, names[i], "environment");
		for (size_t k = 0; k < variables->pair_count; k++) {
			const char *name = variables->pairs[k].key->text;
			const char *value = variables->pairs[k].value->text;
			if (strstr(name, "PASSWORD") != NULL || strstr(name, "ENCRYPTION") != NULL)
				assert_int_equal(strncmp(value, "${", 2), 0);
		}
	}
}

static const struct pk_node *engine_yml(struct pk_arena *arena, const char *flavour, bool security)
{
	PK_BUF_AUTO buf = {0};
	struct pk_elk elk;
	struct pk_diags diags = {.arena = arena};
	assert_true(pk_elk_parse(&elk, flavour, &diags));
	pk_lab_put_engine_yml(&buf, &docker, &elk, "/srv/a \"lab\"", security);
	const struct pk_node *root = pk_yaml_read(source_from_text(arena, buf.data), &diags);
	assert_non_null(root);
	assert_string_equal(pk_node_find(root, "path.data")->text, "/srv/a \"lab\"/data");
	return root;
}

static void settings_name_only_what_the_server_knows(void **state)
{
	const struct pk_node *es9 = engine_yml(*state, "es9", true);
	const struct pk_node *oss = engine_yml(*state, "es7.10-oss", false);
	const struct pk_node *os2 = engine_yml(*state, "os2", true);
	const struct pk_node *minimal = engine_yml(*state, "os2", false);
	assert_string_equal(pk_node_find(es9, "xpack.security.http.ssl.enabled")->text, "true");
	assert_null(pk_node_find(oss, "xpack.security.enabled"));
	assert_non_null(pk_node_find(os2, "plugins.security.disabled"));
	assert_null(pk_node_find(minimal, "plugins.security.disabled"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_state_that_is_not_ours_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			compose_pins_images_and_listens_on_the_loopback_address_only, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			no_password_stands_in_the_compose_file, setup, teardown),
		cmocka_unit_test_setup_teardown(
			settings_name_only_what_the_server_knows, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Detecting, reading, writing and making Monster configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "generators/monster/monster.h"

/* What one test works with. */
struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static const char of_0_9[] = "{\n"
			     "  \"core\": {\n"
			     "    \"use_monster_k\": 1,\n"
			     "    \"track.evtblock.util\": 120\n"
			     "  },\n"
			     "  \"trace_policy\": {\n"
			     "    \"process_image_name\": {\n"
			     "      \"include\": [],\n"
			     "      \"exclude\": [\n"
			     "        \"procexp.exe\",\n"
			     "        \"\\\\Windows\\\\System32\\\\conhost.exe\"\n"
			     "      ]\n"
			     "    },\n"
			     "    \"net_target_port\": {\n"
			     "      \"include\": [\n"
			     "        443,\n"
			     "        \"80\"\n"
			     "      ]\n"
			     "    }\n"
			     "  },\n"
			     "  \"export\": {\n"
			     "    \"syslog\": {\n"
			     "      \"enabled\": 1,\n"
			     "      \"server\": \"localhost\",\n"
			     "      \"port\": 1514\n"
			     "    }\n"
			     "  }\n"
			     "}\n";

static const char of_1_0[] = "{\n"
			     "  \"trace_policy\": {\n"
			     "    \"process_image_name\": {\n"
			     "      \"exclude\": {\n"
			     "        \"end_width\": [\n"
			     "          \"taskmgr.exe\"\n"
			     "        ]\n"
			     "      }\n"
			     "    },\n"
			     "    \"net_udp_target\": {\n"
			     "      \"exclude\": {\n"
			     "        \"match\": [\n"
			     "          \"ssdp\"\n"
			     "        ]\n"
			     "      }\n"
			     "    }\n"
			     "  }\n"
			     "}\n";

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct pk_node *parse(struct fixture *fixture, const char *text)
{
	struct pk_source *source =
		pk_source_make(fixture->arena, "Monster.conf", text, strlen(text));
	struct pk_node *root = pk_json_read(source, &fixture->diags);
	assert_non_null(root);
	return root;
}

static struct pk_monster_config *read_text(
	struct fixture *fixture, enum pk_monster_schema schema, const char *text)
{
	struct pk_monster_config *config =
		pk_monster_read(fixture->arena, parse(fixture, text), schema, &fixture->diags);
	assert_non_null(config);
	return config;
}

/* Asserts that the configuration is written as `want`. */
static void assert_written(const struct pk_monster_config *config, const char *want)
{
	PK_BUF_AUTO out = {0};
	pk_monster_write(&out, config);
	assert_string_equal(out.data, want);
}

/* Asserts the law of pk_monster_write. */
static void assert_stable(struct fixture *fixture, const struct pk_monster_config *config)
{
	PK_BUF_AUTO first = {0};
	pk_monster_write(&first, config);
	const struct pk_monster_config *again = read_text(fixture, config->schema, first.data);
	assert_true(pk_monster_equal(config, again));
	assert_written(again, first.data);
}

static void assert_place(struct pk_span span, uint32_t line, uint32_t column)
{
	struct pk_place place = pk_source_place(span.source, span.begin);
	assert_int_equal(place.line, line);
	assert_int_equal(place.column, column);
}

static void assert_detected(void **state, const char *text, enum pk_monster_schema want)
{
	struct fixture *fixture = *state;
	enum pk_monster_schema schema;
	assert_true(pk_monster_detect(&schema, parse(fixture, text), &fixture->diags));
	assert_int_equal(schema, want);
}

static void lists_mean_0_9(void **state)
{
	assert_detected(state, of_0_9, PK_MONSTER_0_9);
	assert_detected(
		state, "{\"trace_policy\": {\"file_path\": {\"exclude\": []}}}", PK_MONSTER_0_9);
}

static void operators_mean_1_0(void **state)
{
	assert_detected(state, of_1_0, PK_MONSTER_1_0);
	assert_detected(
		state, "{\"trace_policy\": {\"file_path\": {\"include\": {}}}}", PK_MONSTER_1_0);
}

static void keys_of_one_generation_tell_it(void **state)
{
	assert_detected(state, "{\"core\": {}}", PK_MONSTER_0_9);
	assert_detected(state, "{\"trace_policy\": {\"file_ext\": {}}}", PK_MONSTER_0_9);
	assert_detected(state, "{\"trace_policy\": {\"net_target_ip\": {}}}", PK_MONSTER_0_9);
	assert_detected(state, "{\"trace_policy\": {\"net_target_port\": {}}}", PK_MONSTER_0_9);
	assert_detected(state, "{\"trace_policy\": {\"net_tcp_target\": {}}}", PK_MONSTER_1_0);
	assert_detected(state, "{\"trace_policy\": {\"net_udp_target\": {}}}", PK_MONSTER_1_0);
}

static void nothing_that_tells_means_0_9(void **state)
{
	assert_detected(state, "{}", PK_MONSTER_0_9);
	assert_detected(state, "{\"export\": {}, \"trace_policy\": []}", PK_MONSTER_0_9);
}

static void signs_of_both_generations_are_refused(void **state)
{
	struct fixture *fixture = *state;
	enum pk_monster_schema schema;
	const struct pk_node *root = parse(fixture,
		"{\"core\": {},\n \"trace_policy\": {\"file_path\":\n  {\"include\": {}}}}");

	assert_false(pk_monster_detect(&schema, root, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 1);
	const struct pk_diag *diag = &fixture->diags.all.items[0];
	assert_int_equal(diag->code, PK_MONSTER_MIXED_SCHEMAS);
	assert_place(diag->span, 3, 4);
	assert_int_equal(diag->related.len, 1);
	assert_place(diag->related.items[0].span, 1, 2);
}

static void what_is_no_object_is_refused(void **state)
{
	struct fixture *fixture = *state;
	enum pk_monster_schema schema;
	const struct pk_node *root = parse(fixture, " []");

	assert_false(pk_monster_detect(&schema, root, &fixture->diags));
	assert_null(pk_monster_read(fixture->arena, root, PK_MONSTER_0_9, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_MONSTER_NOT_OBJECT);
	assert_int_equal(fixture->diags.all.items[1].code, PK_MONSTER_NOT_OBJECT);
	assert_place(fixture->diags.all.items[1].span, 1, 2);
}

static void values_are_read_with_their_places(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_monster_config *config = read_text(fixture, PK_MONSTER_0_9, of_0_9);
	const struct pk_monster_slot *slots = config->slots;

	assert_int_equal(slots[PK_MONSTER_KEY_CORE_TRACK_EVTBLOCK_UTIL].number, 120);
	assert_string_equal(slots[PK_MONSTER_KEY_SYSLOG_SERVER].text, "localhost");
	assert_place(slots[PK_MONSTER_KEY_SYSLOG_SERVER].key_span, 24, 7);
	assert_place(slots[PK_MONSTER_KEY_SYSLOG_SERVER].span, 24, 17);
	assert_false(slots[PK_MONSTER_KEY_KAFKA].present);
	assert_int_equal(slots[PK_MONSTER_KEY_PROCESS_EXCLUDE].entries.len, 2);
	assert_place(slots[PK_MONSTER_KEY_PROCESS_EXCLUDE].entries.items[1].span, 11, 9);
	assert_true(slots[PK_MONSTER_KEY_PORT_INCLUDE].entries.items[0].number);
	assert_false(slots[PK_MONSTER_KEY_PORT_INCLUDE].entries.items[1].number);
}

static void canonical_text_is_written_as_it_was_read(void **state)
{
	struct fixture *fixture = *state;
	assert_written(read_text(fixture, PK_MONSTER_0_9, of_0_9), of_0_9);
	assert_written(read_text(fixture, PK_MONSTER_1_0, of_1_0), of_1_0);
}

static void members_are_written_in_canonical_order(void **state)
{
	struct fixture *fixture = *state;
	assert_written(
		read_text(fixture, PK_MONSTER_0_9,
			"{\"new\":[1,{\"a\":null}],\"export\":{},\"trace_policy\":{\"file_ext\":"
			"{\"exclude\":[],\"x\":1.50,\"include\":[\"exe\"]}},\"core\":{}}"),
		"{\n"
		"  \"core\": {},\n"
		"  \"trace_policy\": {\n"
		"    \"file_ext\": {\n"
		"      \"include\": [\n"
		"        \"exe\"\n"
		"      ],\n"
		"      \"exclude\": [],\n"
		"      \"x\": 1.50\n"
		"    }\n"
		"  },\n"
		"  \"export\": {},\n"
		"  \"new\": [\n"
		"    1,\n"
		"    {\n"
		"      \"a\": null\n"
		"    }\n"
		"  ]\n"
		"}\n");
}

static void what_is_wrong_or_unknown_is_kept(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_monster_config *config = read_text(fixture, PK_MONSTER_0_9,
		"\xEF\xBB\xBF{\"core\": [true], \"export\": {\"tsv\": {\"enabled\": true}},"
		" \"trace_policy\": {\"file_path\": {\"include\": {\"contains\": [\"a\\u0000b\"]},"
		" \"exclude\": [1, null, \"\\u00e9\\\"\"]}}}");

	assert_int_equal(fixture->diags.all.len, 0);
	assert_non_null(config->slots[PK_MONSTER_KEY_CORE].odd);
	assert_non_null(config->slots[PK_MONSTER_KEY_FILE_INCLUDE].odd);
	assert_non_null(config->slots[PK_MONSTER_KEY_FILE_EXCLUDE].entries.items[0].odd);
	assert_stable(fixture, config);
}

static void different_configurations_are_not_equal(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"core\": {}}",
		"{\"core\": 1}",
		"{\"core\": [1, 2]}",
		"{\"core\": [1]}",
		"{\"x\": 1}",
		"{\"x\": true}",
		"{\"y\": 1}",
		"{\"x\": {\"a\": 1}}",
		"{\"core\": {\"use_monster_k\": 1}}",
		"{\"core\": {\"use_monster_k\": 0}}",
		"{\"export\": {\"kafka\": {\"acks\": \"1\"}}}",
		"{\"export\": {\"kafka\": {\"acks\": 1}}}",
		"{\"trace_policy\": {\"net_target_port\": {\"include\": [\"1\"]}}}",
		"{\"trace_policy\": {\"net_target_port\": {\"include\": [1]}}}",
		"{\"trace_policy\": {\"net_target_port\": {\"include\": [1, 1]}}}",
		"{\"trace_policy\": {\"net_target_port\": {\"include\": [null]}}}",
	};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	struct fixture *fixture = *state;
	const struct pk_monster_config *configs[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		configs[i] = read_text(fixture, PK_MONSTER_0_9, texts[i]);
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t k = 0; k < COUNT; k++) {
			if (pk_monster_equal(configs[i], configs[k]) != (i == k))
				fail_msg("wrong about %s and %s", texts[i], texts[k]);
		}
	}
}

static void a_made_configuration_has_the_samples_and_no_findings(void **state)
{
	struct fixture *fixture = *state;
	static const enum pk_monster_schema schemas[] = {PK_MONSTER_0_9, PK_MONSTER_1_0};

	for (size_t i = 0; i < 2; i++) {
		struct pk_monster_config *config = pk_monster_make(fixture->arena, schemas[i]);
		assert_int_equal(config->slots[PK_MONSTER_KEY_TSV_ENABLED].number, 1);
		assert_int_equal(config->slots[PK_MONSTER_KEY_KAFKA_ENABLED].number, 0);
		assert_int_equal(config->slots[PK_MONSTER_KEY_KAFKA_MAX_MSG_QUEUE].number, 1000000);
		assert_string_equal(config->slots[PK_MONSTER_KEY_KAFKA_ACKS].text, "0");
		assert_int_equal(config->slots[PK_MONSTER_KEY_SYSLOG_PORT].number, 1514);
		assert_true(pk_monster_check(config, NULL, &fixture->diags));
		assert_int_equal(fixture->diags.warnings, 0);
		assert_stable(fixture, config);

		PK_BUF_AUTO out = {0};
		enum pk_monster_schema schema;
		pk_monster_write(&out, config);
		assert_true(pk_monster_detect(&schema, parse(fixture, out.data), &fixture->diags));
		assert_int_equal(schema, schemas[i]);
	}
}

static void entries_are_added_where_the_schema_has_a_list(void **state)
{
	struct fixture *fixture = *state;
	struct pk_monster_config *old = pk_monster_make(fixture->arena, PK_MONSTER_0_9);
	struct pk_monster_config *new = pk_monster_make(fixture->arena, PK_MONSTER_1_0);

	assert_true(pk_monster_add(
		old, PK_MONSTER_PATH_FILE_EXT, true, PK_MONSTER_OP_FLAT, "exe", PK_NO_SPAN));
	assert_true(pk_monster_add(old, PK_MONSTER_PATH_NET_TARGET_PORT, true, PK_MONSTER_OP_FLAT,
		"0443", PK_NO_SPAN));
	assert_false(pk_monster_add(
		old, PK_MONSTER_PATH_FILE_PATH, true, PK_MONSTER_OP_CONTAINS, "x", PK_NO_SPAN));
	assert_false(pk_monster_add(
		new, PK_MONSTER_PATH_FILE_EXT, true, PK_MONSTER_OP_FLAT, "exe", PK_NO_SPAN));
	assert_false(pk_monster_add(new, PK_MONSTER_PATH_PROCESS_IMAGE_NAME, true,
		PK_MONSTER_OP_END_WIDTH, "a.exe", PK_NO_SPAN));
	assert_true(pk_monster_add(new, PK_MONSTER_PATH_PROCESS_IMAGE_NAME, false,
		PK_MONSTER_OP_END_WIDTH, "a.exe", PK_NO_SPAN));

	assert_int_equal(old->slots[PK_MONSTER_KEY_EXT_INCLUDE].entries.len, 1);
	assert_string_equal(old->slots[PK_MONSTER_KEY_PORT_INCLUDE].entries.items[0].text, "443");
	assert_int_equal(new->slots[PK_MONSTER_KEY_PROCESS_EXCLUDE_END_WIDTH].entries.len, 1);
	assert_stable(fixture, old);
	assert_stable(fixture, new);
}

static void setting_a_value_brings_its_objects_along(void **state)
{
	struct fixture *fixture = *state;
	struct pk_monster_config *config = read_text(fixture, PK_MONSTER_0_9, "{}");

	assert_true(pk_monster_set_number(config, PK_MONSTER_KEY_SYSLOG_PORT, 1514, PK_NO_SPAN));
	assert_true(pk_monster_set_text(config, PK_MONSTER_KEY_SYSLOG_SERVER, "elk", PK_NO_SPAN));
	assert_false(pk_monster_set_text(config, PK_MONSTER_KEY_SYSLOG_PORT, "1", PK_NO_SPAN));
	assert_false(pk_monster_set_number(config, PK_MONSTER_KEY_SYSLOG_SERVER, 1, PK_NO_SPAN));
	assert_false(pk_monster_set_number(
		config, PK_MONSTER_KEY_KAFKA_BATCH_NUM_MESSAGES, 1, PK_NO_SPAN));
	assert_written(config,
		"{\n"
		"  \"export\": {\n"
		"    \"syslog\": {\n"
		"      \"server\": \"elk\",\n"
		"      \"port\": 1514\n"
		"    }\n"
		"  }\n"
		"}\n");
}

static void every_key_is_found_where_the_table_puts_it(void **state)
{
	struct fixture *fixture = *state;

	for (enum pk_monster_key key = 1; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_row *row = pk_monster_row(key);
		assert_true(row->parent < key);
		for (enum pk_monster_schema s = PK_MONSTER_0_9; s <= PK_MONSTER_1_0; s++) {
			enum pk_monster_key found;
			if (!pk_monster_has_key(s, key))
				continue;
			assert_true(pk_monster_has_key(s, row->parent));
			assert_true(pk_monster_find_member(
				&found, s, row->parent, row->name, strlen(row->name)));
			assert_int_equal(found, key);
		}
	}
	assert_string_equal(pk_monster_key_path(fixture->arena, PK_MONSTER_KEY_SYSLOG_PORT),
		"export.syslog.port");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_mean_0_9, setup, teardown),
		cmocka_unit_test_setup_teardown(operators_mean_1_0, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_of_one_generation_tell_it, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_that_tells_means_0_9, setup, teardown),
		cmocka_unit_test_setup_teardown(
			signs_of_both_generations_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_object_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(values_are_read_with_their_places, setup, teardown),
		cmocka_unit_test_setup_teardown(
			canonical_text_is_written_as_it_was_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			members_are_written_in_canonical_order, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_wrong_or_unknown_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			different_configurations_are_not_equal, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_made_configuration_has_the_samples_and_no_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(
			entries_are_added_where_the_schema_has_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(
			setting_a_value_brings_its_objects_along, setup, teardown),
		cmocka_unit_test_setup_teardown(
			every_key_is_found_where_the_table_puts_it, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

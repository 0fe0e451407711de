/* Policies compiled to the Monster agent: which list a condition goes to, and what cannot go. */
#include "tests/unit/policy_fixture.h"

#include "base/buf.h"
#include "generators/compile/compile.h"

#define MONSTER_RULE(event, when, rest)                                                            \
	HEAD "rules:\n  - {id: r, title: R, event: " event ", when: {" when                        \
	     "}, targets: [monster]" rest "}\n"

static struct pk_monster_config *compile_monster(
	struct policy_fixture *fixture, const char *text, enum pk_monster_schema schema)
{
	return pk_compile_monster(read_policy(fixture, text), schema, &fixture->diags);
}

/* The entries of a list as "a|b". */
static const char *entries(struct policy_fixture *fixture, const struct pk_monster_config *config,
	enum pk_monster_path path, bool include, enum pk_monster_op op)
{
	enum pk_monster_key key;
	assert_true(pk_monster_find_list(&key, config->schema, path, include, op));
	PK_BUF_AUTO text = {0};
	const struct pk_monster_slot *slot = &config->slots[key];
	for (size_t i = 0; i < slot->entries.len; i++)
		pk_buf_printf(&text, "%s%s", i > 0 ? "|" : "", slot->entries.items[i].text);
	return pk_arena_strndup(fixture->arena, text.data == NULL ? "" : text.data, text.len);
}

static void assert_entries(struct policy_fixture *fixture, const char *text,
	enum pk_monster_path path, const char *want)
{
	struct pk_monster_config *config = compile_monster(fixture, text, PK_MONSTER_0_9);
	assert_string_equal(entries(fixture, config, path, true, PK_MONSTER_OP_FLAT), want);
	assert_int_equal(count_findings(fixture, PK_MONSTER_CANNOT), 0);
}

static void assert_left_out(struct policy_fixture *fixture, const char *text)
{
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
	compile_monster(fixture, text, PK_MONSTER_0_9);
	assert_place(find_finding(fixture, PK_MONSTER_CANNOT)->span, 4, 10);
}

static void part_of_an_image_goes_to_the_image_names(void **state)
{
	assert_entries(*state, MONSTER_RULE("ProcessCreate", "Image: {contains: [a, b]}", ""),
		PK_MONSTER_PATH_PROCESS_IMAGE_NAME, "a|b");
}

static void an_extension_goes_to_the_extensions_without_its_dot(void **state)
{
	assert_entries(*state, MONSTER_RULE("FileCreate", "TargetFilename: {end with: .exe}", ""),
		PK_MONSTER_PATH_FILE_EXT, "exe");
}

static void another_end_of_a_file_goes_to_the_paths(void **state)
{
	assert_entries(*state,
		MONSTER_RULE("FileCreate", "TargetFilename: {end with: '\\a.exe'}", ""),
		PK_MONSTER_PATH_FILE_PATH, "\\a.exe");
}

static void part_of_a_registry_key_goes_to_the_keys(void **state)
{
	assert_entries(*state,
		MONSTER_RULE("RegistryEvent", "TargetObject: {contains: '\\Run\\'}", ""),
		PK_MONSTER_PATH_REGISTRY_KEY, "\\Run\\");
}

static void addresses_and_ports_go_to_theirs(void **state)
{
	assert_entries(*state, MONSTER_RULE("NetworkConnect", "DestinationIp: 192.0.2.1", ""),
		PK_MONSTER_PATH_NET_TARGET_IP, "192.0.2.1");
	assert_entries(*state,
		MONSTER_RULE("NetworkConnect", "DestinationPort: {is any: ['22', '23']}", ""),
		PK_MONSTER_PATH_NET_TARGET_PORT, "22|23");
}

static void alternatives_go_to_a_list_each(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_monster_config *config = compile_monster(fixture,
		MONSTER_RULE("NetworkConnect",
			"any: [{DestinationIp: 192.0.2.1}, {DestinationPort: '22'}]", ""),
		PK_MONSTER_0_9);
	assert_string_equal(
		entries(fixture, config, PK_MONSTER_PATH_NET_TARGET_IP, true, PK_MONSTER_OP_FLAT),
		"192.0.2.1");
	assert_string_equal(
		entries(fixture, config, PK_MONSTER_PATH_NET_TARGET_PORT, true, PK_MONSTER_OP_FLAT),
		"22");
}

static void excludes_go_to_the_exclude_lists(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_monster_config *config = compile_monster(fixture,
		MONSTER_RULE("ProcessCreate", "Image: {contains: '\\x\\a.exe'}", EXCLUDED),
		PK_MONSTER_0_9);
	assert_string_equal(entries(fixture, config, PK_MONSTER_PATH_PROCESS_IMAGE_NAME, false,
				    PK_MONSTER_OP_FLAT),
		"\\x\\a.exe");
	assert_string_equal(entries(fixture, config, PK_MONSTER_PATH_PROCESS_IMAGE_NAME, true,
				    PK_MONSTER_OP_FLAT),
		"");
}

static void a_value_is_listed_once_whatever_its_case(void **state)
{
	assert_entries(*state, MONSTER_RULE("ProcessCreate", "Image: {contains: [abc, ABC]}", ""),
		PK_MONSTER_PATH_PROCESS_IMAGE_NAME, "abc");
}

static void a_list_that_matches_more_than_the_rule_is_noted(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_monster(fixture, MONSTER_RULE("ProcessCreate", "Image: {image: cmd.exe}", ""),
		PK_MONSTER_0_9);
	assert_place(find_finding(fixture, PK_MONSTER_WIDER)->span, 4, 52);
}

static void what_must_hold_together_is_left_out(void **state)
{
	assert_left_out(*state,
		MONSTER_RULE("ProcessCreate", "Image: {contains: a}, User: {contains: u}", ""));
}

static void a_field_or_condition_without_list_is_left_out(void **state)
{
	assert_left_out(*state, MONSTER_RULE("ProcessCreate", "CommandLine: {contains: a}", ""));
	assert_left_out(*state, MONSTER_RULE("ProcessCreate", "Image: {begin with: a}", ""));
	assert_left_out(*state, MONSTER_RULE("DnsQuery", "QueryName: {contains: a}", ""));
}

static void a_rule_that_goes_in_only_half_is_left_out_whole(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = MONSTER_RULE(
		"ProcessCreate", "any: [{Image: {contains: a}}, {CommandLine: {contains: b}}]", "");
	assert_left_out(fixture, text);
	struct pk_monster_config *config = compile_monster(fixture, text, PK_MONSTER_0_9);
	assert_string_equal(entries(fixture, config, PK_MONSTER_PATH_PROCESS_IMAGE_NAME, true,
				    PK_MONSTER_OP_FLAT),
		"");
}

static void a_rule_for_the_first_generation_is_noted_by_the_second(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_monster(fixture,
		HEAD "rules:\n  - {id: r, title: R, event: ProcessCreate, "
		     "when: {Image: {contains: a}}, targets: [monster-0.9]}\n",
		PK_MONSTER_1_0);
	assert_int_equal(find_finding(fixture, PK_MONSTER_CANNOT)->severity, PK_NOTE);
}

static void no_rule_for_the_agent_is_warned_of(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_monster(fixture, RULE("ProcessCreate", "Image: a", ""), PK_MONSTER_0_9);
	assert_int_equal(count_findings(fixture, PK_TARGET_WITHOUT_RULES), 1);
}

static void the_second_generation_has_no_core(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_monster(fixture, HEAD "settings: {monster: {core: {}}}\n", PK_MONSTER_1_0);
	assert_int_equal(find_finding(fixture, PK_SETTING_UNSUPPORTED)->severity, PK_NOTE);
}

static void compiling_twice_gives_the_same_bytes(void **state)
{
	const char *text = MONSTER_RULE("ProcessCreate", "Image: {contains: [b, a, c]}", "");
	static const enum pk_monster_schema schemas[] = {PK_MONSTER_0_9, PK_MONSTER_1_0};
	for (size_t i = 0; i < 2; i++) {
		PK_BUF_AUTO first = {0};
		PK_BUF_AUTO second = {0};
		pk_monster_write(&first, compile_monster(*state, text, schemas[i]));
		pk_monster_write(&second, compile_monster(*state, text, schemas[i]));
		assert_true(first.len > 0);
		assert_string_equal(first.data, second.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			part_of_an_image_goes_to_the_image_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_extension_goes_to_the_extensions_without_its_dot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_end_of_a_file_goes_to_the_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			part_of_a_registry_key_goes_to_the_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			addresses_and_ports_go_to_theirs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(alternatives_go_to_a_list_each, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			excludes_go_to_the_exclude_lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_value_is_listed_once_whatever_its_case, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_list_that_matches_more_than_the_rule_is_noted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_must_hold_together_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_or_condition_without_list_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_that_goes_in_only_half_is_left_out_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_for_the_first_generation_is_noted_by_the_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_rule_for_the_agent_is_warned_of, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_second_generation_has_no_core, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			compiling_twice_gives_the_same_bytes, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What the ruleset language means: texts in, model out.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/text.h"
#include "rulesets/library.h"
#include "rulesets/policy.h"
#include "rulesets/rule_read.h"
#include "rulesets/version.h"

#define HEAD "picket: 1\nruleset: {id: t, version: 1.0.0, title: T}\n"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

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

/* The policy of a text without any finding. */
static const struct pk_policy *read_profile(
	struct fixture *fixture, const char *text, const char *profile)
{
	struct pk_source *source = source_from_text(fixture->arena, text);
	struct pk_policy_options options = {.profile = profile};
	const struct pk_policy *policy =
		pk_policy_read_source(fixture->arena, source, &options, &fixture->diags);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		print_error("%s\n", fixture->diags.all.items[i].message);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_non_null(policy);
	return policy;
}

static const struct pk_policy *read(struct fixture *fixture, const char *text)
{
	return read_profile(fixture, text, NULL);
}

/* The `when` of the only rule. */
static const struct pk_expr *read_when(struct fixture *fixture, const char *names, const char *when)
{
	const char *text = pk_arena_printf(fixture->arena,
		HEAD "%srules: [{id: r, title: R, event: E, when: %s}]\n", names, when);
	return read(fixture, text)->rules.items[0]->when;
}

static void assert_condition(const struct pk_expr *expr, const char *field, enum pk_operator op,
	const char *const *values, size_t count)
{
	assert_int_equal(expr->kind, PK_EXPR_CONDITION);
	assert_string_equal(expr->field, field);
	assert_int_equal(expr->op, op);
	assert_int_equal(expr->values.len, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(expr->values.items[i].text, values[i]);
}

#define VALUES(...)                                                                                \
	((const char *const[]){__VA_ARGS__}),                                                      \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

static void operators_are_found_in_any_case(void **state)
{
	(void)state;
	for (enum pk_operator op = PK_OP_IS; op < PK_OP_COUNT; op++) {
		const char *name = pk_operator_names()[op];
		assert_string_equal(pk_operator_info(op)->name, name);
		assert_int_equal(pk_operator_info(op)->op, op);
		assert_ptr_equal(pk_operator_find(name), pk_operator_info(op));
	}
	assert_int_equal(pk_operator_find("Contains ANY")->op, PK_OP_CONTAINS_ANY);
	assert_null(pk_operator_find("contains  any"));
	assert_null(pk_operator_find(""));
}

static void versions_are_strict(void **state)
{
	(void)state;
	struct pk_version version;
	assert_true(pk_version_parse(&version, "1.20.300"));
	assert_int_equal(version.minor, 20);
	static const char *const bad[] = {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.", "v1.2.3",
		"1.2.3-rc1", " 1.2.3", "1.2.3 ", "1.-2.3", "1..3", "9999999999.0.0"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pk_version_parse(&version, bad[i]));
}

static void a_needed_version_is_met_by_newer_ones_of_the_same_major(void **state)
{
	(void)state;
	struct pk_version version;
	struct pk_version need;
	assert_true(pk_version_parse(&version, "1.2.3"));
	static const struct {
		const char *need;
		bool met;
	} cases[] = {{"1", true}, {"1.2", true}, {"1.2.3", true}, {"1.1.9", true}, {"1.2.4", false},
		{"1.3", false}, {"0.9", false}, {"2", false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(pk_version_parse_need(&need, cases[i].need));
		assert_int_equal(pk_version_meets(&version, &need), cases[i].met);
	}
}

static void dates_are_days_that_exist(void **state)
{
	(void)state;
	assert_true(pk_date_valid("2026-12-31"));
	assert_true(pk_date_valid("2024-02-29"));
	assert_true(pk_date_valid("2000-02-29"));
	static const char *const bad[] = {"", "2026-2-3", "2026-13-01", "2026-00-01", "2026-01-00",
		"2025-02-29", "1900-02-29", "2026-04-31", "2026-01-01T", "2026/01/01"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pk_date_valid(bad[i]));
}

static void a_text_means_is_and_a_list_any_of_them(void **state)
{
	assert_condition(read_when(*state, "", "{A: b}"), "A", PK_OP_IS, VALUES("b"));
	assert_condition(read_when(*state, "", "{A: [b, c]}"), "A", PK_OP_IS, VALUES("b", "c"));
	assert_condition(read_when(*state, "", "{A: 007}"), "A", PK_OP_IS, VALUES("007"));
	assert_condition(read_when(*state, "", "{A: true}"), "A", PK_OP_IS, VALUES("true"));
	assert_condition(read_when(*state, "", "{A: {not end with: [b]}}"), "A", PK_OP_NOT_END_WITH,
		VALUES("b"));
}

static void several_keys_and_operators_mean_all(void **state)
{
	const struct pk_expr *when =
		read_when(*state, "", "{A: {contains: b, is not: c}, any: [{C: d}, {E: f, G: h}]}");
	assert_int_equal(when->kind, PK_EXPR_ALL);
	assert_int_equal(when->children.len, 3);
	assert_condition(when->children.items[0], "A", PK_OP_CONTAINS, VALUES("b"));
	assert_condition(when->children.items[1], "A", PK_OP_IS_NOT, VALUES("c"));
	const struct pk_expr *any = when->children.items[2];
	assert_int_equal(any->kind, PK_EXPR_ANY);
	assert_condition(any->children.items[0], "C", PK_OP_IS, VALUES("d"));
	assert_int_equal(any->children.items[1]->kind, PK_EXPR_ALL);
}

static void variables_are_replaced_in_values(void **state)
{
	const char *names = "variables: {a: 'x${b}', b: '-${c}-', c: y}\n";
	assert_condition(
		read_when(*state, names, "{A: '<${a}>${c}'}"), "A", PK_OP_IS, VALUES("<x-y->y"));
	assert_condition(read_when(*state, names, "{A: '$${a} $ $$ {a}'}"), "A", PK_OP_IS,
		VALUES("${a} $ $$ {a}"));
	assert_condition(read_when(*state, names, "{A: '$$${a}'}"), "A", PK_OP_IS, VALUES("$${a}"));
}

static void a_list_name_alone_stands_for_its_items(void **state)
{
	const char *names = "lists: {l: [a, '${m}', '${v}z'], m: [b, c]}\nvariables: {v: d}\n";
	const struct pk_expr *when = read_when(*state, names, "{A: [x, '${l}', y]}");
	assert_condition(when, "A", PK_OP_IS, VALUES("x", "a", "b", "c", "dz", "y"));
	assert_span_text(when->values.items[2].span, "b");
	assert_condition(read_when(*state, names, "{A: {contains any: '${m}'}}"), "A",
		PK_OP_CONTAINS_ANY, VALUES("b", "c"));
}

static void a_rule_keeps_all_that_it_says(void **state)
{
	const struct pk_policy *policy = read(*state,
		HEAD "variables: {who: soc}\n"
		     "rules:\n"
		     "# why it is there\n"
		     "- id: r\n"
		     "  title: R\n"
		     "  description: D\n"
		     "  event: ProcessCreate\n"
		     "  action: exclude\n"
		     "  when: {Image: a}\n"
		     "  name: by ${who}\n"
		     "  attack: [T1059.001, T1059]\n"
		     "  severity: critical\n"
		     "  references: ['https://example.org']\n"
		     "  targets: [sysmon, monster]\n"
		     "  schema: 4.60\n"
		     "  owner: o\n"
		     "  reason: because\n"
		     "  expires: 2030-01-01\n"
		     "  enabled: false\n"
		     "  tests:\n"
		     "  - {logged: {Image: '${who}', User: u}, event_id: 1, rule_name: n}\n"
		     "  - dropped: {}\n");
	const struct pk_rule *rule = policy->rules.items[0];
	assert_string_equal(rule->comment, "why it is there");
	assert_int_equal(rule->action, PK_EXCLUDE);
	assert_string_equal(rule->name, "by soc");
	assert_int_equal(rule->attack.len, 2);
	assert_string_equal(rule->attack.items[0].text, "T1059.001");
	assert_int_equal(rule->severity, PK_RULE_CRITICAL);
	assert_int_equal(rule->targets, PK_FOR_SYSMON | PK_FOR_MONSTER);
	assert_string_equal(rule->schema, "4.60");
	assert_string_equal(rule->expires, "2030-01-01");
	assert_false(rule->enabled);
	assert_int_equal(rule->tests.len, 2);
	assert_true(rule->tests.items[0].logged);
	assert_int_equal(rule->tests.items[0].event_id, 1);
	assert_string_equal(rule->tests.items[0].rule_name, "n");
	assert_string_equal(rule->tests.items[0].fields.items[0].value, "soc");
	assert_false(rule->tests.items[1].logged);
	assert_string_equal(rule->origins.items[0].layer, "t 1.0.0");
	assert_ptr_equal(pk_map_find(&policy->rules_by_id, "r"), rule);
}

static void a_rule_has_defaults(void **state)
{
	const struct pk_policy *policy =
		read(*state, HEAD "rules: [{id: r, title: R, event: E, when: {A: b}}]\n");
	const struct pk_rule *rule = policy->rules.items[0];
	assert_int_equal(rule->action, PK_INCLUDE);
	assert_int_equal(rule->severity, PK_RULE_MEDIUM);
	assert_int_equal(rule->targets, PK_FOR_SYSMON);
	assert_true(rule->enabled);
	assert_null(rule->name);
	assert_string_equal(
		policy->rule_name, "technique_id={technique_id},technique_name={technique_name}");
	assert_null(policy->schema);
}

static void groups_keep_raw_text_and_structure(void **state)
{
	const struct pk_policy *policy = read(*state,
		HEAD "groups:\n"
		     "- id: g\n"
		     "  event: ProcessCreate\n"
		     "  onmatch: exclude\n"
		     "  relation: and\n"
		     "  name: ''\n"
		     "  rules:\n"
		     "  - {id: g1, when: {Image: {contains any: ['${a}', 'b;']}}}\n"
		     "  - {id: g2, name: '', when: {any: [{Image: a, name: n}]}}\n"
		     "  - {id: g3, when: {all: []}}\n");
	const struct pk_group *group = policy->groups.items[0];
	assert_int_equal(group->onmatch, PK_EXCLUDE);
	assert_true(group->relation_and);
	assert_string_equal(group->name, "");
	assert_int_equal(group->rules.len, 3);
	assert_condition(
		group->rules.items[0]->when, "Image", PK_OP_CONTAINS_ANY, VALUES("${a};b;"));
	assert_null(group->rules.items[0]->name);
	assert_string_equal(group->rules.items[1]->name, "");
	const struct pk_expr *any = group->rules.items[1]->when;
	assert_int_equal(any->kind, PK_EXPR_ANY);
	assert_string_equal(any->children.items[0]->name, "n");
	assert_int_equal(group->rules.items[2]->when->kind, PK_EXPR_ALL);
	assert_int_equal(group->rules.items[2]->when->children.len, 0);
	assert_string_equal(group->rules.items[2]->event, "ProcessCreate");
	assert_ptr_equal(pk_map_find(&policy->rules_by_id, "g3"), group->rules.items[2]);
}

static void groups_replace_variables_if_they_say_so(void **state)
{
	const struct pk_policy *policy = read(*state,
		HEAD "variables: {a: x}\n"
		     "groups:\n"
		     "- {id: g, event: E, onmatch: include, relation: or, variables: true,\n"
		     "   name: '${a}', rules: [{id: g1, when: {A: '${a}'}}]}\n"
		     "patch: [{rule: g1, set: {name: '<${a}>'}}]\n");
	assert_string_equal(policy->groups.items[0]->name, "x");
	const struct pk_rule *rule = policy->groups.items[0]->rules.items[0];
	assert_condition(rule->when, "A", PK_OP_IS, VALUES("x"));
	assert_string_equal(rule->name, "<x>");
}

static void patches_replace_keys_and_are_remembered(void **state)
{
	const struct pk_policy *policy = read(*state,
		HEAD "rules:\n"
		     "- {id: r, title: R, event: E, when: {A: b}, attack: [T1059]}\n"
		     "patch:\n"
		     "- rule: r\n"
		     "  set: {when: {C: d}, attack: [T1055], severity: low}\n"
		     "- {rule: r, disable: true, reason: noisy}\n");
	const struct pk_rule *rule = policy->rules.items[0];
	assert_condition(rule->when, "C", PK_OP_IS, VALUES("d"));
	assert_place(rule->when->span, 7, 16);
	assert_int_equal(rule->attack.len, 1);
	assert_string_equal(rule->attack.items[0].text, "T1055");
	assert_int_equal(rule->severity, PK_RULE_LOW);
	assert_string_equal(rule->title, "R");
	assert_false(rule->enabled);
	assert_int_equal(rule->origins.len, 3);
	assert_string_equal(rule->origins.items[1].what, "patched");
	assert_string_equal(rule->origins.items[2].what, "disabled");
	assert_string_equal(rule->origins.items[2].reason, "noisy");
}

static const struct pk_entry *entry_at(const struct pk_policy *policy, size_t index)
{
	assert_true(index < policy->settings.sysmon.len);
	return &policy->settings.sysmon.items[index];
}

static void settings_become_entries_in_canonical_order(void **state)
{
	const struct pk_policy *policy = read(*state,
		HEAD "variables: {dir: Sysmon}\n"
		     "settings:\n"
		     "  sysmon:\n"
		     "    entries: [{name: CopyOnDelete_PE, value: ''}]\n"
		     "    capture_clipboard: true\n"
		     "    field_sizes: {CommandLine: 1000, Image: 200}\n"
		     "    archive_directory: ${dir}\n"
		     "    dns_lookup: false\n"
		     "    hash_algorithms: [SHA256, IMPHASH]\n"
		     "  deployment: {event_log_size: 2GiB, driver_name: Drv, service_name: Svc,\n"
		     "    event_log_retention: archive}\n"
		     "  monster: {core: {use_monster_k: 1}, export: {tsv: {enabled: 1}}}\n");
	static const char *const want[][2] = {{"HashAlgorithms", "SHA256,IMPHASH"},
		{"DnsLookup", "False"}, {"ArchiveDirectory", "Sysmon"},
		{"FieldSizes", "CommandLine:1000,Image:200"}, {"DriverName", "Drv"},
		{"CopyOnDelete_PE", ""}, {"CaptureClipboard", ""}};
	assert_int_equal(policy->settings.sysmon.len, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_string_equal(entry_at(policy, i)->name, want[i][0]);
		assert_string_equal(entry_at(policy, i)->value, want[i][1]);
	}
	assert_true(policy->settings.event_log_size == 2147483648u);
	assert_string_equal(policy->settings.event_log_retention, "archive");
	assert_string_equal(policy->settings.service_name, "Svc");
	assert_int_equal(pk_node_find(policy->settings.monster_core, "use_monster_k")->integer, 1);
}

static void a_profile_overrides_names_before_rules_are_read(void **state)
{
	static const char text[] =
		HEAD "variables: {v: low}\n"
		     "lists: {l: [a]}\n"
		     "collect: {DriverLoad: all}\n"
		     "settings: {sysmon: {dns_lookup: true, field_sizes: {A: 1, B: 2}}}\n"
		     "rules: [{id: r, title: R, event: E, when: {A: '${l}', B: '${v}'}}]\n"
		     "profiles:\n"
		     "  server:\n"
		     "    variables: {v: high}\n"
		     "    lists: {l: [b, c]}\n"
		     "    collect: {DriverLoad: none, ImageLoad: rules}\n"
		     "    settings: {sysmon: {field_sizes: {B: 3}}}\n"
		     "    patch: [{rule: r, disable: true, reason: quiet}]\n";
	const struct pk_policy *policy = read_profile(*state, text, "server");
	const struct pk_rule *rule = policy->rules.items[0];
	assert_condition(rule->when->children.items[0], "A", PK_OP_IS, VALUES("b", "c"));
	assert_condition(rule->when->children.items[1], "B", PK_OP_IS, VALUES("high"));
	assert_false(rule->enabled);
	assert_string_equal(rule->origins.items[1].layer, "profile server");
	assert_int_equal(policy->collect.len, 2);
	assert_int_equal(policy->collect.items[0].collect, PK_COLLECT_NONE);
	assert_string_equal(entry_at(policy, 0)->value, "True");
	assert_string_equal(entry_at(policy, 1)->value, "A:1,B:3");
	assert_string_equal(policy->profile, "server");

	policy = read(*state, text);
	assert_true(policy->rules.items[0]->enabled);
	assert_int_equal(policy->collect.items[0].collect, PK_COLLECT_ALL);
	assert_null(policy->profile);
}

static void shipped_files_are_in_order_and_found(void **state)
{
	struct fixture *fixture = *state;
	size_t count;
	const struct pk_library_file *files = pk_library_files(&count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		struct pk_source *source = pk_library_file(fixture->arena, files[i].path);
		assert_non_null(source);
		assert_int_equal(source->len, files[i].len);
		assert_true(pk_text_starts(source->path, PK_LIBRARY_PREFIX));
		assert_int_equal(source->text[source->len], '\0');
		if (i > 0)
			assert_true(strcmp(files[i - 1].path, files[i].path) < 0);
	}
	assert_null(pk_library_file(fixture->arena, "no-such-set/ruleset.yaml"));
	assert_null(pk_library_locate(fixture->arena, NULL, "no-such-set"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_are_found_in_any_case),
		cmocka_unit_test(versions_are_strict),
		cmocka_unit_test(a_needed_version_is_met_by_newer_ones_of_the_same_major),
		cmocka_unit_test(dates_are_days_that_exist),
		cmocka_unit_test_setup_teardown(
			a_text_means_is_and_a_list_any_of_them, setup, teardown),
		cmocka_unit_test_setup_teardown(
			several_keys_and_operators_mean_all, setup, teardown),
		cmocka_unit_test_setup_teardown(variables_are_replaced_in_values, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_list_name_alone_stands_for_its_items, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rule_keeps_all_that_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rule_has_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(
			groups_keep_raw_text_and_structure, setup, teardown),
		cmocka_unit_test_setup_teardown(
			groups_replace_variables_if_they_say_so, setup, teardown),
		cmocka_unit_test_setup_teardown(
			patches_replace_keys_and_are_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			settings_become_entries_in_canonical_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_profile_overrides_names_before_rules_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			shipped_files_are_in_order_and_found, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

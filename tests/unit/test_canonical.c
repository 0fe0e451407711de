#include "tests/unit/policy_fixture.h"

#include "rulesets/canonical.h"
#include "rulesets/lock.h"

/* The canonical text of the rule with the condition `when` and further keys. */
static const char *text_of(struct policy_fixture *fixture, const char *when, const char *rest)
{
	PK_BUF_AUTO text = {0};
	const char *yaml = pk_arena_printf(fixture->arena,
		HEAD "rules: [{id: r, title: R, event: ProcessCreate, when: %s%s}]\n", when, rest);
	const struct pk_policy *policy = read_policy(fixture, yaml);
	pk_canonical_put_rule(&text, policy, policy->rules.items[0]);
	return pk_arena_strndup(fixture->arena, text.data, text.len);
}

static void conditions_that_say_the_same_have_one_text(void **state)
{
	static const char *const pairs[][2] = {
		{"{Image: {is: a}}", "{Image: {is: A}}"},
		{"{Image: {is: [a, b]}}", "{Image: {is: [b, a, a]}}"},
		{"{Image: {is: [a, b]}}", "{any: [{Image: {is: a}}, {Image: {is: b}}]}"},
		{"{Image: {is: [a, b]}}", "{Image: {is any: [b, a]}}"},
		{"{Image: {contains any: [a, b]}}", "{Image: {contains: [a, b]}}"},
		{"{Image: {is not: [a, b]}}",
			"{all: [{Image: {is not: b}}, {Image: {is not: a}}]}"},
		{"{Image: {contains all: [a, b]}}",
			"{all: [{Image: {contains: b}}, {Image: {contains: a}}]}"},
		{"{all: [{Image: {is: a}}, {User: {is: b}}]}",
			"{all: [{all: [{User: {is: b}}]}, {any: [{Image: {is: a}}]}]}"},
		{"{Image: {excludes any: [a, b]}}", "{Image: {excludes any: [b, a]}}"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_string_equal(
			text_of(*state, pairs[i][0], ""), text_of(*state, pairs[i][1], ""));
}

static void conditions_that_say_something_else_have_another_text(void **state)
{
	static const char *const pairs[][2] = {
		{"{Image: {is: a}}", "{Image: {is: b}}"},
		{"{Image: {is: a}}", "{User: {is: a}}"},
		{"{Image: {is: a}}", "{Image: {contains: a}}"},
		{"{Image: {is: [a, b]}}", "{Image: {is: a}}"},
		{"{Image: {contains any: [a, b]}}", "{Image: {contains all: [a, b]}}"},
		{"{any: [{Image: {is: a}}, {User: {is: b}}]}",
			"{all: [{Image: {is: a}}, {User: {is: b}}]}"},
		{"{Image: {is not: [a, b]}}",
			"{any: [{Image: {is not: a}}, {Image: {is not: b}}]}"},
		{"{Image: {excludes any: [a, b]}}",
			"{all: [{Image: {excludes any: a}}, {Image: {excludes any: b}}]}"},
		{"{all: [{any: [{Image: {is: a}}, {Image: {is: b}}]}, {User: {is: c}}]}",
			"{any: [{all: [{Image: {is: a}}, {User: {is: c}}]}, {Image: {is: b}}]}"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_string_not_equal(
			text_of(*state, pairs[i][0], ""), text_of(*state, pairs[i][1], ""));
}

static void what_is_for_people_does_not_count(void **state)
{
	const char *plain = text_of(*state, "{Image: {is: a}}", "");
	assert_string_equal(plain,
		text_of(*state, "{Image: {is: a}}",
			", description: D, references: [http://x], owner: o, severity: high"));
	assert_string_equal(
		plain, text_of(*state, "{Image: {is: a}}", ", tests: [{logged: {Image: a}}]"));
}

static void what_is_written_to_the_sensor_counts(void **state)
{
	const char *plain = text_of(*state, "{Image: {is: a}}", "");
	assert_string_not_equal(plain, text_of(*state, "{Image: {is: a}}", ", name: N"));
	assert_string_not_equal(plain, text_of(*state, "{Image: {is: a}}", ", attack: [T1059]"));
	assert_string_not_equal(plain, text_of(*state, "{Image: {is: a}}", EXCLUDED));
	assert_string_not_equal(plain, text_of(*state, "{Image: {is: a}}", ", enabled: false"));
	assert_string_not_equal(
		plain, text_of(*state, "{Image: {is: a}}", ", targets: [sysmon-linux]"));
}

/* The lock of a ruleset in YAML. */
static struct pk_lock *lock_of(struct policy_fixture *fixture, const char *yaml)
{
	struct pk_policy_options options = {0};
	return pk_lock_make(fixture->arena, read_policy(fixture, yaml),
		source_from_text(fixture->arena, yaml), &options);
}

static void a_lock_is_read_as_it_was_written(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_lock *lock = lock_of(fixture, RULE("ProcessCreate", "Image: {is: a}", ""));
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	pk_lock_write(&first, lock);
	const struct pk_lock *read = pk_lock_read(
		fixture->arena, source_from_text(fixture->arena, first.data), &fixture->diags);
	assert_non_null(read);
	pk_lock_write(&second, read);
	assert_string_equal(first.data, second.data);
	assert_true(pk_lock_check(lock, read, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void a_line_that_is_none_is_reported_with_its_place(void **state)
{
	struct policy_fixture *fixture = *state;
	static const char *const texts[] = {"# x\n=======\n", "# x\nruleset a 1.0.0\n",
		"# x\nrule a b 1.0 sha256:0\n", "# x\nruleset a 1.0.0 sha256:0 more\n", "# x\n \n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct pk_diags diags = {.arena = fixture->arena};
		assert_null(pk_lock_read(
			fixture->arena, source_from_text(fixture->arena, texts[i]), &diags));
		assert_one_finding(&diags, PK_LOCK_LINE, 2, 1);
	}
}

static void a_rule_keeps_the_version_that_changed_it_last(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_lock *before = lock_of(fixture,
		"picket: 1\nruleset: {id: t, version: 1.0.0, title: T}\nrules:\n"
		"  - {id: a, title: A, event: ProcessCreate, when: {Image: {is: a}}}\n"
		"  - {id: b, title: B, event: ProcessCreate, when: {Image: {is: b}}}\n");
	struct pk_lock *now = lock_of(fixture,
		"picket: 1\nruleset: {id: t, version: 1.1.0, title: T}\nrules:\n"
		"  - {id: b, title: B, event: ProcessCreate, when: {Image: {is: b}}}\n"
		"  - {id: a, title: A, event: ProcessCreate, when: {Image: {is: c}}}\n");
	pk_lock_keep(now, before);
	assert_int_equal(now->rules.len, 2);
	assert_string_equal(now->rules.items[0].id, "a");
	assert_string_equal(now->rules.items[0].version, "1.1.0");
	assert_string_equal(now->rules.items[1].version, "1.0.0");
}

static void everything_that_the_sensor_gets_is_in_the_digest_of_the_set(void **state)
{
	struct policy_fixture *fixture = *state;
	static const char *const more[] = {
		"collect: {ImageLoad: all}\n",
		"settings: {sysmon: {check_revocation: true}}\n",
		"profiles: {p: {collect: {ImageLoad: all}}}\n",
		"lists: {names: [a]}\n",
		"variables: {name: a}\n",
		"groups: [{id: g, event: FileCreate, onmatch: include, relation: or, rules: []}]\n",
	};
	const struct pk_lock *plain = lock_of(fixture, HEAD);
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		const struct pk_lock *lock =
			lock_of(fixture, pk_arena_printf(fixture->arena, HEAD "%s", more[i]));
		assert_string_not_equal(lock->sets.items[0].digest, plain->sets.items[0].digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			conditions_that_say_the_same_have_one_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			conditions_that_say_something_else_have_another_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_for_people_does_not_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_written_to_the_sensor_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_lock_is_read_as_it_was_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_none_is_reported_with_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_keeps_the_version_that_changed_it_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			everything_that_the_sensor_gets_is_in_the_digest_of_the_set, set_up,
			tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

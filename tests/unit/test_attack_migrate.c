#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/yaml.h"
#include "generators/sysmon/sysmon_migrate.h"
#include "rulesets/migrate.h"

/* What one test works with. */
struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_migration migration;
	struct pk_buf text;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	const struct pk_history *history = pk_history_open(arena);
	fixture->migration = (struct pk_migration){.arena = arena,
		.history = history,
		.from = PK_RELEASE_UNKNOWN,
		.to = pk_history_find_release(history, PK_ATTACK_NEWEST),
		.diags = &fixture->diags};
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_buf_finish(&fixture->text);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct pk_source *make_source(struct fixture *fixture, const char *text)
{
	return pk_source_make(fixture->arena, "file", text, strlen(text));
}

static const char *apply(struct fixture *fixture, struct pk_source *source)
{
	fixture->text.len = 0;
	pk_migration_sort(&fixture->migration);
	pk_migration_apply(&fixture->text, &fixture->migration, source);
	return fixture->text.data;
}

/* The text after the migration of all of it. */
static const char *migrate(struct fixture *fixture, const char *text)
{
	struct pk_source *source = make_source(fixture, text);
	pk_migrate_text(&fixture->migration, pk_span_make(source, 0, source->len), false);
	return apply(fixture, source);
}

static void ids_and_the_names_behind_them_are_replaced(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(migrate(fixture, "technique_id=T1073,technique_name=dll side-loading"),
		"technique_id=T1574.001,technique_name=DLL");
	assert_int_equal(fixture->migration.edits.len, 2);
	assert_string_equal(fixture->migration.edits.items[0].chain,
		"T1073 -> T1574.002 (7.0) -> T1574.001 (17.0)");
	assert_null(fixture->migration.edits.items[1].chain);
	assert_int_equal(fixture->migration.left, 0);
}

static void a_stale_name_of_a_current_id_is_replaced(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(migrate(fixture, "T1003,Technique=Credential Dumping,Tactic=x"),
		"T1003,Technique=OS Credential Dumping,Tactic=x");
}

static void names_that_are_not_mitres_stay_with_a_note(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(
		migrate(fixture, "T1086,technique_name=Shells"), "T1059.001,technique_name=Shells");
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_TECHNIQUE_NAME_KEPT);
	assert_int_equal(fixture->migration.left, 0);
}

static void what_only_looks_like_an_id_stays(void **state)
{
	struct fixture *fixture = *state;
	static const char text[] = "XT1086 T1086a T10860 T1086.5 T1086.0011 t1086 _T1086 T9999 T";

	assert_string_equal(migrate(fixture, text), text);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_int_equal(fixture->migration.left, 0);
}

static void ids_are_found_at_every_edge(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(migrate(fixture, "T1086"), "T1059.001");
	fixture->migration.edits.len = 0;
	assert_string_equal(
		migrate(fixture, "T1086T1086,T1086.,T1562.004"), "T1086T1086,T1059.001.,T1686");
}

static void what_is_uncertain_is_counted_and_stays(void **state)
{
	struct fixture *fixture = *state;
	static const enum pk_code wanted[] = {PK_DIVIDED_TECHNIQUE, PK_DEPRECATED_TECHNIQUE};

	assert_string_equal(migrate(fixture, "T1562 T1064"), "T1562 T1064");
	assert_int_equal(fixture->migration.left, 2);
	assert_int_equal(fixture->diags.all.len, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(fixture->diags.all.items[i].code, wanted[i]);
}

static void later_sub_techniques_are_told_once(void **state)
{
	struct fixture *fixture = *state;
	fixture->migration.from = pk_history_find_release(fixture->migration.history, "6.3");

	migrate(fixture, "T1003 T1003");
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_NARROWER_TECHNIQUES);
	assert_int_equal(fixture->migration.left, 0);
}

static void only_what_names_techniques_in_a_ruleset_is_touched(void **state)
{
	struct fixture *fixture = *state;
	struct pk_source *source = make_source(fixture,
		"# T1086\nruleset: {title: T1086, attack: '6.3'}\nrules:\n"
		"- {id: T1086, attack: [\"T1086\", T1x], name: T1086, when: {A: T1086}}\n"
		"profiles: {a: {patch: [{rule: T1086, set: {attack: [T1086]}}]}}\n");
	const struct pk_node *root = pk_yaml_read(source, &fixture->diags);

	pk_ruleset_migrate(&fixture->migration, root);
	assert_string_equal(apply(fixture, source),
		"# T1086\nruleset: {title: T1086, attack: '19.2'}\nrules:\n"
		"- {id: T1086, attack: [\"T1059.001\", T1x], name: T1059.001, when: {A: T1086}}\n"
		"profiles: {a: {patch: [{rule: T1086, set: {attack: [T1059.001]}}]}}\n");
	assert_int_equal(fixture->migration.left, 1);
	assert_string_equal(pk_history_release_name(fixture->migration.history,
				    pk_ruleset_release(fixture->migration.history, root)),
		"6.3");
}

static void only_names_of_a_configuration_are_touched(void **state)
{
	struct fixture *fixture = *state;
	struct pk_source *source =
		make_source(fixture, "<Sysmon a='T1086' name='T1086'><!-- T1086 -->T1086</Sysmon>");

	assert_true(pk_sysmon_migrate(&fixture->migration, source));
	assert_string_equal(apply(fixture, source),
		"<Sysmon a='T1086' name='T1059.001'><!-- T1086 -->T1086</Sysmon>");
}

static void a_configuration_in_utf_16_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char text[] = "\xff\xfe<\0S\0/\0>\0";
	struct pk_source *source = pk_source_make(fixture->arena, "file", text, sizeof(text) - 1);

	assert_false(pk_sysmon_migrate(&fixture->migration, source));
	assert_int_equal(fixture->diags.all.items[0].code, PK_FILE_KIND);
}

/* Law: what was migrated needs no migration. */
static void migrating_twice_changes_nothing_more(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_history *history = fixture->migration.history;

	for (size_t i = 0; i < pk_history_count(history); i++) {
		const struct pk_chronicle *chronicle = pk_history_at(history, i);
		fixture->migration.edits.len = 0;
		const char *once = pk_arena_strdup(fixture->arena,
			migrate(fixture,
				pk_arena_printf(fixture->arena, "%s,technique_name=%s",
					chronicle->id, chronicle->changes[0].value)));
		fixture->migration.edits.len = 0;
		assert_string_equal(migrate(fixture, once), once);
		assert_int_equal(fixture->migration.edits.len, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ids_and_the_names_behind_them_are_replaced),
		TEST(a_stale_name_of_a_current_id_is_replaced),
		TEST(names_that_are_not_mitres_stay_with_a_note),
		TEST(what_only_looks_like_an_id_stays),
		TEST(ids_are_found_at_every_edge),
		TEST(what_is_uncertain_is_counted_and_stays),
		TEST(later_sub_techniques_are_told_once),
		TEST(only_what_names_techniques_in_a_ruleset_is_touched),
		TEST(only_names_of_a_configuration_are_touched),
		TEST(a_configuration_in_utf_16_is_refused),
		TEST(migrating_twice_changes_nothing_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "mitre/attack.h"

/* What one test works with. */
struct fixture {
	struct pk_arena *arena;
	const struct pk_attack *attack;
	struct pk_diags diags;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->attack = pk_attack_open(arena);
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

static bool check(struct fixture *fixture, const char *id)
{
	struct pk_source *source = pk_source_make(fixture->arena, "rules.yaml", id, strlen(id));
	return pk_attack_check(
		fixture->attack, id, pk_span_make(source, 0, strlen(id)), &fixture->diags);
}

/* The only finding so far; fails the test if there are more or none. */
static const struct pk_diag *only_finding(const struct fixture *fixture)
{
	assert_int_equal(fixture->diags.all.len, 1);
	return &fixture->diags.all.items[0];
}

static void assert_hint_has(const struct pk_diag *diag, const char *text)
{
	assert_non_null(diag->hint);
	if (strstr(diag->hint, text) == NULL)
		fail_msg("hint '%s' lacks '%s'", diag->hint, text);
}

static bool names_have(struct pk_attack_names names, const char *wanted)
{
	for (size_t i = 0; i < names.len; i++) {
		if (pk_text_equal(names.items[i], wanted))
			return true;
	}
	return false;
}

static size_t count_status(const struct pk_attack *attack, enum pk_technique_status status)
{
	size_t count = 0;
	for (size_t i = 0; i < pk_attack_count(attack); i++)
		count += pk_attack_at(attack, i)->status == status;
	return count;
}

static void release_19_2_is_complete(void **state)
{
	const struct fixture *fixture = *state;

	assert_string_equal(pk_attack_version(fixture->attack), "19.2");
	assert_int_equal(pk_attack_count(fixture->attack), 858);
	assert_int_equal(count_status(fixture->attack, PK_TECHNIQUE_ACTIVE), 697);
	assert_int_equal(count_status(fixture->attack, PK_TECHNIQUE_REVOKED), 149);
	assert_int_equal(count_status(fixture->attack, PK_TECHNIQUE_DEPRECATED), 12);
}

static void copyright_line_is_that_of_the_release(void **state)
{
	const struct fixture *fixture = *state;
	const struct pk_attack *older = pk_attack_open_version(fixture->arena, "18.1");

	assert_string_equal(pk_attack_copyright(fixture->attack),
		"\xc2\xa9 2026 The MITRE Corporation. This work is reproduced and distributed "
		"with the permission of The MITRE Corporation.");
	assert_string_equal(pk_attack_copyright(older),
		"\xc2\xa9 2025 The MITRE Corporation. This work is reproduced and distributed "
		"with the permission of The MITRE Corporation.");
}

static void release_18_1_is_complete(void **state)
{
	const struct fixture *fixture = *state;
	const struct pk_attack *older = pk_attack_open_version(fixture->arena, "18.1");

	assert_string_equal(pk_attack_version(older), "18.1");
	assert_int_equal(pk_attack_count(older), 835);
	assert_int_equal(count_status(older, PK_TECHNIQUE_ACTIVE), 691);
	assert_int_equal(count_status(older, PK_TECHNIQUE_REVOKED), 132);
	assert_int_equal(count_status(older, PK_TECHNIQUE_DEPRECATED), 12);
	assert_int_equal(pk_attack_find(older, "T1562.001")->status, PK_TECHNIQUE_ACTIVE);
	assert_null(pk_attack_find(older, "T1685"));
	assert_non_null(pk_attack_find_tactic(older, "defense-evasion"));
}

static void only_whole_releases_can_be_opened(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; pk_attack_version_at(i) != NULL; i++)
		assert_string_equal(pk_attack_version(pk_attack_open_version(
					    fixture->arena, pk_attack_version_at(i))),
			pk_attack_version_at(i));
	assert_null(pk_attack_open_version(fixture->arena, "17.1"));
	assert_null(pk_attack_open_version(fixture->arena, ""));
}

static void a_technique_says_what_its_analytics_need(void **state)
{
	const struct fixture *fixture = *state;
	const struct pk_technique *powershell = pk_attack_find(fixture->attack, "T1059.001");

	assert_int_equal(powershell->strategies.len, 1);
	assert_string_equal(powershell->strategies.items[0], "DET0455");
	assert_true(names_have(powershell->windows_components, "Process Creation"));
	assert_true(powershell->sysmon_event_count > 0);
	assert_int_equal(powershell->sysmon_events[0], 1);
	assert_int_equal(pk_attack_find(fixture->attack, "T1073")->strategies.len, 0);
}

static void every_active_technique_has_a_strategy_and_ascending_events(void **state)
{
	const struct fixture *fixture = *state;
	size_t seen_by_sysmon = 0;

	for (size_t i = 0; i < pk_attack_count(fixture->attack); i++) {
		const struct pk_technique *technique = pk_attack_at(fixture->attack, i);
		bool active = technique->status == PK_TECHNIQUE_ACTIVE;
		assert_int_equal(technique->strategies.len, active);
		for (size_t k = 1; k < technique->sysmon_event_count; k++)
			assert_true(technique->sysmon_events[k - 1] < technique->sysmon_events[k]);
		for (size_t k = 0; k < technique->windows_components.len; k++)
			assert_true(names_have(
				technique->components, technique->windows_components.items[k]));
		seen_by_sysmon += technique->sysmon_event_count > 0;
	}
	assert_int_equal(seen_by_sysmon, 417);
}

static void components_are_found_by_name_and_id(void **state)
{
	const struct fixture *fixture = *state;
	size_t count;
	pk_attack_components(fixture->attack, &count);

	assert_int_equal(count, 109);
	const struct pk_component *creation =
		pk_attack_find_component(fixture->attack, "Process Creation");
	assert_string_equal(creation->id, "DC0032");
	assert_string_equal(creation->data_source, "Process");
	assert_false(creation->deprecated);
	assert_ptr_equal(pk_attack_find_component(fixture->attack, "DC0032"), creation);
	assert_true(pk_attack_find_component(fixture->attack, "Pod Metadata")->deprecated);
	assert_null(pk_attack_find_component(fixture->attack, "Nothing"));
}

static void events_of_sysmon_have_their_components(void **state)
{
	const struct fixture *fixture = *state;
	size_t count;
	const struct pk_attack_source *sources = pk_attack_sources(fixture->attack, &count);
	size_t pipes = 0;
	size_t on_linux = 0;

	for (size_t i = 0; i < count; i++) {
		assert_non_null(sources[i].component);
		pipes += sources[i].event_id == 18 &&
			pk_text_equal(sources[i].component->name, "Named Pipe Metadata");
		on_linux += sources[i].is_linux;
		assert_int_not_equal(sources[i].event_id, 24);
	}
	assert_int_equal(pipes, 1);
	assert_int_equal(on_linux, 12);
}

static void a_sub_technique_has_all_its_columns(void **state)
{
	const struct fixture *fixture = *state;

	const struct pk_technique *powershell = pk_attack_find(fixture->attack, "T1059.001");
	assert_non_null(powershell);
	assert_string_equal(powershell->id, "T1059.001");
	assert_string_equal(powershell->name, "PowerShell");
	assert_int_equal(powershell->status, PK_TECHNIQUE_ACTIVE);
	assert_null(powershell->replacement);
	assert_int_equal(powershell->tactics.len, 1);
	assert_string_equal(powershell->tactics.items[0], "execution");
	assert_int_equal(powershell->platforms.len, 1);
	assert_string_equal(powershell->platforms.items[0], "Windows");
}

static void several_tactics_and_platforms_are_told_apart(void **state)
{
	const struct fixture *fixture = *state;

	const struct pk_technique *task = pk_attack_find(fixture->attack, "T1053");
	assert_non_null(task);
	assert_int_equal(task->tactics.len, 3);
	assert_true(names_have(task->tactics, "execution"));
	assert_true(names_have(task->tactics, "persistence"));
	assert_true(names_have(task->tactics, "privilege-escalation"));
	assert_true(names_have(task->platforms, "Windows"));
	assert_true(names_have(task->platforms, "Linux"));
	assert_false(names_have(task->platforms, "Windows,macOS"));
}

static void every_technique_is_found_by_its_id(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < pk_attack_count(fixture->attack); i++) {
		const struct pk_technique *technique = pk_attack_at(fixture->attack, i);
		assert_ptr_equal(pk_attack_find(fixture->attack, technique->id), technique);
	}
}

static void only_exact_ids_are_found(void **state)
{
	const struct fixture *fixture = *state;

	assert_null(pk_attack_find(fixture->attack, ""));
	assert_null(pk_attack_find(fixture->attack, "t1059"));
	assert_null(pk_attack_find(fixture->attack, "T1059 "));
	assert_null(pk_attack_find(fixture->attack, "T1059.0"));
	assert_null(pk_attack_find(fixture->attack, "T0000"));
	assert_null(pk_attack_find(fixture->attack, "T9999"));
}

static void every_active_technique_has_a_platform_and_tactics_of_the_matrix(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < pk_attack_count(fixture->attack); i++) {
		const struct pk_technique *technique = pk_attack_at(fixture->attack, i);
		if (technique->status != PK_TECHNIQUE_ACTIVE)
			continue;
		assert_true(technique->platforms.items[0][0] != '\0');
		for (size_t k = 0; k < technique->tactics.len; k++)
			assert_non_null(pk_attack_find_tactic(
				fixture->attack, technique->tactics.items[k]));
	}
}

static void tactics_keep_the_order_of_the_matrix(void **state)
{
	const struct fixture *fixture = *state;

	size_t count = 0;
	const struct pk_tactic *tactics = pk_attack_tactics(fixture->attack, &count);
	assert_int_equal(count, 15);
	assert_string_equal(tactics[0].short_name, "reconnaissance");
	assert_string_equal(tactics[count - 1].short_name, "impact");
}

static void defense_evasion_is_no_tactic_since_release_19(void **state)
{
	const struct fixture *fixture = *state;

	assert_null(pk_attack_find_tactic(fixture->attack, "defense-evasion"));
	const struct pk_tactic *stealth = pk_attack_find_tactic(fixture->attack, "stealth");
	assert_non_null(stealth);
	assert_string_equal(stealth->id, "TA0005");
	assert_string_equal(stealth->name, "Stealth");
}

static void an_active_technique_is_its_own_current_one(void **state)
{
	const struct fixture *fixture = *state;

	assert_ptr_equal(pk_attack_current(fixture->attack, "T1059"),
		pk_attack_find(fixture->attack, "T1059"));
}

static void replacements_are_followed_to_the_end(void **state)
{
	const struct fixture *fixture = *state;

	/* T1073 was replaced by T1574.002, and that by T1574.001. */
	assert_string_equal(pk_attack_find(fixture->attack, "T1073")->replacement, "T1574.002");
	assert_string_equal(pk_attack_current(fixture->attack, "T1073")->id, "T1574.001");
	assert_string_equal(pk_attack_current(fixture->attack, "T1562.001")->id, "T1685");
}

static void every_revoked_technique_has_a_current_one(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < pk_attack_count(fixture->attack); i++) {
		const struct pk_technique *technique = pk_attack_at(fixture->attack, i);
		if (technique->status == PK_TECHNIQUE_REVOKED)
			assert_non_null(pk_attack_current(fixture->attack, technique->id));
		else
			assert_null(technique->replacement);
	}
}

static void deprecated_and_unknown_techniques_have_no_current_one(void **state)
{
	const struct fixture *fixture = *state;

	assert_null(pk_attack_current(fixture->attack, "T1064"));
	assert_null(pk_attack_current(fixture->attack, "T9999"));
}

static void an_active_id_passes_without_a_finding(void **state)
{
	struct fixture *fixture = *state;

	assert_true(check(fixture, "T1003.001"));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void malformed_ids_are_errors(void **state)
{
	struct fixture *fixture = *state;
	static const char *const malformed[] = {"", "T", "T105", "T10590", "T1059.", "T1059.1",
		"T1059.0011", "T1059/001", "X1059", "T1O59", "T1059.00x", " T1059", "T1059,T1003"};
	const size_t count = sizeof(malformed) / sizeof(malformed[0]);

	for (size_t i = 0; i < count; i++) {
		assert_false(check(fixture, malformed[i]));
		assert_int_equal(fixture->diags.all.len, i + 1);
		const struct pk_diag *diag = &fixture->diags.all.items[i];
		assert_int_equal(diag->code, PK_MALFORMED_TECHNIQUE);
		assert_hint_has(diag, "T1059.001");
	}
	assert_int_equal(fixture->diags.errors, count);
}

static void a_small_letter_is_pointed_out(void **state)
{
	struct fixture *fixture = *state;

	assert_false(check(fixture, "t1059.003"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_MALFORMED_TECHNIQUE);
	assert_hint_has(diag, "'T1059.003'");
}

static void a_tactic_is_no_technique(void **state)
{
	struct fixture *fixture = *state;

	assert_false(check(fixture, "TA0002"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_MALFORMED_TECHNIQUE);
	assert_hint_has(diag, "Execution");
}

static void an_unknown_id_is_an_error_at_its_place(void **state)
{
	struct fixture *fixture = *state;

	assert_false(check(fixture, "T1958"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_UNKNOWN_TECHNIQUE);
	assert_int_equal(diag->severity, PK_ERROR);
	assert_int_equal(diag->span.begin, 0);
	assert_int_equal(diag->span.end, 5);
	assert_non_null(diag->hint);
}

static void an_unknown_sub_technique_points_to_its_parent(void **state)
{
	struct fixture *fixture = *state;

	assert_false(check(fixture, "T1059.999"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_UNKNOWN_TECHNIQUE);
	assert_hint_has(diag, "'T1059' (Command and Scripting Interpreter)");
}

static void a_revoked_id_is_a_warning_that_names_the_current_one(void **state)
{
	struct fixture *fixture = *state;

	assert_true(check(fixture, "T1073"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_REVOKED_TECHNIQUE);
	assert_int_equal(diag->severity, PK_WARNING);
	assert_hint_has(diag, "'T1574.001'");
}

static void a_deprecated_id_is_a_warning(void **state)
{
	struct fixture *fixture = *state;

	assert_true(check(fixture, "T1064"));
	const struct pk_diag *diag = only_finding(fixture);
	assert_int_equal(diag->code, PK_DEPRECATED_TECHNIQUE);
	assert_int_equal(diag->severity, PK_WARNING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(release_19_2_is_complete),
		TEST(copyright_line_is_that_of_the_release),
		TEST(release_18_1_is_complete),
		TEST(only_whole_releases_can_be_opened),
		TEST(a_technique_says_what_its_analytics_need),
		TEST(every_active_technique_has_a_strategy_and_ascending_events),
		TEST(components_are_found_by_name_and_id),
		TEST(events_of_sysmon_have_their_components),
		TEST(a_sub_technique_has_all_its_columns),
		TEST(several_tactics_and_platforms_are_told_apart),
		TEST(every_technique_is_found_by_its_id),
		TEST(only_exact_ids_are_found),
		TEST(every_active_technique_has_a_platform_and_tactics_of_the_matrix),
		TEST(tactics_keep_the_order_of_the_matrix),
		TEST(defense_evasion_is_no_tactic_since_release_19),
		TEST(an_active_technique_is_its_own_current_one),
		TEST(replacements_are_followed_to_the_end),
		TEST(every_revoked_technique_has_a_current_one),
		TEST(deprecated_and_unknown_techniques_have_no_current_one),
		TEST(an_active_id_passes_without_a_finding),
		TEST(malformed_ids_are_errors),
		TEST(a_small_letter_is_pointed_out),
		TEST(a_tactic_is_no_technique),
		TEST(an_unknown_id_is_an_error_at_its_place),
		TEST(an_unknown_sub_technique_points_to_its_parent),
		TEST(a_revoked_id_is_a_warning_that_names_the_current_one),
		TEST(a_deprecated_id_is_a_warning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

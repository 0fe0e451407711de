/* Coverage of a policy: labels, tests and recorded events that prove, counts, gaps. */
#include "tests/unit/policy_fixture.h"

#include "generators/coverage/coverage.h"

static struct pk_coverage *cover_policy(
	struct policy_fixture *fixture, const struct pk_policy *policy, enum pk_platform platform)
{
	struct pk_compile_options options = {.platform = platform};
	struct pk_diags diags = {.arena = fixture->arena};
	struct pk_test_run run;
	assert_true(pk_policy_test(&run, policy, &options, &diags));
	struct pk_coverage_input input = {.arena = fixture->arena,
		.attack = pk_attack_open(fixture->arena),
		.sysmon = run.sysmon,
		.element_ids = run.element_ids,
		.engine = pk_engine_make(fixture->arena, run.sysmon, run.element_ids),
		.policy = policy,
		.tests = &run};
	return pk_coverage_make(&input);
}

static struct pk_coverage *cover(struct policy_fixture *fixture, const char *text)
{
	return cover_policy(fixture, read_policy(fixture, text), PK_WINDOWS);
}

/* A policy that may have findings of its own. */
static struct pk_coverage *cover_imperfect(struct policy_fixture *fixture, const char *text)
{
	struct pk_policy_options options = {0};
	const struct pk_policy *policy = pk_policy_read_source(
		fixture->arena, source_from_text(fixture->arena, text), &options, &fixture->diags);
	assert_non_null(policy);
	return cover_policy(fixture, policy, PK_WINDOWS);
}

static enum pk_coverage_state state_of(const struct pk_coverage *coverage, const char *id)
{
	const struct pk_coverage_technique *technique = pk_coverage_find(coverage, id);
	assert_non_null(technique);
	return pk_coverage_state(technique);
}

#define ATTACKED(when, attack, tests)                                                              \
	"  - {id: r, title: R, event: ProcessCreate, when: {" when "}, attack: [" attack           \
	"], tests: [" tests "]}\n"
#define LOGGED(field, value) "{logged: {" field ": '" value "'}}"

/* --- labels and proofs --- */

static void all_ids_of_a_rule_are_labels_and_its_test_proves_them(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		HEAD
		"rules:\n" ATTACKED("Image: a.exe", "T1059.001, T1105", LOGGED("Image", "a.exe")));
	assert_int_equal(coverage->rules.len, 1);
	assert_int_equal(coverage->tests, 1);
	assert_int_equal(state_of(coverage, "T1059.001"), PK_COVERAGE_PROVEN);
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_PROVEN);
	assert_string_equal(pk_coverage_find(coverage, "T1105")->proof, "a test of rule r");
}

static void a_rule_without_an_event_is_labelled_only(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, HEAD "rules:\n" ATTACKED("Image: a.exe", "T1105", ""));
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_LABELLED);
	assert_int_equal(pk_coverage_count(coverage, NULL).proven, 0);
}

static void an_event_that_is_logged_under_another_name_proves_that_one(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		HEAD "rules:\n"
		     "  - {id: first, title: F, event: ProcessCreate, attack: [T1047],\n"
		     "     when: {Image: {contains: a}}}\n" ATTACKED(
			     "Image: a.exe", "T1105", LOGGED("Image", "a.exe")));
	assert_int_equal(state_of(coverage, "T1047"), PK_COVERAGE_PROVEN);
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_LABELLED);
}

static void a_rule_with_the_same_name_proves_no_other_id_of_its_neighbour(void **state)
{
	struct pk_coverage *coverage = cover_imperfect(*state,
		HEAD "rules:\n"
		     "  - {id: first, title: F, event: ProcessCreate, attack: [T1047],\n"
		     "     when: {Image: {contains: a}}}\n"
		     "  - {id: second, title: S, event: ProcessCreate, attack: [T1047, T1105],\n"
		     "     when: {Image: b.exe}, tests: [{logged: {Image: a.exe}}]}\n");
	assert_int_equal(state_of(coverage, "T1047"), PK_COVERAGE_PROVEN);
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_LABELLED);
}

static void excludes_and_other_targets_carry_nothing(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		HEAD "rules:\n"
		     "  - {id: keep, title: K, event: FileCreate, when: {Image: k}}\n"
		     "  - {id: x, title: X, event: ProcessCreate, attack: [T1047],\n"
		     "     when: {Image: a}" EXCLUDED "}\n"
		     "  - {id: m, title: M, event: ProcessCreate, attack: [T1105],\n"
		     "     when: {Image: a}, targets: [sysmon-linux]}\n");
	assert_int_equal(coverage->rules.len, 0);
	assert_int_equal(pk_coverage_count(coverage, NULL).labelled, 0);
}

static void a_retired_id_counts_at_its_successor_and_is_told(void **state)
{
	struct pk_coverage *coverage = cover_imperfect(
		*state, HEAD "rules:\n" ATTACKED("Image: a", "T1086", LOGGED("Image", "a")));
	assert_int_equal(state_of(coverage, "T1059.001"), PK_COVERAGE_PROVEN);
	assert_int_equal(coverage->stale.len, 1);
	assert_string_equal(coverage->stale.items[0].id, "T1086");
	assert_string_equal(coverage->stale.items[0].current->id, "T1059.001");
	assert_int_equal(coverage->stale.items[0].rules.len, 1);
}

static void a_recorded_event_proves_by_its_rule_name(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, HEAD "rules:\n" ATTACKED("Image: a.exe", "T1105, T1047", ""));
	const struct pk_event *event = pk_schema_find_id(coverage->schema, 1);
	struct pk_engine_event data = {.id = 1};
	data.values[pk_event_field(event, "Image")] = "b.exe";
	pk_coverage_add_event(coverage, &data, "lab.ndjson", 6);
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_LABELLED);

	data.values[pk_event_field(event, "Image")] = "a.exe";
	pk_coverage_add_event(coverage, &data, "lab.ndjson", 7);
	assert_int_equal(state_of(coverage, "T1105"), PK_COVERAGE_PROVEN);
	assert_string_equal(pk_coverage_find(coverage, "T1105")->proof, "event 7 of lab.ndjson");
	/* The second id is not in the name, and who gave the name is not known. */
	assert_int_equal(state_of(coverage, "T1047"), PK_COVERAGE_LABELLED);
	assert_int_equal(coverage->events, 2);
}

/* --- what is collected --- */

static void needed_events_are_collected_wholly_in_part_or_not(void **state)
{
	struct pk_coverage *coverage = cover(*state,
		HEAD "collect: {ProcessCreate: rules}\n"
		     "rules:\n"
		     "  - {id: r, title: R, event: ProcessCreate, when: {Image: a}}\n");
	const struct pk_coverage_technique *both = pk_coverage_find(coverage, "T1059.001");
	assert_true(both->needed == (1 << 1 | 1 << 7));
	assert_true(both->collected == 1 << 1);
	assert_int_equal(pk_coverage_state(both), PK_COVERAGE_PARTLY);
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	assert_int_equal(count.needed, 416);
	assert_int_equal(count.techniques, 474);
	assert_true(count.collected > 0 && count.partly > 0);
	assert_true(count.collected + count.partly < count.needed);
}

static void linux_has_its_own_techniques(void **state)
{
	struct pk_coverage *coverage = cover_policy(*state,
		read_policy(*state,
			HEAD "rules: [{id: r, title: R, event: ProcessCreate, when: {Image: a},\n"
			     "  attack: [T1546.004], targets: [sysmon-linux]}]\n"),
		PK_LINUX);
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	assert_int_equal(count.techniques, 355);
	assert_int_equal(count.needed, 9);
	assert_int_equal(count.labelled, 1);
}

static void a_technique_of_another_platform_is_told_but_not_counted(void **state)
{
	struct pk_coverage *coverage = cover(
		*state, HEAD "rules:\n" ATTACKED("Image: a", "T1546.004", LOGGED("Image", "a")));
	assert_int_equal(pk_coverage_count(coverage, NULL).labelled, 0);
	assert_int_equal(pk_coverage_count_elsewhere(coverage), 1);
}

static void counts_of_a_tactic_are_its_own(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, HEAD "rules:\n" ATTACKED("Image: a", "T1105", LOGGED("Image", "a")));
	assert_int_equal(pk_coverage_count(coverage, "command-and-control").labelled, 1);
	assert_int_equal(pk_coverage_count(coverage, "impact").labelled, 0);
	assert_int_equal(pk_coverage_count(coverage, NULL).labelled, 1);
}

/* --- gaps --- */

static const struct pk_coverage_component *find_component(
	const struct pk_coverage_components *components, const char *name)
{
	for (size_t i = 0; i < components->items.len; i++) {
		if (strcmp(components->items.items[i].component->name, name) == 0)
			return &components->items.items[i];
	}
	return NULL;
}

static bool has_technique(
	const struct pk_coverage_technique *const *entries, size_t len, const char *id)
{
	for (size_t i = 0; i < len; i++) {
		if (strcmp(entries[i]->technique->id, id) == 0)
			return true;
	}
	return false;
}

static void a_component_tells_what_collecting_and_labelling_would_gain(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, HEAD "rules:\n" ATTACKED("Image: a", "T1105", LOGGED("Image", "a")));
	struct pk_coverage_components components = pk_coverage_find_gaps(coverage);

	const struct pk_coverage_component *loads = find_component(&components, "Module Load");
	assert_non_null(loads);
	assert_true(loads->fed_by == 1 << 7 && loads->collected == 0);
	assert_int_equal(loads->unlabelled.len, 0);
	assert_true(has_technique(loads->uncollected.items, loads->uncollected.len, "T1059.001"));

	const struct pk_coverage_component *starts =
		find_component(&components, "Process Creation");
	assert_non_null(starts);
	assert_true((starts->collected & 1 << 1) != 0);
	assert_true(has_technique(starts->techniques.items, starts->techniques.len, "T1105"));
	assert_false(has_technique(starts->unlabelled.items, starts->unlabelled.len, "T1105"));
}

static void components_that_sysmon_cannot_show_come_last(void **state)
{
	struct pk_coverage *coverage =
		cover(*state, HEAD "rules:\n" ATTACKED("Image: a", "T1105", LOGGED("Image", "a")));
	struct pk_coverage_components components = pk_coverage_find_gaps(coverage);
	bool out_of_reach = false;
	size_t before = SIZE_MAX;

	for (size_t i = 0; i < components.items.len; i++) {
		const struct pk_coverage_component *item = &components.items.items[i];
		size_t gain = item->uncollected.len + item->unlabelled.len;
		assert_false(out_of_reach && item->fed_by != 0);
		out_of_reach |= item->fed_by == 0;
		assert_true(out_of_reach || gain <= before);
		before = gain;
	}
	assert_true(out_of_reach);
	assert_true(find_component(&components, "Logon Session Creation")->fed_by == 0);
}

/* --- the shipped library --- */

static void the_shipped_rules_prove_at_least_150_techniques(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_policy_options options = {0};
	const struct pk_policy *policy =
		pk_policy_read(fixture->arena, "windows-base", &options, &fixture->diags);
	assert_non_null(policy);
	struct pk_coverage *coverage = cover_policy(fixture, policy, PK_WINDOWS);
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	assert_true(count.labelled >= 150);
	assert_true(count.proven >= 150);
	assert_int_equal(coverage->stale.len, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_ids_of_a_rule_are_labels_and_its_test_proves_them),
		TEST(a_rule_without_an_event_is_labelled_only),
		TEST(an_event_that_is_logged_under_another_name_proves_that_one),
		TEST(a_rule_with_the_same_name_proves_no_other_id_of_its_neighbour),
		TEST(excludes_and_other_targets_carry_nothing),
		TEST(a_retired_id_counts_at_its_successor_and_is_told),
		TEST(a_recorded_event_proves_by_its_rule_name),
		TEST(needed_events_are_collected_wholly_in_part_or_not),
		TEST(linux_has_its_own_techniques),
		TEST(a_technique_of_another_platform_is_told_but_not_counted),
		TEST(counts_of_a_tactic_are_its_own),
		TEST(a_component_tells_what_collecting_and_labelling_would_gain),
		TEST(components_that_sysmon_cannot_show_come_last),
		TEST(the_shipped_rules_prove_at_least_150_techniques),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

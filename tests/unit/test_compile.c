/* Policies compiled to Sysmon: elements, collect, names, schemas, settings, and what is told. */
#include "tests/unit/compile_fixture.h"

#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_write.h"

#define INCLUDE(id, event, when) "  - {id: " id ", title: T, event: " event ", when: {" when "}}\n"
#define EXCLUDE(id, event, when)                                                                   \
	"  - {id: " id ", title: T, event: " event EXCLUDED ", when: {" when "}}\n"
#define QUIET "+ProcessCreate:\n+ProcessTerminate:\n"

/* The first finding with `code` stands here. */
static void assert_told(
	struct policy_fixture *fixture, enum pk_code code, unsigned line, unsigned column)
{
	assert_place(find_finding(fixture, code)->span, line, column);
}

/* --- elements --- */

static void rules_of_an_event_share_an_element(void **state)
{
	assert_compiled(*state,
		WITH_START(INCLUDE("a", "FileCreate", "Image: a") INCLUDE(
			"b", "DnsQuery", "Image: b") INCLUDE("c", "FileCreate", "Image: c")),
		QUIET "+FileCreate: Image is 'a'; Image is 'c'\n+DnsQuery: Image is 'b'\n");
}

static void excludes_come_before_includes(void **state)
{
	assert_compiled(*state,
		WITH_START(INCLUDE("a", "FileCreate", "Image: a")
				EXCLUDE("b", "FileCreate", "User: u")),
		QUIET "-FileCreate: User is 'u'\n+FileCreate: Image is 'a'\n");
}

static void every_element_stands_in_a_group_of_its_own(void **state)
{
	struct pk_sysmon *sysmon = compile_for(
		*state, WITH_START(INCLUDE("a", "FileCreate", "Image: a")), PK_WINDOWS, NULL);
	for (size_t i = 0; i < sysmon->elements.len; i++) {
		assert_true(sysmon->elements.items[i].in_group);
		assert_string_equal(sysmon->elements.items[i].group_relation, "or");
	}
}

static void disabled_rules_and_those_of_other_sensors_stay_out(void **state)
{
	assert_compiled(*state,
		WITH_START(INCLUDE("a", "FileCreate",
			"Image: a") "  - {id: b, title: T, event: FileCreate, enabled: false, "
				    "when: {Image: b}}\n"
				    "  - {id: c, title: T, event: FileCreate, "
				    "targets: [sysmon-linux], when: {Image: c}}\n"),
		QUIET "+FileCreate: Image is 'a'\n");
}

/* --- families --- */

static void rules_that_ask_for_other_registry_events_get_other_elements(void **state)
{
	assert_compiled(*state,
		WITH_START(INCLUDE("a", "RegistryEvent", "NewName: n") INCLUDE("b", "RegistryEvent",
			"Details: d") INCLUDE("c", "RegistryEvent", "TargetObject: t")),
		QUIET "+RegistryEvent: TargetObject is 't'\n+RegistryEvent: Details is 'd'\n"
		      "+RegistryEvent: NewName is 'n'\n");
}

static void alternatives_of_one_rule_may_be_bound_to_two_events(void **state)
{
	assert_compiled(*state,
		WITH_START(INCLUDE("a", "RegistryEvent", "any: [{Details: d}, {NewName: n}]")),
		QUIET "+RegistryEvent: Details is 'd'\n+RegistryEvent: NewName is 'n'\n");
}

static void fields_that_no_event_of_a_family_has_together_are_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, WITH_START(INCLUDE("a", "WmiEvent", "Query: q, Consumer: c")),
		PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.all.len, 1);
	assert_told(fixture, PK_FAMILY_MIXED, 5, 5);
}

static void a_field_that_only_the_bound_event_is_matched_by_is_told(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture, WITH_START(INCLUDE("a", "WmiEvent", "Name: n")),
		QUIET "+WmiEvent: Name is 'n'\n");
	assert_told(fixture, PK_FAMILY_FIELD, 5, 47);
}

/* --- collect --- */

static void collect_all_without_excludes_is_an_empty_exclude(void **state)
{
	assert_compiled(*state,
		HEAD "collect: {DriverLoad: all, ProcessCreate: all, ProcessTerminate: none}\n",
		"-ProcessCreate:\n+ProcessTerminate:\n-DriverLoad:\n");
}

static void collect_all_keeps_the_excludes(void **state)
{
	assert_compiled(*state,
		HEAD "collect: {DriverLoad: all, ProcessCreate: none, ProcessTerminate: none}\n"
		     "rules:\n" EXCLUDE("b", "DriverLoad", "Signed: 'true'"),
		QUIET "-DriverLoad: Signed is 'true'\n");
}

static void collect_all_warns_of_includes_that_are_left_out(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture,
		HEAD "collect: {DriverLoad: all, ProcessCreate: none, ProcessTerminate: none}\n"
		     "rules:\n" INCLUDE("b", "DriverLoad", "Signed: 'false'"),
		QUIET "-DriverLoad:\n");
	assert_told(fixture, PK_COLLECT_EVERYTHING, 3, 11);
}

static void collect_all_with_excludes_of_two_registry_events_still_logs_the_rest(void **state)
{
	/* Two excludes without an include would drop every event. */
	assert_compiled(*state,
		HEAD "collect: {RegistryEvent: all, ProcessCreate: none, ProcessTerminate: none}\n"
		     "rules:\n" EXCLUDE("a", "RegistryEvent", "Details: d")
			     EXCLUDE("b", "RegistryEvent", "NewName: n"),
		QUIET "-RegistryEvent: Details is 'd'\n-RegistryEvent: NewName is 'n'\n"
		      "+RegistryEvent: UtcTime is not 'none'\n");
}

static void collect_none_leaves_the_rules_out_and_says_so(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture,
		HEAD "collect: {ProcessCreate: none, ProcessTerminate: none}\n"
		     "rules:\n" INCLUDE("b", "ProcessCreate", "Image: a"),
		QUIET);
	assert_told(fixture, PK_COLLECT_NOTHING, 3, 11);
}

static void process_starts_that_nothing_is_said_of_are_noted(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture, RULE("FileCreate", "Image: a", ""), "+FileCreate: Image is 'a'\n");
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(count_findings(fixture, PK_DEFAULT_LOGGED), 2);
}

static void collect_rules_switches_the_default_off_where_there_are_none(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture,
		HEAD "collect: {ProcessCreate: rules, ProcessTerminate: rules}\n"
		     "rules:\n" INCLUDE("a", "FileCreate", "Image: a"),
		QUIET "+FileCreate: Image is 'a'\n");
	assert_int_equal(fixture->diags.all.len, 0);
}

static void excludes_alone_log_nothing_and_are_warned_of(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled(fixture, WITH_START(EXCLUDE("b", "FileCreate", "Image: a")), QUIET);
	assert_told(fixture, PK_EXCLUDE_ALONE, 5, 30);
}

static void excludes_alone_of_an_event_that_is_logged_by_default_switch_it_off(void **state)
{
	assert_compiled(*state,
		HEAD "collect: {ProcessTerminate: none}\n"
		     "rules:\n" EXCLUDE("b", "ProcessCreate", "Image: a"),
		QUIET);
}

/* --- names --- */

/* The name of the only filter of the only rule. */
static const char *name_of(struct policy_fixture *fixture, const char *text)
{
	struct pk_sysmon *sysmon = compile_for(fixture, text, PK_WINDOWS, NULL);
	const struct pk_element *element = &sysmon->elements.items[0];
	assert_int_equal(element->terms.len, 1);
	return pk_filter_name(element, &element->terms.items[0], &element->terms.items[0].filter);
}

static void the_default_name_tells_the_technique(void **state)
{
	assert_string_equal(
		name_of(*state, RULE("FileCreate", "Image: a", ", attack: [T1059.001, T1105]")),
		"technique_id=T1059.001,technique_name=PowerShell");
}

static void a_rule_without_technique_is_named_by_its_id(void **state)
{
	assert_string_equal(name_of(*state, RULE("FileCreate", "Image: a", "")), "rule_id=r");
}

static void a_name_of_its_own_goes_before_the_template(void **state)
{
	assert_string_equal(
		name_of(*state,
			RULE("FileCreate", "Image: a", ", attack: [T1105], name: 'my=own,name'")),
		"my=own,name");
}

static void every_placeholder_is_filled(void **state)
{
	assert_string_equal(
		name_of(*state,
			"picket: 1\nruleset: {id: t, version: 1.0.0, title: T, rule_name: "
			"'{rule_id}|{severity}|{tactic}|{technique_id}|{technique_name}|{title}|{'}"
			"\n"
			"rules: [{id: r, title: Title, event: FileCreate, severity: high, "
			"attack: [T1105], when: {Image: a}}]\n"),
		"r|high|command-and-control|T1105|Ingress Tool Transfer|Title|{");
}

static void commas_and_equals_signs_in_a_filled_value_become_blanks(void **state)
{
	assert_string_equal(
		name_of(*state,
			"picket: 1\nruleset: {id: t, version: 1.0.0, title: T, "
			"rule_name: 'title={title},x'}\n"
			"rules: [{id: r, title: 'a,b=c', event: FileCreate, attack: [T1105], "
			"when: {Image: a}}]\n"),
		"title=a b c,x");
}

static void excludes_have_no_name_unless_they_say_so(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(fixture,
		WITH_START(INCLUDE("a", "FileCreate", "Image: a")
				EXCLUDE("b", "FileCreate", "User: u")),
		PK_WINDOWS, NULL);
	assert_null(sysmon->elements.items[2].terms.items[0].filter.name);

	sysmon = compile_for(fixture,
		WITH_START(INCLUDE("a", "FileCreate",
			"Image: a") "  - {id: b, title: T, event: FileCreate" EXCLUDED
				    ", name: n, when: {User: u}}\n"),
		PK_WINDOWS, NULL);
	assert_string_equal(sysmon->elements.items[2].terms.items[0].filter.name, "n");
}

/* A rule with a name of so many bytes. */
static const char *rule_with_name(struct policy_fixture *fixture, int bytes)
{
	return pk_arena_printf(fixture->arena,
		WITH_START("  - {id: a, title: T, event: FileCreate, when: {Image: a}, "
			   "name: %.*s}\n"),
		bytes,
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void a_name_of_255_bytes_is_compiled(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, rule_with_name(fixture, 255), PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void a_name_of_256_bytes_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, rule_with_name(fixture, 256), PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.errors, 1);
	assert_told(fixture, PK_RULE_NAME_LONG, 5, 66);
}

/* --- schemas --- */

static void an_event_that_the_schema_lacks_leaves_the_rule_out(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled_for(
		fixture, "4.50", WITH_START(INCLUDE("a", "FileDeleteDetected", "Image: a")), QUIET);
	assert_told(fixture, PK_RULE_EVENT_UNSUPPORTED, 5, 30);
}

static void a_field_that_the_schema_lacks_leaves_the_whole_rule_out(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled_for(fixture, "4.70",
		WITH_START(INCLUDE("a", "FileCreate", "any: [{Image: a}, {User: u}]")), QUIET);
	assert_told(fixture, PK_RULE_FIELD_UNSUPPORTED, 5, 68);
}

static void a_rule_that_says_which_schema_it_needs_is_left_out_with_a_note(void **state)
{
	struct policy_fixture *fixture = *state;
	assert_compiled_for(fixture, "4.50",
		WITH_START("  - {id: a, title: T, event: FileDeleteDetected, schema: '4.60', "
			   "when: {Image: a}}\n"),
		QUIET);
	assert_int_equal(fixture->diags.all.len, 1);
	assert_told(fixture, PK_RULE_NEEDS_SCHEMA, 5, 10);
}

static void the_schema_of_the_ruleset_is_the_default(void **state)
{
	struct pk_sysmon *sysmon = compile_for(*state,
		"picket: 1\nruleset: {id: t, version: 1.0.0, title: T, schema: '4.50'}\n"
		"collect: {ProcessCreate: none, ProcessTerminate: none, DnsQuery: all}\n",
		PK_WINDOWS, NULL);
	assert_string_equal(sysmon->version_text, "4.50");
}

static void without_any_schema_the_newest_is_taken(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = WITH_START(INCLUDE("a", "FileCreate", "Image: a"));
	assert_string_equal(compile_for(fixture, text, PK_WINDOWS, NULL)->version_text, "4.91");
}

static void a_schema_between_two_known_ones_is_warned_of(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(
		fixture, WITH_START(INCLUDE("a", "FileCreate", "Image: a")), PK_WINDOWS, "4.55");
	assert_int_equal(count_findings(fixture, PK_SCHEMA_UNKNOWN), 1);
	assert_string_equal(sysmon->version_text, "4.55");
	assert_int_equal(sysmon->schema->version, PK_VERSION(4, 50));
}

static void a_schema_that_no_parser_takes_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = WITH_START(INCLUDE("a", "FileCreate", "Image: a"));
	assert_null(compile_for(fixture, text, PK_WINDOWS, "3.40"));
	assert_int_equal(count_findings(fixture, PK_SCHEMA_UNUSABLE), 1);
}

static void a_text_that_is_no_schema_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	const char *text = WITH_START(INCLUDE("a", "FileCreate", "Image: a"));
	assert_null(compile_for(fixture, text, PK_WINDOWS, "newest"));
	assert_int_equal(count_findings(fixture, PK_SCHEMA_UNUSABLE), 1);
}

static void no_rule_for_the_target_is_warned_of(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, WITH_START(INCLUDE("a", "FileCreate", "Image: a")), PK_LINUX, NULL);
	assert_int_equal(count_findings(fixture, PK_TARGET_WITHOUT_RULES), 1);
}

static void a_policy_that_only_collects_needs_no_rule(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, HEAD "collect: {ProcessCreate: all, ProcessTerminate: all}\n",
		PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.all.len, 0);
}

/* --- settings --- */

#define SETTINGS(text)                                                                             \
	HEAD "collect: {ProcessCreate: none, ProcessTerminate: none, FileCreate: all}\n"           \
	     "settings: {sysmon: {" text "}}\n"

static void settings_become_entries(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(fixture,
		SETTINGS("hash_algorithms: [MD5, SHA256], dns_lookup: false"), PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.errors, 0);
	assert_int_equal(sysmon->entries.len, 2);
	assert_string_equal(sysmon->entries.items[0].name, "HashAlgorithms");
	assert_string_equal(sysmon->entries.items[0].value, "MD5,SHA256");
	assert_string_equal(sysmon->entries.items[1].name, "DnsLookup");
	assert_string_equal(sysmon->entries.items[1].value, "False");
}

static void a_setting_that_the_schema_lacks_is_left_out(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(
		fixture, SETTINGS("field_sizes: {CommandLine: 100}"), PK_WINDOWS, "4.80");
	assert_int_equal(sysmon->entries.len, 0);
	assert_int_equal(count_findings(fixture, PK_SETTING_UNSUPPORTED), 1);
}

static void settings_that_sysmon_for_linux_refuses_are_left_out(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_sysmon *sysmon = compile_for(fixture,
		SETTINGS("hash_algorithms: [MD5], check_revocation: true, archive_directory: A, "
			 "capture_clipboard: true, field_sizes: {CommandLine: 100}"),
		PK_LINUX, NULL);
	assert_int_equal(sysmon->entries.len, 1);
	assert_string_equal(sysmon->entries.items[0].name, "HashAlgorithms");
	assert_int_equal(count_findings(fixture, PK_SETTING_UNSUPPORTED), 4);
}

static void an_entry_that_sysmon_would_refuse_is_an_error(void **state)
{
	struct policy_fixture *fixture = *state;
	compile_for(fixture, SETTINGS("entries: [{name: ArchiveDirectory, value: 'C:\\x'}]"),
		PK_WINDOWS, NULL);
	assert_int_equal(fixture->diags.errors, 1);
	find_finding(fixture, PK_COMPILED_REFUSED);
}

/* --- laws --- */

#define EVERYTHING                                                                                 \
	HEAD "collect: {ProcessCreate: none, ProcessTerminate: none, DriverLoad: all}\n"           \
	     "settings: {sysmon: {hash_algorithms: '*', capture_clipboard: true}}\n"               \
	     "rules:\n" INCLUDE(                                                                   \
		     "a", "FileCreate", "Image: {contains: ['<&>', '\"']}, User: [u, v]")          \
		     EXCLUDE("b", "FileCreate", "User: {is not: [x, y]}")                          \
			     INCLUDE("c", "RegistryEvent", "any: [{Details: d}, {NewName: n}]")

static void compiling_twice_gives_the_same_bytes(void **state)
{
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	pk_sysmon_write(&first, compile_for(*state, EVERYTHING, PK_WINDOWS, NULL));
	pk_sysmon_write(&second, compile_for(*state, EVERYTHING, PK_WINDOWS, NULL));
	assert_true(first.len > 0);
	assert_string_equal(first.data, second.data);
}

static void what_is_compiled_is_accepted_by_the_parser_of_every_schema(void **state)
{
	struct policy_fixture *fixture = *state;
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(PK_WINDOWS, &count);
	for (size_t i = 0; i < count; i++) {
		fixture->diags = (struct pk_diags){.arena = fixture->arena};
		const char *schema = pk_schema_version_text(fixture->arena, versions[i].version);
		PK_BUF_AUTO text = {0};
		pk_sysmon_write(&text, compile_for(fixture, EVERYTHING, PK_WINDOWS, schema));
		assert_int_equal(fixture->diags.errors, 0);

		struct pk_sysmon_options options = {.parser = versions[i].version};
		struct pk_source *source = source_from_text(fixture->arena, text.data);
		struct pk_sysmon *sysmon =
			pk_sysmon_judge(source, &options, false, &fixture->diags);
		assert_false(sysmon->rejected);
		assert_false(sysmon->defects);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(rules_of_an_event_share_an_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(excludes_come_before_includes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		every_element_stands_in_a_group_of_its_own, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		disabled_rules_and_those_of_other_sensors_stay_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		rules_that_ask_for_other_registry_events_get_other_elements, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		alternatives_of_one_rule_may_be_bound_to_two_events, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		fields_that_no_event_of_a_family_has_together_are_an_error, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_that_only_the_bound_event_is_matched_by_is_told, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		collect_all_without_excludes_is_an_empty_exclude, set_up, tear_down),
	cmocka_unit_test_setup_teardown(collect_all_keeps_the_excludes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		collect_all_warns_of_includes_that_are_left_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		collect_all_with_excludes_of_two_registry_events_still_logs_the_rest, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		collect_none_leaves_the_rules_out_and_says_so, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		process_starts_that_nothing_is_said_of_are_noted, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		collect_rules_switches_the_default_off_where_there_are_none, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		excludes_alone_log_nothing_and_are_warned_of, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		excludes_alone_of_an_event_that_is_logged_by_default_switch_it_off, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(the_default_name_tells_the_technique, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_rule_without_technique_is_named_by_its_id, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_name_of_its_own_goes_before_the_template, set_up, tear_down),
	cmocka_unit_test_setup_teardown(every_placeholder_is_filled, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		commas_and_equals_signs_in_a_filled_value_become_blanks, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		excludes_have_no_name_unless_they_say_so, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_name_of_255_bytes_is_compiled, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_name_of_256_bytes_is_an_error, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_event_that_the_schema_lacks_leaves_the_rule_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_that_the_schema_lacks_leaves_the_whole_rule_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_rule_that_says_which_schema_it_needs_is_left_out_with_a_note, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		the_schema_of_the_ruleset_is_the_default, set_up, tear_down),
	cmocka_unit_test_setup_teardown(without_any_schema_the_newest_is_taken, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_schema_between_two_known_ones_is_warned_of, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_schema_that_no_parser_takes_is_an_error, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_text_that_is_no_schema_is_an_error, set_up, tear_down),
	cmocka_unit_test_setup_teardown(no_rule_for_the_target_is_warned_of, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_policy_that_only_collects_needs_no_rule, set_up, tear_down),
	cmocka_unit_test_setup_teardown(settings_become_entries, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_setting_that_the_schema_lacks_is_left_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		settings_that_sysmon_for_linux_refuses_are_left_out, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_entry_that_sysmon_would_refuse_is_an_error, set_up, tear_down),
	cmocka_unit_test_setup_teardown(compiling_twice_gives_the_same_bytes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		what_is_compiled_is_accepted_by_the_parser_of_every_schema, set_up, tear_down),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}

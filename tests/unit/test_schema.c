/* Schemas: versions, and which events, fields and entries each of them has. */
#include "tests/unit/test.h"

#include "generators/schema/schema.h"

static const struct pk_schema *schema(struct pk_arena *arena, unsigned major, unsigned minor)
{
	const struct pk_schema *made = pk_schema_make(arena, PK_WINDOWS, PK_VERSION(major, minor));
	assert_non_null(made);
	return made;
}

static const struct pk_schema *linux_schema(struct pk_arena *arena)
{
	return pk_schema_make(arena, PK_LINUX, pk_schema_newest(PK_LINUX));
}

/* --- versions --- */

static void the_newest_schema_depends_on_the_platform(void **state)
{
	(void)state;
	assert_int_equal(pk_schema_newest(PK_WINDOWS), PK_VERSION(4, 91));
	assert_int_equal(pk_schema_newest(PK_LINUX), PK_VERSION(4, 90));
}

static void versions_are_listed_oldest_first(void **state)
{
	(void)state;
	static const enum pk_platform platforms[] = {PK_WINDOWS, PK_LINUX};
	for (size_t p = 0; p < 2; p++) {
		size_t count;
		const struct pk_schema_version *versions = pk_schema_versions(platforms[p], &count);
		assert_int_equal(versions[0].version, PK_VERSION(4, 0));
		for (size_t i = 1; i < count; i++) {
			assert_true(versions[i].version > versions[i - 1].version);
			assert_true(versions[i].binary_version >= versions[i - 1].binary_version);
		}
	}
}

static void binary_versions_are_those_of_the_releases(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_int_equal(schema(arena, 4, 0)->binary_version, PK_VERSION(1, 1));
	assert_int_equal(schema(arena, 4, 21)->binary_version, PK_VERSION(9, 10));
	assert_int_equal(schema(arena, 4, 32)->binary_version, PK_VERSION(9, 20));
	assert_int_equal(schema(arena, 4, 91)->binary_version, PK_VERSION(18, 0));
}

static void a_version_that_no_sysmon_has_gives_no_schema(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_null(pk_schema_make(arena, PK_WINDOWS, PK_VERSION(4, 55)));
	assert_null(pk_schema_make(arena, PK_WINDOWS, PK_VERSION(3, 40)));
	assert_null(pk_schema_make(arena, PK_LINUX, PK_VERSION(4, 91)));
}

/* What a parser whose newest schema is `parser` applies to a file that says `file`. */
static void assert_applied(uint32_t parser, uint32_t file, uint32_t want)
{
	assert_int_equal(pk_schema_applied(PK_WINDOWS, parser, file), want);
}

static void the_newest_schema_applies_to_files_that_declare_it(void **state)
{
	(void)state;
	assert_applied(PK_VERSION(4, 91), PK_VERSION(4, 91), PK_VERSION(4, 91));
	assert_applied(PK_VERSION(4, 0), PK_VERSION(4, 0), PK_VERSION(4, 0));
}

static void a_file_newer_than_the_parser_is_checked_by_the_second_newest_schema(void **state)
{
	(void)state;
	assert_applied(PK_VERSION(4, 91), PK_VERSION(5, 0), PK_VERSION(4, 90));
	assert_applied(PK_VERSION(4, 91), PK_VERSION(65535, 0), PK_VERSION(4, 90));
	assert_applied(PK_VERSION(4, 81), PK_VERSION(4, 90), PK_VERSION(4, 80));
}

static void a_version_between_two_schemas_takes_the_lower_one(void **state)
{
	(void)state;
	assert_applied(PK_VERSION(4, 91), PK_VERSION(4, 55), PK_VERSION(4, 50));
	assert_applied(PK_VERSION(4, 91), PK_VERSION(4, 5), PK_VERSION(4, 0));
}

static void nothing_applies_below_4_00(void **state)
{
	(void)state;
	assert_applied(PK_VERSION(4, 91), PK_VERSION(3, 99), 0);
}

static void a_version_in_an_option_is_two_numbers_and_a_dot(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t want;
	} good[] = {
		{"4.90", PK_VERSION(4, 90)},
		{"4.9", PK_VERSION(4, 90)},
		{"4.09", PK_VERSION(4, 9)},
		{"65535.0", PK_VERSION(65535, 0)},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		uint32_t version = 0;
		assert_true(pk_schema_parse_version(&version, good[i].text));
		assert_int_equal(version, good[i].want);
	}
}

static void other_forms_of_a_version_are_refused_and_leave_it_alone(void **state)
{
	(void)state;
	static const char *const bad[] = {"", ".", "4", "4.", ".9", "4.901", "4,90", "4.9.0",
		" 4.90", "4.90 ", "-4.90", "0x4.9", "4.-1", "65536.0", "123456.0", "4.9a"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint32_t version = 7;
		assert_false(pk_schema_parse_version(&version, bad[i]));
		assert_int_equal(version, 7);
	}
}

static void a_version_is_printed_with_two_decimals(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_string_equal(pk_schema_version_text(arena, PK_VERSION(4, 90)), "4.90");
	assert_string_equal(pk_schema_version_text(arena, PK_VERSION(4, 5)), "4.05");
}

/* --- events and fields --- */

static void events_come_with_their_schema(void **state)
{
	(void)state;
	static const struct {
		const char *tag;
		uint32_t since;
	} rows[] = {
		{"ProcessCreate", PK_VERSION(4, 0)},
		{"DnsQuery", PK_VERSION(4, 21)},
		{"FileDelete", PK_VERSION(4, 30)},
		{"ClipboardChange", PK_VERSION(4, 40)},
		{"ProcessTampering", PK_VERSION(4, 50)},
		{"FileDeleteDetected", PK_VERSION(4, 60)},
		{"FileBlockExecutable", PK_VERSION(4, 82)},
		{"FileBlockShredding", PK_VERSION(4, 83)},
		{"FileExecutableDetected", PK_VERSION(4, 90)},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(pk_schema_tag_since(PK_WINDOWS, rows[i].tag), rows[i].since);
}

static void an_event_is_missing_below_its_schema(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_null(pk_schema_find_tag(schema(arena, 4, 50), "FileDeleteDetected"));
	assert_non_null(pk_schema_find_tag(schema(arena, 4, 60), "FileDeleteDetected"));
}

static void tags_and_fields_are_told_apart_by_case(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	assert_null(pk_schema_find_tag(newest, "processcreate"));
	assert_true(pk_schema_tag_has_field(newest, "ProcessAccess", "SourceProcessGUID"));
	assert_false(pk_schema_tag_has_field(newest, "ProcessAccess", "SourceProcessGuid"));
	assert_true(pk_schema_tag_has_field(newest, "CreateRemoteThread", "SourceProcessGuid"));
}

static void only_process_starts_and_ends_are_logged_without_an_element(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	for (size_t i = 0; i < newest->events.len; i++) {
		const struct pk_event *event = &newest->events.items[i];
		assert_int_equal(event->logged_by_default, event->id == 1 || event->id == 5);
	}
}

static void events_4_16_and_255_cannot_be_filtered(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	for (size_t i = 0; i < newest->events.len; i++) {
		const struct pk_event *event = &newest->events.items[i];
		bool filtered = event->id != 4 && event->id != 16 && event->id != 255;
		assert_int_equal(event->tag != NULL, filtered);
	}
}

static void one_tag_stands_for_three_registry_events(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	const struct pk_event *registry = pk_schema_find_tag(newest, "RegistryEvent");
	assert_int_equal(registry->id, 12);
	assert_int_equal(pk_schema_family(newest, registry), 3);
	assert_int_equal(pk_schema_family(newest, pk_schema_find_tag(newest, "PipeEvent")), 2);
	assert_int_equal(pk_schema_family(newest, pk_schema_find_tag(newest, "WmiEvent")), 3);
	assert_int_equal(pk_schema_family(newest, pk_schema_find_tag(newest, "FileCreate")), 1);
}

static void a_tag_has_the_fields_of_all_its_events(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	assert_true(pk_schema_tag_has_field(newest, "RegistryEvent", "Details"));
	assert_true(pk_schema_tag_has_field(newest, "RegistryEvent", "NewName"));
	assert_false(pk_schema_tag_has_field(newest, "RegistryEvent", "CommandLine"));
	assert_false(pk_schema_tag_has_field(newest, "NoEvent", "Image"));
}

static void the_index_of_a_field_counts_from_its_schema(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_event *old = pk_schema_find_id(schema(arena, 4, 0), 1);
	const struct pk_event *recent = pk_schema_find_id(schema(arena, 4, 91), 1);
	assert_int_equal(pk_event_field(old, "UtcTime"), 0);
	assert_int_equal(pk_event_field(recent, "UtcTime"), 1);
	assert_int_equal(pk_event_field(recent, "ParentUser"), 22);
	assert_int_equal(pk_event_field(old, "ParentUser"), -1);
}

static void a_field_is_of_its_event_and_schema(void **state)
{
	(void)state;
	static const struct {
		const char *tag;
		const char *field;
		uint32_t since;
	} rows[] = {
		{"ProcessCreate", "Image", PK_VERSION(4, 0)},
		{"ProcessCreate", "RuleName", PK_VERSION(4, 10)},
		{"ProcessCreate", "OriginalFileName", PK_VERSION(4, 21)},
		{"PipeEvent", "EventType", PK_VERSION(4, 21)},
		{"FileCreateStreamHash", "Contents", PK_VERSION(4, 31)},
		{"ImageLoad", "User", PK_VERSION(4, 80)},
		{"DnsQuery", "QueryName", PK_VERSION(4, 21)},
		{"FileDelete", "IsExecutable", PK_VERSION(4, 30)},
		{"FileExecutableDetected", "Image", PK_VERSION(4, 90)},
		{"ProcessCreate", "QueryName", 0},
		{"NoEvent", "Image", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(pk_schema_field_since(PK_WINDOWS, rows[i].tag, rows[i].field),
			rows[i].since);
}

static void a_rule_may_hold_a_field_of_any_event(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_true(pk_schema_has_field(schema(arena, 4, 91), "QueryName"));
	assert_false(pk_schema_has_field(schema(arena, 4, 91), "Configuration"));
	assert_false(pk_schema_has_field(schema(arena, 4, 10), "QueryName"));
}

static void an_event_is_found_by_its_number(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_string_equal(pk_schema_find_id(schema(arena, 4, 91), 22)->tag, "DnsQuery");
	assert_null(pk_schema_find_id(schema(arena, 4, 91), 30));
}

static void file_delete_is_listed_before_it_existed(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_true(pk_schema_find_tag(schema(arena, 4, 0), "FileDelete")->hidden);
	assert_true(pk_schema_find_tag(schema(arena, 4, 32), "ClipboardChange")->hidden);
	assert_false(pk_schema_find_tag(schema(arena, 4, 30), "FileDelete")->hidden);
}

static void linux_has_an_event_of_its_own_and_lacks_three(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *on_linux = linux_schema(arena);
	assert_int_equal(pk_schema_find_tag(on_linux, "eBPFEvent")->id, 100);
	assert_null(pk_schema_find_tag(on_linux, "FileBlockExecutable"));
	assert_null(pk_schema_find_tag(on_linux, "FileBlockShredding"));
	assert_null(pk_schema_find_tag(on_linux, "FileExecutableDetected"));
	assert_null(pk_schema_find_tag(schema(arena, 4, 90), "eBPFEvent"));
}

/* --- entries --- */

static void entries_come_and_go_with_schemas(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_non_null(pk_schema_find_entry(schema(arena, 4, 23), "CopyOnDelete_PE"));
	assert_null(pk_schema_find_entry(schema(arena, 4, 30), "CopyOnDelete_PE"));
	assert_null(pk_schema_find_entry(schema(arena, 4, 80), "FieldSizes"));
	assert_non_null(pk_schema_find_entry(schema(arena, 4, 81), "FieldSizes"));
	assert_null(pk_schema_find_entry(schema(arena, 4, 90), "DriverQueueSize"));
	assert_non_null(pk_schema_find_entry(schema(arena, 4, 91), "DriverQueueSize"));
}

static void the_documented_copy_on_delete_entries_are_in_no_schema(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(PK_WINDOWS, &count);
	for (size_t i = 0; i < count; i++)
		assert_null(pk_schema_find_entry(
			pk_schema_make(arena, PK_WINDOWS, versions[i].version), "CopyOnDeletePE"));
}

static void capture_clipboard_takes_no_text(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	assert_int_equal(
		pk_schema_find_entry(newest, "CaptureClipboard")->argument, PK_ENTRY_EMPTY);
	assert_int_equal(pk_schema_find_entry(newest, "HashAlgorithms")->argument, PK_ENTRY_TEXT);
}

/* --- did you mean --- */

static void the_nearest_name_is_offered(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	assert_string_equal(pk_schema_nearest_tag(newest, "ProcesCreate"), "ProcessCreate");
	assert_string_equal(
		pk_schema_nearest_field(newest, "ProcessCreate", "Commandline"), "CommandLine");
	assert_string_equal(pk_schema_nearest_entry(newest, "HashAlgorithm"), "HashAlgorithms");
}

static void nothing_is_offered_where_nothing_is_near(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *newest = schema(arena, 4, 91);
	assert_null(pk_schema_nearest_tag(newest, "Zzzzzzzz"));
	assert_null(pk_schema_nearest_field(newest, "NoEvent", "Image"));
	assert_null(pk_schema_nearest_field(newest, "DnsQuery", "ParentCommandLine"));
	assert_null(pk_schema_nearest_entry(newest, "Xy"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_schema_depends_on_the_platform),
		cmocka_unit_test(versions_are_listed_oldest_first),
		cmocka_unit_test(binary_versions_are_those_of_the_releases),
		cmocka_unit_test(a_version_that_no_sysmon_has_gives_no_schema),
		cmocka_unit_test(the_newest_schema_applies_to_files_that_declare_it),
		cmocka_unit_test(
			a_file_newer_than_the_parser_is_checked_by_the_second_newest_schema),
		cmocka_unit_test(a_version_between_two_schemas_takes_the_lower_one),
		cmocka_unit_test(nothing_applies_below_4_00),
		cmocka_unit_test(a_version_in_an_option_is_two_numbers_and_a_dot),
		cmocka_unit_test(other_forms_of_a_version_are_refused_and_leave_it_alone),
		cmocka_unit_test(a_version_is_printed_with_two_decimals),
		cmocka_unit_test(events_come_with_their_schema),
		cmocka_unit_test(an_event_is_missing_below_its_schema),
		cmocka_unit_test(tags_and_fields_are_told_apart_by_case),
		cmocka_unit_test(only_process_starts_and_ends_are_logged_without_an_element),
		cmocka_unit_test(events_4_16_and_255_cannot_be_filtered),
		cmocka_unit_test(one_tag_stands_for_three_registry_events),
		cmocka_unit_test(a_tag_has_the_fields_of_all_its_events),
		cmocka_unit_test(the_index_of_a_field_counts_from_its_schema),
		cmocka_unit_test(a_field_is_of_its_event_and_schema),
		cmocka_unit_test(a_rule_may_hold_a_field_of_any_event),
		cmocka_unit_test(an_event_is_found_by_its_number),
		cmocka_unit_test(file_delete_is_listed_before_it_existed),
		cmocka_unit_test(linux_has_an_event_of_its_own_and_lacks_three),
		cmocka_unit_test(entries_come_and_go_with_schemas),
		cmocka_unit_test(the_documented_copy_on_delete_entries_are_in_no_schema),
		cmocka_unit_test(capture_clipboard_takes_no_text),
		cmocka_unit_test(the_nearest_name_is_offered),
		cmocka_unit_test(nothing_is_offered_where_nothing_is_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

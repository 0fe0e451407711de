/* The reader of recorded events: what a record holds, and that places and counts are right. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "generators/engine/event_reader.h"
#include "tests/unit/test.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const struct pk_schema *schema;
	struct pk_event_reader *reader;
	char path[32];
};

static int set_up(void **state)
{
	static const char name[] = "/tmp/picket-events.XXXXXX";
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->schema = pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
	memcpy(fixture->path, name, sizeof(name));
	int fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	close(fd);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	pk_event_reader_close(fixture->reader);
	unlink(fixture->path);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct fixture *open_text(void **state, const char *text)
{
	struct fixture *fixture = *state;
	FILE *file = fopen(fixture->path, "wb");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	fixture->reader = pk_event_reader_open(fixture->path, fixture->schema, &fixture->diags);
	assert_non_null(fixture->reader);
	return fixture;
}

static const char *field(
	const struct fixture *fixture, const struct pk_record *record, const char *name)
{
	const struct pk_event *event = pk_schema_find_id(fixture->schema, record->event.id);
	int index = pk_event_field(event, name);
	assert_true(index >= 0);
	return record->event.values[index];
}

static void values_are_placed_as_the_schema_has_them(void **state)
{
	struct fixture *fixture = open_text(state,
		"{\"EventID\":1,\"Computer\":\"ws\",\"EventData\":{\"UtcTime\":\"t\",\"User\":"
		"\"u\","
		"\"ProcessId\":7,\"Image\":\"C:\\\\a\\u00e4\",\"Company\":null,\"Product\":\"\"}}");
	struct pk_record record;
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(record.event.id, 1);
	assert_string_equal(record.computer, "ws");
	assert_string_equal(record.time, "t");
	assert_string_equal(field(fixture, &record, "Image"), "C:\\a\xc3\xa4");
	assert_string_equal(field(fixture, &record, "ProcessId"), "7");
	assert_string_equal(field(fixture, &record, "User"), "u");
	assert_string_equal(field(fixture, &record, "Product"), "");
	assert_null(field(fixture, &record, "Company"));
	assert_null(field(fixture, &record, "Hashes"));
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void the_time_of_the_log_stands_in_for_a_missing_utctime(void **state)
{
	struct fixture *fixture = open_text(state,
		"{\"EventID\":16,\"TimeCreated\":\"log\",\"EventData\":{\"UtcTime\":\"-\"}}\n"
		"{\"EventID\":16,\"TimeCreated\":\"log\",\"EventData\":{\"UtcTime\":\"own\"}}\n"
		"{\"EventID\":16,\"EventData\":{}}\n");
	struct pk_record record;
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_string_equal(record.time, "log");
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_string_equal(record.time, "own");
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_null(record.time);
}

static void broken_and_foreign_lines_have_no_index(void **state)
{
	struct fixture *fixture = open_text(state,
		"{\"EventID\":5}\n\n{]\n{\"EventID\":5,\"Channel\":\"Security\"}\n{\"EventID\":5}"
		"\n");
	struct pk_record record;
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(record.index, 0);
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(record.index, 1);
	assert_false(pk_event_reader_next(fixture->reader, &record));

	struct pk_event_counts counts = pk_event_reader_counts(fixture->reader);
	assert_int_equal(counts.read, 2);
	assert_int_equal(counts.broken, 1);
	assert_int_equal(counts.foreign, 1);
	assert_int_equal(fixture->diags.errors, 0);
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_JSON_SYNTAX);
	assert_place(fixture->diags.all.items[0].span, 3, 2);
	assert_int_equal(fixture->diags.all.items[1].code, PK_EVENTS_BROKEN);
}

static void the_first_ten_are_named(void **state)
{
	struct fixture *fixture = *state;
	char text[2 * 25 + 1];
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 2 == 0 ? '1' : '\n';
	text[sizeof(text) - 1] = '\0';
	open_text(state, text);
	struct pk_record record;
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(fixture->diags.all.len, PK_EVENT_REPORTS + 1);
	assert_int_equal(pk_event_reader_counts(fixture->reader).broken, 25);
}

static void strict_ends_at_the_first_broken_line(void **state)
{
	struct fixture *fixture = open_text(state, "{\"EventID\":5}\n1\n{\"EventID\":5}\n");
	struct pk_record record;
	pk_event_reader_set_strict(fixture->reader);
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_one_finding(&fixture->diags, PK_EVENT_SHAPE, 2, 1);
	assert_int_equal(fixture->diags.errors, 1);
}

static void xml_events_have_their_lines(void **state)
{
	struct fixture *fixture = open_text(state,
		"<Events>\n<Event><System><EventID>5</EventID><Computer>ws</Computer></System>\n"
		"<EventData><Data Name='Image'>a&amp;b</Data></EventData></Event>\n"
		"<!-- -->\n<Event/>\n</Event>\n</Events>\n");
	struct pk_record record;
	assert_true(pk_event_reader_next(fixture->reader, &record));
	assert_string_equal(record.computer, "ws");
	assert_string_equal(field(fixture, &record, "Image"), "a&b");
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_int_equal(pk_event_reader_counts(fixture->reader).broken, 1);
	assert_int_equal(pk_source_place(fixture->diags.all.items[0].span.source, 0).line, 3);
}

static void a_file_without_events_is_worth_a_warning(void **state)
{
	struct fixture *fixture = open_text(state, "\n");
	struct pk_record record;
	assert_false(pk_event_reader_next(fixture->reader, &record));
	assert_one_finding(&fixture->diags, PK_NO_EVENTS, 1, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_placed_as_the_schema_has_them),
		TEST(the_time_of_the_log_stands_in_for_a_missing_utctime),
		TEST(broken_and_foreign_lines_have_no_index),
		TEST(the_first_ten_are_named),
		TEST(strict_ends_at_the_first_broken_line),
		TEST(xml_events_have_their_lines),
		TEST(a_file_without_events_is_worth_a_warning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

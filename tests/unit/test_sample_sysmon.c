/* Sample events of Sysmon: complete, harmless, and the same for the same seed. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "generators/schema/schema.h"
#include "templates/model/sysmon.h"
#include "templates/sample/sample.h"

static const struct pk_sample_options options = {
	.seed = 7, .now_ms = INT64_C(1780000000000), .span_ms = 60000};

static const struct pk_node *sample(struct pk_arena *arena, uint64_t index)
{
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	pk_sample_put_sysmon(&buf, &options, index);
	assert_null(strchr(buf.data, '\n'));
	const struct pk_node *node = pk_json_read(
		source_from_text(arena, pk_arena_strndup(arena, buf.data, buf.len)), &diags);
	assert_non_null(node);
	return node;
}

static const struct pk_node *data_of(const struct pk_node *event)
{
	return pk_node_find(pk_node_find(event, "winlog"), "event_data");
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	(void)state;
	struct pk_sample_options other = options;
	other.seed++;
	for (uint64_t i = 0; i < 60; i++) {
		PK_BUF_AUTO a = {0};
		PK_BUF_AUTO b = {0};
		PK_BUF_AUTO c = {0};
		pk_sample_put_sysmon(&a, &options, i);
		pk_sample_put_sysmon(&b, &options, i);
		pk_sample_put_sysmon(&c, &other, i);
		assert_string_equal(a.data, b.data);
		assert_string_not_equal(a.data, c.data);
	}
}

static void ids_take_turns(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	for (size_t i = 0; i < 2 * count; i++) {
		PK_BUF_AUTO id = {0};
		pk_buf_printf(&id, "%u", events[i % count].id);
		const struct pk_node *winlog = pk_node_find(sample(arena, i), "winlog");
		assert_string_equal(pk_node_find(winlog, "event_id")->text, id.data);
	}
}

static void an_event_asked_for_by_id_is_that_one(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_sample_put_sysmon_id(&buf, &options, 3, 255);
	assert_non_null(strstr(buf.data, "\"event_id\":\"255\""));
}

static void every_field_of_the_newest_schema_is_there(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *schema =
		pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	for (size_t i = 0; i < count; i++) {
		const struct pk_node *data = data_of(sample(arena, i));
		const struct pk_event *event = pk_schema_find_id(schema, events[i].id);
		assert_int_equal(data->pair_count, event->field_count);
		for (size_t j = 0; j < event->field_count; j++)
			assert_non_null(pk_node_find(data, event->fields[j]));
	}
}

static void every_sample_has_the_tag_that_it_is_found_by(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	for (uint64_t i = 0; i < 30; i++) {
		const struct pk_node *tags = pk_node_find(sample(arena, i), "tags");
		assert_string_equal(tags->items.items[0]->text, PK_SAMPLE_TAG);
	}
}

static void addresses_are_those_for_documentation(void **state)
{
	(void)state;
	static const char *const networks[] = {
		"192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"};
	static const char *const fields[] = {"SourceIp", "DestinationIp"};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	for (uint64_t i = 2; i < 1200; i += 30) {
		const struct pk_node *data = data_of(sample(arena, i));
		for (size_t j = 0; j < 2; j++) {
			size_t found = 0;
			for (size_t k = 0; k < 4; k++)
				found += pk_text_starts(
					pk_node_find(data, fields[j])->text, networks[k]);
			assert_int_equal(found, 1);
		}
	}
}

static void times_lie_within_the_span(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	for (uint64_t i = 0; i < 300; i++) {
		int64_t ms = 0;
		assert_true(pk_time_parse(
			&ms, pk_node_find(data_of(sample(arena, i)), "UtcTime")->text));
		assert_true(ms <= options.now_ms && ms > options.now_ms - options.span_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(ids_take_turns),
		cmocka_unit_test(an_event_asked_for_by_id_is_that_one),
		cmocka_unit_test(every_field_of_the_newest_schema_is_there),
		cmocka_unit_test(every_sample_has_the_tag_that_it_is_found_by),
		cmocka_unit_test(addresses_are_those_for_documentation),
		cmocka_unit_test(times_lie_within_the_span),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

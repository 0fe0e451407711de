/* Made-up records of Monster agents: every column filled, read without a complaint, the same every
 * time. */
#include "tests/unit/test.h"

#include "templates/monster/decode.h"
#include "templates/sample/sample.h"

static const struct pk_sample_options options = {.seed = 3, .now_ms = INT64_C(1780000000000)};

static void put(struct pk_buf *buf, uint64_t index, const struct pk_monster_event *event)
{
	pk_sample_put_monster(buf, &options, index, event);
}

static void every_sample_fills_every_column(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count * 5; i++) {
		struct pk_monster_record record;
		PK_BUF_AUTO line = {0};
		put(&line, i, &events[i % count]);
		assert_true(pk_monster_split(&record, line.data, line.len, false));
		assert_ptr_equal(record.event, &events[i % count]);
		assert_int_equal(record.column_count, record.event->column_count);
		for (size_t j = 0; j < record.column_count; j++)
			assert_true(record.column_len[j] > 0);
	}
}

static void samples_are_documents_without_a_doubt(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count * 5; i++) {
		struct pk_monster_record record;
		PK_BUF_AUTO line = {0};
		PK_BUF_AUTO document = {0};
		put(&line, i, &events[i % count]);
		pk_monster_split(&record, line.data, line.len, false);
		pk_monster_put_json(&document, &record, line.data, line.len, NULL);
		assert_null(strstr(document.data, "\"invalid\""));
		assert_null(strstr(document.data, "\"problem\""));
		assert_null(strstr(document.data, "\"extra\""));
		assert_null(strstr(document.data, "\"missing\""));
		assert_non_null(strstr(document.data, "\"@timestamp\""));
	}
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	const struct pk_monster_event *event = pk_monster_event_find(PK_MONSTER_GEN2, 1500);
	const struct pk_sample_options other = {.seed = 4, .now_ms = options.now_ms};
	PK_BUF_AUTO a = {0};
	PK_BUF_AUTO b = {0};
	PK_BUF_AUTO c = {0};
	(void)state;
	put(&a, 9, event);
	put(&b, 9, event);
	pk_sample_put_monster(&c, &other, 9, event);
	assert_string_equal(a.data, b.data);
	assert_string_not_equal(a.data, c.data);
}

static void a_document_carries_the_record_and_the_tag(void **state)
{
	const struct pk_monster_event *event = pk_monster_event_find(PK_MONSTER_GEN1, 4500);
	PK_BUF_AUTO document = {0};
	(void)state;
	pk_sample_put_monster_document(&document, &options, 1, event);
	assert_non_null(strstr(document.data, "{\"message\":\"4500\\t"));
	assert_non_null(strstr(document.data, "\"tags\":[\"" PK_SAMPLE_TAG "\"]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_fills_every_column),
		cmocka_unit_test(samples_are_documents_without_a_doubt),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(a_document_carries_the_record_and_the_tag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

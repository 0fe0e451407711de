/* Queries of saved objects and of panels: what is read, what is asked for, what is refused. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "templates/objects/kuery.h"
#include "templates/objects/panel_query.h"

static void asks(const char *text, const char *want)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_kuery_problem problem;
	const struct pk_kuery *query = pk_kuery_read(&problem, arena, text);
	PK_BUF_AUTO buf = {0};
	if (query == NULL)
		fail_msg("%s: %s at %zu", text, problem.what, problem.at);
	pk_kuery_put(&buf, query);
	assert_string_equal(buf.data, want);
}

static void refuses(const char *text, size_t at)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_kuery_problem problem;
	assert_null(pk_kuery_read(&problem, arena, text));
	assert_non_null(problem.what);
	assert_int_equal(problem.at, at);
}

static void an_empty_query_asks_for_all(void **state)
{
	(void)state;
	asks("", "{\"match_all\":{}}");
	asks(" \t", "{\"match_all\":{}}");
	asks("*", "{\"match_all\":{}}");
}

static void a_value_of_a_field_is_matched(void **state)
{
	(void)state;
	asks("event.code:1", "{\"match\":{\"event.code\":\"1\"}}");
	asks("event.code : 1 ", "{\"match\":{\"event.code\":\"1\"}}");
	asks("a:\"b \\\"c\\\" \\\\ d\"", "{\"match_phrase\":{\"a\":\"b \\\"c\\\" \\\\ d\"}}");
	asks("message:foo bar and b:2",
		"{\"bool\":{\"filter\":[{\"match\":{\"message\":\"foo bar\"}},"
		"{\"match\":{\"b\":\"2\"}}]}}");
}

static void a_star_alone_asks_whether_there_is_a_value(void **state)
{
	(void)state;
	asks("rule.name:*", "{\"exists\":{\"field\":\"rule.name\"}}");
}

static void stars_within_a_value_stand_for_anything(void **state)
{
	(void)state;
	asks("registry.path:*\\\\CurrentVersion\\\\Run*",
		"{\"query_string\":{\"fields\":[\"registry.path\"],"
		"\"query\":\"*\\\\\\\\CurrentVersion\\\\\\\\Run*\"}}");
	asks("a:x\\*y", "{\"match\":{\"a\":\"x*y\"}}");
}

static void words_bind_as_in_kibana(void **state)
{
	(void)state;
	asks("a:1 or b:2 and not c:3",
		"{\"bool\":{\"should\":[{\"match\":{\"a\":\"1\"}},{\"bool\":{\"filter\":["
		"{\"match\":{\"b\":\"2\"}},{\"bool\":{\"must_not\":[{\"match\":{\"c\":\"3\"}}]}}]}}"
		"],"
		"\"minimum_should_match\":1}}");
	asks("(a:1 OR b:2) AND c:3",
		"{\"bool\":{\"filter\":[{\"bool\":{\"should\":[{\"match\":{\"a\":\"1\"}},"
		"{\"match\":{\"b\":\"2\"}}],\"minimum_should_match\":1}},{\"match\":{\"c\":\"3\"}}]"
		"}}");
}

static void a_list_of_values_belongs_to_its_field(void **state)
{
	(void)state;
	asks("event.code:(6 or \"7\")",
		"{\"bool\":{\"should\":[{\"match\":{\"event.code\":\"6\"}},"
		"{\"match_phrase\":{\"event.code\":\"7\"}}],\"minimum_should_match\":1}}");
	asks("a:(not b)", "{\"bool\":{\"must_not\":[{\"match\":{\"a\":\"b\"}}]}}");
}

static void ranges_are_asked_for(void **state)
{
	(void)state;
	asks("source.bytes >= 10", "{\"range\":{\"source.bytes\":{\"gte\":\"10\"}}}");
	asks("@timestamp < \"now-1d\"", "{\"range\":{\"@timestamp\":{\"lt\":\"now-1d\"}}}");
}

static void words_without_a_field_are_searched_everywhere(void **state)
{
	(void)state;
	asks("mimi*", "{\"query_string\":{\"query\":\"mimi*\"}}");
	asks("oranges", "{\"query_string\":{\"query\":\"oranges\"}}");
}

static void what_is_no_query_is_refused_with_its_place(void **state)
{
	(void)state;
	refuses("event.code:", 11);
	refuses("event.code:1 and ", 17);
	refuses("(a:1", 4);
	refuses("a:\"b", 4);
	refuses("a:{b:1", 6);
	refuses("a:1) or b:2", 3);
	refuses("path:c:\\windows", 6);
	refuses("path:c\\:\\windows", 9);
	refuses("a:1 \"b\"", 4);
}

static void queries_within_each_other_have_a_limit(void **state)
{
	char text[512] = "";
	(void)state;
	memset(text, '(', 100);
	memcpy(text + 100, "a:1", 4);
	refuses(text, PK_KUERY_DEPTH);
}

static void a_control_character_is_refused(void **state)
{
	(void)state;
	refuses("a:\x01", 0);
}

/* --- panels --- */

static void panel_asks(const char *id, const char *want)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_elk elk;
	PK_BUF_AUTO buf = {0};
	assert_true(pk_elk_parse(&elk, "os2", &diags));
	assert_true(pk_panel_put_query(&buf, pk_panel_find(id), &elk));
	assert_string_equal(buf.data, want);
}

static void a_table_counts_terms_within_terms(void **state)
{
	(void)state;
	panel_asks("monster-commands",
		"{\"size\":0,\"track_total_hits\":true,\"query\":{\"match\":{\"EventID\":\"1500\"}}"
		","
		"\"aggs\":{\"split0\":{\"terms\":{\"field\":\"CommandLine\",\"size\":10,\"order\":"
		"{\"_count\":\"desc\"}},\"aggs\":{\"split1\":{\"terms\":{\"field\":\"Image\","
		"\"size\":"
		"10,\"order\":{\"_count\":\"desc\"}}}}}}}");
}

static void the_newest_event_is_ordered_by_its_time(void **state)
{
	(void)state;
	panel_asks("sysmon-last",
		"{\"size\":0,\"track_total_hits\":true,\"query\":{\"match_all\":{}},\"aggs\":{"
		"\"newest\":{\"max\":{\"field\":\"@timestamp\"}},\"split0\":{\"terms\":{\"field\":"
		"\"host.name\",\"size\":100,\"order\":{\"newest\":\"asc\"}},\"aggs\":{\"newest\":{"
		"\"max\":{\"field\":\"@timestamp\"}}}}}}");
}

static void a_ratio_needs_both_sums_in_every_bucket(void **state)
{
	(void)state;
	panel_asks("monster-ratio",
		"{\"size\":0,\"track_total_hits\":true,\"query\":{\"match_all\":{}},\"aggs\":{"
		"\"time\":{\"date_histogram\":{\"field\":\"@timestamp\",\"fixed_interval\":\"1h\","
		"\"min_doc_count\":1},\"aggs\":{\"sum0\":{\"sum\":{\"field\":\"SendBytes\"}},"
		"\"sum1\":{\"sum\":{\"field\":\"RecvBytes\"}},\"split2\":{\"terms\":{\"field\":"
		"\"IP\","
		"\"size\":10,\"order\":{\"_count\":\"desc\"}},\"aggs\":{\"sum0\":{\"sum\":{"
		"\"field\":"
		"\"SendBytes\"}},\"sum1\":{\"sum\":{\"field\":\"RecvBytes\"}}}}}}}}");
}

static void a_text_asks_for_nothing(void **state)
{
	struct pk_elk elk = {0};
	PK_BUF_AUTO buf = {0};
	(void)state;
	assert_false(pk_panel_put_query(&buf, pk_panel_find("monster-about"), &elk));
	assert_int_equal(buf.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_query_asks_for_all),
		cmocka_unit_test(a_value_of_a_field_is_matched),
		cmocka_unit_test(a_star_alone_asks_whether_there_is_a_value),
		cmocka_unit_test(stars_within_a_value_stand_for_anything),
		cmocka_unit_test(words_bind_as_in_kibana),
		cmocka_unit_test(a_list_of_values_belongs_to_its_field),
		cmocka_unit_test(ranges_are_asked_for),
		cmocka_unit_test(words_without_a_field_are_searched_everywhere),
		cmocka_unit_test(what_is_no_query_is_refused_with_its_place),
		cmocka_unit_test(queries_within_each_other_have_a_limit),
		cmocka_unit_test(a_control_character_is_refused),
		cmocka_unit_test(a_table_counts_terms_within_terms),
		cmocka_unit_test(the_newest_event_is_ordered_by_its_time),
		cmocka_unit_test(a_ratio_needs_both_sums_in_every_bucket),
		cmocka_unit_test(a_text_asks_for_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

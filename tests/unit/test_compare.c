#include "tests/unit/test.h"

#include "base/json.h"
#include "templates/cluster/compare.h"

static int setup(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int teardown(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

static const struct pk_node *node(struct pk_arena *arena, const char *text)
{
	struct pk_diags diags = {.arena = arena};
	const struct pk_node *tree = pk_json_read(source_from_text(arena, text), &diags);
	assert_non_null(tree);
	return tree;
}

/* Wants exactly these lines about the two. */
static void assert_lines(struct pk_arena *arena, enum pk_asset_kind kind, const char *ours,
	const char *theirs, const char *want)
{
	PK_BUF_AUTO buf = {0};
	size_t lines = 0;
	size_t found = pk_compare_bodies(&buf, kind, node(arena, ours), node(arena, theirs), 100);
	for (const char *c = want; *c != '\0'; c++)
		lines += *c == '\n';
	assert_string_equal(buf.data == NULL ? "" : buf.data, want);
	assert_int_equal(found, lines);
}

static void assert_same(
	struct pk_arena *arena, enum pk_asset_kind kind, const char *ours, const char *theirs)
{
	assert_lines(arena, kind, ours, theirs, "");
}

#define SETTINGS(text) "{\"template\":{\"settings\":" text "}}"

static void settings_are_the_same_however_they_are_written(void **state)
{
	static const char ours[] = SETTINGS("{\"index\":{\"mapping\":{\"ignore_malformed\":true,"
					    "\"total_fields\":{\"limit\":2000}}}}");
	assert_same(*state, PK_ASSET_COMPONENT, ours, ours);
	assert_same(*state, PK_ASSET_COMPONENT, ours,
		SETTINGS("{\"index\":{\"mapping\":{\"total_fields\":{\"limit\":\"2000\"},"
			 "\"ignore_malformed\":\"true\"}}}"));
	assert_same(*state, PK_ASSET_COMPONENT, ours,
		SETTINGS("{\"index.mapping.total_fields.limit\":\"2000\","
			 "\"mapping.ignore_malformed\":\"true\"}"));
}

static void settings_that_differ_are_named_in_full(void **state)
{
	assert_lines(*state, PK_ASSET_COMPONENT, SETTINGS("{\"index\":{\"a\":1,\"b\":2}}"),
		SETTINGS("{\"index\":{\"a\":\"2\",\"c\":{\"d\":\"3\"}}}"),
		"template.settings.a: ours 1, there \"2\"\n"
		"template.settings.b: ours 2, there nothing\n"
		"template.settings.c.d: ours nothing, there \"3\"\n");
	assert_lines(*state, PK_ASSET_COMPONENT, SETTINGS("{\"index\":{\"a\":1}}"),
		"{\"template\":{}}", "template.settings.a: ours 1, there nothing\n");
}

static void marks_are_no_difference(void **state)
{
	static const char digest[] =
		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct pk_arena *arena = *state;
	assert_same(arena, PK_ASSET_COMPONENT, "{\"template\":{},\"_meta\":{\"a\":1}}",
		"{\"template\":{},\"_meta\":{\"b\":2}}");
	assert_same(arena, PK_ASSET_LEGACY_TEMPLATE, "{\"mappings\":{\"_meta\":{\"a\":1}}}",
		"{\"mappings\":{}}");
	assert_same(arena, PK_ASSET_PIPELINE,
		pk_arena_printf(arena, "{\"description\":\"Text. [picket 0.1 %s]\"}", digest),
		pk_arena_printf(arena, "{\"description\":\"Text. [picket 99.0.1 %s]\"}", digest));
	assert_lines(arena, PK_ASSET_PIPELINE,
		pk_arena_printf(arena, "{\"description\":\"Text. [picket 0.1 %s]\"}", digest),
		"{\"description\":\"Text! [x]\"}",
		pk_arena_printf(arena,
			"description: ours \"Text. [picket 0.1 "
			"sha256:0123456789abcdef0123456789abcdef01..."
			", there \"Text! [x]\"\n"));
	assert_lines(arena, PK_ASSET_PIPELINE, "{\"processors\":[{\"_meta\":{\"a\":1}}]}",
		"{\"processors\":[{\"_meta\":{\"a\":2}}]}",
		"processors[0]._meta.a: ours 1, there 2\n");
}

static void what_servers_add_to_policies_is_no_difference(void **state)
{
	assert_same(*state, PK_ASSET_ILM,
		"{\"policy\":{\"phases\":{\"delete\":{\"min_age\":\"30d\",\"actions\":"
		"{\"delete\":{}}}}}}",
		"{\"version\":3,\"modified_date\":\"2026-01-01\",\"in_use_by\":{\"indices\":[\"a\"]"
		"},"
		"\"policy\":{\"phases\":{\"delete\":{\"min_age\":\"30d\",\"actions\":"
		"{\"delete\":{\"delete_searchable_snapshot\":true}}}}}}");
	assert_same(*state, PK_ASSET_ISM,
		"{\"policy\":{\"states\":[{\"name\":\"hot\",\"actions\":[{\"rollover\":"
		"{\"min_size\":\"30gb\"}}],\"transitions\":[]}],\"ism_template\":[{\"priority\":3}]"
		"}}",
		"{\"_id\":\"picket\",\"_version\":1,\"_seq_no\":7,\"_primary_term\":1,\"policy\":{"
		"\"policy_id\":\"picket\",\"last_updated_time\":1700000000000,\"schema_version\":"
		"21,"
		"\"error_notification\":null,\"states\":[{\"name\":\"hot\",\"actions\":[{\"retry\":"
		"{\"count\":3,\"backoff\":\"exponential\",\"delay\":\"1m\"},\"rollover\":"
		"{\"min_size\":\"30gb\",\"copy_alias\":false}}],\"transitions\":[]}],"
		"\"ism_template\":[{\"priority\":3,\"last_updated_time\":1700000000000}]}}");
}

static void what_servers_add_elsewhere_is_no_difference(void **state)
{
	assert_same(*state, PK_ASSET_INDEX_TEMPLATE, "{\"data_stream\":{}}",
		"{\"data_stream\":{\"hidden\":false,\"allow_custom_routing\":false}}");
	assert_same(*state, PK_ASSET_INDEX_TEMPLATE, "{\"data_stream\":{}}",
		"{\"data_stream\":{\"timestamp_field\":{\"name\":\"@timestamp\"}},"
		"\"created_date_millis\":1}");
	assert_same(*state, PK_ASSET_LEGACY_TEMPLATE, "{\"order\":3}",
		"{\"order\":3,\"aliases\":{},\"version\":null}");
}

static void a_value_that_is_not_the_default_is_a_difference(void **state)
{
	assert_lines(*state, PK_ASSET_ILM,
		"{\"policy\":{\"phases\":{\"delete\":{\"actions\":{\"delete\":{}}}}}}",
		"{\"policy\":{\"phases\":{\"delete\":{\"actions\":{\"delete\":"
		"{\"delete_searchable_snapshot\":false}}}}}}",
		"policy.phases.delete.actions.delete.delete_searchable_snapshot: ours nothing, "
		"there "
		"false\n");
	assert_lines(*state, PK_ASSET_INDEX_TEMPLATE, "{\"data_stream\":{}}",
		"{\"data_stream\":{\"hidden\":true}}",
		"data_stream.hidden: ours nothing, there true\n");
	assert_lines(*state, PK_ASSET_PIPELINE, "{\"processors\":[]}",
		"{\"processors\":[],\"version\":7}", "version: ours nothing, there 7\n");
}

static void what_is_missing_is_a_difference_even_if_empty(void **state)
{
	assert_lines(*state, PK_ASSET_INDEX_TEMPLATE, "{\"priority\":3,\"data_stream\":{}}",
		"{\"priority\":3}", "data_stream: ours {}, there nothing\n");
}

static void items_are_compared_one_by_one(void **state)
{
	assert_lines(*state, PK_ASSET_INDEX_TEMPLATE, "{\"composed_of\":[\"a\",\"b\",\"c\"]}",
		"{\"composed_of\":[\"a\",\"x\"]}",
		"composed_of[1]: ours \"b\", there \"x\"\n"
		"composed_of[2]: ours \"c\", there nothing\n");
	assert_lines(*state, PK_ASSET_INDEX_TEMPLATE, "{\"composed_of\":[\"a\"]}",
		"{\"composed_of\":[\"a\",\"b\"]}", "composed_of[1]: ours nothing, there \"b\"\n");
	assert_lines(*state, PK_ASSET_INDEX_TEMPLATE, "{\"composed_of\":[\"a\"]}",
		"{\"composed_of\":\"a\"}", "composed_of: ours [\"a\"], there \"a\"\n");
}

static void texts_from_servers_are_shown_harmlessly(void **state)
{
	assert_lines(*state, PK_ASSET_PIPELINE, "{}", "{\"a\\u001b[1m\":\"\\u202e\"}",
		"a\\x1b[1m: ours nothing, there \"\\u{202e}\"\n");
}

static void only_so_many_lines_are_written_but_all_are_counted(void **state)
{
	PK_BUF_AUTO buf = {0};
	assert_int_equal(pk_compare_bodies(&buf, PK_ASSET_PIPELINE,
				 node(*state, "{\"a\":1,\"b\":1,\"c\":1}"), node(*state, "{}"), 1),
		3);
	assert_string_equal(buf.data, "a: ours 1, there nothing\n");
}

static void what_belongs_to_the_user_never_differs(void **state)
{
	assert_same(*state, PK_ASSET_CUSTOM, "{\"template\":{}}",
		"{\"template\":{\"settings\":{\"index\":{\"codec\":\"best_compression\"}}}}");
	assert_same(*state, PK_ASSET_FIRST_INDEX, "{\"aliases\":{}}", "{\"mappings\":{\"a\":1}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(settings_are_the_same_however_they_are_written),
		TEST(settings_that_differ_are_named_in_full),
		TEST(marks_are_no_difference),
		TEST(what_servers_add_to_policies_is_no_difference),
		TEST(what_servers_add_elsewhere_is_no_difference),
		TEST(a_value_that_is_not_the_default_is_a_difference),
		TEST(what_is_missing_is_a_difference_even_if_empty),
		TEST(items_are_compared_one_by_one),
		TEST(texts_from_servers_are_shown_harmlessly),
		TEST(only_so_many_lines_are_written_but_all_are_counted),
		TEST(what_belongs_to_the_user_never_differs),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

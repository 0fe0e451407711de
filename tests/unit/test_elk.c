#include "tests/unit/test.h"

#include "base/json.h"
#include "templates/model/elk.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	f->diags.arena = arena;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pk_arena_destroy(f->arena);
	return 0;
}

static struct pk_elk parsed(struct fixture *f, const char *text)
{
	struct pk_elk elk;
	assert_true(pk_elk_parse(&elk, text, &f->diags));
	assert_int_equal(f->diags.all.len, 0);
	return elk;
}

static void assert_refused(struct fixture *f, const char *text, enum pk_code code)
{
	struct pk_elk elk;
	f->diags = (struct pk_diags){.arena = f->arena};
	assert_false(pk_elk_parse(&elk, text, &f->diags));
	assert_int_equal(f->diags.all.len, 1);
	assert_int_equal(f->diags.all.items[0].code, code);
	assert_non_null(f->diags.all.items[0].hint);
}

static bool reads(struct fixture *f, struct pk_elk *out, const char *answer)
{
	f->diags = (struct pk_diags){.arena = f->arena};
	const struct pk_node *node = pk_json_read(source_from_text(f->arena, answer), &f->diags);
	assert_non_null(node);
	return pk_elk_read(out, node, &f->diags);
}

static void assert_unread(struct fixture *f, const char *answer, enum pk_code code)
{
	struct pk_elk elk;
	assert_false(reads(f, &elk, answer));
	assert_int_equal(f->diags.all.len, 1);
	assert_int_equal(f->diags.all.items[0].code, code);
}

#define SEARCH ",\"tagline\":\"You Know, for Search\"}"
#define OPENSEARCH ",\"tagline\":\"The OpenSearch Project: https://opensearch.org/\"}"

/* --- names --- */

static void a_flavour_stands_for_the_last_release_of_its_line(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk = parsed(f, "es7");
	assert_int_equal(elk.product, PK_ELK_ELASTICSEARCH);
	assert_int_equal(elk.major, 7);
	assert_int_equal(elk.minor, 17);
	assert_string_equal(elk.name, "es7");
	assert_int_equal(parsed(f, "es6").minor, 8);
	assert_int_equal(parsed(f, "os1").minor, 3);
	assert_int_equal(parsed(f, "os2").product, PK_ELK_OPENSEARCH);
}

static void every_flavour_of_the_list_can_be_parsed(void **state)
{
	struct fixture *f = *state;
	size_t count = 0;
	for (const char *name; (name = pk_elk_flavour_at(count)) != NULL; count++)
		assert_string_equal(parsed(f, name).name, name);
	assert_int_equal(count, 7);
}

static void a_minor_version_and_a_build_can_be_given(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk = parsed(f, "es7.10.2-oss");
	assert_int_equal(elk.minor, 10);
	assert_int_equal(elk.patch, 2);
	assert_true(elk.oss);
	assert_string_equal(elk.name, "es7.10-oss");
	assert_int_equal(parsed(f, "es7-oss").minor, 10);
	assert_int_equal(parsed(f, "es6-oss").minor, 8);
	assert_string_equal(parsed(f, "os2.19").name, "os2.19");
}

static void names_that_no_stack_has_are_refused(void **state)
{
	static const char *const bad[] = {"", "es", "es8.", "es8.x", "es8-", "es8-OSS", "es8.1.2.3",
		"es7.11-oss", "es8-oss", "os2-oss", "es10", "os4", "solr8", "es8 ", "es1000",
		"es8.1000", "ES8", "es-8"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(*state, bad[i], PK_STACK_FLAVOUR);
}

static void versions_before_pipelines_of_indices_are_too_old(void **state)
{
	assert_refused(*state, "es6.5", PK_STACK_OLD);
	assert_refused(*state, "es5", PK_STACK_OLD);
	assert_refused(*state, "es2.4.1", PK_STACK_OLD);
}

static void people_see_product_version_and_build(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk = parsed(f, "es7.10.2-oss");
	assert_string_equal(pk_elk_print(f->arena, &elk), "Elasticsearch 7.10.2 (OSS)");
	elk = parsed(f, "os2.19");
	assert_string_equal(pk_elk_print(f->arena, &elk), "OpenSearch 2.19");
}

/* --- features --- */

static void assert_since(
	struct fixture *f, enum pk_elk_feature feature, const char *without, const char *with)
{
	struct pk_elk elk = parsed(f, without);
	assert_false(pk_elk_has(&elk, feature));
	elk = parsed(f, with);
	assert_true(pk_elk_has(&elk, feature));
}

static void features_begin_with_the_version_that_brought_them(void **state)
{
	assert_since(*state, PK_ELK_COMPOSABLE, "es7.7", "es7.8");
	assert_since(*state, PK_ELK_DATA_STREAMS, "es7.8", "es7.9");
	assert_since(*state, PK_ELK_WILDCARD, "es7.8", "es7.9");
	assert_since(*state, PK_ELK_WILDCARD, "os3", "es8");
	assert_since(*state, PK_ELK_SHARD_SIZE, "es7.12", "es7.13");
	assert_since(*state, PK_ELK_LIFECYCLE_META, "es7.13", "es7.14");
	assert_since(*state, PK_ELK_MATCH_ONLY_TEXT, "es7.13", "es7.14");
	assert_since(*state, PK_ELK_MATCH_ONLY_TEXT, "os2.11", "os2.12");
	assert_since(*state, PK_ELK_PIPELINE_META, "es7.14", "es7.15");
	assert_since(*state, PK_ELK_COMMUNITY_ID, "os3", "es7.13");
	assert_since(*state, PK_ELK_COMMUNITY_ID_OS, "os2.12", "os2.13");
	assert_since(*state, PK_ELK_COMMUNITY_ID_OS, "es9", "os3");
	assert_since(*state, PK_ELK_GEOIP, "es6.6", "es6.7");
	assert_since(*state, PK_ELK_LENS, "es8.8", "es8.9");
	assert_since(*state, PK_ELK_LENS, "os3", "es9");
	assert_since(*state, PK_ELK_MAPPING_TYPE, "es7.0", "es6");
}

static void builds_without_xpack_lack_its_features(void **state)
{
	struct fixture *f = *state;
	assert_since(f, PK_ELK_ILM, "es6.6-oss", "es6.6");
	assert_since(f, PK_ELK_DATA_STREAMS, "es7.10-oss", "es7.10");
	assert_since(f, PK_ELK_WILDCARD, "es7.10-oss", "es7.10");
	struct pk_elk elk = parsed(f, "es7.10-oss");
	assert_true(pk_elk_has(&elk, PK_ELK_COMPOSABLE));
}

static void each_product_has_its_own_lifecycles(void **state)
{
	assert_since(*state, PK_ELK_ILM, "os3", "es9");
	assert_since(*state, PK_ELK_ISM, "es9", "os1");
}

static void what_a_server_was_found_to_have_is_set(void **state)
{
	struct pk_elk elk = parsed(*state, "os2");
	pk_elk_set(&elk, PK_ELK_ISM | PK_ELK_GEOIP, false);
	assert_false(pk_elk_has(&elk, PK_ELK_ISM));
	assert_false(pk_elk_has(&elk, PK_ELK_GEOIP));
	assert_true(pk_elk_has(&elk, PK_ELK_DATA_STREAMS));
	pk_elk_set(&elk, PK_ELK_ISM, true);
	assert_true(pk_elk_has(&elk, PK_ELK_ISM));
}

/* --- answers --- */

static void servers_say_what_they_are(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk;
	assert_true(reads(f, &elk,
		"{\"version\":{\"number\":\"8.19.3\",\"build_flavor\":\"default\"}" SEARCH));
	assert_int_equal(elk.product, PK_ELK_ELASTICSEARCH);
	assert_string_equal(elk.name, "es8.19");
	assert_int_equal(elk.patch, 3);
	assert_true(pk_elk_has(&elk, PK_ELK_ILM));
	assert_true(reads(
		f, &elk, "{\"version\":{\"number\":\"7.10.2\",\"build_flavor\":\"oss\"}" SEARCH));
	assert_string_equal(elk.name, "es7.10-oss");
	assert_true(reads(f, &elk,
		"{\"version\":{\"distribution\":\"opensearch\",\"number\":\"2.19.6\"}" OPENSEARCH));
	assert_string_equal(elk.name, "os2.19");
	assert_true(reads(f, &elk, "{\"version\":{\"number\":\"9.1.0-SNAPSHOT\"}" SEARCH));
	assert_string_equal(elk.name, "es9.1");
}

static void an_opensearch_that_calls_itself_elasticsearch_is_seen_through(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk;
	assert_true(reads(f, &elk,
		"{\"version\":{\"number\":\"7.10.2\","
		"\"minimum_wire_compatibility_version\":\"7.10.0\"}" OPENSEARCH));
	assert_string_equal(elk.name, "os2.0");
	assert_true(reads(f, &elk,
		"{\"version\":{\"number\":\"7.10.2\","
		"\"minimum_wire_compatibility_version\":\"6.8.0\"}" OPENSEARCH));
	assert_string_equal(elk.name, "os1.0");
	assert_false(elk.oss);
}

static void a_line_that_is_not_known_yet_is_taken_for_the_newest(void **state)
{
	struct fixture *f = *state;
	struct pk_elk elk;
	assert_true(reads(f, &elk, "{\"version\":{\"number\":\"10.2.0\"}" SEARCH));
	assert_int_equal(f->diags.all.len, 1);
	assert_int_equal(f->diags.all.items[0].code, PK_STACK_NEW);
	struct pk_elk newest = parsed(&(struct fixture){f->arena, {.arena = f->arena}}, "es9");
	assert_int_equal(elk.features, newest.features);
}

static void what_is_no_search_engine_is_refused(void **state)
{
	assert_unread(*state, "{\"version\":{\"number\":\"5.5.0\"}" SEARCH, PK_STACK_OLD);
	assert_unread(*state, "{\"version\":{\"number\":\"8.1.0\"}}", PK_STACK_UNKNOWN);
	assert_unread(*state, "{\"version\":{\"number\":\"new\"}" SEARCH, PK_STACK_UNKNOWN);
	assert_unread(*state, "{\"version\":\"8.1.0\"" SEARCH, PK_STACK_UNKNOWN);
	assert_unread(*state, "{\"version\":{\"number\":\"0.0.0\"}" OPENSEARCH, PK_STACK_UNKNOWN);
	assert_unread(*state, "{}", PK_STACK_UNKNOWN);
	assert_unread(*state, "[1]", PK_STACK_UNKNOWN);
	assert_unread(*state, "null", PK_STACK_UNKNOWN);
	assert_unread(*state,
		"{\"version\":{\"number\":\"8.11.0\",\"build_flavor\":\"serverless\"}" SEARCH,
		PK_STACK_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_flavour_stands_for_the_last_release_of_its_line),
		TEST(every_flavour_of_the_list_can_be_parsed),
		TEST(a_minor_version_and_a_build_can_be_given),
		TEST(names_that_no_stack_has_are_refused),
		TEST(versions_before_pipelines_of_indices_are_too_old),
		TEST(people_see_product_version_and_build),
		TEST(features_begin_with_the_version_that_brought_them),
		TEST(builds_without_xpack_lack_its_features),
		TEST(each_product_has_its_own_lifecycles),
		TEST(what_a_server_was_found_to_have_is_set),
		TEST(servers_say_what_they_are),
		TEST(an_opensearch_that_calls_itself_elasticsearch_is_seen_through),
		TEST(a_line_that_is_not_known_yet_is_taken_for_the_newest),
		TEST(what_is_no_search_engine_is_refused),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

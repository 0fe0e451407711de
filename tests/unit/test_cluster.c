/* Clusters: what is asked, what is compared, and what is written in which order. */
#include "tests/unit/cluster_fixture.h"

/* --- opening --- */

#define OPENSEARCH                                                                                 \
	"{\"cluster_name\":\"lab\",\"version\":{\"distribution\":\"opensearch\","                  \
	"\"number\":\"2.19.1\"}}"
#define ELASTICSEARCH                                                                              \
	"{\"cluster_name\":\"lab\",\"version\":{\"number\":\"7.10.2\"},"                           \
	"\"tagline\":\"You Know, for Search\"}"
#define NODES(version, processors)                                                                 \
	"{\"nodes\":{\"n1\":{\"version\":\"" version "\",\"ingest\":{\"processors\":[" processors  \
	"]}}}}"

static bool open_cluster(struct fixture *f, const struct answer *answers)
{
	f->http.answers = answers;
	return pk_cluster_open(&f->cluster, f->arena, &f->http, &f->diags);
}

static void a_processor_that_a_node_lacks_is_no_feature(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {
		{"GET /_nodes/", 200, NODES("2.19.1", "{\"type\":\"community_id\"}")},
		{"GET /_plugins/_ism", 200, "{\"policies\":[]}"}, {"GET /", 200, OPENSEARCH}, {0}};
	assert_true(open_cluster(f, answers));
	assert_string_equal(f->cluster.name, "lab");
	assert_string_equal(f->cluster.node_version, "2.19.1");
	assert_true(pk_elk_has(&f->cluster.elk, PK_ELK_COMMUNITY_ID_OS));
	assert_false(pk_elk_has(&f->cluster.elk, PK_ELK_GEOIP));
	assert_true(pk_elk_has(&f->cluster.elk, PK_ELK_ISM));
}

static void a_cluster_without_the_plugin_has_no_ism(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {{"GET /_nodes/", 200, NODES("2.19.1", "")},
		{"GET /_plugins/_ism", 400, "{\"error\":\"no handler found\"}"},
		{"GET /", 200, OPENSEARCH}, {0}};
	assert_true(open_cluster(f, answers));
	assert_false(pk_elk_has(&f->cluster.elk, PK_ELK_ISM));
	assert_int_equal(f->diags.all.len, 0);
}

static void a_build_without_xpack_has_neither_ilm_nor_data_streams(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {{"GET /_nodes/", 200, NODES("7.10.2", "")},
		{"GET /_xpack", 400, "{}"}, {"GET /", 200, ELASTICSEARCH}, {0}};
	assert_true(open_cluster(f, answers));
	assert_true(f->cluster.elk.oss);
	assert_string_equal(f->cluster.elk.name, "es7.10-oss");
	assert_false(pk_elk_has(&f->cluster.elk, PK_ELK_ILM));
	assert_false(pk_elk_has(&f->cluster.elk, PK_ELK_DATA_STREAMS));
}

static void what_xpack_switches_off_is_no_feature(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {{"GET /_nodes/", 200, NODES("7.10.2", "")},
		{"GET /_xpack", 200,
			"{\"features\":{\"ilm\":{\"available\":true,\"enabled\":false},"
			"\"data_streams\":{\"available\":true,\"enabled\":true}}}"},
		{"GET /", 200, ELASTICSEARCH}, {0}};
	assert_true(open_cluster(f, answers));
	assert_false(pk_elk_has(&f->cluster.elk, PK_ELK_ILM));
	assert_true(pk_elk_has(&f->cluster.elk, PK_ELK_DATA_STREAMS));
}

static void nodes_say_which_opensearch_calls_itself_7_10(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {{"GET /_nodes/", 200, NODES("2.11.0", "")},
		{"GET /_plugins/_ism", 200, "{}"},
		{"GET /", 200,
			"{\"cluster_name\":\"lab\",\"version\":{\"number\":\"7.10.2\","
			"\"minimum_wire_compatibility_version\":\"7.10.0\"},"
			"\"tagline\":\"The OpenSearch Project: https://opensearch.org/\"}"},
		{0}};
	assert_true(open_cluster(f, answers));
	assert_int_equal(f->cluster.elk.major, 2);
	assert_int_equal(f->cluster.elk.minor, 11);
}

static void a_server_that_hides_its_nodes_is_reported(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {
		{"GET /_nodes/", 200, "{}"}, {"GET /", 200, OPENSEARCH}, {0}};
	assert_false(open_cluster(f, answers));
	assert_int_equal(count_code(f, PK_HTTP_ANSWER), 1);
}

/* --- comparing --- */

static void an_empty_cluster_lacks_everything(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	plan(f, (const struct answer[]){{0}});
	assert_int_equal(f->plan.len, 3);
	assert_int_equal(f->plan.to_write, 3);
	assert_int_equal(f->plan.foreign, 0);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_ABSENT);
}

static void what_was_written_is_the_same(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200,
			component(f, "picket@a", marked(f, PLAIN_COMPONENT, NULL))},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_SAME);
	assert_null(f->plan.items[0].difference);
	assert_int_equal(f->plan.to_write, 2);
}

static void an_edit_by_hand_is_changed_and_shown(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200,
			component(f, "picket@a", marked(f, EDITED_COMPONENT, PLAIN_COMPONENT))},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_CHANGED);
	assert_non_null(strstr(f->plan.items[0].difference, "number_of_replicas"));
}

static void what_another_version_wrote_is_outdated(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200,
			component(f, "picket@a", marked(f, EDITED_COMPONENT, NULL))},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_OUTDATED);
}

static void what_has_no_mark_is_foreign(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200, component(f, "picket@a", PLAIN_COMPONENT)}, {0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_FOREIGN);
	assert_int_equal(f->plan.foreign, 1);
}

static void the_component_of_the_user_is_never_different(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200, component(f, "picket@custom", PLAIN_COMPONENT)},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[1].state, PK_ASSET_SAME);
	assert_non_null(f->plan.items[1].difference);
}

static void what_is_not_made_any_more_is_left(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {
		{"GET /_component_template/", 200,
			component(f, "picket@old", marked(f, PLAIN_COMPONENT, NULL))},
		{"GET /_index_template/", 200, index_template(f, "picket-mine", PLAIN_TEMPLATE)},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.len, 1);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_LEFT);
	assert_string_equal(f->plan.items[0].asset.path, "/_component_template/picket@old");
	assert_int_equal(f->plan.to_write, 1);
}

/* --- writing --- */

static void assets_are_written_in_order(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	plan(f, (const struct answer[]){{0}});
	assert_true(pk_cluster_apply(&f->cluster, &f->plan, false, NULL, NULL, &f->diags));
	assert_log(f,
		"PUT /_component_template/picket@a\n"
		"PUT /_component_template/picket@custom\n"
		"PUT /_index_template/picket-x\n");
}

static void nothing_is_written_where_something_is_foreign(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"GET /_component_template/", 200, component(f, "picket@a", PLAIN_COMPONENT)}, {0}};
	plan(f, answers);
	assert_false(pk_cluster_apply(&f->cluster, &f->plan, false, NULL, NULL, &f->diags));
	assert_log(f, "");
	assert_int_equal(count_code(f, PK_STACK_FOREIGN), 1);
	assert_true(pk_cluster_apply(&f->cluster, &f->plan, true, NULL, NULL, &f->diags));
	assert_non_null(strstr(f->http.log.data, "PUT /_component_template/picket@a\n"));
}

static void writing_stops_at_the_first_refusal(void **state)
{
	struct fixture *f = *state;
	add_assets(f);
	const struct answer answers[] = {
		{"PUT /_component_template/picket@custom", 400, "{\"error\":{}}"}, {0}};
	plan(f, answers);
	assert_false(pk_cluster_apply(&f->cluster, &f->plan, false, NULL, NULL, &f->diags));
	assert_log(f,
		"PUT /_component_template/picket@a\n"
		"PUT /_component_template/picket@custom\n");
	assert_int_equal(count_code(f, PK_HTTP_REFUSED), 1);
}

static void a_policy_of_ism_is_written_with_its_number(void **state)
{
	struct fixture *f = *state;
	add_asset(f, PK_ASSET_ISM, "picket", "/_plugins/_ism/policies/picket",
		"{\"policy\":{\"default_state\":\"hot\"}}");
	const struct answer answers[] = {
		{"GET /_plugins/_ism/policies/picket", 200,
			"{\"_id\":\"picket\",\"_seq_no\":7,\"_primary_term\":2,\"policy\":{"
			"\"default_state\":\"cold\",\"description\":\"Old. [picket 0.0.1 sha256:"
			"00000000000000000000000000000000000000000000000000000000000000aa]\"}}"},
		{0}};
	plan(f, answers);
	assert_int_equal(f->plan.items[0].state, PK_ASSET_OUTDATED);
	assert_true(pk_cluster_apply(&f->cluster, &f->plan, false, NULL, NULL, &f->diags));
	assert_log(f, "PUT /_plugins/_ism/policies/picket?if_seq_no=7&if_primary_term=2\n");
}

static void what_is_left_goes_after_the_rest_is_written(void **state)
{
	struct fixture *f = *state;
	add_asset(f, PK_ASSET_INDEX_TEMPLATE, "picket-x", "/_index_template/picket-x",
		PLAIN_TEMPLATE);
	const struct answer answers[] = {
		{"GET /_component_template/", 200,
			component(f, "picket@old", marked(f, PLAIN_COMPONENT, NULL))},
		{0}};
	plan(f, answers);
	assert_true(pk_cluster_apply(&f->cluster, &f->plan, false, NULL, NULL, &f->diags));
	assert_log(f,
		"PUT /_index_template/picket-x\n"
		"DELETE /_component_template/picket@old\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_processor_that_a_node_lacks_is_no_feature),
		TEST(a_cluster_without_the_plugin_has_no_ism),
		TEST(a_build_without_xpack_has_neither_ilm_nor_data_streams),
		TEST(what_xpack_switches_off_is_no_feature),
		TEST(nodes_say_which_opensearch_calls_itself_7_10),
		TEST(a_server_that_hides_its_nodes_is_reported),
		TEST(an_empty_cluster_lacks_everything),
		TEST(what_was_written_is_the_same),
		TEST(an_edit_by_hand_is_changed_and_shown),
		TEST(what_another_version_wrote_is_outdated),
		TEST(what_has_no_mark_is_foreign),
		TEST(the_component_of_the_user_is_never_different),
		TEST(what_is_not_made_any_more_is_left),
		TEST(assets_are_written_in_order),
		TEST(nothing_is_written_where_something_is_foreign),
		TEST(writing_stops_at_the_first_refusal),
		TEST(a_policy_of_ism_is_written_with_its_number),
		TEST(what_is_left_goes_after_the_rest_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

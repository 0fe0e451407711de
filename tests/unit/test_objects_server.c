/* Saved objects on a server that answers as Kibana and OpenSearch Dashboards do, and otherwise. */
#include "tests/unit/edge_fixture.h"

#include "templates/objects/objects.h"

#define MARK " [picket 0.1.0 sha256:"
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb]"
#define VIEW(digest)                                                                               \
	"{\"attributes\":{\"title\":\"t\",\"typeMeta\":\"{\\\"managed\\\":\\\"by" MARK digest      \
	"\\\"}\"},\"id\":\"picket-v\",\"type\":\"index-pattern\"}"
#define BOARD(description)                                                                         \
	"{\"attributes\":{\"description\":\"d" description                                         \
	"\",\"title\":\"t\"},\"id\":\"picket-d\",\"type\":\"dashboard\"}"
#define EXPORT "POST /api/saved_objects/_export\n"
#define NONE_LEFT "GET /api/saved_objects/_find*\n  body {\"saved_objects\":[]}\n"
#define MISSING(objects)                                                                           \
	EXPORT "  times 1\n  status 400\n"                                                         \
	       "  body {\"statusCode\":400,\"error\":\"Bad Request\",\"message\":\"Bad Request\"," \
	       "\"attributes\":{\"objects\":[" objects "]}}\n"
#define NO_BOARD "{\"id\":\"picket-d\",\"type\":\"dashboard\",\"error\":{\"statusCode\":404}}"
#define NO_VIEW "{\"id\":\"picket-v\",\"type\":\"index-pattern\",\"error\":{\"statusCode\":404}}"

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct edge edge;
	struct pk_http_clock clock;
	struct pk_http *http;
	struct pk_object items[2];
	struct pk_objects objects;
	struct pk_objects_plan plan;
};

/* A data view and a dashboard, for a server with this script. */
static void begin(struct trial *trial, const char *script)
{
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	trial->items[0] = (struct pk_object){"index-pattern", "picket-v", "t", VIEW(A64)};
	trial->items[1] = (struct pk_object){"dashboard", "picket-d", "t", BOARD(MARK A64)};
	trial->objects = (struct pk_objects){trial->items, 2, 2};
	edge_start(&trial->edge, script, NULL);
	trial->clock = (struct pk_http_clock){edge_now, edge_sleep, &trial->edge};
	const struct pk_http_options options = {
		.url = trial->edge.url, .clock = &trial->clock, .header = "kbn-xsrf: picket"};
	trial->http = pk_http_open(&options, &trial->diags);
	assert_non_null(trial->http);
}

static void end(struct trial *trial)
{
	pk_http_close(trial->http);
	edge_stop(&trial->edge);
	pk_arena_destroy(trial->arena);
}

static bool plan(struct trial *trial)
{
	return pk_objects_plan_make(&trial->plan, trial->http, &trial->objects, &trial->diags);
}

static void plans(const char *script, size_t same, size_t absent, size_t outdated, size_t left)
{
	struct trial trial;
	begin(&trial, script);
	assert_true(plan(&trial));
	assert_int_equal(trial.diags.all.len, 0);
	assert_int_equal(trial.plan.same, same);
	assert_int_equal(trial.plan.absent, absent);
	assert_int_equal(trial.plan.outdated, outdated);
	assert_int_equal(trial.plan.left, left);
	assert_int_equal(pk_http_count(trial.http).writes, 0);
	end(&trial);
}

static void assert_refused(struct trial *trial, enum pk_code code, size_t count, const char *says)
{
	assert_int_equal(trial->diags.all.len, count);
	assert_int_equal(trial->diags.all.items[0].code, code);
	assert_non_null(strstr(trial->diags.all.items[0].message, says));
}

/* --- plan --- */

static void an_empty_server_lacks_all(void **state)
{
	(void)state;
	plans(MISSING(NO_BOARD "," NO_VIEW) NONE_LEFT, 0, 2, 0, 0);
}

static void what_is_missing_is_left_out_of_a_second_export(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, MISSING(NO_BOARD) EXPORT "  body " VIEW(A64) "\n" NONE_LEFT);
	assert_true(plan(&trial));
	assert_int_equal(trial.plan.same, 1);
	assert_int_equal(trial.plan.absent, 1);
	assert_int_equal(edge_asked(&trial.edge, "\"id\":\"picket-d\""), 1);
	assert_int_equal(edge_asked(&trial.edge, "\"id\":\"picket-v\""), 2);
	assert_int_equal(edge_asked(&trial.edge, "kbn-xsrf: picket\n"), 3);
	end(&trial);
}

static void a_mark_tells_what_is_the_same(void **state)
{
	(void)state;
	plans(EXPORT "  body " VIEW(A64) "\n  body " BOARD(MARK A64) "\n" NONE_LEFT, 2, 0, 0, 0);
	plans(EXPORT "  body " VIEW(B64) "\n  body " BOARD(MARK B64) "\n" NONE_LEFT, 0, 0, 2, 0);
	plans(EXPORT "  body " VIEW(A64) "\n  body " BOARD("") "\n" NONE_LEFT, 1, 0, 1, 0);
}

static void what_is_not_made_any_more_is_counted(void **state)
{
	(void)state;
	plans(EXPORT "  body " VIEW(A64) "\n  body " BOARD(
		      MARK A64) "\n"
				"GET /api/saved_objects/_find*\n  body {\"saved_objects\":["
				"{\"type\":\"lens\",\"id\":\"picket-old\",\"attributes\":{"
				"\"description\":\"x" MARK A64 "\"}},"
				"{\"type\":\"lens\",\"id\":\"picket-yours\",\"attributes\":{}},"
				"{\"type\":\"lens\",\"id\":\"other\",\"attributes\":{"
				"\"description\":\"x" MARK A64 "\"}},"
				"{\"type\":\"lens\",\"id\":\"picket-/../"
				"x\",\"attributes\":{\"description\":"
				"\"x" MARK A64 "\"}}," BOARD(MARK A64) "]}\n",
		2, 0, 0, 1);
}

static void a_server_without_the_search_has_nothing_left(void **state)
{
	(void)state;
	plans(EXPORT "  body " VIEW(A64) "\n  body " BOARD(MARK A64) "\n", 2, 0, 0, 0);
}

static void what_is_no_kibana_is_refused(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, EXPORT "  status 404\n  body {\"message\":\"Not Found\"}\n");
	assert_false(plan(&trial));
	assert_refused(&trial, PK_HTTP_REFUSED, 1, "_export");
	end(&trial);
	/* Named again after it was left out: no third time. */
	begin(&trial, MISSING(NO_VIEW) MISSING(NO_VIEW) NONE_LEFT);
	assert_false(plan(&trial));
	assert_refused(&trial, PK_HTTP_REFUSED, 1, "_export");
	end(&trial);
}

static void an_export_that_is_none_is_told(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, EXPORT "  body " VIEW(A64) "\n  body <html>\n");
	assert_false(plan(&trial));
	assert_refused(&trial, PK_OBJECTS_ANSWER, 1, "export");
	end(&trial);
}

/* --- import --- */

#define IMPORT "POST /api/saved_objects/_import?overwrite=true\n"

static bool import(struct trial *trial)
{
	return pk_objects_import(trial->http, &trial->objects, &trial->diags);
}

static void an_import_is_a_form_with_a_file(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, IMPORT "  body {\"success\":true,\"successCount\":2}\n" NONE_LEFT);
	assert_true(import(&trial));
	assert_int_equal(edge_asked(&trial.edge,
				 "| Content-Disposition: form-data; name=\"file\"; "
				 "filename=\"picket.ndjson\"\n"
				 "| Content-Type: application/ndjson\n| \n| " VIEW(A64) "\n| "),
		1);
	assert_int_equal(
		edge_asked(&trial.edge, "Content-Type: multipart/form-data; boundary=picket-"), 1);
	assert_int_equal(edge_asked(&trial.edge, "| --picket-"), 2);
	assert_int_equal(pk_http_count(trial.http).writes, 1);
	end(&trial);
}

static void every_object_that_is_refused_is_told(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		IMPORT "  body {\"success\":false,\"successCount\":0,\"errors\":["
		       "{\"id\":\"picket-d\",\"type\":\"dashboard\",\"error\":{\"type\":"
		       "\"missing_references\",\"references\":[]}},"
		       "{\"id\":\"picket-v\",\"type\":\"index-pattern\",\"error\":{\"type\":"
		       "\"unknown\",\"message\":\"too new\",\"statusCode\":422}}]}\n");
	assert_false(import(&trial));
	assert_refused(&trial, PK_OBJECTS_REFUSED, 2, "dashboard 'picket-d'");
	assert_non_null(trial.diags.all.items[0].hint);
	assert_non_null(strstr(trial.diags.all.items[1].message, "unknown: too new"));
	end(&trial);
}

static void a_count_that_is_too_small_is_no_success(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, IMPORT "  body {\"success\":true,\"successCount\":1}\n");
	assert_false(import(&trial));
	assert_refused(&trial, PK_OBJECTS_REFUSED, 1, "1 of 2");
	end(&trial);
}

static void an_answer_to_an_import_that_is_none_is_told(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, IMPORT "  body {\"took\":1}\n");
	assert_false(import(&trial));
	assert_refused(&trial, PK_OBJECTS_ANSWER, 1, "import");
	end(&trial);
	begin(&trial,
		IMPORT "  status 413\n  body {\"message\":\"Payload content length greater\"}\n");
	assert_false(import(&trial));
	assert_refused(&trial, PK_HTTP_REFUSED, 1, "413");
	end(&trial);
}

static void an_import_removes_what_is_left(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		IMPORT "  body {\"success\":true,\"successCount\":2}\n"
		       "GET /api/saved_objects/_find*\n  body {\"saved_objects\":["
		       "{\"type\":\"lens\",\"id\":\"picket-old\",\"attributes\":{\"description\":"
		       "\"x" MARK A64 "\"}}]}\nDELETE /api/saved_objects/lens/picket-old\n"
		       "  body {}\n");
	assert_true(import(&trial));
	assert_int_equal(edge_asked(&trial.edge, "DELETE /api/saved_objects/lens/picket-old\n"), 1);
	end(&trial);
}

/* --- remove --- */

static void removes(const char *script, size_t count, unsigned deletes)
{
	struct trial trial;
	size_t removed = 99;
	begin(&trial, script);
	assert_true(pk_objects_remove(&removed, trial.http, &trial.objects, &trial.diags));
	assert_int_equal(removed, count);
	assert_int_equal(edge_asked(&trial.edge, "DELETE "), deletes);
	end(&trial);
}

static void what_is_ours_is_removed(void **state)
{
	(void)state;
	removes(EXPORT "  body " VIEW(A64) "\n  body " BOARD(
			MARK B64) "\n" NONE_LEFT "DELETE /api/saved_objects/*\n  body {}\n",
		2, 2);
}

static void what_has_no_mark_stays(void **state)
{
	(void)state;
	removes(EXPORT "  body " VIEW(A64) "\n  body " BOARD(
			"") "\n" NONE_LEFT
			    "DELETE /api/saved_objects/index-pattern/picket-v\n  body {}\n",
		1, 1);
}

static void what_went_by_itself_is_not_counted(void **state)
{
	(void)state;
	removes(EXPORT "  body " VIEW(A64) "\n  body " BOARD(
			MARK A64) "\n" NONE_LEFT "DELETE /api/saved_objects/*\n  status 404\n",
		0, 2);
}

static void what_is_shared_is_removed_by_force(void **state)
{
	(void)state;
	removes(MISSING(NO_VIEW) EXPORT "  body " BOARD(
			MARK A64) "\n" NONE_LEFT
				  "DELETE /api/saved_objects/dashboard/picket-d\n  status 400\n"
				  "DELETE /api/saved_objects/dashboard/picket-d[?]force=true\n  "
				  "body {}\n",
		1, 2);
}

static void a_refusal_to_remove_is_told(void **state)
{
	struct trial trial;
	size_t removed = 99;
	(void)state;
	begin(&trial,
		EXPORT "  body " VIEW(A64) "\n  body " BOARD(
			MARK A64) "\n" NONE_LEFT
				  "DELETE *\n  status 409\n  body {\"message\":\"conflict\"}\n");
	assert_false(pk_objects_remove(&removed, trial.http, &trial.objects, &trial.diags));
	assert_refused(&trial, PK_HTTP_REFUSED, 1, "DELETE");
	assert_int_equal(removed, 99);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_server_lacks_all),
		cmocka_unit_test(what_is_missing_is_left_out_of_a_second_export),
		cmocka_unit_test(a_mark_tells_what_is_the_same),
		cmocka_unit_test(what_is_not_made_any_more_is_counted),
		cmocka_unit_test(a_server_without_the_search_has_nothing_left),
		cmocka_unit_test(what_is_no_kibana_is_refused),
		cmocka_unit_test(an_export_that_is_none_is_told),
		cmocka_unit_test(an_import_is_a_form_with_a_file),
		cmocka_unit_test(every_object_that_is_refused_is_told),
		cmocka_unit_test(a_count_that_is_too_small_is_no_success),
		cmocka_unit_test(an_answer_to_an_import_that_is_none_is_told),
		cmocka_unit_test(an_import_removes_what_is_left),
		cmocka_unit_test(what_is_ours_is_removed),
		cmocka_unit_test(what_has_no_mark_stays),
		cmocka_unit_test(what_went_by_itself_is_not_counted),
		cmocka_unit_test(what_is_shared_is_removed_by_force),
		cmocka_unit_test(a_refusal_to_remove_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

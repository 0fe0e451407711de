/* What is asked over HTTP, on an edge that answers rightly and wrongly. */
#include "tests/unit/edge_fixture.h"

#include "base/json.h"
#include "templates/http/http.h"

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct edge edge;
	struct pk_http_clock clock;
	struct pk_http_options options;
	struct pk_http *http;
};

/* An edge with this script, and a server that asks it. */
static void begin(struct trial *trial, const char *script)
{
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	edge_start(&trial->edge, script, NULL);
	trial->clock = (struct pk_http_clock){edge_now, edge_sleep, &trial->edge};
	trial->options = (struct pk_http_options){.url = trial->edge.url, .clock = &trial->clock};
	trial->http = pk_http_open(&trial->options, &trial->diags);
	assert_non_null(trial->http);
}

static void end(struct trial *trial)
{
	pk_http_close(trial->http);
	edge_stop(&trial->edge);
	pk_arena_destroy(trial->arena);
}

static const struct pk_node *get(struct trial *trial, const char *path)
{
	long status = 0;
	return pk_http_json(trial->http, "GET", path, NULL, &status, &trial->diags);
}

static void assert_code(struct trial *trial, enum pk_code code)
{
	assert_int_equal(trial->diags.all.len, 1);
	assert_int_equal(trial->diags.all.items[0].code, code);
}

static void assert_says(struct trial *trial, const char *text)
{
	assert_non_null(strstr(trial->diags.all.items[0].message, text));
}

static void assert_hints(struct trial *trial, const char *text)
{
	assert_non_null(trial->diags.all.items[0].hint);
	assert_non_null(strstr(trial->diags.all.items[0].hint, text));
}

/* A script that is answered with this finding. */
static void finds(const char *script, enum pk_code code, const char *says, const char *hints)
{
	struct trial trial;
	begin(&trial, script);
	assert_null(get(&trial, "/x"));
	assert_code(&trial, code);
	assert_says(&trial, says);
	if (hints != NULL)
		assert_hints(&trial, hints);
	end(&trial);
}

/* --- Answers --- */

static void an_answer_is_read(void **state)
{
	struct trial trial;
	long status = 0;
	(void)state;
	begin(&trial, "POST /a/_doc\n  status 201\n  body {\"found\":true}\n");
	const struct pk_node *node =
		pk_http_json(trial.http, "POST", "/a/_doc", "{\"b\":1}", &status, &trial.diags);
	assert_non_null(node);
	assert_int_equal(status, 201);
	assert_true(pk_node_find(node, "found")->boolean);
	assert_int_equal(edge_asked(&trial.edge, "| {\"b\":1}\n"), 1);
	assert_int_equal(edge_asked(&trial.edge, "Content-Type: application/json\n"), 1);
	assert_int_equal(edge_asked(&trial.edge, "Expect"), 0);
	end(&trial);
}

static void a_refusal_is_an_answer(void **state)
{
	struct trial trial;
	long status = 0;
	(void)state;
	begin(&trial, "GET /x\n  status 404\n  body {\"error\":\"no such index\"}\n");
	const struct pk_node *node =
		pk_http_json(trial.http, "GET", "/x", NULL, &status, &trial.diags);
	assert_non_null(node);
	assert_int_equal(status, 404);
	assert_int_equal(trial.diags.all.len, 0);
	pk_http_refused(trial.http, "GET", "/x", status, node, &trial.diags);
	assert_code(&trial, PK_HTTP_REFUSED);
	assert_says(&trial, "no such index");
	end(&trial);
}

static void ways_to_send_a_body_are_known(void **state)
{
	static const char *const scripts[] = {
		"GET /x\n  chunked\n  body {\"a\":[1,2,3,4,5,6,7,8,9]}\n",
		"GET /x\n  old\n  body {\"a\":[1,2,3,4,5,6,7,8,9]}\n",
		"GET /x\n  continue\n  body {\"a\":[1,2,3,4,5,6,7,8,9]}\n",
		"GET /x\n  drip 1\n  body {\"a\":[1,2,3,4,5,6,7,8,9]}\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct trial trial;
		begin(&trial, scripts[i]);
		const struct pk_node *node = get(&trial, "/x");
		assert_non_null(node);
		assert_int_equal(pk_node_find(node, "a")->items.len, 9);
		end(&trial);
	}
}

static void a_head_has_no_body(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "HEAD /x\n  body {\"a\":1}\n");
	struct pk_http_request request = {.method = "HEAD", .path = "/x"};
	PK_HTTP_ANSWER_AUTO answer = {0};
	assert_true(pk_http_send(&answer, trial.http, &request, &trial.diags));
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.len, 0);
	end(&trial);
}

static void the_date_of_the_server_is_read(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  header Date: Sun, 22 Nov 2026 10:00:00 GMT\n  body {}\n");
	struct pk_http_request request = {.method = "GET", .path = "/x"};
	PK_HTTP_ANSWER_AUTO answer = {0};
	assert_true(pk_http_send(&answer, trial.http, &request, &trial.diags));
	assert_int_equal(answer.date, 1795341600);
	end(&trial);
}

static void a_connection_is_used_again(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  body {}\n");
	for (int i = 0; i < 3; i++)
		assert_non_null(get(&trial, "/x"));
	assert_int_equal(pk_http_count(trial.http).requests, 3);
	assert_int_equal(pk_http_count(trial.http).writes, 0);
	assert_int_equal(pk_http_count(trial.http).retries, 0);
	end(&trial);
}

static void what_is_no_question_is_counted_as_a_write(void **state)
{
	struct trial trial;
	long status;
	(void)state;
	begin(&trial, "* /*\n  body {}\n");
	pk_http_json(trial.http, "PUT", "/a", "{}", &status, &trial.diags);
	pk_http_json(trial.http, "DELETE", "/a", NULL, &status, &trial.diags);
	pk_http_json(trial.http, "POST", "/_ingest/pipeline/a/_simulate?verbose=true", "{}",
		&status, &trial.diags);
	pk_http_json(trial.http, "POST", "/a/_rollover", "{}", &status, &trial.diags);
	assert_int_equal(pk_http_count(trial.http).requests, 4);
	assert_int_equal(pk_http_count(trial.http).writes, 3);
	end(&trial);
}

/* --- Trying again --- */

static void a_server_that_starts_is_asked_again(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		"GET /x\n  times 2\n  status 503\n  body {\"error\":\"starts\"}\n"
		"GET /x\n  body {\"up\":true}\n");
	assert_non_null(get(&trial, "/x"));
	assert_int_equal(trial.diags.all.len, 0);
	assert_int_equal(pk_http_count(trial.http).retries, 2);
	assert_int_equal(trial.edge.slept_ms, 500 + 1000);
	end(&trial);
}

static void a_server_says_how_long_to_wait(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		"PUT /x\n  times 1\n  status 429\n  header Retry-After: 7\n  body {}\n"
		"PUT /x\n  body {}\n");
	long status = 0;
	assert_non_null(pk_http_json(trial.http, "PUT", "/x", "{}", &status, &trial.diags));
	assert_int_equal(trial.edge.slept_ms, 7000);
	end(&trial);
}

static void nobody_waits_longer_than_is_allowed(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		"GET /x\n  status 503\n  header Retry-After: 3600\n"
		"  body {\"error\":{\"type\":\"busy\",\"reason\":\"no master\"}}\n");
	assert_null(get(&trial, "/x"));
	assert_code(&trial, PK_HTTP_NOT_NOW);
	assert_says(&trial, "busy: no master");
	assert_hints(&trial, "3600");
	assert_int_equal(trial.edge.sleeps, 0);
	end(&trial);
}

static void a_write_by_post_is_not_repeated(void **state)
{
	struct trial trial;
	long status = 0;
	(void)state;
	begin(&trial, "POST /x\n  status 503\n  body {}\nPOST /y\n  close\n");
	assert_null(pk_http_json(trial.http, "POST", "/x", "{}", &status, &trial.diags));
	assert_null(pk_http_json(trial.http, "POST", "/y", "{}", &status, &trial.diags));
	assert_int_equal(edge_asked(&trial.edge, "POST /"), 2);
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_NOT_NOW);
	assert_int_equal(trial.diags.all.items[1].code, PK_HTTP_BROKEN);
	end(&trial);
}

static void a_post_that_says_so_is_repeated(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "POST /_bulk\n  times 1\n  close\nPOST /_bulk\n  body {\"errors\":false}\n");
	struct pk_http_request request = {.method = "POST",
		.path = "/_bulk",
		.type = "application/x-ndjson",
		.body = "{}\n{}\n",
		.body_len = 6,
		.again = true};
	PK_HTTP_ANSWER_AUTO answer = {0};
	assert_true(pk_http_send(&answer, trial.http, &request, &trial.diags));
	assert_int_equal(edge_asked(&trial.edge, "Content-Type: application/x-ndjson"), 2);
	end(&trial);
}

static void tries_have_an_end(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  close\n");
	assert_null(get(&trial, "/x"));
	assert_code(&trial, PK_HTTP_BROKEN);
	assert_int_equal(edge_asked(&trial.edge, "GET /x"), 4);
	assert_int_equal(trial.edge.slept_ms, 500 + 1000 + 2000);
	end(&trial);
}

/* --- What servers refuse --- */

static void the_ways_to_log_in_are_named(void **state)
{
	(void)state;
	finds("GET /x\n  status 401\n  header WWW-Authenticate: Basic realm=\"security\"\n"
	      "  header WWW-Authenticate: ApiKey\n  body "
	      "{\"error\":{\"type\":\"security_exception\","
	      "\"reason\":\"missing authentication credentials\"}}\n",
		PK_HTTP_LOGIN, "missing authentication credentials", "Basic, ApiKey");
}

static void the_missing_privilege_is_named(void **state)
{
	(void)state;
	finds("GET /x\n  status 403\n  body "
	      "{\"error\":{\"type\":\"security_exception\",\"reason\":\"action "
	      "[indices:admin/index_template/put] is unauthorized for user [u] with effective "
	      "roles [r], "
	      "this action is granted by the cluster privileges "
	      "[manage_index_templates,manage,all]\"}}\n",
		PK_HTTP_FORBIDDEN, "unauthorized for user [u]",
		"cluster privileges manage_index_templates,manage,all");
	finds("GET /x\n  status 403\n  body "
	      "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no "
	      "permissions for [indices:admin/template/put] and User [name=u]\"},\"status\":403}\n",
		PK_HTTP_FORBIDDEN, "no permissions", "'indices:admin/template/put'");
	finds("GET /x\n  status 403\n", PK_HTTP_FORBIDDEN, "does not allow it", "more rights");
}

static void a_busy_server_is_named(void **state)
{
	(void)state;
	finds("GET /x\n  status 429\n  body "
	      "{\"error\":{\"type\":\"es_rejected_execution_exception\","
	      "\"reason\":\"rejected execution of coordinating operation\"},\"status\":429}\n",
		PK_HTTP_NOT_NOW, "es_rejected_execution_exception", "too much to do");
	finds("GET /x\n  status 503\n  header Content-Type: text/plain\n"
	      "  body Kibana server is not ready yet\n",
		PK_HTTP_NOT_NOW, "Kibana server is not ready yet", "kibana_system");
	finds("GET /x\n  status 502\n  header Content-Type: text/html\n"
	      "  body <html><h1>502 Bad Gateway</h1></html>\n",
		PK_HTTP_NOT_NOW, "status 502", NULL);
}

static void nothing_is_followed(void **state)
{
	(void)state;
	finds("GET /x\n  status 302\n  header Location: https://elsewhere.example/login\n"
	      "GET *\n  body {}\n",
		PK_HTTP_REDIRECT, "https://elsewhere.example/login", "nothing is followed");
}

static void refused(long status, const char *answer, const char *says, const char *hints)
{
	struct trial trial;
	begin(&trial, "GET /x\n");
	struct pk_source *source = source_from_text(trial.arena, answer);
	const struct pk_node *node = answer[0] == '\0' ? NULL : pk_json_read(source, &trial.diags);
	pk_http_refused(trial.http, "PUT", "/_index_template/a", status, node, &trial.diags);
	assert_code(&trial, PK_HTTP_REFUSED);
	assert_says(&trial, says);
	if (hints != NULL)
		assert_hints(&trial, hints);
	end(&trial);
}

static void reasons_are_read_in_every_form(void **state)
{
	(void)state;
	refused(400,
		"{\"error\":{\"root_cause\":[{\"type\":\"a\",\"reason\":\"b\"}],\"type\":\"mapper_"
		"parsing\","
		"\"reason\":\"failed\",\"caused_by\":{\"type\":\"illegal\",\"reason\":\"no type "
		"[x]\"}},"
		"\"status\":400}",
		"mapper_parsing: failed, caused by illegal: no type [x]", NULL);
	refused(400, "{\"error\":\"no handler found for uri [/x] and method [GET]\"}",
		"no handler found", "plugin");
	refused(400,
		"{\"statusCode\":400,\"error\":\"Bad Request\",\"message\":\"Request must contain "
		"a "
		"kbn-xsrf header.\"}",
		"400: Request must contain", "Kibana");
	refused(413, "", "413", "max_content_length");
	refused(409,
		"{\"error\":{\"type\":\"version_conflict_engine_exception\",\"reason\":\"[p]: "
		"version "
		"conflict\"}}",
		"version conflict", "do it again");
	refused(500, "[1,2]", "does not say why", NULL);
}

/* --- Answers that are none --- */

static void an_answer_that_ends_early_is_refused(void **state)
{
	(void)state;
	finds("GET /x\n  cut 4\n  body {\"a\":1}\n", PK_HTTP_BROKEN, "breaks off", NULL);
	finds("GET /x\n  chunked\n  cut 4\n  body {\"a\":1}\n", PK_HTTP_BROKEN, "breaks off", NULL);
	finds("GET /x\n  close\n", PK_HTTP_BROKEN, "Empty reply", "https://");
	finds("GET /x\n  garbage\n", PK_HTTP_BROKEN, "breaks off", NULL);
}

static void what_is_no_json_is_refused(void **state)
{
	(void)state;
	finds("GET /x\n  body <!DOCTYPE html><html>login</html>\n", PK_HTTP_NOT_JSON,
		"<!DOCTYPE html>", "browsers");
	finds("GET /x\n", PK_HTTP_NOT_JSON, "empty", NULL);
	finds("GET /x\n  old\n  cut 4\n  body {\"a\":1}\n", PK_HTTP_NOT_JSON, "no JSON", NULL);
}

static void an_answer_has_a_limit(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  big 5000\n");
	pk_http_close(trial.http);
	trial.options.answer_max = 4000;
	trial.http = pk_http_open(&trial.options, &trial.diags);
	assert_null(get(&trial, "/x"));
	assert_code(&trial, PK_HTTP_TOO_LARGE);
	assert_int_equal(edge_asked(&trial.edge, "GET /x"), 1);
	end(&trial);
}

static void headers_have_a_limit(void **state)
{
	(void)state;
	finds("GET /x\n  long 1048576\n  body {}\n", PK_HTTP_TOO_LARGE, "headers", NULL);
	finds("GET /x\n  long 80000\n  body {}\n", PK_HTTP_TOO_LARGE, "headers", NULL);
}

static void a_slow_server_is_left(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  drip 300\n  body {\"a\":\"bcdefgh\"}\n");
	pk_http_close(trial.http);
	trial.options.seconds_request = 1;
	trial.options.tries = 1;
	trial.http = pk_http_open(&trial.options, &trial.diags);
	assert_null(get(&trial, "/x"));
	assert_code(&trial, PK_HTTP_SLOW);
	end(&trial);
}

static void a_server_that_is_not_there_is_named(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n");
	kill(trial.edge.pid, SIGTERM);
	waitpid(trial.edge.pid, NULL, 0);
	assert_null(get(&trial, "/x"));
	assert_code(&trial, PK_HTTP_CONNECT);
	assert_hints(&trial, "runs");
	assert_int_equal(trial.edge.sleeps, 3);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(a_refusal_is_an_answer),
		cmocka_unit_test(ways_to_send_a_body_are_known),
		cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(the_date_of_the_server_is_read),
		cmocka_unit_test(a_connection_is_used_again),
		cmocka_unit_test(what_is_no_question_is_counted_as_a_write),
		cmocka_unit_test(a_server_that_starts_is_asked_again),
		cmocka_unit_test(a_server_says_how_long_to_wait),
		cmocka_unit_test(nobody_waits_longer_than_is_allowed),
		cmocka_unit_test(a_write_by_post_is_not_repeated),
		cmocka_unit_test(a_post_that_says_so_is_repeated),
		cmocka_unit_test(tries_have_an_end),
		cmocka_unit_test(the_ways_to_log_in_are_named),
		cmocka_unit_test(the_missing_privilege_is_named),
		cmocka_unit_test(a_busy_server_is_named),
		cmocka_unit_test(nothing_is_followed),
		cmocka_unit_test(reasons_are_read_in_every_form),
		cmocka_unit_test(an_answer_that_ends_early_is_refused),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(an_answer_has_a_limit),
		cmocka_unit_test(headers_have_a_limit),
		cmocka_unit_test(a_slow_server_is_left),
		cmocka_unit_test(a_server_that_is_not_there_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Verify on answers of an edge: what is right, what a pipeline fails on, and what is no answer. */
#include "tests/unit/edge_fixture.h"

#include "templates/cluster/verify.h"
#include "templates/model/sysmon.h"
#include "templates/monster/decode.h"
#include "templates/sample/sample.h"

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct edge edge;
	struct pk_http_clock clock;
	struct pk_http *http;
	struct pk_cluster cluster;
	struct pk_streams streams;
	struct pk_verify verify;
};

static size_t sysmon_count(void)
{
	size_t count;
	pk_sysmon_ecs_events(&count);
	return count;
}

static size_t monster_count(void)
{
	size_t count;
	pk_monster_event_list(&count);
	return count;
}

/* An answer of _simulate: this item so many times. */
static void put_docs(struct pk_buf *script, const char *path, const char *item, size_t count)
{
	pk_buf_printf(script, "POST %s\n  body {\"docs\":[", path);
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(script, "%s%s", i > 0 ? "," : "", item);
	pk_buf_puts(script, "]}\n");
}

/* What the pipeline for Monster answers if it makes what the decoder makes. */
static void put_decoded(struct pk_buf *script)
{
	static const struct pk_sample_options options = {
		.seed = 1, .now_ms = INT64_C(1772618400000)};
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	PK_BUF_AUTO body = {0};
	pk_buf_puts(&body, "{\"docs\":[");
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO line = {0};
		struct pk_monster_record record;
		pk_sample_put_monster(&line, &options, i, &events[i]);
		pk_monster_split(&record, line.data, line.len, false);
		pk_buf_printf(&body, "%s{\"doc\":{\"_source\":", i > 0 ? "," : "");
		pk_monster_put_json(&body, &record, line.data, line.len, NULL);
		pk_buf_puts(&body, "}}");
	}
	pk_buf_puts(&body, "]}");
	pk_buf_printf(script, "POST *picket-monster*\n  body %s\n", body.data);
}

static void begin(struct trial *trial, const char *script)
{
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	edge_start(&trial->edge, script, NULL);
	trial->clock = (struct pk_http_clock){edge_now, edge_sleep, &trial->edge};
	struct pk_http_options options = {.url = trial->edge.url, .clock = &trial->clock};
	trial->http = pk_http_open(&options, &trial->diags);
	assert_non_null(trial->http);
	trial->streams = (struct pk_streams){.sysmon_pattern = "logs-windows.sysmon_operational-*",
		.monster_pattern = "logs-monster.events-*"};
	trial->cluster = (struct pk_cluster){.http = trial->http, .arena = trial->arena};
	assert_true(pk_elk_parse(&trial->cluster.elk, "os2", &trial->diags));
}

static bool run(struct trial *trial)
{
	return pk_verify_run(&trial->verify, &trial->cluster, &trial->streams, &trial->diags);
}

static void end(struct trial *trial)
{
	pk_http_close(trial->http);
	edge_stop(&trial->edge);
	pk_arena_destroy(trial->arena);
}

/* The result about this, which there is. */
static const struct pk_verify_result *find(const struct trial *trial, const char *what)
{
	for (size_t i = 0; i < trial->verify.len; i++) {
		if (pk_text_starts(trial->verify.items[i].what, what))
			return &trial->verify.items[i];
	}
	fail_msg("nothing about %s", what);
	return NULL;
}

static void assert_problem(const struct trial *trial, const char *what, const char *part)
{
	const struct pk_verify_result *result = find(trial, what);
	assert_false(result->ok);
	if (strstr(result->problem, part) == NULL)
		fail_msg("'%s' lacks '%s'", result->problem, part);
}

#define SIMULATE "/_ingest/pipeline/picket-*/_simulate"
#define COUNT "POST *_count*\n  body {\"count\":0}\n"

static void every_event_is_sent_once(void **state)
{
	struct trial trial;
	PK_BUF_AUTO script = {0};
	(void)state;
	put_docs(&script, "/_ingest/pipeline/picket-sysmon/_simulate",
		"{\"error\":{\"type\":\"a\",\"reason\":\"b\"}}", sysmon_count());
	put_docs(&script, "/_ingest/pipeline/picket-monster/_simulate",
		"{\"error\":{\"type\":\"c\",\"reason\":\"d\"}}", monster_count());
	pk_buf_puts(&script, COUNT);
	begin(&trial, script.data);
	assert_true(run(&trial));
	assert_int_equal(trial.diags.all.len, 0);
	assert_int_equal(trial.verify.len, sysmon_count() + monster_count() + 3);
	assert_int_equal(trial.verify.failed, sysmon_count() + monster_count());
	assert_problem(&trial, "Sysmon 255", "the pipeline fails: a: b");
	assert_problem(&trial, "Monster 1.0 1500", "the pipeline fails: c: d");
	assert_int_equal(edge_asked(&trial.edge, "POST /_ingest"), 2);
	assert_int_equal(edge_asked(&trial.edge, "\"_type\":"), 0);
	end(&trial);
}

static void documents_have_a_type_on_old_servers(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "POST " SIMULATE "\n  status 404\n  body {}\n" COUNT);
	assert_true(pk_elk_parse(&trial.cluster.elk, "es6", &trial.diags));
	assert_true(run(&trial));
	assert_true(edge_asked(&trial.edge, "\"_type\":\"doc\"") > 0);
	end(&trial);
}

static void a_pipeline_that_is_not_there_is_a_problem(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		"POST " SIMULATE "\n  status 400\n  body {\"error\":{\"type\":\"illegal_argument\","
		"\"reason\":\"pipeline does not exist\"}}\n" COUNT);
	assert_true(run(&trial));
	assert_int_equal(trial.verify.failed, 2);
	assert_problem(&trial, "pipeline picket-sysmon", "does not exist");
	end(&trial);
}

static void what_the_decoder_makes_is_right(void **state)
{
	struct trial trial;
	PK_BUF_AUTO script = {0};
	(void)state;
	pk_buf_puts(&script, "POST *picket-sysmon*\n  status 400\n  body {}\n");
	put_decoded(&script);
	pk_buf_puts(&script, COUNT);
	begin(&trial, script.data);
	assert_true(run(&trial));
	assert_int_equal(trial.verify.failed, 1);
	assert_true(find(&trial, "Monster 0.9 1500")->ok);
	end(&trial);
}

static void documents_that_differ_are_told(void **state)
{
	struct trial trial;
	PK_BUF_AUTO script = {0};
	(void)state;
	put_docs(&script, "*picket-sysmon*",
		"{\"doc\":{\"_source\":{\"event\":{\"kind\":"
		"\"pipeline_error\"},\"error\":{\"message\":[\"bad\"]}}}}",
		sysmon_count());
	put_docs(&script, "*picket-monster*",
		"{\"doc\":{\"_source\":{\"@timestamp\":\"2026-03-04T10:00:00.000Z\"}}}",
		monster_count());
	pk_buf_puts(&script, COUNT);
	begin(&trial, script.data);
	assert_true(run(&trial));
	assert_problem(&trial, "Sysmon 1 ", "could not read it: [\"bad\"]");
	assert_problem(&trial, "Monster 0.9 1500", "found nothing");
	end(&trial);
}

static void documents_that_are_dropped_are_told(void **state)
{
	struct trial trial;
	PK_BUF_AUTO script = {0};
	(void)state;
	put_docs(&script, "*picket-sysmon*", "{\"doc\":null}", sysmon_count());
	put_docs(&script, "*picket-monster*", "{\"doc\":{\"_source\":{}}}", monster_count());
	pk_buf_puts(&script, COUNT);
	begin(&trial, script.data);
	assert_true(run(&trial));
	assert_problem(&trial, "Sysmon 1 ", "drops it");
	assert_problem(&trial, "Monster 0.9 1500", "no @timestamp");
	end(&trial);
}

static void failed_documents_are_counted(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial,
		"POST " SIMULATE "\n  status 400\n  body {}\n"
		"POST /logs-windows.sysmon_operational-\\*/_count*\n  body {\"count\":7}\n"
		"POST /logs-monster.events-\\*/_count*\n  status 404\n  body {\"error\":\"no such "
		"index\"}\n"
		"POST *_count*\n  body {\"count\":2}\n"
		"POST *_search*\n  body "
		"{\"hits\":{\"hits\":[{\"_source\":{\"error\":{\"message\":\"why\"}}}]}}\n");
	assert_true(run(&trial));
	assert_int_equal(trial.verify.sysmon_count, 7);
	assert_int_equal(trial.verify.monster_count, 0);
	assert_int_equal(trial.verify.failed_count, 2);
	assert_problem(&trial, "documents that a pipeline", "2 documents");
	assert_problem(&trial, "documents that a pipeline", "why");
	end(&trial);
}

static void an_answer_without_documents_is_none(void **state)
{
	static const char *const scripts[] = {
		"POST " SIMULATE "\n  body {\"docs\":[]}\n" COUNT,
		"POST " SIMULATE "\n  body []\n" COUNT,
		"POST " SIMULATE "\n  status 400\n  body {}\nPOST *\n  body {\"count\":\"x\"}\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct trial trial;
		begin(&trial, scripts[i]);
		assert_false(run(&trial));
		assert_int_equal(trial.diags.all.len, 1);
		assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_ANSWER);
		assert_int_equal(trial.verify.len, 0);
		end(&trial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_sent_once),
		cmocka_unit_test(documents_have_a_type_on_old_servers),
		cmocka_unit_test(a_pipeline_that_is_not_there_is_a_problem),
		cmocka_unit_test(what_the_decoder_makes_is_right),
		cmocka_unit_test(documents_that_differ_are_told),
		cmocka_unit_test(documents_that_are_dropped_are_told),
		cmocka_unit_test(failed_documents_are_counted),
		cmocka_unit_test(an_answer_without_documents_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

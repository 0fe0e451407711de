/* What is wrong with stacks and machines: each check on answers that are well, ill and refused. */
#include "tests/unit/edge_fixture.h"

#include "templates/cluster/doctor.h"
#include "templates/cluster/doctor_inner.h"
#include "templates/cluster/doctor_udp.h"

#define NOW INT64_C(1795341600)

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct edge edge;
	struct pk_http_clock clock;
	struct pk_http *http;
	struct pk_cluster cluster;
	struct pk_streams streams;
	struct pk_doctor doctor;
	struct pk_doctor_look look;
};

static void begin(struct trial *trial, const char *flavour, const char *script)
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
	assert_true(pk_elk_parse(&trial->cluster.elk, flavour, &trial->diags));
	trial->look = (struct pk_doctor_look){.out = &trial->doctor,
		.arena = trial->arena,
		.http = trial->http,
		.cluster = &trial->cluster,
		.streams = &trial->streams,
		.now = NOW,
		.diags = &trial->diags};
}

static void end(struct trial *trial)
{
	pk_http_close(trial->http);
	edge_stop(&trial->edge);
	pk_arena_destroy(trial->arena);
}

static const struct pk_doctor_finding *find(const struct trial *trial, const char *check)
{
	for (size_t i = 0; i < trial->doctor.len; i++) {
		if (pk_text_equal(trial->doctor.items[i].check, check))
			return &trial->doctor.items[i];
	}
	return NULL;
}

/* There is such a finding, whose text has this part; what is ill has advice. */
static void assert_finding(
	struct trial *trial, const char *check, enum pk_doctor_level level, const char *part)
{
	const struct pk_doctor_finding *finding = find(trial, check);
	if (finding == NULL) {
		fail_msg("nothing about %s", check);
		return;
	}
	if (strstr(finding->found, part) == NULL)
		fail_msg("'%s' lacks '%s'", finding->found, part);
	assert_int_equal(finding->level, level);
	assert_true(level < PK_DOCTOR_WARNING || finding->advice != NULL);
}

/* One check of a stack of this flavour with this script. */
static void finds(void (*look)(struct pk_doctor_look *look), const char *flavour,
	const char *script, const char *check, enum pk_doctor_level level, const char *part)
{
	struct trial trial;
	begin(&trial, flavour, script);
	look(&trial.look);
	assert_int_equal(trial.diags.all.len, 0);
	if (part == NULL)
		assert_null(find(&trial, check));
	else
		assert_finding(&trial, check, level, part);
	end(&trial);
}

/* --- The server --- */

static void old_lines_are_told(void **state)
{
	static const struct {
		const char *flavour;
		enum pk_doctor_level level;
	} rows[] = {
		{"es6", PK_DOCTOR_WARNING},
		{"es7", PK_DOCTOR_WARNING},
		{"es8", PK_DOCTOR_NOTE},
		{"es9", PK_DOCTOR_OK},
		{"os1", PK_DOCTOR_WARNING},
		{"os2", PK_DOCTOR_NOTE},
		{"os3", PK_DOCTOR_OK},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		finds(pk_doctor_look_version, rows[i].flavour, "GET /\n", "version", rows[i].level,
			"");
}

static void licences_end(void **state)
{
	(void)state;
	finds(pk_doctor_look_licence, "es8",
		"GET /_license\n  body {\"license\":{\"status\":\"active\",\"type\":\"basic\"}}\n",
		"licence", PK_DOCTOR_OK, "basic");
	finds(pk_doctor_look_licence, "es8",
		"GET /_license\n  body {\"license\":{\"status\":\"active\",\"type\":\"trial\","
		"\"expiry_date_in_millis\":1795600800000}}\n",
		"licence", PK_DOCTOR_NOTE, "trial, ends in 3 days");
	finds(pk_doctor_look_licence, "es6",
		"GET /_xpack/license\n  body "
		"{\"license\":{\"status\":\"expired\",\"type\":\"gold\"}}\n",
		"licence", PK_DOCTOR_WRONG, "gold, expired");
	finds(pk_doctor_look_licence, "os2", "GET /x\n", "licence", PK_DOCTOR_OK, NULL);
	finds(pk_doctor_look_licence, "es7.10-oss", "GET /x\n", "licence", PK_DOCTOR_OK, NULL);
}

static void a_stack_that_asks_nobody_is_told(void **state)
{
	(void)state;
	finds(pk_doctor_look_security, "es8",
		"GET /_xpack*\n  body "
		"{\"features\":{\"security\":{\"available\":true,\"enabled\":true}}}\n",
		"security", PK_DOCTOR_OK, "asked");
	finds(pk_doctor_look_security, "es8",
		"GET /_xpack*\n  body "
		"{\"features\":{\"security\":{\"available\":true,\"enabled\":false}}}\n",
		"security", PK_DOCTOR_WARNING, "nobody");
	finds(pk_doctor_look_security, "os2",
		"GET /_plugins/_security/authinfo\n  body {\"user\":\"x\"}\n", "security",
		PK_DOCTOR_OK, "asked");
	finds(pk_doctor_look_security, "os2",
		"GET *\n  status 400\n  body {\"error\":\"no handler found\"}\n", "security",
		PK_DOCTOR_WARNING, "nobody");
	finds(pk_doctor_look_security, "es7.10-oss", "GET /x\n", "security", PK_DOCTOR_WARNING,
		"nobody");
}

#define NODE(time, free)                                                                           \
	"GET /_nodes/stats/fs*\n  body {\"nodes\":{\"a\":{\"timestamp\":" time                     \
	",\"name\":\"n1\",\"fs\":{\"total\":{\"total_in_bytes\":1000,\"available_in_bytes\":" free \
	"}}}}}\n"

static void clocks_agree(void **state)
{
	(void)state;
	finds(pk_doctor_look_nodes, "es8", NODE("1795341602000", "500"), "clock", PK_DOCTOR_OK,
		"agree");
	finds(pk_doctor_look_nodes, "es8", NODE("1795341570000", "500"), "clock", PK_DOCTOR_NOTE,
		"30 seconds behind");
	finds(pk_doctor_look_nodes, "es8", NODE("1795345200000", "500"), "clock", PK_DOCTOR_WARNING,
		"60 minutes ahead");
}

static void disks_fill(void **state)
{
	(void)state;
	finds(pk_doctor_look_nodes, "os2", NODE("1795341602000", "500"), "disk", PK_DOCTOR_OK,
		"'n1' has used 50 %");
	finds(pk_doctor_look_nodes, "os2", NODE("1795341602000", "140"), "disk", PK_DOCTOR_WARNING,
		"86 %");
	finds(pk_doctor_look_nodes, "os2", NODE("1795341602000", "40"), "disk", PK_DOCTOR_WRONG,
		"96 %");
}

static void blocked_indices_are_told(void **state)
{
	(void)state;
	finds(pk_doctor_look_blocks, "es8", "GET *\n  body {}\n", "blocks", PK_DOCTOR_OK, NULL);
	finds(pk_doctor_look_blocks, "es8",
		"GET */_settings/index.blocks.*\n  body {\".ds-a\":{\"settings\":{"
		"\"index.blocks.read_only_allow_delete\":\"true\"}},\"b\":{\"settings\":{}}}\n",
		"blocks", PK_DOCTOR_WRONG, "1 indices take no events, the first is '.ds-a'");
}

#define SETTINGS                                                                                   \
	"GET /_cluster/settings*\n  body "                                                         \
	"{\"defaults\":{\"cluster.max_shards_per_node\":\"1000\"}}\n"
#define HEALTH(status, nodes, active, unassigned)                                                  \
	"GET /_cluster/health\n  body {\"status\":\"" status "\",\"number_of_data_nodes\":" nodes  \
	",\"active_shards\":" active ",\"unassigned_shards\":" unassigned "}\n"
#define EXPLAIN                                                                                    \
	"GET /_cluster/allocation/explain\n  body {\"index\":\"i\",\"shard\":0,\"primary\":false," \
	"\"allocate_explanation\":\"cannot allocate because of a reason\"}\n"

static void health_has_a_reason(void **state)
{
	(void)state;
	finds(pk_doctor_look_health, "es8", HEALTH("green", "1", "20", "0") SETTINGS, "health",
		PK_DOCTOR_OK, "green");
	finds(pk_doctor_look_health, "es8", HEALTH("yellow", "1", "20", "2") EXPLAIN SETTINGS,
		"health", PK_DOCTOR_NOTE, "shard 0 of 'i': cannot allocate because of a reason");
	finds(pk_doctor_look_health, "es8", HEALTH("yellow", "3", "20", "2") EXPLAIN SETTINGS,
		"health", PK_DOCTOR_WARNING, "2 shards");
	finds(pk_doctor_look_health, "es8", HEALTH("red", "3", "20", "2") SETTINGS, "health",
		PK_DOCTOR_WRONG, "red");
}

static void shards_have_a_limit(void **state)
{
	(void)state;
	finds(pk_doctor_look_health, "os2", HEALTH("green", "2", "1000", "0") SETTINGS, "shards",
		PK_DOCTOR_OK, "1000 of at most 2000");
	finds(pk_doctor_look_health, "os2",
		HEALTH("green", "1", "95",
			"0") "GET /_cluster/settings*\n  body "
			     "{\"persistent\":{\"cluster.max_shards_per_node\":\"100\"}}\n",
		"shards", PK_DOCTOR_WARNING, "95 of at most 100");
}

/* --- What is ours --- */

static void lifecycles_run(void **state)
{
	(void)state;
	finds(pk_doctor_look_lifecycle, "es8",
		"GET /_ilm/status\n  body {\"operation_mode\":\"RUNNING\"}\n", "lifecycle",
		PK_DOCTOR_OK, "lifecycle");
	finds(pk_doctor_look_lifecycle, "es8",
		"GET /_ilm/status\n  body {\"operation_mode\":\"STOPPED\"}\n", "lifecycle",
		PK_DOCTOR_WRONG, "STOPPED");
	finds(pk_doctor_look_lifecycle, "os2", "GET /x\n", "lifecycle", PK_DOCTOR_OK, "state");
	finds(pk_doctor_look_lifecycle, "es7.10-oss", "GET /x\n", "lifecycle", PK_DOCTOR_NOTE,
		"does not remove");
}

static void databases_of_places_are_counted(void **state)
{
	(void)state;
	finds(pk_doctor_look_geoip, "es8",
		"GET /_ingest/geoip/stats\n  body {\"stats\":{\"databases_count\":3}}\n", "geoip",
		PK_DOCTOR_OK, "3 databases");
	finds(pk_doctor_look_geoip, "es8",
		"GET /_ingest/geoip/stats\n  body {\"stats\":{\"databases_count\":0,"
		"\"failed_downloads\":4}}\n",
		"geoip", PK_DOCTOR_WARNING, "(4 downloads failed)");
	finds(pk_doctor_look_geoip, "es8",
		"GET /_ingest/geoip/stats\n  body {\"stats\":{\"databases_count\":3,"
		"\"expired_databases\":1}}\n",
		"geoip", PK_DOCTOR_WARNING, "30 days");
	finds(pk_doctor_look_geoip, "es7",
		"GET *\n  status 405\n  body {\"error\":\"Incorrect HTTP method\"}\n", "geoip",
		PK_DOCTOR_OK, NULL);
}

static void failed_documents_are_counted(void **state)
{
	(void)state;
	finds(pk_doctor_look_pipelines, "es8", "GET /_nodes/stats/ingest*\n  body {}\n",
		"pipelines", PK_DOCTOR_OK, "none failed");
	finds(pk_doctor_look_pipelines, "es8",
		"GET /_nodes/stats/ingest*\n  body {\"nodes\":{\"a\":{\"ingest\":{\"pipelines\":{"
		"\"picket-sysmon\":{\"count\":90,\"failed\":1},\"picket-rule\":{\"count\":10,"
		"\"failed\":7}}}}}}\n",
		"pipelines", PK_DOCTOR_WARNING, "8 of 100 documents failed");
}

#define NEWEST(value) "POST /*\n  body {\"aggregations\":{\"newest\":{\"value\":" value "}}}\n"

static void events_arrive(void **state)
{
	(void)state;
	finds(pk_doctor_look_events, "es8", NEWEST("1.795341590E12"), "events", PK_DOCTOR_OK,
		"Sysmon is 10 seconds old");
	finds(pk_doctor_look_events, "es8", NEWEST("1795255200000"), "events", PK_DOCTOR_WARNING,
		"no event of Sysmon for 24 hours");
	finds(pk_doctor_look_events, "es8", NEWEST("1795345200000"), "events", PK_DOCTOR_WARNING,
		"in the future");
	finds(pk_doctor_look_events, "es8", NEWEST("null"), "events", PK_DOCTOR_NOTE,
		"no events of Sysmon");
	finds(pk_doctor_look_events, "es8",
		"POST /*\n  status 404\n  body {\"error\":\"no such index\"}\n", "events",
		PK_DOCTOR_NOTE, "no events of Sysmon");
}

static void what_may_not_be_looked_at_is_a_note(void **state)
{
	(void)state;
	finds(pk_doctor_look_health, "es8",
		"GET *\n  status 403\n  body {\"error\":{\"type\":\"security_exception\","
		"\"reason\":\"action is unauthorized\"}}\n",
		"health", PK_DOCTOR_NOTE, "not looked at");
}

static void a_server_that_goes_away_ends_it(void **state)
{
	struct trial trial;
	struct pk_assets assets = {0};
	(void)state;
	begin(&trial, "es8",
		"GET /_license\n  body {\"license\":{\"status\":\"active\",\"type\":\"basic\"}}\n"
		"* *\n  close\n");
	assert_false(pk_doctor_cluster(
		&trial.doctor, &trial.cluster, &assets, &trial.streams, NOW, &trial.diags));
	assert_int_equal(trial.diags.errors, 1);
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_BROKEN);
	end(&trial);
}

/* --- Kibana --- */

static void kibana_finds(
	const char *script, const char *check, enum pk_doctor_level level, const char *part)
{
	struct trial trial;
	begin(&trial, "es8.19", script);
	assert_true(pk_doctor_kibana(
		&trial.doctor, trial.arena, trial.http, &trial.cluster.elk, &trial.diags));
	assert_finding(&trial, check, level, part);
	end(&trial);
}

#define STATUS(version, overall)                                                                   \
	"GET /api/status\n  body {\"version\":{\"number\":\"" version                              \
	"\"},\"status\":{\"overall\":" overall "}}\n"
#define VIEWS(objects) "GET /api/saved_objects/_find*\n  body {\"saved_objects\":[" objects "]}\n"

static void kibana_says_how_it_is(void **state)
{
	(void)state;
	kibana_finds(
		STATUS("8.19.0", "{\"level\":\"available\"}"), "kibana", PK_DOCTOR_OK, "available");
	kibana_finds(STATUS("8.19.0", "{\"state\":\"green\"}"), "kibana", PK_DOCTOR_OK, "green");
	kibana_finds(STATUS("8.19.0", "{\"level\":\"degraded\",\"summary\":\"2 services\"}"),
		"kibana", PK_DOCTOR_WARNING, "degraded: 2 services");
	kibana_finds(STATUS("8.19.0", "{\"state\":\"red\",\"title\":\"Red\"}"), "kibana",
		PK_DOCTOR_WRONG, "red: Red");
	kibana_finds("GET /api/status\n  status 503\n  header Content-Type: text/plain\n"
		     "  body Kibana server is not ready yet\n",
		"kibana", PK_DOCTOR_WRONG, "not ready yet");
}

static void kibana_is_of_the_same_line(void **state)
{
	(void)state;
	kibana_finds(STATUS("8.19.4", "{\"level\":\"available\"}"), "kibana version", PK_DOCTOR_OK,
		"8.19.4");
	kibana_finds(STATUS("8.15.0", "{\"level\":\"available\"}"), "kibana version",
		PK_DOCTOR_NOTE, "8.15.0");
	kibana_finds(STATUS("9.0.0", "{\"level\":\"available\"}"), "kibana version",
		PK_DOCTOR_WRONG, "9.0.0");
}

static void data_views_are_counted(void **state)
{
	(void)state;
	kibana_finds(STATUS("8.19.4", "{\"level\":\"available\"}")
			     VIEWS("{\"id\":\"picket-sysmon\"},{\"id\":\"other\"}"),
		"data views", PK_DOCTOR_OK, "1 of picket's");
	kibana_finds(STATUS("8.19.4", "{\"level\":\"available\"}") VIEWS(""), "data views",
		PK_DOCTOR_WARNING, "none of picket's");
}

static void something_else_is_no_kibana(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "es8", "GET *\n  status 404\n  body {\"error\":\"no such index [api]\"}\n");
	assert_false(pk_doctor_kibana(
		&trial.doctor, trial.arena, trial.http, &trial.cluster.elk, &trial.diags));
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_ANSWER);
	end(&trial);
}

/* --- This machine --- */

static void system_finds(const char *udp, const char *udp6, const char *most, const char *check,
	enum pk_doctor_level level, const char *part)
{
	struct trial trial = {.arena = pk_arena_create()};
	trial.diags.arena = trial.arena;
	PK_AUTO(pk_temp) *temp = pk_temp_open(&trial.diags);
	assert_true(pk_temp_write(temp, "udp", udp, strlen(udp), &trial.diags));
	assert_true(pk_temp_write(temp, "udp6", udp6, strlen(udp6), &trial.diags));
	assert_true(pk_temp_write(temp, "max", most, strlen(most), &trial.diags));
	struct pk_doctor_system system = {
		.rmem_max = pk_arena_strdup(trial.arena, pk_temp_path(temp, "max")),
		.rmem_default = pk_arena_strdup(trial.arena, pk_temp_path(temp, "max")),
		.udp = pk_arena_strdup(trial.arena, pk_temp_path(temp, "udp")),
		.udp6 = pk_arena_strdup(trial.arena, pk_temp_path(temp, "udp6"))};
	pk_doctor_system(&trial.doctor, trial.arena, &system);
	assert_finding(&trial, check, level, part);
	pk_arena_destroy(trial.arena);
}

#define HEAD                                                                                       \
	"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "     \
	"timeout inode ref pointer drops\n"

static void receivers_are_seen(void **state)
{
	static const char one[] = HEAD "  512: 00000000:05EA 00000000:0000 07 00000000:00000A00 "
				       "00:00000000 00000000   999   "
				       "     0 23456 2 0000000000000000 17\n"
				       "  513: 0100007F:0277 00000000:0000 07 00000000:00000000 "
				       "00:00000000 00000000     0   "
				       "     0 23457 2 0000000000000000 5\n";
	static const char six[] = HEAD "  512: 00000000000000000000000000000000:05EA "
				       "00000000000000000000000000000000:0000 07 "
				       "00000000:00000000 00:00000000 00000000   101        0 "
				       "23458 2 0000000000000000 0\n";
	(void)state;
	system_finds(
		HEAD, HEAD, "212992\n", "udp", PK_DOCTOR_NOTE, "nobody listens on UDP port 1514");
	system_finds(one, HEAD, "212992\n", "udp", PK_DOCTOR_WARNING,
		"by user 999: 17 datagrams lost, 2560 bytes wait");
	system_finds(HEAD, six, "212992\n", "udp", PK_DOCTOR_OK, "by user 101: 0 datagrams lost");
	system_finds(one, six, "212992\n", "udp", PK_DOCTOR_WARNING, "17 datagrams lost");
}

static void buffers_are_compared(void **state)
{
	(void)state;
	system_finds(HEAD, HEAD, "212992\n", "rmem_max", PK_DOCTOR_WARNING, "is 212992");
	system_finds(HEAD, HEAD, "16777216\n", "rmem_max", PK_DOCTOR_OK, "is 16777216");
	system_finds(HEAD, HEAD, "212992\n", "rmem_default", PK_DOCTOR_NOTE, "is 212992");
	system_finds(HEAD, HEAD, "2097152\n", "rmem_default", PK_DOCTOR_OK, "is 2097152");
}

static void files_that_are_not_there_say_nothing(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_doctor doctor = {0};
	struct pk_doctor_system system = {.rmem_max = "/nonexistent/a", .udp = "/nonexistent/b"};
	(void)state;
	pk_doctor_system(&doctor, arena, &system);
	assert_int_equal(doctor.len, 0);
}

static void lines_that_are_cut_are_none(void **state)
{
	static const char line[] = "  512: 00000000:05EA 00000000:0000 07 00000000:00000A00 "
				   "00:00000000 00000000   999   "
				   "     0 23456 2 0000000000000000 17";
	struct pk_doctor_udp udp = {0};
	(void)state;
	assert_true(pk_doctor_udp_parse(&udp, line, sizeof(line) - 1));
	assert_int_equal(udp.port, 1514);
	assert_int_equal(udp.lost, 17);
	for (size_t len = 0; len < sizeof(line) - 3; len++)
		assert_false(pk_doctor_udp_parse(&udp, line, len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_lines_are_told),
		cmocka_unit_test(licences_end),
		cmocka_unit_test(a_stack_that_asks_nobody_is_told),
		cmocka_unit_test(clocks_agree),
		cmocka_unit_test(disks_fill),
		cmocka_unit_test(blocked_indices_are_told),
		cmocka_unit_test(health_has_a_reason),
		cmocka_unit_test(shards_have_a_limit),
		cmocka_unit_test(lifecycles_run),
		cmocka_unit_test(databases_of_places_are_counted),
		cmocka_unit_test(failed_documents_are_counted),
		cmocka_unit_test(events_arrive),
		cmocka_unit_test(what_may_not_be_looked_at_is_a_note),
		cmocka_unit_test(a_server_that_goes_away_ends_it),
		cmocka_unit_test(kibana_says_how_it_is),
		cmocka_unit_test(kibana_is_of_the_same_line),
		cmocka_unit_test(data_views_are_counted),
		cmocka_unit_test(something_else_is_no_kibana),
		cmocka_unit_test(receivers_are_seen),
		cmocka_unit_test(buffers_are_compared),
		cmocka_unit_test(files_that_are_not_there_say_nothing),
		cmocka_unit_test(lines_that_are_cut_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

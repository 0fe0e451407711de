/* Sysmon in ECS: the tables, bodies of pipelines that are made of them, the check of documents. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "base/text.h"
#include "generators/schema/schema.h"
#include "templates/model/fields.h"
#include "templates/model/sysmon.h"
#include "templates/pipelines/pipelines.h"

enum {
	FIRST_INTERNAL_ID = 0xf001, /* events of schemas only */
	SCRIPT_MOST = 65535,	    /* script.max_size_in_bytes */
};

static const struct pk_schema *newest_schema(struct pk_arena *arena)
{
	return pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
}

/* --- tables --- */

static bool has_row(uint32_t event, const char *field)
{
	size_t count;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	for (size_t i = 0; i < count; i++)
		if ((rows[i].events & event) != 0 && strcmp(rows[i].field, field) == 0)
			return true;
	return false;
}

static void every_field_of_the_newest_schema_has_a_row(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *schema = newest_schema(arena);
	size_t looked = 0;
	for (size_t i = 0; i < schema->events.len; i++) {
		const struct pk_event *event = &schema->events.items[i];
		if (event->id >= FIRST_INTERNAL_ID)
			continue;
		assert_non_null(pk_sysmon_ecs_find_event(event->id));
		for (size_t j = 0; j < event->field_count; j++, looked++)
			if (!has_row(pk_sysmon_ecs_bit(event->id), event->fields[j]))
				fail_msg("event %u: no row for %s", event->id, event->fields[j]);
	}
	assert_true(looked > 250);
}

static void every_row_is_for_fields_that_the_schema_has(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_schema *schema = newest_schema(arena);
	size_t event_count;
	size_t row_count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&event_count);
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&row_count);
	assert_int_equal(event_count, 30);
	for (size_t i = 0; i < event_count; i++) {
		const struct pk_event *event = pk_schema_find_id(schema, events[i].id);
		assert_non_null(event);
		for (size_t j = 0; j < row_count; j++)
			if ((rows[j].events & pk_sysmon_ecs_bit(event->id)) != 0 &&
				pk_event_field(event, rows[j].field) < 0)
				fail_msg("event %u has no %s", event->id, rows[j].field);
	}
}

/* Whoever adds a field decides whether ECS has a place for it. */
static void what_only_stays_where_it_was_is_known(void **state)
{
	(void)state;
	static const char *const stay[] = {"EventType", "EventType", "TargetProcessGUID",
		"TargetProcessId", "TargetImage", "NewThreadId", "StartAddress", "StartModule",
		"StartFunction", "CallTrace", "LogonGuid", "LogonId", "TerminalSessionId",
		"IntegrityLevel", "NewName", "Operation", "EventNamespace", "Name", "Query", "Type",
		"Destination", "Consumer", "Filter", "DestinationIsIpv6", "Session", "ClientInfo"};
	size_t count;
	size_t found = 0;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].how != PK_SYSMON_STAY)
			continue;
		assert_true(found < sizeof(stay) / sizeof(*stay));
		assert_string_equal(rows[i].field, stay[found++]);
		assert_true(rows[i].keep);
		assert_string_equal(rows[i].target, "");
	}
	assert_int_equal(found, sizeof(stay) / sizeof(*stay));
}

static bool has_value(const char *values, const char *value, size_t len)
{
	while (*values != '\0') {
		size_t here = strcspn(values, "|");
		if (here == len && strncmp(values, value, len) == 0)
			return true;
		values += here + (values[here] == '|');
	}
	return false;
}

/* As @elastic/ecs 9.4 lists them: the types that go with a category. */
static void categories_and_types_are_those_that_ecs_allows(void **state)
{
	(void)state;
	static const struct {
		const char *category;
		const char *types;
	} allowed[] = {{"configuration", "access|change|creation|deletion|info"},
		{"driver", "change|end|info|start"},
		{"file", "access|change|creation|deletion|info"}, {"library", "start"},
		{"network", "access|allowed|connection|denied|end|info|protocol|start"},
		{"process", "access|change|end|info|start"},
		{"registry", "access|change|creation|deletion"}};
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	for (size_t i = 0; i < count; i++) {
		size_t known = 0;
		size_t wanted = *events[i].category != '\0';
		for (const char *c = events[i].category; *c != '\0'; c++)
			wanted += *c == '|';
		for (size_t j = 0; j < sizeof(allowed) / sizeof(*allowed); j++) {
			if (!has_value(events[i].category, allowed[j].category,
				    strlen(allowed[j].category)))
				continue;
			known++;
			const char *type = events[i].type;
			while (*type != '\0') {
				size_t len = strcspn(type, "|");
				assert_true(has_value(allowed[j].types, type, len));
				type += len + (type[len] == '|');
			}
		}
		assert_int_equal(known, wanted);
		assert_true(
			*events[i].outcome == '\0' || strcmp(events[i].outcome, "failure") == 0);
	}
}

/* Fields that come of a row: names below its target, or the target itself. */
static const char *members_of(enum pk_sysmon_how how)
{
	switch (how) {
	case PK_SYSMON_EXECUTABLE:
		return ".executable|.name";
	case PK_SYSMON_COMMAND:
		return ".command_line|.args|.args_count";
	case PK_SYSMON_USER:
		return ".domain|.name";
	case PK_SYSMON_FILE:
		return ".path|.name|.directory|.extension|.drive_letter|.fork_name";
	case PK_SYSMON_LIBRARY:
		return ".path|.name";
	case PK_SYSMON_HASHES:
		return ".hash.md5|.hash.sha1|.hash.sha256|.pe.imphash";
	case PK_SYSMON_SIGNED:
		return ".code_signature.exists";
	case PK_SYSMON_SIGNATURE:
		return ".code_signature.status|.code_signature.valid";
	case PK_SYSMON_REGISTRY:
		return ".hive|.key|.value|.path";
	case PK_SYSMON_DETAILS:
		return ".strings|.type";
	case PK_SYSMON_DNS:
		return ".answers|.answers.type|.answers.data|.resolved_ip";
	case PK_SYSMON_CONFIG:
		return ".path|.version";
	case PK_SYSMON_CONFIG_HASH:
		return ".hash|.algorithm";
	case PK_SYSMON_STAY:
	case PK_SYSMON_ZONE:
		return NULL;
	case PK_SYSMON_MOVE:
	case PK_SYSMON_LONG:
	case PK_SYSMON_BOOLEAN:
	case PK_SYSMON_IP:
	case PK_SYSMON_DATE:
	case PK_SYSMON_LOWER:
	case PK_SYSMON_HOST:
	case PK_SYSMON_PROTOCOL:
	case PK_SYSMON_CHANGE:
	case PK_SYSMON_DIRECTION:
	case PK_SYSMON_FAMILY:
	case PK_SYSMON_STATUS:
	case PK_SYSMON_ACCESS:
		break;
	}
	return "";
}

static void expect_field(const char *target, const char *member, size_t len)
{
	PK_BUF_AUTO name = {0};
	pk_buf_printf(&name, "%s%.*s", target, (int)len, member);
	if (pk_field_find(name.data) == NULL && !pk_text_starts(name.data, "winlog.event_data."))
		fail_msg("the index has no field %s", name.data);
}

static void every_field_that_is_written_is_in_the_index(void **state)
{
	(void)state;
	static const char *const others[] = {"url.original", "http.request.referrer",
		"dns.response_code", "related.ip", "related.hash", "related.user", "related.hosts",
		"event.code", "event.created", "event.ingested", "event.original", "event.outcome",
		"network.community_id", "destination.geo.location", "source.as.number",
		"threat.framework", "threat.tactic.reference", "threat.technique.name",
		"threat.technique.subtechnique.reference", "sysmon.rule", "host.name",
		"data_stream.namespace"};
	size_t count;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	for (size_t i = 0; i < count; i++) {
		const char *members = members_of(rows[i].how);
		while (members != NULL) {
			size_t len = strcspn(members, "|");
			expect_field(rows[i].target, members, len);
			members = members[len] == '|' ? members + len + 1 : NULL;
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		expect_field(others[i], "", 0);
}

static void every_way_to_take_a_value_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < PK_SYSMON_HOWS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(pk_sysmon_how_name((enum pk_sysmon_how)i),
				pk_sysmon_how_name((enum pk_sysmon_how)j));
}

/* --- pipelines --- */

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

typedef void (*put_pipeline)(
	struct pk_buf *, const struct pk_elk *, const struct pk_pipeline_options *);

static const struct pk_node *make(
	struct fixture *fixture, put_pipeline put, const char *stack, bool no_geoip)
{
	struct pk_elk elk;
	assert_true(pk_elk_parse(&elk, stack, &fixture->diags));
	const struct pk_pipeline_options options = {.no_geoip = no_geoip};
	PK_BUF_AUTO buf = {0};
	put(&buf, &elk, &options);
	const char *text = pk_arena_strndup(fixture->arena, buf.data, buf.len);
	const struct pk_node *body =
		pk_json_read(source_from_text(fixture->arena, text), &fixture->diags);
	assert_non_null(body);
	return body;
}

/* The first processor of this kind, or NULL. */
static const struct pk_node *find_processor(const struct pk_node *body, const char *kind)
{
	const struct pk_node *list = pk_node_find(body, "processors");
	assert_non_null(list);
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *found = pk_node_find(list->items.items[i], kind);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static void bodies_are_json_for_every_stack(void **state)
{
	struct fixture *fixture = *state;
	static const put_pipeline puts[] = {pk_pipeline_put_sysmon, pk_pipeline_put_rule,
		pk_pipeline_put_network, pk_pipeline_put_monster};
	const char *stack;
	for (size_t i = 0; (stack = pk_elk_flavour_at(i)) != NULL; i++) {
		for (size_t j = 0; j < sizeof(puts) / sizeof(*puts); j++) {
			const struct pk_node *body = make(fixture, puts[j], stack, false);
			assert_non_null(pk_node_find(body, "description"));
			assert_non_null(find_processor(body, "script"));
		}
	}
	assert_int_equal(fixture->diags.all.len, 0);
}

/* Painless of Elasticsearch 6 has no bare `return`; regular expressions are often switched off. */
static void scripts_are_small_and_of_what_old_stacks_know(void **state)
{
	struct fixture *fixture = *state;
	static const put_pipeline puts[] = {
		pk_pipeline_put_sysmon, pk_pipeline_put_rule, pk_pipeline_put_network};
	static const char *const unknown[] = {
		"return;", "=~", "Pattern", "splitOnToken", "/*", "*/", "//", "->"};
	for (size_t j = 0; j < sizeof(puts) / sizeof(*puts); j++) {
		const struct pk_node *script =
			find_processor(make(fixture, puts[j], "es6", false), "script");
		const struct pk_node *source = pk_node_find(script, "source");
		assert_non_null(source);
		assert_true(source->text_len > 100 && source->text_len < SCRIPT_MOST);
		for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
			if (strcmp(unknown[i], "//") != 0 || puts[j] != pk_pipeline_put_rule)
				assert_null(strstr(source->text, unknown[i]));
	}
}

static void what_only_some_stacks_have_is_left_out_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *es6 = make(fixture, pk_pipeline_put_network, "es6", true);
	assert_null(find_processor(es6, "geoip"));
	assert_null(find_processor(es6, "community_id"));
	const struct pk_node *es8 = make(fixture, pk_pipeline_put_network, "es8", false);
	assert_non_null(find_processor(es8, "geoip"));
	assert_null(pk_node_find(find_processor(es8, "community_id"), "source_ip_field"));
	const struct pk_node *os2 = make(fixture, pk_pipeline_put_network, "os2", false);
	assert_non_null(pk_node_find(find_processor(os2, "community_id"), "source_ip_field"));
	assert_null(find_processor(
		make(fixture, pk_pipeline_put_sysmon, "os2", false), "registered_domain"));
	assert_non_null(find_processor(
		make(fixture, pk_pipeline_put_sysmon, "es8", false), "registered_domain"));
}

static void geoip_never_fails_a_document_and_can_be_left_out(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *body = make(fixture, pk_pipeline_put_network, "es9", false);
	const struct pk_node *list = pk_node_find(body, "processors");
	size_t found = 0;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *geoip = pk_node_find(list->items.items[i], "geoip");
		if (geoip == NULL)
			continue;
		found++;
		assert_string_equal(pk_node_find(geoip, "ignore_failure")->text, "true");
		assert_string_equal(pk_node_find(geoip, "ignore_missing")->text, "true");
	}
	assert_int_equal(found, 4);
	assert_null(find_processor(make(fixture, pk_pipeline_put_network, "es9", true), "geoip"));
}

static void failures_are_handled_by_the_pipeline(void **state)
{
	struct fixture *fixture = *state;
	static const put_pipeline puts[] = {pk_pipeline_put_sysmon, pk_pipeline_put_monster};
	for (size_t i = 0; i < sizeof(puts) / sizeof(*puts); i++) {
		const struct pk_node *list =
			pk_node_find(make(fixture, puts[i], "es8", false), "on_failure");
		assert_non_null(list);
		assert_true(list->items.len >= 3);
		assert_non_null(pk_node_find(list->items.items[0], "script"));
	}
}

static void expect_kind(const struct pk_node *shape, const char *field, const char *kind)
{
	const struct pk_node *found = pk_node_find(shape, field);
	if (kind == NULL)
		assert_null(found);
	else
		assert_string_equal(found->text, kind);
}

static void scripts_are_told_what_the_mapping_makes_of_fields(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *field;
		const char *sysmon;
		const char *monster;
	} rows[] = {{"process", "object", "object"}, {"process.pid", "value", "value"},
		{"log.source", NULL, "object"}, {"winlog.event_data", "object", NULL},
		{"dll.code_signature.exists", "boolean", "boolean"},
		{"source.geo.location", "point", "point"}, {"IP", NULL, "alias"},
		{"Group", NULL, "object"}, {"lab", NULL, NULL}};
	const struct pk_node *sysmon =
		find_processor(make(fixture, pk_pipeline_put_sysmon, "es8", false), "script");
	const struct pk_node *monster =
		find_processor(make(fixture, pk_pipeline_put_monster, "es8", false), "script");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		expect_kind(pk_node_find(pk_node_find(sysmon, "params"), "shape"), rows[i].field,
			rows[i].sysmon);
		expect_kind(pk_node_find(pk_node_find(monster, "params"), "shape"), rows[i].field,
			rows[i].monster);
	}
}

/* --- techniques --- */

static const struct pk_node *technique(struct fixture *fixture, const char *id)
{
	const struct pk_node *script =
		find_processor(make(fixture, pk_pipeline_put_rule, "es8", false), "script");
	return pk_node_find(pk_node_find(pk_node_find(script, "params"), "techniques"), id);
}

static void a_replaced_technique_has_the_name_and_tactics_of_today(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *powershell = technique(fixture, "T1086");
	assert_non_null(powershell);
	assert_string_equal(powershell->items.items[0]->text, "PowerShell");
	assert_string_equal(powershell->items.items[1]->text, "TA0002");
}

static void every_technique_has_a_name_and_a_tactic(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *script =
		find_processor(make(fixture, pk_pipeline_put_rule, "es8", false), "script");
	const struct pk_node *params = pk_node_find(script, "params");
	const struct pk_node *techniques = pk_node_find(params, "techniques");
	const struct pk_node *tactics = pk_node_find(params, "tactics");
	assert_non_null(strstr(pk_node_find(params, "copyright")->text, "MITRE"));
	assert_true(techniques->pair_count > 800);
	for (size_t i = 0; i < techniques->pair_count; i++) {
		const struct pk_node *row = techniques->pairs[i].value;
		assert_true(row->items.len > 1);
		for (size_t j = 1; j < row->items.len; j++)
			assert_non_null(pk_node_find(tactics, row->items.items[j]->text));
	}
}

/* --- the check of documents --- */

static size_t check(struct fixture *fixture, unsigned id, const char *sent, const char *document)
{
	PK_BUF_AUTO problems = {0};
	return pk_sysmon_ecs_check(&problems, id,
		pk_json_read(source_from_text(fixture->arena, sent), &fixture->diags),
		pk_json_read(source_from_text(fixture->arena, document), &fixture->diags));
}

#define HEAD                                                                                       \
	"{\"@timestamp\":\"2026-01-02T03:04:05.678Z\",\"ecs\":{\"version\":\"8\"},"                \
	"\"host\":{\"name\":\"a\"},\"event\":{\"kind\":\"event\",\"module\":\"sysmon\","           \
	"\"dataset\":\"windows.sysmon_operational\",\"provider\":\"Microsoft-Windows-Sysmon\","    \
	"\"code\":\"5\",\"action\":\"Process terminated\",\"category\":[\"process\"],"             \
	"\"type\":[\"end\"]}"

static void a_right_document_is_found_right(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(check(fixture, 5,
				 "{\"UtcTime\":\"2026-01-02 03:04:05.678\",\"ProcessId\":\"7\","
				 "\"Image\":\"C:\\\\a\\\\b.exe\",\"User\":\"LAB\\\\anna\","
				 "\"RuleName\":\"-\",\"Odd\":\"x\"}",
				 HEAD ",\"process\":{\"pid\":7,\"executable\":\"C:\\\\a\\\\b.exe\","
				      "\"name\":\"b.exe\"},\"user\":{\"domain\":\"LAB\","
				      "\"name\":\"anna\"},\"related\":{\"user\":[\"anna\"]},"
				      "\"winlog\":{\"event_data\":{\"Odd\":\"x\"}}}"),
		0);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void every_difference_is_found(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *sent;
		const char *rest;
		size_t problems;
	} rows[] = {
		{"{\"ProcessId\":\"7\"}", "}", 1},
		{"{\"ProcessId\":\"7\"}", ",\"process\":{\"pid\":8}}", 1},
		{"{\"ProcessId\":\"7\"}",
			",\"process\":{\"pid\":7},\"winlog\":{\"event_data\":{\"ProcessId\":\"7\"}}"
			"}",
			1},
		{"{\"Odd\":\"x\"}", "}", 1},
		{"{\"User\":\"-\"}", ",\"winlog\":{\"event_data\":{\"User\":\"-\"}}}", 1},
		{"{\"User\":\"LAB\\\\anna\"}", ",\"user\":{\"domain\":\"LAB\",\"name\":\"anna\"}}",
			1},
		{"{\"UtcTime\":\"2026-01-02 03:04:05.679\"}", "}", 1},
		{"{\"Image\":\"C:\\\\b.exe\"}", ",\"process\":{\"executable\":\"C:\\\\b.exe\"}}",
			1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		PK_BUF_AUTO document = {0};
		pk_buf_printf(&document, "%s%s", HEAD, rows[i].rest);
		assert_int_equal(check(fixture, 5, rows[i].sent,
					 pk_arena_strdup(fixture->arena, document.data)),
			rows[i].problems);
	}
	assert_true(check(fixture, 5, "{}", "{}") > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_the_newest_schema_has_a_row),
		cmocka_unit_test(every_row_is_for_fields_that_the_schema_has),
		cmocka_unit_test(what_only_stays_where_it_was_is_known),
		cmocka_unit_test(categories_and_types_are_those_that_ecs_allows),
		cmocka_unit_test(every_field_that_is_written_is_in_the_index),
		cmocka_unit_test(every_way_to_take_a_value_has_its_own_name),
		cmocka_unit_test_setup_teardown(bodies_are_json_for_every_stack, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			scripts_are_small_and_of_what_old_stacks_know, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_only_some_stacks_have_is_left_out_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			geoip_never_fails_a_document_and_can_be_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			failures_are_handled_by_the_pipeline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			scripts_are_told_what_the_mapping_makes_of_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_replaced_technique_has_the_name_and_tactics_of_today, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			every_technique_has_a_name_and_a_tactic, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_right_document_is_found_right, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_difference_is_found, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every finding of pk_monster_check: code, place, related place and mend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "generators/monster/monster.h"

#define OLD PK_MONSTER_0_9
#define NEW PK_MONSTER_1_0
#define ON "\"export\": {\"tsv\": {\"enabled\": 1}}"

/* One configuration and the only finding in it, apart from notes that were not asked for. */
struct row {
	enum pk_monster_schema schema;
	const char *text;
	struct pk_monster_check_options options;
	enum pk_code code;
	enum pk_severity severity;
	uint32_t line;
	uint32_t column;
	const char *fix;	 /* NULL: no mend */
	uint32_t related_column; /* 0: no related place; it is in the same line */
};

static const struct row rows[] = {
	/* Keys and types. */
	{OLD, "{" ON ",\n \"speed\": 1}", {0}, PK_MONSTER_UNKNOWN_KEY, PK_WARNING, 2, 2, NULL, 0},
	{OLD, "{" ON ",\n \"speed\": 1}", {.strict = true}, PK_MONSTER_UNKNOWN_KEY, PK_ERROR, 2, 2,
		NULL, 0},
	{NEW, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"include\": {\"end_with\": []}}}}",
		{0}, PK_MONSTER_UNKNOWN_KEY, PK_WARNING, 2, 45, "\"end_width\"", 0},
	{NEW, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"include\": {\"match\": []}}}}", {0},
		PK_MONSTER_UNKNOWN_KEY, PK_WARNING, 2, 45, NULL, 0},
	{NEW, "{" ON ",\n \"core\": {}}", {0}, PK_MONSTER_OTHER_SCHEMA, PK_ERROR, 2, 2, NULL, 0},
	{NEW, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": []}}}", {0},
		PK_MONSTER_OTHER_SCHEMA, PK_ERROR, 2, 33, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": {}}}}", {0},
		PK_MONSTER_OTHER_SCHEMA, PK_ERROR, 2, 33, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"batch.num.messages\": 1}}}",
		{0}, PK_MONSTER_OTHER_SCHEMA, PK_ERROR, 2, 12, NULL, 0},
	{OLD, "{" ON ",\n \"core\": 1}", {0}, PK_MONSTER_WRONG_TYPE, PK_ERROR, 2, 10, NULL, 0},
	{OLD, "{" ON ",\n \"core\": {\"use_monster_k\": \"1\"}}", {0}, PK_MONSTER_WRONG_TYPE,
		PK_ERROR, 2, 28, "1", 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"acks\": 0}}}", {0},
		PK_MONSTER_WRONG_TYPE, PK_ERROR, 2, 20, "\"0\"", 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": [7]}}}", {0},
		PK_MONSTER_WRONG_TYPE, PK_ERROR, 2, 45, NULL, 0},
	{OLD, "{" ON ",\n \"core\": {\"use_monster_k\": true}}", {0}, PK_MONSTER_NOT_FLAG, PK_ERROR,
		2, 28, "1", 0},
	{OLD, "{\"export\": {\"tsv\": {\n\"enabled\": false}}}", {0}, PK_MONSTER_NOT_FLAG, PK_ERROR,
		2, 12, "0", 0},
	{OLD, "{" ON ",\n \"core\": {\"use_monster_k\": 2}}", {0}, PK_MONSTER_NOT_FLAG, PK_ERROR, 2,
		28, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": [\"abc\\u0000\"]}}}", {0},
		PK_MONSTER_NUL, PK_ERROR, 2, 45, NULL, 0},

	/* Exports. */
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"partition\": -2}}}", {0},
		PK_MONSTER_NUMBER_RANGE, PK_ERROR, 2, 25, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"retries\": -1}}}", {0},
		PK_MONSTER_NUMBER_RANGE, PK_ERROR, 2, 23, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"max_msg_queue\": 0}}}", {0},
		PK_MONSTER_NUMBER_RANGE, PK_ERROR, 2, 29, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"syslog\": {\"port\": 65536}}}", {0},
		PK_MONSTER_SYSLOG_PORT, PK_ERROR, 2, 21, NULL, 0},
	{OLD, "{\"export\": {\"syslog\":\n {\"enabled\": 1, \"server\": \"\", \"port\": 1514}}}",
		{0}, PK_MONSTER_SYSLOG_SERVER, PK_ERROR, 2, 27, NULL, 14},
	{OLD, "{\"export\": {\"syslog\":\n {\"enabled\": 1, \"port\": 1514}}}", {0},
		PK_MONSTER_SYSLOG_SERVER, PK_ERROR, 2, 14, NULL, 14},
	{OLD, "{\"export\": {\"syslog\":\n {\"enabled\": 1, \"server\": \"logstash_ip\"}}}", {0},
		PK_MONSTER_SYSLOG_SERVER, PK_ERROR, 2, 27, NULL, 0},
	{OLD, "{\"export\": {\"kafka\":\n {\"enabled\": 1, \"servers\": \"\", \"topic\": \"m\"}}}",
		{0}, PK_MONSTER_KAFKA_SERVERS, PK_ERROR, 2, 28, NULL, 14},
	{OLD, "{\"export\": {\"kafka\":\n {\"enabled\": 1, \"servers\": \"s\", \"topic\": \"\"}}}",
		{0}, PK_MONSTER_KAFKA_TOPIC, PK_ERROR, 2, 42, NULL, 14},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"topic\": \"..\"}}}", {0},
		PK_MONSTER_KAFKA_TOPIC, PK_ERROR, 2, 21, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"topic\": \"a b\"}}}", {0},
		PK_MONSTER_KAFKA_TOPIC, PK_ERROR, 2, 21, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"acks\": \"some\"}}}", {0},
		PK_MONSTER_KAFKA_ACKS, PK_ERROR, 2, 20, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"acks\": \"-2\"}}}", {0},
		PK_MONSTER_KAFKA_ACKS, PK_ERROR, 2, 20, NULL, 0},
	{OLD, "{\"export\": {\"tsv\": {\"enabled\": 1},\n \"kafka\": {\"codec\": \"zstd\"}}}", {0},
		PK_MONSTER_KAFKA_CODEC, PK_ERROR, 2, 21, NULL, 0},
	{OLD,
		"{\"export\": {\"syslog\":\n {\"enabled\": 1, \"server\": \"s\"},\n"
		" \"kafka\": {\"enabled\": 1, \"servers\": \"s\", \"topic\": \"t\"}}}",
		{0}, PK_MONSTER_TWO_EXPORTS, PK_WARNING, 2, 14, NULL, 23},
	{OLD, "{\n \"export\": {\"tsv\": {\"enabled\": 0}}}", {0}, PK_MONSTER_NO_EXPORT, PK_WARNING,
		2, 2, NULL, 0},
	{OLD, " {}", {0}, PK_MONSTER_NO_EXPORT, PK_WARNING, 1, 2, NULL, 0},
	{OLD, "{\"export\": {\"syslog\":\n {\"enabled\": 1, \"server\": \"s\", \"port\": 514}}}",
		{.expected_syslog_port = 1514}, PK_MONSTER_PORT_DIFFERS, PK_WARNING, 2, 40, NULL,
		0},

	/* Lists. */
	{OLD, "{" ON ",\n \"trace_policy\": {\"net_target_ip\": {\"exclude\": [\"1.2.3\"]}}}", {0},
		PK_MONSTER_IP, PK_ERROR, 2, 49, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"net_target_port\": {\"exclude\": [65536]}}}", {0},
		PK_MONSTER_TARGET_PORT, PK_ERROR, 2, 51, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_ext\": {\"include\": [\".exe\"]}}}", {0},
		PK_MONSTER_EXTENSION, PK_ERROR, 2, 44, "\"exe\"", 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_ext\": {\"include\": [\"tar.gz\"]}}}", {0},
		PK_MONSTER_EXTENSION, PK_ERROR, 2, 44, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_ext\": {\"include\": [\"\"]}}}", {0},
		PK_MONSTER_EMPTY_ENTRY, PK_WARNING, 2, 44, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_ext\": {\"include\": [\"exe\", \"EXE\"]}}}",
		{0}, PK_MONSTER_DUPLICATE_ENTRY, PK_WARNING, 2, 51, NULL, 44},
	{OLD,
		"{" ON ",\n \"trace_policy\": {\"file_ext\": {\"exclude\": [\"exe\"], "
		"\"include\": [\"exe\"]}}}",
		{0}, PK_MONSTER_INCLUDE_EXCLUDE, PK_WARNING, 2, 44, NULL, 64},
	{NEW,
		"{" ON ",\n \"trace_policy\": {\"file_path\": {\"include\": {\"contains\": "
		"[\"C:\\\\Temp\"]}}}}",
		{0}, PK_MONSTER_DRIVE_LETTER, PK_WARNING, 2, 58, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": [\"/Temp/a\"]}}}", {0},
		PK_MONSTER_SLASH, PK_WARNING, 2, 45, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"registry_key\": {\"include\": [\"/\"]}}}", {0},
		PK_MONSTER_SLASH, PK_WARNING, 2, 48, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_path\": {\"exclude\": [\"\\\\Windows\\\\\"]}}}",
		{0}, PK_MONSTER_BROAD_EXCLUDE, PK_WARNING, 2, 45, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"registry_key\": {\"exclude\": [\"ab\"]}}}", {0},
		PK_MONSTER_BROAD_EXCLUDE, PK_WARNING, 2, 48, NULL, 0},
	{OLD, "{" ON ",\n \"trace_policy\": {\"file_ext\": {\"include\": []}}}", {0},
		PK_MONSTER_NO_RESTRICTION, PK_NOTE, 2, 43, NULL, 0},
	{NEW,
		"{" ON ",\n \"trace_policy\": {\"file_path\": {\"include\": {\"end_width\": [], "
		"\"contains\": []}}}}",
		{0}, PK_MONSTER_NO_RESTRICTION, PK_NOTE, 2, 74, NULL, 0},
};

/* Configurations with nothing to report. */
static const struct {
	enum pk_monster_schema schema;
	const char *text;
	struct pk_monster_check_options options;
} clean[] = {
	{OLD, "{" ON "}", {.strict = true}},
	{OLD,
		"{\"export\": {\"kafka\": {\"enabled\": 1, \"servers\": \"a:9092,b:9092\","
		" \"topic\": \"m.o_n-1\", \"acks\": \"all\", \"codec\": \"snappy\", \"partition\": "
		"3}}}",
		{.expected_syslog_port = 1514}},
	{OLD,
		"{\"export\": {\"tsv\": {\"enabled\": 1}, \"kafka\": {\"enabled\": 0, \"servers\": "
		"\"\","
		" \"topic\": \"\", \"acks\": \"2\", \"codec\": \"zstd\"}, \"syslog\":"
		" {\"enabled\": 0, \"server\": \"logstash_ip\", \"port\": 514}}}",
		{.zstd = true, .expected_syslog_port = 1514}},
	{OLD, "{\"export\": {\"syslog\": {\"enabled\": 1, \"server\": \"elk\", \"port\": 1514}}}",
		{.expected_syslog_port = 1514}},
	{OLD,
		"{" ON
		", \"trace_policy\": {\"file_path\": {\"include\": [\"\\\\Windows\\\\\", \"ab\"],"
		" \"exclude\": [\"WRITABLE.TST\", \"\\\\Windows\\\\Temp\\\\\"]},"
		" \"registry_key\": {\"exclude\": [\"text/html\"]},"
		" \"net_target_ip\": {\"exclude\": [\"104.43.195.251\", \"fe80::1\"]},"
		" \"net_target_port\": {\"exclude\": [443, \"80\", \"http\"]}}}",
		{0}},
	{NEW,
		"{" ON
		", \"trace_policy\": {\"net_udp_target\": {\"exclude\": {\"match\": [\"ssdp\"]}},"
		" \"file_path\": {\"include\": {\"contains\": [\"abc\"], \"end_width\": []},"
		" \"exclude\": {\"end_width\": [\"abc\"]}}}}",
		{0}},
};

static struct pk_monster_config *read_text(struct pk_arena *arena, struct pk_diags *diags,
	enum pk_monster_schema schema, const char *text)
{
	struct pk_source *source = pk_source_make(arena, "Monster.conf", text, strlen(text));
	struct pk_node *root = pk_json_read(source, diags);
	assert_non_null(root);
	return pk_monster_read(arena, root, schema, diags);
}

static void assert_place(const char *text, struct pk_span span, uint32_t line, uint32_t column)
{
	struct pk_place place = pk_source_place(span.source, span.begin);
	if (place.line != line || place.column != column)
		fail_msg("%s: place is %u:%u", text, place.line, place.column);
}

static void assert_finding(const struct row *row, const struct pk_diag *diag)
{
	if (diag->code != row->code || diag->severity != row->severity)
		fail_msg("%s: %s", row->text, diag->message);
	assert_place(row->text, diag->span, row->line, row->column);
	if (diag->hint == NULL && row->severity != PK_NOTE)
		fail_msg("%s: no hint", row->text);
	if (diag->fixes.len != (row->fix != NULL ? 1u : 0u))
		fail_msg("%s: %zu fixes", row->text, diag->fixes.len);
	if (row->fix != NULL) {
		assert_string_equal(diag->fixes.items[0].text, row->fix);
		assert_memory_equal(
			&diag->fixes.items[0].span, &diag->span, sizeof(struct pk_span));
	}
	if (diag->related.len != (row->related_column != 0 ? 1u : 0u))
		fail_msg("%s: %zu related places", row->text, diag->related.len);
	if (row->related_column != 0) {
		struct pk_span span = diag->related.items[0].span;
		assert_int_equal(
			pk_source_place(span.source, span.begin).column, row->related_column);
	}
}

static void every_fault_gives_its_one_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags = {.arena = arena};
		const struct pk_monster_config *config =
			read_text(arena, &diags, row->schema, row->text);

		if (pk_monster_check(config, &row->options, &diags) != (row->severity != PK_ERROR))
			fail_msg("%s: wrong verdict", row->text);
		if (diags.all.len != 1)
			fail_msg("%s: %zu findings", row->text, diags.all.len);
		assert_finding(row, &diags.all.items[0]);
	}
}

static void a_good_configuration_has_no_findings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags = {.arena = arena};
		const struct pk_monster_config *config =
			read_text(arena, &diags, clean[i].schema, clean[i].text);

		assert_true(pk_monster_check(config, &clean[i].options, &diags));
		if (diags.all.len != 0)
			fail_msg("%s: %s", clean[i].text, diags.all.items[0].message);
	}
}

static void all_faults_of_a_file_are_reported_at_once(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_monster_config *config = read_text(arena, &diags, PK_MONSTER_0_9,
		"{\"core\": {\"use_monster_k\": 7, \"x\": 1},"
		" \"export\": {\"tsv\": {\"enabled\": true}, \"kafka\": {\"codec\": \"lz\"}},"
		" \"trace_policy\": {\"file_ext\": {\"exclude\": [\"\", \"a.b\"]}}}");

	assert_false(pk_monster_check(config, NULL, &diags));
	assert_int_equal(diags.errors, 4);
	assert_int_equal(diags.warnings, 2);
}

static void a_long_value_is_cut_between_characters(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, "{" ON ", \"trace_policy\": {\"net_target_ip\": {\"include\": [\"x");
	for (size_t i = 0; i < 100; i++)
		pk_buf_puts(&text, "\xC3\xA9");
	pk_buf_puts(&text, "\"]}}}");
	const struct pk_monster_config *config =
		read_text(arena, &diags, PK_MONSTER_0_9, text.data);

	assert_false(pk_monster_check(config, NULL, &diags));
	assert_int_equal(diags.all.len, 1);
	const char *message = diags.all.items[0].message;
	assert_true(pk_utf8_valid(message, strlen(message), NULL));
	assert_true(strlen(message) < 200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_gives_its_one_finding),
		cmocka_unit_test(a_good_configuration_has_no_findings),
		cmocka_unit_test(all_faults_of_a_file_are_reported_at_once),
		cmocka_unit_test(a_long_value_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Records of the Monster agent to documents and lines: which event, which types, what is wrong. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "templates/monster/decode.h"
#include "templates/monster/value.h"

#define TIME "131580361231234567" /* 2017-12-18 02:02:03.1234567 UTC */
#define HEADER(id) id "\t7\t192.0.2.1\t" TIME "\t42\t0"
#define GUID "{01234567-89ab-cdef-0123-456789abcdef}"
#define HEADER_2(id) GUID "\t" GUID "\t" id "\t7\t" TIME "\t42\t0"

static const struct pk_node *decode_as(
	struct pk_arena *arena, const char *text, const char *sender, bool filter2017)
{
	struct pk_monster_record record;
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	pk_monster_split(&record, text, strlen(text), filter2017);
	pk_monster_put_json(&buf, &record, text, strlen(text), sender);
	const char *copy = pk_arena_strndup(arena, buf.data, buf.len);
	const struct pk_node *document =
		pk_json_read(pk_source_make(arena, "document", copy, buf.len), &diags);
	assert_non_null(document);
	return document;
}

static const struct pk_node *decode(struct pk_arena *arena, const char *text)
{
	return decode_as(arena, text, NULL, false);
}

/* Names of objects are divided by '/'; a number is that of an item. */
static const struct pk_node *find(const struct pk_node *node, const char *path)
{
	while (node != NULL && *path != '\0') {
		char name[64];
		size_t len = strcspn(path, "/");
		assert_true(len < sizeof(name));
		memcpy(name, path, len);
		name[len] = '\0';
		if (node->kind == PK_NODE_LIST)
			node = (size_t)(name[0] - '0') < node->items.len
				? node->items.items[name[0] - '0']
				: NULL;
		else
			node = node->kind == PK_NODE_MAP ? pk_node_find(node, name) : NULL;
		path += len + (path[len] == '/');
	}
	return node;
}

static void expect(const struct pk_node *document, const char *path, const char *want)
{
	const struct pk_node *node = find(document, path);
	if (want == NULL) {
		assert_null(node);
		return;
	}
	if (node == NULL)
		fail_msg("%s is missing", path);
	assert_string_equal(node->text, want);
}

static enum pk_monster_problem problem_of(const char *text)
{
	struct pk_monster_record record;
	pk_monster_split(&record, text, strlen(text), false);
	return record.problem;
}

/* --- which event --- */

static void an_id_in_the_first_column_is_generation_1(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode(arena, HEADER("4500") "\tHKLM\\Lab\t3");
	expect(document, "monster/generation", "1");
	expect(document, "event/code", "4500");
	expect(document, "RegEventType", "RegEventStatistics");
	expect(document, "EventType", NULL);
	expect(document, "HostIP", "192.0.2.1");
	expect(document, "host/ip", "192.0.2.1");
}

static void an_id_in_the_third_column_behind_a_guid_is_generation_2(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode(arena, HEADER_2("4105") "\tHKLM\\Lab\\x");
	expect(document, "monster/generation", "2");
	expect(document, "EventType", "RegDeleteValue");
	expect(document, "host/id", GUID);
	expect(document, "@CollectTime", "2017-12-18T02:02:03.1234567Z");
}

static void a_header_of_syslog_is_passed_over(void **state)
{
	static const char *const heads[] = {"<14>", "<14>Nov 22 11:10:11 lab monster: ",
		"<14>1 2017-12-18T02:02:03Z lab monster - - - ",
		"<14>1 2017-12-18T02:02:03Z lab monster - - - \xef\xbb\xbf",
		"Nov 22 11:10:11 lab "};
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		PK_BUF_AUTO text = {0};
		pk_buf_puts(&text, heads[i]);
		pk_buf_puts(&text, HEADER("4500") "\tHKLM\\Lab\t3\r\n");
		assert_int_equal(problem_of(text.data), PK_MONSTER_READ);
		expect(decode(arena, text.data), "RegEventCounts", "3");
	}
}

static void the_order_of_2017_is_an_option(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *text = HEADER("1500") "\t0\t11\t22\tC:\\a.exe";
	(void)state;
	expect(decode_as(arena, text, NULL, false), "ParentProcessId", "11");
	expect(decode_as(arena, text, NULL, true), "TerminalSessionId", "11");
	expect(decode_as(arena, HEADER("4500") "\tK\t3", NULL, true), "RegEventCounts", "3");
}

static void an_id_of_a_later_generation_is_kept_by_number(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *text = "5502\t7\t192.0.2.1\t" TIME "\t42\tselect\tx";
	(void)state;
	assert_int_equal(problem_of(text), PK_MONSTER_UNKNOWN_ID);
	const struct pk_node *document = decode(arena, text);
	expect(document, "monster/problem", "unknown event id");
	expect(document, "monster/columns/5", "select");
	expect(document, "event/original", text);
	expect(document, "event/kind", "event");
	expect(document, "ProcessId", "42");
	expect(document, "@timestamp", "2017-12-18T02:02:03.123Z");
}

static void what_cannot_be_read_is_kept_whole_and_says_why(void **state)
{
	static const struct {
		const char *text;
		enum pk_monster_problem problem;
	} cases[] = {
		{"", PK_MONSTER_EMPTY},
		{"\r\n", PK_MONSTER_EMPTY},
		{"hello", PK_MONSTER_NO_ID},
		{"150\t1\t2\t3\t4", PK_MONSTER_NO_ID},
		{"x\ty\t5502\t1", PK_MONSTER_NO_ID},
		{"1500", PK_MONSTER_TOO_FEW},
		{GUID "\tx\t1500\t1\t2\t3", PK_MONSTER_TOO_FEW},
		{HEADER("4500") "\t\xff\t1", PK_MONSTER_NOT_UTF8},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		assert_int_equal(problem_of(cases[i].text), cases[i].problem);
		const struct pk_node *document = decode(arena, cases[i].text);
		expect(document, "monster/problem", pk_monster_problem_name(cases[i].problem));
		bool bytes = cases[i].problem == PK_MONSTER_NOT_UTF8;
		expect(document, "event/kind", bytes ? "event" : "pipeline_error");
	}
}

static void bytes_that_are_no_utf8_become_a_mark(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	expect(decode(arena, HEADER("4500") "\ta\xff\t1"), "TargetObject", "a\xef\xbf\xbd");
}

static void too_few_and_too_many_columns_are_told(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	expect(decode(arena, HEADER("4500") "\tK"), "monster/missing", "1");
	const struct pk_node *document = decode(arena, HEADER("4500") "\tK\t1\t\tmore");
	expect(document, "monster/missing", NULL);
	expect(document, "monster/extra/1", "more");
	expect(decode(arena, HEADER("4500") "\tK\t1\t"), "monster/extra", NULL);
}

/* --- values --- */

static void times_keep_all_digits(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document =
		decode(arena, HEADER("1501") "\t131580361231234567\t131580361239999999\t0x103");
	expect(document, "@timestamp", "2017-12-18T02:02:03.123Z");
	expect(document, "monster/time", "2017-12-18T02:02:03.1234567Z");
	expect(document, "CollectTimestamp(UTC)", TIME);
	expect(document, "CollectTime(KST)", "2017-12-18 11:02:03.123");
	expect(document, "process/start", "2017-12-18T02:02:03.1234567Z");
	expect(document, "process/end", "2017-12-18T02:02:03.9999999Z");
	expect(document, "process/exit_code", "259");
	expect(document, "ExitCode", "0x103");
}

static void no_date_is_made_of_what_is_none(void **state)
{
	static const char *const times[] = {"0", "116444736000000000", "208591200000000000", "-5"};
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		PK_BUF_AUTO text = {0};
		pk_buf_printf(&text, HEADER("1501") "\t%s\t\t0", times[i]);
		const struct pk_node *document = decode(arena, text.data);
		expect(document, "ProcessCreateTimestamp(UTC)", times[i]);
		expect(document, "ProcessCreateTime(KST)", NULL);
		expect(document, "process/start", NULL);
		expect(document, "ProcessExitTimestamp(UTC)", NULL);
	}
}

static void days_are_those_of_the_calendar(void **state)
{
	static const struct {
		int64_t seconds;
		const char *date;
	} cases[] = {
		{1, "1970-01-01T00:00:01.000Z"},
		{951782400, "2000-02-29T00:00:00.000Z"},
		{951868800, "2000-03-01T00:00:00.000Z"},
		{4107542399, "2100-02-28T23:59:59.000Z"},
		{4107542400, "2100-03-01T00:00:00.000Z"},
		{1709164800, "2024-02-29T00:00:00.000Z"},
		{1735689599, "2024-12-31T23:59:59.000Z"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char date[PK_MONSTER_DATE_TEXT];
		int64_t filetime = PK_FILETIME_1970 + cases[i].seconds * 10000000;
		size_t len = pk_monster_print_date(date, filetime, PK_MONSTER_DATE_MS);
		assert_int_equal(len, strlen(cases[i].date));
		assert_memory_equal(date, cases[i].date, len);
	}
}

static void a_stamp_of_an_image_is_left_alone(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document =
		decode(arena, HEADER("1503") "\t0x1\t2\t3\t0x4\t1513580400\t0x5\tC:\\a.dll\t0");
	expect(document, "ImageTimestamp(UTC)", "1513580400");
	expect(document, "dll/path", "C:\\a.dll");
	expect(document, "dll/name", "a.dll");
	expect(document, "process/executable", NULL);
}

static void what_is_not_of_its_type_is_told_and_kept(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document =
		decode(arena, "4500\tmany\t192.0.2.300\t" TIME "\t-\t0\tK\t9223372036854775808");
	expect(document, "EventBlockKey", NULL);
	expect(document, "host", NULL);
	expect(document, "monster/invalid/0", "EventBlockKey=many");
	expect(document, "monster/invalid/1", "HostIP=192.0.2.300");
	expect(document, "monster/invalid/2", "RegEventCounts=9223372036854775808");
	expect(document, "monster/invalid/3", NULL);
	expect(document, "ProcessId", NULL);
}

static void addresses_are_those_that_search_engines_take(void **state)
{
	static const char *const good[] = {"0.0.0.0", "255.255.255.255", "::", "::1",
		"1::", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "FE80::a"};
	static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", ":",
		":1", "1:", "1:::2", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8",
		"12345::", "fe80::1%eth0", "g::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(pk_monster_is_ip(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(pk_monster_is_ip(bad[i], strlen(bad[i])));
}

static void numbers_fill_64_bits(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {{"0", 0}, {"-0", 0}, {"007", 7}, {"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN}, {"0x7fffffffffffffff", INT64_MAX},
		{"0XfF", 255}};
	static const char *const bad[] = {"", "-", "+5", "0x", "-0x5", "1a", " 1",
		"9223372036854775808", "-9223372036854775809", "0x8000000000000000"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		int64_t value = -1;
		assert_true(pk_monster_parse_long(&value, good[i].text, strlen(good[i].text)));
		assert_true(value == good[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t value = -1;
		assert_false(pk_monster_parse_long(&value, bad[i], strlen(bad[i])));
		assert_true(value == -1);
	}
}

/* --- lists and ECS --- */

static void lists_are_split_with_either_mark(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode(arena,
		HEADER("1500") "\t0\t4\t1\tC:\\a\tx\tLAB\\anna\tLAB\\Users`S-1-5-32`7||A\"S-1\"0xf"
			       "\tSeA`2|SeB\"x\t0\t1\t0\t0\t0\tLab|Root");
	expect(document, "Group/0/name", "LAB\\Users");
	expect(document, "Group/0/sid", "S-1-5-32");
	expect(document, "Group/1/attributes", "15");
	expect(document, "Groups", NULL);
	expect(document, "Privilege/0/attributes", "2");
	expect(document, "Privilege/1/name", "SeB");
	expect(document, "Privilege/1/attributes", NULL);
	expect(document, "monster/invalid/0", "Privileges=SeA`2|SeB\"x");
	expect(document, "Signer/1", "Root");
	expect(document, "process/code_signature/subject_name", "Lab");
}

static void quotes_of_command_lines_are_kept(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document =
		decode(arena, HEADER("1500") "\t0\t4\t1\tC:\\b c\\a.exe\t\"C:\\b c\\a.exe\" `x`");
	expect(document, "CommandLine", "\"C:\\b c\\a.exe\" `x`");
	expect(document, "process/command_line", "\"C:\\b c\\a.exe\" `x`");
	expect(document, "process/name", "a.exe");
}

static void users_files_and_hashes_get_to_their_fields(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode(arena,
		HEADER("2500") "\t\\Device\\x\tC:\\Lab\\a.tar.gz\t5\t0\t0\t0x20\t1.0\tS-1-5-18"
			       "\tABCDEF\t0000\t1\t2\t0\t3");
	expect(document, "file/path", "C:\\Lab\\a.tar.gz");
	expect(document, "file/directory", "C:\\Lab");
	expect(document, "file/extension", "gz");
	expect(document, "file/hash/md5", "abcdef");
	expect(document, "file/hash/sha256", NULL);
	expect(document, "SHA2", "0000");
	expect(document, "FileEventType", "FileEventStatistics");
	document = decode(arena, HEADER_2("9505") "\tLAB\\anna\t192.0.2.9\t1");
	expect(document, "user/domain", "LAB");
	expect(document, "user/name", "anna");
	expect(document, "source/ip", "192.0.2.9");
}

static void parts_of_a_key_make_one_path(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode(
		arena, "4001\t7\t192.0.2.1\t" TIME "\t42\t0x1\t\\REGISTRY\\MACHINE\\Lab\\\t\\A\t0");
	expect(document, "registry/path", "\\REGISTRY\\MACHINE\\Lab\\A");
	expect(document, "registry/hive", "HKLM");
	expect(document, "registry/key", "Lab\\A");
	document = decode(
		arena, "4005\t7\t192.0.2.1\t" TIME "\t42\t0x1\t0\t4\t4\thku\\S-1\\Lab\tStart");
	expect(document, "registry/hive", "HKU");
	expect(document, "registry/value", "Start");
	expect(document, "registry/data/type", "REG_DWORD");
	document = decode(arena, "4001\t7\t192.0.2.1\t" TIME "\t42\t0x1\t\\\\\t\\\t0");
	expect(document, "registry/path", "");
}

static void a_connection_has_both_ends(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	(void)state;
	const struct pk_node *document = decode_as(arena,
		HEADER("3500") "\t" TIME
			       "\t198.51.100.1\t192.0.2.1\t443\t50000\t1\t2\t300\t4\t500\t0",
		"192.0.2.77", false);
	expect(document, "destination/ip", "198.51.100.1");
	expect(document, "source/port", "50000");
	expect(document, "source/bytes", "300");
	expect(document, "destination/bytes", "500");
	expect(document, "network/direction", "egress");
	expect(document, "log/source/address", "192.0.2.77");
	document = decode(
		arena, HEADER_2("3501") "\t192.0.2.1\t443\t192.0.2.2\t50000\tx\t1\t2\t3\t4\t0");
	expect(document, "destination/ip", "192.0.2.1");
	expect(document, "source/bytes", "4");
	expect(document, "network/direction", "ingress");
}

/* --- lines --- */

static void a_line_tells_what_happened(void **state)
{
	static const char text[] = HEADER("1500") "\t0\t4\t1\tC:\\a.exe\ta.exe -x\tLAB\\anna";
	struct pk_monster_record record;
	PK_BUF_AUTO buf = {0};
	(void)state;
	pk_monster_split(&record, text, strlen(text), false);
	pk_monster_put_text(&buf, &record, text, strlen(text), NULL);
	assert_string_equal(buf.data,
		"2017-12-18T02:02:03.123Z 192.0.2.1 1500 ProcessCreate pid 42"
		"  CommandLine=a.exe -x  Image=C:\\a.exe");
}

static void a_line_that_is_no_record_is_shown_whole(void **state)
{
	struct pk_monster_record record;
	PK_BUF_AUTO buf = {0};
	(void)state;
	pk_monster_split(&record, "hello\n", 6, false);
	pk_monster_put_text(&buf, &record, "hello\n", 6, "192.0.2.9");
	assert_string_equal(buf.data, "- 192.0.2.9  (no event id) hello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_in_the_first_column_is_generation_1),
		cmocka_unit_test(an_id_in_the_third_column_behind_a_guid_is_generation_2),
		cmocka_unit_test(a_header_of_syslog_is_passed_over),
		cmocka_unit_test(the_order_of_2017_is_an_option),
		cmocka_unit_test(an_id_of_a_later_generation_is_kept_by_number),
		cmocka_unit_test(what_cannot_be_read_is_kept_whole_and_says_why),
		cmocka_unit_test(bytes_that_are_no_utf8_become_a_mark),
		cmocka_unit_test(too_few_and_too_many_columns_are_told),
		cmocka_unit_test(times_keep_all_digits),
		cmocka_unit_test(no_date_is_made_of_what_is_none),
		cmocka_unit_test(days_are_those_of_the_calendar),
		cmocka_unit_test(a_stamp_of_an_image_is_left_alone),
		cmocka_unit_test(what_is_not_of_its_type_is_told_and_kept),
		cmocka_unit_test(addresses_are_those_that_search_engines_take),
		cmocka_unit_test(numbers_fill_64_bits),
		cmocka_unit_test(lists_are_split_with_either_mark),
		cmocka_unit_test(quotes_of_command_lines_are_kept),
		cmocka_unit_test(users_files_and_hashes_get_to_their_fields),
		cmocka_unit_test(parts_of_a_key_make_one_path),
		cmocka_unit_test(a_connection_has_both_ends),
		cmocka_unit_test(a_line_tells_what_happened),
		cmocka_unit_test(a_line_that_is_no_record_is_shown_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

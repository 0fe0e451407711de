/* Facts, and what is desired: digests, JSON, texts of hosts; and the frames that they come in. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "fleet/host/frame.h"

static const struct pk_content *make_content(struct pk_arena *arena)
{
	struct pk_content *content = PK_NEW(arena, struct pk_content);
	pk_content_init(content, "abc", 3, "test");
	return content;
}

static void a_content_has_the_digests_that_sysmon_writes(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_content *content = make_content(arena);
	assert_string_equal(content->sha1, "A9993E364706816ABA3E25717850C26C9CD0D89D");
	assert_string_equal(content->md5, "900150983CD24FB0D6963F7D28E17F72");
	assert_string_equal(content->sha256,
		"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
	assert_string_equal(content->digest,
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void the_hash_that_the_sensor_reports_decides(void **state)
{
	static const struct {
		const char *hash;
		enum pk_fact want;
	} cases[] = {
		{"SHA1=A9993E364706816ABA3E25717850C26C9CD0D89D", PK_FACT_YES},
		{"MD5=900150983cd24fb0d6963f7d28e17f72", PK_FACT_YES},
		{"MD5=900150983cd24fb0d6963f7d28e17f73", PK_FACT_NO},
		{"SHA256=", PK_FACT_NO},
		{"IMPHASH=00", PK_FACT_UNKNOWN},
		{NULL, PK_FACT_UNKNOWN},
	};
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_content *content = make_content(arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pk_facts facts = {.config_hash = cases[i].hash};
		assert_int_equal(pk_facts_run(&facts, content), cases[i].want);
	}
	struct pk_facts facts = {.config = content->digest};
	assert_int_equal(pk_facts_run(&facts, content), PK_FACT_YES);
	facts.config_hash = "MD5=00";
	assert_int_equal(pk_facts_run(&facts, content), PK_FACT_NO);
}

/* Facts with a value in every member. */
static struct pk_facts make_facts(struct pk_arena *arena)
{
	struct pk_facts facts = {
		.platform = PK_HOST_WINDOWS,
		.system = "10.0.20348",
		.arch = "x64",
		.shell = "cmd",
		.elevated = PK_FACT_YES,
		.sensor = PK_SENSOR_SYSMON,
		.present = PK_FACT_YES,
		.running = PK_FACT_NO,
		.version = "15.15",
		.service = "Sysmon64",
		.driver = "SysmonDrv",
		.image = "C:\\Windows\\Sysmon64.exe",
		.config_hash = "SHA256=00",
		.config_file = "C:\\c.xml",
		.config = "sha256:1",
		.rules = "sha256:2",
		.record = {.present = true,
			.open = true,
			.rollout = "r1",
			.sequence = 7,
			.config = "sha256:1",
			.bundle = "sysmon@15.15",
			.applied = 3,
			.time_ms = 1700000000123},
		.events = 12,
		.event_age_ms = 0,
		.errors = 1,
		.error = "a \"bad\" one",
		.trouble = "none",
	};
	*pk_list_push(arena, &facts.logs) =
		(struct pk_log_facts){.name = "System", .enabled = PK_FACT_YES, .bytes = 1048576};
	*pk_list_push(arena, &facts.logs) = (struct pk_log_facts){
		.name = "Application", .retention = PK_RETENTION_KEEP, .access = "O:BAG:SYD:"};
	return facts;
}

static const struct pk_node *read_json(struct pk_arena *arena, const struct pk_buf *text)
{
	struct pk_diags diags = {.arena = arena};
	const char *copy = pk_arena_strndup(arena, text->data, text->len);
	const struct pk_node *node =
		pk_json_read(pk_source_make(arena, "test", copy, text->len), &diags);
	assert_non_null(node);
	return node;
}

static void facts_come_back_from_json(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_facts facts = make_facts(arena);
	struct pk_facts again;
	PK_BUF_AUTO text = {0};
	PK_BUF_AUTO text_again = {0};
	pk_facts_put_json(&text, &facts);
	assert_true(pk_facts_read_json(&again, arena, read_json(arena, &text), &diags));
	pk_facts_put_json(&text_again, &again);
	assert_string_equal(text_again.data, text.data);
	assert_true(again.record.open);
	assert_int_equal(again.record.time_ms, 1700000000123);
	assert_int_equal(again.event_age_ms, 0);
	char one[PK_DIGEST_TEXT];
	char other[PK_DIGEST_TEXT];
	pk_facts_print(one, &facts);
	pk_facts_print(other, &again);
	assert_string_equal(one, other);

	facts = (struct pk_facts){.event_age_ms = -1};
	text.len = 0;
	pk_facts_put_json(&text, &facts);
	assert_true(pk_facts_read_json(&again, arena, read_json(arena, &text), &diags));
	assert_int_equal(again.event_age_ms, -1);
	assert_false(again.record.present);
	assert_null(again.version);
}

static void json_of_another_kind_is_reported(void **state)
{
	static const struct {
		const char *text;
		enum pk_code code;
	} cases[] = {
		{"{\"sensor\":\"falcon\"}", PK_FACTS_JSON},
		{"{\"platform\":\"vms\"}", PK_FACTS_JSON},
		{"{\"logs\":[{}]}", PK_FACTS_JSON},
		{"{\"logs\":[1]}", PK_NODE_WRONG_KIND},
		{"{\"present\":1}", PK_NODE_WRONG_KIND},
		{"{\"record\":[]}", PK_NODE_WRONG_KIND},
		{"[]", PK_NODE_WRONG_KIND},
	};
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pk_diags diags = {.arena = arena};
		struct pk_facts facts;
		const struct pk_node *node =
			pk_json_read(source_from_text(arena, cases[i].text), &diags);
		assert_non_null(node);
		assert_false(pk_facts_read_json(&facts, arena, node, &diags));
		assert_int_equal(diags.all.items[0].code, cases[i].code);
	}
}

static void the_digest_of_facts_is_of_what_a_plan_rests_on(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_facts facts = make_facts(arena);
	char before[PK_DIGEST_TEXT];
	char after[PK_DIGEST_TEXT];
	pk_facts_print(before, &facts);
	/* What does not count. */
	facts.record.applied++;
	facts.events++;
	facts.trouble = NULL;
	struct pk_log_facts first = facts.logs.items[0];
	facts.logs.items[0] = facts.logs.items[1];
	facts.logs.items[1] = first;
	pk_facts_print(after, &facts);
	assert_string_equal(after, before);
	/* What does. */
	facts.running = PK_FACT_YES;
	pk_facts_print(after, &facts);
	assert_string_not_equal(after, before);
	facts.running = PK_FACT_NO;
	facts.logs.items[1].bytes++;
	pk_facts_print(after, &facts);
	assert_string_not_equal(after, before);
}

static const struct pk_content *find_content(void *data, const char *digest)
{
	const struct pk_desired *desired = data;
	return strcmp(digest, desired->content->digest) == 0 ? desired->content : NULL;
}

static const struct pk_bundle *find_bundle(void *data, const char *id, const char *digest)
{
	const struct pk_desired *desired = data;
	bool found = strcmp(id, desired->bundle->id) == 0 &&
		strcmp(digest, desired->bundle->digest) == 0;
	return found ? desired->bundle : NULL;
}

static void what_is_desired_comes_back_from_json(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_bundle bundle = {.id = "sysmon@15.15", .digest = "sha256:b"};
	const struct pk_log_wish log = {
		.name = "System", .bytes = 99, .retention = PK_RETENTION_ARCHIVE};
	struct pk_desired desired = {
		.sensor = PK_SENSOR_SYSMON,
		.bundle = &bundle,
		.version = "15.15",
		.driver = "quiet",
		.content = make_content(arena),
		.logs = &log,
		.log_count = 1,
		.state_dir = "C:/picket",
		.become = PK_BECOME_NONE,
	};
	struct pk_desired again;
	const struct pk_desired_finder finder = {&desired, find_content, find_bundle};
	PK_BUF_AUTO text = {0};
	PK_BUF_AUTO text_again = {0};
	pk_desired_put_json(&text, &desired);
	assert_true(pk_desired_read_json(&again, arena, read_json(arena, &text), &finder, &diags));
	pk_desired_put_json(&text_again, &again);
	assert_string_equal(text_again.data, text.data);
	assert_ptr_equal(again.bundle, &bundle);
	assert_int_equal(again.become, PK_BECOME_NONE);

	/* The bytes are what plans hold the digest of: they never change. */
	assert_string_equal(text.data,
		"{\"sensor\":\"sysmon\",\"bundle\":\"sysmon@15.15\",\"bundle_digest\":\"sha256:b\","
		"\"version\":\"15.15\",\"driver\":\"quiet\",\"content\":\"sha256:"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"logs\":["
		"{\"name\":\"System\",\"bytes\":99,\"retention\":\"archive\"}],\"state_dir\":"
		"\"C:/picket\",\"become\":\"none\"}");
}

static void what_is_gone_is_reported(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_bundle bundle = {.id = "a@1", .digest = "sha256:b"};
	struct pk_desired here = {.bundle = &bundle, .content = make_content(arena)};
	const struct pk_desired_finder finder = {&here, find_content, find_bundle};
	static const char *const texts[] = {"{\"content\":\"sha256:0\"}",
		"{\"bundle\":\"a@1\",\"bundle_digest\":\"sha256:c\"}"};
	for (size_t i = 0; i < 2; i++) {
		struct pk_diags diags = {.arena = arena};
		struct pk_desired out;
		const struct pk_node *node =
			pk_json_read(source_from_text(arena, texts[i]), &diags);
		assert_false(pk_desired_read_json(&out, arena, node, &finder, &diags));
		assert_int_equal(diags.all.items[0].code, PK_DESIRED_GONE);
	}
}

static void texts_of_a_host_are_made_harmless(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_string_equal(pk_facts_text(arena, "a\x1b[31mb\r\n\nc\n", 11), "a [31mb c");
	assert_string_equal(pk_facts_text(arena, "x\xff\xfe", 3), "x??");
	assert_null(pk_facts_text(arena, "\n\n", 2));
	assert_null(pk_facts_text(arena, NULL, 0));
	char *text = pk_arena_alloc(arena, 5001);
	for (size_t i = 0; i + 2 <= 5000; i += 2)
		memcpy(text + 1 + i, "\xc3\xa9", 2);
	text[0] = 'x';
	const char *cut = pk_facts_text(arena, text, 5000);
	assert_int_equal(strlen(cut), PK_FACT_TEXT_MAX - 1);
	assert_null(strchr(cut, '?'));
}

#define NONCE "00112233445566778899aabbccddeeff"

static void frames_are_told_from_noise(void **state)
{
	static const char text[] =
		"Welcome\nN end\n" NONCE " shell sh \r\n" NONCE " bytes\none\n\ntwo\n\n" NONCE
		" count 12\n" NONCE "x fake\n" NONCE " end\n" NONCE " late 1\n";
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_failure failure = {0};
	struct pk_frames frames;
	assert_true(pk_frames_read(&frames, arena, NONCE, text, sizeof(text) - 1, &failure));
	assert_true(frames.ended);
	assert_int_equal(frames.len, 4);
	assert_string_equal(pk_frame_value(&frames, "shell", 0), "sh");
	const struct pk_frame *bytes = pk_frame_find(&frames, "bytes", 0);
	assert_int_equal(bytes->body_len, 9);
	assert_memory_equal(bytes->body, "one\n\ntwo\n", 9);
	assert_int_equal(pk_frame_number(&frames, "count", 0, 5), 12);
	assert_int_equal(pk_frame_number(&frames, "shell", 0, 5), 5);
	assert_null(pk_frame_find(&frames, "late", 0));
	/* Without a nonce, anybody could answer. */
	assert_true(pk_frames_read(&frames, arena, "", text, sizeof(text) - 1, &failure));
	assert_int_equal(frames.len, 0);
}

static void answers_have_limits(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_failure failure = {0};
	struct pk_frames frames;
	PK_BUF_AUTO text = {0};
	for (size_t i = 0; i <= PK_FRAMES_MAX; i++)
		pk_buf_puts(&text, NONCE " a\n");
	assert_false(pk_frames_read(&frames, arena, NONCE, text.data, text.len, &failure));
	assert_int_equal(failure.code, PK_HOST_ANSWER);
	static const char bad[] = NONCE " $(x)\n";
	assert_false(pk_frames_read(&frames, arena, NONCE, bad, sizeof(bad) - 1, &failure));
}

static void a_record_comes_back(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_content *content = make_content(arena);
	const struct pk_host_record record = {.present = true,
		.open = true,
		.rollout = "r-1",
		.sequence = 5,
		.config = content->digest,
		.applied = 2,
		.time_ms = 77};
	struct pk_host_record again;
	PK_BUF_AUTO text = {0};
	pk_host_record_put(&text, &record);
	pk_host_record_read(&again, arena, text.data, text.len);
	assert_true(again.present && again.open);
	assert_string_equal(again.rollout, "r-1");
	assert_string_equal(again.config, content->digest);
	assert_null(again.previous);
	assert_int_equal(again.sequence, 5);
	assert_int_equal(again.time_ms, 77);
	static const char junk[] = "rollout\nsequence -1\nconfig sha256:xyz\n\n===\nphase\n";
	pk_host_record_read(&again, arena, junk, sizeof(junk) - 1);
	assert_false(again.present || again.open);
	assert_null(again.config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_content_has_the_digests_that_sysmon_writes),
		cmocka_unit_test(the_hash_that_the_sensor_reports_decides),
		cmocka_unit_test(facts_come_back_from_json),
		cmocka_unit_test(json_of_another_kind_is_reported),
		cmocka_unit_test(the_digest_of_facts_is_of_what_a_plan_rests_on),
		cmocka_unit_test(what_is_desired_comes_back_from_json),
		cmocka_unit_test(what_is_gone_is_reported),
		cmocka_unit_test(texts_of_a_host_are_made_harmless),
		cmocka_unit_test(frames_are_told_from_noise),
		cmocka_unit_test(answers_have_limits),
		cmocka_unit_test(a_record_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

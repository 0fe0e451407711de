/* The files for Logstash: what suits which stack, and no secret in any of them. */
#include "tests/unit/test.h"

#include "templates/logstash/logstash.h"

static const struct pk_streams streams = {
	.sysmon = "logs-windows.sysmon_operational-lab", .monster = "logs-monster.events-lab"};

/* The file `name` for `flavour`; the caller finishes it. */
static void make(struct pk_buf *out, const char *name, const char *flavour,
	const struct pk_logstash_options *options)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_elk elk;
	const struct pk_logstash_file *file;
	*out = (struct pk_buf){0};
	assert_true(pk_elk_parse(&elk, flavour, &diags));
	for (size_t i = 0; (file = pk_logstash_file_at(i)) != NULL; i++) {
		if (strcmp(file->name, name) == 0)
			file->put(out, &elk, options);
	}
	assert_true(out->len > 0);
}

static void expect(const char *name, const char *flavour, const struct pk_logstash_options *options,
	const char *want, bool there)
{
	PK_BUF_AUTO text = {0};
	make(&text, name, flavour, options);
	if ((strstr(text.data, want) != NULL) != there)
		fail_msg("%s of %s: '%s' in\n%s", name, flavour, want, text.data);
}

static void the_input_asks_for_its_buffer(void **state)
{
	struct pk_logstash_options options = {.url = "https://lab:9200", .streams = &streams};
	(void)state;
	expect("02-input-monster.conf", "es9", &options, "receive_buffer_bytes => 16777216", true);
	expect("02-input-monster.conf", "es9", &options, "port => 1514", true);
	expect("02-input-monster.conf", "es9", &options, "syslog {", false);
	options.port = 5000;
	options.buffer = 2097152;
	expect("02-input-monster.conf", "es9", &options, "receive_buffer_bytes => 2097152", true);
	expect("02-input-monster.conf", "es9", &options, "port => 5000", true);
}

static void outputs_suit_their_stack(void **state)
{
	static const struct {
		const char *flavour;
		const char *text;
		bool there;
	} cases[] = {
		{"es9", "data_stream => \"true\"", true},
		{"es9", "data_stream_dataset => \"monster.events\"", true},
		{"es9", "data_stream_namespace => \"lab\"", true},
		{"es9", "ssl_certificate_authorities => [\"/ca.crt\"]", true},
		{"es9", "manage_template", false},
		{"es7.9", "data_stream", false},
		{"es7.9", "action => \"create\"", true},
		{"es7.9", "cacert => \"/ca.crt\"", true},
		{"es6", "document_type => \"doc\"", true},
		{"es6", "api_key", false},
		{"os2", "opensearch {", true},
		{"os2", "api_key", false},
		{"os2", "ilm_enabled", false},
		{"os2", "action => \"create\"", true},
	};
	const struct pk_logstash_options options = {
		.url = "https://lab:9200", .ca = "/ca.crt", .streams = &streams};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect("90-output-picket.conf", cases[i].flavour, &options, cases[i].text,
			cases[i].there);
}

static void secrets_are_only_named(void **state)
{
	struct pk_logstash_options options = {.url = "https://lab:9200", .streams = &streams};
	(void)state;
	expect("90-output-picket.conf", "es9", &options, "api_key => \"${PICKET_API_KEY}\"", true);
	options.password = true;
	expect("90-output-picket.conf", "es9", &options, "api_key => ", false);
	expect("90-output-picket.conf", "es9", &options, "password => \"${PICKET_PASSWORD}\"",
		true);
	options.url = "http://localhost:9200";
	expect("90-output-picket.conf", "es9", &options, "password => ", false);
}

static void the_script_stands_where_it_is_said(void **state)
{
	struct pk_logstash_options options = {.url = "https://lab:9200", .streams = &streams};
	(void)state;
	expect("50-filter-monster.conf", "es9", &options,
		"path => \"/etc/logstash/conf.d/monster.rb\"", true);
	options.folder = "/usr/share/logstash/picket";
	expect("50-filter-monster.conf", "es9", &options,
		"path => \"/usr/share/logstash/picket/monster.rb\"", true);
}

static void the_script_has_the_table(void **state)
{
	struct pk_logstash_options options = {.url = "https://lab:9200", .streams = &streams};
	(void)state;
	expect("monster.rb", "es9", &options, "'kind' => ['FileEventType', 'CloseFile']", true);
	expect("monster.rb", "es9", &options,
		"['ParentProcessId', 'long', 'copy', 'process.parent.pid', nil],\n"
		"          ['TerminalSessionId'",
		true);
	expect("monster.rb", "es9", &options, "def filter(event)", true);
	options.filter2017 = true;
	expect("monster.rb", "es9", &options,
		"['TerminalSessionId', 'long', 'not', nil, nil],\n          ['ParentProcessId'",
		true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_input_asks_for_its_buffer),
		cmocka_unit_test(outputs_suit_their_stack),
		cmocka_unit_test(secrets_are_only_named),
		cmocka_unit_test(the_script_stands_where_it_is_said),
		cmocka_unit_test(the_script_has_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

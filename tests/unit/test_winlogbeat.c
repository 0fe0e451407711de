/* What may go to hosts as the configuration of Winlogbeat. */
#include "tests/unit/test.h"

#include <string.h>

#include "cli/fleet/winlogbeat.h"
#include "templates/agents/agents.h"

/* The code of what is reported first; 0: it may go. */
static int judge(struct pk_arena *arena, const char *text)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = pk_source_make(arena, "winlogbeat.yml", text, strlen(text));
	bool good = pk_winlogbeat_check(source, &diags);
	assert_int_equal(good, diags.errors == 0);
	return good ? 0 : (int)diags.all.items[0].code;
}

static void both_ways_to_write_settings_are_read(void **state)
{
	static const char *const texts[] = {
		"winlogbeat.event_logs: [{name: Application}]\noutput.console: {pretty: true}\n",
		"winlogbeat: {event_logs: [{name: Application}]}\noutput: {console: {}}\n",
		"name: a\nwinlogbeat.event_logs:\n  - name: a\noutput.logstash.hosts: ['a:1']\n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(judge(*state, texts[i]), 0);
}

static void what_reads_or_sends_nothing_is_refused(void **state)
{
	static const char *const texts[] = {"[a]\n", "", "output.console: {}\n",
		"winlogbeat.event_logs: []\noutput.console: {}\n",
		"winlogbeat.event_logs: Application\noutput.console: {}\n",
		"winlogbeat.event_logs: [{name: a}]\n",
		"winlogbeat.event_logs: [{name: a}]\noutput: {}\n",
		"winlogbeat.event_logs: [{name: a}]\noutputs.console: {}\n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(judge(*state, texts[i]), PK_WINLOGBEAT_CONFIG);
}

static void what_is_no_yaml_is_refused(void **state)
{
	assert_int_not_equal(judge(*state, "winlogbeat: [\n"), 0);
	assert_int_not_equal(judge(*state, "winlogbeat: [\n"), PK_WINLOGBEAT_CONFIG);
}

static void what_agent_config_writes_may_go(void **state)
{
	static const char *const flavours[] = {"es7", "es9", "os2"};
	static const struct pk_streams streams = {.sysmon = "logs-a-lab", .monster = "logs-b-lab"};
	struct pk_agent_options options = {.url = "https://lab:9200", .streams = &streams};
	for (size_t i = 0; i < 2 * sizeof(flavours) / sizeof(flavours[0]); i++) {
		struct pk_diags diags = {.arena = *state};
		struct pk_elk elk;
		PK_BUF_AUTO buf = {0};
		options.logstash = i % 2 == 0 ? NULL : "lab:5044";
		assert_true(pk_elk_parse(&elk, flavours[i / 2], &diags));
		pk_agent_put_winlogbeat(&buf, &elk, &options);
		assert_int_equal(judge(*state, buf.data), 0);
	}
}

static int setup(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int teardown(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_to_write_settings_are_read),
		cmocka_unit_test(what_reads_or_sends_nothing_is_refused),
		cmocka_unit_test(what_is_no_yaml_is_refused),
		cmocka_unit_test(what_agent_config_writes_may_go),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/*
 * The cmd dialect: Windows over its own cmd.exe, reg, sc, wevtutil, whoami and certutil. Reading
 * takes two lines, because the key of Sysmon's driver has to be found before it can be read; it
 * writes nothing on the host.
 */
#include "fleet/host/cmd_agent.h"

#include <string.h>

#include "base/text.h"
#include "fleet/host/change_part.h"

enum {
	FACTS_OUTPUT_MAX = 1024 * 1024,
	/* Two digits a byte, and a configuration. */
	MORE_OUTPUT_MAX = 2 * PK_FACT_RULES_MAX + PK_FACT_CONFIG_MAX + 1024 * 1024,
	LOG_LINE_MAX = 300, /* what asking about one log takes, at most */
};

/* Sysmon's event provider knows where the program is, whatever that is called (section 10). */
#define PUBLISHER                                                                                  \
	"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\"                 \
	"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"

static const char *const sysmon_services[] = {"Sysmon64", "Sysmon", "Sysmon64a", NULL};

static void ask_service(struct pk_cmd_line *line, const char *name)
{
	pk_cmd_line_frame(line, "service", name);
	pk_cmd_line_run(line, "sc query %s", name);
	pk_cmd_line_frame(line, "key", name);
	pk_cmd_line_run(line, "reg query " PK_CMD_SERVICES "\\%s", name);
}

static void ask_services(struct pk_cmd_line *line, const struct pk_desired *desired)
{
	const struct pk_cmd_agent *agent = pk_cmd_agent_find(desired->sensor);
	if (desired->service != NULL && pk_cmd_name_safe(desired->service))
		ask_service(line, desired->service);
	const char *const *names = agent == NULL ? sysmon_services : agent->services;
	for (size_t i = 0; names[i] != NULL; i++)
		if (desired->service == NULL || !pk_text_equal_nocase(names[i], desired->service))
			ask_service(line, names[i]);
	for (size_t i = 0; agent != NULL && agent->drivers[i] != NULL; i++) {
		pk_cmd_line_frame(line, "driver", agent->drivers[i]);
		pk_cmd_line_run(line, "sc query %s", agent->drivers[i]);
	}
	if (agent != NULL)
		return;
	pk_cmd_line_frame(line, "publisher", NULL);
	pk_cmd_line_run(line, "reg query \"" PUBLISHER "\" /v MessageFileName");
	/* The driver is known by its parameters: it may have any name. */
	pk_cmd_line_frame(line, "drivers", NULL);
	pk_cmd_line_run(line, "reg query " PK_CMD_SERVICES " /s /v ConfigHash");
}

static void ask_facts(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish)
{
	struct pk_cmd_line line;
	pk_cmd_line_init(&line, wish->nonce);
	pk_cmd_line_frame(&line, "ver", NULL);
	pk_cmd_line_put(&line, "ver");
	pk_cmd_line_frame(&line, "arch", "%PROCESSOR_ARCHITECTURE% %PROCESSOR_ARCHITEW6432%");
	pk_cmd_line_frame(&line, "root", "%SystemRoot%");
	/* S-1-16-12288 is an elevated administrator, in every language. */
	pk_cmd_line_frame(&line, "groups", NULL);
	pk_cmd_line_run(&line, "whoami /groups");
	/* Something that every Windows has: does reg say anything at all? */
	pk_cmd_line_frame(&line, "bias", NULL);
	pk_cmd_line_run(&line,
		"reg query HKLM\\SYSTEM\\CurrentControlSet\\Control"
		"\\TimeZoneInformation");
	if (wish->desired->sensor != PK_SENSOR_NONE)
		ask_services(&line, wish->desired);
	const char *state = pk_cmd_state_dir(wish->desired);
	if (pk_cmd_text_safe(state)) {
		pk_cmd_line_frame(&line, "record", NULL);
		pk_cmd_line_run(&line, "type \"%s\\record\"", state);
	}
	struct pk_failure failure = {0};
	if (!pk_cmd_line_ask(out, arena, &line, wish->shell, &failure))
		/* Only a state folder of thousands of characters: let the answer be none. */
		*out = (struct pk_ask){.kind = PK_ASK_RUN, .command = "ver"};
	out->output_max = FACTS_OUTPUT_MAX;
}

/* What is in the driver's key, and what the program calls itself. */
static void ask_sysmon(struct pk_cmd_line *line, const struct pk_facts *facts)
{
	if (facts->driver != NULL && pk_cmd_name_safe(facts->driver)) {
		pk_cmd_line_frame(line, "params", NULL);
		pk_cmd_line_run(
			line, "reg query \"" PK_CMD_SERVICES "\\%s\\Parameters\"", facts->driver);
	}
	if (facts->image != NULL && pk_cmd_text_safe(facts->image)) {
		/* Its help says the version, and changes nothing. */
		pk_cmd_line_frame(line, "banner", NULL);
		pk_cmd_line_run(line, "\"%s\" -? 2>&1 <nul", facts->image);
	}
}

/* A file that may be the configuration; `name` is what it is called in the answer. */
static void ask_agent_config(struct pk_cmd_line *line, const struct pk_job_wish *wish,
	const char *path, const char *name)
{
	if (!pk_cmd_text_safe(path))
		return;
	pk_cmd_line_frame(line, "hash", name);
	pk_cmd_line_run(line, "certutil -hashfile \"%s\" SHA256", path);
	if (!wish->want_config)
		return;
	pk_cmd_line_frame(line, "file", name);
	pk_cmd_line_put(line, "type \"%s\" 2>nul&echo.", path);
}

static void ask_agent(struct pk_cmd_line *line, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_facts *facts)
{
	const struct pk_cmd_agent *agent = pk_cmd_agent_find(facts->sensor);
	const char *folder = pk_cmd_agent_folder(arena, wish->desired, facts);
	/* Where it does not say its version, its digest tells what it is. */
	if (facts->image != NULL && pk_cmd_text_safe(facts->image)) {
		pk_cmd_line_frame(line, "program", NULL);
		if (agent->display != NULL)
			pk_cmd_line_run(line, "\"%s\" version 2>&1 <nul", facts->image);
		else
			pk_cmd_line_run(line, "certutil -hashfile \"%s\" SHA256", facts->image);
	}
	if (facts->config_file != NULL) {
		ask_agent_config(line, wish, facts->config_file, "config");
		return;
	}
	for (size_t i = 0; agent->configs[i].name != NULL; i++)
		ask_agent_config(line, wish,
			pk_arena_printf(arena, "%s\\%s", folder, agent->configs[i].name),
			agent->configs[i].name);
}

/*
 * The configuration that may be in force, as we have kept it there by its digest. Where nobody of
 * us was before, it is what somebody else has given the sensor, if that is still there: what `for`
 * puts into its line is not read as a command again.
 */
static void ask_config(
	struct pk_cmd_line *line, const struct pk_job_wish *wish, const struct pk_facts *facts)
{
	const char *state = pk_cmd_state_dir(wish->desired);
	const struct pk_host_record *record = &facts->record;
	if (record->config == NULL && facts->driver != NULL && pk_cmd_name_safe(facts->driver)) {
		pk_cmd_line_frame(line, "file", "given");
		pk_cmd_line_put(line,
			"(for /f \"tokens=2,*\" %%A in ('reg query " PK_CMD_SERVICES
			"\\%s\\Parameters /v ConfigFile') do @if exist \"%%B\" type \"%%B\")&echo.",
			facts->driver);
	}
	if (record->present && pk_digest_is(record->config) && pk_cmd_text_safe(state) &&
		!pk_wish_knows(wish, record->config)) {
		pk_cmd_line_frame(line, "file", "record");
		pk_cmd_line_put(line, "type \"%s\\configs\\%s.xml\"&echo.", state,
			record->config + strlen(PK_DIGEST_PREFIX));
	}
}

static void ask_logs(struct pk_cmd_line *line, const struct pk_job_wish *wish)
{
	bool own = wish->desired->sensor != PK_SENSOR_SYSMON;
	for (size_t i = 0; i < wish->desired->log_count; i++) {
		const char *name = wish->desired->logs[i].name;
		own = own || pk_text_equal_nocase(name, PK_SYSMON_CHANNEL);
		if (!pk_cmd_text_safe(name) || strlen(name) + LOG_LINE_MAX > pk_cmd_line_left(line))
			continue;
		pk_cmd_line_frame(line, "log", name);
		pk_cmd_line_run(line, "wevtutil gl \"%s\"", name);
	}
	if (!own) {
		pk_cmd_line_frame(line, "log", PK_SYSMON_CHANNEL);
		pk_cmd_line_run(line, "wevtutil gl \"" PK_SYSMON_CHANNEL "\"");
	}
}

/* 4: the service's state; 16: another configuration; 255: an error (section 10). */
static void ask_health(struct pk_cmd_line *line)
{
	pk_cmd_line_frame(line, "newest", NULL);
	pk_cmd_line_run(line, "wevtutil qe " PK_SYSMON_CHANNEL " /c:1 /rd:true /f:xml");
	pk_cmd_line_frame(line, "events", NULL);
	pk_cmd_line_run(line,
		"wevtutil qe " PK_SYSMON_CHANNEL " /c:50 /rd:true /f:xml "
		"\"/q:*[System[(EventID=4 or EventID=16 or EventID=255)]]\"");
	pk_cmd_line_frame(line, "bias", NULL);
	pk_cmd_line_run(line,
		"reg query HKLM\\SYSTEM\\CurrentControlSet\\Control"
		"\\TimeZoneInformation");
	pk_cmd_line_frame(line, "pattern", NULL);
	pk_cmd_line_run(line, "reg query \"HKCU\\Control Panel\\International\" /v sShortDate");
	pk_cmd_line_frame(line, "date", "%date%");
	pk_cmd_line_frame(line, "time", "%time%");
}

static bool ask_more(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts)
{
	struct pk_cmd_line line;
	pk_cmd_line_init(&line, wish->nonce);
	bool there = facts->present == PK_FACT_YES;
	if (!there && facts->service != NULL && facts->sensor == PK_SENSOR_SYSMON) {
		pk_cmd_line_frame(&line, "root", "%SystemRoot%");
		ask_service(&line, facts->service);
		there = true;
	}
	if (there && facts->sensor == PK_SENSOR_SYSMON) {
		ask_sysmon(&line, facts);
		if (wish->want_config)
			ask_config(&line, wish, facts);
	}
	if (there && pk_cmd_agent_find(facts->sensor) != NULL)
		ask_agent(&line, arena, wish, facts);
	if (there && wish->want_health && facts->sensor == PK_SENSOR_SYSMON)
		ask_health(&line);
	ask_logs(&line, wish);
	struct pk_failure failure = {0};
	if (line.text.len == 0) {
		pk_buf_finish(&line.text);
		return false;
	}
	if (!pk_cmd_line_ask(out, arena, &line, wish->shell, &failure))
		return false;
	out->output_max = MORE_OUTPUT_MAX;
	return true;
}

const struct pk_dialect pk_dialect_cmd = {
	.name = "cmd",
	.ask_facts = ask_facts,
	.hear_facts = pk_cmd_hear_facts,
	.ask_more = ask_more,
	.hear_more = pk_cmd_hear_more,
	.ask_change = pk_cmd_ask_change,
	.hear_change = pk_cmd_hear_change,
};

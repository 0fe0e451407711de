/* status: what sensors and configurations are out there. */
#include <string.h>

#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/fleet/reading.h"
#include "cli/fleet/table.h"

struct status_options {
	struct pk_fleet_options fleet;
	int format; /* 0 text, 1 json */
	bool live;
};

const struct pk_option pk_cmd_status_options[] = {
	PK_FLEET_OPTIONS(struct status_options),
	PK_FLEET_CONNECT_OPTIONS(struct status_options),
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct status_options, format),
		"how to print what is known of each host"},
	{PK_OPT_FLAG, 0, "live", NULL, offsetof(struct status_options, live),
		"ask the hosts now, instead of telling what was read last"},
	PK_OPTIONS_END,
};

enum { DIGEST_SHOWN = sizeof("sha256:") - 1 + 12 };

static const char *state_of(const struct pk_reading *reading)
{
	if (!reading->read)
		return "unknown";
	if (reading->facts.present == PK_FACT_NO)
		return "absent";
	if (reading->facts.running == PK_FACT_UNKNOWN)
		return "unknown";
	return reading->facts.running == PK_FACT_YES ? "running" : "stopped";
}

static const char *config_of(struct pk_arena *arena, const struct pk_facts *facts)
{
	if (facts->config != NULL)
		return pk_arena_strndup(arena, facts->config, strnlen(facts->config, DIGEST_SHOWN));
	return facts->config_hash;
}

static void put_line(struct pk_table *table, struct pk_fleet *fleet, size_t host,
	const struct pk_reading *reading)
{
	const char *name = fleet->selection.items[host]->name;
	const struct pk_facts *facts = &reading->facts;
	if (reading->read)
		pk_table_line(table, name, pk_sensor_name(facts->sensor), facts->version,
			state_of(reading), config_of(table->arena, facts),
			facts->record.present ? facts->record.rollout : NULL,
			pk_fleet_time(table->arena, reading->read_ms));
	else
		pk_table_line(table, name, NULL, NULL, state_of(reading), NULL, NULL,
			reading->failure.message);
}

static void put_text(struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_readings *readings)
{
	struct pk_table table = {.arena = fleet->cli->arena};
	pk_table_line(
		&table, "HOST", "SENSOR", "VERSION", "STATE", "CONFIG", "ROLLOUT", "READ (UTC)");
	for (size_t i = 0; i < readings->len; i++)
		put_line(&table, fleet, i, &readings->items[i]);
	pk_table_put(buf, &table);
}

static void put_json(struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_readings *readings)
{
	for (size_t i = 0; i < readings->len; i++) {
		const struct pk_reading *reading = &readings->items[i];
		struct pk_json_out json = {.buf = buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "host", fleet->selection.items[i]->name);
		pk_json_out_text(&json, "state", state_of(reading));
		if (reading->read) {
			pk_json_out_text(&json, "read",
				pk_fleet_time_json(fleet->cli->arena, reading->read_ms));
			pk_json_out_raw(&json, "facts", reading->json);
		} else {
			pk_json_out_text(&json, "code", pk_code_info(reading->failure.code)->id);
			pk_json_out_text(&json, "message", reading->failure.message);
		}
		pk_json_out_close_object(&json);
		pk_buf_putc(buf, '\n');
	}
}

static int run(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct status_options *options = data;
	struct pk_readings readings;
	PK_BUF_AUTO text = {0};
	pk_fleet_ask(fleet);
	if (!pk_fleet_open_store(fleet, false, NULL, diags))
		return pk_cli_status(fleet->cli, diags);
	int status = pk_readings_get(&readings, fleet, !options->live, diags);
	if (status != PK_EXIT_OK)
		return status;
	if (options->format == 1)
		put_json(&text, fleet, &readings);
	else
		put_text(&text, fleet, &readings);
	pk_cli_put(fleet->cli, fleet->cli->out, &text);
	return options->live && readings.failed > 0 ? PK_EXIT_SOME_HOSTS : PK_EXIT_OK;
}

int pk_cmd_status(struct pk_cli *cli, int argc, char **argv)
{
	struct status_options options = {0};
	struct pk_texts selectors = {0};
	if (!pk_options_parse(cli, &options, &selectors, argc, argv))
		return cli->status;
	return pk_fleet_command(cli, &options.fleet, &selectors, run, &options);
}

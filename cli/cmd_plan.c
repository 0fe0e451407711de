/* plan: what a push would change, found out on the hosts themselves; nothing is written there. */
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/fleet/ways.h"
#include "fleet/store/plan_file.h"

enum {
	HOUR_MS = 60 * 60 * 1000,
	EXPIRES_HOURS = 24,
	EXPIRES_HOURS_MOST = 24 * 90,
};

struct plan_options {
	struct pk_fleet_options fleet;
	uint64_t expires;
	int format; /* 0 text, 1 json */
	bool full;
	const char *output;
};

const struct pk_option pk_cmd_plan_options[] = {
	PK_FLEET_OPTIONS(struct plan_options),
	PK_FLEET_WANT_OPTIONS(struct plan_options),
	PK_FLEET_CONNECT_OPTIONS(struct plan_options),
	{PK_OPT_NUMBER, 0, "expires", "HOURS", offsetof(struct plan_options, expires),
		"with --output: how long the plan is good (default 24)"},
	{PK_OPT_CHOICE, 0, "format", "text|json", offsetof(struct plan_options, format),
		"how to print what would change"},
	{PK_OPT_FLAG, 0, "full", NULL, offsetof(struct plan_options, full),
		"show all hosts and every line of what changes"},
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct plan_options, output),
		"also write the plan to FILE, to be reviewed and pushed"},
	PK_OPTIONS_END,
};

/* What was found out. */
struct plan {
	struct pk_fleet *fleet;
	const struct plan_options *options;
	struct pk_readings readings;
	struct pk_ways changes;
	struct pk_ways drifts;
	struct pk_ways troubles;
	struct pk_drifts *drift; /* of each host */
};

/* --- for people --- */

static void put_ways(
	struct pk_buf *buf, const struct plan *plan, const struct pk_ways *ways, const char *title)
{
	if (ways->items.len == 0)
		return;
	pk_buf_printf(buf, "\n%s\n\n", title);
	for (size_t i = 0; i < ways->items.len; i++) {
		pk_ways_put_text(buf, plan->fleet, &ways->items.items[i], plan->options->full);
		if (i + 1 < ways->items.len)
			pk_buf_putc(buf, '\n');
	}
}

static void put_text(struct pk_buf *buf, const struct plan *plan)
{
	size_t total = plan->readings.len;
	pk_buf_printf(buf, "%zu host%s of inventory '", total, total == 1 ? "" : "s");
	pk_escape_put(buf, plan->fleet->inventory->name);
	pk_buf_printf(buf, "': %zu would change, %zu as wanted, %zu in trouble",
		plan->changes.hosts, total - plan->changes.hosts - plan->troubles.hosts,
		plan->troubles.hosts);
	if (plan->drifts.hosts > 0)
		pk_buf_printf(buf, "; %zu drifted in %zu way%s", plan->drifts.hosts,
			plan->drifts.items.len, plan->drifts.items.len == 1 ? "" : "s");
	pk_buf_putc(buf, '\n');
	put_ways(buf, plan, &plan->changes, "what a push would do");
	put_ways(buf, plan, &plan->drifts, "what is not as the last push left it");
	put_ways(buf, plan, &plan->troubles, "hosts in trouble");
}

/* --- for programs --- */

static void put_host_texts(struct pk_json_out *json, const struct plan *plan, size_t host)
{
	struct pk_arena *arena = plan->fleet->cli->arena;
	const struct pk_host_plan *todo = &plan->readings.items[host].plan;
	pk_json_out_open_array(json, "changes");
	for (size_t i = 0; i < todo->changes.len; i++)
		pk_json_out_text(json, NULL, pk_change_describe(arena, &todo->changes.items[i]));
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "drift");
	for (size_t i = 0; i < plan->drift[host].len; i++)
		pk_json_out_text(json, NULL, plan->drift[host].items[i].what);
	pk_json_out_close_array(json);
}

static void put_host(struct pk_buf *buf, const struct plan *plan, size_t host)
{
	const struct pk_reading *reading = &plan->readings.items[host];
	const char *trouble = !reading->read ? reading->failure.message : reading->plan.refused;
	enum pk_code code = !reading->read ? reading->failure.code : reading->plan.refused_code;
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "kind", "host");
	pk_json_out_text(&json, "host", plan->fleet->selection.items[host]->name);
	pk_json_out_text(&json, "action",
		pk_action_name(trouble == NULL ? reading->plan.action : PK_ACTION_NONE));
	pk_json_out_text(&json, "result", trouble == NULL ? "ok" : "failed");
	pk_json_out_text(&json, "code", trouble == NULL ? "" : pk_code_info(code)->id);
	pk_json_out_text(&json, "message", trouble == NULL ? "" : trouble);
	pk_json_out_text(&json, "from", reading->plan.from == NULL ? "" : reading->plan.from);
	pk_json_out_text(&json, "to", reading->plan.to == NULL ? "" : reading->plan.to);
	put_host_texts(&json, plan, host);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static void put_json(struct pk_buf *buf, const struct plan *plan)
{
	for (size_t i = 0; i < plan->readings.len; i++)
		put_host(buf, plan, i);
	for (size_t i = 0; i < plan->changes.items.len; i++)
		pk_ways_put_json(buf, plan->fleet, &plan->changes.items.items[i], "change");
	for (size_t i = 0; i < plan->drifts.items.len; i++)
		pk_ways_put_json(buf, plan->fleet, &plan->drifts.items.items[i], "drift");
	for (size_t i = 0; i < plan->troubles.items.len; i++)
		pk_ways_put_json(buf, plan->fleet, &plan->troubles.items.items[i], "trouble");
}

/* --- the file --- */

static void fill_host(struct pk_plan_host *out, const struct plan *plan, size_t host)
{
	const struct pk_fleet *fleet = plan->fleet;
	struct pk_arena *arena = fleet->cli->arena;
	const struct pk_reading *reading = &plan->readings.items[host];
	const struct pk_host *entry = fleet->selection.items[host];
	PK_BUF_AUTO desired = {0};
	char *digest = pk_arena_alloc(arena, PK_DIGEST_TEXT);
	pk_desired_put_json(&desired, &fleet->desired[host]);
	pk_digest_print(digest, desired.data, desired.len);
	*out = (struct pk_plan_host){.host = entry->name,
		.address = pk_arena_printf(arena, "%s:%u", entry->address, entry->port),
		.facts = reading->read ? reading->digest : NULL,
		.action = reading->plan.action,
		.from = reading->plan.from,
		.to = reading->plan.to,
		.desired = digest,
		.trouble = reading->read ? reading->plan.refused : reading->failure.message};
	for (size_t i = 0; i < reading->plan.changes.len; i++)
		*pk_list_push(arena, &out->changes) =
			pk_change_describe(arena, &reading->plan.changes.items[i]);
}

static bool write_plan(const struct plan *plan, struct pk_diags *diags)
{
	const struct pk_fleet *fleet = plan->fleet;
	struct pk_arena *arena = fleet->cli->arena;
	int64_t now_ms = pk_fleet_now_ms();
	struct pk_plan_file file = {.inventory = fleet->inventory->name,
		.inventory_digest = fleet->inventory->digest,
		.made_ms = now_ms,
		.expires_ms = now_ms + (int64_t)plan->options->expires * HOUR_MS,
		.by = pk_fleet_who(arena)};
	for (size_t i = 0; i < plan->readings.len; i++)
		fill_host(pk_list_push(arena, &file.hosts), plan, i);
	PK_BUF_AUTO text = {0};
	pk_plan_file_put(&text, &file);
	return pk_file_write(plan->options->output, text.data, text.len, diags);
}

/* --- the command --- */

/* Does the file go to standard output, where nothing else may stand then? */
static bool is_product(const struct plan *plan)
{
	return plan->options->output != NULL && strcmp(plan->options->output, "-") == 0;
}

static int show(struct plan *plan, struct pk_diags *diags)
{
	struct pk_fleet *fleet = plan->fleet;
	plan->drift = PK_NEW_ARRAY(fleet->cli->arena, struct pk_drifts, plan->readings.len);
	pk_ways_of_plan(&plan->changes, fleet, &plan->readings);
	pk_ways_of_trouble(&plan->troubles, fleet, &plan->readings);
	if (!pk_ways_of_drift(&plan->drifts, plan->drift, fleet, &plan->readings, diags))
		return PK_EXIT_CANNOT;
	PK_BUF_AUTO text = {0};
	if (plan->options->format == 1)
		put_json(&text, plan);
	else
		put_text(&text, plan);
	pk_cli_put(fleet->cli, is_product(plan) ? fleet->cli->err : fleet->cli->out, &text);
	if (plan->options->output != NULL && !write_plan(plan, diags))
		return PK_EXIT_CANNOT;
	if (plan->troubles.hosts > 0)
		return PK_EXIT_SOME_HOSTS;
	return plan->changes.hosts > 0 ? PK_EXIT_FINDINGS : PK_EXIT_OK;
}

static int make(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	struct plan plan = {.fleet = fleet, .options = data};
	if (!pk_fleet_want(fleet, diags) || !pk_fleet_open_store(fleet, false, NULL, diags))
		return pk_cli_status(fleet->cli, diags);
	int status = pk_readings_get(&plan.readings, fleet, false, diags);
	if (status != PK_EXIT_OK)
		return status;
	pk_readings_plan(&plan.readings, fleet);
	return show(&plan, diags);
}

int pk_cmd_plan(struct pk_cli *cli, int argc, char **argv)
{
	struct plan_options options = {.expires = EXPIRES_HOURS};
	struct pk_texts selectors = {0};
	if (!pk_options_parse(cli, &options, &selectors, argc, argv))
		return cli->status;
	if (options.expires == 0 || options.expires > EXPIRES_HOURS_MOST)
		return pk_cli_usage_error(cli, "--expires is a number of hours up to 2160");

	return pk_fleet_command(cli, &options.fleet, &selectors, make, &options);
}

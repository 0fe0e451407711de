#include "cli/fleet/live.h"

#include <string.h>

#include "cli/fleet/reading.h"

static bool open_reading(struct pk_config *out, struct pk_fleet *fleet, const char *argument,
	const struct pk_reading *reading, struct pk_diags *diags)
{
	if (!reading->read) {
		pk_report(diags, reading->failure.code, PK_NO_SPAN, "'%s': %s", argument,
			reading->failure.message);
		return false;
	}
	const char *why = NULL;
	const struct pk_config *config = pk_contents_live(fleet->contents, &reading->facts, &why);
	if (config == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_DIFF_HOST, PK_NO_SPAN,
			"what the sensor of '%s' does cannot be told: %s", argument, why);
		pk_diag_hint(diags, diag,
			"see what it says of itself with `picket status --live %s`",
			argument + strlen(PK_LIVE_PREFIX));
		return false;
	}
	*out = *config;
	out->name = argument;
	return true;
}

bool pk_live_open(struct pk_config *out, struct pk_cli *cli, const char *argument,
	const struct pk_fleet_options *options, struct pk_diags *diags)
{
	const char *name = argument + strlen(PK_LIVE_PREFIX);
	const struct pk_texts selectors = {.items = &name, .len = 1};
	const struct pk_reading_options how = {.want_config = true};
	enum pk_rollout_end end;
	struct pk_readings readings;
	PK_FLEET_AUTO fleet = {0};
	if (!pk_fleet_open(&fleet, cli, options, &selectors, diags))
		return false;
	if (fleet.selection.len != 1) {
		pk_report(diags, PK_DIFF_HOST, PK_NO_SPAN, "'%s' is more than one host", argument);
		return false;
	}
	pk_fleet_ask(&fleet);
	if (!pk_fleet_open_store(&fleet, false, NULL, diags) || !pk_fleet_open_ssh(&fleet, diags) ||
		!pk_readings_take(&readings, &fleet, &how, &end, diags))
		return false;
	return open_reading(out, &fleet, argument, &readings.items[0], diags);
}

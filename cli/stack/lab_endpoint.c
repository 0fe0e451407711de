/*
 * The endpoint of a lab: this machine, with the sensor that the user has downloaded, pushed to as
 * any other host would be. Without a sensor there is none: picket passes no sensor on.
 */
#include "base/file.h"
#include "cli/stack/lab.h"
#include "fleet/bundle/bundle.h"

/* The shipped ruleset that a sensor starts with. */
static const char *config_of(enum pk_sensor sensor)
{
	switch (sensor) {
	case PK_SENSOR_SYSMON_LINUX:
		return "linux-base";
	case PK_SENSOR_SYSMON:
		return "windows-base";
	case PK_SENSOR_MONSTER:
		return "monster-base";
	case PK_SENSOR_WINLOGBEAT:
	case PK_SENSOR_NONE:
		break;
	}
	return NULL;
}

static bool write_inventory(struct pk_lab_run *run, const struct pk_bundle *bundle)
{
	PK_BUF_AUTO buf = {0};
	const char *config = config_of(bundle->sensor);
	const char *path = pk_lab_path(run, "inventory.yaml");
	if (pk_file_exists(path))
		return true;
	if (bundle->platform != PK_HOST_LINUX || config == NULL) {
		pk_report(&run->diags, PK_LAB_STEP, PK_NO_SPAN,
			"'%s' is no sensor for this machine: it is for Windows", bundle->id);
		return false;
	}
	pk_buf_printf(&buf,
		"# The endpoint of the lab: this machine. Made once: what you change here stays.\n"
		"inventory: lab\n"
		"groups:\n"
		"  lab:\n"
		"    hosts:\n"
		"      endpoint: {platform: linux, transport: local}\n"
		"    sensor: {kind: %s, bundle: %s, config: %s}\n",
		pk_sensor_name(bundle->sensor), bundle->id, config);
	return pk_file_write(path, buf.data, buf.len, &run->diags);
}

int pk_lab_endpoint(struct pk_lab_run *run)
{
	const char *bundles = pk_lab_path(run, "bundles");
	enum pk_bundle_outcome outcome;
	if (run->options->sensor == NULL) {
		if (run->cli->common.format == PK_FORMAT_TEXT)
			pk_cli_complain(run->cli,
				"no endpoint: name a downloaded sensor for Linux by --sensor to "
				"have it on this machine");
		return PK_EXIT_OK;
	}
	const struct pk_bundle_add_options add = {.outcome_out = &outcome};
	const struct pk_bundle *bundle = NULL;
	if (pk_file_make_dirs(bundles, &run->diags))
		bundle = pk_bundle_add(
			run->cli->arena, bundles, run->options->sensor, &add, &run->diags);
	if (bundle == NULL || !write_inventory(run, bundle))
		return PK_EXIT_CANNOT;
	const char *const push[] = {"push", "--inventory", pk_lab_path(run, "inventory.yaml"),
		"--state", pk_lab_path(run, "fleet.db"), "--bundles", bundles, NULL};
	return pk_lab_command(run, push, false);
}

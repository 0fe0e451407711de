#include "cli/fleet/fleet.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/fleet/contents.h"
#include "cli/fleet/folders.h"
#include "cli/print.h"

enum { MS = 1000 };

/* --- what the machine says --- */

static const char *user_name(void)
{
	const struct passwd *entry = getpwuid(getuid());
	return entry == NULL ? NULL : entry->pw_name;
}

const char *pk_fleet_who(struct pk_arena *arena)
{
	char machine[256] = "";
	gethostname(machine, sizeof(machine) - 1);
	const char *user = user_name();
	return pk_arena_printf(arena, "%s@%s", user == NULL ? "unknown" : user, machine);
}

int64_t pk_fleet_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * MS + now.tv_nsec / 1000000;
}

static const char *print_time(struct pk_arena *arena, int64_t ms, char between, const char *end)
{
	time_t seconds = (time_t)(ms / MS);
	struct tm parts;
	if (gmtime_r(&seconds, &parts) == NULL)
		return "";
	return pk_arena_printf(arena, "%04d-%02d-%02d%c%02d:%02d:%02d%s", parts.tm_year + 1900,
		parts.tm_mon + 1, parts.tm_mday, between, parts.tm_hour, parts.tm_min, parts.tm_sec,
		end);
}

const char *pk_fleet_time(struct pk_arena *arena, int64_t ms)
{
	return print_time(arena, ms, ' ', "");
}

const char *pk_fleet_time_json(struct pk_arena *arena, int64_t ms)
{
	return print_time(arena, ms, 'T', "Z");
}

/* --- opening --- */

static const char *choose_ssh_config(struct pk_arena *arena, const char *given, const char *home)
{
	if (given != NULL)
		return strcmp(given, "none") == 0 ? NULL : given;
	if (home == NULL)
		return NULL;
	const char *path = pk_arena_printf(arena, "%s/.ssh/config", home);
	return pk_file_exists(path) ? path : NULL;
}

bool pk_fleet_open(struct pk_fleet *out, struct pk_cli *cli, const struct pk_fleet_options *options,
	const struct pk_texts *selectors, struct pk_diags *diags)
{
	*out = (struct pk_fleet){.cli = cli, .options = options};
	const char *home = getenv("HOME");
	const struct pk_inventory_options how = {
		.ssh_config = choose_ssh_config(cli->arena, options->ssh_config, home),
		.home = home,
		.user = user_name()};
	const char *path = options->inventory == NULL ? PK_FLEET_INVENTORY : options->inventory;
	out->inventory = pk_inventory_read(cli->arena, path, &how, diags);
	if (out->inventory == NULL)
		return false;
	out->contents = pk_contents_make(out);
	return pk_select(&out->selection, cli->arena, out->inventory, selectors->items,
		selectors->len, diags);
}

static bool set_store_path(struct pk_fleet *fleet, struct pk_diags *diags)
{
	fleet->store_path =
		pk_folder_store(fleet->cli->arena, fleet->options->state, fleet->inventory->name);
	if (fleet->store_path != NULL)
		return true;
	struct pk_diag *diag = pk_report(diags, PK_FLEET_NO_HOME, PK_NO_SPAN,
		"there is no home folder to keep the store in");
	pk_diag_hint(diags, diag, "give a file with --state");
	return false;
}

bool pk_fleet_open_store(
	struct pk_fleet *fleet, bool write, bool *found_out, struct pk_diags *diags)
{
	if (!set_store_path(fleet, diags))
		return false;
	bool exists = write || pk_file_exists(fleet->store_path);
	if (found_out != NULL)
		*found_out = exists;
	if (!exists)
		return true;
	fleet->store = pk_store_open(fleet->store_path, write, diags);
	return fleet->store != NULL;
}

bool pk_fleet_find_store(struct pk_fleet *fleet, bool write, struct pk_diags *diags)
{
	if (!set_store_path(fleet, diags))
		return false;
	if (pk_file_exists(fleet->store_path)) {
		fleet->store = pk_store_open(fleet->store_path, write, diags);
		return fleet->store != NULL;
	}
	pk_report(diags, PK_FLEET_NO_STORE, PK_NO_SPAN, "nothing was pushed yet: there is no '%s'",
		fleet->store_path);
	return false;
}

bool pk_fleet_open_ssh(struct pk_fleet *fleet, struct pk_diags *diags)
{
	const struct pk_ssh_options options = {.home = getenv("HOME"),
		.system_known_hosts = "/etc/ssh/ssh_known_hosts",
		.agent = getenv("SSH_AUTH_SOCK"),
		.trust_new_hosts = fleet->options->trust_new_hosts,
		.ask = !fleet->options->no_ask && isatty(STDIN_FILENO)};
	fleet->ssh = pk_ssh_create(&options, fleet->selection.items, fleet->selection.len, diags);
	return fleet->ssh != NULL;
}

void pk_fleet_close(struct pk_fleet *fleet)
{
	pk_ssh_destroy(fleet->ssh);
	pk_store_close(fleet->store);
	*fleet = (struct pk_fleet){0};
}

int pk_fleet_command(struct pk_cli *cli, const struct pk_fleet_options *options,
	const struct pk_texts *selectors,
	int (*work)(struct pk_fleet *fleet, void *data, struct pk_diags *diags), void *data)
{
	struct pk_diags diags = {.arena = cli->arena};
	PK_FLEET_AUTO fleet = {0};
	int status;
	if (options->sessions > UINT32_MAX)
		return pk_cli_usage_error(cli, "--sessions is a number up to %u", UINT32_MAX);
	if (pk_fleet_open(&fleet, cli, options, selectors, &diags))
		status = work(&fleet, data, &diags);
	else
		status = pk_cli_status(cli, &diags);
	struct pk_print_context context = {.to_err = true};
	pk_print_diags(cli, &diags, PK_FORMAT_TEXT, &context);
	return status;
}

/* --- what is wanted --- */

static const struct pk_bundle *open_bundle(
	const struct pk_fleet *fleet, const char *id, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	const char *store = pk_folder_bundles(arena, fleet->options->bundles);
	if (store != NULL)
		return pk_bundle_open(arena, store, id, diags);
	struct pk_diag *diag = pk_report(
		diags, PK_FLEET_NO_HOME, PK_NO_SPAN, "there is no home folder that has bundles");
	pk_diag_hint(diags, diag, "give a folder with --bundles");
	return NULL;
}

const struct pk_bundle *pk_fleet_open_bundle(
	struct pk_fleet *fleet, const char *id, struct pk_diags *diags)
{
	static const struct pk_bundle none;
	const struct pk_bundle *bundle = pk_map_find(&fleet->bundles, id);
	if (bundle == NULL) {
		bundle = open_bundle(fleet, id, diags);
		/* A broken one is reported once, not for each host. */
		pk_map_set(fleet->cli->arena, &fleet->bundles, id,
			(void *)(bundle == NULL ? &none : bundle));
	}
	return bundle == &none ? NULL : bundle;
}

static struct pk_desired ask(const struct pk_host *host)
{
	return (struct pk_desired){.sensor = host->sensor.kind,
		.absent = host->sensor.absent,
		.feature = host->sensor.feature,
		.service = host->sensor.service,
		.driver = host->sensor.driver,
		.logs = host->logs.items,
		.log_count = host->logs.len,
		.state_dir = host->state_dir,
		.install_dir = host->install_dir,
		.become = host->ssh.become};
}

void pk_fleet_ask(struct pk_fleet *fleet)
{
	fleet->desired =
		PK_NEW_ARRAY(fleet->cli->arena, struct pk_desired, fleet->selection.len + 1);
	for (size_t i = 0; i < fleet->selection.len; i++)
		fleet->desired[i] = ask(fleet->selection.items[i]);
}

static void want(struct pk_desired *out, struct pk_fleet *fleet, const struct pk_sensor_wish *wish,
	struct pk_diags *diags)
{
	if (wish->absent || wish->kind == PK_SENSOR_NONE)
		return;
	if (wish->bundle != NULL) {
		out->bundle = pk_fleet_open_bundle(fleet, wish->bundle, diags);
		if (out->bundle != NULL)
			out->version = out->bundle->version;
	}
	if (wish->config != NULL)
		out->content = pk_contents_want(fleet->contents, wish, out->bundle, diags);
}

bool pk_fleet_want(struct pk_fleet *fleet, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	pk_fleet_ask(fleet);
	for (size_t i = 0; i < fleet->selection.len; i++)
		want(&fleet->desired[i], fleet, &fleet->selection.items[i]->sensor, diags);
	return diags->errors == errors;
}

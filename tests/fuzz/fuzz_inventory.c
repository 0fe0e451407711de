/*
 * Any bytes as an inventory, an ssh_config or a selector: the first byte says as what. No input may
 * crash a reader; a model comes back exactly if there is no error; places lie in their texts; a
 * model has what its header promises. No file is opened.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "fleet/inventory/select.h"
#include "fleet/inventory/ssh_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum kind {
	KIND_YAML,
	KIND_INI,
	KIND_SSH_CONFIG,
	KIND_SELECTOR,
	KINDS,
};

enum { HOSTS_LOOKED_AT = 1000 };

static const char fleet[] =
	"inventory: x\n"
	"groups: {w: {platform: windows, tags: [t], hosts: [\"a[1:5]\", b]}, b: {in: [w]}}\n"
	"hosts: {z: {jump: j}}\n";

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_spans(const struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++) {
		struct pk_span span = diags->all.items[i].span;
		demand(span.begin <= span.end);
		demand(span.source == NULL || span.end <= span.source->len + 1);
	}
}

static void check_host(const struct pk_inventory *inventory, const struct pk_host *host)
{
	demand(pk_inventory_find(inventory, host->name) == host);
	demand(host->address != NULL && host->address[0] != '-' && host->port != 0);
	demand(host->zone != NULL && host->install_dir != NULL);
	demand(host->state_dir != NULL || host->platform == PK_HOST_ANY);
	for (size_t i = 1; i < host->groups.len; i++)
		demand(strcmp(host->groups.items[i - 1], host->groups.items[i]) < 0);
	for (size_t i = 0; i < host->ssh.jumps.len; i++)
		demand(host->ssh.jumps.items[i][0] != '-');
}

static void check_inventory(const struct pk_inventory *inventory)
{
	demand(inventory->hosts.len > 0 && inventory->hosts.len <= PK_INVENTORY_HOSTS);
	demand(strlen(inventory->digest) == PK_DIGEST_TEXT - 1);
	const struct pk_rollout_wish *rollout = &inventory->rollout;
	demand(rollout->stages.len > 0 && rollout->sessions > 0 && rollout->tries > 0);
	demand(rollout->stages.items[rollout->stages.len - 1].unit == PK_STAGE_REST);
	for (size_t i = 0; i < inventory->hosts.len && i < HOSTS_LOOKED_AT; i++)
		check_host(inventory, &inventory->hosts.items[i]);
}

static const struct pk_inventory *read_inventory(
	struct pk_arena *arena, const char *path, const char *text, size_t size)
{
	struct pk_diags diags = {.arena = arena};
	const struct pk_inventory_options options = {.home = "/no-such-folder", .user = "u"};
	struct pk_source *source = pk_source_make(arena, path, text, size);
	pk_inventory_is(source);
	const struct pk_inventory *inventory =
		pk_inventory_read_source(arena, source, &options, &diags);
	demand((inventory == NULL) == (diags.errors > 0));
	check_spans(&diags);
	if (inventory != NULL)
		check_inventory(inventory);
	return inventory;
}

static void read_ssh_config(struct pk_arena *arena, const char *text, size_t size)
{
	static const char *const hosts[] = {"a", "web1", "", "web1.example"};
	struct pk_diags diags = {.arena = arena};
	const struct pk_ssh_config_options options = {.home = "/h", .no_include = true};
	const struct pk_ssh_config *config = pk_ssh_config_read_source(
		arena, pk_source_make(arena, "config", text, size), &options, &diags);
	demand((config == NULL) == (diags.errors > 0));
	check_spans(&diags);
	for (size_t i = 0; config != NULL && i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct pk_ssh_alias alias;
		pk_ssh_config_find(&alias, arena, config, hosts[i], "u");
		demand(alias.jumps == NULL || alias.jumps_span.source != NULL);
	}
}

static void read_selector(struct pk_arena *arena, const char *text)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_selection selection = {0};
	const struct pk_inventory *inventory =
		read_inventory(arena, "x.yaml", fleet, strlen(fleet));
	demand(inventory != NULL);
	bool good = pk_select(&selection, arena, inventory, &text, 1, &diags);
	demand(good == (diags.errors == 0));
	demand(!good || (selection.len > 0 && selection.len <= inventory->hosts.len));
	check_spans(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *text = pk_arena_strndup(arena, (const char *)data + 1, size - 1);
	switch ((enum kind)(data[0] % KINDS)) {
	case KIND_YAML:
		read_inventory(arena, "/no-such-folder/x.yaml", text, size - 1);
		break;
	case KIND_INI:
		read_inventory(arena, "/no-such-folder/hosts", text, size - 1);
		break;
	case KIND_SSH_CONFIG:
		read_ssh_config(arena, text, size - 1);
		break;
	case KIND_SELECTOR:
		read_selector(arena, text);
		break;
	case KINDS:
		break;
	}
	return 0;
}

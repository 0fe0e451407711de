/* What an inventory leaves open: from the user's ssh_config, and what picket takes by itself. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_paths.h"

enum { SSH_PORT = 22 };

/* Winlogbeat has a record of its own: its host is often in the inventory of a sensor, too. */
static const char *state_dir_of(const struct pk_host *host)
{
	switch (host->platform) {
	case PK_HOST_ANY:
		break;
	case PK_HOST_LINUX:
		return "/var/lib/picket";
	case PK_HOST_WINDOWS:
		return host->sensor.kind == PK_SENSOR_WINLOGBEAT
			? "C:\\ProgramData\\picket-winlogbeat"
			: "C:\\ProgramData\\picket";
	}
	return NULL;
}

/* Warns of what OpenSSH would do for this host and picket does not. */
static void warn_of_proxy(struct pk_inventory_build *build, const struct pk_ssh_alias *alias,
	const struct pk_host *host)
{
	if (alias->proxy_command.source == NULL || host->ssh.jumps.len > 0 ||
		!pk_inventory_once(build, PK_SSH_CONFIG_PROXY, alias->proxy_command))
		return;
	struct pk_diag *diag = pk_report(build->diags, PK_SSH_CONFIG_PROXY, alias->proxy_command,
		"'ProxyCommand' is not followed: '%s' is connected to directly", host->name);
	pk_diag_hint(build->diags, diag, "use 'ProxyJump', or 'jump' in the inventory");
}

static bool is_word(const char *text, const char *also)
{
	return text == NULL || (*text != '-' && pk_inventory_plain(text, PK_HOST_NAME_MAX, also));
}

/* What becomes part of a command or an address must be as it would have to be in the inventory. */
static bool check_alias(struct pk_inventory_build *build, const struct pk_ssh_alias *alias,
	const struct pk_host *host)
{
	if (is_word(alias->host_name, "_.:%-") && is_word(alias->host_key_alias, "_.:[]-") &&
		is_word(alias->user, "_.\\@$+-"))
		return true;
	struct pk_diag *diag = pk_report(build->diags, PK_SSH_CONFIG_LINE, host->span,
		"what the ssh_config says of '%s' cannot be used", host->name);
	pk_diag_hint(build->diags, diag,
		"look at HostName, User and HostKeyAlias, or say them in the inventory");
	return false;
}

static bool fill_alias(struct pk_inventory_build *build, struct pk_host *host)
{
	struct pk_ssh_alias alias = {0};
	struct pk_ssh_wish *ssh = &host->ssh;
	const char *asked = host->address != NULL ? host->address : host->name;
	pk_ssh_config_find(&alias, build->arena, build->ssh_config, asked, ssh->user);
	if (!check_alias(build, &alias, host))
		return false;
	if (host->address == NULL)
		host->address = alias.host_name;
	if (host->port == 0)
		host->port = alias.port;
	if (ssh->user == NULL)
		ssh->user = alias.user;
	if (ssh->certificate_file == NULL)
		ssh->certificate_file = alias.certificate_file;
	if (ssh->host_key_alias == NULL)
		ssh->host_key_alias = alias.host_key_alias;
	if (ssh->identity_files.len == 0) {
		ssh->identity_files.items = alias.identity_files.items;
		ssh->identity_files.len = alias.identity_files.len;
	}
	if (ssh->known_hosts.len == 0) {
		ssh->known_hosts.items = alias.known_hosts.items;
		ssh->known_hosts.len = alias.known_hosts.len;
	}
	if (ssh->jumps.len == 0 && !ssh->direct && alias.jumps != NULL &&
		!pk_jumps_add(build, host, alias.jumps, alias.jumps_span))
		return false;
	warn_of_proxy(build, &alias, host);
	return true;
}

/* --- jump hosts --- */

static bool fill_jump(
	struct pk_inventory_build *build, struct pk_host *host, const char *jump, size_t depth);

/* The jump hosts on the way to the jump host `name`; "Host *" may name it as its own. */
static bool fill_jumps_before(struct pk_inventory_build *build, struct pk_host *host,
	const struct pk_ssh_alias *alias, const char *name, size_t depth)
{
	for (const char *at = alias->jumps; at != NULL;) {
		const char *end = strchrnul(at, ',');
		const char *jump = pk_arena_strndup(build->scratch, at, (size_t)(end - at));
		at = *end == '\0' ? NULL : end + 1;
		if (!pk_text_equal(jump, name) && !fill_jump(build, host, jump, depth + 1))
			return false;
	}
	return true;
}

/* Keys of a jump host are tried with those of the host; one that has none takes its user's. */
static void add_identities(
	struct pk_arena *arena, struct pk_ssh_wish *ssh, const struct pk_ssh_alias *alias)
{
	const char *const *known = ssh->identity_files.items;
	size_t count = ssh->identity_files.len;
	if (count == 0 || alias->identity_files.len == 0)
		return;
	ssh->identity_files.items = NULL;
	ssh->identity_files.len = ssh->identity_files.cap = 0;
	for (size_t i = 0; i < count; i++)
		*pk_list_push(arena, &ssh->identity_files) = known[i];
	for (size_t i = 0; i < alias->identity_files.len; i++) {
		const char *file = alias->identity_files.items[i];
		bool new = true;
		for (size_t k = 0; k < ssh->identity_files.len; k++)
			new = new && !pk_text_equal(ssh->identity_files.items[k], file);
		if (new)
			*pk_list_push(arena, &ssh->identity_files) = file;
	}
}

/* Adds a jump host, [user@]host[:port], with what the ssh_config says of it. */
static bool fill_jump(
	struct pk_inventory_build *build, struct pk_host *host, const char *jump, size_t depth)
{
	jump += pk_text_starts(jump, "ssh://") ? strlen("ssh://") : 0;
	const char *at = strrchr(jump, '@');
	const char *begin = at == NULL ? jump : at + 1;
	const char *end = strchrnul(begin, ':');
	struct pk_ssh_alias alias = {0};
	if (*begin == '[' || depth == PK_INVENTORY_DEPTH)
		return pk_jumps_add(build, host, jump, host->span);
	const char *name = pk_arena_strndup(build->scratch, begin, (size_t)(end - begin));
	pk_ssh_config_find(&alias, build->arena, build->ssh_config, name, host->ssh.user);
	if (!check_alias(build, &alias, host) ||
		!fill_jumps_before(build, host, &alias, name, depth))
		return false;
	add_identities(build->arena, &host->ssh, &alias);
	const char *user = at != NULL ? pk_arena_strndup(build->scratch, jump, (size_t)(at - jump))
				      : alias.user;
	const char *address = alias.host_name != NULL ? alias.host_name : name;
	const char *port = *end != '\0' ? end
		: alias.port != 0	? pk_arena_printf(build->scratch, ":%u", alias.port)
					: "";
	bool colon = strchr(address, ':') != NULL;
	return pk_jumps_add(build, host,
		pk_arena_printf(build->scratch, "%s%s%s%s%s%s", user != NULL ? user : "",
			user != NULL ? "@" : "", colon ? "[" : "", address, colon ? "]" : "", port),
		host->span);
}

/* Puts what the ssh_config says of jump hosts into their place. */
static bool fill_jumps(struct pk_inventory_build *build, struct pk_host *host)
{
	const char *const *jumps = host->ssh.jumps.items;
	size_t count = host->ssh.jumps.len;
	host->ssh.jumps.items = NULL;
	host->ssh.jumps.len = host->ssh.jumps.cap = 0;
	for (size_t i = 0; i < count; i++) {
		if (!fill_jump(build, host, jumps[i], 0))
			return false;
	}
	return true;
}

bool pk_inventory_fill(struct pk_host *host, struct pk_inventory_build *build)
{
	struct pk_ssh_wish *ssh = &host->ssh;
	if (build->ssh_config != NULL && host->transport == PK_TRANSPORT_SSH &&
		!fill_alias(build, host))
		return false;
	if (host->address == NULL)
		host->address = host->name;
	if (host->port == 0)
		host->port = SSH_PORT;
	if (ssh->user == NULL)
		ssh->user = build->options->user;
	if (host->zone == NULL)
		host->zone = ssh->jumps.len == 0 ? "" : ssh->jumps.items[ssh->jumps.len - 1];
	if (build->ssh_config != NULL && !fill_jumps(build, host))
		return false;
	if (host->state_dir == NULL)
		host->state_dir = state_dir_of(host);
	if (host->install_dir == NULL)
		host->install_dir = "/opt/sysmon";
	return true;
}

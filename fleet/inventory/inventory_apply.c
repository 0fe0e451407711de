/* From wishes to a host: variables are replaced, values judged, contradictions found. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "fleet/inventory/inventory_paths.h"

enum {
	SERVICE_MAX = 80,
	DRIVER_MAX = 8,		 /* Sysmon facts, section 11: -d */
	LOG_LEAST = 1024 * 1024, /* of wevtutil: Windows keeps no smaller log */
	LOG_STEP = 64 * 1024,	 /* it rounds others */
};

struct applying {
	struct pk_host *host;
	struct pk_buf *canon;
	const struct pk_wishes *wishes;
	const struct pk_inventory_scope *scope;
	struct pk_inventory_build *build;
};

static const char *const transports[] = {"ssh", "local"};
static const char *const platforms[] = {"any", "linux", "windows"};
static const char *const becomes[] = {"auto", "sudo", "none"};
static const char *const states[] = {"present", "absent"};
static const char *const booleans[] = {"false", "true"};
static const char *const retentions[] = {"overwrite", "keep", "archive"};
static const char *const sensors[] = {"none", "sysmon", "sysmon-linux", "monster", "winlogbeat"};

/* --- reports --- */

static __attribute__((format(printf, 5, 6))) bool report_value(const struct applying *applying,
	enum pk_code code, const struct pk_node *node, const char *hint, const char *format, ...)
{
	struct pk_diags *diags = applying->build->diags;
	if (!pk_inventory_once(applying->build, code, node->span))
		return false;
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(applying->build->scratch, format, args);
	va_end(args);
	struct pk_diag *diag = pk_report(diags, code, node->span, "%s", message);
	if (hint != NULL)
		pk_diag_hint(diags, diag, "%s", hint);
	return false;
}

/* The number of `text` among `list`; false after a report. */
static bool choose(int *out, const struct applying *applying, const struct pk_node *node,
	const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal(text, list[i])) {
			*out = (int)i;
			return true;
		}
	}
	PK_BUF_AUTO hint = {0};
	pk_buf_puts(&hint, "write ");
	for (size_t i = 0; i < count; i++) {
		const char *comma = i == 0 ? "" : i + 1 == count ? " or " : ", ";
		pk_buf_printf(&hint, "%s'%s'", comma, list[i]);
	}
	return report_value(applying, PK_INVENTORY_VALUE, node, hint.data,
		"'%s' is none of the values that this can have", text);
}

/* --- one setting each --- */

typedef bool (*setter)(struct applying *applying, const struct pk_node *node, const char *text);

static bool set_address(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (*text == '-' || !pk_inventory_plain(text, PK_HOST_NAME_MAX, "_.:%-"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"give a name or an IP address; a port goes into 'port'",
			"'%s' is no address", text);
	applying->host->address = text;
	return true;
}

static bool set_port(struct applying *applying, const struct pk_node *node, const char *text)
{
	uint64_t port;
	if (!pk_text_parse_u64(&port, text) || port == 0 || port > UINT16_MAX)
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"give a number from 1 to 65535", "'%s' is no port", text);
	applying->host->port = (uint16_t)port;
	return true;
}

static bool set_transport(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (pk_text_equal(text, "winrm")) {
		return report_value(applying, PK_ANSIBLE_WINRM, node,
			"use OpenSSH for Windows and 'ssh'", "hosts cannot be reached by '%s' yet",
			text);
	}
	if (!choose(&which, applying, node, text, transports, PK_COUNT(transports)))
		return false;
	applying->host->transport = (enum pk_transport)which;
	return true;
}

static bool set_platform(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (!choose(&which, applying, node, text, platforms, PK_COUNT(platforms)))
		return false;
	applying->host->platform = (enum pk_host_platform)which;
	return true;
}

static bool set_user(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (*text == '-' || !pk_inventory_plain(text, 255, "_.\\@$+-"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"give the name somebody logs in with", "'%s' is no user", text);
	applying->host->ssh.user = text;
	return true;
}

static bool set_identity(struct applying *applying, const struct pk_node *node, const char *text)
{
	*pk_list_push(applying->build->arena, &applying->host->ssh.identity_files) =
		pk_inventory_path(applying->build, text, node->span);
	return true;
}

static bool set_certificate(struct applying *applying, const struct pk_node *node, const char *text)
{
	applying->host->ssh.certificate_file = pk_inventory_path(applying->build, text, node->span);
	return true;
}

static bool set_known_hosts(struct applying *applying, const struct pk_node *node, const char *text)
{
	*pk_list_push(applying->build->arena, &applying->host->ssh.known_hosts) =
		pk_inventory_path(applying->build, text, node->span);
	return true;
}

static bool set_host_key_alias(
	struct applying *applying, const struct pk_node *node, const char *text)
{
	if (*text == '-' || !pk_inventory_plain(text, PK_HOST_NAME_MAX, "_.:[]-"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"give the name that known_hosts has", "'%s' is no name of a host", text);
	applying->host->ssh.host_key_alias = text;
	return true;
}

static bool set_jump(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (pk_text_equal(text, "none")) {
		applying->host->ssh.direct = true;
		return true;
	}
	return pk_jumps_add(applying->build, applying->host, text, node->span);
}

static bool set_password_env(
	struct applying *applying, const struct pk_node *node, const char *text)
{
	if ((*text >= '0' && *text <= '9') || !pk_inventory_plain(text, 255, "_"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"give the name of a variable, never the password itself",
			"'password_env' is no name of an environment variable");
	applying->host->ssh.password_env = text;
	return true;
}

static bool set_password_file(
	struct applying *applying, const struct pk_node *node, const char *text)
{
	applying->host->ssh.password_file = pk_inventory_path(applying->build, text, node->span);
	return true;
}

static bool set_passphrase_file(
	struct applying *applying, const struct pk_node *node, const char *text)
{
	applying->host->ssh.passphrase_file = pk_inventory_path(applying->build, text, node->span);
	return true;
}

static bool set_become(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (!choose(&which, applying, node, text, becomes, PK_COUNT(becomes)))
		return false;
	applying->host->ssh.become = (enum pk_become)which;
	return true;
}

static bool set_zone(struct applying *applying, const struct pk_node *node, const char *text)
{
	(void)node;
	applying->host->zone = text;
	return true;
}

/* A folder on the host: commands name it, so that only plain characters are let through. */
static bool check_folder(
	const struct applying *applying, const struct pk_node *node, const char *text)
{
	bool windows = text[0] != '\0' && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
	bool plain = pk_inventory_plain(text, 200, windows ? "_.:\\/ ()-" : "_./+-");
	bool inside = strstr(text, "..") == NULL;
	if ((windows || text[0] == '/') && plain && inside)
		return true;
	return report_value(applying, PK_INVENTORY_VALUE, node,
		"give an absolute path of plain characters, as /var/lib/picket",
		"'%s' cannot be a folder on a host", text);
}

static bool set_state_dir(struct applying *applying, const struct pk_node *node, const char *text)
{
	applying->host->state_dir = text;
	return check_folder(applying, node, text);
}

static bool set_install_dir(struct applying *applying, const struct pk_node *node, const char *text)
{
	applying->host->install_dir = text;
	return check_folder(applying, node, text);
}

static bool set_kind(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (!choose(&which, applying, node, text, sensors, PK_COUNT(sensors)))
		return false;
	applying->host->sensor.kind = (enum pk_sensor)which;
	return true;
}

static bool set_state(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (!choose(&which, applying, node, text, states, PK_COUNT(states)))
		return false;
	applying->host->sensor.absent = which == 1;
	return true;
}

static bool set_feature(struct applying *applying, const struct pk_node *node, const char *text)
{
	int which;
	if (!choose(&which, applying, node, text, booleans, PK_COUNT(booleans)))
		return false;
	applying->host->sensor.feature = which == 1;
	return true;
}

static bool set_bundle(struct applying *applying, const struct pk_node *node, const char *text)
{
	const char *at = strchr(text, '@');
	if (at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
		*text == '.' || at[1] == '.' || !pk_inventory_plain(text, 255, "_.@+-"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"write NAME@VERSION, as sysmon@15.15", "'%s' is no bundle", text);
	applying->host->sensor.bundle = text;
	applying->host->sensor.bundle_span = node->span;
	return true;
}

static bool set_service(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (!pk_inventory_plain(text, SERVICE_MAX, "_.-") || *text == '.' || *text == '-')
		return report_value(applying, PK_INVENTORY_SERVICE, node,
			"use up to 80 letters, digits, '.', '_' and '-'",
			"'%s' cannot be the name of a service", text);
	applying->host->sensor.service = text;
	return true;
}

static bool set_driver(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (!pk_inventory_plain(text, DRIVER_MAX, "_.-") || *text == '.' || *text == '-')
		return report_value(applying, PK_INVENTORY_SERVICE, node,
			"use up to 8 letters, digits, '.', '_' and '-'; Sysmon takes no longer one",
			"'%s' cannot be the name of a driver", text);
	applying->host->sensor.driver = text;
	return true;
}

static bool set_config(struct applying *applying, const struct pk_node *node, const char *text)
{
	const char *beside = pk_inventory_path(applying->build, text, node->span);
	/* A shipped ruleset and a file of a git revision are no files beside the inventory. */
	applying->host->sensor.config = pk_file_exists(beside) ? beside : text;
	applying->host->sensor.config_span = node->span;
	return true;
}

static bool set_profile(struct applying *applying, const struct pk_node *node, const char *text)
{
	(void)node;
	applying->host->sensor.profile = text;
	return true;
}

static bool set_schema(struct applying *applying, const struct pk_node *node, const char *text)
{
	(void)node;
	applying->host->sensor.schema = text;
	return true;
}

static const setter setters[] = {
	[PK_SET_ADDRESS] = set_address,
	[PK_SET_PORT] = set_port,
	[PK_SET_TRANSPORT] = set_transport,
	[PK_SET_PLATFORM] = set_platform,
	[PK_SET_USER] = set_user,
	[PK_SET_IDENTITY] = set_identity,
	[PK_SET_CERTIFICATE] = set_certificate,
	[PK_SET_KNOWN_HOSTS] = set_known_hosts,
	[PK_SET_HOST_KEY_ALIAS] = set_host_key_alias,
	[PK_SET_JUMP] = set_jump,
	[PK_SET_PASSWORD_ENV] = set_password_env,
	[PK_SET_PASSWORD_FILE] = set_password_file,
	[PK_SET_PASSPHRASE_FILE] = set_passphrase_file,
	[PK_SET_BECOME] = set_become,
	[PK_SET_ZONE] = set_zone,
	[PK_SET_STATE_DIR] = set_state_dir,
	[PK_SET_INSTALL_DIR] = set_install_dir,
	[PK_SET_KIND] = set_kind,
	[PK_SET_STATE] = set_state,
	[PK_SET_FEATURE] = set_feature,
	[PK_SET_BUNDLE] = set_bundle,
	[PK_SET_SERVICE] = set_service,
	[PK_SET_DRIVER] = set_driver,
	[PK_SET_CONFIG] = set_config,
	[PK_SET_PROFILE] = set_profile,
	[PK_SET_SCHEMA] = set_schema,
};

static bool apply_scalar(
	struct applying *applying, enum pk_setting setting, const struct pk_node *node)
{
	const char *text = pk_inventory_expand(applying->scope, node);
	if (text == NULL)
		return false;
	if (*text == '\0' && setting != PK_SET_ZONE)
		return report_value(applying, PK_INVENTORY_VALUE, node, "give it a value",
			"'%s' is empty", pk_setting_key(setting));
	/* Where a host is reached is not in the digest of what it has in common with others. */
	if (setting != PK_SET_ADDRESS && setting != PK_SET_PORT) {
		pk_buf_printf(applying->canon, "%s=", pk_setting_key(setting));
		pk_json_put_string(applying->canon, text);
		pk_buf_putc(applying->canon, '\n');
	}
	return setters[setting](applying, node, text);
}

static bool apply_setting(
	struct applying *applying, enum pk_setting setting, const struct pk_node *node)
{
	if (node->kind != PK_NODE_LIST)
		return apply_scalar(applying, setting, node);
	bool good = true;
	if (node->items.len == 0) {
		pk_buf_printf(applying->canon, "%s=none\n", pk_setting_key(setting));
		applying->host->ssh.direct = setting == PK_SET_JUMP;
	}
	for (size_t i = 0; i < node->items.len; i++)
		good = apply_scalar(applying, setting, node->items.items[i]) && good;
	return good;
}

/* --- logs --- */

static bool apply_size(
	struct applying *applying, struct pk_log_wish *log, const struct pk_node *node)
{
	const char *text = pk_inventory_expand(applying->scope, node);
	if (text == NULL)
		return false;
	if (!pk_size_parse(&log->bytes, text) || log->bytes == 0)
		return report_value(applying, PK_INVENTORY_SIZE, node,
			"write bytes, or a number with KiB, MiB or GiB", "'%s' is no size", text);
	if (pk_text_equal(log->name, "journal"))
		return true;
	if (log->bytes < LOG_LEAST)
		return report_value(applying, PK_INVENTORY_SIZE, node, "write 1MiB or more",
			"'%s' is less than an event log of Windows has", text);
	if (log->bytes % LOG_STEP == 0)
		return true;
	const char *hint = pk_arena_printf(applying->build->scratch, "write %llu",
		(unsigned long long)((log->bytes / LOG_STEP + 1) * LOG_STEP));
	return report_value(applying, PK_INVENTORY_SIZE, node, hint,
		"'%s' is no multiple of 64 KiB, as an event log of Windows must be", text);
}

static bool apply_access(
	struct applying *applying, struct pk_log_wish *log, const struct pk_node *node)
{
	const char *text = pk_inventory_expand(applying->scope, node);
	if (text == NULL)
		return false;
	/* It becomes a part of a command: SDDL needs no other characters. */
	if (strchr("OGDS", text[0]) == NULL || text[0] == '\0' || text[1] != ':' ||
		!pk_inventory_plain(text, PK_INVENTORY_TEXT_MAX, ":;()_-"))
		return report_value(applying, PK_INVENTORY_VALUE, node,
			"write it as 'wevtutil gl' shows channelAccess: "
			"O:BAG:SYD:(A;;0x1;;;S-1-5-32-573)",
			"'%s' is no security descriptor", text);
	log->access = text;
	return true;
}

static bool apply_retention(
	struct applying *applying, struct pk_log_wish *log, const struct pk_node *node)
{
	int which = -1;
	const char *text = pk_inventory_expand(applying->scope, node);
	if (text == NULL || !choose(&which, applying, node, text, retentions, PK_COUNT(retentions)))
		return false;
	log->retention = (enum pk_retention)(which + PK_RETENTION_OVERWRITE);
	return true;
}

static bool apply_log(struct applying *applying, const struct pk_log_nodes *nodes)
{
	struct pk_log_wish log = {.name = nodes->name, .span = nodes->span};
	bool good = nodes->size == NULL || apply_size(applying, &log, nodes->size);
	good = (nodes->access == NULL || apply_access(applying, &log, nodes->access)) && good;
	good = (nodes->retention == NULL || apply_retention(applying, &log, nodes->retention)) &&
		good;
	if (!good)
		return false;
	*pk_list_push(applying->build->arena, &applying->host->logs) = log;
	return true;
}

static int by_log_name(const void *a, const void *b)
{
	return strcmp(((const struct pk_log_wish *)a)->name, ((const struct pk_log_wish *)b)->name);
}

/* Sorted, so that the order of keys means nothing. */
static bool apply_logs(struct applying *applying)
{
	bool good = true;
	for (size_t i = 0; i < applying->wishes->logs.len; i++)
		good = apply_log(applying, &applying->wishes->logs.items[i]) && good;
	struct pk_host *host = applying->host;
	if (host->logs.len > 1)
		qsort(host->logs.items, host->logs.len, sizeof(*host->logs.items), by_log_name);
	for (size_t i = 0; i < host->logs.len; i++) {
		const struct pk_log_wish *log = &host->logs.items[i];
		pk_buf_puts(applying->canon, "log ");
		pk_json_put_string(applying->canon, log->name);
		pk_buf_printf(applying->canon, " %llu %s %s\n", (unsigned long long)log->bytes,
			pk_retention_name(log->retention), log->access == NULL ? "" : log->access);
	}
	return good;
}

/* --- tags and variables --- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_tag(struct applying *applying, const struct pk_node *node, const char *text)
{
	if (!pk_inventory_plain(text, PK_HOST_NAME_MAX, "_.:=/-"))
		return report_value(applying, PK_INVENTORY_NAME, node,
			"use letters, digits, '.', '_', '-', ':', '=' and '/'",
			"'%s' cannot be a tag", text);
	for (size_t i = 0; i < applying->host->tags.len; i++) {
		if (pk_text_equal(applying->host->tags.items[i], text))
			return true;
	}
	*pk_list_push(applying->build->arena, &applying->host->tags) = text;
	return true;
}

/* A text may be several tags with commas between them, as Ansible's INI needs. */
static bool add_tags(struct applying *applying, const struct pk_node *node)
{
	const char *text = pk_inventory_expand(applying->scope, node);
	bool good = text != NULL;
	while (text != NULL) {
		const char *end = strchrnul(text, ',');
		const char *last = end;
		text += strspn(text, " ");
		while (last > text && last[-1] == ' ')
			last--;
		good = add_tag(applying, node,
			       pk_arena_strndup(
				       applying->build->arena, text, (size_t)(last - text))) &&
			good;
		text = *end == '\0' ? NULL : end + 1;
	}
	return good;
}

static bool apply_tags(struct applying *applying)
{
	struct pk_host *host = applying->host;
	bool good = true;
	for (size_t i = 0; i < applying->wishes->tags.len; i++)
		good = add_tags(applying, applying->wishes->tags.items[i]) && good;
	if (host->tags.len > 1)
		qsort(host->tags.items, host->tags.len, sizeof(*host->tags.items), by_text);
	for (size_t i = 0; i < host->tags.len; i++)
		pk_buf_printf(applying->canon, "tag %s\n", host->tags.items[i]);
	return good;
}

static bool apply_vars(struct applying *applying)
{
	const struct pk_map *vars = &applying->wishes->vars;
	struct pk_arena *arena = applying->build->arena;
	PK_LIST(const char *) names = {0};
	for (size_t i = 0; i < vars->cap; i++) {
		if (vars->slots[i].key != NULL)
			*pk_list_push(applying->build->scratch, &names) = vars->slots[i].key;
	}
	if (names.len > 1)
		qsort(names.items, names.len, sizeof(*names.items), by_text);
	bool good = true;
	for (size_t i = 0; i < names.len; i++) {
		const struct pk_node *node = pk_map_find(vars, names.items[i]);
		const char *text = pk_inventory_expand(applying->scope, node);
		if (text == NULL) {
			good = false;
			continue;
		}
		const char *name = pk_arena_strdup(arena, names.items[i]);
		pk_map_set(arena, &applying->host->vars, name, (void *)(uintptr_t)text);
		pk_buf_printf(applying->canon, "var %s=", name);
		pk_json_put_string(applying->canon, text);
		pk_buf_putc(applying->canon, '\n');
	}
	return good;
}

/* --- the whole --- */

bool pk_inventory_apply(struct pk_host *out, struct pk_buf *canon, const struct pk_wishes *wishes,
	const struct pk_inventory_scope *scope)
{
	struct applying applying = {
		.host = out,
		.canon = canon,
		.wishes = wishes,
		.scope = scope,
		.build = scope->build,
	};
	bool good = true;
	for (size_t i = 0; i < PK_SETTINGS; i++) {
		const struct pk_node *node = wishes->values[i];
		if (node != NULL)
			good = apply_setting(&applying, (enum pk_setting)i, node) && good;
	}
	good = apply_logs(&applying) && good;
	good = apply_tags(&applying) && good;
	good = apply_vars(&applying) && good;
	return good && pk_sensor_wish_check(out, wishes, scope->build);
}

#include "fleet/inventory/inventory_paths.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

const char *pk_inventory_path(
	struct pk_inventory_build *build, const char *text, struct pk_span span)
{
	const char *home = build->options->home;
	if (home != NULL && pk_text_equal(text, "~"))
		return home;
	if (home != NULL && pk_text_starts(text, "~/"))
		return pk_arena_printf(build->arena, "%s%s", home, text + 1);
	if (span.source == NULL || *text == '/' || *text == '~')
		return text;
	return pk_file_beside(build->arena, span.source->path, text);
}

/* --- jump hosts --- */

static bool is_port(const char *text)
{
	uint64_t port;
	return pk_text_parse_u64(&port, text) && port > 0 && port <= UINT16_MAX;
}

/* [user@]host[:port], where a host with ':' stands in brackets. */
static bool is_jump(struct pk_arena *scratch, const char *text)
{
	const char *at = strrchr(text, '@');
	const char *host = at == NULL ? text : at + 1;
	if (at != NULL &&
		(*text == '-' ||
			!pk_inventory_plain(pk_arena_strndup(scratch, text, (size_t)(at - text)),
				255, "_.\\@+-")))
		return false;
	const char *end = *host == '[' ? strchr(host, ']') : strchrnul(host, ':');
	if (end == NULL)
		return false;
	const char *behind = *end == ']' ? end + 1 : end;
	if (*behind != '\0' && (*behind != ':' || !is_port(behind + 1)))
		return false;
	if (*host == '[')
		host++;
	return *host != '-' &&
		pk_inventory_plain(pk_arena_strndup(scratch, host, (size_t)(end - host)),
			PK_HOST_NAME_MAX, *end == ']' ? "_.:%-" : "_.-");
}

static __attribute__((format(printf, 3, 4))) bool report_jump(
	struct pk_inventory_build *build, struct pk_span span, const char *format, ...)
{
	if (!pk_inventory_once(build, PK_JUMP_HOST, span))
		return false;
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(build->scratch, format, args);
	va_end(args);
	struct pk_diag *diag = pk_report(build->diags, PK_JUMP_HOST, span, "%s", message);
	pk_diag_hint(build->diags, diag, "write [user@]host[:port], with commas between several");
	return false;
}

bool pk_jumps_add(struct pk_inventory_build *build, struct pk_host *host, const char *text,
	struct pk_span span)
{
	while (text != NULL) {
		const char *end = strchrnul(text, ',');
		const char *jump = pk_arena_strndup(build->arena, text, (size_t)(end - text));
		if (pk_text_starts(jump, "ssh://"))
			jump += strlen("ssh://");
		if (!is_jump(build->scratch, jump))
			return report_jump(build, span, "'%s' is no jump host", jump);
		if (host->ssh.jumps.len == PK_INVENTORY_DEPTH)
			return report_jump(build, span, "too many jump hosts before '%s'", jump);
		*pk_list_push(build->arena, &host->ssh.jumps) = jump;
		text = *end == '\0' ? NULL : end + 1;
	}
	return true;
}

/* --- sensors --- */

static __attribute__((format(printf, 4, 5))) bool report_sensor(struct pk_inventory_build *build,
	const struct pk_node *node, const char *hint, const char *format, ...)
{
	if (!pk_inventory_once(build, PK_INVENTORY_SENSOR, node->span))
		return false;
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(build->scratch, format, args);
	va_end(args);
	struct pk_diag *diag =
		pk_report(build->diags, PK_INVENTORY_SENSOR, node->span, "%s", message);
	pk_diag_hint(build->diags, diag, "%s", hint);
	return false;
}

static enum pk_host_platform platform_of(enum pk_sensor sensor)
{
	return sensor == PK_SENSOR_SYSMON_LINUX ? PK_HOST_LINUX : PK_HOST_WINDOWS;
}

static bool check_platform(
	struct pk_host *host, const struct pk_node *kind, struct pk_inventory_build *build)
{
	enum pk_host_platform wanted = platform_of(host->sensor.kind);
	if (host->platform == PK_HOST_ANY && host->transport == PK_TRANSPORT_SSH)
		host->platform = wanted;
	/* This machine may be asked to play any part: it is said what it is. */
	if (host->platform == wanted || host->platform == PK_HOST_ANY)
		return true;
	return report_sensor(build, kind,
		wanted == PK_HOST_LINUX ? "write 'sysmon' for Windows"
					: "write 'sysmon-linux' for Linux",
		"sensor '%s' does not run on the platform of the host",
		pk_sensor_name(host->sensor.kind));
}

/* Windows' own Sysmon has its names and its program already. */
static bool check_feature(const struct pk_host *host, const struct pk_wishes *wishes,
	struct pk_inventory_build *build)
{
	static const enum pk_setting others[] = {PK_SET_BUNDLE, PK_SET_SERVICE, PK_SET_DRIVER};
	const struct pk_node *feature = wishes->values[PK_SET_FEATURE];
	if (!host->sensor.feature)
		return true;
	if (host->sensor.kind != PK_SENSOR_SYSMON)
		return report_sensor(build, feature, "take it away",
			"'%s' is no feature of Windows", pk_sensor_name(host->sensor.kind));
	for (size_t i = 0; i < PK_COUNT(others); i++) {
		if (wishes->values[others[i]] != NULL)
			return report_sensor(build, wishes->values[others[i]],
				"take it or 'feature' away",
				"Windows' own Sysmon cannot have a '%s'",
				pk_setting_key(others[i]));
	}
	return true;
}

/* What is said of a sensor where there is none. */
static bool check_none(const struct pk_wishes *wishes, struct pk_inventory_build *build)
{
	for (size_t i = 0; i < PK_SETTINGS; i++) {
		if (i == PK_SET_KIND || wishes->values[i] == NULL ||
			!pk_setting_of_sensor((enum pk_setting)i))
			continue;
		return report_sensor(build, wishes->values[i],
			"say which with 'kind': " PK_SENSOR_CHOICES, "'%s' is given, but no sensor",
			pk_setting_key((enum pk_setting)i));
	}
	return true;
}

bool pk_sensor_wish_check(
	struct pk_host *host, const struct pk_wishes *wishes, struct pk_inventory_build *build)
{
	static const enum pk_setting names[] = {PK_SET_SERVICE, PK_SET_DRIVER};
	static const enum pk_setting compiled[] = {PK_SET_PROFILE, PK_SET_SCHEMA};
	struct pk_sensor_wish *sensor = &host->sensor;
	if (sensor->kind == PK_SENSOR_NONE)
		return check_none(wishes, build);
	if (!check_platform(host, wishes->values[PK_SET_KIND], build) ||
		!check_feature(host, wishes, build))
		return false;
	for (size_t i = 0; i < PK_COUNT(names); i++) {
		if (wishes->values[names[i]] != NULL && sensor->kind != PK_SENSOR_SYSMON)
			return report_sensor(build, wishes->values[names[i]], "take it away",
				"only Sysmon on Windows runs under another name: '%s'",
				pk_setting_key(names[i]));
	}
	for (size_t i = 0; i < PK_COUNT(compiled); i++) {
		if (wishes->values[compiled[i]] != NULL && sensor->kind == PK_SENSOR_WINLOGBEAT)
			return report_sensor(build, wishes->values[compiled[i]], "take it away",
				"the configuration of Winlogbeat is not compiled: '%s'",
				pk_setting_key(compiled[i]));
	}
	if (sensor->absent) {
		sensor->config = NULL;
		sensor->profile = NULL;
		sensor->schema = NULL;
	}
	return true;
}

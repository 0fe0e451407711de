/*
 * Facts as JSON, for the store. A member is a row; what is unknown has none.
 */
#include "fleet/host/facts.h"

#include <stddef.h>

#include "base/text.h"

enum member_kind {
	MEMBER_TEXT,
	MEMBER_FACT,
	MEMBER_U64,
	MEMBER_I64, /* -1 is unknown */
	MEMBER_BOOL,
};

struct member {
	enum member_kind kind;
	const char *name;
	size_t offset;
};

static const struct member members[] = {
	{MEMBER_TEXT, "system", offsetof(struct pk_facts, system)},
	{MEMBER_TEXT, "arch", offsetof(struct pk_facts, arch)},
	{MEMBER_TEXT, "shell", offsetof(struct pk_facts, shell)},
	{MEMBER_FACT, "elevated", offsetof(struct pk_facts, elevated)},
	{MEMBER_FACT, "present", offsetof(struct pk_facts, present)},
	{MEMBER_FACT, "running", offsetof(struct pk_facts, running)},
	{MEMBER_TEXT, "version", offsetof(struct pk_facts, version)},
	{MEMBER_TEXT, "service", offsetof(struct pk_facts, service)},
	{MEMBER_TEXT, "driver", offsetof(struct pk_facts, driver)},
	{MEMBER_TEXT, "image", offsetof(struct pk_facts, image)},
	{MEMBER_TEXT, "config_hash", offsetof(struct pk_facts, config_hash)},
	{MEMBER_TEXT, "config_file", offsetof(struct pk_facts, config_file)},
	{MEMBER_TEXT, "config", offsetof(struct pk_facts, config)},
	{MEMBER_TEXT, "rules", offsetof(struct pk_facts, rules)},
	{MEMBER_U64, "events", offsetof(struct pk_facts, events)},
	{MEMBER_I64, "event_age_ms", offsetof(struct pk_facts, event_age_ms)},
	{MEMBER_U64, "errors", offsetof(struct pk_facts, errors)},
	{MEMBER_TEXT, "error", offsetof(struct pk_facts, error)},
	{MEMBER_TEXT, "trouble", offsetof(struct pk_facts, trouble)},
};

static const struct member record_members[] = {
	{MEMBER_BOOL, "open", offsetof(struct pk_host_record, open)},
	{MEMBER_TEXT, "rollout", offsetof(struct pk_host_record, rollout)},
	{MEMBER_U64, "sequence", offsetof(struct pk_host_record, sequence)},
	{MEMBER_TEXT, "config", offsetof(struct pk_host_record, config)},
	{MEMBER_TEXT, "rules", offsetof(struct pk_host_record, rules)},
	{MEMBER_TEXT, "previous", offsetof(struct pk_host_record, previous)},
	{MEMBER_TEXT, "bundle", offsetof(struct pk_host_record, bundle)},
	{MEMBER_U64, "applied", offsetof(struct pk_host_record, applied)},
	{MEMBER_U64, "time_ms", offsetof(struct pk_host_record, time_ms)},
};

static const struct member log_members[] = {
	{MEMBER_TEXT, "name", offsetof(struct pk_log_facts, name)},
	{MEMBER_FACT, "enabled", offsetof(struct pk_log_facts, enabled)},
	{MEMBER_U64, "bytes", offsetof(struct pk_log_facts, bytes)},
	{MEMBER_TEXT, "access", offsetof(struct pk_log_facts, access)},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put_name(struct pk_buf *out, const char *name)
{
	if (out->data[out->len - 1] != '{')
		pk_buf_putc(out, ',');
	pk_json_put_string(out, name);
	pk_buf_putc(out, ':');
}

static void put_fact(struct pk_buf *out, const char *name, enum pk_fact fact)
{
	if (fact == PK_FACT_UNKNOWN)
		return;
	put_name(out, name);
	pk_buf_puts(out, fact == PK_FACT_YES ? "true" : "false");
}

static void put_member(struct pk_buf *out, const struct member *member, const void *object)
{
	const char *at = (const char *)object + member->offset;
	switch (member->kind) {
	case MEMBER_TEXT:
		if (*(const char *const *)(const void *)at != NULL) {
			put_name(out, member->name);
			pk_json_put_string(out, *(const char *const *)(const void *)at);
		}
		break;
	case MEMBER_FACT:
		put_fact(out, member->name, *(const enum pk_fact *)(const void *)at);
		break;
	case MEMBER_U64:
		if (*(const uint64_t *)(const void *)at != 0) {
			put_name(out, member->name);
			pk_buf_printf(out, "%llu",
				(unsigned long long)*(const uint64_t *)(const void *)at);
		}
		break;
	case MEMBER_I64:
		if (*(const int64_t *)(const void *)at >= 0) {
			put_name(out, member->name);
			pk_buf_printf(out, "%lld", (long long)*(const int64_t *)(const void *)at);
		}
		break;
	case MEMBER_BOOL:
		if (*(const bool *)(const void *)at) {
			put_name(out, member->name);
			pk_buf_puts(out, "true");
		}
		break;
	}
}

static void put_members(
	struct pk_buf *out, const struct member *rows, size_t count, const void *object)
{
	for (size_t i = 0; i < count; i++)
		put_member(out, &rows[i], object);
}

void pk_facts_put_json(struct pk_buf *out, const struct pk_facts *facts)
{
	pk_buf_putc(out, '{');
	put_name(out, "platform");
	pk_json_put_string(out, pk_host_platform_name(facts->platform));
	put_name(out, "sensor");
	pk_json_put_string(out, pk_sensor_name(facts->sensor));
	put_members(out, members, COUNT(members), facts);
	if (facts->logs.len > 0) {
		put_name(out, "logs");
		pk_buf_putc(out, '[');
		for (size_t i = 0; i < facts->logs.len; i++) {
			const struct pk_log_facts *log = &facts->logs.items[i];
			pk_buf_puts(out, i > 0 ? ",{" : "{");
			put_members(out, log_members, COUNT(log_members), log);
			if (log->retention != PK_RETENTION_UNSET) {
				put_name(out, "retention");
				pk_json_put_string(out, pk_retention_name(log->retention));
			}
			pk_buf_putc(out, '}');
		}
		pk_buf_putc(out, ']');
	}
	if (facts->record.present) {
		put_name(out, "record");
		pk_buf_putc(out, '{');
		put_members(out, record_members, COUNT(record_members), &facts->record);
		pk_buf_putc(out, '}');
	}
	pk_buf_putc(out, '}');
}

static bool read_fact(
	enum pk_fact *out, const struct pk_node *node, const char *name, struct pk_diags *diags)
{
	bool value = false;
	if (pk_node_find(node, name) == NULL)
		return true;
	if (!pk_node_get_bool(&value, node, name, diags))
		return false;
	*out = value ? PK_FACT_YES : PK_FACT_NO;
	return true;
}

static bool read_member(struct pk_arena *arena, const struct member *member, void *object,
	const struct pk_node *node, struct pk_diags *diags)
{
	void *at = (char *)object + member->offset;
	const char *text = NULL;
	uint64_t number = 0;
	switch (member->kind) {
	case MEMBER_TEXT:
		if (!pk_node_get_text(&text, node, member->name, diags))
			return false;
		if (text != NULL)
			*(const char **)at = pk_arena_strdup(arena, text);
		return true;
	case MEMBER_FACT:
		return read_fact(at, node, member->name, diags);
	case MEMBER_U64:
		return pk_node_get_u64(at, node, member->name, diags);
	case MEMBER_I64:
		if (pk_node_find(node, member->name) == NULL) {
			*(int64_t *)at = -1;
			return true;
		}
		if (!pk_node_get_u64(&number, node, member->name, diags))
			return false;
		*(int64_t *)at = number <= INT64_MAX ? (int64_t)number : INT64_MAX;
		return true;
	case MEMBER_BOOL:
		return pk_node_get_bool(at, node, member->name, diags);
	}
	return true;
}

static bool read_members(struct pk_arena *arena, const struct member *rows, size_t count,
	void *object, const struct pk_node *node, struct pk_diags *diags)
{
	if (!pk_node_expect(node, PK_NODE_MAP, "this", diags))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_member(arena, &rows[i], object, node, diags))
			return false;
	return true;
}

/* The value of `name` as one of the names of an enum, from 0 on; true also if it is absent. */
static bool read_name(int *out, const struct pk_node *node, const char *name,
	const char *(*name_of)(int value), int count, struct pk_diags *diags)
{
	const char *text = NULL;
	if (!pk_node_get_text(&text, node, name, diags))
		return false;
	for (int i = 0; text != NULL && i < count; i++) {
		if (pk_text_equal(name_of(i), text)) {
			*out = i;
			return true;
		}
	}
	if (text != NULL)
		pk_report(diags, PK_FACTS_JSON, pk_node_find(node, name)->span,
			"%s '%.100s' is not known", name, text);
	return text == NULL;
}

static const char *platform_name(int value)
{
	return pk_host_platform_name((enum pk_host_platform)value);
}

static const char *sensor_name(int value)
{
	return pk_sensor_name((enum pk_sensor)value);
}

static const char *retention_name(int value)
{
	return pk_retention_name((enum pk_retention)value);
}

static bool read_log(struct pk_log_facts *out, struct pk_arena *arena, const struct pk_node *node,
	struct pk_diags *diags)
{
	int retention = PK_RETENTION_UNSET;
	if (!read_members(arena, log_members, COUNT(log_members), out, node, diags) ||
		!read_name(&retention, node, "retention", retention_name, PK_RETENTION_ARCHIVE + 1,
			diags))
		return false;
	if (out->name == NULL) {
		pk_report(diags, PK_FACTS_JSON, node->span, "a log has no name");
		return false;
	}
	out->retention = (enum pk_retention)retention;
	return true;
}

bool pk_facts_read_json(struct pk_facts *out, struct pk_arena *arena, const struct pk_node *node,
	struct pk_diags *diags)
{
	struct pk_facts facts = {0};
	int platform = PK_HOST_ANY;
	int sensor = PK_SENSOR_NONE;
	const struct pk_node *logs = NULL;
	const struct pk_node *record = NULL;
	if (!read_members(arena, members, COUNT(members), &facts, node, diags) ||
		!read_name(
			&platform, node, "platform", platform_name, PK_HOST_WINDOWS + 1, diags) ||
		!read_name(&sensor, node, "sensor", sensor_name, PK_SENSORS, diags) ||
		!pk_node_get_list(&logs, node, "logs", diags) ||
		!pk_node_get_map(&record, node, "record", diags))
		return false;
	facts.platform = (enum pk_host_platform)platform;
	facts.sensor = (enum pk_sensor)sensor;
	for (size_t i = 0; logs != NULL && i < logs->items.len; i++)
		if (!read_log(pk_list_push(arena, &facts.logs), arena, logs->items.items[i], diags))
			return false;
	if (record != NULL) {
		if (!read_members(arena, record_members, COUNT(record_members), &facts.record,
			    record, diags))
			return false;
		facts.record.present = facts.record.rollout != NULL;
	}
	*out = facts;
	return true;
}

/* Views of the tables in schema/ for one platform and version. */
#include "generators/schema/schema.h"

#include <string.h>

#include "base/text.h"

enum table_platform {
	EVERYWHERE,
	WINDOWS_ONLY,
	LINUX_ONLY,
};

enum event_flags {
	PLAIN,
	LOGGED,
	HIDDEN,
};

/* A row of events.def: an event, or (tag and title NULL, id 0) a field of the event above. */
struct event_row {
	enum table_platform platform;
	uint32_t id;
	const char *tag;
	const char *title;
	const char *field;
	unsigned since;
	unsigned until;
	enum event_flags flags;
};

static const struct event_row event_rows[] = {
#define PK_EVENT(platform, id, tag, title, since, until, flags)                                    \
	{platform, id, tag, title, NULL, since, until, flags},
#define PK_FIELD(name, since, until) {EVERYWHERE, 0, NULL, NULL, name, since, until, PLAIN},
#include "generators/schema/events.def"
#undef PK_EVENT
#undef PK_FIELD
};

struct entry_row {
	struct pk_entry_info info;
	unsigned since;
	unsigned until;
};

static const struct entry_row entry_rows[] = {
#define EMPTY PK_ENTRY_EMPTY
#define TEXT PK_ENTRY_TEXT
#define PK_ENTRY(name, argument, switch_name, since, until)                                        \
	{{name, argument, switch_name}, since, until},
#include "generators/schema/entries.def"
#undef PK_ENTRY
#undef EMPTY
#undef TEXT
};

#define ROW_VERSION(version) PK_VERSION((version) / 100, (version) % 100)

/* A list for each platform: Linux skips some versions in the middle. */
static const struct pk_schema_version windows_versions[] = {
#define PK_SCHEMA(platform, version, major, minor, releases)                                       \
	{ROW_VERSION(version), PK_VERSION(major, minor), releases},
#include "generators/schema/versions.def"
#undef PK_SCHEMA
};

static const struct pk_schema_version linux_versions[] = {
#define EVERYWHERE_SCHEMA(version, major, minor, releases)                                         \
	{ROW_VERSION(version), PK_VERSION(major, minor), releases},
#define WINDOWS_ONLY_SCHEMA(version, major, minor, releases)
#define PK_SCHEMA(platform, version, major, minor, releases)                                       \
	platform##_SCHEMA(version, major, minor, releases)
#include "generators/schema/versions.def"
#undef PK_SCHEMA
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

const struct pk_schema_version *pk_schema_versions(enum pk_platform platform, size_t *count_out)
{
	switch (platform) {
	case PK_WINDOWS:
		*count_out = COUNT(windows_versions);
		return windows_versions;
	case PK_LINUX:
		*count_out = COUNT(linux_versions);
		return linux_versions;
	}
	__builtin_unreachable();
}

uint32_t pk_schema_newest(enum pk_platform platform)
{
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(platform, &count);
	return versions[count - 1].version;
}

static bool on_platform(enum table_platform wanted, enum pk_platform platform)
{
	switch (wanted) {
	case EVERYWHERE:
		return true;
	case WINDOWS_ONLY:
		return platform == PK_WINDOWS;
	case LINUX_ONLY:
		return platform == PK_LINUX;
	}
	__builtin_unreachable();
}

static unsigned row_number(uint32_t version)
{
	return (version >> 16) * 100 + (version & 0xffff);
}

static void add_events(struct pk_arena *arena, struct pk_schema *schema)
{
	unsigned version = row_number(schema->version);
	struct pk_event *event = NULL;

	for (size_t i = 0; i < COUNT(event_rows); i++) {
		const struct event_row *row = &event_rows[i];
		bool present = version >= row->since && version <= row->until &&
			on_platform(row->platform, schema->platform);
		if (row->field != NULL) {
			if (event != NULL && present)
				event->fields[event->field_count++] = row->field;
			continue;
		}
		event = NULL;
		if (!present)
			continue;
		event = pk_list_push(arena, &schema->events);
		event->id = row->id;
		event->tag = row->tag;
		event->title = row->title;
		event->logged_by_default = row->flags == LOGGED;
		event->hidden = row->flags == HIDDEN;
	}
}

static void index_events(struct pk_arena *arena, struct pk_schema *schema)
{
	for (size_t i = 0; i < schema->events.len; i++) {
		struct pk_event *event = &schema->events.items[i];
		if (event->tag == NULL)
			continue;
		if (pk_map_find(&schema->tags, event->tag) == NULL)
			pk_map_set(arena, &schema->tags, event->tag, event);
		for (size_t f = 0; f < event->field_count; f++)
			pk_map_set(arena, &schema->fields, event->fields[f], event);
	}
}

const struct pk_schema *pk_schema_make(
	struct pk_arena *arena, enum pk_platform platform, uint32_t version)
{
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(platform, &count);

	for (size_t i = 0; i < count; i++) {
		if (versions[i].version != version)
			continue;
		struct pk_schema *schema = PK_NEW(arena, struct pk_schema);
		schema->version = version;
		schema->binary_version = versions[i].binary_version;
		schema->platform = platform;
		add_events(arena, schema);
		index_events(arena, schema);
		for (size_t e = 0; e < COUNT(entry_rows); e++) {
			unsigned number = row_number(version);
			if (number >= entry_rows[e].since && number <= entry_rows[e].until)
				*pk_list_push(arena, &schema->entries) = entry_rows[e].info;
		}
		return schema;
	}
	return NULL;
}

uint32_t pk_schema_applied(enum pk_platform platform, uint32_t parser, uint32_t file)
{
	if (file == parser)
		return parser;

	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(platform, &count);
	uint32_t applied = 0;
	for (size_t i = 0; i < count; i++) {
		if (versions[i].version < parser && versions[i].version <= file)
			applied = versions[i].version;
	}
	return applied;
}

bool pk_schema_parse_version(uint32_t *out, const char *text)
{
	const char *dot = strchr(text, '.');
	if (dot == NULL || dot == text || dot - text > 5)
		return false;

	size_t digits = strlen(dot + 1);
	if (digits < 1 || digits > 2)
		return false;
	char major[8] = "";
	memcpy(major, text, (size_t)(dot - text));
	uint64_t high;
	uint64_t low;
	if (!pk_text_parse_u64(&high, major) || !pk_text_parse_u64(&low, dot + 1) || high > 0xffff)
		return false;
	*out = PK_VERSION(high, digits == 1 ? low * 10 : low);
	return true;
}

const char *pk_schema_version_text(struct pk_arena *arena, uint32_t version)
{
	return pk_arena_printf(arena, "%u.%02u", version >> 16, version & 0xffff);
}

const struct pk_event *pk_schema_find_tag(const struct pk_schema *schema, const char *tag)
{
	return pk_map_find(&schema->tags, tag);
}

size_t pk_schema_family(const struct pk_schema *schema, const struct pk_event *first)
{
	const struct pk_event *end = schema->events.items + schema->events.len;
	const struct pk_event *event = first;
	while (event < end && event->tag != NULL && strcmp(event->tag, first->tag) == 0)
		event++;
	return (size_t)(event - first);
}

const struct pk_event *pk_schema_find_id(const struct pk_schema *schema, uint32_t id)
{
	for (size_t i = 0; i < schema->events.len; i++) {
		if (schema->events.items[i].id == id)
			return &schema->events.items[i];
	}
	return NULL;
}

int pk_event_field(const struct pk_event *event, const char *field)
{
	for (size_t i = 0; i < event->field_count; i++) {
		if (strcmp(event->fields[i], field) == 0)
			return (int)i;
	}
	return -1;
}

bool pk_schema_tag_has_field(const struct pk_schema *schema, const char *tag, const char *field)
{
	const struct pk_event *first = pk_schema_find_tag(schema, tag);
	if (first == NULL)
		return false;
	size_t family = pk_schema_family(schema, first);
	for (size_t i = 0; i < family; i++) {
		if (pk_event_field(&first[i], field) >= 0)
			return true;
	}
	return false;
}

bool pk_schema_has_field(const struct pk_schema *schema, const char *field)
{
	return pk_map_find(&schema->fields, field) != NULL;
}

const struct pk_entry_info *pk_schema_find_entry(const struct pk_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->entries.len; i++) {
		if (strcmp(schema->entries.items[i].name, name) == 0)
			return &schema->entries.items[i];
	}
	return NULL;
}

uint32_t pk_schema_tag_since(enum pk_platform platform, const char *tag)
{
	for (size_t i = 0; i < COUNT(event_rows); i++) {
		const struct event_row *row = &event_rows[i];
		if (row->tag != NULL && row->flags != HIDDEN && strcmp(row->tag, tag) == 0 &&
			on_platform(row->platform, platform))
			return ROW_VERSION(row->since);
	}
	return 0;
}

uint32_t pk_schema_field_since(enum pk_platform platform, const char *tag, const char *field)
{
	bool inside = false;
	unsigned since = 0;

	for (size_t i = 0; i < COUNT(event_rows); i++) {
		const struct event_row *row = &event_rows[i];
		if (row->field == NULL) {
			inside = row->tag != NULL && row->flags != HIDDEN &&
				strcmp(row->tag, tag) == 0 && on_platform(row->platform, platform);
			continue;
		}
		if (inside && strcmp(row->field, field) == 0 && (since == 0 || row->since < since))
			since = row->since;
	}
	return since == 0 ? 0 : ROW_VERSION(since);
}

const char *pk_schema_nearest_tag(const struct pk_schema *schema, const char *tag)
{
	const char *names[64];
	size_t count = 0;
	for (size_t i = 0; i < schema->events.len && count < COUNT(names); i++) {
		if (schema->events.items[i].tag != NULL)
			names[count++] = schema->events.items[i].tag;
	}
	return pk_text_nearest(tag, names, count);
}

const char *pk_schema_nearest_field(
	const struct pk_schema *schema, const char *tag, const char *field)
{
	const char *names[4 * PK_SCHEMA_FIELDS_MAX];
	size_t count = 0;
	const struct pk_event *first = pk_schema_find_tag(schema, tag);
	if (first == NULL)
		return NULL;

	size_t family = pk_schema_family(schema, first);
	for (size_t i = 0; i < family; i++) {
		for (size_t f = 0; f < first[i].field_count && count < COUNT(names); f++)
			names[count++] = first[i].fields[f];
	}
	return pk_text_nearest(field, names, count);
}

const char *pk_schema_nearest_entry(const struct pk_schema *schema, const char *name)
{
	const char *names[64];
	size_t count = 0;
	for (size_t i = 0; i < schema->entries.len && count < COUNT(names); i++)
		names[count++] = schema->entries.items[i].name;
	return pk_text_nearest(name, names, count);
}

#include "templates/model/monster.h"

#define PK_MONSTER_EVENT(generation, id, name, constant, category, type, fixed, shown)             \
	static const struct pk_monster_column columns_##generation##_##id[] = {
#define PK_MONSTER_COLUMN(name, type, how, ecs, derived)                                           \
	{name, PK_COLUMN_##type, PK_COLUMN_##how, ecs, derived},
#define PK_MONSTER_END(generation, id)                                                             \
	}                                                                                          \
	;
#include "templates/model/monster_events.def"

/* Which generation the columns of 2017 are of. */
enum {
	GENERATION_1 = PK_MONSTER_GEN1,
	GENERATION_2 = PK_MONSTER_GEN2,
	GENERATION_2017 = PK_MONSTER_GEN1,
};

#define PK_MONSTER_EVENT(generation, id, name, constant, category, type, fixed, shown)             \
	{(enum pk_monster_generation)GENERATION_##generation, id, name, constant, category, type,  \
		fixed, shown, columns_##generation##_##id,                                         \
		sizeof(columns_##generation##_##id) / sizeof(*columns_##generation##_##id)},
#define PK_MONSTER_COLUMN(name, type, how, ecs, derived)
#define PK_MONSTER_END(generation, id)
static const struct pk_monster_event events[] = {
#include "templates/model/monster_events.def"
};

/* Those of 2017 are the last ones; before them, generation and id ascend. */
enum {
	COUNT_2017 = 3,
	COUNT = sizeof(events) / sizeof(*events) - COUNT_2017,
};

const struct pk_monster_event *pk_monster_event_list(size_t *count_out)
{
	*count_out = COUNT;
	return events;
}

const struct pk_monster_event *pk_monster_event_find(
	enum pk_monster_generation generation, unsigned id)
{
	size_t first = 0;
	size_t end = COUNT;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		const struct pk_monster_event *event = &events[middle];
		if (event->generation == generation && event->id == id)
			return event;
		if (event->generation < generation ||
			(event->generation == generation && event->id < id))
			first = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

const struct pk_monster_event *pk_monster_event_find_2017(unsigned id)
{
	for (size_t i = COUNT; i < COUNT + COUNT_2017; i++) {
		if (events[i].id == id)
			return &events[i];
	}
	return pk_monster_event_find(PK_MONSTER_GEN1, id);
}

/* CloseKey is any event of generation 1; of generation 2, one event has none but these. */
const struct pk_monster_column *pk_monster_header(
	size_t *count_out, enum pk_monster_generation generation)
{
	enum { HEADER_1 = 5 };
	if (generation == PK_MONSTER_GEN1) {
		*count_out = HEADER_1;
		return columns_1_4013;
	}
	*count_out = sizeof(columns_2_9503) / sizeof(*columns_2_9503);
	return columns_2_9503;
}

const char *pk_monster_event_kind(const struct pk_monster_event *event)
{
	if (event->generation == PK_MONSTER_GEN2)
		return "EventType";
	if (event->constant == NULL)
		return NULL;
	return event->id / 1000 == 2 ? "FileEventType" : "RegEventType";
}

/* Stack facts, docs/stack-facts.md section 4. */
static const struct pk_column_object objects[] = {
	{PK_COLUMN_GROUPS, "Group", "name|sid|attributes", "attributes"},
	{PK_COLUMN_PRIVILEGES, "Privilege", "name|attributes", "attributes"},
	{PK_COLUMN_ACCOUNTS, NULL,
		"sid|name|privilege|attributes|script_path|last_logon|logon_count", ""},
	{PK_COLUMN_PROGRAMS, NULL, "id|name|vendor|version", ""},
};

const struct pk_column_object *pk_column_object_find(enum pk_column_type type)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		if (objects[i].type == type)
			return &objects[i];
	}
	return NULL;
}

const char *pk_column_type_name(enum pk_column_type type)
{
	static const char *const names[] = {
		[PK_COLUMN_TEXT] = "text",
		[PK_COLUMN_LONG] = "long",
		[PK_COLUMN_IP] = "ip",
		[PK_COLUMN_FILETIME] = "filetime",
		[PK_COLUMN_UNIX] = "unix",
		[PK_COLUMN_LIST] = "list",
		[PK_COLUMN_IPS] = "ips",
		[PK_COLUMN_GROUPS] = "groups",
		[PK_COLUMN_PRIVILEGES] = "privileges",
		[PK_COLUMN_ACCOUNTS] = "accounts",
		[PK_COLUMN_PROGRAMS] = "programs",
	};
	return names[type];
}

const char *pk_column_how_name(enum pk_column_how how)
{
	static const char *const names[] = {
		[PK_COLUMN_NOT] = "not",
		[PK_COLUMN_COPY] = "copy",
		[PK_COLUMN_NUMBER] = "number",
		[PK_COLUMN_FIRST] = "first",
		[PK_COLUMN_HASH] = "hash",
		[PK_COLUMN_PATH] = "path",
		[PK_COLUMN_FILE] = "file",
		[PK_COLUMN_USER] = "user",
		[PK_COLUMN_KEY] = "key",
		[PK_COLUMN_KEY_PART] = "key_part",
		[PK_COLUMN_VALUE] = "value",
		[PK_COLUMN_DATA_TYPE] = "data_type",
		[PK_COLUMN_TIME] = "time",
	};
	return names[how];
}

static const struct pk_registry_hive hives[] = {
	{"\\REGISTRY\\MACHINE", "HKLM"},
	{"\\REGISTRY\\USER", "HKU"},
	{"HKLM", "HKLM"},
	{"HKU", "HKU"},
	{"HKCU", "HKCU"},
	{"HKCR", "HKCR"},
	{"HKCC", "HKCC"},
	{"HKEY_LOCAL_MACHINE", "HKLM"},
	{"HKEY_USERS", "HKU"},
	{"HKEY_CURRENT_USER", "HKCU"},
	{"HKEY_CLASSES_ROOT", "HKCR"},
	{"HKEY_CURRENT_CONFIG", "HKCC"},
};

const struct pk_registry_hive *pk_registry_hive_list(size_t *count_out)
{
	*count_out = sizeof(hives) / sizeof(*hives);
	return hives;
}

/* Microsoft, "Registry value types". */
const char *pk_registry_type_name(uint64_t number)
{
	static const char *const names[] = {"REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY",
		"REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ",
		"REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR",
		"REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD"};
	return number < sizeof(names) / sizeof(*names) ? names[number] : NULL;
}

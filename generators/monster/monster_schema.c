/* The table of both generations' keys, and questions to it. */
#include "generators/monster/monster.h"

#include <string.h>

#include "base/text.h"

#define SCHEMAS_0_9 (1u << PK_MONSTER_0_9)
#define SCHEMAS_1_0 (1u << PK_MONSTER_1_0)
#define SCHEMAS_BOTH (SCHEMAS_0_9 | SCHEMAS_1_0)

#define ROW(id, parent_id, key_name, ...)                                                          \
	[PK_MONSTER_KEY_##id] = {                                                                  \
		.parent = PK_MONSTER_KEY_##parent_id, .name = (key_name), __VA_ARGS__},

static const struct pk_monster_row rows[PK_MONSTER_KEY_COUNT] = {
#define PK_MONSTER_OBJECT(id, up, key, in)                                                         \
	ROW(id, up, key, .schemas = SCHEMAS_##in, .type = PK_MONSTER_TYPE_OBJECT)
#define PK_MONSTER_NUMBER(id, up, key, in, kind, range, lowest, highest, sample)                   \
	ROW(id, up, key, .schemas = SCHEMAS_##in, .type = PK_MONSTER_TYPE_##kind,                  \
		.code = PK_MONSTER_##range, .low = (lowest), .high = (highest),                    \
		.sample_number = (sample))
#define PK_MONSTER_TEXT(id, up, key, in, sample)                                                   \
	ROW(id, up, key, .schemas = SCHEMAS_##in, .type = PK_MONSTER_TYPE_TEXT,                    \
		.sample_text = (sample))
#define PK_MONSTER_LIST(id, up, key, in, what, including, how)                                     \
	ROW(id, up, key, .schemas = SCHEMAS_##in, .type = PK_MONSTER_TYPE_LIST,                    \
		.path = PK_MONSTER_PATH_##what, .include = (including), .op = PK_MONSTER_OP_##how)
#include "generators/monster/monster_keys.def"
};

const char *pk_monster_schema_name(enum pk_monster_schema schema)
{
	static const char *const names[] = {
		[PK_MONSTER_0_9] = "monster/0.9",
		[PK_MONSTER_1_0] = "monster/1.0",
	};
	return names[schema];
}

const char *pk_monster_path_name(enum pk_monster_path path)
{
	static const char *const names[PK_MONSTER_PATH_COUNT] = {
		[PK_MONSTER_PATH_PROCESS_IMAGE_NAME] = "process_image_name",
		[PK_MONSTER_PATH_FILE_PATH] = "file_path",
		[PK_MONSTER_PATH_FILE_EXT] = "file_ext",
		[PK_MONSTER_PATH_REGISTRY_KEY] = "registry_key",
		[PK_MONSTER_PATH_NET_TARGET_IP] = "net_target_ip",
		[PK_MONSTER_PATH_NET_TARGET_PORT] = "net_target_port",
		[PK_MONSTER_PATH_NET_TCP_TARGET] = "net_tcp_target",
		[PK_MONSTER_PATH_NET_UDP_TARGET] = "net_udp_target",
	};
	return names[path];
}

const char *pk_monster_op_name(enum pk_monster_op op)
{
	static const char *const names[PK_MONSTER_OP_COUNT] = {
		[PK_MONSTER_OP_FLAT] = "",
		[PK_MONSTER_OP_CONTAINS] = "contains",
		[PK_MONSTER_OP_END_WIDTH] = "end_width",
		[PK_MONSTER_OP_MATCH] = "match",
	};
	return names[op];
}

const struct pk_monster_row *pk_monster_row(enum pk_monster_key key)
{
	return &rows[key];
}

bool pk_monster_has_key(enum pk_monster_schema schema, enum pk_monster_key key)
{
	return (rows[key].schemas & (1u << schema)) != 0;
}

bool pk_monster_find_list(enum pk_monster_key *out, enum pk_monster_schema schema,
	enum pk_monster_path path, bool include, enum pk_monster_op op)
{
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_row *row = &rows[key];
		if (row->type != PK_MONSTER_TYPE_LIST || !pk_monster_has_key(schema, key))
			continue;
		if (row->path == path && row->include == include && row->op == op) {
			*out = key;
			return true;
		}
	}
	return false;
}

bool pk_monster_find_member(enum pk_monster_key *out, enum pk_monster_schema schema,
	enum pk_monster_key parent, const char *name, size_t len)
{
	for (enum pk_monster_key key = parent + 1; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_row *row = &rows[key];
		if (row->parent != parent || !pk_monster_has_key(schema, key))
			continue;
		if (strlen(row->name) == len && memcmp(row->name, name, len) == 0) {
			*out = key;
			return true;
		}
	}
	return false;
}

const char *pk_monster_key_path(struct pk_arena *arena, enum pk_monster_key key)
{
	const struct pk_monster_row *row = &rows[key];

	if (key == PK_MONSTER_KEY_ROOT)
		return "the configuration";
	if (row->parent == PK_MONSTER_KEY_ROOT)
		return row->name;
	return pk_arena_printf(arena, "%s.%s", pk_monster_key_path(arena, row->parent), row->name);
}

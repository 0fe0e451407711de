/*
 * Monster: configurations of the Monster agent (Somma, Inc.), JSON in two published generations.
 *
 * monster/0.9 (`Monster.conf`) has flat lists under include and exclude; monster/1.0
 * (`Monster.cnf`) has objects of lists there, one list an operator. A file does not say which it
 * is: pk_monster_detect tells. What a generation knows is the table monster_keys.def; the model
 * has one slot for each row of it and keeps everything else as it was read, so that a key of a
 * newer agent is never lost. Models live in the arena that made them and borrow from the nodes
 * they were read from.
 *
 * How the agent matches is not published. picket's own model, for lint and simulation: names,
 * paths and registry keys of 0.9 are substrings without regard to case, extensions and addresses
 * are whole; exclude wins over include; an empty include restricts nothing.
 */
#ifndef GENERATORS_MONSTER_MONSTER_H
#define GENERATORS_MONSTER_MONSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/list.h"
#include "base/node.h"

enum pk_monster_schema {
	PK_MONSTER_0_9,
	PK_MONSTER_1_0,
};

/* What is filtered: the members of trace_policy. */
enum pk_monster_path {
	PK_MONSTER_PATH_PROCESS_IMAGE_NAME,
	PK_MONSTER_PATH_FILE_PATH,
	PK_MONSTER_PATH_FILE_EXT,
	PK_MONSTER_PATH_REGISTRY_KEY,
	PK_MONSTER_PATH_NET_TARGET_IP,
	PK_MONSTER_PATH_NET_TARGET_PORT,
	PK_MONSTER_PATH_NET_TCP_TARGET,
	PK_MONSTER_PATH_NET_UDP_TARGET,
	PK_MONSTER_PATH_COUNT,
};

/* How an entry is compared: FLAT is all that 0.9 has, the others are names of 1.0. */
enum pk_monster_op {
	PK_MONSTER_OP_FLAT,
	PK_MONSTER_OP_CONTAINS,
	PK_MONSTER_OP_END_WIDTH, /* "ends with"; the agent's own spelling */
	PK_MONSTER_OP_MATCH,
	PK_MONSTER_OP_COUNT,
};

enum pk_monster_type {
	PK_MONSTER_TYPE_OBJECT,
	PK_MONSTER_TYPE_FLAG, /* the number 0 or 1; the agent does not take true and false */
	PK_MONSTER_TYPE_NUMBER,
	PK_MONSTER_TYPE_TEXT,
	PK_MONSTER_TYPE_LIST,
};

/* PK_MONSTER_KEY_<ID>: a row of monster_keys.def. A parent comes before what it holds. */
enum pk_monster_key {
#define PK_MONSTER_OBJECT(id, ...) PK_MONSTER_KEY_##id,
#define PK_MONSTER_NUMBER(id, ...) PK_MONSTER_KEY_##id,
#define PK_MONSTER_TEXT(id, ...) PK_MONSTER_KEY_##id,
#define PK_MONSTER_LIST(id, ...) PK_MONSTER_KEY_##id,
#include "generators/monster/monster_keys.def"
	PK_MONSTER_KEY_COUNT,
};

/* Facts of a key. */
struct pk_monster_row {
	enum pk_monster_key parent;
	const char *name;
	unsigned schemas; /* bit 1 << enum pk_monster_schema */
	enum pk_monster_type type;
	enum pk_code code; /* FLAG, NUMBER: reports a number outside low..high */
	int64_t low;
	int64_t high;
	int64_t sample_number;
	const char *sample_text;   /* TEXT */
	enum pk_monster_path path; /* LIST: this and the next two */
	bool include;
	enum pk_monster_op op;
};

/* An entry of a list. `odd` is the value as read if no list of this kind can hold it. */
struct pk_monster_entry {
	const char *text;
	size_t len;  /* bytes of text; JSON can hold NUL */
	bool number; /* written without quotes; net_target_port only */
	struct pk_span span;
	const struct pk_node *odd;
};

/* The value of a key. `odd` is the value as read if it has another type than the row says. */
struct pk_monster_slot {
	bool present;
	struct pk_span key_span;
	struct pk_span span;
	const struct pk_node *odd;
	int64_t number;				  /* FLAG, NUMBER */
	const char *text;			  /* TEXT; NULL only if not present or odd */
	size_t len;				  /* bytes of text */
	PK_LIST(struct pk_monster_entry) entries; /* LIST */
	PK_LIST(struct pk_node_pair) unknown;	  /* OBJECT: members no row knows, written last */
};

struct pk_monster_config {
	struct pk_arena *arena;
	enum pk_monster_schema schema;
	struct pk_monster_slot slots[PK_MONSTER_KEY_COUNT];
};

/* What pk_monster_check cannot know from the configuration. */
struct pk_monster_check_options {
	bool strict;		       /* unknown keys are errors */
	bool zstd;		       /* the agent's librdkafka is known to have zstd */
	unsigned expected_syslog_port; /* port of the project's own pipeline; 0: none */
};

/* "monster/0.9", "monster/1.0". */
const char *pk_monster_schema_name(enum pk_monster_schema schema);
/* "process_image_name", ... */
const char *pk_monster_path_name(enum pk_monster_path path);
/* "contains", ...; "" for PK_MONSTER_OP_FLAT. */
const char *pk_monster_op_name(enum pk_monster_op op);

/* Facts of a key; never NULL for a value of the enum but PK_MONSTER_KEY_COUNT. */
const struct pk_monster_row *pk_monster_row(enum pk_monster_key key);
/* Does the schema have the key? */
bool pk_monster_has_key(enum pk_monster_schema schema, enum pk_monster_key key);
/* The list of `path`, include or exclude, with `op`; false if the schema has none. */
bool pk_monster_find_list(enum pk_monster_key *out, enum pk_monster_schema schema,
	enum pk_monster_path path, bool include, enum pk_monster_op op);
/* The member of `parent` called by the `len` bytes at `name`; false if the schema has none. */
bool pk_monster_find_member(enum pk_monster_key *out, enum pk_monster_schema schema,
	enum pk_monster_key parent, const char *name, size_t len);
/* "export.syslog.port"; "the configuration" for the top level. */
const char *pk_monster_key_path(struct pk_arena *arena, enum pk_monster_key key);

/*
 * Which generation the configuration at `root` is: an object under include or exclude, or
 * net_tcp_target or net_udp_target, means 1.0; a list there, core, file_ext, net_target_ip or
 * net_target_port means 0.9; nothing of these, 0.9. False after a report if it is no object or
 * shows signs of both.
 */
bool pk_monster_detect(
	enum pk_monster_schema *out, const struct pk_node *root, struct pk_diags *diags);

/*
 * The configuration at `root`, sorted into the slots of `schema`. Nothing is judged or lost: what
 * does not fit is kept as `odd` or `unknown` and is for pk_monster_check to report. NULL after a
 * report only if `root` is no object.
 */
struct pk_monster_config *pk_monster_read(struct pk_arena *arena, const struct pk_node *root,
	enum pk_monster_schema schema, struct pk_diags *diags);

/*
 * Reports everything that is wrong with the configuration; false if anything of it is an error.
 * `options` may be NULL.
 */
bool pk_monster_check(const struct pk_monster_config *config,
	const struct pk_monster_check_options *options, struct pk_diags *diags);

/*
 * Appends the configuration as strict JSON: two spaces of indent, keys in the order of
 * monster_keys.def with unknown ones after them, a final newline. Reading it again gives an equal
 * configuration, and writing that gives equal bytes.
 */
void pk_monster_write(struct pk_buf *out, const struct pk_monster_config *config);

/* True if both say the same in the same order; places do not count. */
bool pk_monster_equal(const struct pk_monster_config *a, const struct pk_monster_config *b);

/* A configuration with every key of `schema`: published sample values, empty lists. */
struct pk_monster_config *pk_monster_make(struct pk_arena *arena, enum pk_monster_schema schema);
/*
 * Appends a copy of `value` to a list; false if the schema has no such list. A net_target_port
 * that is a decimal number is written as a number.
 */
bool pk_monster_add(struct pk_monster_config *config, enum pk_monster_path path, bool include,
	enum pk_monster_op op, const char *value, struct pk_span span);
/* Sets a FLAG or NUMBER; false if the schema has no such key or the key is of another type. */
bool pk_monster_set_number(struct pk_monster_config *config, enum pk_monster_key key,
	int64_t number, struct pk_span span);
/* Sets a TEXT to a copy of `text`; false as in pk_monster_set_number. */
bool pk_monster_set_text(struct pk_monster_config *config, enum pk_monster_key key,
	const char *text, struct pk_span span);

#endif

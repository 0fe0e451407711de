/*
 * What the readers of inventories share: groups and hosts as they are written, before anything is
 * merged. Only fleet/inventory/ includes this.
 *
 * A reader adds groups, hosts and their wishes to a struct pk_inventory_build; a wish is a node
 * with its place, whatever the file's language was. pk_inventory_merge makes the hosts of it. What
 * is needed no longer afterwards lives in `scratch`.
 */
#ifndef FLEET_INVENTORY_INVENTORY_PARTS_H
#define FLEET_INVENTORY_INVENTORY_PARTS_H

#include "base/buf.h"
#include "base/node.h"
#include "fleet/inventory/inventory.h"
#include "fleet/inventory/ssh_config.h"

#define PK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	PK_INVENTORY_DEPTH = 8,	      /* files that include one another, variables in variables */
	PK_INVENTORY_ITEMS = 1000,    /* of a list of one host: logs, tags, stages, jumps */
	PK_INVENTORY_TEXT_MAX = 4096, /* bytes of a value after its variables are replaced */
	PK_RANGE_PARTS = 16,	      /* pieces of a name with ranges */
};

enum pk_setting {
#define PK_SETTING(name, key, of_sensor) PK_SET_##name,
#include "fleet/inventory/inventory_settings.def"
#undef PK_SETTING
	PK_SETTINGS,
};

/* A log as it is wished for; what is not said is NULL. */
struct pk_log_nodes {
	const char *name;
	struct pk_span span;
	const struct pk_node *size;
	const struct pk_node *retention;
	const struct pk_node *access;
};

/* What stands on a host, a group or the defaults; what is not said is NULL or empty. */
struct pk_wishes {
	const struct pk_node *values[PK_SETTINGS];
	PK_LIST(const struct pk_node *) tags;
	PK_LIST(struct pk_log_nodes) logs;
	struct pk_map vars; /* name to struct pk_node * */
};

struct pk_inventory_group {
	const char *name;
	struct pk_span span; /* where it was first named */
	bool defined;	     /* and not only named */
	size_t index;	     /* in the order of the file */
	size_t depth;	     /* parents above it; known after the check */
	int visit;	     /* of the search for cycles */
	struct pk_wishes wishes;
	PK_LIST(struct pk_inventory_group *) parents;
};

struct pk_inventory_entry {
	const char *name;
	struct pk_span span;
	struct pk_wishes *own;	      /* NULL: nothing stands on the host itself */
	const struct pk_source *told; /* file that says something of the host itself */
	PK_LIST(struct pk_inventory_group *) groups;
};

struct pk_inventory_build {
	struct pk_arena *arena;
	struct pk_arena *scratch;
	const struct pk_inventory_options *options;
	const struct pk_ssh_config *ssh_config; /* NULL: none */
	struct pk_diags *diags;
	const char *name;
	struct pk_wishes defaults;
	PK_LIST(struct pk_inventory_group *) groups;
	struct pk_map group_by_name;
	PK_LIST(struct pk_inventory_entry *) entries;
	struct pk_map entry_by_name;
	const struct pk_node *rollout; /* NULL: none */
	PK_LIST(struct pk_source *) sources;
	struct pk_map reported;			   /* what pk_inventory_once was asked */
	const char *including[PK_INVENTORY_DEPTH]; /* files being read, the outermost first */
	size_t depth;
	bool in_folders; /* variables are read that are mostly for playbooks: nobody misses one */
};

/* --- readers --- */

/* Reads any kind of inventory into `build`; false after a report. */
bool pk_inventory_load(struct pk_inventory_build *build, struct pk_source *source);
bool pk_inventory_load_yaml(struct pk_inventory_build *build, const struct pk_node *root);
bool pk_ansible_load_yaml(struct pk_inventory_build *build, const struct pk_node *root);
bool pk_ansible_load_ini(struct pk_inventory_build *build, struct pk_source *source);
/* Reads group_vars and host_vars beside an inventory of Ansible that has been loaded. */
bool pk_ansible_load_folders(struct pk_inventory_build *build, const struct pk_source *source);

/* Kinds of inventory, told from the text. */
enum pk_inventory_kind {
	PK_INVENTORY_NONE,
	PK_INVENTORY_YAML,
	PK_INVENTORY_ANSIBLE_YAML,
	PK_INVENTORY_ANSIBLE_INI,
};
enum pk_inventory_kind pk_inventory_kind_of(const struct pk_source *source);

/* Is it what passwords are called? */
bool pk_inventory_is_secret(const char *name);
/* Makes the values of such names unreadable in what findings show of `source`; when all is read. */
void pk_inventory_hide_secrets(struct pk_source *source);

/* --- groups and hosts --- */

/* True the first time for this code and place: one wrong value concerns many hosts. */
bool pk_inventory_once(struct pk_inventory_build *build, enum pk_code code, struct pk_span span);
/* The group of that name, made if it is new; NULL after a report. */
struct pk_inventory_group *pk_inventory_group(
	struct pk_inventory_build *build, const char *name, struct pk_span span);
/*
 * Adds the hosts of a name, which may have ranges, to `group` (NULL: to none) with `own` on top of
 * what they have (NULL: nothing). `strict`: a host that is there already is reported.
 */
bool pk_inventory_add_hosts(struct pk_inventory_build *build, const char *text, struct pk_span span,
	struct pk_inventory_group *group, const struct pk_wishes *own, bool strict);
/* Puts `group` into `parent`. */
void pk_inventory_add_parent(struct pk_inventory_build *build, struct pk_inventory_group *group,
	struct pk_inventory_group *parent);
/* All groups are defined and none is in itself; sets their depths. False after a report. */
bool pk_inventory_check_groups(struct pk_inventory_build *build);

/* A name with its ranges: ws[001:200].corp. */
struct pk_range_part {
	const char *text; /* of what stands for itself; NULL: a range */
	size_t len;
	bool letters;
	uint64_t first;
	uint64_t step;
	uint64_t count;
	int width; /* of numbers, filled up with zeros */
};
struct pk_range {
	struct pk_range_part parts[PK_RANGE_PARTS];
	size_t len;
	uint64_t count; /* of names; at most PK_INVENTORY_HOSTS */
};
/* Reads the name at `text`, which is borrowed; false after a report. */
bool pk_range_parse(
	struct pk_range *out, const char *text, struct pk_span span, struct pk_diags *diags);
/* The name with the number `index`, below `count`. */
char *pk_range_name(struct pk_arena *arena, const struct pk_range *range, uint64_t index);

/* Is `name` right for a host or group? Else reports and returns false. */
bool pk_inventory_check_name(
	const char *name, const char *what, struct pk_span span, struct pk_diags *diags);

/* --- wishes --- */

/* The setting with that key; PK_SETTINGS if there is none. */
enum pk_setting pk_setting_find(const char *key);
const char *pk_setting_key(enum pk_setting setting);
bool pk_setting_of_sensor(enum pk_setting setting);
/*
 * Reads one key of a host, group or the defaults: a setting, `sensor`, `logs`, `tags`, `vars`.
 * *known_out says whether it is one; false after a report.
 */
bool pk_wishes_read_key(struct pk_wishes *out, bool *known_out, const char *key,
	const struct pk_node *value, struct pk_inventory_build *build);
/* Reads a mapping of such keys; those in `others` (NULL-terminated) are the caller's. */
bool pk_wishes_read(struct pk_wishes *out, const struct pk_node *map, const char *const *others,
	struct pk_inventory_build *build);
bool pk_wishes_set_var(struct pk_wishes *out, const char *name, const struct pk_node *value,
	struct pk_span span, struct pk_inventory_build *build);
/* Lays `from` over `into`. */
void pk_wishes_overlay(
	struct pk_arena *arena, struct pk_wishes *into, const struct pk_wishes *from);
/* Does a value of `wishes` name a variable? Then it is another for every host. */
bool pk_wishes_vary(const struct pk_wishes *wishes);

/* A mapping of variables of Ansible, or nothing; false after a report. */
bool pk_ansible_read_vars(
	struct pk_inventory_build *build, struct pk_wishes *out, const struct pk_node *map);
/* One variable of Ansible; false after a report. */
bool pk_ansible_read_var(struct pk_inventory_build *build, struct pk_wishes *out, const char *name,
	const struct pk_node *value, struct pk_span span);

/* A string node for a text that a file without nodes has; "${" stands for itself if `literal`. */
struct pk_node *pk_inventory_node(struct pk_inventory_build *build, const char *text, size_t len,
	struct pk_span span, bool literal);

/* --- values --- */

/* Where variables of a value are looked up. */
struct pk_inventory_scope {
	struct pk_inventory_build *build;
	const char *host;
	const struct pk_map *vars; /* name to struct pk_node * */
};

/* The text of a scalar with its variables replaced; NULL after a report. */
const char *pk_inventory_expand(const struct pk_inventory_scope *scope, const struct pk_node *node);

bool pk_size_parse(uint64_t *out, const char *text);
bool pk_duration_parse(uint64_t *out_ms, const char *text);
/* "10%", "0.5%" in thousandths of a percent. */
bool pk_percent_parse(uint32_t *out, const char *text);
/* True if `text` is of 1 to `max` letters, digits and characters of `also`. */
bool pk_inventory_plain(const char *text, size_t max, const char *also);

/* The hosts of `build`, merged, in `out`; false after a report. */
bool pk_inventory_merge(struct pk_inventory *out, struct pk_inventory_build *build);
/*
 * A host of merged wishes, without what ssh_config and defaults fill in. `canon` gets the text that
 * the digest is made of, but for name, address and port. False after a report.
 */
bool pk_inventory_apply(struct pk_host *out, struct pk_buf *canon, const struct pk_wishes *wishes,
	const struct pk_inventory_scope *scope);
/* What the inventory leaves open: from the ssh_config, the options, and what picket takes. */
bool pk_inventory_fill(struct pk_host *host, struct pk_inventory_build *build);

/* The rollout in `node` (NULL: all by default); `canon` gets its text. False after a report. */
bool pk_rollout_wish_read(struct pk_rollout_wish *out, struct pk_buf *canon,
	struct pk_inventory_build *build, const struct pk_node *node);
/* Does every stage select hosts? False after a report. */
bool pk_rollout_wish_check(const struct pk_inventory *inventory, struct pk_diags *diags);

#endif

/* Wishes: what stands on a host, a group or the defaults, read and laid over one another. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

struct setting_info {
	const char *key;
	bool of_sensor;
};

static const struct setting_info infos[] = {
#define PK_SETTING(name, key, of_sensor) {key, of_sensor},
#include "fleet/inventory/inventory_settings.def"
#undef PK_SETTING
};

static const char *const log_keys[] = {"size", "retention", "access"};

static const char *const mapping_keys[] = {"sensor", "logs", "tags", "vars"};

enum { KEYS_MAX = 64 };

enum pk_setting pk_setting_find(const char *key)
{
	size_t i = 0;
	while (i < PK_COUNT(infos) && !pk_text_equal(infos[i].key, key))
		i++;
	return (enum pk_setting)i;
}

const char *pk_setting_key(enum pk_setting setting)
{
	return infos[setting].key;
}

bool pk_setting_of_sensor(enum pk_setting setting)
{
	return infos[setting].of_sensor;
}

/* --- reading --- */

static bool is_list_setting(enum pk_setting setting)
{
	return setting == PK_SET_IDENTITY || setting == PK_SET_KNOWN_HOSTS ||
		setting == PK_SET_JUMP;
}

/* A scalar that has a text, with no NUL and no line end in it. */
static bool check_scalar(const struct pk_node *node, const char *what, struct pk_diags *diags)
{
	if (node->kind == PK_NODE_NULL || node->kind == PK_NODE_LIST || node->kind == PK_NODE_MAP)
		return pk_node_expect(node, PK_NODE_STRING, what, diags);
	bool clean = strlen(node->text) == node->text_len;
	for (const char *c = node->text; *c != '\0' && clean; c++)
		clean = (unsigned char)*c >= ' ' && *c != 0x7f;
	if (clean && node->text_len <= PK_INVENTORY_TEXT_MAX)
		return true;
	pk_report(diags, PK_INVENTORY_VALUE, node->span,
		clean ? "'%s' is too long" : "'%s' has control characters in it", what);
	return false;
}

static bool check_items(const struct pk_node *list, const char *what, struct pk_diags *diags)
{
	if (list->items.len > PK_INVENTORY_ITEMS) {
		pk_report(diags, PK_INVENTORY_LIMIT, list->span, "'%s' has more than %d entries",
			what, PK_INVENTORY_ITEMS);
		return false;
	}
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++)
		good = check_scalar(list->items.items[i], what, diags) && good;
	return good;
}

static bool read_setting(struct pk_wishes *out, enum pk_setting setting,
	const struct pk_node *value, struct pk_diags *diags)
{
	bool is_list = value->kind == PK_NODE_LIST && is_list_setting(setting);
	if (is_list ? !check_items(value, infos[setting].key, diags)
		    : !check_scalar(value, infos[setting].key, diags))
		return false;
	out->values[setting] = value;
	return true;
}

static bool report_key(const struct pk_node *key, const char *where, const char *const *known,
	size_t count, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(
		diags, PK_INVENTORY_KEY, key->span, "key '%s' is not known %s", key->text, where);
	const char *near = pk_text_nearest(key->text, known, count);
	if (near != NULL)
		pk_diag_hint(diags, diag, "write '%s'", near);
	return false;
}

static bool read_sensor(
	struct pk_wishes *out, const struct pk_node *value, struct pk_inventory_build *build)
{
	if (value->kind != PK_NODE_MAP)
		return read_setting(out, PK_SET_KIND, value, build->diags);
	bool good = true;
	for (size_t i = 0; i < value->pair_count; i++) {
		const struct pk_node *key = value->pairs[i].key;
		enum pk_setting setting = pk_setting_find(key->text);
		if (setting != PK_SETTINGS && infos[setting].of_sensor) {
			good = read_setting(out, setting, value->pairs[i].value, build->diags) &&
				good;
			continue;
		}
		const char *known[PK_SETTINGS];
		size_t count = 0;
		for (size_t k = 0; k < PK_COUNT(infos); k++) {
			if (infos[k].of_sensor)
				known[count++] = infos[k].key;
		}
		good = report_key(key, "of a sensor", known, count, build->diags);
	}
	return good;
}

static bool read_log(struct pk_log_nodes *out, const struct pk_node *key,
	const struct pk_node *value, struct pk_diags *diags)
{
	if (!pk_inventory_plain(key->text, 255, "_-./() ")) {
		pk_report(diags, PK_INVENTORY_NAME, key->span,
			"'%s' cannot be the name of an event log", key->text);
		return false;
	}
	if (!pk_node_expect(value, PK_NODE_MAP, key->text, diags))
		return false;
	*out = (struct pk_log_nodes){.name = key->text,
		.span = key->span,
		.size = pk_node_find(value, "size"),
		.retention = pk_node_find(value, "retention"),
		.access = pk_node_find(value, "access")};
	bool good =
		pk_node_check_keys(value, log_keys, PK_COUNT(log_keys), PK_INVENTORY_KEY, diags);
	for (size_t i = 0; i < value->pair_count && good; i++)
		good = check_scalar(value->pairs[i].value, value->pairs[i].key->text, diags);
	return good;
}

static bool read_logs(
	struct pk_wishes *out, const struct pk_node *value, struct pk_inventory_build *build)
{
	if (!pk_node_expect(value, PK_NODE_MAP, "logs", build->diags))
		return false;
	if (value->pair_count > PK_INVENTORY_ITEMS) {
		pk_report(build->diags, PK_INVENTORY_LIMIT, value->span,
			"'logs' has more than %d entries", PK_INVENTORY_ITEMS);
		return false;
	}
	bool good = true;
	for (size_t i = 0; i < value->pair_count; i++) {
		struct pk_log_nodes log;
		if (!read_log(&log, value->pairs[i].key, value->pairs[i].value, build->diags))
			good = false;
		else
			*pk_list_push(build->scratch, &out->logs) = log;
	}
	return good;
}

static bool read_tags(
	struct pk_wishes *out, const struct pk_node *value, struct pk_inventory_build *build)
{
	if (value->kind != PK_NODE_LIST) {
		if (!check_scalar(value, "tags", build->diags))
			return false;
		*pk_list_push(build->scratch, &out->tags) = value;
		return true;
	}
	if (!check_items(value, "tags", build->diags))
		return false;
	for (size_t i = 0; i < value->items.len; i++)
		*pk_list_push(build->scratch, &out->tags) = value->items.items[i];
	return true;
}

bool pk_wishes_set_var(struct pk_wishes *out, const char *name, const struct pk_node *value,
	struct pk_span span, struct pk_inventory_build *build)
{
	if (!pk_inventory_plain(name, PK_HOST_NAME_MAX, "_.-") || pk_text_equal(name, "host")) {
		struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_NAME, span,
			"'%s' cannot be the name of a variable", name);
		pk_diag_hint(build->diags, diag,
			"use letters, digits, '_', '.' and '-'; 'host' is the host's own name");
		return false;
	}
	if (!check_scalar(value, name, build->diags))
		return false;
	pk_map_set(build->scratch, &out->vars, name, (void *)(uintptr_t)value);
	return true;
}

static bool read_vars(
	struct pk_wishes *out, const struct pk_node *value, struct pk_inventory_build *build)
{
	if (!pk_node_expect(value, PK_NODE_MAP, "vars", build->diags))
		return false;
	bool good = true;
	for (size_t i = 0; i < value->pair_count; i++) {
		const struct pk_node_pair *pair = &value->pairs[i];
		good = pk_wishes_set_var(
			       out, pair->key->text, pair->value, pair->key->span, build) &&
			good;
	}
	return good;
}

bool pk_wishes_read_key(struct pk_wishes *out, bool *known_out, const char *key,
	const struct pk_node *value, struct pk_inventory_build *build)
{
	*known_out = true;
	if (pk_text_equal(key, "sensor"))
		return read_sensor(out, value, build);
	if (pk_text_equal(key, "logs"))
		return read_logs(out, value, build);
	if (pk_text_equal(key, "tags"))
		return read_tags(out, value, build);
	if (pk_text_equal(key, "vars"))
		return read_vars(out, value, build);
	enum pk_setting setting = pk_setting_find(key);
	*known_out = setting != PK_SETTINGS && !infos[setting].of_sensor;
	return !*known_out || read_setting(out, setting, value, build->diags);
}

static bool is_other(const char *const *others, const char *key)
{
	for (; *others != NULL; others++) {
		if (pk_text_equal(*others, key))
			return true;
	}
	return false;
}

static bool report_unknown(
	const struct pk_node *key, const char *const *others, struct pk_diags *diags)
{
	const char *known[KEYS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < PK_COUNT(mapping_keys); i++)
		known[count++] = mapping_keys[i];
	for (; *others != NULL; others++)
		known[count++] = *others;
	for (size_t i = 0; i < PK_COUNT(infos); i++) {
		if (!infos[i].of_sensor)
			known[count++] = infos[i].key;
	}
	enum pk_setting setting = pk_setting_find(key->text);
	if (setting == PK_SETTINGS)
		return report_key(key, "here", known, count, diags);
	struct pk_diag *diag = pk_report(
		diags, PK_INVENTORY_KEY, key->span, "key '%s' is one of the sensor", key->text);
	pk_diag_hint(diags, diag, "write it into the mapping 'sensor'");
	return false;
}

bool pk_wishes_read(struct pk_wishes *out, const struct pk_node *map, const char *const *others,
	struct pk_inventory_build *build)
{
	bool good = true;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node_pair *pair = &map->pairs[i];
		if (is_other(others, pair->key->text))
			continue;
		bool known;
		if (!pk_wishes_read_key(out, &known, pair->key->text, pair->value, build))
			good = false;
		if (!known)
			good = report_unknown(pair->key, others, build->diags);
	}
	return good;
}

/* --- laying over --- */

static struct pk_log_nodes *find_log(struct pk_wishes *wishes, const char *name)
{
	for (size_t i = 0; i < wishes->logs.len; i++) {
		if (pk_text_equal_nocase(wishes->logs.items[i].name, name))
			return &wishes->logs.items[i];
	}
	return NULL;
}

static void overlay_logs(
	struct pk_arena *arena, struct pk_wishes *into, const struct pk_wishes *from)
{
	for (size_t i = 0; i < from->logs.len; i++) {
		const struct pk_log_nodes *log = &from->logs.items[i];
		struct pk_log_nodes *there = find_log(into, log->name);
		if (there == NULL) {
			*pk_list_push(arena, &into->logs) = *log;
			continue;
		}
		there->span = log->span;
		there->size = log->size != NULL ? log->size : there->size;
		there->retention = log->retention != NULL ? log->retention : there->retention;
		there->access = log->access != NULL ? log->access : there->access;
	}
}

/* A nearer sensor of another kind has nothing of what was said of the farther one. */
static void drop_other_sensor(struct pk_wishes *into, const struct pk_wishes *from)
{
	const struct pk_node *before = into->values[PK_SET_KIND];
	const struct pk_node *now = from->values[PK_SET_KIND];
	if (now == NULL || before == NULL || pk_text_equal(before->text, now->text))
		return;
	for (size_t i = 0; i < PK_SETTINGS; i++) {
		if (infos[i].of_sensor)
			into->values[i] = NULL;
	}
}

void pk_wishes_overlay(struct pk_arena *arena, struct pk_wishes *into, const struct pk_wishes *from)
{
	drop_other_sensor(into, from);
	for (size_t i = 0; i < PK_SETTINGS; i++) {
		if (from->values[i] != NULL)
			into->values[i] = from->values[i];
	}
	for (size_t i = 0; i < from->tags.len; i++)
		*pk_list_push(arena, &into->tags) = from->tags.items[i];
	overlay_logs(arena, into, from);
	for (size_t i = 0; i < from->vars.cap; i++) {
		if (from->vars.slots[i].key != NULL)
			pk_map_set(arena, &into->vars, from->vars.slots[i].key,
				from->vars.slots[i].value);
	}
}

/* --- do they vary? --- */

static bool varies(const struct pk_node *node)
{
	if (node == NULL)
		return false;
	if (node->kind != PK_NODE_LIST)
		return strstr(node->text, "${") != NULL;
	for (size_t i = 0; i < node->items.len; i++) {
		if (varies(node->items.items[i]))
			return true;
	}
	return false;
}

bool pk_wishes_vary(const struct pk_wishes *wishes)
{
	for (size_t i = 0; i < PK_SETTINGS; i++) {
		if (varies(wishes->values[i]))
			return true;
	}
	for (size_t i = 0; i < wishes->tags.len; i++) {
		if (varies(wishes->tags.items[i]))
			return true;
	}
	for (size_t i = 0; i < wishes->logs.len; i++) {
		const struct pk_log_nodes *log = &wishes->logs.items[i];
		if (varies(log->size) || varies(log->retention) || varies(log->access))
			return true;
	}
	for (size_t i = 0; i < wishes->vars.cap; i++) {
		if (wishes->vars.slots[i].key != NULL && varies(wishes->vars.slots[i].value))
			return true;
	}
	return false;
}

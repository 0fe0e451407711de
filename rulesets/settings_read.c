#include "rulesets/settings_read.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum {
	DRIVER_NAME_MAX = 8, /* characters of a driver name, as Sysmon documents it */
};

/* A key of settings.sysmon that becomes one configuration entry. */
struct entry_key {
	const char *key;
	const char *name;
	/* The entry's text, or NULL: reported, or nothing to say. */
	const char *(*read)(struct pk_read *read, const struct pk_node *node, const char *key);
};

static void report_setting(
	struct pk_read *read, struct pk_span span, const char *problem, const char *hint)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_SETTING, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "%s", hint);
}

static const char *read_hash(struct pk_read *read, const struct pk_node *node, bool alone)
{
	static const struct pk_word hashes[] = {
		{"IMPHASH", 0},
		{"MD5", 0},
		{"SHA1", 0},
		{"SHA256", 0},
		{"*", 0},
	};
	unsigned ignored;
	size_t count = alone ? PK_COUNT(hashes) : PK_COUNT(hashes) - 1;
	return pk_read_word(read, &ignored, node, "a hash algorithm", hashes, count) ? node->text
										     : NULL;
}

static const char *read_hashes(struct pk_read *read, const struct pk_node *node, const char *key)
{
	if (node->kind != PK_NODE_LIST)
		return read_hash(read, node, true);
	if (node->items.len == 0) {
		report_setting(read, node->span,
			pk_arena_printf(read->arena, "'%s' is an empty list", key),
			"name at least one algorithm, or write '*' for all");
		return NULL;
	}

	PK_BUF_AUTO buf = {0};
	bool good = true;
	for (size_t i = 0; i < node->items.len; i++) {
		const char *hash = read_hash(read, node->items.items[i], false);
		good &= hash != NULL;
		if (i > 0)
			pk_buf_putc(&buf, ',');
		pk_buf_puts(&buf, hash == NULL ? "" : hash);
	}
	return good ? pk_arena_strndup(read->arena, buf.data, buf.len) : NULL;
}

static const char *read_switch(struct pk_read *read, const struct pk_node *node, const char *key)
{
	bool on;
	if (!pk_read_bool(read, &on, node, key))
		return NULL;
	return on ? "True" : "False";
}

/* CaptureClipboard has no text: it is there or not. */
static const char *read_presence(struct pk_read *read, const struct pk_node *node, const char *key)
{
	bool on;
	if (!pk_read_bool(read, &on, node, key) || !on)
		return NULL;
	return "";
}

static const char *read_text(struct pk_read *read, const struct pk_node *node, const char *key)
{
	if (pk_read_filled(read, node, key) == NULL)
		return NULL;
	return pk_read_text(read, node, key);
}

/* A whole number above 0 as it is written, with variables replaced; NULL after a report. */
static const char *read_count(struct pk_read *read, const struct pk_node *node, const char *key)
{
	const char *text = pk_read_text(read, node, key);
	uint64_t number;
	if (text == NULL || (pk_text_parse_u64(&number, text) && number > 0))
		return text;
	report_setting(read, node->span,
		pk_arena_printf(read->arena, "'%s' is not a number for '%s'", text, key),
		"write a whole number greater than 0");
	return NULL;
}

static const char *read_sizes(struct pk_read *read, const struct pk_node *node, const char *key)
{
	if (!pk_read_is_map(read, node, key))
		return NULL;

	PK_BUF_AUTO buf = {0};
	bool good = true;
	for (size_t i = 0; i < node->pair_count; i++) {
		const char *field = node->pairs[i].key->text;
		const char *size = read_count(read, node->pairs[i].value, field);
		good &= size != NULL;
		pk_buf_printf(&buf, "%s%s:%s", i > 0 ? "," : "", field, size == NULL ? "" : size);
	}
	if (!good || node->pair_count == 0)
		return NULL;
	return pk_arena_strndup(read->arena, buf.data, buf.len);
}

/* In the order in which entries are written. Those without text end what Sysmon reads: last. */
static const struct entry_key entry_keys[] = {
	{"hash_algorithms", "HashAlgorithms", read_hashes},
	{"check_revocation", "CheckRevocation", read_switch},
	{"dns_lookup", "DnsLookup", read_switch},
	{"archive_directory", "ArchiveDirectory", read_text},
	{"field_sizes", "FieldSizes", read_sizes},
	{"driver_queue_size", "DriverQueueSize", read_count},
	{"signing_queue_size", "SigningQueueSize", read_count},
	{"process_access_config", "ProcessAccessConfig", read_text},
	{"pipe_monitoring_config", "PipeMonitoringConfig", read_text},
};

static const struct entry_key clipboard_key = {
	"capture_clipboard", "CaptureClipboard", read_presence};

static void add_entry(struct pk_read *read, struct pk_settings *settings, const char *name,
	const char *value, struct pk_span span)
{
	*pk_list_push(read->arena, &settings->sysmon) =
		(struct pk_entry){.name = name, .value = value, .span = span};
}

static void read_entry(struct pk_read *read, struct pk_settings *settings,
	const struct pk_node *map, const struct entry_key *key)
{
	const struct pk_node *node = pk_node_find(map, key->key);
	if (node == NULL)
		return;
	const char *text = key->read(read, node, key->key);
	if (text != NULL)
		add_entry(read, settings, key->name, text, node->span);
}

static void read_verbatim(
	struct pk_read *read, struct pk_settings *settings, const struct pk_node *node)
{
	static const char *const keys[] = {"name", "value"};
	if (!pk_read_is_map(read, node, "entry"))
		return;
	pk_node_check_keys(node, keys, PK_COUNT(keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *name = pk_read_need(read, node, "name");
	const struct pk_node *value = pk_read_need(read, node, "value");
	const char *name_text = name == NULL ? NULL : pk_read_filled(read, name, "name");
	const char *value_text = value == NULL ? NULL : pk_read_text(read, value, "value");
	if (name_text != NULL && value_text != NULL)
		add_entry(read, settings, name_text, value_text, node->span);
}

static void check_sysmon_keys(struct pk_read *read, const struct pk_node *map)
{
	const char *keys[PK_COUNT(entry_keys) + 2];
	size_t count = 0;
	for (size_t i = 0; i < PK_COUNT(entry_keys); i++)
		keys[count++] = entry_keys[i].key;
	keys[count++] = clipboard_key.key;
	keys[count++] = "entries";
	pk_node_check_keys(map, keys, count, PK_UNKNOWN_KEY, read->diags);
}

static void read_sysmon(struct pk_read *read, struct pk_settings *settings,
	const struct pk_node *map, const struct pk_node *driver_name)
{
	if (map != NULL && !pk_read_is_map(read, map, "sysmon"))
		return;
	for (size_t i = 0; map != NULL && i < PK_COUNT(entry_keys); i++)
		read_entry(read, settings, map, &entry_keys[i]);
	if (driver_name != NULL && settings->driver_name != NULL)
		add_entry(read, settings, "DriverName", settings->driver_name, driver_name->span);
	if (map == NULL)
		return;

	check_sysmon_keys(read, map);
	const struct pk_node *entries = pk_node_find(map, "entries");
	if (entries != NULL && pk_read_is_list(read, entries, "entries")) {
		for (size_t i = 0; i < entries->items.len; i++)
			read_verbatim(read, settings, entries->items.items[i]);
	}
	read_entry(read, settings, map, &clipboard_key);
}

/* Bytes, or KiB, MiB, GiB; 0 after a report. */
static uint64_t read_size(struct pk_read *read, const struct pk_node *node)
{
	static const struct {
		const char *suffix;
		unsigned shift;
	} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"", 0}};
	const char *text = pk_read_text(read, node, "event_log_size");
	if (text == NULL)
		return 0;

	size_t unit = 0;
	while (!pk_text_ends(text, units[unit].suffix))
		unit++;
	size_t len = strlen(text) - strlen(units[unit].suffix);
	uint64_t number;
	if (pk_text_parse_u64(&number, pk_arena_strndup(read->arena, text, len)) && number > 0 &&
		number <= UINT64_MAX >> units[unit].shift)
		return number << units[unit].shift;
	report_setting(read, node->span, pk_arena_printf(read->arena, "'%s' is not a size", text),
		"write a number of bytes greater than 0, or with a unit as in 1GiB");
	return 0;
}

static const char *read_driver_name(struct pk_read *read, const struct pk_node *node)
{
	const char *text = read_text(read, node, "driver_name");
	if (text == NULL || strlen(text) <= DRIVER_NAME_MAX)
		return text;
	report_setting(read, node->span,
		pk_arena_printf(read->arena, "driver name '%s' has more than %d characters", text,
			DRIVER_NAME_MAX),
		"shorten it");
	return NULL;
}

static void read_deployment(
	struct pk_read *read, struct pk_settings *settings, const struct pk_node *map)
{
	static const char *const keys[] = {
		"event_log_size", "event_log_retention", "service_name", "driver_name"};
	static const struct pk_word retentions[] = {{"archive", 0}, {"overwrite", 0}};
	pk_node_check_keys(map, keys, PK_COUNT(keys), PK_UNKNOWN_KEY, read->diags);

	unsigned ignored;
	const struct pk_node *node = pk_node_find(map, "event_log_size");
	if (node != NULL)
		settings->event_log_size = read_size(read, node);
	node = pk_node_find(map, "event_log_retention");
	if (node != NULL &&
		pk_read_word(read, &ignored, node, "event_log_retention", retentions,
			PK_COUNT(retentions)))
		settings->event_log_retention = node->text;
	node = pk_node_find(map, "service_name");
	if (node != NULL)
		settings->service_name = read_text(read, node, "service_name");
	node = pk_node_find(map, "driver_name");
	if (node != NULL) {
		settings->driver_name = read_driver_name(read, node);
		settings->driver_name_span = node->span;
	}
}

static const struct pk_node *get_map(
	struct pk_read *read, const struct pk_node *map, const char *key)
{
	const struct pk_node *node = NULL;
	pk_node_get_map(&node, map, key, read->diags);
	return node;
}

static void read_monster(
	struct pk_read *read, struct pk_settings *settings, const struct pk_node *map)
{
	static const char *const keys[] = {"core", "export", "extra"};
	pk_node_check_keys(map, keys, PK_COUNT(keys), PK_UNKNOWN_KEY, read->diags);
	settings->monster_core = get_map(read, map, "core");
	settings->monster_export = get_map(read, map, "export");
	settings->monster_extra = get_map(read, map, "extra");
}

static void read_settings(
	struct pk_read *read, struct pk_settings *settings, const struct pk_node *map)
{
	static const char *const keys[] = {"sysmon", "deployment", "monster"};
	pk_node_check_keys(map, keys, PK_COUNT(keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *deployment = get_map(read, map, "deployment");
	const struct pk_node *driver_name = NULL;
	if (deployment != NULL) {
		read_deployment(read, settings, deployment);
		driver_name = pk_node_find(deployment, "driver_name");
	}
	const struct pk_node *sysmon = pk_node_find(map, "sysmon");
	read_sysmon(read, settings, sysmon, driver_name);
	const struct pk_node *monster = get_map(read, map, "monster");
	if (monster != NULL)
		read_monster(read, settings, monster);
}

/* The variables in the layer's texts are replaced on a copy, as they will be after merging. */
void pk_settings_check(struct pk_read *read, const struct pk_node *map)
{
	if (!pk_read_is_map(read, map, "settings"))
		return;
	const struct pk_node *copy = pk_merge_nodes(read, &map, 1);
	if (copy == NULL)
		return;
	struct pk_settings ignored = {0};
	read->literal = true;
	read_settings(read, &ignored, copy);
	read->literal = false;
}

void pk_settings_merge(struct pk_read *read, const struct pk_node *const *maps, size_t count)
{
	if (count == 0)
		return;
	const struct pk_node *merged = pk_merge_nodes(read, maps, count);
	if (merged == NULL)
		return;
	read->literal = true;
	read_settings(read, &read->policy->settings, merged);
	read->literal = false;
}

static void set_collect(struct pk_read *read, struct pk_collect_table *table,
	const struct pk_node_pair *pair, enum pk_collect collect)
{
	const struct pk_node *key = pair->key;
	struct pk_collect_entry *entry = pk_map_find(&table->by_event, key->text);
	if (entry == NULL) {
		entry = PK_NEW(read->arena, struct pk_collect_entry);
		pk_map_set(read->arena, &table->by_event, key->text, entry);
		*pk_list_push(read->arena, &table->entries) = entry;
	}
	*entry = (struct pk_collect_entry){.event = key->text,
		.collect = collect,
		.span = pk_span_make(key->span.source, key->span.begin, pair->value->span.end)};
}

void pk_collect_read(
	struct pk_read *read, const struct pk_node *map, struct pk_collect_table *table)
{
	static const struct pk_word words[] = {
		{"all", PK_COLLECT_ALL},
		{"none", PK_COLLECT_NONE},
		{"rules", PK_COLLECT_RULES},
	};
	if (!pk_read_is_map(read, map, "collect"))
		return;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node_pair *pair = &map->pairs[i];
		unsigned word;
		if (pk_read_word(
			    read, &word, pair->value, "what to collect", words, PK_COUNT(words)))
			set_collect(read, table, pair, (enum pk_collect)word);
	}
}

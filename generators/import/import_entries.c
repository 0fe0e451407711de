#include "generators/import/import_entries.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"

enum {
	DRIVER_NAME_MAX = 8, /* characters of deployment.driver_name */
	KEY_INDENT = 4,
};

/* Which entries are in force: those before `end`, of equal names the last. */
struct force {
	struct pk_map last;			 /* name -> const struct pk_sysmon_entry * */
	const struct pk_sysmon_entry *clipboard; /* NULL if there is none */
	size_t end;
};

/* An entry that a key of settings.sysmon can say. */
struct entry_key {
	const char *name;
	const char *key;
	/* Appends the value as the key takes it; false, with nothing appended, if it cannot. */
	bool (*put)(struct pk_importer *importer, const char *value);
};

/* --- values --- */

/* The name that settings.sysmon.hash_algorithms knows, or NULL. */
static const char *find_hash(const char *item, size_t len)
{
	static const struct {
		const char *word;
		const char *name;
	} hashes[] = {
		{"imp-hash", "IMPHASH"},
		{"imphash", "IMPHASH"},
		{"md-5", "MD5"},
		{"md5", "MD5"},
		{"sha-1", "SHA1"},
		{"sha-256", "SHA256"},
		{"sha1", "SHA1"},
		{"sha256", "SHA256"},
	};
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (strlen(hashes[i].word) == len && strncasecmp(hashes[i].word, item, len) == 0)
			return hashes[i].name;
	}
	return NULL;
}

/* Only a list in which Sysmon finds every item; one comma at the end is nothing to it. */
static bool put_hashes(struct pk_importer *importer, const char *value)
{
	if (pk_text_equal(value, "*") || pk_text_equal_nocase(value, "all")) {
		pk_import_put_scalar(importer, "*", false);
		return true;
	}

	PK_BUF_AUTO list = {0};
	const char *item = value;
	do {
		size_t len = strcspn(item, ",");
		const char *name = find_hash(item, len);
		if (name == NULL)
			return false;
		pk_buf_printf(&list, "%s%s", list.len > 0 ? ", " : "", name);
		item += len + (item[len] == ',');
	} while (*item != '\0');
	pk_buf_printf(importer->out, "[%s]", list.data);
	return true;
}

/* What other words than these mean to Sysmon is not documented. */
static bool put_switch(struct pk_importer *importer, const char *value)
{
	bool on = pk_text_equal_nocase(value, "true");
	if (!on && !pk_text_equal_nocase(value, "false"))
		return false;
	pk_buf_puts(importer->out, on ? "true" : "false");
	return true;
}

static bool put_text(struct pk_importer *importer, const char *value)
{
	if (value[0] == '\0')
		return false;
	pk_import_put_literal(importer, value, false);
	return true;
}

static bool is_count(const char *text)
{
	uint64_t number;
	return text[0] != '0' && pk_text_parse_u64(&number, text);
}

static bool put_count(struct pk_importer *importer, const char *value)
{
	if (!is_count(value))
		return false;
	pk_buf_puts(importer->out, value);
	return true;
}

/* One size of FieldSizes, "CommandLine:1000"; false if a mapping cannot say it. */
static bool put_size(
	struct pk_importer *importer, struct pk_buf *sizes, struct pk_map *seen, const char *item)
{
	const char *colon = strchr(item, ':');
	if (colon == NULL || !is_count(colon + 1))
		return false;
	char *field = pk_arena_strndup(importer->arena, item, (size_t)(colon - item));
	if (pk_map_set(importer->arena, seen, field, field) != NULL)
		return false;
	pk_buf_printf(sizes, "%s%s: %s", sizes->len > 0 ? ", " : "", field, colon + 1);
	return true;
}

static bool put_sizes(struct pk_importer *importer, const char *value)
{
	PK_BUF_AUTO sizes = {0};
	struct pk_map seen = {0};
	const char *item = value;
	do {
		size_t len = strcspn(item, ",");
		const char *copy = pk_arena_strndup(importer->arena, item, len);
		if (!put_size(importer, &sizes, &seen, copy))
			return false;
		item += len + (item[len] == ',');
	} while (*item != '\0');
	pk_buf_printf(importer->out, "{%s}", sizes.data);
	return true;
}

/* In the order of picket-ruleset(5). */
static const struct entry_key entry_keys[] = {
	{"HashAlgorithms", "hash_algorithms", put_hashes},
	{"CheckRevocation", "check_revocation", put_switch},
	{"DnsLookup", "dns_lookup", put_switch},
	{"ArchiveDirectory", "archive_directory", put_text},
	{"FieldSizes", "field_sizes", put_sizes},
	{"DriverQueueSize", "driver_queue_size", put_count},
	{"SigningQueueSize", "signing_queue_size", put_count},
	{"ProcessAccessConfig", "process_access_config", put_text},
	{"PipeMonitoringConfig", "pipe_monitoring_config", put_text},
};

enum { ENTRY_KEYS = sizeof(entry_keys) / sizeof(entry_keys[0]) };

/* --- which are in force --- */

static bool is_clipboard(const struct pk_sysmon_entry *entry)
{
	return pk_text_equal(entry->name, "CaptureClipboard");
}

/*
 * An entry without text ends the reading of entries and sets nothing itself. CaptureClipboard
 * never has text: it is kept as what its author means.
 */
static void find_force(
	struct pk_importer *importer, struct force *force, const struct pk_sysmon *sysmon)
{
	*force = (struct force){0};
	while (force->end < sysmon->entries.len &&
		sysmon->entries.items[force->end].value != NULL) {
		struct pk_sysmon_entry *entry = &sysmon->entries.items[force->end++];
		pk_map_set(importer->arena, &force->last, entry->name, entry);
	}
	if (force->end < sysmon->entries.len && is_clipboard(&sysmon->entries.items[force->end]))
		force->clipboard = &sysmon->entries.items[force->end];
}

/* The blank line keeps the comment away from the key below. */
static void leave_out(struct pk_importer *importer, const struct pk_sysmon *sysmon,
	const struct force *force, const struct pk_sysmon_entry *entry)
{
	size_t index = (size_t)(entry - sysmon->entries.items);
	const char *why = index < force->end ? "it is given again below"
		: index == force->end	     ? "it has no text and sets nothing"
					     : "Sysmon stops reading entries before it";
	struct pk_diag *diag = pk_report(importer->diags, PK_IMPORT_ENTRY_LEFT_OUT, entry->span,
		"'%s' is left out: %s", entry->name, why);
	if (index > force->end)
		pk_diag_relate(importer->diags, diag, sysmon->entries.items[force->end].span,
			"reading ends at this entry, which has no text");
	pk_diag_hint(importer->diags, diag, "add it to `settings` if it should be in force");

	pk_import_put_comment(importer, 0, entry->comment);
	pk_import_put_comment(importer, 0,
		pk_arena_printf(importer->arena, "Left out: %s%s%s; %s.", entry->name,
			entry->value == NULL ? "" : " ", entry->value == NULL ? "" : entry->value,
			why));
	pk_buf_putc(importer->out, '\n');
}

/* --- writing --- */

/* What is written of `settings` so far: headings come with the first thing below them. */
struct settings {
	bool any;
	bool sysmon;
	bool entries;
};

static void open_sysmon(struct pk_importer *importer, struct settings *settings)
{
	if (!settings->any)
		pk_buf_puts(importer->out, "settings:\n");
	if (!settings->sysmon)
		pk_buf_puts(importer->out, "  sysmon:\n");
	settings->any = true;
	settings->sysmon = true;
}

/* `key: value` below settings.sysmon; false, with nothing written, if the key cannot say it. */
static bool put_key(struct pk_importer *importer, struct settings *settings,
	const struct entry_key *key, const struct pk_sysmon_entry *entry)
{
	PK_BUF_AUTO value = {0};
	struct pk_buf *out = importer->out;
	importer->out = &value;
	bool done = key->put(importer, entry->value);
	importer->out = out;
	if (!done)
		return false;

	open_sysmon(importer, settings);
	pk_import_put_comment(importer, KEY_INDENT, entry->comment);
	pk_buf_printf(out, "    %s: %s\n", key->key, value.data);
	return true;
}

static void put_verbatim(struct pk_importer *importer, struct settings *settings,
	const struct pk_sysmon_entry *entry)
{
	open_sysmon(importer, settings);
	if (!settings->entries)
		pk_buf_puts(importer->out, "    entries:\n");
	settings->entries = true;
	pk_import_put_comment(importer, KEY_INDENT + 2, entry->comment);
	pk_buf_printf(importer->out, "      - {name: %s, value: ", entry->name);
	pk_import_put_literal(importer, entry->value, true);
	pk_buf_puts(importer->out, "}\n");
}

static bool is_driver_name(const struct pk_sysmon_entry *entry)
{
	return pk_text_equal(entry->name, "DriverName") && entry->value[0] != '\0' &&
		strlen(entry->value) <= DRIVER_NAME_MAX;
}

/* The entries that keys say; `said` gets a mark for each of them. */
static void put_keys(struct pk_importer *importer, struct settings *settings,
	const struct force *force, struct pk_map *said)
{
	for (size_t i = 0; i < ENTRY_KEYS; i++) {
		struct pk_sysmon_entry *entry = pk_map_find(&force->last, entry_keys[i].name);
		if (entry != NULL && put_key(importer, settings, &entry_keys[i], entry))
			pk_map_set(importer->arena, said, entry->name, entry);
	}
	if (force->clipboard == NULL)
		return;
	open_sysmon(importer, settings);
	pk_import_put_comment(importer, KEY_INDENT, force->clipboard->comment);
	pk_buf_puts(importer->out, "    capture_clipboard: true\n");
}

static void put_driver_name(struct pk_importer *importer, struct settings *settings,
	const struct pk_sysmon_entry *entry)
{
	if (!settings->any)
		pk_buf_puts(importer->out, "settings:\n");
	settings->any = true;
	pk_buf_puts(importer->out, "  deployment:\n");
	pk_import_put_comment(importer, KEY_INDENT, entry->comment);
	pk_buf_puts(importer->out, "    driver_name: ");
	pk_import_put_literal(importer, entry->value, false);
	pk_buf_putc(importer->out, '\n');
}

void pk_import_put_entries(struct pk_importer *importer, const struct pk_sysmon *sysmon)
{
	struct force force;
	struct settings settings = {0};
	struct pk_map said = {0};
	find_force(importer, &force, sysmon);

	for (size_t i = 0; i < sysmon->entries.len; i++) {
		const struct pk_sysmon_entry *entry = &sysmon->entries.items[i];
		if (i >= force.end ? entry != force.clipboard
				   : pk_map_find(&force.last, entry->name) != entry)
			leave_out(importer, sysmon, &force, entry);
	}

	put_keys(importer, &settings, &force, &said);
	const struct pk_sysmon_entry *driver = pk_map_find(&force.last, "DriverName");
	bool has_driver_name = driver != NULL && is_driver_name(driver);
	for (size_t i = 0; i < force.end; i++) {
		const struct pk_sysmon_entry *entry = &sysmon->entries.items[i];
		if (pk_map_find(&force.last, entry->name) == entry &&
			pk_map_find(&said, entry->name) == NULL &&
			!(entry == driver && has_driver_name))
			put_verbatim(importer, &settings, entry);
	}
	if (has_driver_name)
		put_driver_name(importer, &settings, driver);
}

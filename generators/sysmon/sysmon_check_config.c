/* Checks of the schema version and of the configuration entries. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

#include "base/text.h"

enum { DRIVER_NAME_LIMIT = 8 }; /* characters */

/* --- schemaversion --- */

void pk_check_version(struct pk_checker *checker)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	size_t count;
	const struct pk_schema_version *versions =
		pk_schema_versions(sysmon->parser->platform, &count);
	for (size_t i = 0; i < count; i++) {
		if (versions[i].version == sysmon->version)
			break;
		if (i + 1 < count || sysmon->schema == NULL)
			continue;
		struct pk_diag *diag =
			pk_report(checker->diags, PK_SCHEMA_NOT_KNOWN, sysmon->version_span,
				"there is no schema %s: the file is checked by schema %s",
				pk_schema_version_text(checker->arena, sysmon->version),
				pk_schema_version_text(checker->arena, sysmon->schema->version));
		pk_diag_hint(checker->diags, diag, "write schemaversion=\"%s\"",
			pk_schema_version_text(checker->arena, sysmon->schema->version));
	}
}

/* --- order and repetition --- */

static void check_without_text(struct pk_checker *checker, size_t at)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	const struct pk_sysmon_entry *entry = &sysmon->entries.items[at];
	const struct pk_entry_info *info = pk_schema_find_entry(sysmon->parser, entry->name);
	bool must = info != NULL && info->argument == PK_ENTRY_EMPTY;
	size_t left = sysmon->entries.len - at - 1;
	if (must && left == 0)
		return;

	struct pk_diag *diag = pk_report(checker->diags, PK_ENTRY_WITHOUT_TEXT, entry->span,
		left == 0 ? "'%s' has no text and is not set"
			: must
			? "'%s' has no text: Sysmon applies none of the entries behind it"
			: "'%s' has no text: Sysmon applies neither it nor the entries behind it",
		entry->name);
	for (size_t i = at + 1; i < sysmon->entries.len; i++)
		pk_diag_relate(checker->diags, diag, sysmon->entries.items[i].span, "not applied");
	if (must) {
		pk_diag_hint(checker->diags, diag, "make it the last entry");
		return;
	}
	pk_diag_hint(checker->diags, diag, "write a text, as in '<%s>True</%s>'", entry->name,
		entry->name);
}

static void check_repetition(
	struct pk_checker *checker, struct pk_sysmon_entry *entry, struct pk_map *met)
{
	const struct pk_sysmon_entry *before = pk_map_set(checker->arena, met, entry->name, entry);
	if (before == NULL)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_ENTRY_TWICE, entry->span,
		"'%s' is given twice: this one counts", entry->name);
	pk_diag_relate(checker->diags, diag, before->span, "this one has no effect");
	pk_diag_hint(checker->diags, diag, "remove one of them");
}

void pk_check_entry_order(struct pk_checker *checker)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	struct pk_map met = {0};
	for (size_t i = 0; i < sysmon->entries.len; i++) {
		if (sysmon->entries.items[i].value == NULL) {
			check_without_text(checker, i);
			return;
		}
		check_repetition(checker, &sysmon->entries.items[i], &met);
	}
}

/* --- HashAlgorithms --- */

/* The algorithms that a valid list selects. A leading comma ends the list before it begins. */
static unsigned selected_hashes(const char *list)
{
	if (strcmp(list, "*") == 0 || pk_text_equal_nocase(list, "all"))
		return PK_HASH_SHA1 | PK_HASH_MD5 | PK_HASH_SHA256 | PK_HASH_IMPHASH;
	unsigned bits = 0;
	while (*list != '\0' && *list != ',') {
		size_t len = strcspn(list, ",");
		bits |= pk_hash_bit(list, len);
		list += len + (list[len] == ',');
	}
	return bits;
}

void pk_check_hash_entry(struct pk_checker *checker)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	const struct pk_sysmon_entry *entry = pk_sysmon_entry(sysmon, "HashAlgorithms");
	struct pk_diag *diag;

	if (entry == NULL) {
		if (pk_check_is_fragment(sysmon))
			return;
		for (size_t i = 0; i < sysmon->entries.len; i++) {
			if (strcmp(sysmon->entries.items[i].name, "HashAlgorithms") == 0)
				return; /* told by pk_check_entry_order */
		}
		diag = pk_report(checker->diags, PK_HASHES_MISSING, sysmon->version_span,
			"HashAlgorithms is not set: which hashes are computed depends on the "
			"installation");
		pk_diag_hint(checker->diags, diag,
			"write '<HashAlgorithms>SHA256,IMPHASH</HashAlgorithms>'");
		return;
	}
	checker->hashes = selected_hashes(entry->value);
	if (checker->hashes != 0)
		return;
	diag = pk_report(checker->diags, PK_NO_HASH_SELECTED, entry->value_span,
		"'%s' selects no hash algorithm", pk_check_shown(checker, entry->value));
	pk_diag_hint(checker->diags, diag, "begin the list with a name, such as 'SHA256,IMPHASH'");
}

/* --- values --- */

static void check_boolean(struct pk_checker *checker, const struct pk_sysmon_entry *entry)
{
	if (pk_text_equal_nocase(entry->value, "true") ||
		pk_text_equal_nocase(entry->value, "false"))
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_ENTRY_NOT_BOOLEAN, entry->value_span,
		"'%s' is '%s'; only True and False are documented", entry->name,
		pk_check_shown(checker, entry->value));
	pk_diag_hint(checker->diags, diag, "write 'True' or 'False'");
}

static void check_driver_name(struct pk_checker *checker, const struct pk_sysmon_entry *entry)
{
	size_t len = pk_utf8_utf16_len(entry->value);
	if (len <= DRIVER_NAME_LIMIT)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_DRIVER_NAME, entry->value_span,
		"driver name has %zu characters; the limit is %d", len, DRIVER_NAME_LIMIT);
	pk_diag_hint(checker->diags, diag, "shorten it");
}

static void check_field_sizes(struct pk_checker *checker, const struct pk_sysmon_entry *entry)
{
	for (const char *item = entry->value; *item != '\0';) {
		size_t len = strcspn(item, ",");
		if (len > 0 && memchr(item, ':', len) == NULL) {
			struct pk_diag *diag = pk_report(checker->diags, PK_FIELD_SIZE_IGNORED,
				entry->value_span, "'%.*s' has no size and is ignored",
				(int)(len < 60 ? len : 60), item);
			pk_diag_hint(checker->diags, diag, "write the field, ':' and the size");
		}
		item += len + (item[len] == ',');
	}
}

/* Each item is a name, or a name, a colon and a mask; "::" is a colon in the name. */
static void check_access_masks(struct pk_checker *checker, const struct pk_sysmon_entry *entry)
{
	for (const char *item = entry->value; *item != '\0';) {
		size_t len = strcspn(item, ",");
		const char *text = pk_arena_strndup(checker->arena, item, len);
		const char *mask = strrchr(text, ':');
		uint64_t number;
		item += len + (item[len] == ',');
		if (mask == NULL || (mask > text && mask[-1] == ':') ||
			pk_text_parse_u64_any(&number, mask + 1))
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_ACCESS_MASK, entry->value_span,
			"access mask '%s' is no number", pk_check_shown(checker, mask + 1));
		pk_diag_hint(checker->diags, diag, "write the mask in decimal or as 0x1410");
	}
}

struct entry_check {
	const char *name;
	void (*run)(struct pk_checker *checker, const struct pk_sysmon_entry *entry);
};

static const struct entry_check entry_checks[] = {
	{"CheckRevocation", check_boolean},
	{"DnsLookup", check_boolean},
	{"DriverName", check_driver_name},
	{"FieldSizes", check_field_sizes},
	{"ProcessAccessConfig", check_access_masks},
};

void pk_check_entry_values(struct pk_checker *checker)
{
	for (size_t i = 0; i < sizeof(entry_checks) / sizeof(entry_checks[0]); i++) {
		const struct pk_sysmon_entry *entry =
			pk_sysmon_entry(checker->sysmon, entry_checks[i].name);
		if (entry != NULL)
			entry_checks[i].run(checker, entry);
	}
}

/* --- Linux --- */

static const char *const linux_refuses[] = {
	"ArchiveDirectory", "CaptureClipboard", "CheckRevocation", "DriverName"};

static void check_linux_entry(struct pk_checker *checker, const struct pk_sysmon_entry *entry)
{
	struct pk_diag *diag;
	for (size_t i = 0; i < sizeof(linux_refuses) / sizeof(linux_refuses[0]); i++) {
		if (strcmp(entry->name, linux_refuses[i]) != 0)
			continue;
		diag = pk_report(checker->diags, PK_LINUX_ENTRY, entry->span,
			"Sysmon for Linux refuses a configuration with '%s'", entry->name);
		pk_diag_hint(checker->diags, diag, "remove the entry");
	}
	if (strcmp(entry->name, "FieldSizes") == 0 && entry->value != NULL &&
		strchr(entry->value, ':') != NULL) {
		diag = pk_report(checker->diags, PK_LINUX_FIELD_SIZES, entry->span,
			"Sysmon for Linux ends abnormally when it reads FieldSizes");
		pk_diag_hint(checker->diags, diag, "remove the entry");
	}
}

void pk_check_linux_entries(struct pk_checker *checker)
{
	if (!checker->linux_product)
		return;
	for (size_t i = 0; i < checker->sysmon->entries.len; i++)
		check_linux_entry(checker, &checker->sysmon->entries.items[i]);
}

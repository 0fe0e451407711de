/* Configuration entries: what is in force, and the checks Sysmon makes after reading the rules. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "generators/sysmon/sysmon_convert.h"

enum { PROCESS_ACCESS_LIMIT = 9 }; /* the parser's table has ten places and refuses to fill it */

const struct pk_sysmon_entry *pk_sysmon_entry(const struct pk_sysmon *sysmon, const char *name)
{
	const struct pk_sysmon_entry *found = NULL;
	for (size_t i = 0; i < sysmon->entries.len; i++) {
		const struct pk_sysmon_entry *entry = &sysmon->entries.items[i];
		if (entry->value == NULL)
			break;
		if (strcmp(entry->name, name) == 0)
			found = entry;
	}
	return found;
}

/* The entry in force with a text to check, or NULL. */
static const struct pk_sysmon_entry *with_text(const struct pk_sysmon *sysmon, const char *name)
{
	const struct pk_sysmon_entry *entry = pk_sysmon_entry(sysmon, name);
	return entry != NULL && entry->value[0] != '\0' ? entry : NULL;
}

/*
 * Cuts the next item from a comma list as Sysmon's loader does: of two commas in a row the second
 * vanishes and the first becomes part of the item. NULL at the end or at an empty item.
 */
static const char *next_item(struct pk_arena *arena, const char **list)
{
	const char *from = *list;
	char *item = pk_arena_alloc(arena, strlen(from) + 1);
	size_t len = 0;

	while (*from != '\0' && !(from[0] == ',' && from[1] != ',')) {
		item[len++] = *from;
		from += from[0] == ',' ? 2 : 1;
	}
	*list = *from == ',' ? from + 1 : from;
	return len == 0 ? NULL : item;
}

/* --- HashAlgorithms --- */

static bool is_algorithm(const char *name)
{
	static const char *const names[] = {
		"sha1", "sha-1", "md5", "md-5", "sha256", "sha-256", "imphash", "imp-hash"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (pk_text_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

static void check_hashes(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	static const char *const words[] = {"MD5", "SHA1", "SHA256", "IMPHASH", "*"};
	const struct pk_sysmon_entry *entry = with_text(sysmon, "HashAlgorithms");
	if (entry == NULL || strcmp(entry->value, "*") == 0 ||
		pk_text_equal_nocase(entry->value, "all"))
		return;

	const char *list = entry->value;
	for (const char *item; (item = next_item(diags->arena, &list)) != NULL;) {
		if (is_algorithm(item))
			continue;
		struct pk_diag *diag = pk_report(diags, PK_HASH_ALGORITHM, entry->value_span,
			"'%s' is no hash algorithm of Sysmon", item);
		const char *near = pk_text_nearest(item, words, sizeof(words) / sizeof(*words));
		pk_diag_hint(diags, diag,
			near != NULL ? "write '%s', without blanks"
				     : "write a comma list of %s, without blanks",
			near != NULL ? near : "MD5, SHA1, SHA256, IMPHASH");
		sysmon->rejected = true;
	}
}

/* --- ProcessAccessConfig --- */

/* Commas separate the items; an item ends the list if it is empty. */
static void check_process_access(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	const struct pk_sysmon_entry *entry = with_text(sysmon, "ProcessAccessConfig");
	if (entry == NULL)
		return;

	const char *list = entry->value;
	size_t count = 0;
	while (next_item(diags->arena, &list) != NULL)
		count++;
	if (count <= PROCESS_ACCESS_LIMIT)
		return;
	struct pk_diag *diag = pk_report(diags, PK_PROCESS_ACCESS_CONFIG, entry->value_span,
		"%zu processes; Sysmon refuses more than %d", count, PROCESS_ACCESS_LIMIT);
	pk_diag_hint(diags, diag, "use ProcessAccess rules instead");
	sysmon->rejected = true;
}

/* --- ArchiveDirectory --- */

static void check_archive(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	const struct pk_sysmon_entry *entry = with_text(sysmon, "ArchiveDirectory");
	if (entry == NULL || strchr(entry->value, '\\') == NULL)
		return;
	struct pk_diag *diag = pk_report(diags, PK_ARCHIVE_DIRECTORY, entry->value_span,
		"'%s' is a path; Sysmon takes one folder name", entry->value);
	pk_diag_hint(
		diags, diag, "write a name without backslash; it lies at the root of each volume");
	sysmon->rejected = true;
}

/* --- FieldSizes --- */

/* The parser looks through all its events but the newest, whose fields others have as well. */
static bool is_field(const struct pk_schema *parser, const char *name)
{
	for (size_t i = 0; i < parser->events.len; i++) {
		if (!parser->events.items[i].hidden &&
			pk_event_field(&parser->events.items[i], name) >= 0)
			return true;
	}
	return false;
}

static const char *size_problem(
	struct pk_arena *arena, const struct pk_schema *parser, const char *item)
{
	const char *colon = strchr(item, ':');
	if (colon == NULL)
		return NULL; /* silently ignored */
	const char *field = pk_arena_strndup(arena, item, (size_t)(colon - item));
	if (!is_field(parser, field))
		return pk_arena_printf(arena, "no event has a field '%s'", field);
	if (pk_text_leading_int(colon + 1) <= 0)
		return pk_arena_printf(arena, "the size of '%s' is not above 0", field);
	return NULL;
}

static void check_field_sizes(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	const struct pk_sysmon_entry *entry = with_text(sysmon, "FieldSizes");
	if (entry == NULL)
		return;

	for (const char *c = entry->value; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;
		if ((byte < 0x80 && isalnum(byte)) || byte == ',' || byte == ':')
			continue;
		struct pk_diag *diag = pk_report(diags, PK_FIELD_SIZES, entry->value_span,
			"FieldSizes takes only letters, digits, ',' and ':'");
		pk_diag_hint(diags, diag, "write 'CommandLine:1000,Image:260'");
		sysmon->rejected = true;
		return;
	}
	for (const char *item = entry->value; *item != '\0';) {
		size_t len = strcspn(item, ",");
		const char *copy = pk_arena_strndup(diags->arena, item, len);
		const char *problem = size_problem(diags->arena, sysmon->parser, copy);
		if (problem != NULL) {
			pk_report(diags, PK_FIELD_SIZES, entry->value_span, "%s", problem);
			sysmon->rejected = true;
		}
		item += len + (item[len] == ',');
	}
}

void pk_sysmon_check_entries(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	check_hashes(sysmon, diags);
	check_process_access(sysmon, diags);
	check_archive(sysmon, diags);
	check_field_sizes(sysmon, diags);
}

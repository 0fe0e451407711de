#include "cli/kind.h"

#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory.h"

/* True if a line of the text begins with `key`: enough to tell a top-level key of YAML. */
static bool has_line(const char *text, const char *key)
{
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (pk_text_starts(line, key))
			return true;
	}
	return false;
}

/* Marks of the template languages that configurations are wrapped in. */
static bool is_template(const char *text)
{
	return pk_text_starts(text, "{{") || pk_text_starts(text, "{%") ||
		pk_text_starts(text, "{#");
}

enum pk_kind pk_kind_of(const struct pk_source *source)
{
	const unsigned char *text = (const unsigned char *)source->text;
	size_t start = 0;

	if (source->len >= 2 && (text[0] == 0xff || text[0] == 0xfe))
		return PK_KIND_SYSMON;
	if (source->len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	while (start < source->len && strchr(" \t\r\n", text[start]) != NULL && text[start] != 0)
		start++;
	if (start == source->len || text[start] == '<' || text[start] == 0)
		return PK_KIND_SYSMON;
	if (text[start] == '{' && !is_template(source->text + start))
		return PK_KIND_MONSTER;
	if (has_line(source->text + start, "project:"))
		return PK_KIND_PROJECT;
	if (pk_inventory_is(source))
		return PK_KIND_INVENTORY;
	if (has_line(source->text + start, "picket:") ||
		has_line(source->text + start, "ruleset:") || pk_text_ends(source->path, ".yaml") ||
		pk_text_ends(source->path, ".yml"))
		return PK_KIND_RULESET;
	if (pk_text_ends(source->path, ".xml") ||
		memmem(source->text, source->len, "<Sysmon", strlen("<Sysmon")) != NULL)
		return PK_KIND_SYSMON;
	if (pk_text_ends(source->path, ".json") || pk_text_ends(source->path, ".conf") ||
		pk_text_ends(source->path, ".cnf"))
		return PK_KIND_MONSTER;
	return PK_KIND_UNKNOWN;
}

/* Configuration entries in force, and events whose collection is switched by their elements. */
#include <string.h>

#include "base/text.h"
#include "generators/meaning/diff_parts.h"
#include "generators/sysmon/sysmon_convert.h"

/*
 * The entry in force. One that must be empty has no text and is in force although it ends the
 * reading of entries (Sysmon facts, docs/sysmon-facts.md section 5).
 */
static const struct pk_sysmon_entry *in_force(
	const struct pk_sysmon *sysmon, const struct pk_entry_info *info)
{
	if (info->argument != PK_ENTRY_EMPTY)
		return pk_sysmon_entry(sysmon, info->name);
	for (size_t i = 0; i < sysmon->entries.len; i++) {
		const struct pk_sysmon_entry *entry = &sysmon->entries.items[i];
		if (strcmp(entry->name, info->name) == 0)
			return entry;
		if (entry->value == NULL)
			return NULL;
	}
	return NULL;
}

/* The algorithm's name without case and hyphen, as a bit; 0 if it is another word. */
static unsigned algorithm_bit(const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned bits;
	} names[] = {{"sha1", 1}, {"sha-1", 1}, {"md5", 2}, {"md-5", 2}, {"sha256", 4},
		{"sha-256", 4}, {"imphash", 8}, {"imp-hash", 8}, {"*", 15}, {"all", 15}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) != len)
			continue;
		size_t same = 0;
		while (same < len && pk_text_lower(name[same]) == names[i].name[same])
			same++;
		if (same == len)
			return names[i].bits;
	}
	return 0;
}

static unsigned algorithms(const char *list)
{
	unsigned bits = 0;
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		bits |= algorithm_bit(list, len);
		list += len + (list[len] == ',');
	}
	return bits;
}

static bool same_value(const char *name, const char *a, const char *b)
{
	if (strcmp(name, "HashAlgorithms") == 0 && a[0] != ',' && b[0] != ',')
		return algorithms(a) == algorithms(b);
	return strcmp(a, b) == 0;
}

static const char *value_of(const struct pk_sysmon_entry *entry)
{
	return entry->value != NULL ? entry->value : "";
}

static void compare_entry(struct pk_arena *arena, struct pk_diff *diff,
	const struct pk_sysmon *before, const struct pk_sysmon *after,
	const struct pk_entry_info *info)
{
	const struct pk_sysmon_entry *old = in_force(before, info);
	const struct pk_sysmon_entry *new = in_force(after, info);
	if (old == NULL && new == NULL)
		return;
	if (old != NULL && new != NULL && same_value(info->name, value_of(old), value_of(new)))
		return;
	struct pk_diff_entry *entry = pk_list_push(arena, &diff->entries);
	entry->name = info->name;
	if (old != NULL) {
		entry->before = value_of(old);
		entry->before_span = old->span;
	}
	if (new != NULL) {
		entry->after = value_of(new);
		entry->after_span = new->span;
	}
}

/* --- collection --- */

/* The last element of the tag that Sysmon keeps: it switches the collection. */
static const struct pk_element *last_element(const struct pk_sysmon *sysmon, const char *tag)
{
	for (size_t i = sysmon->elements.len; i-- > 0;) {
		if (strcmp(sysmon->elements.items[i].tag, tag) == 0)
			return &sysmon->elements.items[i];
	}
	return NULL;
}

static size_t count_elements(const struct pk_sysmon *sysmon, const char *tag)
{
	size_t count = 0;
	for (size_t i = 0; i < sysmon->elements.len; i++)
		count += strcmp(sysmon->elements.items[i].tag, tag) == 0;
	return count;
}

/* An empty include behind other elements: the rules log what is never collected. */
static bool is_switched_off(const struct pk_sysmon *sysmon, const char *tag)
{
	const struct pk_element *last = last_element(sysmon, tag);
	return last != NULL && pk_element_is_include(last) && last->terms.len == 0 &&
		count_elements(sysmon, tag) > 1;
}

static void compare_collection(struct pk_arena *arena, struct pk_diff *diff,
	const struct pk_sysmon *before, const struct pk_sysmon *after, const char *tag)
{
	bool old = is_switched_off(before, tag);
	bool new = is_switched_off(after, tag);
	if (old == new)
		return;
	struct pk_diff_entry *entry = pk_list_push(arena, &diff->collection);
	entry->name = tag;
	entry->before = old ? "off" : "on";
	entry->after = new ? "off" : "on";
	if (old)
		entry->before_span = last_element(before, tag)->span;
	if (new)
		entry->after_span = last_element(after, tag)->span;
}

void pk_diff_entries(struct pk_arena *arena, struct pk_diff *diff, const struct pk_sysmon *before,
	const struct pk_sysmon *after)
{
	static const char *const switched[] = {
		"NetworkConnect", "ImageLoad", "DnsQuery", "ProcessAccess"};
	const struct pk_schema *schema =
		before->parser->version > after->parser->version ? before->parser : after->parser;
	for (size_t i = 0; i < schema->entries.len; i++)
		compare_entry(arena, diff, before, after, &schema->entries.items[i]);
	for (size_t i = 0; i < sizeof(switched) / sizeof(switched[0]); i++)
		compare_collection(arena, diff, before, after, switched[i]);
}

/* Groups and hosts as readers find them: their names, and who is in whom. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

enum {
	VISIT_NONE,
	VISIT_OPEN,
	VISIT_DONE,
};

/* Words that mean something in a selector. */
static const char *const reserved[] = {"all", "and", "or", "not"};

bool pk_inventory_once(struct pk_inventory_build *build, enum pk_code code, struct pk_span span)
{
	const char *key = pk_arena_printf(build->scratch, "%d %p %u %u", (int)code,
		(const void *)span.source, (unsigned)span.begin, (unsigned)span.end);
	return pk_map_set(build->scratch, &build->reported, key, build) == NULL;
}

bool pk_inventory_check_name(
	const char *name, const char *what, struct pk_span span, struct pk_diags *diags)
{
	bool begins = pk_inventory_plain((char[]){name[0], '\0'}, 1, "_:");
	if (!begins || !pk_inventory_plain(name, PK_HOST_NAME_MAX, "_.:-")) {
		struct pk_diag *diag = pk_report(diags, PK_INVENTORY_NAME, span,
			"'%s' cannot be the name of a %s", name, what);
		pk_diag_hint(diags, diag,
			"use up to %d letters, digits, '.', '_' and '-', the first a letter or "
			"digit",
			PK_HOST_NAME_MAX);
		return false;
	}
	for (size_t i = 0; i < PK_COUNT(reserved); i++) {
		if (!pk_text_equal_nocase(name, reserved[i]))
			continue;
		struct pk_diag *diag = pk_report(diags, PK_INVENTORY_NAME, span,
			"'%s' is a word of selectors, no name of a %s", name, what);
		pk_diag_hint(diags, diag, "choose another name");
		return false;
	}
	return true;
}

struct pk_inventory_group *pk_inventory_group(
	struct pk_inventory_build *build, const char *name, struct pk_span span)
{
	struct pk_inventory_group *group = pk_map_find(&build->group_by_name, name);
	if (group != NULL)
		return group;
	if (!pk_inventory_check_name(name, "group", span, build->diags))
		return NULL;
	if (build->groups.len == PK_INVENTORY_GROUPS) {
		pk_report(build->diags, PK_INVENTORY_LIMIT, span, "more than %d groups",
			PK_INVENTORY_GROUPS);
		return NULL;
	}
	group = PK_NEW(build->scratch, struct pk_inventory_group);
	group->name = pk_arena_strdup(build->arena, name);
	group->span = span;
	group->index = build->groups.len;
	*pk_list_push(build->scratch, &build->groups) = group;
	pk_map_set(build->scratch, &build->group_by_name, group->name, group);
	return group;
}

void pk_inventory_add_parent(struct pk_inventory_build *build, struct pk_inventory_group *group,
	struct pk_inventory_group *parent)
{
	for (size_t i = 0; i < group->parents.len; i++) {
		if (group->parents.items[i] == parent)
			return;
	}
	*pk_list_push(build->scratch, &group->parents) = parent;
}

/* --- hosts --- */

static bool is_in(const struct pk_inventory_entry *entry, const struct pk_inventory_group *group)
{
	for (size_t i = 0; i < entry->groups.len; i++) {
		if (entry->groups.items[i] == group)
			return true;
	}
	return false;
}

static void report_twice(struct pk_inventory_build *build, const char *name, struct pk_span span,
	const struct pk_inventory_entry *entry, const char *where)
{
	if (!pk_inventory_once(build, PK_INVENTORY_TWICE, span))
		return;
	struct pk_diag *diag = pk_report(
		build->diags, PK_INVENTORY_TWICE, span, "host '%s' is named twice%s", name, where);
	pk_diag_hint(build->diags, diag, "take one of them away");
	pk_diag_relate(build->diags, diag, entry->span, "first named here");
}

static struct pk_inventory_entry *add_entry(
	struct pk_inventory_build *build, const char *name, struct pk_span span)
{
	struct pk_inventory_entry *entry = PK_NEW(build->scratch, struct pk_inventory_entry);
	entry->name = name;
	entry->span = span;
	*pk_list_push(build->scratch, &build->entries) = entry;
	pk_map_set(build->scratch, &build->entry_by_name, name, entry);
	return entry;
}

static void add_own(struct pk_inventory_build *build, struct pk_inventory_entry *entry,
	const struct pk_wishes *own)
{
	if (entry->own == NULL)
		entry->own = PK_NEW(build->scratch, struct pk_wishes);
	pk_wishes_overlay(build->scratch, entry->own, own);
}

static bool add_host(struct pk_inventory_build *build, const char *name, struct pk_span span,
	struct pk_inventory_group *group, const struct pk_wishes *own, bool strict)
{
	struct pk_inventory_entry *entry = pk_map_find(&build->entry_by_name, name);
	bool is_new = entry == NULL;
	if (is_new && build->entries.len == PK_INVENTORY_HOSTS) {
		pk_report(build->diags, PK_INVENTORY_LIMIT, span, "more than %d hosts",
			PK_INVENTORY_HOSTS);
		return false;
	}
	if (is_new)
		entry = add_entry(build, name, span);
	if (strict && group == NULL && entry->told == span.source)
		report_twice(build, name, span, entry, " under 'hosts'");
	if (group == NULL)
		entry->told = span.source;
	if (own != NULL)
		add_own(build, entry, own);
	if (group == NULL)
		return true;
	if (is_new || !is_in(entry, group))
		*pk_list_push(build->scratch, &entry->groups) = group;
	else if (strict)
		report_twice(build, name, span, entry, " in the group");
	return true;
}

bool pk_inventory_add_hosts(struct pk_inventory_build *build, const char *text, struct pk_span span,
	struct pk_inventory_group *group, const struct pk_wishes *own, bool strict)
{
	struct pk_range range;
	if (!pk_range_parse(&range, text, span, build->diags))
		return false;
	if (range.count == 0) {
		pk_inventory_check_name("", "host", span, build->diags);
		return false;
	}
	/* The last name is the longest, and all have the same kinds of characters. */
	const char *last = pk_range_name(build->scratch, &range, range.count - 1);
	if (!pk_inventory_check_name(last, "host", span, build->diags))
		return false;
	for (uint64_t i = 0; i < range.count; i++) {
		const char *name = pk_range_name(build->arena, &range, i);
		if (!add_host(build, name, span, group, own, strict))
			return false;
	}
	return true;
}

/* --- groups in groups --- */

static bool report_unknown(struct pk_inventory_build *build, const struct pk_inventory_group *group)
{
	PK_LIST(const char *) names = {0};
	for (size_t i = 0; i < build->groups.len; i++) {
		if (build->groups.items[i]->defined)
			*pk_list_push(build->scratch, &names) = build->groups.items[i]->name;
	}
	struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_GROUP, group->span,
		"there is no group '%s'", group->name);
	const char *near = pk_text_nearest(group->name, names.items, names.len);
	if (near != NULL)
		pk_diag_hint(build->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(build->diags, diag, "define the group");
	return false;
}

static bool report_cycle(struct pk_inventory_build *build, const struct pk_inventory_group *group)
{
	struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_CYCLE, group->span,
		"group '%s' is in itself", group->name);
	pk_diag_hint(build->diags, diag, "take it out of one of the groups that it is in");
	return false;
}

/* A step of the search: a group and which of its parents comes next. */
struct visit {
	struct pk_inventory_group *group;
	size_t next;
};

static void leave(struct pk_inventory_group *group)
{
	for (size_t i = 0; i < group->parents.len; i++) {
		size_t above = group->parents.items[i]->depth + 1;
		group->depth = group->depth > above ? group->depth : above;
	}
	group->visit = VISIT_DONE;
}

/* Finds cycles above `start`, and the depths of all groups there; `path` has room for every one. */
static bool climb(
	struct pk_inventory_build *build, struct visit *path, struct pk_inventory_group *start)
{
	size_t len = 0;
	path[len++] = (struct visit){.group = start};
	start->visit = VISIT_OPEN;
	while (len > 0) {
		struct visit *top = &path[len - 1];
		if (top->next == top->group->parents.len) {
			leave(top->group);
			len--;
			continue;
		}
		struct pk_inventory_group *parent = top->group->parents.items[top->next++];
		if (parent->visit == VISIT_OPEN)
			return report_cycle(build, parent);
		if (parent->visit == VISIT_NONE) {
			parent->visit = VISIT_OPEN;
			path[len++] = (struct visit){.group = parent};
		}
	}
	return true;
}

bool pk_inventory_check_groups(struct pk_inventory_build *build)
{
	bool good = true;
	for (size_t i = 0; i < build->groups.len; i++) {
		if (!build->groups.items[i]->defined)
			good = report_unknown(build, build->groups.items[i]);
	}
	struct visit *path = PK_NEW_ARRAY(build->scratch, struct visit, build->groups.len + 1);
	for (size_t i = 0; i < build->groups.len && good; i++) {
		if (build->groups.items[i]->visit == VISIT_NONE)
			good = climb(build, path, build->groups.items[i]);
	}
	return good;
}

/*
 * The folders group_vars and host_vars beside an inventory of Ansible: variables of a group or host
 * in a file of its name, or in all files of a folder of its name. They win over what the inventory
 * says of the same group or host.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "fleet/inventory/inventory_parts.h"

enum { FOLDER_DEPTH = 8 };

static const char *const endings[] = {"", ".yml", ".yaml", ".json"};

/* --- one file --- */

/* Tags that only say how Ansible takes a value become blanks: an encrypted one is known anyway. */
static struct pk_source *without_tags(struct pk_arena *arena, const struct pk_source *source)
{
	static const char *const tags[] = {"!vault", "!unsafe"};
	char *text = pk_arena_strndup(arena, source->text, source->len);
	for (size_t i = 0; i < PK_COUNT(tags); i++) {
		for (char *at = text; (at = strstr(at, tags[i])) != NULL;)
			memset(at, ' ', strlen(tags[i]));
	}
	return pk_source_make(arena, source->path, text, source->len);
}

/* What playbooks may have and we do not read, anchors above all, is no fault of the inventory. */
static void pass_over(struct pk_inventory_build *build, const struct pk_diags *faults)
{
	const struct pk_diag *fault = &faults->all.items[0];
	struct pk_diag *diag = pk_report_as(build->diags, PK_WARNING, fault->code, fault->span,
		"the variables of this file are not read: %s", fault->message);
	pk_diag_hint(build->diags, diag,
		"say what picket needs of them in an inventory that includes this one");
}

static bool read_file(struct pk_inventory_build *build, struct pk_wishes *out, const char *path)
{
	struct pk_source *source = pk_file_read(build->arena, path, 0, build->diags);
	if (source == NULL)
		return false;
	if (pk_text_starts(source->text, "$ANSIBLE_VAULT;")) {
		pk_report_as(build->diags, PK_NOTE, PK_ANSIBLE_VAULT, pk_span_file(source),
			"encrypted variables are not read");
		return true;
	}
	source = without_tags(build->arena, source);
	*pk_list_push(build->arena, &build->sources) = source;
	struct pk_diags own = {.arena = build->arena};
	const struct pk_node *root = pk_yaml_read(source, &own);
	if (root == NULL) {
		pass_over(build, &own);
		return true;
	}
	build->in_folders = true;
	bool good = pk_ansible_read_vars(build, out, root);
	build->in_folders = false;
	return good;
}

/* --- a folder of files --- */

static bool has_ending(const char *name)
{
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; i < PK_COUNT(endings); i++) {
		if (pk_text_equal(dot == NULL ? "" : dot, endings[i]))
			return true;
	}
	return false;
}

static int is_taken(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !pk_text_ends(entry->d_name, "~") &&
		has_ending(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_folder(
	struct pk_inventory_build *build, struct pk_wishes *out, const char *path, size_t depth)
{
	struct dirent **entries;
	bool good = true;
	int count = scandir(path, &entries, is_taken, by_name);
	if (count < 0) {
		pk_file_report_read(path, "the folder cannot be read", build->diags);
		return false;
	}
	for (int i = 0; i < count; i++) {
		const char *inner =
			pk_arena_printf(build->arena, "%s/%s", path, entries[i]->d_name);
		free(entries[i]);
		if (!pk_file_is_dir(inner))
			good = read_file(build, out, inner) && good;
		else if (depth < FOLDER_DEPTH)
			good = read_folder(build, out, inner, depth + 1) && good;
	}
	free(entries);
	return good;
}

/* --- a group or host --- */

/* The variables of `name` in `folder`, in the first file or folder that is there. */
static bool read_named(struct pk_inventory_build *build, struct pk_wishes *out, bool *found_out,
	const char *folder, const char *name)
{
	*found_out = false;
	for (size_t i = 0; i < PK_COUNT(endings) && !*found_out; i++) {
		const char *path =
			pk_arena_printf(build->arena, "%s/%s%s", folder, name, endings[i]);
		*found_out = pk_file_exists(path);
		if (*found_out)
			return pk_file_is_dir(path) ? read_folder(build, out, path, 0)
						    : read_file(build, out, path);
	}
	return true;
}

static bool load_groups(struct pk_inventory_build *build, const char *folder)
{
	struct pk_wishes all = {0};
	bool found;
	bool good = read_named(build, &all, &found, folder, "all");
	pk_wishes_overlay(build->scratch, &build->defaults, &all);
	for (size_t i = 0; i < build->groups.len; i++) {
		struct pk_inventory_group *group = build->groups.items[i];
		struct pk_wishes wishes = {0};
		good = read_named(build, &wishes, &found, folder, group->name) && good;
		pk_wishes_overlay(build->scratch, &group->wishes, &wishes);
	}
	return good;
}

static bool load_hosts(struct pk_inventory_build *build, const char *folder)
{
	bool good = true;
	for (size_t i = 0; i < build->entries.len; i++) {
		struct pk_inventory_entry *entry = build->entries.items[i];
		struct pk_wishes wishes = {0};
		bool found;
		good = read_named(build, &wishes, &found, folder, entry->name) && good;
		if (!found)
			continue;
		if (entry->own == NULL)
			entry->own = PK_NEW(build->scratch, struct pk_wishes);
		pk_wishes_overlay(build->scratch, entry->own, &wishes);
	}
	return good;
}

bool pk_ansible_load_folders(struct pk_inventory_build *build, const struct pk_source *source)
{
	const char *groups = pk_file_beside(build->arena, source->path, "group_vars");
	const char *hosts = pk_file_beside(build->arena, source->path, "host_vars");
	if (pk_text_equal(source->path, "-"))
		return true;
	bool good = !pk_file_is_dir(groups) || load_groups(build, groups);
	return (!pk_file_is_dir(hosts) || load_hosts(build, hosts)) && good;
}

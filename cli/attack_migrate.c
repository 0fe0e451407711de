/*
 * attack migrate: rewrites the technique ids of rulesets and of Sysmon configurations.
 *
 * All files are read and judged before the first one is written, so that a broken one leaves none
 * changed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/map.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/attack.h"
#include "cli/kind.h"
#include "generators/sysmon/sysmon_migrate.h"
#include "rulesets/migrate.h"

enum {
	FOLDER_DEPTH = 16,
	FILES_MAX = 10000,
};

struct migrated_file {
	struct pk_source *source;
	struct pk_migration migration;
};

struct migrate_run {
	struct pk_attack_run *attack;
	struct pk_arena *arena;
	struct pk_diags *diags;
	uint32_t from; /* of files that do not say; may be PK_RELEASE_UNKNOWN */
	uint32_t to;
	struct pk_map seen; /* by path: what has been read, or is being read */
	PK_LIST(struct migrated_file *) files;
};

/* --- which files, and what changes in them --- */

static void migrate_path(struct migrate_run *run, const char *path, uint32_t from);

static struct migrated_file *add_file(
	struct migrate_run *run, struct pk_source *source, uint32_t from)
{
	struct migrated_file *file = PK_NEW(run->arena, struct migrated_file);
	file->source = source;
	file->migration = (struct pk_migration){.arena = run->arena,
		.history = run->attack->history,
		.from = from,
		.to = run->to,
		.diags = run->diags};
	*pk_list_push(run->arena, &run->files) = file;
	return file;
}

/* The files that the list at `key` names by path; shipped rulesets are not ours to change. */
static void migrate_named(
	struct migrate_run *run, const struct pk_node *root, const char *key, uint32_t from)
{
	const struct pk_node *list = pk_node_find(root, key);
	if (list == NULL || list->kind != PK_NODE_LIST)
		return;
	for (size_t i = 0; i < list->items.len; i++) {
		const char *name = list->items.items[i]->text;
		if (name == NULL ||
			!(strchr(name, '/') != NULL || pk_text_ends(name, ".yaml") ||
				pk_text_ends(name, ".yml")))
			continue;
		const char *path = pk_file_beside(run->arena, root->span.source->path, name);
		migrate_path(run, path, from);
	}
}

static void migrate_yaml(struct migrate_run *run, struct pk_source *source, uint32_t from)
{
	const struct pk_node *root = pk_yaml_read(source, run->diags);
	if (root == NULL || root->kind != PK_NODE_MAP || pk_node_find(root, "picket") == NULL)
		return;
	uint32_t said = pk_ruleset_release(run->attack->history, root);
	if (said != PK_RELEASE_UNKNOWN)
		from = said;
	migrate_named(run, root, "rulesets", run->from);
	migrate_named(run, root, "extends", run->from);
	migrate_named(run, root, "include", from);
	pk_ruleset_migrate(&add_file(run, source, from)->migration, root);
}

static void migrate_path(struct migrate_run *run, const char *path, uint32_t from)
{
	char *real = realpath(path, NULL);
	const char *key = pk_arena_strdup(run->arena, real == NULL ? path : real);
	free(real);
	if (pk_map_set(run->arena, &run->seen, key, run) != NULL)
		return;
	struct pk_source *source = pk_file_read(run->arena, path, 0, run->diags);
	if (source == NULL)
		return;
	switch (pk_kind_of(source)) {
	case PK_KIND_SYSMON:
		pk_sysmon_migrate(&add_file(run, source, from)->migration, source);
		break;
	case PK_KIND_RULESET:
	case PK_KIND_PROJECT:
	case PK_KIND_UNKNOWN:
		migrate_yaml(run, source, from);
		break;
	case PK_KIND_MONSTER:
	case PK_KIND_INVENTORY:
		break; /* names no techniques */
	}
}

/* --- folders --- */

/* What a file of a folder is, as far as its migration goes. */
enum sort {
	SORT_FOREIGN, /* none of ours: left alone */
	SORT_RULESET, /* says which release it, and its parts, are written for */
	SORT_OTHER,
};

/* Has the text a line that begins with `key`? */
static bool has_line(const struct pk_source *source, const char *key)
{
	const char *found = strstr(source->text, key);
	while (found != NULL && found > source->text && found[-1] != '\n')
		found = strstr(found + 1, key);
	return found != NULL;
}

static enum sort find_sort(struct migrate_run *run, const char *path)
{
	struct pk_diags ignored = {.arena = run->arena};
	struct pk_source *source = pk_file_read(run->arena, path, 0, &ignored);
	if (source == NULL)
		return SORT_OTHER; /* is read again, and reported then */
	if (pk_text_ends(path, ".xml"))
		return strstr(source->text, "<Sysmon") != NULL ? SORT_OTHER : SORT_FOREIGN;
	if (!has_line(source, "picket:"))
		return SORT_FOREIGN;
	return has_line(source, "ruleset:") ? SORT_RULESET : SORT_OTHER;
}

static bool is_candidate(const char *name)
{
	return pk_text_ends(name, ".yaml") || pk_text_ends(name, ".yml") ||
		pk_text_ends(name, ".xml");
}

/* Adds the files of a folder and the folders in it, by name; links are not followed. */
static void list_folder(
	struct migrate_run *run, struct pk_texts *paths, const char *folder, size_t depth)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0) {
		pk_report(run->diags, PK_FILE_READ, PK_NO_SPAN, "'%s' cannot be read: %s", folder,
			strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		const char *path = pk_arena_printf(run->arena, "%s/%s", folder, name);
		bool skip = name[0] == '.' || entries[i]->d_type == DT_LNK;
		if (!skip && pk_file_is_dir(path)) {
			if (depth < FOLDER_DEPTH)
				list_folder(run, paths, path, depth + 1);
		} else if (!skip && is_candidate(name) && paths->len < FILES_MAX) {
			*pk_list_push(run->arena, paths) = path;
		}
		free(entries[i]);
	}
	free(entries);
}

static void migrate_folder(struct migrate_run *run, const char *folder)
{
	static const enum sort order[] = {SORT_RULESET, SORT_OTHER};
	struct pk_texts paths = {0};
	list_folder(run, &paths, folder, 0);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (size_t k = 0; k < paths.len; k++) {
			if (find_sort(run, paths.items[k]) == order[i])
				migrate_path(run, paths.items[k], run->from);
		}
	}
}

/* --- what is said and written --- */

static void put_change(struct pk_buf *buf, const struct migrate_run *run,
	struct migrated_file *file, const struct pk_edit *edit)
{
	struct pk_place place = pk_source_place(file->source, edit->span.begin);
	if (run->attack->cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "file", file->source->path);
		pk_json_out_number(&json, "line", place.line);
		pk_json_out_number(&json, "column", place.column);
		pk_json_out_text(&json, "old", edit->old_text);
		pk_json_out_text(&json, "new", edit->new_text);
		if (edit->chain != NULL)
			pk_json_out_text(&json, "chain", edit->chain);
		pk_json_out_bool(&json, "written", !run->attack->options.dry_run);
		pk_json_out_close_object(&json);
		pk_buf_putc(buf, '\n');
		return;
	}
	pk_escape_put(buf, file->source->path);
	pk_buf_printf(buf, ":%u: ", place.line);
	if (edit->chain != NULL) {
		pk_escape_put(buf, edit->chain);
	} else {
		pk_escape_put(buf, edit->old_text);
		pk_buf_puts(buf, " -> ");
		pk_escape_put(buf, edit->new_text);
	}
	pk_buf_putc(buf, '\n');
}

static void put_changes(struct pk_buf *buf, const struct migrate_run *run)
{
	for (size_t i = 0; i < run->files.len; i++) {
		struct migrated_file *file = run->files.items[i];
		for (size_t k = 0; k < file->migration.edits.len; k++)
			put_change(buf, run, file, &file->migration.edits.items[k]);
	}
}

static void put_diffs(struct pk_buf *buf, const struct migrate_run *run)
{
	for (size_t i = 0; i < run->files.len; i++) {
		struct migrated_file *file = run->files.items[i];
		if (file->migration.edits.len == 0)
			continue;
		pk_buf_puts(buf, "--- ");
		pk_escape_put(buf, file->source->path);
		pk_buf_puts(buf, "\n+++ ");
		pk_escape_put(buf, file->source->path);
		pk_buf_putc(buf, '\n');
		pk_migration_diff(buf, &file->migration, file->source);
	}
}

static size_t write_files(const struct migrate_run *run)
{
	size_t written = 0;
	for (size_t i = 0; i < run->files.len; i++) {
		const struct migrated_file *file = run->files.items[i];
		if (file->migration.edits.len == 0)
			continue;
		PK_BUF_AUTO text = {0};
		pk_migration_apply(&text, &file->migration, file->source);
		if (pk_file_write(file->source->path, text.data, text.len, run->diags))
			written++;
	}
	return written;
}

static void put_summary(struct pk_buf *buf, const struct migrate_run *run)
{
	size_t changes = 0;
	size_t files = 0;
	size_t left = 0;
	for (size_t i = 0; i < run->files.len; i++) {
		const struct pk_migration *migration = &run->files.items[i]->migration;
		changes += migration->edits.len;
		files += migration->edits.len > 0;
		left += migration->left;
	}
	pk_buf_printf(buf, "%zu change%s in %zu of %zu file%s%s, %zu left for a person\n", changes,
		changes == 1 ? "" : "s", files, run->files.len, run->files.len == 1 ? "" : "s",
		run->attack->options.dry_run ? ", not written" : "", left);
}

/* Prints, writes, and gives the exit status. */
static int conclude(struct migrate_run *run)
{
	struct pk_cli *cli = run->attack->cli;
	bool broken = false;
	size_t left = 0;
	for (size_t i = 0; i < run->files.len; i++) {
		pk_migration_sort(&run->files.items[i]->migration);
		left += run->files.items[i]->migration.left;
	}
	for (size_t i = 0; i < run->diags->all.len; i++) {
		const struct pk_diag *diag = &run->diags->all.items[i];
		broken |= diag->severity == PK_ERROR && diag->code != PK_UNKNOWN_TECHNIQUE &&
			diag->code != PK_MALFORMED_TECHNIQUE;
	}
	PK_BUF_AUTO buf = {0};
	if (!broken) {
		put_changes(&buf, run);
		if (!run->attack->options.dry_run)
			write_files(run);
		else if (cli->common.format != PK_FORMAT_JSON)
			put_diffs(&buf, run);
		if (cli->common.format != PK_FORMAT_JSON)
			put_summary(&buf, run);
		pk_attack_put_copyright(&buf, run->attack);
		pk_cli_put(cli, cli->out, &buf);
	}
	int status = pk_attack_finish(run->attack);
	return status == PK_EXIT_OK && left > 0 ? PK_EXIT_FINDINGS : status;
}

static bool take_release(uint32_t *out, struct migrate_run *run, const char *name)
{
	*out = pk_history_find_release(run->attack->history, name);
	if (*out != PK_RELEASE_UNKNOWN)
		return true;
	pk_cli_usage_error(run->attack->cli, "no release '%s' of ATT&CK; they run from %s to %s",
		name, pk_history_release_name(run->attack->history, 0), PK_ATTACK_NEWEST);
	return false;
}

int pk_attack_migrate(struct pk_attack_run *attack)
{
	struct migrate_run run = {.attack = attack,
		.arena = attack->cli->arena,
		.diags = &attack->diags,
		.from = PK_RELEASE_UNKNOWN};
	const struct pk_attack_options *options = &attack->options;
	const char *to = options->to == NULL ? PK_ATTACK_NEWEST : options->to;
	if (!take_release(&run.to, &run, to) ||
		(options->from != NULL && !take_release(&run.from, &run, options->from)))
		return PK_EXIT_USAGE;

	if (attack->arguments.len == 0)
		migrate_folder(&run, ".");
	for (size_t i = 0; i < attack->arguments.len; i++) {
		const char *path = attack->arguments.items[i];
		if (pk_text_equal(path, "-"))
			return pk_cli_usage_error(
				attack->cli, "files are changed in place; name them");
		if (pk_file_is_dir(path))
			migrate_folder(&run, path);
		else
			migrate_path(&run, path, run.from);
	}
	return conclude(&run);
}

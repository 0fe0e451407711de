#include "cli/init_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* What was made, so that it can be taken away again. */
struct made {
	PK_LIST(const char *) files;
	PK_LIST(const char *) folders; /* outer ones first */
};

struct pk_staging {
	struct pk_diags *diags;
	const char *folder; /* that the files are for */
	const char *stage;
	PK_LIST(const char *) paths; /* below either */
	struct made staged;
	struct made named;
	bool committed;
};

static struct pk_span span_of(const char *path, struct pk_diags *diags)
{
	return pk_span_file(pk_source_make(diags->arena, path, "", 0));
}

static const char *join(struct pk_arena *arena, const char *folder, const char *path)
{
	if (strcmp(folder, ".") == 0)
		return path;
	return pk_arena_printf(arena, "%s/%s", folder, path);
}

static void report_write(const char *path, int error, struct pk_diags *diags)
{
	pk_report(diags, PK_FILE_WRITE, span_of(path, diags), "cannot write '%s': %s", path,
		strerror(error));
}

/* --- what is in the way --- */

/* The first folder of `path` below `folder` that is there and is none, or NULL. */
static const char *find_barrier(struct pk_arena *arena, const char *folder, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		const char *part = pk_arena_strndup(arena, path, (size_t)(slash - path));
		const char *outer = join(arena, folder, part);
		struct stat st;
		if (lstat(outer, &st) == 0 && !S_ISDIR(st.st_mode))
			return outer;
	}
	return NULL;
}

static void check_file(const char *folder, const struct pk_new_file *file, struct pk_diags *diags)
{
	const char *path = join(diags->arena, folder, file->path);
	const char *barrier = find_barrier(diags->arena, folder, file->path);
	struct stat st;
	if (barrier != NULL) {
		struct pk_diag *diag = pk_report(diags, PK_FILE_WRITE, span_of(path, diags),
			"'%s' cannot be made: '%s' is no folder", path, barrier);
		pk_diag_hint(diags, diag, "move it away; links are not followed here");
	} else if (lstat(path, &st) == 0) {
		struct pk_diag *diag = pk_report(
			diags, PK_FILE_WRITE, span_of(path, diags), "'%s' is there already", path);
		pk_diag_hint(diags, diag, "move it away, or choose another folder");
	}
}

bool pk_new_files_check(const char *folder, const struct pk_new_file *files, size_t file_count,
	struct pk_diags *diags)
{
	size_t before = diags->errors;
	if (pk_file_exists(folder) && !pk_file_is_dir(folder)) {
		report_write(folder, ENOTDIR, diags);
		return false;
	}
	for (size_t i = 0; i < file_count; i++)
		check_file(folder, &files[i], diags);
	return diags->errors == before;
}

/* --- making and taking away --- */

static void take_away(const struct made *made)
{
	for (size_t i = 0; i < made->files.len; i++)
		unlink(made->files.items[i]);
	for (size_t i = made->folders.len; i > 0; i--)
		rmdir(made->folders.items[i - 1]);
}

/* Makes the folder and its missing parents. */
static bool make_folder(struct made *made, const char *path, struct pk_diags *diags)
{
	for (const char *slash = path; *slash != '\0';) {
		slash = strchrnul(slash + 1, '/');
		const char *part = pk_arena_strndup(diags->arena, path, (size_t)(slash - path));
		int error = mkdir(part, 0777) == 0 ? 0 : errno;
		if (error == 0) {
			*pk_list_push(diags->arena, &made->folders) = part;
		} else if (!pk_file_is_dir(part)) {
			report_write(part, error, diags);
			return false;
		}
	}
	return true;
}

static bool make_folder_of(struct made *made, const char *path, struct pk_diags *diags)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return true;
	return make_folder(
		made, pk_arena_strndup(diags->arena, path, (size_t)(slash - path)), diags);
}

/* Who may read the file may run it, too. */
static bool let_run(const char *path, struct pk_diags *diags)
{
	struct stat st;
	if (stat(path, &st) == 0 && chmod(path, st.st_mode | (st.st_mode & 0444) >> 2) == 0)
		return true;
	report_write(path, errno, diags);
	return false;
}

struct pk_staging *pk_staging_open(const char *folder, struct pk_diags *diags)
{
	struct pk_staging *staging = PK_NEW(diags->arena, struct pk_staging);
	staging->diags = diags;
	staging->folder = folder;
	char *stage = pk_arena_printf(diags->arena, "%s/.picket-init.XXXXXX", folder);
	bool made = make_folder(&staging->named, folder, diags);
	if (made && mkdtemp(stage) == NULL) {
		report_write(folder, errno, diags);
		made = false;
	}
	if (!made) {
		take_away(&staging->named);
		return NULL;
	}
	staging->stage = stage;
	*pk_list_push(diags->arena, &staging->staged.folders) = stage;
	return staging;
}

const char *pk_staging_folder(const struct pk_staging *staging)
{
	return staging->stage;
}

bool pk_staging_add(struct pk_staging *staging, const struct pk_new_file *file)
{
	struct pk_diags *diags = staging->diags;
	const char *path = join(diags->arena, staging->stage, file->path);
	if (!make_folder_of(&staging->staged, path, diags) ||
		!pk_file_write(path, file->text, file->len, diags))
		return false;
	*pk_list_push(diags->arena, &staging->staged.files) = path;
	*pk_list_push(diags->arena, &staging->paths) = file->path;
	return !file->program || let_run(path, diags);
}

static bool name_file(struct pk_staging *staging, const char *path)
{
	struct pk_diags *diags = staging->diags;
	const char *from = join(diags->arena, staging->stage, path);
	const char *to = join(diags->arena, staging->folder, path);
	if (!make_folder_of(&staging->named, to, diags))
		return false;
	if (link(from, to) != 0) {
		report_write(to, errno, diags);
		return false;
	}
	*pk_list_push(diags->arena, &staging->named.files) = to;
	return true;
}

/* The first file comes last: until it is there, the others mean nothing. */
bool pk_staging_commit(struct pk_staging *staging)
{
	for (size_t i = staging->paths.len; i > 0; i--) {
		if (!name_file(staging, staging->paths.items[i - 1]))
			return false;
	}
	staging->committed = true;
	return true;
}

void pk_staging_close(struct pk_staging *staging)
{
	if (staging == NULL)
		return;
	take_away(&staging->staged); /* is inside what may have been made for it */
	if (!staging->committed)
		take_away(&staging->named);
}

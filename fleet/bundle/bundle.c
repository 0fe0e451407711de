/* Bundles that are in a store: finding, reading and checking them. */
#include "fleet/bundle/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/bundle/folder.h"
#include "fleet/bundle/manifest.h"

struct ids {
	const char **items;
	size_t len;
	size_t cap;
};

static struct pk_span span_of_path(const char *path, struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, path);
	return pk_span_file(pk_source_make(diags->arena, copy, "", 0));
}

/* --- versions --- */

static int compare_parts(const char *a, size_t a_len, const char *b, size_t b_len)
{
	bool numbers = strspn(a, "0123456789") >= a_len && strspn(b, "0123456789") >= b_len;
	if (numbers) {
		for (; a_len > 0 && *a == '0'; a_len--)
			a++;
		for (; b_len > 0 && *b == '0'; b_len--)
			b++;
		if (a_len != b_len)
			return a_len < b_len ? -1 : 1;
	}
	int order = strncmp(a, b, a_len < b_len ? a_len : b_len);
	if (order == 0 && a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return (order > 0) - (order < 0);
}

int pk_bundle_compare_versions(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		size_t a_len = strcspn(a, ".");
		size_t b_len = strcspn(b, ".");
		int order = compare_parts(a, a_len, b, b_len);
		if (order != 0)
			return order;
		a += a_len + (a[a_len] == '.');
		b += b_len + (b[b_len] == '.');
	}
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	const char *left = *(const char *const *)a;
	const char *right = *(const char *const *)b;
	size_t left_len = strcspn(left, "@");
	size_t right_len = strcspn(right, "@");
	int order = strncmp(left, right, left_len < right_len ? left_len : right_len);
	if (order == 0 && left_len != right_len)
		order = left_len < right_len ? -1 : 1;
	if (order == 0)
		order = pk_bundle_compare_versions(left + left_len, right + right_len);
	return order != 0 ? order : strcmp(left, right);
}

/* --- the store --- */

/* Is it NAME@VERSION? What else is in a store is not ours. */
static bool is_id(struct pk_arena *arena, const char *id)
{
	size_t len = strcspn(id, "@");
	return id[len] == '@' && pk_bundle_version_ok(id + len + 1) &&
		pk_bundle_name_ok(pk_arena_strndup(arena, id, len));
}

/* The bundles of the store in order; a store that is not there has none. */
static bool read_ids(
	struct ids *out, struct pk_arena *arena, const char *store, struct pk_diags *diags)
{
	struct ids ids = {0};
	DIR *dir = opendir(store);
	if (dir == NULL && errno == ENOENT)
		return true;
	if (dir == NULL) {
		pk_file_report_read(store, strerror(errno), diags);
		return false;
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (is_id(arena, entry->d_name))
			*pk_list_push(arena, &ids) = pk_arena_strdup(arena, entry->d_name);
	}
	closedir(dir);
	if (ids.len > 1)
		qsort(ids.items, ids.len, sizeof(ids.items[0]), compare_ids);
	*out = ids;
	return true;
}

const struct pk_bundle *pk_bundle_open_folder(
	struct pk_arena *arena, const char *folder, struct pk_diags *diags)
{
	const char *path = pk_arena_printf(arena, "%s/%s", folder, PK_BUNDLE_MANIFEST);
	struct pk_source *source = pk_file_read(arena, path, PK_BUNDLE_MANIFEST_MAX, diags);
	if (source == NULL)
		return NULL;
	struct pk_bundle *bundle = pk_manifest_read(arena, source, false, diags);
	if (bundle == NULL)
		return NULL;
	bundle->folder = pk_arena_strdup(arena, folder);
	bundle->arena = arena;
	bundle->kept = PK_NEW_ARRAY(arena, const struct pk_source *, bundle->files.len);
	return bundle;
}

/* The bundle in the store's folder `id`, which has to be the one that its manifest names. */
static const struct pk_bundle *open_id(
	struct pk_arena *arena, const char *store, const char *id, struct pk_diags *diags)
{
	const char *folder = pk_arena_printf(arena, "%s/%s", store, id);
	const struct pk_bundle *bundle = pk_bundle_open_folder(arena, folder, diags);
	if (bundle == NULL || pk_text_equal(bundle->id, id))
		return bundle;
	pk_report(diags, PK_BUNDLE_MANIFEST_VALUE, span_of_path(folder, diags),
		"the manifest of '%s' is that of '%s'", id, bundle->id);
	return NULL;
}

static const struct pk_bundle *report_unknown(
	const char *store, const char *id, const struct ids *ids, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_BUNDLE_UNKNOWN, span_of_path(store, diags),
		"there is no bundle '%s'", id);
	const char *near = pk_text_nearest(id, ids->items, ids->len);
	if (near != NULL)
		pk_diag_hint(diags, diag, "write '%s'", near);
	else
		pk_diag_hint(diags, diag, "add it by `picket bundle add`");
	return NULL;
}

const struct pk_bundle *pk_bundle_open(
	struct pk_arena *arena, const char *store, const char *id, struct pk_diags *diags)
{
	struct ids ids = {0};
	if (!read_ids(&ids, arena, store, diags))
		return NULL;
	size_t name_len = strlen(id);
	for (size_t i = ids.len; i > 0; i--) { /* the highest version is the last one */
		const char *there = ids.items[i - 1];
		bool is_named = strncmp(there, id, name_len) == 0 && there[name_len] == '@';
		if (is_named || pk_text_equal(there, id))
			return open_id(arena, store, there, diags);
	}
	return report_unknown(store, id, &ids, diags);
}

bool pk_bundle_list(
	struct pk_bundles *out, struct pk_arena *arena, const char *store, struct pk_diags *diags)
{
	struct ids ids = {0};
	struct pk_bundles bundles = {0};
	if (!read_ids(&ids, arena, store, diags))
		return false;
	bool good = true;
	for (size_t i = 0; i < ids.len; i++) {
		const struct pk_bundle *bundle = open_id(arena, store, ids.items[i], diags);
		good &= bundle != NULL;
		if (bundle != NULL)
			*pk_list_push(arena, &bundles) = bundle;
	}
	*out = bundles;
	return good;
}

/* --- files --- */

static bool report_file(enum pk_code code, const struct pk_bundle_file *file, const char *what,
	struct pk_diags *diags)
{
	pk_report(diags, code, file->span, "'%s' %s", file->path, what);
	return false;
}

/* Looked at before it is read: what is larger than it should be need not be read for that. */
static bool check_size(const char *path, const struct pk_bundle_file *file, struct pk_diags *diags)
{
	struct stat st;
	if (lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return report_file(PK_BUNDLE_FILE_MISSING, file, "is not there", diags);
	if (lstat(path, &st) != 0) {
		pk_file_report_read(path, strerror(errno), diags);
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return report_file(PK_BUNDLE_FILE_CHANGED, file, "is no plain file", diags);
	if ((uint64_t)st.st_size != file->bytes)
		return report_file(PK_BUNDLE_FILE_CHANGED, file, "has another size", diags);
	return true;
}

const struct pk_source *pk_bundle_read_file(struct pk_arena *arena, const struct pk_bundle *bundle,
	const struct pk_bundle_file *file, struct pk_diags *diags)
{
	char digest[PK_DIGEST_TEXT];
	const char *path = pk_arena_printf(arena, "%s/%s", bundle->folder, file->path);
	if (!check_size(path, file, diags))
		return NULL;
	const struct pk_source *source = pk_file_read(arena, path, PK_BUNDLE_BYTES, diags);
	if (source == NULL)
		return NULL;
	pk_digest_print(digest, source->text, source->len);
	if (source->len == file->bytes && pk_text_equal(digest, file->digest))
		return source;
	report_file(PK_BUNDLE_FILE_CHANGED, file, "has another digest", diags);
	return NULL;
}

const struct pk_source *pk_bundle_keep_file(
	const struct pk_bundle *bundle, const struct pk_bundle_file *file, struct pk_diags *diags)
{
	size_t index = (size_t)(file - bundle->files.items);
	if (bundle->kept[index] == NULL)
		bundle->kept[index] = pk_bundle_read_file(bundle->arena, bundle, file, diags);
	return bundle->kept[index];
}

static bool check_named(void *context, const char *path, bool is_file, struct pk_diags *diags)
{
	const struct pk_bundle *bundle = context;
	(void)is_file;
	for (size_t i = 0; i < bundle->files.len; i++) {
		if (pk_text_equal(bundle->files.items[i].path, path))
			return true;
	}
	if (pk_text_equal(path, PK_BUNDLE_MANIFEST))
		return true;
	pk_report(diags, PK_BUNDLE_FILE_EXTRA, span_of_path(bundle->folder, diags),
		"'%s' is not in the manifest", path);
	return true; /* there may be more of them */
}

bool pk_bundle_verify(const struct pk_bundle *bundle, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	for (size_t i = 0; i < bundle->files.len; i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		pk_bundle_read_file(arena, bundle, &bundle->files.items[i], diags);
	}
	const struct pk_folder_visitor visitor = {check_named, (void *)(uintptr_t)bundle};
	return pk_folder_walk(bundle->folder, &visitor, diags) && diags->errors == errors;
}

const struct pk_bundle_file *pk_bundle_find_program(
	const struct pk_bundle *bundle, const char *arch)
{
	const struct pk_bundle_file *found = NULL;
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		bool is_program = file->role == PK_BUNDLE_PROGRAM;
		if (!is_program && file->role != PK_BUNDLE_PACKAGE)
			continue;
		if (file->arch != NULL && (arch == NULL || !pk_text_equal(file->arch, arch)))
			continue;
		/* A program goes before a package, what is for `arch` alone before the rest. */
		bool is_better = found == NULL ||
			(is_program && found->role == PK_BUNDLE_PACKAGE) ||
			(is_program == (found->role == PK_BUNDLE_PROGRAM) && found->arch == NULL);
		if (is_better)
			found = file;
	}
	return found;
}

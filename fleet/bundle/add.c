/* Adding a bundle: what the vendor gives out is checked, then it goes into the store at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temp.h"
#include "base/text.h"
#include "fleet/bundle/archive.h"
#include "fleet/bundle/folder.h"
#include "fleet/bundle/manifest.h"
#include "fleet/bundle/path.h"
#include "fleet/bundle/sensor.h"

struct adding {
	struct pk_arena *arena;
	const struct pk_bundle_add_options *options;
	const char *store;
	const char *path; /* what is added */
	struct pk_span place;
	struct pk_temp *temp; /* NULL: nothing is written */
	struct pk_parts parts;
	struct pk_map seen;
	uint64_t bytes;
	const char *top;		       /* the one folder that all is in, with '/'; "" */
	const char *archive_digest;	       /* NULL: a folder is added */
	PK_LIST(struct pk_source *) manifests; /* files that may be the manifest */
};

/* --- taking files --- */

static bool is_manifest(const char *path)
{
	const char *slash = strchr(path, '/');
	return pk_text_equal(slash == NULL ? path : slash + 1, PK_BUNDLE_MANIFEST);
}

static bool check_file(struct adding *adding, const char *path, size_t len, struct pk_diags *diags)
{
	const char *reason = pk_bundle_path_refused(path);
	if (reason != NULL) {
		pk_report(diags, PK_BUNDLE_PATH, adding->place, "'%s' may not be in a bundle: %s",
			path, reason);
		return false;
	}
	if (!pk_bundle_path_claim(adding->arena, &adding->seen, path)) {
		struct pk_diag *diag = pk_report(diags, PK_BUNDLE_DUPLICATE, adding->place,
			"'%s' is in the bundle twice", path);
		pk_diag_hint(diags, diag, "Windows does not tell large letters from small ones");
		return false;
	}
	if (is_manifest(path) && len > PK_BUNDLE_MANIFEST_MAX) {
		pk_report(diags, PK_BUNDLE_LIMIT, adding->place, "'%s' is larger than 1 MiB", path);
		return false;
	}
	adding->bytes += len;
	if (adding->bytes <= PK_BUNDLE_BYTES)
		return true;
	pk_report(diags, PK_BUNDLE_LIMIT, adding->place, "'%s' has more than 256 MiB of files",
		adding->path);
	return false;
}

static bool write_file(
	struct adding *adding, const char *path, const struct pk_buf *bytes, struct pk_diags *diags)
{
	const char *full =
		pk_temp_path(adding->temp, pk_arena_printf(adding->arena, "files/%s", path));
	const char *folder =
		pk_arena_strndup(adding->arena, full, (size_t)(strrchr(full, '/') - full));
	return pk_file_make_dirs(folder, diags) &&
		pk_file_write(full, bytes->data, bytes->len, diags);
}

static bool take(
	void *context, const char *path, const struct pk_buf *bytes, struct pk_diags *diags)
{
	struct adding *adding = context;
	/* Not reported: the signal ends the process as soon as the temporary folder is gone. */
	if (adding->temp != NULL && !pk_temp_is_wanted(adding->temp))
		return false;
	if (!check_file(adding, path, bytes->len, diags))
		return false;
	struct pk_part *part = pk_list_push(adding->arena, &adding->parts);
	part->path = pk_arena_strdup(adding->arena, path);
	pk_part_read(part, adding->arena, part->path, bytes->data, bytes->len);
	if (is_manifest(path))
		*pk_list_push(adding->arena, &adding->manifests) = pk_source_make(adding->arena,
			pk_arena_printf(adding->arena, "%s/%s", adding->path, path),
			pk_arena_strndup(adding->arena, bytes->data, bytes->len), bytes->len);
	if (adding->options->step != NULL)
		adding->options->step(adding->options->step_context, adding->parts.len);
	return adding->temp == NULL || write_file(adding, part->path, bytes, diags);
}

static bool take_visited(void *context, const char *path, bool is_file, struct pk_diags *diags)
{
	struct adding *adding = context;
	if (!is_file) {
		pk_report(diags, PK_BUNDLE_ENTRY, adding->place, "'%s' is no plain file", path);
		return false;
	}
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *full = pk_arena_printf(arena, "%s/%s", adding->path, path);
	const struct pk_source *source = pk_file_read(arena, full, PK_BUNDLE_BYTES, diags);
	if (source == NULL)
		return false;
	PK_BUF_AUTO bytes = {0};
	pk_buf_put(&bytes, source->text, source->len);
	return take(adding, path, &bytes, diags);
}

static bool take_folder(struct adding *adding, struct pk_diags *diags)
{
	const struct pk_folder_visitor visitor = {take_visited, adding};
	if (adding->options->digest != NULL) {
		pk_report(diags, PK_BUNDLE_DIGEST, adding->place,
			"a folder has no digest that '%s' could be compared with",
			adding->options->digest);
		return false;
	}
	return pk_folder_walk(adding->path, &visitor, diags);
}

static bool check_digest(
	const struct adding *adding, const char *digest, const char *wanted, struct pk_diags *diags)
{
	if (wanted == NULL || pk_text_equal_nocase(digest, wanted))
		return true;
	char *small = pk_arena_strdup(diags->arena, wanted);
	for (char *c = small; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	bool is_digest = pk_bundle_digest_ok(small);
	struct pk_diag *diag = is_digest
		? pk_report(diags, PK_BUNDLE_DIGEST, adding->place, "'%s' has the digest %s",
			  adding->path, digest)
		: pk_report(diags, PK_BUNDLE_DIGEST, adding->place, "'%s' is no digest", wanted);
	pk_diag_hint(diags, diag,
		is_digest ? "download it again, and do not use this one"
			  : "write sha256: and 64 hexadecimal digits");
	return false;
}

/* An archive, or a single program or package. */
static bool take_file(struct adding *adding, struct pk_diags *diags)
{
	/* What is unpacked or copied is what was hashed: the file is read once. */
	struct pk_source *source =
		pk_file_read(adding->arena, adding->path, PK_BUNDLE_BYTES, diags);
	if (source == NULL)
		return false;
	char *digest = pk_arena_alloc(adding->arena, PK_DIGEST_TEXT);
	pk_digest_print(digest, source->text, source->len);
	adding->archive_digest = digest;
	adding->place = pk_span_file(pk_source_make(adding->arena, source->path, "", 0));
	if (!check_digest(adding, digest, adding->options->digest, diags))
		return false;
	const char *slash = strrchr(adding->path, '/');
	const char *name = slash == NULL ? adding->path : slash + 1;
	struct pk_part part = {0};
	pk_part_read(&part, adding->arena, name, source->text, source->len);
	if (part.kind == PK_PART_OTHER) {
		const struct pk_archive_sink sink = {take, adding};
		return pk_archive_unpack(source, &sink, diags);
	}
	PK_BUF_AUTO bytes = {0};
	pk_buf_put(&bytes, source->text, source->len);
	return take(adding, name, &bytes, diags);
}

/* --- what it is --- */

/* Vendors like to put all into one folder: the bundle is what is in it. */
static void strip_top(struct adding *adding)
{
	adding->top = "";
	if (adding->parts.len == 0)
		return;
	const char *first = adding->parts.items[0].path;
	size_t len = strcspn(first, "/");
	if (first[len] == '\0')
		return;
	for (size_t i = 0; i < adding->parts.len; i++) {
		if (strncmp(adding->parts.items[i].path, first, len + 1) != 0)
			return;
	}
	adding->top = pk_arena_strndup(adding->arena, first, len + 1);
	for (size_t i = 0; i < adding->parts.len; i++)
		adding->parts.items[i].path += len + 1;
}

/* The manifest that came along, which is then no part any more; NULL if there is none. */
static struct pk_source *find_manifest(struct adding *adding)
{
	for (size_t i = 0; i < adding->parts.len; i++) {
		if (!pk_text_equal(adding->parts.items[i].path, PK_BUNDLE_MANIFEST))
			continue;
		adding->parts.items[i] = adding->parts.items[adding->parts.len - 1];
		adding->parts.len--;
		const char *path = pk_arena_printf(
			adding->arena, "%s/%s%s", adding->path, adding->top, PK_BUNDLE_MANIFEST);
		for (size_t k = 0; k < adding->manifests.len; k++) {
			if (pk_text_equal(adding->manifests.items[k]->path, path))
				return adding->manifests.items[k];
		}
	}
	return NULL;
}

static const struct pk_part *find_part(const struct adding *adding, const char *path)
{
	for (size_t i = 0; i < adding->parts.len; i++) {
		if (pk_text_equal(adding->parts.items[i].path, path))
			return &adding->parts.items[i];
	}
	return NULL;
}

static void match_file(
	struct pk_bundle_file *file, const struct adding *adding, struct pk_diags *diags)
{
	const struct pk_part *part = find_part(adding, file->path);
	if (part == NULL) {
		pk_report(
			diags, PK_BUNDLE_FILE_MISSING, file->span, "'%s' is not there", file->path);
		return;
	}
	if ((file->bytes != 0 && file->bytes != part->bytes) ||
		(file->digest[0] != '\0' && !pk_text_equal(file->digest, part->digest)))
		pk_report(diags, PK_BUNDLE_FILE_CHANGED, file->span,
			"'%s' has %llu bytes and the digest %s", file->path,
			(unsigned long long)part->bytes, part->digest);
	bool is_program = file->role == PK_BUNDLE_PROGRAM || file->role == PK_BUNDLE_PACKAGE;
	if (is_program && file->arch == NULL)
		file->arch = part->arch;
	file->bytes = part->bytes;
	memcpy(file->digest, part->digest, sizeof(file->digest));
}

/* Are the files those that a person's manifest names? Fills in what it leaves out. */
static bool match_files(
	struct pk_bundle *bundle, const struct adding *adding, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	struct pk_map named = {0};
	for (size_t i = 0; i < bundle->files.len; i++) {
		match_file(&bundle->files.items[i], adding, diags);
		pk_map_set(adding->arena, &named, bundle->files.items[i].path,
			&bundle->files.items[i]);
	}
	for (size_t i = 0; i < adding->parts.len; i++) {
		const char *path = adding->parts.items[i].path;
		if (pk_map_find(&named, path) == NULL)
			pk_report(diags, PK_BUNDLE_FILE_EXTRA, adding->place,
				"'%s' is not in the manifest", path);
	}
	return diags->errors == errors;
}

static struct pk_bundle *read_draft(
	struct adding *adding, struct pk_source *manifest, struct pk_diags *diags)
{
	const struct pk_bundle_add_options *options = adding->options;
	struct pk_bundle *bundle = pk_manifest_read(adding->arena, manifest, true, diags);
	if (bundle == NULL || !match_files(bundle, adding, diags))
		return NULL;
	if (options->sensor != NULL &&
		!pk_text_equal(options->sensor, pk_sensor_name(bundle->sensor))) {
		pk_report(diags, PK_BUNDLE_NO_SENSOR, pk_span_file(manifest),
			"the manifest is of '%s', not of '%s'", pk_sensor_name(bundle->sensor),
			options->sensor);
		return NULL;
	}
	if (bundle->name == NULL)
		bundle->name = pk_sensor_name(bundle->sensor);
	if (bundle->version == NULL && options->version == NULL &&
		!pk_sensor_find_version(bundle, &adding->parts, adding->place, diags))
		return NULL;
	return bundle;
}

/* The text is not repeated: it may hold a password. */
static bool check_remark(const struct adding *adding, const char *option, const char *text,
	bool (*ok)(const char *), struct pk_diags *diags)
{
	if (text == NULL || ok(text))
		return true;
	struct pk_diag *diag = pk_report(diags, PK_BUNDLE_MANIFEST_VALUE, adding->place,
		"'%s' cannot be kept in a manifest", option);
	pk_diag_hint(diags, diag, "write 1 to 1000 bytes, no user or password among them");
	return false;
}

/* What the person says goes before what the files and the manifest say. */
static bool apply_options(
	struct pk_bundle *bundle, const struct adding *adding, struct pk_diags *diags)
{
	const struct pk_bundle_add_options *options = adding->options;
	if (options->name != NULL)
		bundle->name = options->name;
	if (options->version != NULL)
		bundle->version = options->version;
	if (options->licence != NULL)
		bundle->licence = options->licence;
	if (options->origin != NULL)
		bundle->origin = options->origin;
	if (adding->archive_digest != NULL)
		bundle->archive_digest = adding->archive_digest;
	bool good = check_remark(adding, "licence", options->licence, pk_bundle_remark_ok, diags);
	good &= check_remark(adding, "origin", options->origin, pk_bundle_origin_ok, diags);
	if (!pk_bundle_name_ok(bundle->name)) {
		pk_report(diags, PK_BUNDLE_NAME, adding->place, "a bundle cannot be called '%s'",
			bundle->name);
		good = false;
	}
	if (!pk_bundle_version_ok(bundle->version)) {
		pk_report(diags, PK_BUNDLE_NAME, adding->place,
			"'%s' cannot be the version of a bundle", bundle->version);
		good = false;
	}
	return good;
}

static struct pk_bundle *make_bundle(struct adding *adding, struct pk_diags *diags)
{
	strip_top(adding);
	struct pk_source *manifest = find_manifest(adding);
	struct pk_bundle *bundle = PK_NEW(adding->arena, struct pk_bundle);
	if (manifest != NULL)
		bundle = read_draft(adding, manifest, diags);
	else if (!pk_sensor_recognise(bundle, adding->arena, &adding->parts, adding->options,
			 adding->place, diags))
		bundle = NULL;
	if (bundle == NULL || !apply_options(bundle, adding, diags))
		return NULL;
	pk_manifest_complete(adding->arena, bundle);
	bundle->folder = pk_arena_printf(adding->arena, "%s/%s", adding->store, bundle->id);
	return bundle;
}

/* --- into the store --- */

static bool report_place(const char *path, int error, struct pk_diags *diags)
{
	pk_report(diags, PK_FILE_WRITE, pk_span_file(pk_source_make(diags->arena, path, "", 0)),
		"cannot write '%s': %s", path, strerror(error));
	return false;
}

/* Is this very bundle there already, and is it whole? */
static bool is_there(const struct adding *adding, const struct pk_bundle *bundle)
{
	struct pk_diags unheard = {.arena = adding->arena};
	const struct pk_bundle *old =
		pk_bundle_open_folder(adding->arena, bundle->folder, &unheard);
	return old != NULL && pk_text_equal(old->digest, bundle->digest) &&
		pk_bundle_verify(old, &unheard);
}

/* What is finished and what was there before change places, in one step where the disk can. */
static bool put_in_place(const char *finished, const char *folder, struct pk_diags *diags)
{
	const char *old = pk_arena_printf(diags->arena, "%s.old", finished);
	if (!pk_file_exists(folder))
		return rename(finished, folder) == 0 || report_place(folder, errno, diags);
	if (renameat2(AT_FDCWD, finished, AT_FDCWD, folder, RENAME_EXCHANGE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return report_place(folder, errno, diags);
	if (rename(folder, old) != 0)
		return report_place(folder, errno, diags);
	if (rename(finished, folder) == 0)
		return true;
	int error = errno;
	rename(old, folder);
	return report_place(folder, error, diags);
}

static bool store_bundle(struct adding *adding, struct pk_bundle *bundle, struct pk_diags *diags)
{
	PK_BUF_AUTO manifest = {0};
	char *finished = pk_arena_printf(
		adding->arena, "%s/%s", pk_temp_path(adding->temp, "files"), adding->top);
	size_t len = strlen(finished);
	finished[len - 1] = '\0'; /* the '/' behind it */
	const char *path = pk_arena_printf(adding->arena, "%s/%s", finished, PK_BUNDLE_MANIFEST);
	pk_manifest_write(&manifest, adding->arena, bundle);
	return pk_file_write(path, manifest.data, manifest.len, diags) &&
		put_in_place(finished, bundle->folder, diags);
}

static const struct pk_bundle *settle(
	struct adding *adding, struct pk_bundle *bundle, struct pk_diags *diags)
{
	enum pk_bundle_outcome outcome = PK_BUNDLE_ADDED;
	bool exists = pk_file_exists(bundle->folder);
	if (exists)
		outcome = is_there(adding, bundle) ? PK_BUNDLE_SAME : PK_BUNDLE_REPLACED;
	if (outcome == PK_BUNDLE_REPLACED && !adding->options->replace) {
		struct pk_diag *diag = pk_report(diags, PK_BUNDLE_OTHER_CONTENT, adding->place,
			"there is another bundle '%s', or it was damaged", bundle->id);
		pk_diag_hint(diags, diag, "give it another --version, or replace it by --replace");
		return NULL;
	}
	if (outcome != PK_BUNDLE_SAME && adding->temp != NULL &&
		!store_bundle(adding, bundle, diags))
		return NULL;
	if (adding->options->outcome_out != NULL)
		*adding->options->outcome_out = outcome;
	if (adding->temp == NULL)
		return bundle;
	return pk_bundle_open_folder(adding->arena, bundle->folder, diags);
}

static const struct pk_bundle *add(struct adding *adding, struct pk_diags *diags)
{
	bool taken = pk_file_is_dir(adding->path) ? take_folder(adding, diags)
						  : take_file(adding, diags);
	struct pk_bundle *bundle = taken ? make_bundle(adding, diags) : NULL;
	return bundle == NULL ? NULL : settle(adding, bundle, diags);
}

const struct pk_bundle *pk_bundle_add(struct pk_arena *arena, const char *store, const char *path,
	const struct pk_bundle_add_options *options, struct pk_diags *diags)
{
	struct adding adding = {
		.arena = arena,
		.options = options,
		.store = store,
		.path = path,
		.place = pk_span_file(pk_source_make(arena, pk_arena_strdup(arena, path), "", 0)),
	};
	if (options->dry_run)
		return add(&adding, diags);
	bool is_new = !pk_file_exists(store);
	if (!pk_file_make_dirs(store, diags))
		return NULL;
	const struct pk_bundle *bundle = NULL;
	adding.temp = pk_temp_open_in(store, diags);
	if (adding.temp != NULL)
		bundle = add(&adding, diags);
	pk_temp_close(adding.temp);
	if (bundle == NULL && is_new)
		rmdir(store);
	return bundle;
}

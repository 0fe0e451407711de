#include "fleet/bundle/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/text.h"
#include "fleet/bundle/bundle.h"

enum {
	CHUNK = 64 * 1024,
	BOMB_LEAST = 1024 * 1024, /* what unpacks to no more than this is no bomb */
	TAR_BLOCK = 512,
	FIND_ENTRIES = 64, /* entries looked at for one file */
};

struct unpacking {
	struct archive *archive;
	struct pk_source *source;
	struct pk_span place; /* the file, without its bytes: nobody wants to see those */
	const struct pk_archive_sink *sink;
	struct pk_diags *diags;
	uint64_t bytes; /* unpacked so far */
	size_t entries;
	size_t files;
};

static void close_archive(struct archive **archive)
{
	archive_read_free(*archive); /* NULL is fine */
}

#define ARCHIVE_AUTO __attribute__((cleanup(close_archive))) struct archive

/* Filters that need no other program; those that would run one are never switched on. */
static void support_filters(struct archive *archive)
{
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
}

/* What the library says of an archive may hold bytes of it; those are escaped when printed. */
static bool report_broken(const struct unpacking *unpacking)
{
	const char *reason = archive_error_string(unpacking->archive);
	struct pk_diag *diag = pk_report(unpacking->diags, PK_BUNDLE_ARCHIVE, unpacking->place,
		"'%s' is broken, or no archive that is known: %s", unpacking->source->path,
		reason == NULL ? "it ends early" : reason);
	pk_diag_hint(unpacking->diags, diag, "download it again");
	return false;
}

static bool report_limit(const struct unpacking *unpacking, const char *what)
{
	pk_report(unpacking->diags, PK_BUNDLE_LIMIT, unpacking->place, "'%s' has %s",
		unpacking->source->path, what);
	return false;
}

static bool check_entry(
	const struct unpacking *unpacking, struct archive_entry *entry, const char *path)
{
	const char *what = NULL;
	if (archive_entry_is_encrypted(entry))
		what = "is encrypted";
	else if (archive_entry_hardlink(entry) != NULL || archive_entry_symlink(entry) != NULL ||
		archive_entry_filetype(entry) == AE_IFLNK)
		what = "is a link";
	else if (archive_entry_filetype(entry) != AE_IFREG)
		what = "is no plain file";
	if (what == NULL)
		return true;
	pk_report(unpacking->diags, PK_BUNDLE_ENTRY, unpacking->place, "'%s' %s", path, what);
	return false;
}

/* Bytes that may still be unpacked. */
static bool count_bytes(struct unpacking *unpacking, size_t more)
{
	unpacking->bytes += more;
	if (unpacking->bytes > PK_BUNDLE_BYTES)
		return report_limit(unpacking, "more than 256 MiB of files");
	if (unpacking->bytes > BOMB_LEAST &&
		unpacking->bytes / PK_BUNDLE_RATIO > unpacking->source->len)
		return report_limit(unpacking, "files of more than 200 times its own size");
	return true;
}

static bool read_entry(struct unpacking *unpacking, struct pk_buf *out)
{
	char chunk[CHUNK];
	for (;;) {
		la_ssize_t got = archive_read_data(unpacking->archive, chunk, sizeof(chunk));
		if (got == 0)
			return true;
		if (got == ARCHIVE_RETRY)
			continue;
		if (got < 0)
			return report_broken(unpacking);
		if (!count_bytes(unpacking, (size_t)got))
			return false;
		pk_buf_put(out, chunk, (size_t)got);
	}
}

/* "./" in front is how tar writes names in the present folder. */
static const char *without_dot(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

static bool take_entry(struct unpacking *unpacking, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	if (++unpacking->entries > PK_BUNDLE_FILES)
		return report_limit(unpacking, "more than 1000 entries");
	if (name == NULL) {
		pk_report(unpacking->diags, PK_BUNDLE_PATH, unpacking->place,
			"a name in '%s' has characters that are not safe everywhere",
			unpacking->source->path);
		return false;
	}
	if (archive_entry_filetype(entry) == AE_IFDIR && archive_entry_hardlink(entry) == NULL)
		return true;
	const char *path = without_dot(name);
	if (!check_entry(unpacking, entry, path))
		return false;
	if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > PK_BUNDLE_BYTES)
		return report_limit(unpacking, "more than 256 MiB of files");
	/* The library forgets the name while it reads. */
	const char *kept = pk_arena_strdup(unpacking->diags->arena, path);
	PK_BUF_AUTO bytes = {0};
	pk_buf_puts(&bytes, "");
	if (!read_entry(unpacking, &bytes))
		return false;
	unpacking->files++;
	return unpacking->sink->take(unpacking->sink->context, kept, &bytes, unpacking->diags);
}

/*
 * The library takes a tar that just stops between two entries for a whole one. One that is whole
 * has blocks of zeros at its end: more than what fills up the last entry has been read then.
 */
static bool check_end(const struct unpacking *unpacking, la_int64_t before)
{
	la_int64_t read = archive_filter_bytes(unpacking->archive, 0) - before;
	int format = archive_format(unpacking->archive) & ARCHIVE_FORMAT_BASE_MASK;
	if (format == ARCHIVE_FORMAT_TAR && read < TAR_BLOCK) {
		archive_set_error(unpacking->archive, 0, "it ends early");
		return report_broken(unpacking);
	}
	if (unpacking->files > 0)
		return true;
	pk_report(unpacking->diags, PK_BUNDLE_ARCHIVE, unpacking->place, "'%s' has no files in it",
		unpacking->source->path);
	return false;
}

bool pk_archive_unpack(
	struct pk_source *source, const struct pk_archive_sink *sink, struct pk_diags *diags)
{
	ARCHIVE_AUTO *archive = archive_read_new();
	struct unpacking unpacking = {
		.archive = archive,
		.source = source,
		.place = pk_span_file(pk_source_make(diags->arena, source->path, "", 0)),
		.sink = sink,
		.diags = diags,
	};
	support_filters(archive);
	archive_read_support_format_tar(archive);
	/* By its directory only: what that does not name, or names otherwise, is not there. */
	archive_read_support_format_zip_seekable(archive);
	if (archive_read_open_memory(archive, source->text, source->len) != ARCHIVE_OK)
		return report_broken(&unpacking);
	for (;;) {
		struct archive_entry *entry;
		la_int64_t before = archive_filter_bytes(archive, 0);
		int result = archive_read_next_header(archive, &entry);
		if (result == ARCHIVE_EOF)
			return check_end(&unpacking, before);
		if (result == ARCHIVE_RETRY)
			continue;
		if (result != ARCHIVE_OK)
			return report_broken(&unpacking);
		if (!take_entry(&unpacking, entry))
			return false;
	}
}

static bool copy_data(struct pk_buf *out, struct archive *archive, size_t limit)
{
	char chunk[CHUNK];
	for (;;) {
		la_ssize_t got = archive_read_data(archive, chunk, sizeof(chunk));
		if (got == 0)
			return true;
		if (got < 0 || (size_t)got > limit - out->len)
			return false;
		pk_buf_put(out, chunk, (size_t)got);
	}
}

bool pk_archive_find(
	struct pk_buf *out, const void *bytes, size_t len, const char *name, size_t limit)
{
	ARCHIVE_AUTO *archive = archive_read_new();
	support_filters(archive);
	archive_read_support_format_ar(archive);
	archive_read_support_format_tar(archive);
	if (archive_read_open_memory(archive, bytes, len) != ARCHIVE_OK)
		return false;
	for (size_t i = 0; i < FIND_ENTRIES; i++) {
		struct archive_entry *entry;
		if (archive_read_next_header(archive, &entry) != ARCHIVE_OK)
			return false;
		/* Nothing is skipped that may be large: it would have to be unpacked for that. */
		if (archive_entry_size(entry) > (la_int64_t)limit)
			return false;
		const char *path = archive_entry_pathname(entry);
		if (path == NULL || !pk_text_starts(without_dot(path), name) ||
			archive_entry_filetype(entry) != AE_IFREG)
			continue;
		return copy_data(out, archive, limit);
	}
	return false;
}

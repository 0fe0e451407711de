#include "fleet/bundle/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/library.h"
#include "base/text.h"
#include "fleet/bundle/bundle.h"

enum {
	CHUNK = 64 * 1024,
	BOMB_LEAST = 1024 * 1024, /* what unpacks to no more than this is no bomb */
	TAR_BLOCK = 512,
	FIND_ENTRIES = 64, /* entries looked at for one file */
};

static const char *const library_name = "libarchive.so.13";

#define FUNCTION(name) __typeof__(archive_##name) *name

struct functions {
	FUNCTION(entry_filetype);
	FUNCTION(entry_hardlink);
	FUNCTION(entry_is_encrypted);
	FUNCTION(entry_pathname);
	FUNCTION(entry_size);
	FUNCTION(entry_size_is_set);
	FUNCTION(entry_symlink);
	FUNCTION(error_string);
	FUNCTION(filter_bytes);
	FUNCTION(format);
	FUNCTION(read_data);
	FUNCTION(read_free);
	FUNCTION(read_new);
	FUNCTION(read_next_header);
	FUNCTION(read_open_memory);
	FUNCTION(read_support_filter_bzip2);
	FUNCTION(read_support_filter_gzip);
	FUNCTION(read_support_filter_lzma);
	FUNCTION(read_support_filter_xz);
	FUNCTION(read_support_filter_zstd);
	FUNCTION(read_support_format_ar);
	FUNCTION(read_support_format_tar);
	FUNCTION(read_support_format_zip_seekable);
	FUNCTION(set_error);
};

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"archive_" #name, offsetof(struct functions, name)                                 \
	}

static const struct pk_library_symbol symbols[] = {
	SYMBOL(entry_filetype),
	SYMBOL(entry_hardlink),
	SYMBOL(entry_is_encrypted),
	SYMBOL(entry_pathname),
	SYMBOL(entry_size),
	SYMBOL(entry_size_is_set),
	SYMBOL(entry_symlink),
	SYMBOL(error_string),
	SYMBOL(filter_bytes),
	SYMBOL(format),
	SYMBOL(read_data),
	SYMBOL(read_free),
	SYMBOL(read_new),
	SYMBOL(read_next_header),
	SYMBOL(read_open_memory),
	SYMBOL(read_support_filter_bzip2),
	SYMBOL(read_support_filter_gzip),
	SYMBOL(read_support_filter_lzma),
	SYMBOL(read_support_filter_xz),
	SYMBOL(read_support_filter_zstd),
	SYMBOL(read_support_format_ar),
	SYMBOL(read_support_format_tar),
	SYMBOL(read_support_format_zip_seekable),
	SYMBOL(set_error),
	PK_LIBRARY_SYMBOLS_END,
};

/* An archive that is read, and what it is read with: the library is opened for it. */
struct reader {
	struct pk_library *library; /* NULL: it is not installed */
	struct functions lib;
	struct archive *archive;
};

struct unpacking {
	const struct functions *lib;
	struct archive *archive;
	struct pk_source *source;
	struct pk_span place; /* the file, without its bytes: nobody wants to see those */
	const struct pk_archive_sink *sink;
	struct pk_diags *diags;
	uint64_t bytes; /* unpacked so far */
	size_t entries;
	size_t files;
};

static void close_reader(struct reader *reader)
{
	if (reader->library != NULL)
		reader->lib.read_free(reader->archive); /* NULL is fine */
	pk_library_close(reader->library);
}

#define READER_AUTO __attribute__((cleanup(close_reader))) struct reader

/* Filters that need no other program; those that would run one are never switched on. */
static bool open_reader(struct reader *reader)
{
	reader->library = pk_library_open(&reader->lib, library_name, symbols);
	if (reader->library == NULL)
		return false;
	reader->archive = reader->lib.read_new();
	reader->lib.read_support_filter_bzip2(reader->archive);
	reader->lib.read_support_filter_gzip(reader->archive);
	reader->lib.read_support_filter_lzma(reader->archive);
	reader->lib.read_support_filter_xz(reader->archive);
	reader->lib.read_support_filter_zstd(reader->archive);
	return true;
}

/* What the library says of an archive may hold bytes of it; those are escaped when printed. */
static bool report_broken(const struct unpacking *unpacking)
{
	const char *reason = unpacking->lib->error_string(unpacking->archive);
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
	if (unpacking->lib->entry_is_encrypted(entry))
		what = "is encrypted";
	else if (unpacking->lib->entry_hardlink(entry) != NULL ||
		unpacking->lib->entry_symlink(entry) != NULL ||
		unpacking->lib->entry_filetype(entry) == AE_IFLNK)
		what = "is a link";
	else if (unpacking->lib->entry_filetype(entry) != AE_IFREG)
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
		la_ssize_t got =
			unpacking->lib->read_data(unpacking->archive, chunk, sizeof(chunk));
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
	const char *name = unpacking->lib->entry_pathname(entry);
	if (++unpacking->entries > PK_BUNDLE_FILES)
		return report_limit(unpacking, "more than 1000 entries");
	if (name == NULL) {
		pk_report(unpacking->diags, PK_BUNDLE_PATH, unpacking->place,
			"a name in '%s' has characters that are not safe everywhere",
			unpacking->source->path);
		return false;
	}
	if (unpacking->lib->entry_filetype(entry) == AE_IFDIR &&
		unpacking->lib->entry_hardlink(entry) == NULL)
		return true;
	const char *path = without_dot(name);
	if (!check_entry(unpacking, entry, path))
		return false;
	if (unpacking->lib->entry_size_is_set(entry) &&
		unpacking->lib->entry_size(entry) > PK_BUNDLE_BYTES)
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
	la_int64_t read = unpacking->lib->filter_bytes(unpacking->archive, 0) - before;
	int format = unpacking->lib->format(unpacking->archive) & ARCHIVE_FORMAT_BASE_MASK;
	if (format == ARCHIVE_FORMAT_TAR && read < TAR_BLOCK) {
		unpacking->lib->set_error(unpacking->archive, 0, "it ends early");
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
	READER_AUTO reader = {0};
	struct unpacking unpacking = {
		.lib = &reader.lib,
		.source = source,
		.place = pk_span_file(pk_source_make(diags->arena, source->path, "", 0)),
		.sink = sink,
		.diags = diags,
	};
	if (!open_reader(&reader)) {
		pk_report(diags, PK_BUNDLE_ARCHIVE, unpacking.place,
			"'%s' cannot be read: '%s' is not installed", source->path, library_name);
		return false;
	}
	struct archive *archive = unpacking.archive = reader.archive;
	reader.lib.read_support_format_tar(archive);
	/* By its directory only: what that does not name, or names otherwise, is not there. */
	reader.lib.read_support_format_zip_seekable(archive);
	if (reader.lib.read_open_memory(archive, source->text, source->len) != ARCHIVE_OK)
		return report_broken(&unpacking);
	for (;;) {
		struct archive_entry *entry;
		la_int64_t before = reader.lib.filter_bytes(archive, 0);
		int result = reader.lib.read_next_header(archive, &entry);
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

static bool copy_data(struct pk_buf *out, const struct reader *reader, size_t limit)
{
	char chunk[CHUNK];
	for (;;) {
		la_ssize_t got = reader->lib.read_data(reader->archive, chunk, sizeof(chunk));
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
	READER_AUTO reader = {0};
	if (!open_reader(&reader))
		return false;
	struct archive *archive = reader.archive;
	reader.lib.read_support_format_ar(archive);
	reader.lib.read_support_format_tar(archive);
	if (reader.lib.read_open_memory(archive, bytes, len) != ARCHIVE_OK)
		return false;
	for (size_t i = 0; i < FIND_ENTRIES; i++) {
		struct archive_entry *entry;
		if (reader.lib.read_next_header(archive, &entry) != ARCHIVE_OK)
			return false;
		/* Nothing is skipped that may be large: it would have to be unpacked for that. */
		if (reader.lib.entry_size(entry) > (la_int64_t)limit)
			return false;
		const char *path = reader.lib.entry_pathname(entry);
		if (path == NULL || !pk_text_starts(without_dot(path), name) ||
			reader.lib.entry_filetype(entry) != AE_IFREG)
			continue;
		return copy_data(out, &reader, limit);
	}
	return false;
}

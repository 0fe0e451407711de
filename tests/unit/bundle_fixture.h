/*
 * What tests of bundles share: a folder of their own, Windows programs with a version, Linux
 * programs, packages and archives. Nothing here is of a vendor.
 */
#ifndef TESTS_UNIT_BUNDLE_FIXTURE_H
#define TESTS_UNIT_BUNDLE_FIXTURE_H

#include "tests/unit/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "fleet/bundle/bundle.h"

struct bundle_fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const char *folder;
	const char *store; /* in it; not made yet */
};

static inline int bundle_setup(void **state)
{
	char folder[] = "/tmp/picket-test-bundle.XXXXXX";
	struct pk_arena *arena = pk_arena_create();
	struct bundle_fixture *fixture = PK_NEW(arena, struct bundle_fixture);
	assert_non_null(mkdtemp(folder));
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->folder = pk_arena_strdup(arena, folder);
	fixture->store = pk_arena_printf(arena, "%s/store", folder);
	*state = fixture;
	return 0;
}

static inline int bundle_remove(
	const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	return remove(path);
}

static inline int bundle_teardown(void **state)
{
	struct bundle_fixture *fixture = *state;
	int removed = nftw(fixture->folder, bundle_remove, 16, FTW_DEPTH | FTW_PHYS);
	pk_arena_destroy(fixture->arena);
	return removed;
}

static inline const char *bundle_path(struct bundle_fixture *fixture, const char *name)
{
	return pk_arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
}

/* Entries of a folder; 0 if it is not there. */
static inline size_t bundle_count(const char *folder)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count < 2 ? 0 : count - 2;
}

/* --- programs --- */

static inline void put16(struct pk_buf *buf, unsigned value)
{
	pk_buf_putc(buf, (char)(value & 255));
	pk_buf_putc(buf, (char)(value >> 8 & 255));
}

static inline void put32(struct pk_buf *buf, uint32_t value)
{
	put16(buf, value & 0xffff);
	put16(buf, value >> 16);
}

static inline void put_wide(struct pk_buf *buf, const char *text)
{
	for (size_t i = 0; i <= strlen(text); i++)
		put16(buf, (unsigned char)text[i]);
}

static inline void pad_to(struct pk_buf *buf, size_t offset)
{
	if (buf->len < offset)
		pk_buf_zeros(buf, offset - buf->len);
}

/* A block of a version resource: `value` and then `children`. */
static inline void put_block(struct pk_buf *out, const char *name, const struct pk_buf *value,
	size_t value_len, const struct pk_buf *children)
{
	PK_BUF_AUTO block = {0};
	put16(&block, 0);
	put16(&block, (unsigned)value_len);
	put16(&block, 0);
	put_wide(&block, name);
	pad_to(&block, (block.len + 3) / 4 * 4);
	pk_buf_put(&block, value->data, value->len);
	pad_to(&block, (block.len + 3) / 4 * 4);
	pk_buf_put(&block, children->data, children->len);
	block.data[0] = (char)(block.len & 255);
	block.data[1] = (char)(block.len >> 8);
	pk_buf_put(out, block.data, block.len);
	pad_to(out, (out->len + 3) / 4 * 4);
}

/* VS_VERSION_INFO of the fixed numbers 15.15.0.0 and the FileVersion `text`. */
static inline void put_version_info(struct pk_buf *out, const char *text)
{
	PK_BUF_AUTO none = {0};
	PK_BUF_AUTO fixed = {0};
	PK_BUF_AUTO wide = {0};
	PK_BUF_AUTO strings = {0};
	PK_BUF_AUTO table = {0};
	PK_BUF_AUTO infos = {0};
	put32(&fixed, 0xfeef04bd);
	put32(&fixed, 0x00010000);
	put32(&fixed, 15 << 16 | 15);
	pad_to(&fixed, 52);
	put_wide(&wide, "Sysinternals");
	put_block(&strings, "CompanyName", &wide, wide.len / 2, &none);
	wide.len = 0;
	put_wide(&wide, text);
	put_block(&strings, "FileVersion", &wide, wide.len / 2, &none);
	put_block(&table, "040904b0", &none, 0, &strings);
	put_block(&infos, "StringFileInfo", &none, 0, &table);
	put_block(out, "VS_VERSION_INFO", &fixed, fixed.len, &infos);
}

static inline void put_folder(struct pk_buf *buf, uint32_t id, uint32_t offset)
{
	pk_buf_zeros(buf, 12);
	put16(buf, 0);
	put16(buf, 1);
	put32(buf, id);
	put32(buf, offset);
}

enum { PE_X86 = 0x14c, PE_X64 = 0x8664, PE_ARM64 = 0xaa64, PE_RESOURCES = 0x200 };

/* A program for `machine` whose FileVersion is `text`; NULL: without a version. */
static inline void put_program(struct pk_buf *out, unsigned machine, const char *text)
{
	PK_BUF_AUTO info = {0};
	PK_BUF_AUTO rows = {0};
	unsigned optional = machine == PE_X86 ? 224 : 240;
	if (text != NULL)
		put_version_info(&info, text);
	put_folder(&rows, 16, 0x80000018);
	put_folder(&rows, 1, 0x80000030);
	put_folder(&rows, 0x409, 0x48);
	put32(&rows, 0x1058);
	put32(&rows, (uint32_t)info.len);
	pad_to(&rows, 0x58);
	pk_buf_put(&rows, info.data, info.len);

	pk_buf_puts(out, "MZ");
	pad_to(out, 0x3c);
	put32(out, 0x40);
	pk_buf_put(out, "PE\0", 4);
	put16(out, machine);
	put16(out, 1);
	pad_to(out, 0x40 + 20);
	put16(out, optional);
	put16(out, 0);
	put16(out, machine == PE_X86 ? 0x10b : 0x20b);
	pad_to(out, 0x58 + optional - 16 * 8 - 4);
	put32(out, 16);
	pk_buf_zeros(out, 16);
	put32(out, text == NULL ? 0 : 0x1000);
	put32(out, text == NULL ? 0 : (uint32_t)rows.len);
	pad_to(out, 0x58 + optional);
	pk_buf_put(out, ".rsrc\0\0", 8);
	put32(out, (uint32_t)rows.len);
	put32(out, 0x1000);
	put32(out, (uint32_t)rows.len);
	put32(out, PE_RESOURCES);
	pad_to(out, PE_RESOURCES);
	pk_buf_put(out, rows.data, rows.len);
}

static inline void put_elf(struct pk_buf *out, unsigned machine)
{
	static const char start[] = "\177ELF\2\1\1";
	pk_buf_put(out, start, sizeof(start) - 1);
	pad_to(out, 18);
	put16(out, machine);
	pad_to(out, 64);
}

/* --- archives --- */

enum bundle_format { BUNDLE_ZIP, BUNDLE_TAR, BUNDLE_TAR_GZ, BUNDLE_AR };

struct bundle_entry {
	const char *path;
	const void *bytes;
	size_t len;
	unsigned type;	    /* 0: AE_IFREG */
	const char *target; /* of a link */
	bool hard;	    /* the link is a hard one */
};

static inline void put_entry(struct archive *archive, const struct bundle_entry *row)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, row->path);
	archive_entry_set_filetype(entry, row->type == 0 ? AE_IFREG : row->type);
	archive_entry_set_perm(entry, 0755);
	archive_entry_set_size(entry, (la_int64_t)row->len);
	if (row->target != NULL && row->hard)
		archive_entry_set_hardlink(entry, row->target);
	else if (row->target != NULL)
		archive_entry_set_symlink(entry, row->target);
	assert_true(archive_write_header(archive, entry) >= ARCHIVE_WARN);
	if (row->len > 0)
		assert_int_equal(archive_write_data(archive, row->bytes, row->len), row->len);
	archive_entry_free(entry);
}

static inline void put_archive(struct pk_buf *out, enum bundle_format format,
	const struct bundle_entry *entries, size_t count)
{
	size_t total = 1024 * 1024;
	size_t used = 0;
	for (size_t i = 0; i < count; i++)
		total += entries[i].len + 4096;
	char *bytes = malloc(total);
	struct archive *archive = archive_write_new();
	if (format == BUNDLE_ZIP)
		archive_write_set_format_zip(archive);
	else if (format == BUNDLE_AR)
		archive_write_set_format_ar_svr4(archive);
	else
		archive_write_set_format_pax_restricted(archive);
	if (format == BUNDLE_TAR_GZ)
		archive_write_add_filter_gzip(archive);
	archive_write_set_bytes_in_last_block(archive, 1);
	assert_int_equal(archive_write_open_memory(archive, bytes, total, &used), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++)
		put_entry(archive, &entries[i]);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	pk_buf_put(out, bytes, used);
	free(bytes);
}

/* Writes the archive as file `name` and returns its path. */
static inline const char *bundle_archive(struct bundle_fixture *fixture, const char *name,
	enum bundle_format format, const struct bundle_entry *entries, size_t count)
{
	PK_BUF_AUTO bytes = {0};
	const char *path = bundle_path(fixture, name);
	put_archive(&bytes, format, entries, count);
	assert_true(pk_file_write(path, bytes.data, bytes.len, &fixture->diags));
	return path;
}

/* A .deb with this control file. */
static inline void put_deb(struct pk_buf *out, const char *control)
{
	PK_BUF_AUTO packed = {0};
	const struct bundle_entry inner[] = {
		{.path = "./control", .bytes = control, .len = strlen(control)}};
	put_archive(&packed, BUNDLE_TAR_GZ, inner, 1);
	const struct bundle_entry outer[] = {
		{.path = "debian-binary", .bytes = "2.0\n", .len = 4},
		{.path = "control.tar.gz", .bytes = packed.data, .len = packed.len},
		{.path = "data.tar.gz", .bytes = packed.data, .len = packed.len},
	};
	put_archive(out, BUNDLE_AR, outer, 3);
}

/* What Sysinternals gives out, apart from the content of the programs. */
static inline const char *sysmon_zip(
	struct bundle_fixture *fixture, const char *name, const char *version)
{
	PK_BUF_AUTO x86 = {0};
	PK_BUF_AUTO x64 = {0};
	PK_BUF_AUTO arm64 = {0};
	put_program(&x86, PE_X86, version);
	put_program(&x64, PE_X64, version);
	put_program(&arm64, PE_ARM64, version);
	const struct bundle_entry entries[] = {
		{.path = "Eula.txt", .bytes = "terms", .len = 5},
		{.path = "Sysmon.exe", .bytes = x86.data, .len = x86.len},
		{.path = "Sysmon64.exe", .bytes = x64.data, .len = x64.len},
		{.path = "Sysmon64a.exe", .bytes = arm64.data, .len = arm64.len},
	};
	return bundle_archive(fixture, name, BUNDLE_ZIP, entries, 4);
}

#endif

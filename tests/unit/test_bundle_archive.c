/* Archives that mean harm, or are broken: each is refused, and nothing is left behind. */
#include "tests/unit/bundle_fixture.h"

#include "base/text.h"
#include "fleet/bundle/path.h"

/* Nothing was kept, and there is exactly this finding. */
static void assert_refused(struct bundle_fixture *fixture, const char *path, enum pk_code code)
{
	const struct pk_bundle_add_options options = {.version = "1.0"};
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
	assert_null(pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, code);
	assert_false(pk_file_exists(fixture->store));
}

/* A good program first, so that something has been written when the bad entry comes. */
static void assert_entry_refused(struct bundle_fixture *fixture, enum bundle_format format,
	struct bundle_entry entry, enum pk_code code)
{
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "1.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon64.exe", .bytes = program.data, .len = program.len}, entry};
	assert_refused(fixture, bundle_archive(fixture, "bad", format, entries, 2), code);
}

static void paths_that_are_not_safe_are_refused(void **state)
{
	static const char *const paths[] = {"../a", "a/../../b", "/etc/passwd", "C:/a", "C:a",
		"a\\b/c", "a/..", "CON", "x/nul.txt", "Lpt1", "COM3 .txt", "a.", "a ", " a", "a/ b",
		"a\x1b[31m", "a\nb", "a\x7f", "\xc3\xa4", "a%b", "a&b", "a;b", "$(x)", "a'b",
		"a\"b", "a|b", "a*b", "a?b", "a<b", "a//b", "a/", "a:b"};
	struct bundle_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_non_null(pk_bundle_path_refused(paths[i]));
		struct bundle_entry entry = {.path = paths[i], .bytes = "x", .len = 1};
		if (!pk_text_ends(paths[i], "/"))
			assert_entry_refused(fixture, BUNDLE_TAR, entry, PK_BUNDLE_PATH);
	}
	assert_non_null(pk_bundle_path_refused(""));
	assert_null(pk_bundle_path_refused("Monster (x64)/MonsterK.sys"));
	assert_null(pk_bundle_path_refused("console.txt"));
}

static void long_and_deep_paths_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	char path[300];
	memset(path, 'a', sizeof(path));
	path[201] = '\0';
	assert_non_null(pk_bundle_path_refused(path));
	path[200] = '\0';
	assert_null(pk_bundle_path_refused(path));
	struct bundle_entry entry = {.path = "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"};
	assert_entry_refused(fixture, BUNDLE_ZIP, entry, PK_BUNDLE_PATH);
}

static void backslashes_of_a_zip_lead_nowhere(void **state)
{
	struct bundle_entry entry = {.path = "..\\..\\x", .bytes = "x", .len = 1};
	assert_entry_refused(*state, BUNDLE_ZIP, entry, PK_BUNDLE_PATH);
}

static void links_and_devices_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct bundle_entry rows[] = {
		{.path = "l", .type = AE_IFLNK, .target = "/etc/passwd"},
		{.path = "l", .target = "Sysmon64.exe", .hard = true},
		{.path = "l", .type = AE_IFIFO},
		{.path = "l", .type = AE_IFCHR},
		{.path = "l", .type = AE_IFBLK},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_entry_refused(fixture, BUNDLE_TAR, rows[i], PK_BUNDLE_ENTRY);
	assert_entry_refused(fixture, BUNDLE_ZIP, rows[0], PK_BUNDLE_ENTRY);
}

static void names_that_differ_in_case_only_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	struct bundle_entry same = {.path = "SYSMON64.EXE"};
	struct bundle_entry below = {.path = "sysmon64.exe/x"};
	assert_entry_refused(fixture, BUNDLE_ZIP, same, PK_BUNDLE_DUPLICATE);
	assert_entry_refused(fixture, BUNDLE_TAR_GZ, below, PK_BUNDLE_DUPLICATE);
}

static void folder_cannot_become_a_file(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_map seen = {0};
	(void)state;
	assert_true(pk_bundle_path_claim(arena, &seen, "a/b"));
	assert_true(pk_bundle_path_claim(arena, &seen, "A/c"));
	assert_false(pk_bundle_path_claim(arena, &seen, "a"));
	assert_false(pk_bundle_path_claim(arena, &seen, "A/B"));
}

static void bomb_is_refused_before_it_is_unpacked(void **state)
{
	enum { LEN = 16 * 1024 * 1024 };
	char *zeros = calloc(1, LEN);
	struct bundle_entry entry = {.path = "big", .bytes = zeros, .len = LEN};
	assert_entry_refused(*state, BUNDLE_ZIP, entry, PK_BUNDLE_LIMIT);
	assert_entry_refused(*state, BUNDLE_TAR_GZ, entry, PK_BUNDLE_LIMIT);
	free(zeros);
}

static void too_many_entries_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	enum { COUNT = PK_BUNDLE_FILES + 1 };
	struct bundle_entry *entries = PK_NEW_ARRAY(fixture->arena, struct bundle_entry, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		entries[i].path = pk_arena_printf(fixture->arena, "f%zu", i);
	assert_refused(fixture, bundle_archive(fixture, "many", BUNDLE_ZIP, entries, COUNT),
		PK_BUNDLE_LIMIT);
}

static void empty_archives_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct bundle_entry folder[] = {{.path = "a/", .type = AE_IFDIR}};
	assert_refused(
		fixture, bundle_archive(fixture, "z", BUNDLE_ZIP, NULL, 0), PK_BUNDLE_ARCHIVE);
	assert_refused(
		fixture, bundle_archive(fixture, "t", BUNDLE_TAR, NULL, 0), PK_BUNDLE_ARCHIVE);
	assert_refused(
		fixture, bundle_archive(fixture, "f", BUNDLE_ZIP, folder, 1), PK_BUNDLE_ARCHIVE);
	assert_true(pk_file_write(bundle_path(fixture, "e"), "", 0, &fixture->diags));
	assert_refused(fixture, bundle_path(fixture, "e"), PK_BUNDLE_ARCHIVE);
}

/* Refused however many of its bytes are missing. */
static void assert_cut_refused(
	struct bundle_fixture *fixture, enum bundle_format format, size_t whole)
{
	PK_BUF_AUTO bytes = {0};
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "1.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon64.exe", .bytes = program.data, .len = program.len},
		{.path = "Eula.txt", .bytes = "terms", .len = 5}};
	put_archive(&bytes, format, entries, 2);
	const char *path = bundle_path(fixture, "cut");
	size_t step = format == BUNDLE_TAR ? 256 : 7;
	for (size_t len = 0; len + whole < bytes.len; len += step) {
		assert_true(pk_file_write(path, bytes.data, len, &fixture->diags));
		assert_refused(fixture, path, PK_BUNDLE_ARCHIVE);
	}
}

static void archives_that_end_early_are_refused(void **state)
{
	assert_cut_refused(*state, BUNDLE_ZIP, 0);
	assert_cut_refused(*state, BUNDLE_TAR_GZ, 0);
	assert_cut_refused(*state, BUNDLE_TAR, 1024);
}

/* Where `want` begins in the bytes. */
static size_t find_bytes(const struct pk_buf *bytes, const char *want, size_t len)
{
	for (size_t i = 0; i + len <= bytes->len; i++) {
		if (memcmp(bytes->data + i, want, len) == 0)
			return i;
	}
	fail();
	return 0;
}

static void wrong_checksum_is_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO bytes = {0};
	const struct bundle_entry entries[] = {{.path = "Eula.txt", .bytes = "terms", .len = 5}};
	const char *path = bundle_path(fixture, "crc");
	put_archive(&bytes, BUNDLE_ZIP, entries, 1);
	size_t central = find_bytes(&bytes, "PK\1\2", 4);
	bytes.data[central + 16] ^= 1;
	assert_true(pk_file_write(path, bytes.data, bytes.len, &fixture->diags));
	assert_refused(fixture, path, PK_BUNDLE_ARCHIVE);
}

static void encrypted_files_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO bytes = {0};
	const struct bundle_entry entries[] = {{.path = "Eula.txt", .bytes = "terms", .len = 5}};
	const char *path = bundle_path(fixture, "locked");
	put_archive(&bytes, BUNDLE_ZIP, entries, 1);
	bytes.data[find_bytes(&bytes, "PK\1\2", 4) + 8] |= 1;
	bytes.data[find_bytes(&bytes, "PK\3\4", 4) + 6] |= 1;
	assert_true(pk_file_write(path, bytes.data, bytes.len, &fixture->diags));
	assert_refused(fixture, path, PK_BUNDLE_ENTRY);
}

static void archive_in_an_archive_is_not_unpacked(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO inner = {0};
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "1.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon64.exe", .bytes = program.data, .len = program.len}};
	put_archive(&inner, BUNDLE_ZIP, entries, 1);
	const struct bundle_entry outer[] = {
		{.path = "Sysmon.zip", .bytes = inner.data, .len = inner.len}};
	assert_refused(fixture, bundle_archive(fixture, "outer", BUNDLE_ZIP, outer, 1),
		PK_BUNDLE_NO_SENSOR);
}

static void links_in_a_folder_are_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *folder = bundle_path(fixture, "in");
	assert_int_equal(mkdir(folder, 0777), 0);
	assert_int_equal(symlink("/etc/passwd", bundle_path(fixture, "in/sysmon")), 0);
	assert_refused(fixture, folder, PK_BUNDLE_ENTRY);
}

static void folder_has_no_digest(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle_add_options options = {.digest = "sha256:00"};
	assert_null(pk_bundle_add(
		fixture->arena, fixture->store, fixture->folder, &options, &fixture->diags));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_DIGEST);
}

#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, bundle_setup, bundle_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUNDLE_TEST(paths_that_are_not_safe_are_refused),
		BUNDLE_TEST(long_and_deep_paths_are_refused),
		BUNDLE_TEST(backslashes_of_a_zip_lead_nowhere),
		BUNDLE_TEST(links_and_devices_are_refused),
		BUNDLE_TEST(names_that_differ_in_case_only_are_refused),
		cmocka_unit_test(folder_cannot_become_a_file),
		BUNDLE_TEST(bomb_is_refused_before_it_is_unpacked),
		BUNDLE_TEST(too_many_entries_are_refused),
		BUNDLE_TEST(empty_archives_are_refused),
		BUNDLE_TEST(archives_that_end_early_are_refused),
		BUNDLE_TEST(wrong_checksum_is_refused),
		BUNDLE_TEST(encrypted_files_are_refused),
		BUNDLE_TEST(archive_in_an_archive_is_not_unpacked),
		BUNDLE_TEST(links_in_a_folder_are_refused),
		BUNDLE_TEST(folder_has_no_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

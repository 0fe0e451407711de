/* Manifests: every field is checked; what we write is read back; what people write is matched. */
#include "tests/unit/bundle_fixture.h"

#include "fleet/bundle/manifest.h"

static const char head[] = "bundle: 1\nname: sysmon\nversion: 15.10\nsensor: sysmon\n";
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const char files[] =
	"files:\n"
	"  - {path: Sysmon64.exe, role: program, arch: x64, bytes: 1, digest: '" DIGEST "'}\n";

static struct pk_bundle *read_text(
	struct bundle_fixture *fixture, const char *a, const char *b, const char *c)
{
	const char *text = pk_arena_printf(fixture->arena, "%s%s%s", a, b, c);
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
	return pk_manifest_read(
		fixture->arena, source_from_text(fixture->arena, text), false, &fixture->diags);
}

static void assert_bad(struct bundle_fixture *fixture, const char *a, const char *b, const char *c,
	enum pk_code code)
{
	assert_null(read_text(fixture, a, b, c));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, code);
}

static void manifest_is_read(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle = read_text(fixture, head,
		"platform: windows\nlicence: Terms\norigin: https://example.com/a\n"
		"archive: " DIGEST "\nremove: [-u, force]\n",
		files);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon@15.10");
	assert_string_equal(bundle->licence, "Terms");
	assert_string_equal(bundle->archive_digest, DIGEST);
	assert_int_equal(bundle->files.len, 1);
	assert_int_equal(bundle->files.items[0].bytes, 1);
	assert_int_equal(bundle->steps.install.len, 3);
	assert_int_equal(bundle->steps.remove.len, 2);
	assert_string_equal(bundle->steps.remove.items[1], "force");
}

static void what_is_written_is_read_back(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	const struct pk_bundle *bundle = read_text(fixture, head,
		"licence: \"a: b\\n#c\"\ninstall: ['{config}', 'C:\\x', 'a,b=1']\n", files);
	assert_non_null(bundle);
	pk_manifest_write(&first, fixture->arena, bundle);
	const struct pk_bundle *again = read_text(fixture, first.data, "", "");
	assert_non_null(again);
	assert_string_equal(again->digest, bundle->digest);
	assert_string_equal(again->licence, "a: b\n#c");
	pk_manifest_write(&second, fixture->arena, again);
	assert_string_equal(second.data, first.data);
}

static void digest_names_the_content_and_not_its_origin(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *digest = read_text(fixture, head, "", files)->digest;
	assert_string_equal(
		read_text(fixture, head, "origin: x\nlicence: y\n", files)->digest, digest);
	assert_string_not_equal(
		read_text(fixture, head, "remove: [-u, force]\n", files)->digest, digest);
}

static void wrong_values_are_refused(void **state)
{
	static const char *const bad[] = {"platform: linux\n", "platform: any\n", "licence: ''\n",
		"archive: sha256:12\n", "archive: " DIGEST "0\n", "origin: \"a\\0b\"\n",
		"origin: https://me:secret@example.com/a\n"};
	struct bundle_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_bad(fixture, head, bad[i], files, PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, "bundle: 2\nname: a\nversion: 1\nsensor: sysmon\n", "", files,
		PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, "bundle: 1\nname: ../a\nversion: 1\nsensor: sysmon\n", "", files,
		PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, "bundle: 1\nname: a\nversion: 1/2\nsensor: sysmon\n", "", files,
		PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, "bundle: 1\nname: a\nversion: 1\nsensor: none\n", "", files,
		PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(
		fixture, "bundle: 1\nname: a\nversion: 1\n", "", files, PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, head, "", "", PK_BUNDLE_MANIFEST_VALUE);
}

static void keys_that_are_not_known_are_reported(void **state)
{
	struct bundle_fixture *fixture = *state;
	assert_bad(fixture, head, "remoev: [-u]\n", files, PK_BUNDLE_MANIFEST_KEY);
	assert_bad(fixture, head, files, "  - {path: a, size: 1, bytes: 1, digest: '" DIGEST "'}\n",
		PK_BUNDLE_MANIFEST_KEY);
}

static void words_that_no_command_line_can_have_are_refused(void **state)
{
	static const char *const bad[] = {"'a b'", "'a;b'", "'$(x)'", "'a\"b'", "'{x}'",
		"'{config'", "'}'", "'%a%'", "'a&b'", "\"a\\nb\"", "\"a\\0\"", "''", "[x]", "'a|b'",
		"'`x`'", "\xc3\xa4"};
	struct bundle_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *line = pk_arena_printf(fixture->arena, "install: [-i, %s]\n", bad[i]);
		assert_bad(fixture, head, line, files, PK_BUNDLE_STEP);
	}
	assert_bad(fixture, head, "install: []\n", files, PK_BUNDLE_STEP);
}

static void files_are_checked(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *rest = "bytes: 1, digest: '" DIGEST "'}\n";
	const struct {
		const char *start;
		enum pk_code code;
	} rows[] = {
		{"  - {path: ../a, ", PK_BUNDLE_PATH},
		{"  - {path: Bundle.yaml, ", PK_BUNDLE_PATH},
		{"  - {path: SYSMON64.exe, ", PK_BUNDLE_DUPLICATE},
		{"  - {path: a, role: virus, ", PK_BUNDLE_MANIFEST_VALUE},
		{"  - {path: a, arch: mips, ", PK_BUNDLE_MANIFEST_VALUE},
		{"  - {role: other, ", PK_BUNDLE_MANIFEST_VALUE},
		{"  - {path: a, role: program, arch: x64, ", PK_BUNDLE_PROGRAMS},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_bad(fixture, pk_arena_printf(fixture->arena, "%s%s", head, files),
			rows[i].start, rest, rows[i].code);
	assert_bad(fixture, head, files, "  - {path: a, digest: '" DIGEST "'}\n",
		PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, head, files, "  - {path: a, bytes: 1}\n", PK_BUNDLE_MANIFEST_VALUE);
	assert_bad(fixture, head, files, "  - {path: a, bytes: 268435457, digest: '" DIGEST "'}\n",
		PK_BUNDLE_LIMIT);
	assert_bad(fixture, head, files, "  - {path: a, bytes: 268435456, digest: '" DIGEST "'}\n",
		PK_BUNDLE_LIMIT);
	assert_bad(fixture, head, "files:\n  - {path: a, ", rest, PK_BUNDLE_NO_SENSOR);
}

/* --- manifests of people --- */

static const struct pk_bundle *add_folder(struct bundle_fixture *fixture, const char *manifest)
{
	const struct pk_bundle_add_options options = {0};
	const char *folder = bundle_path(fixture, "in");
	PK_BUF_AUTO elf = {0};
	put_elf(&elf, 183);
	mkdir(folder, 0777);
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
	assert_true(pk_file_write(
		bundle_path(fixture, "in/agent"), elf.data, elf.len, &fixture->diags));
	assert_true(pk_file_write(bundle_path(fixture, "in/" PK_BUNDLE_MANIFEST), manifest,
		strlen(manifest), &fixture->diags));
	return pk_bundle_add(fixture->arena, fixture->store, folder, &options, &fixture->diags);
}

static void folder_is_added_as_its_manifest_says(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle = add_folder(fixture,
		"bundle: 1\nname: own\nversion: '2'\nsensor: sysmon-linux\n"
		"files:\n  - {path: agent, role: program}\nremove: [-u, force]\n");
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "own@2");
	assert_string_equal(bundle->files.items[0].arch, "arm64");
	assert_int_equal(bundle->files.items[0].bytes, 64);
	assert_int_equal(bundle->steps.remove.len, 2);
	assert_null(bundle->archive_digest);
	assert_true(pk_bundle_verify(bundle, &fixture->diags));
}

static void manifest_of_a_person_has_to_name_the_files_that_are_there(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *start = "bundle: 1\nversion: '2'\nsensor: sysmon-linux\n"
			    "files:\n  - {path: agent, role: program";
	assert_null(
		add_folder(fixture, pk_arena_printf(fixture->arena, "%s, bytes: 65}\n", start)));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_FILE_CHANGED);
	assert_null(add_folder(
		fixture, pk_arena_printf(fixture->arena, "%s, digest: '" DIGEST "'}\n", start)));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_FILE_CHANGED);
	assert_null(add_folder(
		fixture, pk_arena_printf(fixture->arena, "%s}\n  - {path: x}\n", start)));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_FILE_MISSING);
	assert_true(pk_file_write(bundle_path(fixture, "in/more"), "x", 1, &fixture->diags));
	assert_null(add_folder(fixture, pk_arena_printf(fixture->arena, "%s}\n", start)));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_FILE_EXTRA);
	assert_false(pk_file_exists(fixture->store));
}

static void store_does_not_believe_a_manifest_of_another_name(void **state)
{
	struct bundle_fixture *fixture = *state;
	struct pk_bundles bundles = {0};
	assert_non_null(add_folder(fixture,
		"bundle: 1\nversion: '2'\nsensor: sysmon-linux\n"
		"files:\n  - {path: agent, role: program}\n"));
	assert_int_equal(rename(bundle_path(fixture, "store/sysmon-linux@2"),
				 bundle_path(fixture, "store/sysmon-linux@3")),
		0);
	assert_false(pk_bundle_list(&bundles, fixture->arena, fixture->store, &fixture->diags));
	assert_int_equal(bundles.len, 0);
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_MANIFEST_VALUE);
}

#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, bundle_setup, bundle_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUNDLE_TEST(manifest_is_read),
		BUNDLE_TEST(what_is_written_is_read_back),
		BUNDLE_TEST(digest_names_the_content_and_not_its_origin),
		BUNDLE_TEST(wrong_values_are_refused),
		BUNDLE_TEST(keys_that_are_not_known_are_reported),
		BUNDLE_TEST(words_that_no_command_line_can_have_are_refused),
		BUNDLE_TEST(files_are_checked),
		BUNDLE_TEST(folder_is_added_as_its_manifest_says),
		BUNDLE_TEST(manifest_of_a_person_has_to_name_the_files_that_are_there),
		BUNDLE_TEST(store_does_not_believe_a_manifest_of_another_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

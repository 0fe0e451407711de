/* Bundles: what vendors give out becomes one, and stays as it is in the store. */
#include "tests/unit/bundle_fixture.h"

static const struct pk_bundle *add(struct bundle_fixture *fixture, const char *path)
{
	const struct pk_bundle_add_options options = {0};
	return pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags);
}

static void assert_file(const struct pk_bundle *bundle, size_t index, const char *path,
	enum pk_bundle_role role, const char *arch)
{
	assert_true(index < bundle->files.len);
	const struct pk_bundle_file *file = &bundle->files.items[index];
	assert_string_equal(file->path, path);
	assert_int_equal(file->role, role);
	assert_int_equal(file->arch == NULL, arch == NULL);
	if (arch != NULL)
		assert_string_equal(file->arch, arch);
}

static void assert_code(const struct bundle_fixture *fixture, enum pk_code code)
{
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, code);
}

static void sysmon_is_told_from_its_zip(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle = add(fixture, sysmon_zip(fixture, "Sysmon.zip", "15.15"));
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon@15.15");
	assert_int_equal(bundle->sensor, PK_SENSOR_SYSMON);
	assert_int_equal(bundle->platform, PK_HOST_WINDOWS);
	assert_int_equal(bundle->files.len, 4);
	assert_file(bundle, 0, "Eula.txt", PK_BUNDLE_LICENCE, NULL);
	assert_file(bundle, 1, "Sysmon.exe", PK_BUNDLE_PROGRAM, "x86");
	assert_file(bundle, 2, "Sysmon64.exe", PK_BUNDLE_PROGRAM, "x64");
	assert_file(bundle, 3, "Sysmon64a.exe", PK_BUNDLE_PROGRAM, "arm64");
	assert_int_equal(bundle->steps.install.len, 3);
	assert_string_equal(bundle->steps.install.items[2], "{config}");
	assert_string_equal(bundle->steps.remove.items[0], "-u");
	assert_int_equal(fixture->diags.all.len, 0);
	assert_int_equal(bundle_count(fixture->store), 1);
	assert_true(pk_bundle_verify(bundle, &fixture->diags));
}

static void files_in_the_store_cannot_be_run(void **state)
{
	struct bundle_fixture *fixture = *state;
	struct stat st;
	assert_non_null(add(fixture, sysmon_zip(fixture, "Sysmon.zip", "15.15")));
	const char *path = bundle_path(fixture, "store/sysmon@15.15/Sysmon64.exe");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);
}

static void numbers_tell_the_version_where_the_text_does_not(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle =
		add(fixture, sysmon_zip(fixture, "a.zip", "15.15 (release)"));
	assert_non_null(bundle);
	assert_string_equal(bundle->version, "15.15");
}

static void monster_takes_all_its_files_out_of_the_top_folder(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "2.1.3");
	const struct bundle_entry entries[] = {
		{.path = "Monster/", .type = AE_IFDIR},
		{.path = "Monster/Monster.exe", .bytes = program.data, .len = program.len},
		{.path = "Monster/MonsterG.exe", .bytes = program.data, .len = program.len},
		{.path = "Monster/MonsterP.dll", .bytes = program.data, .len = program.len},
		{.path = "Monster/MonsterK.sys", .bytes = program.data, .len = program.len},
		{.path = "Monster/Monster.cnf", .bytes = "{}", .len = 2},
		{.path = "Monster/data/Monster.dat", .bytes = "\0\1", .len = 2},
	};
	const struct pk_bundle *bundle =
		add(fixture, bundle_archive(fixture, "m.zip", BUNDLE_ZIP, entries, 7));
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "monster@2.1.3");
	assert_int_equal(bundle->files.len, 6);
	assert_file(bundle, 1, "Monster.exe", PK_BUNDLE_PROGRAM, "x64");
	assert_file(bundle, 2, "MonsterG.exe", PK_BUNDLE_OTHER, NULL);
	assert_file(bundle, 5, "data/Monster.dat", PK_BUNDLE_OTHER, NULL);
	assert_int_equal(bundle->steps.install.len, 2);
	assert_string_equal(bundle->steps.install.items[0], "/install");
	assert_true(pk_bundle_verify(bundle, &fixture->diags));
	assert_int_equal(bundle_count(fixture->store), 1);
}

static void winlogbeat_is_known_by_its_program(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "9.1.0");
#define TOP "winlogbeat-9.1.0-windows-x86_64/"
	const struct bundle_entry entries[] = {
		{.path = TOP "winlogbeat.exe", .bytes = program.data, .len = program.len},
		{.path = TOP ".build_hash.txt", .bytes = "a", .len = 1},
		{.path = TOP "LICENSE.txt", .bytes = "b", .len = 1},
		{.path = TOP "kibana/7/dashboard/a-b.json", .bytes = "{}", .len = 2},
	};
	const struct pk_bundle *bundle =
		add(fixture, bundle_archive(fixture, "w.zip", BUNDLE_ZIP, entries, 4));
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "winlogbeat@9.1.0");
	assert_file(bundle, 1, "LICENSE.txt", PK_BUNDLE_LICENCE, NULL);
	assert_file(bundle, 3, "winlogbeat.exe", PK_BUNDLE_PROGRAM, "x64");
	assert_string_equal(bundle->steps.remove.items[0], "stop");
}

static void debian_package_says_its_version(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO deb = {0};
	const char *path = bundle_path(fixture, "sysmon.deb");
	put_deb(&deb, "Package: sysmonforlinux\nVersion: 1.3.3-1\nArchitecture: amd64\n");
	assert_true(pk_file_write(path, deb.data, deb.len, &fixture->diags));
	const struct pk_bundle *bundle = add(fixture, path);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon-linux@1.3.3");
	assert_int_equal(bundle->platform, PK_HOST_LINUX);
	assert_file(bundle, 0, "sysmon.deb", PK_BUNDLE_PACKAGE, "x64");
}

static void rpm_says_its_version_by_its_name(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *path = bundle_path(fixture, "sysmonforlinux-1.3.2-1.aarch64.rpm");
	assert_true(pk_file_write(path, "\xed\xab\xee\xdb rest", 9, &fixture->diags));
	const struct pk_bundle *bundle = add(fixture, path);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon-linux@1.3.2");
	assert_file(bundle, 0, "sysmonforlinux-1.3.2-1.aarch64.rpm", PK_BUNDLE_PACKAGE, "arm64");
}

static void package_of_something_else_is_no_sensor(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO deb = {0};
	const char *path = bundle_path(fixture, "hello.deb");
	put_deb(&deb, "Package: hello\nVersion: 2.10\nArchitecture: amd64\n");
	assert_true(pk_file_write(path, deb.data, deb.len, &fixture->diags));
	assert_null(add(fixture, path));
	assert_code(fixture, PK_BUNDLE_NO_SENSOR);
}

static void plain_program_needs_its_version_said(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO elf = {0};
	const char *path = bundle_path(fixture, "sysmon");
	put_elf(&elf, 62);
	assert_true(pk_file_write(path, elf.data, elf.len, &fixture->diags));
	assert_null(add(fixture, path));
	assert_code(fixture, PK_BUNDLE_NO_VERSION);

	const struct pk_bundle_add_options options = {.version = "1.3.3"};
	const struct pk_bundle *bundle =
		pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon-linux@1.3.3");
	assert_file(bundle, 0, "sysmon", PK_BUNDLE_PROGRAM, "x64");
}

static void program_of_another_name_needs_its_sensor_said(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO program = {0};
	const char *path = bundle_path(fixture, "svc.exe");
	put_program(&program, PE_X64, "15.0");
	assert_true(pk_file_write(path, program.data, program.len, &fixture->diags));
	assert_null(add(fixture, path));
	assert_code(fixture, PK_BUNDLE_NO_SENSOR);

	const struct pk_bundle_add_options options = {.sensor = "sysmon", .name = "quiet"};
	const struct pk_bundle *bundle =
		pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "quiet@15.0");
}

static void two_sensors_in_one_archive_do_not_go_together(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "1.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon64.exe", .bytes = program.data, .len = program.len},
		{.path = "Monster.exe", .bytes = program.data, .len = program.len},
	};
	assert_null(add(fixture, bundle_archive(fixture, "x.zip", BUNDLE_ZIP, entries, 2)));
	assert_code(fixture, PK_BUNDLE_PROGRAMS);
	assert_false(pk_file_exists(fixture->store));
}

static void two_programs_for_one_architecture_do_not_go_together(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO program = {0};
	put_program(&program, PE_X64, "1.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon64.exe", .bytes = program.data, .len = program.len},
		{.path = "Sysmon.exe", .bytes = program.data, .len = program.len},
	};
	assert_null(add(fixture, bundle_archive(fixture, "x.zip", BUNDLE_ZIP, entries, 2)));
	assert_code(fixture, PK_BUNDLE_PROGRAMS);
}

static void programs_of_several_versions_are_warned_of(void **state)
{
	struct bundle_fixture *fixture = *state;
	PK_BUF_AUTO x86 = {0};
	PK_BUF_AUTO x64 = {0};
	put_program(&x86, PE_X86, "14.0");
	put_program(&x64, PE_X64, "15.0");
	const struct bundle_entry entries[] = {
		{.path = "Sysmon.exe", .bytes = x86.data, .len = x86.len},
		{.path = "Sysmon64.exe", .bytes = x64.data, .len = x64.len},
	};
	const struct pk_bundle *bundle =
		add(fixture, bundle_archive(fixture, "x.zip", BUNDLE_ZIP, entries, 2));
	assert_non_null(bundle);
	assert_string_equal(bundle->version, "15.0");
	assert_code(fixture, PK_BUNDLE_VERSIONS_DIFFER);
}

static void same_bundle_may_be_added_again(void **state)
{
	struct bundle_fixture *fixture = *state;
	enum pk_bundle_outcome outcome = PK_BUNDLE_ADDED;
	const struct pk_bundle_add_options options = {.outcome_out = &outcome};
	const char *path = sysmon_zip(fixture, "Sysmon.zip", "15.15");
	assert_non_null(add(fixture, path));
	assert_non_null(
		pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags));
	assert_int_equal(outcome, PK_BUNDLE_SAME);
	assert_int_equal(bundle_count(fixture->store), 1);
}

static void other_content_needs_replace(void **state)
{
	struct bundle_fixture *fixture = *state;
	enum pk_bundle_outcome outcome = PK_BUNDLE_ADDED;
	const struct pk_bundle_add_options options = {
		.replace = true, .outcome_out = &outcome, .version = "15.15"};
	const struct pk_bundle *first = add(fixture, sysmon_zip(fixture, "1.zip", "15.15"));
	const struct pk_bundle_add_options without = {.version = "15.15"};
	const char *second = sysmon_zip(fixture, "2.zip", "15.16");
	assert_null(
		pk_bundle_add(fixture->arena, fixture->store, second, &without, &fixture->diags));
	assert_code(fixture, PK_BUNDLE_OTHER_CONTENT);
	assert_true(pk_bundle_verify(first, &fixture->diags));

	const struct pk_bundle *bundle =
		pk_bundle_add(fixture->arena, fixture->store, second, &options, &fixture->diags);
	assert_non_null(bundle);
	assert_int_equal(outcome, PK_BUNDLE_REPLACED);
	assert_string_not_equal(bundle->digest, first->digest);
	assert_true(pk_bundle_verify(bundle, &fixture->diags));
	assert_int_equal(bundle_count(fixture->store), 1);
}

static void digest_of_the_vendor_is_compared_first(void **state)
{
	struct bundle_fixture *fixture = *state;
	const char *path = sysmon_zip(fixture, "Sysmon.zip", "15.15");
	struct pk_source *source = pk_file_read(fixture->arena, path, 0, &fixture->diags);
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, source->text, source->len);
	struct pk_bundle_add_options options = {.digest = digest};
	const struct pk_bundle *bundle =
		pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->archive_digest, digest);

	digest[10] = digest[10] == '0' ? '1' : '0';
	assert_null(pk_bundle_add(fixture->arena, fixture->store, path, &options, &fixture->diags));
	assert_code(fixture, PK_BUNDLE_DIGEST);
}

static void dry_run_writes_nothing(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle_add_options options = {.dry_run = true};
	const struct pk_bundle *bundle = pk_bundle_add(fixture->arena, fixture->store,
		sysmon_zip(fixture, "Sysmon.zip", "15.15"), &options, &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->id, "sysmon@15.15");
	assert_false(pk_file_exists(fixture->store));
}

static void name_that_leads_elsewhere_is_refused(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle_add_options options = {.name = "../x", .version = "1/2"};
	assert_null(pk_bundle_add(fixture->arena, fixture->store,
		sysmon_zip(fixture, "Sysmon.zip", "15.15"), &options, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_NAME);
	assert_int_equal(fixture->diags.all.items[1].code, PK_BUNDLE_NAME);
	assert_false(pk_file_exists(fixture->store));
}

static void highest_version_is_opened_by_the_name_alone(void **state)
{
	struct bundle_fixture *fixture = *state;
	struct pk_bundles bundles = {0};
	add(fixture, sysmon_zip(fixture, "a.zip", "15.9"));
	add(fixture, sysmon_zip(fixture, "b.zip", "15.15"));
	const struct pk_bundle *bundle =
		pk_bundle_open(fixture->arena, fixture->store, "sysmon", &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->version, "15.15");
	bundle = pk_bundle_open(fixture->arena, fixture->store, "sysmon@15.9", &fixture->diags);
	assert_non_null(bundle);
	assert_string_equal(bundle->version, "15.9");
	assert_true(pk_bundle_list(&bundles, fixture->arena, fixture->store, &fixture->diags));
	assert_int_equal(bundles.len, 2);
	assert_string_equal(bundles.items[0]->version, "15.9");

	assert_null(pk_bundle_open(fixture->arena, fixture->store, "sysmon@15.8", &fixture->diags));
	assert_null(pk_bundle_open(fixture->arena, fixture->store, "../store", &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_UNKNOWN);
	assert_int_equal(fixture->diags.all.items[1].code, PK_BUNDLE_UNKNOWN);
}

static void verify_names_what_changed(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle = add(fixture, sysmon_zip(fixture, "a.zip", "15.9"));
	const char *base = "store/sysmon@15.9";
	const char *changed =
		bundle_path(fixture, pk_arena_printf(fixture->arena, "%s/Eula.txt", base));
	const char *gone =
		bundle_path(fixture, pk_arena_printf(fixture->arena, "%s/Sysmon.exe", base));
	const char *extra = bundle_path(fixture, pk_arena_printf(fixture->arena, "%s/new", base));
	assert_true(pk_file_write(changed, "TERMS", 5, &fixture->diags));
	assert_int_equal(remove(gone), 0);
	assert_int_equal(symlink("/etc/passwd", extra), 0);
	assert_false(pk_bundle_verify(bundle, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 3);
	assert_int_equal(fixture->diags.all.items[0].code, PK_BUNDLE_FILE_CHANGED);
	assert_int_equal(fixture->diags.all.items[1].code, PK_BUNDLE_FILE_MISSING);
	assert_int_equal(fixture->diags.all.items[2].code, PK_BUNDLE_FILE_EXTRA);

	/* Added again, it is not taken for the same one. */
	assert_null(add(fixture, bundle_path(fixture, "a.zip")));
	assert_int_equal(fixture->diags.all.items[3].code, PK_BUNDLE_OTHER_CONTENT);
}

static void file_is_only_read_as_the_manifest_says(void **state)
{
	struct bundle_fixture *fixture = *state;
	const struct pk_bundle *bundle = add(fixture, sysmon_zip(fixture, "a.zip", "15.9"));
	const struct pk_bundle_file *program = pk_bundle_find_program(bundle, "x64");
	assert_non_null(program);
	assert_string_equal(program->path, "Sysmon64.exe");
	assert_null(pk_bundle_find_program(bundle, "riscv"));
	const struct pk_source *source =
		pk_bundle_read_file(fixture->arena, bundle, program, &fixture->diags);
	assert_non_null(source);
	assert_int_equal(source->len, program->bytes);

	char *bytes = pk_arena_strndup(fixture->arena, source->text, source->len);
	bytes[source->len - 1] ^= 1;
	const char *path = bundle_path(fixture, "store/sysmon@15.9/Sysmon64.exe");
	assert_true(pk_file_write(path, bytes, source->len, &fixture->diags));
	assert_null(pk_bundle_read_file(fixture->arena, bundle, program, &fixture->diags));
	assert_code(fixture, PK_BUNDLE_FILE_CHANGED);
}

static void numbers_of_versions_count_by_value(void **state)
{
	(void)state;
	assert_int_equal(pk_bundle_compare_versions("15.9", "15.15"), -1);
	assert_int_equal(pk_bundle_compare_versions("15.15", "15.9"), 1);
	assert_int_equal(pk_bundle_compare_versions("6.03", "6.3"), 0);
	assert_int_equal(pk_bundle_compare_versions("1", "1.0"), 0);
	assert_int_equal(pk_bundle_compare_versions("1.0", "1.0-rc"), -1);
	assert_int_equal(
		pk_bundle_compare_versions("99999999999999999999", "100000000000000000000"), -1);
}

#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, bundle_setup, bundle_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUNDLE_TEST(sysmon_is_told_from_its_zip),
		BUNDLE_TEST(files_in_the_store_cannot_be_run),
		BUNDLE_TEST(numbers_tell_the_version_where_the_text_does_not),
		BUNDLE_TEST(monster_takes_all_its_files_out_of_the_top_folder),
		BUNDLE_TEST(winlogbeat_is_known_by_its_program),
		BUNDLE_TEST(debian_package_says_its_version),
		BUNDLE_TEST(rpm_says_its_version_by_its_name),
		BUNDLE_TEST(package_of_something_else_is_no_sensor),
		BUNDLE_TEST(plain_program_needs_its_version_said),
		BUNDLE_TEST(program_of_another_name_needs_its_sensor_said),
		BUNDLE_TEST(two_sensors_in_one_archive_do_not_go_together),
		BUNDLE_TEST(two_programs_for_one_architecture_do_not_go_together),
		BUNDLE_TEST(programs_of_several_versions_are_warned_of),
		BUNDLE_TEST(same_bundle_may_be_added_again),
		BUNDLE_TEST(other_content_needs_replace),
		BUNDLE_TEST(digest_of_the_vendor_is_compared_first),
		BUNDLE_TEST(dry_run_writes_nothing),
		BUNDLE_TEST(name_that_leads_elsewhere_is_refused),
		BUNDLE_TEST(highest_version_is_opened_by_the_name_alone),
		BUNDLE_TEST(verify_names_what_changed),
		BUNDLE_TEST(file_is_only_read_as_the_manifest_says),
		cmocka_unit_test(numbers_of_versions_count_by_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

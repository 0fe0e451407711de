/* The configuration entries as Sysmon checks them after the rules. */
#include "tests/unit/sysmon_fixture.h"

#include "generators/sysmon/sysmon_convert.h"

/* True if the entry is taken; else there is one finding, with `code` at its text. */
static bool is_taken(
	struct sysmon_fixture *fixture, const char *name, const char *value, enum pk_code code)
{
	struct pk_diags *diags = &fixture->diags;
	*diags = (struct pk_diags){.arena = fixture->arena};
	struct pk_sysmon *sysmon = read_good(
		fixture, pk_arena_printf(fixture->arena, ROOT("<%s>%s</%s>"), name, value, name));
	pk_sysmon_check_entries(sysmon, diags);

	assert_int_equal(sysmon->rejected, diags->all.len > 0);
	if (sysmon->rejected) {
		assert_one_finding(diags, code, 2, (unsigned)strlen(name) + 3);
		assert_span_text(diags->all.items[0].span, value);
	}
	return !sysmon->rejected;
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- HashAlgorithms --- */

static void hash_algorithms_have_two_spellings_in_any_case(void **state)
{
	static const char *const taken[] = {"MD5", "md-5", "Sha1,SHA-1", "sha256,SHA-256",
		"imphash,Imp-Hash", "MD5,SHA1,SHA256,IMPHASH"};
	for (size_t i = 0; i < COUNT(taken); i++)
		assert_true(is_taken(*state, "HashAlgorithms", taken[i], PK_HASH_ALGORITHM));
}

static void all_hashes_are_a_star_or_all_alone(void **state)
{
	assert_true(is_taken(*state, "HashAlgorithms", "*", PK_HASH_ALGORITHM));
	assert_true(is_taken(*state, "HashAlgorithms", "ALL", PK_HASH_ALGORITHM));
	assert_false(is_taken(*state, "HashAlgorithms", "MD5,*", PK_HASH_ALGORITHM));
	assert_false(is_taken(*state, "HashAlgorithms", "all,MD5", PK_HASH_ALGORITHM));
}

static void blanks_semicolons_and_line_breaks_in_hash_algorithms_are_refused(void **state)
{
	static const char *const refused[] = {"MD5, SHA1", " MD5", "MD5;SHA1", "MD5\n", "SHA512"};
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(is_taken(*state, "HashAlgorithms", refused[i], PK_HASH_ALGORITHM));
}

static void a_comma_at_an_end_of_hash_algorithms_passes(void **state)
{
	assert_true(is_taken(*state, "HashAlgorithms", "MD5,", PK_HASH_ALGORITHM));
	assert_true(is_taken(*state, "HashAlgorithms", ",MD5", PK_HASH_ALGORITHM));
}

static void two_commas_in_hash_algorithms_are_refused(void **state)
{
	assert_false(is_taken(*state, "HashAlgorithms", "MD5,,SHA1", PK_HASH_ALGORITHM));
}

static void each_wrong_algorithm_is_told(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_sysmon *sysmon =
		read_good(fixture, ROOT("<HashAlgorithms>SHA512,MD5,SHA3</HashAlgorithms>"));
	pk_sysmon_check_entries(sysmon, &fixture->diags);
	assert_int_equal(fixture->diags.all.len, 2);
}

/* --- ArchiveDirectory, ProcessAccessConfig, FieldSizes --- */

static void an_archive_directory_is_one_name(void **state)
{
	assert_true(is_taken(*state, "ArchiveDirectory", "Deleted/x", PK_ARCHIVE_DIRECTORY));
	assert_false(is_taken(*state, "ArchiveDirectory", "C:\\Deleted", PK_ARCHIVE_DIRECTORY));
	assert_false(is_taken(*state, "ArchiveDirectory", "Deleted\\", PK_ARCHIVE_DIRECTORY));
}

static void process_access_config_has_nine_places(void **state)
{
	static const char name[] = "ProcessAccessConfig";
	assert_true(is_taken(*state, name, "1,2,3,4,5,6,7,8,9", PK_PROCESS_ACCESS_CONFIG));
	assert_false(is_taken(*state, name, "1,2,3,4,5,6,7,8,9,10", PK_PROCESS_ACCESS_CONFIG));
}

static void two_commas_in_process_access_config_join_their_neighbours(void **state)
{
	assert_true(is_taken(
		*state, "ProcessAccessConfig", "1,,2,3,4,5,6,7,8,9,10", PK_PROCESS_ACCESS_CONFIG));
}

static void field_sizes_name_fields_and_numbers_above_zero(void **state)
{
	assert_true(is_taken(*state, "FieldSizes", "CommandLine:100,Image:5", PK_FIELD_SIZES));
	assert_false(is_taken(*state, "FieldSizes", "commandline:100", PK_FIELD_SIZES));
	assert_false(is_taken(*state, "FieldSizes", "CommandLine:0", PK_FIELD_SIZES));
	assert_false(is_taken(*state, "FieldSizes", "CommandLine:", PK_FIELD_SIZES));
}

static void field_sizes_hold_no_blank_and_no_sign(void **state)
{
	assert_false(is_taken(*state, "FieldSizes", "CommandLine:100, Image:5", PK_FIELD_SIZES));
	assert_false(is_taken(*state, "FieldSizes", "CommandLine:-1", PK_FIELD_SIZES));
}

static void an_item_of_field_sizes_without_colon_passes(void **state)
{
	assert_true(is_taken(*state, "FieldSizes", "NoField,CommandLine:100", PK_FIELD_SIZES));
}

/* --- which entry is in force --- */

static void of_an_entry_given_twice_the_last_is_in_force(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		ROOT("<HashAlgorithms>SHA512</HashAlgorithms><HashAlgorithms>MD5</"
		     "HashAlgorithms>"));
	assert_string_equal(pk_sysmon_entry(sysmon, "HashAlgorithms")->value, "MD5");
	struct sysmon_fixture *fixture = *state;
	pk_sysmon_check_entries(sysmon, &fixture->diags);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void entries_behind_one_without_text_are_not_in_force(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_sysmon *sysmon = read_good(fixture,
		ROOT("<DnsLookup>False</DnsLookup><CheckRevocation/>"
		     "<HashAlgorithms>SHA512</HashAlgorithms>"));
	assert_string_equal(pk_sysmon_entry(sysmon, "DnsLookup")->value, "False");
	assert_null(pk_sysmon_entry(sysmon, "CheckRevocation"));
	assert_null(pk_sysmon_entry(sysmon, "HashAlgorithms"));
	pk_sysmon_check_entries(sysmon, &fixture->diags);
	assert_false(sysmon->rejected);
}

static void an_entry_of_nothing_but_a_comment_counts_as_without_text(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		ROOT("<CheckRevocation><!--x--></CheckRevocation>"
		     "<HashAlgorithms>SHA512</HashAlgorithms>"));
	assert_null(pk_sysmon_entry(sysmon, "HashAlgorithms"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			hash_algorithms_have_two_spellings_in_any_case, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			all_hashes_are_a_star_or_all_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			blanks_semicolons_and_line_breaks_in_hash_algorithms_are_refused, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_comma_at_an_end_of_hash_algorithms_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_commas_in_hash_algorithms_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_wrong_algorithm_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_archive_directory_is_one_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			process_access_config_has_nine_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_commas_in_process_access_config_join_their_neighbours, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			field_sizes_name_fields_and_numbers_above_zero, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			field_sizes_hold_no_blank_and_no_sign, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_item_of_field_sizes_without_colon_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			of_an_entry_given_twice_the_last_is_in_force, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			entries_behind_one_without_text_are_not_in_force, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_entry_of_nothing_but_a_comment_counts_as_without_text, set_up,
			tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

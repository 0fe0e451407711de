/* Where signatures are, and what the programs say of them; with keys see tests/verify. */
#include "tests/unit/test.h"

#include "base/signature.h"

#define HEADERS "tree 1\nparent 2\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n"
#define FINGERPRINT "FF5FF240CE415B4D12AA49111FD6E0AD62CD8C38"
#define VALID(class)                                                                               \
	"[GNUPG:] VALIDSIG 0123 2026-11-22 1795326442 0 4 0 22 8 " class " " FINGERPRINT "\n"
#define GOOD "[GNUPG:] GOODSIG 1FD6E0AD62CD8C38 Ann <ann@example.org>\n"

static struct pk_arena *arena_of(void **state)
{
	return *state;
}

static int set_up(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int tear_down(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

static struct pk_signed split(struct pk_arena *arena, const char *text)
{
	struct pk_signed out;
	pk_signed_split_commit(&out, arena, text, strlen(text));
	assert_int_equal(strlen(out.payload), out.payload_len);
	return out;
}

static void the_header_is_taken_out_of_a_commit(void **state)
{
	struct pk_signed out = split(arena_of(state),
		HEADERS "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END-----\n\ntext\n");
	assert_string_equal(out.payload, HEADERS "\ntext\n");
	assert_string_equal(out.signature, "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END-----\n");
	assert_int_equal(pk_signature_kind_of(out.signature), PK_SIGNATURE_SSH);
}

static void a_commit_without_signature_is_whole(void **state)
{
	struct pk_signed out = split(arena_of(state), HEADERS "\ngpgsig in the text\n");
	assert_null(out.signature);
	assert_string_equal(out.payload, HEADERS "\ngpgsig in the text\n");
	out = split(arena_of(state), "");
	assert_null(out.signature);
	assert_string_equal(out.payload, "");
}

static void signatures_for_other_hashes_are_no_part(void **state)
{
	struct pk_signed out =
		split(arena_of(state), HEADERS "gpgsig-sha256 other\n more\ngpgsig one\n\ntext");
	assert_string_equal(out.signature, "one\n");
	assert_string_equal(out.payload, HEADERS "\ntext");
}

static void a_second_signature_stays_in_the_payload(void **state)
{
	struct pk_signed out = split(arena_of(state), HEADERS "gpgsig one\ngpgsig two\n\ntext");
	assert_string_equal(out.signature, "one\n");
	assert_string_equal(out.payload, HEADERS "gpgsig two\n\ntext");
}

static void a_commit_that_ends_in_its_signature_is_read(void **state)
{
	struct pk_signed out = split(arena_of(state), HEADERS "gpgsig one\n two");
	assert_string_equal(out.signature, "one\ntwo");
	assert_string_equal(out.payload, HEADERS);
}

static void the_end_of_a_tag_is_its_signature(void **state)
{
	static const char text[] = "object 1\n\nv1\n-----BEGIN PGP SIGNATURE-----\nno\n"
				   "-----BEGIN SSH SIGNATURE-----\nAAAA\n";
	struct pk_signed out;
	pk_signed_split_tag(&out, arena_of(state), text, strlen(text));
	assert_string_equal(out.signature, "-----BEGIN SSH SIGNATURE-----\nAAAA\n");
	assert_int_equal(out.payload_len, strlen(text) - strlen(out.signature));
	pk_signed_split_tag(&out, arena_of(state), "object 1\n\nv1 -----BEGIN", 22);
	assert_null(out.signature);
	assert_int_equal(out.payload_len, 22);
}

static void kinds_are_told_by_the_first_line(void **state)
{
	(void)state;
	assert_int_equal(
		pk_signature_kind_of("-----BEGIN PGP SIGNATURE-----\n"), PK_SIGNATURE_OPENPGP);
	assert_int_equal(
		pk_signature_kind_of("-----BEGIN SIGNED MESSAGE-----\n"), PK_SIGNATURE_OTHER);
	assert_int_equal(pk_signature_kind_of("nonsense"), PK_SIGNATURE_OTHER);
	assert_int_equal(pk_signature_kind_of(""), PK_SIGNATURE_OTHER);
}

static struct pk_signature parse(void **state, const char *text)
{
	struct pk_signature out = {0};
	pk_signature_parse_gpg(&out, arena_of(state), text);
	return out;
}

static void a_good_signature_has_the_primary_key(void **state)
{
	struct pk_signature out = parse(state, "[GNUPG:] NEWSIG\n" GOOD VALID("00"));
	assert_int_equal(out.state, PK_SIGNATURE_GOOD);
	assert_string_equal(out.key, FINGERPRINT);
}

static void what_is_not_said_to_be_good_is_bad(void **state)
{
	assert_int_equal(parse(state, "").state, PK_SIGNATURE_BAD);
	assert_int_equal(parse(state, "[GNUPG:] NODATA 4\n").state, PK_SIGNATURE_BAD);
	assert_int_equal(parse(state, GOOD).state, PK_SIGNATURE_BAD);
	assert_int_equal(parse(state, GOOD VALID("10")).state, PK_SIGNATURE_BAD);
	assert_int_equal(parse(state, VALID("00")).state, PK_SIGNATURE_BAD);
	assert_int_equal(parse(state, "GOODSIG 1 x\n" VALID("00")).state, PK_SIGNATURE_BAD);
	assert_int_equal(
		parse(state, "[GNUPG:] BADSIG 1FD6 Ann\n" VALID("00")).state, PK_SIGNATURE_BAD);
}

static void two_signatures_are_none(void **state)
{
	assert_int_equal(parse(state, GOOD VALID("00") GOOD VALID("00")).state, PK_SIGNATURE_BAD);
	assert_int_equal(
		parse(state, "[GNUPG:] BADSIG 1 A\n" GOOD VALID("00")).state, PK_SIGNATURE_BAD);
}

static void other_states_are_told(void **state)
{
	assert_int_equal(
		parse(state, "[GNUPG:] EXPKEYSIG 1 A\n" VALID("00")).state, PK_SIGNATURE_EXPIRED);
	assert_int_equal(
		parse(state, "[GNUPG:] EXPSIG 1 A\n" VALID("00")).state, PK_SIGNATURE_EXPIRED);
	assert_int_equal(
		parse(state, "[GNUPG:] REVKEYSIG 1 A\n" VALID("00")).state, PK_SIGNATURE_REVOKED);
	struct pk_signature out = parse(
		state, "[GNUPG:] ERRSIG 1FD6 22 8 00 1795326442 9 ABCD\n[GNUPG:] NO_PUBKEY 1\n");
	assert_int_equal(out.state, PK_SIGNATURE_UNKNOWN);
	assert_string_equal(out.key, "1FD6");
	out = parse(state, "[GNUPG:] ERRSIG 1FD6 22 8 00 1795326442 4 ABCD\n");
	assert_int_equal(out.state, PK_SIGNATURE_BAD);
}

static void principals_are_lines(void **state)
{
	struct pk_signature out = {0};
	pk_signature_parse_principals(
		&out, arena_of(state), "ann@example.org\n\n-odd name\n*@example.org");
	assert_int_equal(out.names.len, 3);
	assert_string_equal(out.names.items[0], "ann@example.org");
	assert_string_equal(out.names.items[1], "-odd name");
	assert_string_equal(out.names.items[2], "*@example.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_taken_out_of_a_commit),
		cmocka_unit_test(a_commit_without_signature_is_whole),
		cmocka_unit_test(signatures_for_other_hashes_are_no_part),
		cmocka_unit_test(a_second_signature_stays_in_the_payload),
		cmocka_unit_test(a_commit_that_ends_in_its_signature_is_read),
		cmocka_unit_test(the_end_of_a_tag_is_its_signature),
		cmocka_unit_test(kinds_are_told_by_the_first_line),
		cmocka_unit_test(a_good_signature_has_the_primary_key),
		cmocka_unit_test(what_is_not_said_to_be_good_is_bad),
		cmocka_unit_test(two_signatures_are_none),
		cmocka_unit_test(other_states_are_told),
		cmocka_unit_test(principals_are_lines),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

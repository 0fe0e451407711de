#include "tests/unit/test.h"

#include "base/digest.h"

/* Examples of FIPS 180-4, as NIST publishes them. */
static void digests_are_those_of_the_standard(void **state)
{
	(void)state;
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, NULL, 0);
	assert_string_equal(
		digest, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	pk_digest_print(digest, "abc", 3);
	assert_string_equal(
		digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(digests_are_those_of_the_standard)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

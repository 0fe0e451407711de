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

/* Examples of RFC 1321, FIPS 180-4 and RFC 2202. */
static void older_digests_are_those_of_their_standards(void **state)
{
	(void)state;
	char hex[PK_DIGEST_HEX_MAX];
	pk_digest_hex(hex, PK_DIGEST_MD5, "abc", 3);
	assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
	pk_digest_hex(hex, PK_DIGEST_SHA1, "abc", 3);
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
	uint8_t mac[20];
	uint8_t want[PK_DIGEST_BYTES_MAX] = {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2,
		0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79};
	pk_digest_hmac_sha1(mac, "Jefe", 4, "what do ya want for nothing?", 28);
	assert_memory_equal(mac, want, sizeof(mac));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(older_digests_are_those_of_their_standards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

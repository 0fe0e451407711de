#include "base/digest.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

static void put_hex(char *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

void pk_digest_print(char out[PK_DIGEST_TEXT], const void *bytes, size_t len)
{
	memcpy(out, PK_DIGEST_PREFIX, strlen(PK_DIGEST_PREFIX));
	pk_digest_hex(out + strlen(PK_DIGEST_PREFIX), PK_DIGEST_SHA256, bytes, len);
}

size_t pk_digest_bytes(
	uint8_t out[PK_DIGEST_BYTES_MAX], enum pk_digest_kind kind, const void *bytes, size_t len)
{
	static const struct nettle_hash *const hashes[] = {
		[PK_DIGEST_MD5] = &nettle_md5,
		[PK_DIGEST_SHA1] = &nettle_sha1,
		[PK_DIGEST_SHA256] = &nettle_sha256,
	};
	const struct nettle_hash *hash = hashes[kind];
	union {
		struct md5_ctx md5;
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
	} context;
	hash->init(&context);
	hash->update(&context, len, bytes);
	hash->digest(&context, hash->digest_size, out);
	return hash->digest_size;
}

void pk_digest_hex(char *out, enum pk_digest_kind kind, const void *bytes, size_t len)
{
	uint8_t digest[PK_DIGEST_BYTES_MAX];
	put_hex(out, digest, pk_digest_bytes(digest, kind, bytes, len));
}

void pk_digest_hmac_sha1(
	uint8_t out[20], const void *key, size_t key_len, const void *bytes, size_t len)
{
	struct hmac_sha1_ctx context;
	hmac_sha1_set_key(&context, key_len, key);
	hmac_sha1_update(&context, len, bytes);
	hmac_sha1_digest(&context, SHA1_DIGEST_SIZE, out);
}

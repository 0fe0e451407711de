#include "base/digest.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
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

static size_t md5(uint8_t *out, const void *bytes, size_t len)
{
	struct md5_ctx context;
	md5_init(&context);
	md5_update(&context, len, bytes);
	md5_digest(&context, MD5_DIGEST_SIZE, out);
	return MD5_DIGEST_SIZE;
}

static size_t sha1(uint8_t *out, const void *bytes, size_t len)
{
	struct sha1_ctx context;
	sha1_init(&context);
	sha1_update(&context, len, bytes);
	sha1_digest(&context, SHA1_DIGEST_SIZE, out);
	return SHA1_DIGEST_SIZE;
}

static size_t sha256(uint8_t *out, const void *bytes, size_t len)
{
	struct sha256_ctx context;
	sha256_init(&context);
	sha256_update(&context, len, bytes);
	sha256_digest(&context, SHA256_DIGEST_SIZE, out);
	return SHA256_DIGEST_SIZE;
}

size_t pk_digest_bytes(
	uint8_t out[PK_DIGEST_BYTES_MAX], enum pk_digest_kind kind, const void *bytes, size_t len)
{
	switch (kind) {
	case PK_DIGEST_MD5:
		return md5(out, bytes, len);
	case PK_DIGEST_SHA1:
		return sha1(out, bytes, len);
	case PK_DIGEST_SHA256:
		return sha256(out, bytes, len);
	}
	return 0;
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

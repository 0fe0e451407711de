/*
 * Digest: SHA-256 (FIPS 180-4) of bytes, as text; and older ones where others ask for them: MD5 and
 * SHA-1 are no proof of anything. The library for it stays in digest.c.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define PK_DIGEST_PREFIX "sha256:"

enum { PK_DIGEST_TEXT = sizeof(PK_DIGEST_PREFIX) + 64 }; /* with the NUL */

/* Writes "sha256:" and 64 hexadecimal digits: the digest of `len` bytes (may be NULL if 0). */
void pk_digest_print(char out[PK_DIGEST_TEXT], const void *bytes, size_t len);

enum pk_digest_kind {
	PK_DIGEST_MD5,
	PK_DIGEST_SHA1,
	PK_DIGEST_SHA256,
};

enum {
	PK_DIGEST_BYTES_MAX = 32,			 /* of any kind */
	PK_DIGEST_HEX_MAX = 2 * PK_DIGEST_BYTES_MAX + 1, /* with the NUL */
};

/* Writes the digest itself; returns its bytes. */
size_t pk_digest_bytes(
	uint8_t out[PK_DIGEST_BYTES_MAX], enum pk_digest_kind kind, const void *bytes, size_t len);
/* Writes the digest as hexadecimal digits, small letters, with a NUL: 32, 40 or 64 of them. */
void pk_digest_hex(char *out, enum pk_digest_kind kind, const void *bytes, size_t len);
/* HMAC-SHA1 (RFC 2104): 20 bytes. */
void pk_digest_hmac_sha1(
	uint8_t out[20], const void *key, size_t key_len, const void *bytes, size_t len);

#endif

/*
 * Digest: SHA-256 (FIPS 180-4) of bytes, as text. The library for it stays in digest.c.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define PK_DIGEST_PREFIX "sha256:"

enum { PK_DIGEST_TEXT = sizeof(PK_DIGEST_PREFIX) + 64 }; /* with the NUL */

/* Writes "sha256:" and 64 hexadecimal digits: the digest of `len` bytes (may be NULL if 0). */
void pk_digest_print(char out[PK_DIGEST_TEXT], const void *bytes, size_t len);

#endif

#include "base/digest.h"

#include <nettle/sha2.h>
#include <stdint.h>
#include <string.h>

void pk_digest_print(char out[PK_DIGEST_TEXT], const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	struct sha256_ctx context;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&context);
	sha256_update(&context, len, bytes);
	sha256_digest(&context, sizeof(digest), digest);

	memcpy(out, PK_DIGEST_PREFIX, strlen(PK_DIGEST_PREFIX));
	char *next = out + strlen(PK_DIGEST_PREFIX);
	for (size_t i = 0; i < sizeof(digest); i++) {
		*next++ = digits[digest[i] >> 4];
		*next++ = digits[digest[i] & 15];
	}
	*next = '\0';
}

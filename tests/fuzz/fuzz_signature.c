/*
 * Signatures: no bytes may crash what takes them out of commits and tags, or what reads the answers
 * of gpg. A commit without its signature has none left to take but a further one, a tag is cut in
 * two without losing a byte, and only one GOODSIG with one VALIDSIG is good. The first line is also
 * a pattern that is matched with the rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_commit(struct pk_arena *arena, const char *text, size_t size)
{
	struct pk_signed out;
	pk_signed_split_commit(&out, arena, text, size);
	demand(out.payload_len <= size);
	demand(out.signature != NULL || memmem(text, size, "gpgsig-", 7) != NULL ||
		out.payload_len == size);
	demand(out.signature == NULL || memmem(text, size, "gpgsig ", 7) != NULL);
	if (out.signature != NULL)
		pk_signature_kind_of(out.signature);
}

static void check_tag(struct pk_arena *arena, const char *text, size_t size)
{
	struct pk_signed out;
	pk_signed_split_tag(&out, arena, text, size);
	demand(memcmp(out.payload, text, out.payload_len) == 0);
	demand((out.signature == NULL) == (out.payload_len == size));
	demand(out.signature == NULL ||
		strncmp(out.signature, text + out.payload_len, size - out.payload_len) == 0);
}

static void check_gpg(struct pk_arena *arena, const char *text)
{
	struct pk_signature out = {0};
	pk_signature_parse_gpg(&out, arena, text);
	demand(out.state != PK_SIGNATURE_GOOD ||
		(strstr(text, "GOODSIG") != NULL && strstr(text, "VALIDSIG") != NULL));
	demand(out.state != PK_SIGNATURE_GOOD || out.key != NULL);
	pk_signature_parse_principals(&out, arena, text);
}

static void check_pattern(struct pk_arena *arena, const char *text)
{
	size_t len = strcspn(text, "\n");
	const char *pattern = pk_arena_strndup(arena, text, len);
	if (pk_glob_fault(pattern) != NULL)
		return;
	pk_glob_match(pattern, text + len);
	demand(strpbrk(pattern, "*?\\") != NULL || pk_glob_match(pattern, pattern));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	check_commit(arena, text, size);
	check_tag(arena, text, size);
	check_gpg(arena, text);
	check_pattern(arena, text);
	return 0;
}

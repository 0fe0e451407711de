/*
 * The reader of known_hosts: no input may crash it, and no host is known by a key that the input
 * does not have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/transport/known_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"alpha", "beta.example", "10.0.0.1"};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_AUTO(pk_known_hosts) *known = pk_known_hosts_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	bool good =
		pk_known_hosts_read_source(known, pk_source_make(arena, "x", text, size), &diags);
	if (good != (diags.errors == 0))
		abort();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pk_known_match match;
		pk_known_hosts_find(&match, arena, known, names[i], i == 1 ? 2222 : 22);
		for (size_t j = 0; j < match.len; j++) {
			const struct pk_known_key *key = match.items[j];
			enum pk_known found =
				pk_known_match_check(&match, key->blob, key->blob_len, NULL);
			if (key->marker == PK_KNOWN_REVOKED && found != PK_KNOWN_BAD)
				abort();
		}
		if (pk_known_match_check(&match, "", 0, NULL) == PK_KNOWN_YES)
			abort();
	}
	return 0;
}

/*
 * Answers of an ssh-agent, and what a server says first: no input may crash their readers, and what
 * they give lies within the input or is made harmless.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/transport/agent.h"
#include "fleet/transport/ssh_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand_harmless(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_agent_keys keys = {0};
	struct pk_hello hello;
	const uint8_t *bytes;
	size_t len;
	if (pk_agent_parse_list(&keys, arena, "x", data, size)) {
		for (size_t i = 0; i < keys.len; i++)
			demand_harmless(keys.items[i].comment);
	}
	for (int type = PK_KEY_ED25519; type <= PK_KEY_OTHER; type++) {
		if (pk_agent_parse_signature(&bytes, &len, (enum pk_key_type)type, data, size) &&
			(bytes < data || bytes + len > data + size))
			abort();
	}
	pk_ssh_read_hello(&hello, data, size);
	demand_harmless(hello.banner);
	demand_harmless(hello.kex);
	demand_harmless(hello.host_keys);
	return 0;
}

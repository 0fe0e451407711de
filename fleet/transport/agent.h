/*
 * Agent: what an ssh-agent is asked (draft-miller-ssh-agent): which keys it has, and signatures.
 *
 * Listing waits, at most PK_AGENT_SECONDS; signing does not wait, since a login goes on beside
 * others. An agent is believed nothing but lengths that add up.
 */
#ifndef FLEET_TRANSPORT_AGENT_H
#define FLEET_TRANSPORT_AGENT_H

#include "base/auto.h"
#include "base/list.h"
#include "fleet/transport/ssh_wire.h"

enum {
	PK_AGENT_SECONDS = 10,
	PK_AGENT_ANSWER_MAX = 256 * 1024, /* bytes */
	PK_AGENT_KEYS_MAX = 2000,
};

struct pk_agent_key {
	const char *socket; /* of its agent */
	enum pk_key_type type;
	const uint8_t *blob; /* public key or certificate */
	size_t blob_len;
	const char *comment; /* made harmless */
	char fingerprint[PK_FINGERPRINT_TEXT];
};

struct pk_agent_keys {
	struct pk_agent_key *items;
	size_t len;
	size_t cap;
};

/* The keys of the agent at `socket`; false: *why_out is a static text. */
bool pk_agent_list(struct pk_agent_keys *out, struct pk_arena *arena, const char *socket,
	const char **why_out);
/* The keys in an answer of `len` bytes, without its length; false if it is none. */
bool pk_agent_parse_list(struct pk_agent_keys *out, struct pk_arena *arena, const char *socket,
	const void *bytes, size_t len);

enum pk_agent_state {
	PK_AGENT_WAIT,
	PK_AGENT_DONE,
	PK_AGENT_FAILED, /* it refuses, is gone, or answers nonsense */
};

/* One signature being made. */
struct pk_agent_sign;

/* Asks for a signature of `len` bytes, that are what a login signs (RFC 4252, section 7). */
struct pk_agent_sign *pk_agent_sign_create(
	const struct pk_agent_key *key, const void *bytes, size_t len);
void pk_agent_sign_destroy(struct pk_agent_sign *sign);
PK_AUTO_DEFINE(pk_agent_sign, pk_agent_sign_destroy);
/* Goes on. DONE: the signature without its algorithm, borrowed from `sign`. */
enum pk_agent_state pk_agent_sign_work(
	struct pk_agent_sign *sign, const uint8_t **out, size_t *len_out);
/* What to wait for: a descriptor, to read from or to write to; -1: only a moment. */
int pk_agent_sign_fd(const struct pk_agent_sign *sign, bool *write_out);
/* The signature in an answer, for a key of `type`; false if it is none. Borrowed from `bytes`. */
bool pk_agent_parse_signature(
	const uint8_t **out, size_t *len_out, enum pk_key_type type, const void *bytes, size_t len);

#endif

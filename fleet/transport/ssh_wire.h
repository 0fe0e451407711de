/*
 * SSH wire: bytes of the protocol and of its keys, without a connection: what agents and
 * known_hosts have in common with a session. Pure; every length is checked.
 */
#ifndef FLEET_TRANSPORT_SSH_WIRE_H
#define FLEET_TRANSPORT_SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
	PK_SSH_BLOB_MAX = 16 * 1024, /* bytes of a public key */
	PK_FINGERPRINT_TEXT = 64,    /* bytes of "SHA256:..." with NUL */
	PK_SSH_PORT = 22,
};

/* Kinds of public keys that can be met; a certificate is one of its own. */
enum pk_key_type {
	PK_KEY_ED25519,
	PK_KEY_ECDSA_256,
	PK_KEY_ECDSA_384,
	PK_KEY_ECDSA_521,
	PK_KEY_RSA,
	PK_KEY_ED25519_CERT,
	PK_KEY_ECDSA_256_CERT,
	PK_KEY_ECDSA_384_CERT,
	PK_KEY_ECDSA_521_CERT,
	PK_KEY_RSA_CERT,
	PK_KEY_OTHER,
};

/* "ssh-ed25519"; "" for OTHER. */
const char *pk_key_type_name(enum pk_key_type type);
/* The type of that name, which is `len` bytes. */
enum pk_key_type pk_key_type_find(const char *name, size_t len);
/* The type that a public key names itself; OTHER also if it is broken. */
enum pk_key_type pk_key_type_of(const void *blob, size_t len);

/* Bytes that are read from the front; `failed` once something was not there. */
struct pk_wire {
	const uint8_t *next;
	size_t left;
	bool failed;
};

uint8_t pk_wire_byte(struct pk_wire *wire);
uint32_t pk_wire_u32(struct pk_wire *wire);
/* A string of the protocol: its bytes, borrowed, *len_out of them; "" after a failure. */
const uint8_t *pk_wire_string(size_t *len_out, struct pk_wire *wire);
void pk_wire_put_u32(struct pk_buf *out, uint32_t value);
void pk_wire_put_string(struct pk_buf *out, const void *bytes, size_t len);

/* Decodes base64 into the arena; NULL if it is none. *len_out gets the bytes. */
uint8_t *pk_base64_decode(size_t *len_out, struct pk_arena *arena, const char *text, size_t len);
/* Appends the bytes in base64, with padding. */
void pk_base64_put(struct pk_buf *out, const void *bytes, size_t len);
/* "SHA256:" and base64 without padding, as OpenSSH shows keys. */
void pk_fingerprint_print(char out[PK_FINGERPRINT_TEXT], const void *blob, size_t len);

/* Copies what others said for a message: cut to `size`, control and foreign bytes become '?'. */
void pk_ssh_clean(char *out, size_t size, const char *text, size_t len);

#endif

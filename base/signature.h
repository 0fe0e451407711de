/*
 * Signature: who signed a commit, a tag or a file, found out by the programs that are installed:
 * ssh-keygen for OpenSSH, gpg for OpenPGP.
 *
 * A verifier knows the keys that it was given and nothing of the user's: not his keyring, not his
 * configuration, no network. It judges as of now: a key that has expired is not good for old
 * signatures either, because the dates in a commit are whatever its author wrote. What a commit
 * says of its author is not looked at. Programs are only run when there is a signature of their
 * kind to be verified.
 */
#ifndef BASE_SIGNATURE_H
#define BASE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/diag.h"

enum {
	PK_SIGNATURE_MAX = 64 * 1024, /* bytes of a signature */
	PK_SIGNERS_MAX = 1024 * 1024, /* bytes of a file of signers */
};

enum pk_signature_kind {
	PK_SIGNATURE_NONE,
	PK_SIGNATURE_SSH,
	PK_SIGNATURE_OPENPGP,
	PK_SIGNATURE_OTHER, /* S/MIME, or nothing that is known */
};

enum pk_signature_state {
	PK_SIGNATURE_GOOD,
	PK_SIGNATURE_MISSING,
	PK_SIGNATURE_BAD,     /* it is of something else, or damaged */
	PK_SIGNATURE_UNKNOWN, /* of a key that is not among those given */
	PK_SIGNATURE_EXPIRED, /* the key, or the signature itself */
	PK_SIGNATURE_REVOKED, /* the key */
};

/* What a commit or tag is without its signature. */
struct pk_signed {
	const char *payload;
	size_t payload_len;
	const char *signature; /* NULL: it has none */
	const char *namespace; /* OpenSSH: what the signature is for; NULL: git's */
};

struct pk_signature {
	enum pk_signature_kind kind;
	enum pk_signature_state state;
	PK_LIST(const char *) names; /* GOOD: principals, or the key's addresses and fingerprint */
	const char *key;	     /* fingerprint; NULL if it is not known */
};

/*
 * Takes the signature out of the bytes of a commit: the header `gpgsig`, with what is left as
 * payload. Headers that sign for other hashes are no part of that. A second signature makes a
 * commit that nobody signed: its payload still has it.
 */
void pk_signed_split_commit(
	struct pk_signed *out, struct pk_arena *arena, const char *bytes, size_t len);
/* The same for a tag, whose signature is the end of its text. */
void pk_signed_split_tag(
	struct pk_signed *out, struct pk_arena *arena, const char *bytes, size_t len);

enum pk_signature_kind pk_signature_kind_of(const char *signature);
/* "good", "missing", "bad", ... */
const char *pk_signature_state_name(enum pk_signature_state state);
/* "ssh", "openpgp", ...; "none". */
const char *pk_signature_kind_name(enum pk_signature_kind kind);

/* What ssh-keygen says: each line of `text`, without empty ones, is a principal. */
void pk_signature_parse_principals(
	struct pk_signature *out, struct pk_arena *arena, const char *text);
/*
 * What gpg says on its status descriptor (doc/DETAILS of GnuPG): the state, and the fingerprint of
 * the primary key as `key`. More than one signature is none.
 */
void pk_signature_parse_gpg(struct pk_signature *out, struct pk_arena *arena, const char *text);

struct pk_verifier;

/*
 * A verifier that knows the keys of these files, which outlive it: allowed_signers of OpenSSH, and
 * OpenPGP keys as gpg exports them. NULL: no key of that kind is known. The caller owns it.
 */
struct pk_verifier *pk_verifier_create(struct pk_source *ssh, struct pk_source *openpgp);
/* Removes what it had to write to the disk; NULL is fine. */
void pk_verifier_destroy(struct pk_verifier *verifier);
PK_AUTO_DEFINE(pk_verifier, pk_verifier_destroy);

/* Finds out who signed. False after a report: the program is missing or failed. */
bool pk_verifier_check(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const struct pk_signed *object, struct pk_diags *diags);
/* False if the user wants us to end: see pk_temp_is_wanted. */
bool pk_verifier_is_wanted(const struct pk_verifier *verifier);

#endif

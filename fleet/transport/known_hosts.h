/*
 * Known hosts: the keys that hosts are known by, as OpenSSH keeps them (sshd(8), SSH_KNOWN_HOSTS
 * FILE FORMAT): plain names, [name]:port, patterns, hashed names, @revoked, @cert-authority.
 *
 * Plain names are found by a table, whatever the number of lines; hashed ones cost one HMAC a line,
 * so a host is looked up once and the answer kept. A line that cannot be used is reported as a
 * warning and is as if it were not there, except that one with @revoked is an error: a key that
 * must not be trusted would be.
 */
#ifndef FLEET_TRANSPORT_KNOWN_HOSTS_H
#define FLEET_TRANSPORT_KNOWN_HOSTS_H

#include "base/diag.h"
#include "fleet/transport/ssh_wire.h"

enum {
	PK_KNOWN_LINE_MAX = 32 * 1024, /* bytes of a line */
	PK_KNOWN_KEYS_MAX = 1000000,   /* lines with keys */
	PK_KNOWN_PATTERNS_MAX = 10000, /* lines with patterns: each is looked at for every host */
};

struct pk_known_hosts;

enum pk_known_marker {
	PK_KNOWN_PLAIN,
	PK_KNOWN_AUTHORITY,
	PK_KNOWN_REVOKED,
};

struct pk_known_key {
	enum pk_known_marker marker;
	enum pk_key_type type;
	const uint8_t *blob;
	size_t blob_len;
	const char *path; /* of the file, and the line in it */
	uint32_t line;
};

/* The keys that one host is known by, in the order of the files. */
struct pk_known_match {
	const struct pk_known_key **items;
	size_t len;
	size_t cap;
};

enum pk_known {
	PK_KNOWN_YES,
	PK_KNOWN_NOT,	  /* nothing is known of the host, or only keys of other types */
	PK_KNOWN_CHANGED, /* another key of this type is known */
	PK_KNOWN_BAD,	  /* the key was revoked */
};

struct pk_known_hosts *pk_known_hosts_create(void);
void pk_known_hosts_destroy(struct pk_known_hosts *known);
PK_AUTO_DEFINE(pk_known_hosts, pk_known_hosts_destroy);

/* Adds the file at `path`; one that is missing is fine. False after a report of an error. */
bool pk_known_hosts_read(struct pk_known_hosts *known, const char *path, struct pk_diags *diags);
/* Adds the lines of a source; it need not live on. */
bool pk_known_hosts_read_source(
	struct pk_known_hosts *known, struct pk_source *source, struct pk_diags *diags);

/*
 * All keys of the host in `out`, which lives in `arena`. A host at another port than 22 is
 * "[name]:port"; only if nothing is known of that, what is known of the name itself counts, as
 * OpenSSH has it.
 */
void pk_known_hosts_find(struct pk_known_match *out, struct pk_arena *arena,
	const struct pk_known_hosts *known, const char *name, uint16_t port);

/* What the matches say about the key. *at_out (may be NULL): the line that decided, or NULL. */
enum pk_known pk_known_match_check(const struct pk_known_match *match, const void *blob,
	size_t blob_len, const struct pk_known_key **at_out);
/* Is a key of the type among them that is not revoked? */
bool pk_known_match_has(const struct pk_known_match *match, enum pk_key_type type);
/* Is an authority among them, and no key itself? */
bool pk_known_match_only_authority(const struct pk_known_match *match);

/*
 * Appends the host's key to the file at `path`, which is made with its folder if it is missing, by
 * one write; and to `known`. False after a report.
 */
bool pk_known_hosts_add(struct pk_known_hosts *known, const char *path, const char *name,
	uint16_t port, const void *blob, size_t blob_len, struct pk_diags *diags);

#endif

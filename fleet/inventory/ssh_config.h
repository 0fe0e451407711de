/*
 * ssh_config: what a user of OpenSSH has written down of hosts, as ssh_config(5) tells.
 *
 * Of every keyword the first value that applies to a host counts; of IdentityFile all. Read are
 * Host, Include, HostName, Port, User, IdentityFile, CertificateFile, ProxyJump, HostKeyAlias and
 * UserKnownHostsFile; others are left alone. `Match` is passed over with a warning, but for `Match
 * all`. No command is ever run. Everything lives in the arena it was read into.
 */
#ifndef FLEET_INVENTORY_SSH_CONFIG_H
#define FLEET_INVENTORY_SSH_CONFIG_H

#include "base/diag.h"

enum {
	PK_SSH_CONFIG_DEPTH = 8,      /* files that include one another */
	PK_SSH_CONFIG_BLOCKS = 10000, /* Host lines */
	PK_SSH_CONFIG_LINES = 200000,
	PK_SSH_CONFIG_WORDS = 256, /* of a line */
};

struct pk_ssh_config;

struct pk_ssh_config_options {
	const char *home; /* for "~" and "%d"; NULL: they are not replaced */
	bool no_include;  /* Include is passed over */
};

/* What applies to one host; NULL, 0 and empty for what is not said. */
struct pk_ssh_alias {
	const char *host_name;
	const char *user;
	uint16_t port;
	PK_LIST(const char *) identity_files;
	const char *certificate_file;
	PK_LIST(const char *) known_hosts;
	const char *host_key_alias;
	const char *jumps; /* with commas; NULL also for "none" */
	struct pk_span jumps_span;
	struct pk_span proxy_command; /* of a ProxyCommand that applies */
};

/* The configuration in the file at `path`, and what it includes; NULL after a report. */
const struct pk_ssh_config *pk_ssh_config_read(struct pk_arena *arena, const char *path,
	const struct pk_ssh_config_options *options, struct pk_diags *diags);
/* As pk_ssh_config_read for a source that has been read already. */
const struct pk_ssh_config *pk_ssh_config_read_source(struct pk_arena *arena,
	struct pk_source *source, const struct pk_ssh_config_options *options,
	struct pk_diags *diags);

/* What applies to `host` as it would be given to ssh; `user` is for "%r", NULL if not known. */
void pk_ssh_config_find(struct pk_ssh_alias *out, struct pk_arena *arena,
	const struct pk_ssh_config *config, const char *host, const char *user);

#endif

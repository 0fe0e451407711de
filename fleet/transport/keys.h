/*
 * Keys: a private ssh-agent that holds the identity files of a rollout, so that no private key is
 * ever in our memory and none is decrypted twice. It ends when we do, however that is.
 *
 * Passphrases reach ssh-add through a pipe in a folder that only the user can look into, never by
 * arguments or environment. While the agent runs, signals that would end the process wait
 * (base/temp.h).
 */
#ifndef FLEET_TRANSPORT_KEYS_H
#define FLEET_TRANSPORT_KEYS_H

#include "base/secret.h"
#include "fleet/transport/agent.h"

struct pk_keys;

/* Starts the agent. NULL after a report. */
struct pk_keys *pk_keys_open(struct pk_diags *diags);
/* Ends the agent and waits for it; NULL is fine. */
void pk_keys_close(struct pk_keys *keys);
PK_AUTO_DEFINE(pk_keys, pk_keys_close);

struct pk_identity {
	const char *path;
	const char *certificate; /* file beside elsewhere; NULL: that beside it, if any */
	const char *passphrase;	 /* file; NULL: it is asked for, if `ask` */
	bool ask;
};

/*
 * Adds the identity, and gives its keys: itself, and its certificate before it. They are borrowed
 * from `keys`. An identity that was added already is not added again. False after a report.
 */
bool pk_keys_add(struct pk_keys *keys, struct pk_agent_keys *out,
	const struct pk_identity *identity, struct pk_diags *diags);

#endif

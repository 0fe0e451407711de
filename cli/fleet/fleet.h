/*
 * Fleet: what every command of the fleet works with: an inventory, the hosts that were selected,
 * what is wanted on each, and the store. A command opens what it needs, in the order below, and
 * closes all at once. Everything else is in the arena of the command.
 */
#ifndef CLI_FLEET_FLEET_H
#define CLI_FLEET_FLEET_H

#include "cli/cli.h"
#include "cli/options.h"
#include "fleet/inventory/select.h"
#include "fleet/rollout/rollout.h"
#include "fleet/store/store.h"
#include "fleet/transport/link.h"

#define PK_FLEET_INVENTORY "inventory.yaml" /* in the present folder, if none is named */

/* Options that all commands of the fleet have. */
struct pk_fleet_options {
	const char *inventory;
	const char *state;
	const char *bundles;
	const char *library;
	const char *rev;
	const char *ssh_config;
	bool trust_new_hosts;
	bool no_ask;
	uint64_t sessions; /* 0: as the inventory says */
};

/* Rows of an option table whose struct has a member `fleet`: which hosts, and what is known. */
#define PK_FLEET_OPTIONS(type)                                                                     \
	{PK_OPT_TEXT, 'i', "inventory", "FILE", offsetof(type, fleet.inventory),                   \
		"hosts, and what shall run on them (default " PK_FLEET_INVENTORY ")"},             \
	{                                                                                          \
		PK_OPT_TEXT, 0, "state", "FILE", offsetof(type, fleet.state),                      \
			"where the controller keeps what it knows (default in XDG_STATE_HOME)"     \
	}

/* Rows for commands that connect. */
#define PK_FLEET_CONNECT_OPTIONS(type)                                                             \
	{PK_OPT_FLAG, 0, "no-ask", NULL, offsetof(type, fleet.no_ask),                             \
		"never ask for a password or passphrase"},                                         \
		{PK_OPT_NUMBER, 0, "sessions", "N", offsetof(type, fleet.sessions),                \
			"work on N hosts at once (default as the inventory says)"},                \
		{PK_OPT_TEXT, 0, "ssh-config", "FILE", offsetof(type, fleet.ssh_config),           \
			"aliases of hosts (default ~/.ssh/config; 'none' for none)"},              \
	{                                                                                          \
		PK_OPT_FLAG, 0, "trust-new-hosts", NULL, offsetof(type, fleet.trust_new_hosts),    \
			"add keys of hosts that are not known yet to known_hosts"                  \
	}

/* Rows for commands that compile what is wanted. */
#define PK_FLEET_WANT_OPTIONS(type)                                                                \
	{PK_OPT_TEXT, 0, "bundles", "DIR", offsetof(type, fleet.bundles),                          \
		"store of sensor bundles (default in XDG_DATA_HOME)"},                             \
		{PK_OPT_TEXT, 0, "library", "DIR", offsetof(type, fleet.library),                  \
			"take shipped rulesets from DIR instead of the built-in ones"},            \
	{                                                                                          \
		PK_OPT_TEXT, 0, "rev", "REV", offsetof(type, fleet.rev),                           \
			"take configurations from the git revision REV"                            \
	}

struct pk_fleet {
	struct pk_cli *cli;
	const struct pk_fleet_options *options;
	const struct pk_inventory *inventory;
	struct pk_selection selection;
	struct pk_desired *desired; /* of each host of the selection */
	struct pk_contents *contents;
	struct pk_map bundles; /* by id, as far as they have been opened */
	const char *store_path;
	struct pk_store *store; /* NULL until it is opened */
	struct pk_ssh *ssh;	/* NULL until it is opened */
};

/* Reads the inventory and selects. False after a report. The caller closes `out` in any case. */
bool pk_fleet_open(struct pk_fleet *out, struct pk_cli *cli, const struct pk_fleet_options *options,
	const struct pk_texts *selectors, struct pk_diags *diags);
/* Sets what hosts are asked about, without what is wanted on them: for commands that only look. */
void pk_fleet_ask(struct pk_fleet *fleet);
/* Compiles and checks what is wanted on the selected hosts, once for all that want the same. */
bool pk_fleet_want(struct pk_fleet *fleet, struct pk_diags *diags);
/* Opens the store; for reading, *found_out (may be NULL) is false if there is none yet. */
bool pk_fleet_open_store(
	struct pk_fleet *fleet, bool write, bool *found_out, struct pk_diags *diags);
/* Opens the store of what was pushed; false after a report also if there is none yet. */
bool pk_fleet_find_store(struct pk_fleet *fleet, bool write, struct pk_diags *diags);
/* Gets ready to connect to the selected hosts: their keys, ours, passwords. */
bool pk_fleet_open_ssh(struct pk_fleet *fleet, struct pk_diags *diags);
/* Closes what is open. */
void pk_fleet_close(struct pk_fleet *fleet);

#define PK_FLEET_AUTO __attribute__((cleanup(pk_fleet_close))) struct pk_fleet

/*
 * What all commands of the fleet do around their work: opens the fleet, lets `work` do it, prints
 * what was reported. The exit status: that of `work`, or what opening failed with.
 */
int pk_fleet_command(struct pk_cli *cli, const struct pk_fleet_options *options,
	const struct pk_texts *selectors,
	int (*work)(struct pk_fleet *fleet, void *data, struct pk_diags *diags), void *data);

/* As pk_bundle_open in the store of bundles of this command; each is opened once. */
const struct pk_bundle *pk_fleet_open_bundle(
	struct pk_fleet *fleet, const char *id, struct pk_diags *diags);
/* "user@machine": who this is, for the store. */
const char *pk_fleet_who(struct pk_arena *arena);
/* Milliseconds since 1970. */
int64_t pk_fleet_now_ms(void);
/* "2026-11-22 08:15:02" in UTC, for people. */
const char *pk_fleet_time(struct pk_arena *arena, int64_t ms);
/* "2026-11-22T08:15:02Z", for programs. */
const char *pk_fleet_time_json(struct pk_arena *arena, int64_t ms);

#endif

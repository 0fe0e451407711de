/*
 * Link: a connection to one host over which commands are run and files written, without ever
 * waiting. A transport is one struct pk_link_ops; SSH and the local shell are two.
 *
 * Every operation is called again, with the same arguments, until it stops answering PK_IO_WAIT;
 * between two calls the owner waits for what `wait` names. One operation at a time on a link. A
 * failure is described in `failure`, classified, with nothing in it that is secret; after one only
 * `destroy` may be called. Whatever the other side sends is limited and never trusted.
 */
#ifndef FLEET_TRANSPORT_LINK_H
#define FLEET_TRANSPORT_LINK_H

#include "base/buf.h"
#include "fleet/host/dialect.h"

enum pk_io {
	PK_IO_WAIT, /* call again when `wait` says so */
	PK_IO_MORE, /* `run`: new output is there; look at it, then call again */
	PK_IO_DONE,
	PK_IO_FAILED,
};

/* Where a connection is; each has its own deadline. */
enum pk_link_phase {
	PK_LINK_RESOLVE,
	PK_LINK_CONNECT,
	PK_LINK_LOGIN, /* banner, key exchange, host key, authentication */
	PK_LINK_IDLE,
	PK_LINK_COMMAND,
	PK_LINK_TRANSFER,
	PK_LINK_CLOSE,
};

/* What to wait for before the next call: a descriptor, a time, or both. */
struct pk_link_wait {
	int fd; /* -1: none */
	bool read;
	bool write;
	uint32_t again_ms; /* call again after that time in any case; 0: only for `fd` */
};

/* A command while it runs; the owner's storage, zeroed before the first call. */
struct pk_run_io {
	const char *command; /* only needed until it has said something */
	const void *input;   /* may be set later, as long as `input_open` is true */
	size_t input_len;
	const struct pk_input_parts *files; /* sent behind it; NULL: none */
	bool input_open;   /* more input may come: the command's input is not ended yet */
	size_t output_max; /* bytes of `out`, and of `err` */
	struct pk_buf out; /* the owner finishes both */
	struct pk_buf err;
	size_t input_sent; /* files, too */
	bool has_status;   /* DONE: an exit status came */
	int64_t status;
};

/* The next bytes of the input that are not sent yet, and how many; 0: everything is sent. */
static inline size_t pk_run_io_left(const struct pk_run_io *io, const char **out)
{
	size_t at = io->input_sent;
	if (at < io->input_len) {
		*out = (const char *)io->input + at;
		return io->input_len - at;
	}
	at -= io->input_len;
	for (size_t i = 0; io->files != NULL && i < io->files->len; i++) {
		const struct pk_input_part *part = &io->files->items[i];
		if (at < part->len) {
			*out = (const char *)part->bytes + at;
			return part->len - at;
		}
		at -= part->len;
	}
	return 0;
}

struct pk_link {
	const struct pk_link_ops *ops;
	struct pk_failure failure;
	enum pk_link_phase phase;
	uint64_t moved; /* bytes sent and received so far: tells a stall */
};

struct pk_link_ops {
	const char *name; /* "ssh", "local" */
	enum pk_io (*open)(struct pk_link *link);
	enum pk_io (*run)(struct pk_link *link, struct pk_run_io *io);
	/* Writes the whole file, replacing what is there; whether it was already is not said. */
	enum pk_io (*put)(struct pk_link *link, const char *path, const void *bytes, size_t len);
	/* Says goodbye; DONE also if the other side does not answer properly. */
	enum pk_io (*close)(struct pk_link *link);
	struct pk_link_wait (*wait)(const struct pk_link *link);
	/* Ends the connection at once, if it still is one, and frees everything. */
	void (*destroy)(struct pk_link *link);
};

/* What all SSH links of a process share: keys of hosts, our keys, passwords. */
struct pk_ssh;

struct pk_ssh_options {
	const char *home;		/* for ~/.ssh/known_hosts; NULL: none */
	const char *system_known_hosts; /* "/etc/ssh/ssh_known_hosts"; NULL: none */
	const char *agent;		/* socket of the user's agent (SSH_AUTH_SOCK); NULL: none */
	bool trust_new_hosts; /* --trust-new-hosts: unknown keys are added to known_hosts */
	bool ask;	      /* passphrases and passwords may be asked for at the terminal */
};

/*
 * Reads what the hosts need: known_hosts, passwords, passphrases; starts a private ssh-agent for
 * identity files, so that no private key is ever in our memory. Everything that can be found wrong
 * without a connection is reported here, before any host is touched. The caller owns it; NULL
 * after a report.
 */
struct pk_ssh *pk_ssh_create(const struct pk_ssh_options *options,
	const struct pk_host *const *hosts, size_t host_count, struct pk_diags *diags);
/* Ends the agent, forgets passwords; NULL is fine. No link may be left. */
void pk_ssh_destroy(struct pk_ssh *ssh);
PK_AUTO_DEFINE(pk_ssh, pk_ssh_destroy);

/* A link to `host`, not opened yet; `ssh` and `host` outlive it. */
struct pk_link *pk_link_create_ssh(struct pk_ssh *ssh, const struct pk_host *host);
/* A link that runs commands by `sh -c` on this machine. */
struct pk_link *pk_link_create_local(const struct pk_host *host);

#endif

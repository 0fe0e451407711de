/*
 * What the files ssh*.c share: one connection of SSH, which is a chain of sessions where hosts are
 * passed on the way. Nobody else includes this.
 *
 * Which way to wait is told from what our own socket functions saw last, not from libssh2's block
 * directions: those may be none or stale (Fleet facts, docs/fleet-facts.md). A call of libssh2 that
 * was blocked is repeated with the same bytes before any other call on that session.
 */
#ifndef FLEET_TRANSPORT_SSH_SESSION_H
#define FLEET_TRANSPORT_SSH_SESSION_H

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "base/map.h"
#include "base/secret.h"
#include "fleet/transport/agent.h"
#include "fleet/transport/keys.h"
#include "fleet/transport/known_hosts.h"
#include "fleet/transport/link.h"
#include "fleet/transport/resolve.h"
#include "fleet/transport/ssh_hello.h"

enum {
	PK_SSH_JUMPS_MAX = 4,
	PK_SSH_KEYS_MAX = 5,	 /* tried on one host: servers end the login after six attempts */
	PK_SSH_ADDRESSES = 8,	 /* tried of one name */
	PK_SSH_CHUNK = 16 * 1024 /* bytes read at once */
};

/* The files that hosts are known from, and which one gets new keys. */
struct pk_ssh_known {
	struct pk_known_hosts *known;
	const char *first;
};

/* What there is to log in with; shared by hosts with the same identity files. */
struct pk_ssh_login {
	struct pk_agent_keys keys;
	size_t rsa;	     /* RSA keys that this libssh2 cannot use */
	size_t certificates; /* of Ed25519 keys: 1.10 names the wrong algorithm in its signature */
};

struct pk_ssh_jump {
	const char *user; /* NULL: that of the host */
	const char *name;
	uint16_t port;
};

/* One host as pk_ssh_create has looked at it. */
struct pk_ssh_target {
	const struct pk_ssh_known *known;
	const struct pk_ssh_login *login;
	const struct pk_secret *password; /* NULL: none */
	PK_LIST(struct pk_ssh_jump) jumps;
};

struct pk_ssh {
	struct pk_arena *arena;
	struct pk_ssh_options options;
	struct pk_resolver *resolver;
	struct pk_keys *keys;	      /* NULL: no identity file */
	struct pk_agent_keys of_user; /* keys of the user's agent */
	struct pk_map targets;	      /* struct pk_ssh_target *, by name of the host */
	struct pk_map knowns;	      /* struct pk_ssh_known *, by files */
	struct pk_map logins;	      /* struct pk_ssh_login *, by files */
	struct pk_map passwords;      /* struct pk_secret *, by source */
	PK_LIST(struct pk_known_hosts *) all_known;
	PK_LIST(struct pk_secret *) all_secrets;
	bool rsa;     /* this libssh2 signs with RSA and SHA-2 */
	bool started; /* libssh2_init was called */
	int was_dumpable;
};

struct pk_ssh_link;

enum pk_hop_step {
	PK_HOP_START,
	PK_HOP_RESOLVE,
	PK_HOP_CONNECT,
	PK_HOP_CHANNEL, /* through the hop before */
	PK_HOP_HANDSHAKE,
	PK_HOP_KEYS,
	PK_HOP_METHODS,
	PK_HOP_PASSWORD,
	PK_HOP_KEYBOARD,
	PK_HOP_REFUSED,
	PK_HOP_READY,
};

/* One session; the last one of a link is that of the host itself. */
struct pk_hop {
	struct pk_ssh_link *link;
	struct pk_hop *via; /* NULL: it has the socket */
	const char *name;
	const char *known_as;
	const char *user;
	uint16_t port;
	enum pk_hop_step step;
	LIBSSH2_SESSION *session;
	int fd;			  /* only of the first */
	struct pk_buf hello;	  /* what came before the keys are exchanged */
	bool hears;		  /* bytes go to `hello` */
	bool ended;		  /* the other side closed the connection */
	bool send_blocked;	  /* a packet is partly sent: the same call has to be repeated */
	bool recv_empty;	  /* since the call began, there was nothing to read */
	struct pk_arena *scratch; /* while logging in */
	struct pk_known_match match;
	struct pk_address *addresses; /* in `scratch` */
	size_t address_count;
	size_t address_at;
	int64_t since_ms; /* that the connection is tried */
	int error;	  /* errno of the last try */
	size_t key_at;
	size_t keys_tried;
	bool sign_failed;
	bool answered; /* a prompt has got the password */
	struct pk_agent_sign *sign;
	char methods[128]; /* that the host offers */
	/* To the next hop: */
	LIBSSH2_CHANNEL *through;
	struct pk_buf out; /* being written */
	size_t out_sent;
	struct pk_buf in; /* read, but not taken yet */
	size_t in_taken;
	bool read_blocked; /* a read has to be repeated before anything is written */
};

enum pk_ssh_op {
	PK_OP_NONE,
	PK_OP_CHANNEL,
	PK_OP_EXEC,
	PK_OP_PUMP,
	PK_OP_WAIT_CLOSED,
	PK_OP_FREE,
	PK_OP_SFTP,
	PK_OP_SFTP_OPEN,
	PK_OP_SFTP_WRITE,
	PK_OP_SFTP_CLOSE,
	PK_OP_SFTP_UNLINK,
	PK_OP_SFTP_RENAME,
	PK_OP_GOODBYE,
};

struct pk_ssh_link {
	struct pk_link link;
	struct pk_ssh *ssh;
	const struct pk_host *host;
	const struct pk_ssh_target *target;
	enum pk_ssh_op op;
	LIBSSH2_CHANNEL *channel;
	size_t slice; /* bytes of a write that has to be repeated; 0: none */
	bool eof_sent;
	int blocked_stream; /* whose read has to be repeated; -1: none */
	LIBSSH2_SFTP *sftp;
	LIBSSH2_SFTP_HANDLE *file;
	char *path; /* PUT: as SFTP has it */
	char *temp;
	bool no_slash; /* this server wants "C:/", not "/C:/" */
	size_t put_sent;
	size_t slice_end;
	uint64_t moved_before;
	int64_t called_ms;
	unsigned idle; /* calls in a row, at once after each other, that moved nothing */
	size_t hop_count;
	struct pk_hop hops[];
};

static inline struct pk_hop *pk_ssh_last(struct pk_ssh_link *link)
{
	return &link->hops[link->hop_count - 1];
}

int64_t pk_ssh_now_ms(void);

/* Sets the link's failure; always PK_IO_FAILED. */
enum pk_io pk_ssh_fail(struct pk_ssh_link *link, enum pk_failure_class class, enum pk_code code,
	bool passing, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The connection broke off, or the other side does what it must not: by libssh2's code. */
enum pk_io pk_ssh_fail_call(struct pk_ssh_link *link, struct pk_hop *hop, int rc, const char *what);

/* ssh_socket.c: sockets, and channels that carry the next session. */
enum pk_io pk_ssh_connect(struct pk_hop *hop);
/* What it is called that a connection was not made, by its errno. */
enum pk_code pk_ssh_connect_code(int error);
bool pk_ssh_open_session(struct pk_hop *hop);
/* Ends it at once. */
void pk_ssh_end_hop(struct pk_hop *hop);

/* ssh_hello.c: why keys were not exchanged. */
enum pk_io pk_ssh_fail_handshake(struct pk_hop *hop, int rc);

/* ssh_login.c: from a connection to a session that may be used. */
enum pk_io pk_ssh_login(struct pk_hop *hop);

/* ssh_run.c, ssh_put.c */
enum pk_io pk_ssh_run(struct pk_link *link, struct pk_run_io *io);
enum pk_io pk_ssh_put(struct pk_link *link, const char *path, const void *bytes, size_t len);
/* What it is called that SFTP did not work, by its status. */
enum pk_code pk_ssh_sftp_code(unsigned long status);

/* ssh_target.c: what a host needs, looked at before it is connected. */
bool pk_ssh_prepare(struct pk_ssh *ssh, const struct pk_host *host, struct pk_diags *diags);

#endif

#include "fleet/transport/agent.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* draft-miller-ssh-agent, sections 3 and 7 */
enum {
	REQUEST_IDENTITIES = 11,
	IDENTITIES_ANSWER = 12,
	SIGN_REQUEST = 13,
	SIGN_RESPONSE = 14,
	RSA_SHA2_256 = 2,
	RSA_SHA2_512 = 4,
	USERAUTH_REQUEST = 50,
	HEAD = 4, /* bytes of a length */
	CHUNK = 4096,
	COMMENT = 128,
	MS = 1000,
	NS_PER_MS = 1000000,
};

/* A request and its answer. */
struct talk {
	int fd;
	struct pk_buf out;
	size_t sent;
	struct pk_buf in;
};

struct pk_agent_sign {
	struct talk talk;
	const char *socket;
	enum pk_key_type type;
};

static bool open_talk(struct talk *talk, const char *socket_path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(socket_path);
	if (len >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address.sun_path, socket_path, len + 1);
	talk->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (talk->fd >= 0 && connect(talk->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return true;
	int error = errno;
	if (talk->fd >= 0)
		close(talk->fd);
	talk->fd = -1;
	errno = error;
	return false;
}

static void close_talk(struct talk *talk)
{
	if (talk->fd >= 0)
		close(talk->fd);
	talk->fd = -1;
	pk_buf_finish(&talk->out);
	pk_buf_finish(&talk->in);
}

/* Bytes of the answer as its head says; 0: not known yet. */
static size_t answer_len(const struct talk *talk)
{
	struct pk_wire wire = {.next = (const uint8_t *)talk->in.data, .left = talk->in.len};
	uint32_t len = pk_wire_u32(&wire);
	return wire.failed ? 0 : len;
}

/* Bytes until the head or the answer is whole; never more, so nothing is read too much. */
static size_t wanted(const struct talk *talk)
{
	size_t len = answer_len(talk);
	return talk->in.len < HEAD ? HEAD - talk->in.len : HEAD + len - talk->in.len;
}

static enum pk_agent_state go_on(struct talk *talk)
{
	while (talk->sent < talk->out.len) {
		ssize_t put = send(talk->fd, talk->out.data + talk->sent,
			talk->out.len - talk->sent, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno == EAGAIN ? PK_AGENT_WAIT : PK_AGENT_FAILED;
		talk->sent += (size_t)put;
	}
	for (;;) {
		char chunk[CHUNK];
		size_t len = answer_len(talk);
		if (talk->in.len >= HEAD && (len == 0 || len > PK_AGENT_ANSWER_MAX))
			return PK_AGENT_FAILED;
		size_t left = wanted(talk);
		if (left == 0)
			return PK_AGENT_DONE;
		ssize_t got = recv(talk->fd, chunk, left < CHUNK ? left : CHUNK, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return PK_AGENT_WAIT;
		if (got <= 0)
			return PK_AGENT_FAILED;
		pk_buf_put(&talk->in, chunk, (size_t)got);
	}
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS + now.tv_nsec / NS_PER_MS;
}

/* Until the answer is there; what is wrong, or NULL. */
static const char *wait_for_answer(struct talk *talk)
{
	int64_t deadline = now_ms() + PK_AGENT_SECONDS * MS;
	for (;;) {
		switch (go_on(talk)) {
		case PK_AGENT_DONE:
			return NULL;
		case PK_AGENT_FAILED:
			return "it does not answer as an agent";
		case PK_AGENT_WAIT:
			break;
		}
		int64_t left = deadline - now_ms();
		short events = talk->sent < talk->out.len ? POLLOUT : POLLIN;
		struct pollfd fd = {.fd = talk->fd, .events = events};
		if (left <= 0 || (poll(&fd, 1, (int)left) < 0 && errno != EINTR))
			return "it does not answer";
	}
}

bool pk_agent_parse_list(struct pk_agent_keys *out, struct pk_arena *arena, const char *socket,
	const void *bytes, size_t len)
{
	struct pk_wire wire = {.next = bytes, .left = len};
	if (pk_wire_byte(&wire) != IDENTITIES_ANSWER)
		return false;
	uint32_t count = pk_wire_u32(&wire);
	if (wire.failed || count > PK_AGENT_KEYS_MAX)
		return false;
	struct pk_agent_keys keys = {0};
	for (uint32_t i = 0; i < count; i++) {
		size_t blob_len;
		size_t comment_len;
		const uint8_t *blob = pk_wire_string(&blob_len, &wire);
		const uint8_t *comment = pk_wire_string(&comment_len, &wire);
		if (wire.failed)
			return false;
		if (blob_len > PK_SSH_BLOB_MAX)
			continue;
		char clean[COMMENT];
		pk_ssh_clean(clean, sizeof(clean), (const char *)comment, comment_len);
		struct pk_agent_key *key = pk_list_push(arena, &keys);
		key->socket = socket;
		key->type = pk_key_type_of(blob, blob_len);
		key->blob = (const uint8_t *)pk_arena_strndup(arena, (const char *)blob, blob_len);
		key->blob_len = blob_len;
		key->comment = pk_arena_strdup(arena, clean);
		pk_fingerprint_print(key->fingerprint, blob, blob_len);
	}
	*out = keys;
	return true;
}

bool pk_agent_list(
	struct pk_agent_keys *out, struct pk_arena *arena, const char *socket, const char **why_out)
{
	struct talk talk = {.fd = -1};
	if (!open_talk(&talk, socket)) {
		*why_out = errno == ENOENT	? "there is nothing at its place"
			: errno == ECONNREFUSED ? "nobody listens there"
						: "no connection to it can be made";
		return false;
	}
	pk_wire_put_string(&talk.out, &(const char){REQUEST_IDENTITIES}, 1);
	const char *why = wait_for_answer(&talk);
	if (why == NULL &&
		!pk_agent_parse_list(out, arena, pk_arena_strdup(arena, socket),
			talk.in.data + HEAD, talk.in.len - HEAD))
		why = "it does not answer as an agent";
	close_talk(&talk);
	if (why != NULL)
		*why_out = why;
	return why == NULL;
}

/*
 * Which hash an RSA key has to sign with stands in what is signed (RFC 8332): session, 50, user,
 * service, "publickey", true, algorithm.
 */
static uint32_t sign_flags(enum pk_key_type type, const void *bytes, size_t len)
{
	struct pk_wire wire = {.next = bytes, .left = len};
	size_t part;
	if (type != PK_KEY_RSA && type != PK_KEY_RSA_CERT)
		return 0;
	pk_wire_string(&part, &wire);
	if (pk_wire_byte(&wire) != USERAUTH_REQUEST)
		return 0;
	for (int i = 0; i < 3; i++)
		pk_wire_string(&part, &wire);
	pk_wire_byte(&wire);
	const uint8_t *name = pk_wire_string(&part, &wire);
	if (part >= 12 && memcmp(name, "rsa-sha2-512", 12) == 0)
		return RSA_SHA2_512;
	return part >= 12 && memcmp(name, "rsa-sha2-256", 12) == 0 ? RSA_SHA2_256 : 0;
}

struct pk_agent_sign *pk_agent_sign_create(
	const struct pk_agent_key *key, const void *bytes, size_t len)
{
	struct pk_agent_sign *sign = calloc(1, sizeof(*sign));
	PK_BUF_AUTO request = {0};
	if (sign == NULL)
		abort();
	pk_buf_putc(&request, SIGN_REQUEST);
	pk_wire_put_string(&request, key->blob, key->blob_len);
	pk_wire_put_string(&request, bytes, len);
	pk_wire_put_u32(&request, sign_flags(key->type, bytes, len));
	pk_wire_put_string(&sign->talk.out, request.data, request.len);
	sign->talk.fd = -1;
	sign->socket = key->socket;
	sign->type = key->type;
	return sign;
}

void pk_agent_sign_destroy(struct pk_agent_sign *sign)
{
	if (sign == NULL)
		return;
	close_talk(&sign->talk);
	free(sign);
}

/* The algorithms that a key of a type may sign with. */
static bool signs(enum pk_key_type type, const uint8_t *name, size_t len)
{
	static const char rsa[] = "rsa-sha2-";
	bool is_rsa = type == PK_KEY_RSA || type == PK_KEY_RSA_CERT;
	enum pk_key_type plain = type >= PK_KEY_ED25519_CERT && type <= PK_KEY_RSA_CERT
		? type - PK_KEY_ED25519_CERT + PK_KEY_ED25519
		: type;
	const char *want = pk_key_type_name(plain);
	if (is_rsa && len == strlen(rsa) + 3 && memcmp(name, rsa, strlen(rsa)) == 0)
		return true;
	return strlen(want) == len && memcmp(name, want, len) == 0;
}

bool pk_agent_parse_signature(
	const uint8_t **out, size_t *len_out, enum pk_key_type type, const void *bytes, size_t len)
{
	struct pk_wire wire = {.next = bytes, .left = len};
	size_t all_len;
	size_t name_len;
	size_t blob_len;
	if (pk_wire_byte(&wire) != SIGN_RESPONSE)
		return false;
	const uint8_t *all = pk_wire_string(&all_len, &wire);
	struct pk_wire inner = {.next = all, .left = all_len};
	const uint8_t *name = pk_wire_string(&name_len, &inner);
	const uint8_t *blob = pk_wire_string(&blob_len, &inner);
	if (wire.failed || inner.failed || inner.left != 0 || !signs(type, name, name_len))
		return false;
	*out = blob;
	*len_out = blob_len;
	return true;
}

enum pk_agent_state pk_agent_sign_work(
	struct pk_agent_sign *sign, const uint8_t **out, size_t *len_out)
{
	struct talk *talk = &sign->talk;
	if (talk->fd < 0 && !open_talk(talk, sign->socket))
		return errno == EAGAIN ? PK_AGENT_WAIT : PK_AGENT_FAILED;
	enum pk_agent_state state = go_on(talk);
	if (state != PK_AGENT_DONE)
		return state;
	return pk_agent_parse_signature(
		       out, len_out, sign->type, talk->in.data + HEAD, talk->in.len - HEAD)
		? PK_AGENT_DONE
		: PK_AGENT_FAILED;
}

int pk_agent_sign_fd(const struct pk_agent_sign *sign, bool *write_out)
{
	*write_out = sign->talk.sent < sign->talk.out.len;
	return sign->talk.fd;
}

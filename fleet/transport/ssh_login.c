#include <stdlib.h>
#include <string.h>

#include "fleet/transport/ssh_session.h"

/* Types of host keys that we ask for, best first. */
static const enum pk_key_type host_types[] = {
	PK_KEY_ED25519, PK_KEY_ECDSA_256, PK_KEY_ECDSA_384, PK_KEY_ECDSA_521, PK_KEY_RSA};

static const char *const ciphers = "aes128-ctr,aes192-ctr,aes256-ctr";
/* What is missing in a libssh2 is left out by it. */
static const char *const newer_ciphers = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,"
					 "aes256-gcm@openssh.com";
static const char *const macs = "hmac-sha2-256,hmac-sha2-512";
static const char *const exchanges =
	"curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
	"ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"
	"diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256";

/* Names of the types to ask for: only known ones, if any is. */
static const char *wanted_types(struct pk_hop *hop)
{
	PK_BUF_AUTO names = {0};
	bool any_known = false;
	for (size_t i = 0; i < sizeof(host_types) / sizeof(host_types[0]); i++)
		any_known = any_known || pk_known_match_has(&hop->match, host_types[i]);
	for (size_t i = 0; i < sizeof(host_types) / sizeof(host_types[0]); i++) {
		bool rsa = host_types[i] == PK_KEY_RSA;
		if ((any_known && !pk_known_match_has(&hop->match, host_types[i])) ||
			(rsa && !hop->link->ssh->rsa))
			continue;
		const char *name =
			rsa ? "rsa-sha2-512,rsa-sha2-256" : pk_key_type_name(host_types[i]);
		pk_buf_printf(&names, "%s%s", names.len == 0 ? "" : ",", name);
	}
	return pk_arena_strndup(hop->scratch, names.data == NULL ? "" : names.data, names.len);
}

/* Looks the host up before it is connected. */
static enum pk_io look_up(struct pk_hop *hop)
{
	hop->scratch = pk_arena_create();
	const struct pk_known_hosts *known = hop->link->target->known->known;
	uint16_t port = hop->known_as == hop->name ? hop->port : PK_SSH_PORT;
	pk_known_hosts_find(&hop->match, hop->scratch, known, hop->known_as, port);
	if (pk_known_match_only_authority(&hop->match))
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_AUTHORITY, false,
			"'%s' is known only by @cert-authority, and this libssh2 cannot check "
			"certificates of hosts",
			hop->known_as);
	bool rsa = pk_known_match_has(&hop->match, PK_KEY_RSA);
	if (rsa && wanted_types(hop)[0] == '\0')
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_RSA, false,
			"known_hosts has only an RSA key for '%s', which this libssh2 cannot check",
			hop->known_as);
	return PK_IO_DONE;
}

static enum pk_io begin_session(struct pk_hop *hop)
{
	hop->link->link.phase = PK_LINK_LOGIN;
	if (!pk_ssh_open_session(hop))
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_BROKEN, true,
			"no session with '%s': out of memory", hop->name);
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_HOSTKEY, wanted_types(hop));
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_KEX, exchanges);
	const char *crypt = hop->link->ssh->rsa ? newer_ciphers : ciphers;
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_CRYPT_CS, crypt);
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_CRYPT_SC, crypt);
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_MAC_CS, macs);
	libssh2_session_method_pref(hop->session, LIBSSH2_METHOD_MAC_SC, macs);
	hop->step = PK_HOP_HANDSHAKE;
	return PK_IO_DONE;
}

/* A new host whose key is taken on trust: from now on it is known. */
static enum pk_io trust(struct pk_hop *hop, const char *blob, size_t len)
{
	const struct pk_ssh_known *known = hop->link->target->known;
	struct pk_diags diags = {.arena = hop->scratch};
	uint16_t port = hop->known_as == hop->name ? hop->port : PK_SSH_PORT;
	if (known->first != NULL &&
		pk_known_hosts_add(
			known->known, known->first, hop->known_as, port, blob, len, &diags))
		return PK_IO_DONE;
	return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_KNOWN_HOSTS_WRITE, false, "%s",
		diags.all.len > 0 ? diags.all.items[0].message
				  : "there is no known_hosts to add the key to");
}

static enum pk_io check_host_key(struct pk_hop *hop)
{
	size_t len = 0;
	int type = 0;
	const struct pk_known_key *at = NULL;
	char shown[PK_FINGERPRINT_TEXT];
	const char *blob = libssh2_session_hostkey(hop->session, &len, &type);
	if (blob == NULL)
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_SSH_BROKEN, false,
			"'%s' shows no key", hop->name);
	pk_fingerprint_print(shown, blob, len);
	const char *name = pk_key_type_name(pk_key_type_of(blob, len));
	switch (pk_known_match_check(&hop->match, blob, len, &at)) {
	case PK_KNOWN_YES:
		return PK_IO_DONE;
	case PK_KNOWN_BAD:
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_REVOKED, false,
			"the key of '%s' was revoked: %s %s, line %u of '%s'", hop->known_as, name,
			shown, at->line, at->path);
	case PK_KNOWN_CHANGED:
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_CHANGED, false,
			"the key of '%s' is another than the known one: %s %s, line %u of '%s'",
			hop->known_as, name, shown, at->line, at->path);
	case PK_KNOWN_NOT:
		break;
	}
	for (size_t i = 0; i < hop->match.len; i++) {
		/* Keys are known, but of other types: this one is not to be taken for new. */
		if (hop->match.items[i]->marker == PK_KNOWN_PLAIN)
			return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_CHANGED,
				false, "the key of '%s' is none of the known ones: %s %s",
				hop->known_as, name, shown);
	}
	if (hop->link->ssh->options.trust_new_hosts)
		return trust(hop, blob, len);
	return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_UNKNOWN, false,
		"the key of '%s' port %u is not known: %s %s; verify it and add it by "
		"ssh-keyscan, or use --trust-new-hosts",
		hop->known_as, hop->port, name, shown);
}

static enum pk_io shake_hands(struct pk_hop *hop)
{
	int rc = libssh2_session_handshake(hop->session, hop->link->hops[0].fd);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != 0)
		return pk_ssh_fail_handshake(hop, rc);
	hop->hears = false;
	pk_buf_finish(&hop->hello);
	enum pk_io io = check_host_key(hop);
	if (io == PK_IO_DONE)
		hop->step = PK_HOP_KEYS;
	return io;
}

/* Called by libssh2 with what is to be signed, again and again until the agent has answered. */
static int sign(LIBSSH2_SESSION *session, unsigned char **sig, size_t *sig_len,
	const unsigned char *data, size_t data_len, void **abstract)
{
	struct pk_hop *hop = *abstract;
	const uint8_t *bytes;
	size_t len;
	(void)session;
	if (hop->sign == NULL)
		hop->sign = pk_agent_sign_create(
			&hop->link->target->login->keys.items[hop->key_at], data, data_len);
	enum pk_agent_state state = pk_agent_sign_work(hop->sign, &bytes, &len);
	if (state == PK_AGENT_WAIT)
		return LIBSSH2_ERROR_EAGAIN;
	if (state == PK_AGENT_DONE) {
		*sig = malloc(len == 0 ? 1 : len);
		if (*sig == NULL)
			abort();
		memcpy(*sig, bytes, len);
		*sig_len = len;
	}
	hop->sign_failed = state == PK_AGENT_FAILED;
	pk_agent_sign_destroy(hop->sign);
	hop->sign = NULL;
	return state == PK_AGENT_DONE ? 0 : -1;
}

/* Does the code say that the host has refused, and goes on listening? */
static bool is_refusal(int rc)
{
	return rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
		rc == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED || rc == LIBSSH2_ERROR_PUBLICKEY_PROTOCOL;
}

static enum pk_io accepted(struct pk_hop *hop)
{
	hop->step = PK_HOP_READY;
	pk_arena_destroy(hop->scratch);
	hop->scratch = NULL;
	hop->match = (struct pk_known_match){0};
	hop->addresses = NULL;
	return PK_IO_DONE;
}

static enum pk_io cut_off(struct pk_hop *hop, int rc)
{
	if (hop->keys_tried < 2)
		return pk_ssh_fail_call(hop->link, hop, rc, "the login");
	return pk_ssh_fail(hop->link, PK_FAILURE_AUTH, PK_SSH_AUTH, false,
		"'%s' ends the connection after %zu keys of '%s' that it does not take", hop->name,
		hop->keys_tried, hop->user);
}

static enum pk_io try_keys(struct pk_hop *hop)
{
	const struct pk_agent_keys *keys = &hop->link->target->login->keys;
	while (hop->key_at < keys->len && hop->keys_tried < PK_SSH_KEYS_MAX) {
		const struct pk_agent_key *key = &keys->items[hop->key_at];
		int rc = libssh2_userauth_publickey(hop->session, hop->user, key->blob,
			key->blob_len, sign, libssh2_session_abstract(hop->session));
		if (rc == LIBSSH2_ERROR_EAGAIN)
			return PK_IO_WAIT;
		if (rc == 0)
			return accepted(hop);
		hop->keys_tried++;
		hop->key_at++;
		if (!is_refusal(rc))
			return cut_off(hop, rc);
	}
	hop->step = PK_HOP_METHODS;
	return PK_IO_DONE;
}

static bool offers(const struct pk_hop *hop, const char *method)
{
	return strstr(hop->methods, method) != NULL;
}

/* The password is the host's: a jump host on the way to it never gets it. */
static const struct pk_secret *password_for(const struct pk_hop *hop)
{
	return hop == pk_ssh_last(hop->link) ? hop->link->target->password : NULL;
}

static enum pk_io ask_methods(struct pk_hop *hop)
{
	char *list =
		libssh2_userauth_list(hop->session, hop->user, (unsigned int)strlen(hop->user));
	int rc = list == NULL ? libssh2_session_last_errno(hop->session) : 0;
	if (list == NULL && libssh2_userauth_authenticated(hop->session) != 0)
		return accepted(hop);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (list == NULL)
		return cut_off(hop, rc);
	pk_ssh_clean(hop->methods, sizeof(hop->methods), list, strlen(list));
	if (password_for(hop) == NULL)
		hop->step = PK_HOP_REFUSED;
	else
		hop->step = offers(hop, "password") ? PK_HOP_PASSWORD : PK_HOP_KEYBOARD;
	return PK_IO_DONE;
}

static enum pk_io try_password(struct pk_hop *hop)
{
	const struct pk_secret *secret = password_for(hop);
	int rc = libssh2_userauth_password_ex(hop->session, hop->user,
		(unsigned int)strlen(hop->user), pk_secret_text(secret),
		(unsigned int)pk_secret_len(secret), NULL);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc == 0)
		return accepted(hop);
	if (rc == LIBSSH2_ERROR_PASSWORD_EXPIRED)
		return pk_ssh_fail(hop->link, PK_FAILURE_AUTH, PK_SSH_AUTH, false,
			"the password of '%s' on '%s' has expired", hop->user, hop->name);
	if (!is_refusal(rc))
		return cut_off(hop, rc);
	hop->step = offers(hop, "keyboard-interactive") ? PK_HOP_KEYBOARD : PK_HOP_REFUSED;
	return PK_IO_DONE;
}

/* The first question that is not shown while it is typed is the one for the password. */
static void answer(const char *name, int name_len, const char *instruction, int instruction_len,
	int num_prompts, const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts,
	LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses, void **abstract)
{
	struct pk_hop *hop = *abstract;
	const struct pk_secret *secret = password_for(hop);
	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	for (int i = 0; i < num_prompts; i++) {
		if (prompts[i].echo != 0 || hop->answered)
			continue;
		size_t len = pk_secret_len(secret);
		responses[i].text = malloc(len + 1);
		if (responses[i].text == NULL)
			abort();
		memcpy(responses[i].text, pk_secret_text(secret), len + 1);
		responses[i].length = (unsigned int)len;
		hop->answered = true;
	}
}

static enum pk_io try_keyboard(struct pk_hop *hop)
{
	if (!offers(hop, "keyboard-interactive")) {
		hop->step = PK_HOP_REFUSED;
		return PK_IO_DONE;
	}
	int rc = libssh2_userauth_keyboard_interactive_ex(
		hop->session, hop->user, (unsigned int)strlen(hop->user), answer);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc == 0)
		return accepted(hop);
	if (!is_refusal(rc))
		return cut_off(hop, rc);
	hop->step = PK_HOP_REFUSED;
	return PK_IO_DONE;
}

static enum pk_io refused(struct pk_hop *hop)
{
	const struct pk_ssh_target *target = hop->link->target;
	PK_BUF_AUTO tried = {0};
	for (size_t i = 0; i < target->login->keys.len && i < hop->key_at; i++)
		pk_buf_printf(&tried, "%s%s %s", i == 0 ? "" : ", ",
			target->login->keys.items[i].fingerprint,
			target->login->keys.items[i].comment);
	if (password_for(hop) != NULL)
		pk_buf_printf(&tried, "%sa password", tried.len == 0 ? "" : ", ");
	if (hop->keys_tried == 0 && password_for(hop) == NULL && target->login->rsa > 0)
		return pk_ssh_fail(hop->link, PK_FAILURE_AUTH, PK_SSH_AUTH_RSA, false,
			"only RSA keys to log in to '%s' with, which this libssh2 cannot use",
			hop->name);
	return pk_ssh_fail(hop->link, PK_FAILURE_AUTH, PK_SSH_AUTH, false,
		"'%s' refuses the login of '%s'; it offers %s%s; tried: %s%s", hop->name, hop->user,
		hop->methods,
		target->login->certificates > 0 ? "; this libssh2 cannot use certificates of "
						  "Ed25519 keys, only of ECDSA ones"
						: "",
		tried.len == 0 ? "nothing" : tried.data,
		hop->sign_failed ? " (an agent did not sign)" : "");
}

static enum pk_io step(struct pk_hop *hop)
{
	enum pk_io io;
	switch (hop->step) {
	case PK_HOP_START:
		hop->step = hop->via == NULL ? PK_HOP_RESOLVE : PK_HOP_CHANNEL;
		return look_up(hop);
	case PK_HOP_RESOLVE:
	case PK_HOP_CONNECT:
	case PK_HOP_CHANNEL:
		io = pk_ssh_connect(hop);
		return io == PK_IO_DONE ? begin_session(hop) : io;
	case PK_HOP_HANDSHAKE:
		return shake_hands(hop);
	case PK_HOP_KEYS:
		return try_keys(hop);
	case PK_HOP_METHODS:
		return ask_methods(hop);
	case PK_HOP_PASSWORD:
		return try_password(hop);
	case PK_HOP_KEYBOARD:
		return try_keyboard(hop);
	case PK_HOP_REFUSED:
		return refused(hop);
	case PK_HOP_READY:
		break;
	}
	return PK_IO_DONE;
}

enum pk_io pk_ssh_login(struct pk_hop *hop)
{
	while (hop->step != PK_HOP_READY) {
		enum pk_io io = step(hop);
		if (io != PK_IO_DONE)
			return io;
	}
	return PK_IO_DONE;
}

#include "fleet/transport/ssh_hello.h"

#include <string.h>

#include "fleet/transport/ssh_session.h"

enum {
	KEXINIT = 20,
	COOKIE = 16,
	PACKET_MAX = 35000,
};

static void copy_list(char *out, size_t size, struct pk_wire *wire)
{
	size_t len;
	const uint8_t *bytes = pk_wire_string(&len, wire);
	pk_ssh_clean(out, size, (const char *)bytes, len);
}

static void read_offer(struct pk_hello *out, struct pk_wire wire)
{
	uint32_t len = pk_wire_u32(&wire);
	if (wire.failed || len > PACKET_MAX || len > wire.left)
		return;
	wire.left = len;
	pk_wire_byte(&wire); /* length of the padding */
	if (pk_wire_byte(&wire) != KEXINIT)
		return;
	for (int i = 0; i < COOKIE; i++)
		pk_wire_byte(&wire);
	copy_list(out->kex, sizeof(out->kex), &wire);
	copy_list(out->host_keys, sizeof(out->host_keys), &wire);
	out->has_offer = !wire.failed;
}

void pk_ssh_read_hello(struct pk_hello *out, const void *bytes, size_t len)
{
	const char *line = bytes;
	const char *stop = line + len;
	*out = (struct pk_hello){0};
	while (line < stop) {
		const char *end = memchr(line, '\n', (size_t)(stop - line));
		size_t line_len = (size_t)((end == NULL ? stop : end) - line);
		out->is_ssh = line_len >= 4 && memcmp(line, "SSH-", 4) == 0;
		if (out->is_ssh || out->banner[0] == '\0')
			pk_ssh_clean(out->banner, sizeof(out->banner), line, line_len);
		line += line_len + (end == NULL ? 0 : 1);
		if (out->is_ssh)
			break;
	}
	if (out->is_ssh)
		read_offer(out,
			(struct pk_wire){
				.next = (const uint8_t *)line, .left = (size_t)(stop - line)});
}

/* Is `name` in the list with commas? */
static bool in_list(const char *list, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = list; *at != '\0';) {
		size_t part = strcspn(at, ",");
		if (part == len && memcmp(at, name, len) == 0)
			return true;
		at += part + (at[part] == ',' ? 1 : 0);
	}
	return false;
}

/* Does the server offer a key exchange that this libssh2 has? */
static bool shares_method(struct pk_hop *hop, const struct pk_hello *hello)
{
	const char **names = NULL;
	int count = libssh2_session_supported_algs(hop->session, LIBSSH2_METHOD_KEX, &names);
	bool shared = false;
	for (int i = 0; i < count; i++)
		shared = shared || in_list(hello->kex, names[i]);
	if (count > 0)
		libssh2_free(hop->session, (void *)names);
	return shared;
}

/* Why there is no key exchange: does the server lack a key that we could use? */
static enum pk_io fail_offer(struct pk_hop *hop, const struct pk_hello *hello)
{
	bool any = false;
	bool wanted = false;
	bool knows = false;
	for (int i = PK_KEY_ED25519; i <= PK_KEY_ECDSA_521; i++) {
		enum pk_key_type type = (enum pk_key_type)i;
		bool has = in_list(hello->host_keys, pk_key_type_name(type));
		bool known = pk_known_match_has(&hop->match, type);
		any = any || has;
		knows = knows || known;
		wanted = wanted || (has && known);
	}
	if (!any && !hop->link->ssh->rsa)
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_RSA, false,
			"'%s' has only keys that this libssh2 cannot check: %s", hop->name,
			hello->host_keys);
	if (knows && !wanted)
		return pk_ssh_fail(hop->link, PK_FAILURE_HOST_KEY, PK_HOST_KEY_TYPE, false,
			"'%s' has no key of the types that known_hosts has for it; it has: %s",
			hop->name, hello->host_keys);
	/* With a method in common it is not the offer: it broke off in the middle. */
	if (shares_method(hop, hello))
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_BANNER, true,
			"'%s' breaks off the key exchange", hop->name);
	return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_KEX, false,
		"no key exchange with '%s': it offers %s", hop->name, hello->kex);
}

enum pk_io pk_ssh_fail_handshake(struct pk_hop *hop, int rc)
{
	struct pk_hello hello;
	pk_ssh_read_hello(&hello, hop->hello.data, hop->hello.len);
	static const char *const busy[] = {"Exceeded MaxStartups", "Not allowed at this time"};
	bool refused = hop->hello.len == 0;
	for (size_t i = 0; i < sizeof(busy) / sizeof(busy[0]); i++)
		refused = refused || strncmp(hello.banner, busy[i], strlen(busy[i])) == 0;
	if (!hello.is_ssh && refused)
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_BANNER, true,
			"'%s' ends the connection before the login%s%s", hop->name,
			hello.banner[0] == '\0' ? "" : ": ", hello.banner);
	if (!hello.is_ssh || strncmp(hello.banner, "SSH-1.5", 7) == 0)
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_NOT_SSH, false,
			"what answers at '%s' port %u is no server of SSH 2: '%s'", hop->name,
			hop->port, hello.banner);
	if (!hello.has_offer && hop->ended)
		return pk_ssh_fail(hop->link, PK_FAILURE_UNREACHABLE, PK_SSH_BANNER, true,
			"'%s' ends the connection before the login", hop->name);
	bool kex = rc == LIBSSH2_ERROR_KEX_FAILURE || rc == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE ||
		rc == LIBSSH2_ERROR_METHOD_NONE || rc == LIBSSH2_ERROR_HOSTKEY_INIT;
	if (kex && hello.has_offer && !hop->ended)
		return fail_offer(hop, &hello);
	return pk_ssh_fail_call(hop->link, hop, rc, "the key exchange");
}

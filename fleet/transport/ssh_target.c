/* What a host needs, looked at before any host is connected; what is equal is shared. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/transport/ssh_session.h"

/* Identity files that are taken if none is named, as ssh(1) has them; RSA keys last. */
static const char *const usual_keys[] = {"id_ed25519", "id_ecdsa", "id_rsa"};

static bool read_known(struct pk_ssh *ssh, struct pk_ssh_known *set, const char *const *paths,
	size_t count, struct pk_diags *diags)
{
	bool good = true;
	set->known = pk_known_hosts_create();
	*pk_list_push(ssh->arena, &ssh->all_known) = set->known;
	for (size_t i = 0; i < count; i++) {
		set->first = set->first == NULL ? paths[i] : set->first;
		good = pk_known_hosts_read(set->known, paths[i], diags) && good;
	}
	return good;
}

/* The files that are read for a host; each set once. NULL after a report. */
static const struct pk_ssh_known *prepare_known(
	struct pk_ssh *ssh, const struct pk_host *host, struct pk_diags *diags)
{
	PK_BUF_AUTO name = {0};
	pk_buf_puts(&name, "");
	for (size_t i = 0; i < host->ssh.known_hosts.len; i++)
		pk_buf_printf(&name, "%s\n", host->ssh.known_hosts.items[i]);
	struct pk_ssh_known *set = pk_map_find(&ssh->knowns, name.data);
	if (set != NULL)
		return set->known == NULL ? NULL : set;

	const char *usual[2];
	size_t count = 0;
	if (ssh->options.home != NULL)
		usual[count++] =
			pk_arena_printf(ssh->arena, "%s/.ssh/known_hosts", ssh->options.home);
	if (ssh->options.system_known_hosts != NULL)
		usual[count++] = ssh->options.system_known_hosts;
	set = PK_NEW(ssh->arena, struct pk_ssh_known);
	pk_map_set(ssh->arena, &ssh->knowns, pk_arena_strdup(ssh->arena, name.data), set);
	bool own = host->ssh.known_hosts.len > 0;
	if (read_known(ssh, set, own ? host->ssh.known_hosts.items : usual,
		    own ? host->ssh.known_hosts.len : count, diags))
		return set;
	set->known = NULL; /* the list of all owns it */
	return NULL;
}

static bool is_rsa(enum pk_key_type type)
{
	return type == PK_KEY_RSA || type == PK_KEY_RSA_CERT;
}

static bool has(const struct pk_agent_keys *keys, const struct pk_agent_key *key)
{
	for (size_t i = 0; i < keys->len; i++) {
		if (keys->items[i].blob_len == key->blob_len &&
			memcmp(keys->items[i].blob, key->blob, key->blob_len) == 0)
			return true;
	}
	return false;
}

/* Adds those keys that this libssh2 can use. */
static void add_keys(
	struct pk_ssh *ssh, struct pk_ssh_login *login, const struct pk_agent_keys *keys)
{
	for (size_t i = 0; i < keys->len; i++) {
		const struct pk_agent_key *key = &keys->items[i];
		if (is_rsa(key->type) && !ssh->rsa)
			login->rsa++;
		else if (key->type == PK_KEY_ED25519_CERT && !ssh->rsa)
			login->certificates++;
		else if (key->type != PK_KEY_OTHER && !has(&login->keys, key))
			*pk_list_push(ssh->arena, &login->keys) = *key;
	}
}

static bool add_identity(struct pk_ssh *ssh, struct pk_ssh_login *login, const struct pk_host *host,
	const char *path, struct pk_diags *diags)
{
	struct pk_agent_keys keys = {0};
	const struct pk_identity identity = {.path = path,
		.certificate = host->ssh.certificate_file,
		.passphrase = host->ssh.passphrase_file,
		.ask = ssh->options.ask};
	if (ssh->keys == NULL)
		ssh->keys = pk_keys_open(diags);
	if (ssh->keys == NULL || !pk_keys_add(ssh->keys, &keys, &identity, diags))
		return false;
	add_keys(ssh, login, &keys);
	return true;
}

static bool check_login(const struct pk_ssh_login *login, const struct pk_host *host, bool password,
	struct pk_diags *diags)
{
	if (login->keys.len > 0 || password)
		return true;
	struct pk_diag *diag;
	if (login->rsa > 0) {
		diag = pk_report(diags, PK_SSH_AUTH_RSA, host->span,
			"there are only RSA keys to log in to '%s' with, which this libssh2 cannot "
			"use",
			host->name);
		pk_diag_hint(diags, diag, "make an Ed25519 key: ssh-keygen -t ed25519");
		return false;
	}
	diag = pk_report(diags, PK_SSH_NO_KEYS, host->span,
		"there is nothing to log in to '%s' with", host->name);
	pk_diag_hint(diags, diag,
		"name an identity file, start an ssh-agent that has your key, or name where the "
		"password is");
	return false;
}

/* All keys for a host, each set of identity files once. NULL after a report. */
static const struct pk_ssh_login *prepare_login(
	struct pk_ssh *ssh, const struct pk_host *host, bool password, struct pk_diags *diags)
{
	const struct pk_ssh_wish *wish = &host->ssh;
	PK_BUF_AUTO name = {0};
	pk_buf_printf(&name, "%s\n%s\n%d\n",
		wish->certificate_file == NULL ? "" : wish->certificate_file,
		wish->passphrase_file == NULL ? "" : wish->passphrase_file, password);
	for (size_t i = 0; i < wish->identity_files.len; i++)
		pk_buf_printf(&name, "%s\n", wish->identity_files.items[i]);
	struct pk_ssh_login *login = pk_map_find(&ssh->logins, name.data);
	if (login != NULL)
		return login->keys.len > 0 || password ? login : NULL;

	bool good = true;
	login = PK_NEW(ssh->arena, struct pk_ssh_login);
	pk_map_set(ssh->arena, &ssh->logins, pk_arena_strdup(ssh->arena, name.data), login);
	for (size_t i = 0; i < wish->identity_files.len; i++)
		good = add_identity(ssh, login, host, wish->identity_files.items[i], diags) && good;
	if (!good) {
		login->keys.len = 0;
		return NULL;
	}
	add_keys(ssh, login, &ssh->of_user);
	bool usual = login->keys.len == 0 && wish->identity_files.len == 0 && !password &&
		ssh->options.home != NULL;
	for (size_t i = 0; usual && i < sizeof(usual_keys) / sizeof(usual_keys[0]); i++) {
		const char *path =
			pk_arena_printf(ssh->arena, "%s/.ssh/%s", ssh->options.home, usual_keys[i]);
		if (login->keys.len == 0 && pk_file_exists(path))
			good = add_identity(ssh, login, host, path, diags) && good;
	}
	return good && check_login(login, host, password, diags) ? login : NULL;
}

/* Where the password comes from, as a key for the map; NULL: there is none. */
static bool prepare_password(const struct pk_secret **out, struct pk_ssh *ssh,
	const struct pk_host *host, struct pk_diags *diags)
{
	const struct pk_ssh_wish *wish = &host->ssh;
	*out = NULL;
	if (wish->password_env == NULL && wish->password_file == NULL)
		return true;
	bool env = wish->password_env != NULL;
	const char *name = pk_arena_printf(ssh->arena, "%s\n%s", env ? "env" : "file",
		env ? wish->password_env : wish->password_file);
	struct pk_secret *secret = pk_map_find(&ssh->passwords, name);
	if (secret == NULL) {
		secret = env ? pk_secret_take_env(wish->password_env, diags)
			     : pk_secret_read(wish->password_file, diags);
		if (secret == NULL)
			return false;
		*pk_list_push(ssh->arena, &ssh->all_secrets) = secret;
		pk_map_set(ssh->arena, &ssh->passwords, name, secret);
	}
	*out = secret;
	return true;
}

/* "[user@]host[:port]", with brackets around an IPv6 address. */
static bool parse_jump(struct pk_ssh_jump *out, struct pk_arena *arena, const char *text)
{
	char *name = pk_arena_strdup(arena, text);
	char *at = strrchr(name, '@');
	uint64_t port = PK_SSH_PORT;
	if (at != NULL) {
		*at = '\0';
		out->user = name;
		name = at + 1;
		if (out->user[0] == '\0')
			return false;
	}
	char *end = name[0] == '[' ? strchr(name, ']') : NULL;
	if (name[0] == '[' && end == NULL)
		return false;
	char *colon = strchr(end == NULL ? name : end, ':');
	/* Two colons and no brackets: an IPv6 address without a port. */
	if (end == NULL && colon != NULL && strchr(colon + 1, ':') != NULL)
		colon = NULL;
	if (end != NULL && colon != end + 1 && end[1] != '\0')
		return false;
	if (colon != NULL) {
		*colon = '\0';
		if (!pk_text_parse_u64(&port, colon + 1) || port == 0 || port > UINT16_MAX)
			return false;
	}
	if (end != NULL) {
		*end = '\0';
		name++;
	}
	out->name = name;
	out->port = (uint16_t)port;
	return name[0] != '\0' && name[0] != '-';
}

static bool prepare_jumps(struct pk_ssh *ssh, struct pk_ssh_target *target,
	const struct pk_host *host, struct pk_diags *diags)
{
	if (host->ssh.jumps.len > PK_SSH_JUMPS_MAX) {
		pk_report(diags, PK_SSH_JUMP, host->span, "'%s' has more than %d jump hosts",
			host->name, PK_SSH_JUMPS_MAX);
		return false;
	}
	for (size_t i = 0; i < host->ssh.jumps.len; i++) {
		struct pk_ssh_jump jump = {0};
		if (!parse_jump(&jump, ssh->arena, host->ssh.jumps.items[i])) {
			pk_report(diags, PK_SSH_JUMP, host->span,
				"the jump host '%s' of '%s' is not [user@]host[:port]",
				host->ssh.jumps.items[i], host->name);
			return false;
		}
		*pk_list_push(ssh->arena, &target->jumps) = jump;
	}
	return true;
}

bool pk_ssh_prepare(struct pk_ssh *ssh, const struct pk_host *host, struct pk_diags *diags)
{
	struct pk_ssh_target *target = PK_NEW(ssh->arena, struct pk_ssh_target);
	bool good = prepare_jumps(ssh, target, host, diags);
	if (host->ssh.user == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_SSH_USER, host->span,
			"nobody is named to log in to '%s' as", host->name);
		pk_diag_hint(diags, diag, "name a user in the inventory");
		good = false;
	}
	good = prepare_password(&target->password, ssh, host, diags) && good;
	target->known = prepare_known(ssh, host, diags);
	if (!good || target->known == NULL)
		return false;
	target->login = prepare_login(ssh, host, target->password != NULL, diags);
	if (target->login == NULL)
		return false;
	pk_map_set(ssh->arena, &ssh->targets, host->name, target);
	return true;
}

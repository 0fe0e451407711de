/* What all links by SSH share. */
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>

#include "fleet/transport/ssh_session.h"

enum { SESSION_LEAST = 32 * 1024 /* bytes; libssh2 1.10 takes 54 KB */ };

/* Does this libssh2 check and make RSA signatures with SHA-2? 1.10 does not. */
static bool has_rsa(void)
{
	bool found = false;
	const char **names = NULL;
	LIBSSH2_SESSION *session = libssh2_session_init();
	if (session == NULL)
		return false;
	int count = libssh2_session_supported_algs(session, LIBSSH2_METHOD_HOSTKEY, &names);
	for (int i = 0; i < count; i++)
		found = found || strcmp(names[i], "rsa-sha2-256") == 0;
	if (count > 0)
		libssh2_free(session, names);
	libssh2_session_free(session);
	return found;
}

static const char *copy(struct pk_arena *arena, const char *text)
{
	return text == NULL ? NULL : pk_arena_strdup(arena, text);
}

static struct pk_ssh *create(const struct pk_ssh_options *options)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_ssh *ssh = PK_NEW(arena, struct pk_ssh);
	ssh->arena = arena;
	ssh->options = *options;
	ssh->options.home = copy(arena, options->home);
	ssh->options.system_known_hosts = copy(arena, options->system_known_hosts);
	ssh->options.agent = copy(arena, options->agent);
	ssh->resolver = pk_resolver_create();
	/*
	 * What a session takes is given back as a whole when it ends. Else what lives longer
	 * settles in it, and the next session needs new room.
	 */
	mallopt(M_MMAP_THRESHOLD, SESSION_LEAST);
	malloc_trim(0); /* of what came before, only what is still used stays */
	/* Passwords are in our memory: no core dump, no look into it by others of the user. */
	ssh->was_dumpable = prctl(PR_GET_DUMPABLE);
	prctl(PR_SET_DUMPABLE, 0);
	return ssh;
}

static void list_agent(struct pk_ssh *ssh, struct pk_diags *diags)
{
	const char *why = "";
	if (ssh->options.agent == NULL || ssh->options.agent[0] == '\0' ||
		pk_agent_list(&ssh->of_user, ssh->arena, ssh->options.agent, &why))
		return;
	pk_report_as(diags, PK_WARNING, PK_SSH_AGENT, PK_NO_SPAN,
		"the ssh-agent at '%s' cannot be used: %s", ssh->options.agent, why);
}

struct pk_ssh *pk_ssh_create(const struct pk_ssh_options *options,
	const struct pk_host *const *hosts, size_t host_count, struct pk_diags *diags)
{
	PK_AUTO(pk_ssh) *ssh = create(options);
	size_t errors = diags->errors;
	bool good = true;
	ssh->started = libssh2_init(0) == 0;
	if (!ssh->started) {
		pk_report(diags, PK_SSH_BROKEN, PK_NO_SPAN, "libssh2 does not start");
		return NULL;
	}
	ssh->rsa = has_rsa();
	list_agent(ssh, diags);
	for (size_t i = 0; i < host_count; i++) {
		if (hosts[i]->transport == PK_TRANSPORT_SSH)
			good = pk_ssh_prepare(ssh, hosts[i], diags) && good;
	}
	return good && diags->errors == errors ? pk_steal(&ssh) : NULL;
}

void pk_ssh_destroy(struct pk_ssh *ssh)
{
	if (ssh == NULL)
		return;
	pk_keys_close(ssh->keys);
	for (size_t i = 0; i < ssh->all_known.len; i++)
		pk_known_hosts_destroy(ssh->all_known.items[i]);
	for (size_t i = 0; i < ssh->all_secrets.len; i++)
		pk_secret_destroy(ssh->all_secrets.items[i]);
	pk_resolver_destroy(ssh->resolver);
	if (ssh->started)
		libssh2_exit();
	if (ssh->was_dumpable == 1)
		prctl(PR_SET_DUMPABLE, 1);
	pk_arena_destroy(ssh->arena);
}

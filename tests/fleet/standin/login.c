/*
 * Account of the test endpoints: preloaded into a private sshd, it makes the user "endpoint" known
 * there, with the identity sshd runs under. Without it the login shell would be the one of that
 * account on this system, and for one like nobody there would be none at all. Nothing of the system
 * is changed.
 *
 * ENDPOINT_SHELL and ENDPOINT_HOME are the shell and home folder, ENDPOINT_PASSWORD the hash of
 * the password, if it has one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char user_name[] = "endpoint";

static char *setting(const char *name, const char *otherwise)
{
	char *value = getenv(name);
	return value != NULL ? value : (char *)otherwise;
}

static struct passwd *endpoint(void)
{
	static struct passwd account;
	account = (struct passwd){
		.pw_name = (char *)user_name,
		.pw_passwd = setting("ENDPOINT_PASSWORD", "*"),
		.pw_uid = geteuid(),
		.pw_gid = getegid(),
		.pw_gecos = "",
		.pw_dir = setting("ENDPOINT_HOME", "/"),
		.pw_shell = setting("ENDPOINT_SHELL", "/bin/sh"),
	};
	return &account;
}

struct passwd *getpwnam(const char *name)
{
	if (strcmp(name, user_name) == 0)
		return endpoint();
	struct passwd *(*next)(const char *) =
		(struct passwd * (*)(const char *)) dlsym(RTLD_NEXT, "getpwnam");
	return next(name);
}

struct passwd *getpwuid(uid_t uid)
{
	if (uid == geteuid())
		return endpoint();
	struct passwd *(*next)(uid_t) = (struct passwd * (*)(uid_t)) dlsym(RTLD_NEXT, "getpwuid");
	return next(uid);
}

/* No shadow entry: the hash above counts. */
struct spwd *getspnam(const char *name)
{
	(void)name;
	return NULL;
}
